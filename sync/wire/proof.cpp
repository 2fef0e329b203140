#include "sync/wire/proof.h"

#include "sync/wire/message_parts.h"

namespace samplan {
namespace {

enum RequestTag : std::uint8_t {
  rq_version = 2,
  rq_person = 4,
  rq_generation = 6,
  rq_size = 8,
  rq_plans = 10
};

enum ReplyTag : std::uint8_t {
  rp_version = 2,
  rp_status = 4,
  rp_nonce = 6,
  rp_nonce_refused = 8,
  rp_generation = 10,
  rp_note = 12,
  rp_day = 14,
  rp_inclusion = 16,
  rp_consistency = 18,
  rp_plans = 20,
};

constexpr std::size_t log_proof_max = 64;   // hashes; no proof about a log has more
constexpr std::size_t head_path_max = 128;  // hashes
constexpr std::size_t heads_max = limits::sections_max + 1;

Bytes write_hashes(const std::vector<Hash>& hashes) {
  Bytes out;
  for (const Hash& h : hashes) append(out, h.view());
  return out;
}

std::vector<Hash> read_hashes(TlvReader& in, std::uint8_t tag) {
  std::vector<Hash> out;
  if (!in.has(tag)) return out;
  const ByteView bytes = in.bytes(tag);
  if (bytes.empty() || bytes.size() % Hash::size != 0) in.fail();
  if (bytes.size() > log_proof_max * Hash::size) {
    in.fail(Errc::too_large);
    return out;
  }
  Reader r(bytes);
  while (r.left() >= Hash::size) out.push_back(Hash::from(r.take(Hash::size)));
  return out;
}

Bytes write_plan(const PlanProof& p) {
  Bytes out = p.plan.view().copy();
  const Bytes receipt = write_receipt(p.receipt);
  append_u32(out, static_cast<std::uint32_t>(receipt.size()));
  append(out, receipt);
  for (const HeadProof& h : p.heads) {
    append_u16(out, h.section);
    append_u64(out, h.seq);
    append_u8(out, static_cast<std::uint8_t>(h.path.size()));
    append(out, write_hashes(h.path));
  }
  return out;
}

Result<PlanProof> read_plan(ByteView bytes) {
  Reader in(bytes);
  PlanProof p;
  p.plan = PlanId::from(in.take(PlanId::size));
  const ByteView receipt = in.take(in.u32());
  if (!in.ok()) return Error{Errc::malformed, "plan_proof"};
  SP_TRY(p.receipt, read_receipt(receipt, p.plan));
  while (in.ok() && !in.at_end()) {
    HeadProof h;
    h.section = in.u16();
    h.seq = in.u64();
    const std::size_t count = in.u8();
    if (count > head_path_max || p.heads.size() == heads_max) return Error{Errc::too_large, "plan_proof"};
    if (!p.heads.empty() && p.heads.back().section >= h.section) in.fail();
    Reader path(in.take(count * Hash::size));
    while (path.left() != 0) h.path.push_back(Hash::from(path.take(Hash::size)));
    p.heads.push_back(std::move(h));
  }
  if (!in.ok()) return Error{Errc::malformed, "plan_proof"};
  return p;
}

}  // namespace

Bytes write_proof_request(const ProofRequest& q) {
  TlvWriter out;
  out.u16(rq_version, protocol_version).bytes(rq_person, q.person.view());
  if (q.size != 0) out.u64(rq_generation, q.generation).u64(rq_size, q.size);
  Bytes plans;
  for (const PlanId& plan : q.plans) append(plans, plan.view());
  if (!plans.empty()) out.bytes(rq_plans, plans);
  return out.take();
}

Result<ProofRequest> read_proof_request(ByteView bytes) {
  TlvReader in(bytes, "proof_request");
  ProofRequest q;
  if (in.u16(rq_version) != protocol_version) return Error{Errc::unknown_version, "proof_request"};
  q.person = in.id<PrincipalId>(rq_person);
  if (in.has(rq_generation) || in.has(rq_size)) {
    q.generation = in.u64(rq_generation);
    q.size = in.u64(rq_size);
    if (q.size == 0) in.fail();
  }
  if (in.has(rq_plans)) {
    Reader r(in.bytes(rq_plans));
    if (r.left() == 0 || r.left() % PlanId::size != 0) in.fail();
    while (r.left() >= PlanId::size) {
      if (q.plans.size() == proof_plans_max) return Error{Errc::too_large, "proof_request"};
      const PlanId plan = PlanId::from(r.take(PlanId::size));
      if (!q.plans.empty() && !(q.plans.back() < plan)) in.fail();
      q.plans.push_back(plan);
    }
  }
  SP_OK(in.finish());
  return q;
}

Bytes write_proof_reply(const ProofReply& a) {
  TlvWriter out;
  out.u16(rp_version, protocol_version)
      .u8(rp_status, static_cast<std::uint8_t>(a.status))
      .bytes(rp_nonce, a.nonce);
  if (a.nonce_refused) out.u8(rp_nonce_refused, 1);
  out.u64(rp_generation, a.generation);
  if (a.note.empty()) return out.take();
  out.bytes(rp_note, a.note).bytes(rp_day, a.day);
  if (!a.inclusion.empty()) out.bytes(rp_inclusion, write_hashes(a.inclusion));
  if (!a.consistency.empty()) out.bytes(rp_consistency, write_hashes(a.consistency));
  std::vector<Bytes> plans;
  plans.reserve(a.plans.size());
  for (const PlanProof& p : a.plans) plans.push_back(write_plan(p));
  if (!plans.empty()) out.list(rp_plans, plans);
  return out.take();
}

Result<ProofReply> read_proof_reply(ByteView bytes) {
  TlvReader in(bytes, "proof_reply");
  ProofReply a;
  if (in.u16(rp_version) != protocol_version) return Error{Errc::unknown_version, "proof_reply"};
  const std::uint8_t status = in.u8(rp_status);
  if (status > static_cast<std::uint8_t>(ItemStatus::unknown)) in.fail(Errc::unknown_version);
  a.status = static_cast<ItemStatus>(status);
  const ByteView nonce = in.bytes(rp_nonce);
  if (nonce.size() == a.nonce.size()) {
    a.nonce = Reader(nonce).array<sizeof(RequestNonce)>();
  } else {
    in.fail();
  }
  a.nonce_refused = read_flag(in, rp_nonce_refused);
  a.generation = in.u64(rp_generation);
  if (in.has(rp_note)) {
    a.note = in.bytes(rp_note).copy();
    a.day = in.bytes(rp_day).copy();
    if (a.note.empty()) in.fail();
    if (a.note.size() > checkpoint_bytes_max) in.fail(Errc::too_large);
    a.inclusion = read_hashes(in, rp_inclusion);
    a.consistency = read_hashes(in, rp_consistency);
    for (const ByteView item : in.list(rp_plans, proof_plans_max)) {
      SP_TRY(PlanProof p, read_plan(item));
      a.plans.push_back(std::move(p));
    }
  }
  SP_OK(in.finish());
  return a;
}

}  // namespace samplan
