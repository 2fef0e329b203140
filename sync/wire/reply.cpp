// TLV body of a sync reply.
#include "base/limits.h"
#include "base/tlv.h"
#include "sync/wire/envelope.h"
#include "sync/wire/message.h"
#include "sync/wire/message_parts.h"

namespace samplan {
namespace {

enum ReplyTag : std::uint8_t {
  rp_version = 2,
  rp_status = 4,
  rp_generation = 6,
  rp_server_ms = 8,
  rp_nonce = 10,
  rp_flags = 12,
  rp_cursors = 14,
  rp_identity_results = 16,
  rp_plans = 18,
  rp_letters = 20,
  rp_mail_results = 22,
  rp_retry = 24,
  rp_identity = 25,  // odd, and only sent to those who ask with own_logs
};

enum PlanTag : std::uint8_t {
  pr_plan = 2,
  pr_status = 4,
  pr_gov = 6,
  pr_identity = 8,
  pr_identity_n = 10,
  pr_gov_results = 12,
  pr_results = 14,
  pr_sections = 16,
  pr_receipt = 18,
  pr_more = 20,
  pr_offers = 22,
  pr_history = 24,
  pr_access = 25,  // odd, and only sent to those who ask
};

constexpr std::uint8_t flag_nonce_refused = 1;
constexpr std::uint8_t flag_cursors_unknown = 2;

ItemStatus to_status(std::uint8_t value, TlvReader& in) {
  if (value > static_cast<std::uint8_t>(ItemStatus::unknown)) in.fail(Errc::unknown_version);
  return static_cast<ItemStatus>(value);
}

Bytes write_results(const std::vector<ItemResult>& results) {
  Bytes out;
  for (const ItemResult& r : results) {
    append(out, r.id.view());
    append_u8(out, static_cast<std::uint8_t>(r.status));
    append_varint(out, r.seq);
  }
  return out;
}

std::vector<ItemResult> read_results(TlvReader& in, std::uint8_t tag) {
  std::vector<ItemResult> out;
  if (!in.has(tag)) return out;
  Reader r(in.bytes(tag));
  while (r.ok() && !r.at_end()) {
    ItemResult x;
    x.id = Hash::from(r.take(32));
    x.status = to_status(r.u8(), in);
    x.seq = r.varint();
    if (out.size() == 4 * limits::list_items_max) r.fail();
    out.push_back(x);
  }
  if (!r.ok()) in.fail();
  return out;
}

Bytes write_pull(const SectionPull& p) {
  Bytes out;
  append_u16(out, p.section);
  append_u8(out, p.more ? 1 : 0);
  append_varint(out, p.envelopes.empty() ? 0 : p.envelopes.front().seq);
  for (const PulledEnvelope& e : p.envelopes) {
    append_u8(out, e.own ? 1 : 0);
    if (e.own) {
      append(out, e.id.view());
    } else {
      append_u32(out, static_cast<std::uint32_t>(e.bytes.size()));
      append(out, e.bytes);
    }
  }
  return out;
}

Result<SectionPull> read_pull(ByteView bytes) {
  Reader r(bytes);
  SectionPull p;
  p.section = r.u16();
  const std::uint8_t more = r.u8();
  std::uint64_t seq = r.varint();
  p.more = more == 1;
  while (r.ok() && !r.at_end()) {
    PulledEnvelope e;
    e.seq = seq++;
    const std::uint8_t own = r.u8();
    e.own = own == 1;
    if (e.own) {
      e.id = Hash::from(r.take(32));
    } else {
      e.bytes = r.take(r.u32()).copy();
      // No envelope is shorter; so that a reply cannot make us hold a million empty ones.
      if (e.bytes.size() < envelope_overhead_bytes) r.fail();
    }
    if (own > 1 || e.seq == 0) r.fail();
    p.envelopes.push_back(std::move(e));
  }
  if (!r.ok() || more > 1) return Error{Errc::malformed, "section_pull"};
  return p;
}

Bytes write_offer(const SnapshotOffer& o) {
  Bytes out;
  append_u16(out, o.section);
  append_varint(out, o.seq);
  append_u32(out, static_cast<std::uint32_t>(o.snapshot.size()));
  append(out, o.snapshot);
  for (const Bytes& a : o.attestations) {
    append_u32(out, static_cast<std::uint32_t>(a.size()));
    append(out, a);
  }
  return out;
}

Result<SnapshotOffer> read_offer(ByteView bytes) {
  Reader r(bytes);
  SnapshotOffer o;
  o.section = r.u16();
  o.seq = r.varint();
  o.snapshot = r.take(r.u32()).copy();
  while (r.ok() && !r.at_end()) {
    if (o.attestations.size() == limits::attestations_offered_max) return Error{Errc::too_large, "snapshot_offer"};
    o.attestations.push_back(r.take(r.u32()).copy());
  }
  if (!r.ok() || o.seq == 0) return Error{Errc::malformed, "snapshot_offer"};
  return o;
}

Bytes write_plan(const PlanReply& p) {
  TlvWriter out;
  out.bytes(pr_plan, p.plan.view()).u8(pr_status, static_cast<std::uint8_t>(p.status));
  if (!p.gov.empty()) {
    std::vector<Bytes> items;
    for (const GovPull& g : p.gov) {
      Bytes item;
      append_u64(item, static_cast<std::uint64_t>(g.recv_ms));
      append(item, write_signed_record(g.record, g.wraps));
      items.push_back(std::move(item));
    }
    out.list(pr_gov, items);
  }
  if (!p.identity.empty()) out.list(pr_identity, p.identity);
  if (p.identity_n != 0) out.u64(pr_identity_n, p.identity_n);
  if (!p.gov_results.empty()) out.bytes(pr_gov_results, write_results(p.gov_results));
  if (!p.results.empty()) out.bytes(pr_results, write_results(p.results));
  if (!p.sections.empty()) {
    std::vector<Bytes> items;
    for (const SectionPull& s : p.sections) items.push_back(write_pull(s));
    out.list(pr_sections, items);
  }
  if (p.receipt) out.bytes(pr_receipt, write_receipt(*p.receipt));
  if (p.more) out.u8(pr_more, 1);
  if (!p.offers.empty()) {
    std::vector<Bytes> items;
    for (const SnapshotOffer& o : p.offers) items.push_back(write_offer(o));
    out.list(pr_offers, items);
  }
  if (!p.history.empty()) {
    std::vector<Bytes> items;
    for (const SectionPull& s : p.history) items.push_back(write_pull(s));
    out.list(pr_history, items);
  }
  if (p.access) out.bytes(pr_access, write_access_part(*p.access));
  return out.take();
}

Result<PlanReply> read_plan(ByteView bytes) {
  TlvReader in(bytes, "plan_reply");
  PlanReply p;
  p.plan = in.id<PlanId>(pr_plan);
  p.status = to_status(in.u8(pr_status), in);
  for (const ByteView item : in.list(pr_gov)) {
    Reader r(item);
    const auto recv_ms = static_cast<UnixMs>(r.u64());
    SP_TRY(SignedRecord g, read_signed_record(r.rest()));
    p.gov.push_back({std::move(g.record), std::move(g.wraps), recv_ms});
  }
  for (const ByteView item : in.list(pr_identity)) p.identity.push_back(item.copy());
  if (in.has(pr_identity_n)) p.identity_n = in.u64(pr_identity_n);
  p.gov_results = read_results(in, pr_gov_results);
  p.results = read_results(in, pr_results);
  for (const ByteView item : in.list(pr_sections, limits::sections_max)) {
    SP_TRY(SectionPull s, read_pull(item));
    p.sections.push_back(std::move(s));
  }
  if (in.has(pr_receipt)) {
    SP_TRY(Receipt r, read_receipt(in.bytes(pr_receipt), p.plan));
    p.receipt = std::move(r);
  }
  p.more = read_flag(in, pr_more);
  for (const ByteView item : in.list(pr_offers, limits::sections_max)) {
    SP_TRY(SnapshotOffer o, read_offer(item));
    p.offers.push_back(std::move(o));
  }
  for (const ByteView item : in.list(pr_history, limits::sections_max)) {
    SP_TRY(SectionPull s, read_pull(item));
    p.history.push_back(std::move(s));
  }
  if (in.has(pr_access)) {
    SP_TRY(AccessPart part, read_access_part(in.bytes(pr_access)));
    p.access = std::move(part);
  }
  SP_OK(in.finish());
  return p;
}

Bytes write_letter(const Letter& l) {
  Bytes out;
  append_u64(out, l.n);
  append(out, l.box.view());
  append(out, l.plan.view());
  append(out, l.from.view());
  append(out, l.to.view());
  append_u64(out, static_cast<std::uint64_t>(l.recv_ms));
  append(out, l.body);
  return out;
}

Result<Letter> read_letter(ByteView bytes) {
  Reader in(bytes);
  Letter l;
  l.n = in.u64();
  l.box = BoxId::from(in.take(BoxId::size));
  l.plan = PlanId::from(in.take(PlanId::size));
  l.from = DeviceId::from(in.take(DeviceId::size));
  l.to = PrincipalId::from(in.take(PrincipalId::size));
  l.recv_ms = static_cast<UnixMs>(in.u64());
  l.body = in.rest().copy();
  if (!in.ok()) return Error{Errc::truncated, "letter"};
  return l;
}

}  // namespace

Bytes write_reply_body(const SyncReply& a) {
  TlvWriter out;
  out.u16(rp_version, a.version).u8(rp_status, static_cast<std::uint8_t>(a.status)).u64(rp_generation, a.generation);
  out.u64(rp_server_ms, static_cast<std::uint64_t>(a.server_ms)).bytes(rp_nonce, a.nonce);
  std::uint8_t flags = 0;
  if (a.nonce_refused) flags |= flag_nonce_refused;
  if (a.cursors_unknown) flags |= flag_cursors_unknown;
  if (flags != 0) out.u8(rp_flags, flags);
  if (a.cursors) out.bytes(rp_cursors, *a.cursors);
  if (!a.identity_results.empty()) out.bytes(rp_identity_results, write_results(a.identity_results));
  if (!a.plans.empty()) {
    std::vector<Bytes> items;
    for (const PlanReply& p : a.plans) items.push_back(write_plan(p));
    out.list(rp_plans, items);
  }
  if (!a.letters.empty()) {
    std::vector<Bytes> items;
    for (const Letter& l : a.letters) items.push_back(write_letter(l));
    out.list(rp_letters, items);
  }
  if (!a.mail_results.empty()) out.bytes(rp_mail_results, write_results(a.mail_results));
  if (a.retry_after_ms != 0) out.u32(rp_retry, a.retry_after_ms);
  if (!a.identity.empty()) out.list(rp_identity, a.identity);
  return out.take();
}

Result<SyncReply> read_reply_body(ByteView bytes) {
  TlvReader in(bytes, "sync_reply");
  SyncReply a;
  a.version = in.u16(rp_version);
  if (a.version != protocol_version) return Error{Errc::unknown_version, "sync_reply"};
  a.status = to_status(in.u8(rp_status), in);
  a.generation = in.u64(rp_generation);
  a.server_ms = static_cast<UnixMs>(in.u64(rp_server_ms));
  Reader nonce(in.bytes(rp_nonce));
  a.nonce = nonce.array<40>();
  if (!nonce.done()) in.fail();
  const std::uint8_t flags = in.has(rp_flags) ? in.u8(rp_flags) : std::uint8_t{0};
  if ((flags & ~(flag_nonce_refused | flag_cursors_unknown)) != 0) in.fail(Errc::unknown_version);
  a.nonce_refused = (flags & flag_nonce_refused) != 0;
  a.cursors_unknown = (flags & flag_cursors_unknown) != 0;
  if (in.has(rp_cursors)) {
    Reader r(in.bytes(rp_cursors));
    a.cursors = r.array<16>();
    if (!r.done()) in.fail();
  }
  a.identity_results = read_results(in, rp_identity_results);
  for (const ByteView item : in.list(rp_plans, limits::plans_per_request_max)) {
    SP_TRY(PlanReply p, read_plan(item));
    a.plans.push_back(std::move(p));
  }
  for (const ByteView item : in.list(rp_letters)) {
    SP_TRY(Letter l, read_letter(item));
    a.letters.push_back(std::move(l));
  }
  a.mail_results = read_results(in, rp_mail_results);
  if (in.has(rp_retry)) a.retry_after_ms = in.u32(rp_retry);
  for (const ByteView item : in.list(rp_identity)) a.identity.push_back(item.copy());
  SP_OK(in.finish());
  return a;
}

}  // namespace samplan
