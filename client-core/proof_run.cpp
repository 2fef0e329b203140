#include "client-core/proof_run.h"

#include <algorithm>

#include "client-core/local_facts.h"
#include "sync/log/checkpoint.h"
#include "sync/log/merkle.h"

namespace samplan {
namespace {

constexpr std::string_view seen_kind = "proof_seen";  // by plan: size of the log u64 | receipt as stored

// What is remembered of a checkpoint: generation u64 | size u64 | root 32 | note.
struct Remembered {
  std::uint64_t generation = 0;
  std::uint64_t size = 0;
  Hash root;
  std::string note;
};

Result<Remembered> remembered(Context& ctx) {
  SP_TRY(const std::optional<Bytes> bytes, get_fact(ctx, fact::checkpoint));
  Remembered out;
  if (!bytes) return out;
  Reader in(*bytes);
  out.generation = in.u64();
  out.size = in.u64();
  out.root = Hash::from(in.take(Hash::size));
  out.note = std::string(in.rest().text());
  if (!in.ok()) return Error{Errc::corrupt, "fact.checkpoint"};
  return out;
}

// In groups of four, to be read aloud.
std::string code_of(const Hash& root) {
  const std::string digits = root.hex().substr(0, 16);
  std::string out;
  for (std::size_t i = 0; i < digits.size(); i += 4) out += (i == 0 ? "" : " ") + digits.substr(i, 4);
  return out;
}

// Both by the server's own clock. In unsigned numbers: it may name any time.
bool is_days_before(UnixMs made, UnixMs receipt) {
  constexpr std::uint64_t two_days_ms = 2 * 86'400'000;
  return receipt > made &&
         static_cast<std::uint64_t>(receipt) - static_cast<std::uint64_t>(made) > two_days_ms;
}

enum class Known : std::uint8_t { yes, behind, forgotten };

// Our own running hash of a section after `seq` envelopes.
Result<Known> chain_at(Context& ctx, PlanFile& file, SectionId section, std::uint64_t seq, Hash& out) {
  const auto it = file.sections().find(section);
  if (it == file.sections().end()) return Known::behind;
  const PlanSection& s = it->second;
  if (seq > s.seq) return Known::behind;
  if (seq < s.start.seq) return Known::forgotten;
  out = s.start.seq == 0 ? chain_start(file.id(), section) : s.start.chain;
  std::uint64_t at = s.start.seq;
  SP_OK(ctx.replica.each_envelope(file.id(), section, s.start.seq + 1, [&](const EnvelopeRow& e) -> Status {
    if (at == seq) return Status::good();
    out = chain_next(out, e.id);
    ++at;
    return Status::good();
  }));
  return at == seq ? Known::yes : Known::forgotten;
}

}  // namespace

struct ProofRun::Verified {
  std::uint64_t generation = 0;
  Checkpoint checkpoint;
  DayLeaf day;
  std::string note;
};

Result<std::optional<Bytes>> ProofRun::next_request(Context& ctx, bool first) {
  if (first) {
    report_ = {};
    todo_.clear();
    is_begun_ = nonce_failed_ = false;
    SP_TRY(const std::vector<PlanRow> rows, ctx.replica.plans());
    for (const PlanRow& row : rows)
      if (row.holding == Holding::shared) todo_.push_back(row.id);
    std::sort(todo_.begin(), todo_.end());
  }
  if (is_begun_ && todo_.empty()) return std::optional<Bytes>();
  is_begun_ = true;
  ProofRequest q;
  q.person = ctx.person;
  SP_TRY(const Remembered before, remembered(ctx));
  q.generation = before.generation;
  q.size = before.size;
  const std::size_t count = std::min<std::size_t>(todo_.size(), proof_plans_max);
  const auto end = todo_.begin() + static_cast<std::ptrdiff_t>(count);
  q.plans.assign(todo_.begin(), end);
  todo_.erase(todo_.begin(), end);
  asked_ = q.plans;
  RequestNonce nonce{};
  SP_TRY(const std::optional<Bytes> kept, get_fact(ctx, fact::nonce));
  if (kept && kept->size() == nonce.size()) nonce = Reader(*kept).array<sizeof(RequestNonce)>();
  Bytes frame =
      write_request_frame(ctx.keys.id(), nonce, host_, write_proof_request(q), ctx.keys.sign, proof_purpose);
  request_ = request_hash(frame);
  return std::optional<Bytes>(std::move(frame));
}

Status ProofRun::on_reply(Context& ctx, ByteView bytes) {
  if (!request_) return Error{Errc::bad_reply, "proof.unasked"};
  const Hash request = *request_;
  request_.reset();
  SP_TRY(const ByteView body, open_reply_frame(bytes, request, server_));
  SP_TRY(const ProofReply reply, read_proof_reply(body));
  Transaction tx(ctx.replica.db());
  SP_OK(tx.begin());
  SP_OK(set_fact(ctx, fact::nonce, reply.nonce));
  if (reply.nonce_refused) {
    SP_OK(tx.commit());
    if (nonce_failed_) return Error{Errc::try_later, "proof.nonce"};
    nonce_failed_ = true;
    todo_.insert(todo_.begin(), asked_.begin(), asked_.end());
    is_begun_ = false;
    return Status::good();
  }
  nonce_failed_ = false;
  if (reply.status != ItemStatus::ok) {
    SP_OK(tx.commit());
    return Error{reply.status == ItemStatus::withdrawn ? Errc::withdrawn : Errc::refused,
                 std::string("proof ") + status_name(reply.status)};
  }
  SP_TRY(const std::optional<Verified> verified, take_checkpoint(ctx, reply));
  if (!verified) {
    // What rests on a checkpoint that does not hold says nothing.
    todo_.clear();
    return tx.commit();
  }
  bool is_stale = false;
  for (const PlanId& plan : asked_) {
    const auto proof = std::find_if(reply.plans.begin(), reply.plans.end(),
                                    [&](const PlanProof& p) { return p.plan == plan; });
    if (proof == reply.plans.end()) {
      ++report_.unanswered;
      continue;
    }
    SP_OK(take_plan(ctx, *proof, *verified));
    is_stale = is_stale || is_days_before(verified->day.made_ms, proof->receipt.recv_ms);
  }
  if (is_stale) fault("stale");
  SP_OK(remember(ctx, *verified));
  const Status saved = tx.commit();
  if (!saved.ok()) plans_.forget_all();
  return saved;
}

Result<std::optional<ProofRun::Verified>> ProofRun::take_checkpoint(Context& ctx, const ProofReply& reply) {
  const std::optional<Verified> none;
  const std::size_t faults = report_.faults.size();
  SP_TRY(const Remembered before, remembered(ctx));
  SP_TRY(const std::uint64_t generation, number_fact(ctx, fact::generation));
  report_.generation = reply.generation;
  if (!report_.has_checkpoint) {
    report_.before = before.note;
    report_.size_before = before.size;
  }
  if (reply.generation < std::max(generation, before.generation)) {
    fault("generation", std::to_string(reply.generation));
    return none;
  }
  const bool same_log = before.size != 0 && before.generation == reply.generation;
  if (reply.note.empty()) {
    if (same_log) fault("gone");
    return none;
  }
  report_.has_checkpoint = true;
  report_.note = std::string(ByteView(reply.note).text());
  const NoteKey key{log_origin(server_, reply.generation), NoteKeyType::ed25519, server_};
  const auto open = open_checkpoint(report_.note, key);
  if (!open.ok() || open->checkpoint.size == 0) {
    fault("note", open.ok() ? "size" : errc_name(open.code()));
    return none;
  }
  Verified out{reply.generation, open->checkpoint, {}, report_.note};
  report_.size = out.checkpoint.size;
  report_.code = code_of(out.checkpoint.root);
  if (before.size != 0 && before.generation < reply.generation) report_.restored = true;
  if (same_log && out.checkpoint.size < before.size) {
    fault("smaller", std::to_string(out.checkpoint.size) + " < " + std::to_string(before.size));
  } else if (same_log && !merkle::verify_consistency(before.size, before.root, out.checkpoint.size,
                                                     out.checkpoint.root, reply.consistency)
                              .ok()) {
    fault("history", std::to_string(before.size));
  }
  const auto day = read_day_leaf(reply.day);
  const Status is_in = merkle::verify_inclusion(merkle::leaf_hash(reply.day), out.checkpoint.size - 1,
                                                out.checkpoint.size, reply.inclusion, out.checkpoint.root);
  if (!day.ok() || !is_in.ok()) fault("day");
  if (report_.faults.size() != faults) return none;
  out.day = *day;
  report_.made_ms = day->made_ms;
  return std::optional<Verified>(std::move(out));
}

Status ProofRun::take_plan(Context& ctx, const PlanProof& proof, const Verified& verified) {
  SP_TRY(PlanFile * file, plans_.get(ctx, proof.plan));
  ++report_.plans;
  const std::size_t faults = report_.faults.size();
  const auto blame = [&](const char* what, SectionId section, std::string detail) {
    report_.faults.push_back({what, proof.plan, section, std::move(detail)});
  };
  const Receipt& fresh = proof.receipt;
  const Status taken = fresh.generation == verified.generation
                           ? take_receipt(*file, fresh, server_)
                           : Status(Error{Errc::frozen, "receipt.generation"});
  if (!taken.ok()) blame("receipt", 0, taken.error().where);

  // Where the server said, when the log was shorter than now, that the plan stood.
  StoredReceipt seen;
  SP_TRY(const std::optional<Item> item, ctx.replica.item(seen_kind, proof.plan.view()));
  if (item && item->content.size() > 8 && load_u64(item->content, 0) < verified.checkpoint.size)
    seen = read_stored_receipt(ByteView(item->content).from(8));
  if (seen.generation != verified.generation) seen = {};

  const auto look = [&](SectionId section, std::uint64_t now_seq, const Hash& now_chain,
                        std::uint64_t seen_seq) -> Status {
    const auto found = std::find_if(proof.heads.begin(), proof.heads.end(),
                                    [&](const HeadProof& h) { return h.section == section; });
    const std::uint64_t noted = found == proof.heads.end() ? 0 : found->seq;
    const std::string numbers = std::to_string(noted) + ", " + std::to_string(now_seq);
    if (noted > now_seq) blame("ahead", section, numbers);
    if (noted < seen_seq) blame("missing", section, std::to_string(noted) + " < " + std::to_string(seen_seq));
    if (found == proof.heads.end()) {
      if (now_seq != 0) ++report_.too_new;
      return Status::good();
    }
    ChainHead head{proof.plan, section, noted, now_chain};
    Known known = Known::yes;
    if (section == governance_chain) {
      const Hash* ours = file->gov().hash_at(noted);
      if (ours != nullptr) head.chain = *ours;
      if (ours == nullptr && noted != now_seq) known = Known::behind;
    } else {
      Hash ours;
      SP_TRY(known, chain_at(ctx, *file, section, noted, ours));
      if (known == Known::yes) head.chain = ours;
      // Its own word of this moment binds the server as well.
      if (noted == now_seq) known = Known::yes;
    }
    if (known == Known::behind) ++report_.behind;
    if (known == Known::forgotten) ++report_.forgotten;
    if (known != Known::yes) return Status::good();
    if (verify_head(head, found->path, verified.day.root).ok()) {
      ++report_.chains;
    } else {
      blame("head", section, numbers);
    }
    return Status::good();
  };
  SP_OK(look(governance_chain, fresh.gov_seq, fresh.gov_head, seen.gov_seq));
  for (const auto& entry : fresh.sections) {
    const auto then = seen.sections.find(entry.first.section);
    SP_OK(look(entry.first.section, entry.first.seq, entry.second,
               then == seen.sections.end() ? 0 : then->second.first));
  }
  if (report_.faults.size() != faults) {
    // Nothing that came with a contradiction is kept, but that there was one.
    plans_.forget(proof.plan);
    SP_TRY(file, plans_.get(ctx, proof.plan));
    file->row().holding = Holding::frozen;
    return file->save(ctx);
  }
  SP_OK(file->save(ctx));
  Bytes content;
  append_u64(content, verified.checkpoint.size);
  append(content, file->row().receipt);
  return ctx.replica.put_item(seen_kind, proof.plan.view(), proof.plan, content);
}

Status ProofRun::remember(Context& ctx, const Verified& verified) {
  Bytes out;
  append_u64(out, verified.generation);
  append_u64(out, verified.checkpoint.size);
  append(out, verified.checkpoint.root.view());
  append(out, ByteView::of(verified.note));
  return set_fact(ctx, fact::checkpoint, out);
}

}  // namespace samplan
