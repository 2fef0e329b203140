// Old envelopes fetched on demand: what lies before the snapshot that a section began with. They are believed
// when their chain ends where the snapshot says, and the snapshot is believed fully when folding them gives
// the same bytes.
#include <algorithm>

#include "client-core/local_facts.h"
#include "client-core/pack.h"
#include "client-core/plan_file.h"

namespace samplan {
namespace {

Bytes history_key(const PlanId& plan, SectionId section) {
  Bytes out = plan.view().copy();
  append_u16(out, section);
  return out;
}

}  // namespace

// At the section's start, or at the cut of a grant "from now", like the server hands it out.
Result<PlanFile::Folded> PlanFile::history_start(const Context& ctx, SectionId id) const {
  Folded out{plan::SectionState(id), {}, 0, chain_start(row_.id, id), {}};
  bool first = true;
  for (const Participant* p : gov_.participants_of_device_now(ctx.keys.id(), ctx.book)) {
    if ((p->mask(id) & right_read) == 0) continue;
    const auto base = p->base.find(id);
    const std::uint64_t seq = base == p->base.end() ? 0 : base->second.first;
    if (!first && seq >= out.seq) continue;
    first = false;
    out.seq = seq;
    out.chain = seq == 0 ? chain_start(row_.id, id) : base->second.second;
  }
  return out;
}

Status PlanFile::want_history(Context& ctx, SectionId id) {
  PlanSection& s = section(id);
  s.start.keeps_history = true;
  s.dirty = true;
  if (s.start.how != StartKind::trusted && s.start.how != StartKind::own) return Status::good();
  return ctx.replica.put_item("history", history_key(row_.id, id), row_.id, {});
}

Result<std::vector<HistoryRange>> PlanFile::wanted_history(Context& ctx) {
  std::vector<HistoryRange> out;
  SP_TRY(const std::vector<Item> items, ctx.replica.items("history"));
  for (const Item& item : items) {
    if (item.plan != row_.id || item.key.size() != PlanId::size + 2) continue;
    Reader in(ByteView(item.key).from(PlanId::size));
    const SectionId id = in.u16();
    const auto held = sections_.find(id);
    const bool missing = held != sections_.end() && (held->second.start.how == StartKind::trusted ||
                                                     held->second.start.how == StartKind::own);
    if (!missing) {
      SP_OK(ctx.replica.delete_item("history", item.key));
      continue;
    }
    const SectionStart& start = held->second.start;
    SP_TRY(const Folded from, history_start(ctx, id));
    out.push_back({id, start.history_seq == 0 ? from.seq : start.history_seq, start.seq});
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.section < b.section; });
  return out;
}

Result<PlanFile::HistoryStep> PlanFile::take_history(Context& ctx, SectionId id, std::uint64_t seq,
                                                     ByteView bytes) {
  SP_TRY(const Envelope envelope, read_envelope(bytes));
  if (envelope.header.plan != row_.id || envelope.header.section != id)
    return Error{Errc::bad_reply, "take_history.place"};
  PlanSection& s = section(id);
  SectionStart& start = s.start;
  if (start.how != StartKind::trusted && start.how != StartKind::own) return HistoryStep::done;
  SP_TRY(const Folded from, history_start(ctx, id));
  if (start.history_seq == 0) {
    start.history_seq = from.seq;
    start.history_chain = from.chain;
  }
  if (seq <= start.history_seq || seq > start.seq) return HistoryStep::more;
  if (seq != start.history_seq + 1) return Error{Errc::bad_reply, "take_history.seq"};
  start.history_seq = seq;
  start.history_chain = chain_next(start.history_chain, envelope.id);
  s.dirty = true;
  if (!agrees_with_cuts(gov_, id, seq, start.history_chain)) return Error{Errc::frozen, "take_history.cut"};
  const Verdict verdict = judge_alone(envelope, seq, gov_, ctx.book, true);
  SP_OK(ctx.replica.put_envelope(row_.id, id,
                                 {seq, envelope.id, static_cast<std::uint8_t>(verdict), bytes.copy(), ctx.now}));
  if (seq < start.seq) return HistoryStep::more;
  if (start.history_chain != start.chain) return Error{Errc::frozen, "take_history.chain"};
  return finish_history(ctx, s);
}

Result<PlanFile::HistoryStep> PlanFile::finish_history(Context& ctx, PlanSection& s) {
  SectionStart& start = s.start;
  SP_TRY(const std::optional<Bytes> stored, ctx.replica.envelope(row_.id, s.id, start.snapshot_seq));
  if (!stored) return Error{Errc::corrupt, "finish_history"};
  SP_TRY(const Envelope snapshot, read_envelope(*stored));
  SP_TRY(Folded from, history_start(ctx, s.id));
  Bytes handed;
  if (from.seq != 0) {
    SP_TRY(handed, handed_over_record(ctx, s, from));
    SP_TRY(const SnapshotRecord record, read_snapshot(handed));
    SP_TRY(from.state, plan::SectionState::decode(record.state));
  }
  const std::uint64_t begins = from.seq;
  const Hash begins_chain = from.chain;
  SP_TRY(const Folded folded, fold_stored(ctx, s.id, std::move(from), start.seq));
  for (const auto& [seq, verdict] : folded.verdicts)
    SP_OK(ctx.replica.set_verdict(row_.id, s.id, seq, static_cast<std::uint8_t>(verdict)));
  const SnapshotRecord ours{s.id, folded.seq, folded.chain, folded.authors.of_epoch(snapshot.header.epoch),
                            folded.state.encode()};
  SP_OK(ctx.replica.delete_item("history", history_key(row_.id, s.id)));
  if (snapshot_hash(write_snapshot(ours)) != start.snapshot_record) {
    SnapshotRecord said;
    said.section = s.id;
    said.upto = start.seq;
    SP_OK(note_differing(ctx, s.id, snapshot, start.snapshot_seq, said));
    SP_OK(begin_anew(ctx, s));
    return HistoryStep::differs;
  }
  SectionStart whole;
  whole.keeps_history = true;
  whole.last_snapshot = start.last_snapshot;
  whole.bytes = start.bytes;
  whole.last_bytes = start.last_bytes;
  whole.seq = begins;
  whole.chain = begins_chain;
  if (begins != 0) whole.how = StartKind::handed_over;
  start = whole;
  if (begins != 0) {
    SP_OK(put_base(ctx, s, handed));
  } else {
    SP_OK(ctx.replica.delete_base(row_.id, s.id));
  }
  return HistoryStep::done;
}

// The state at the cut of a grant "from now": the first snapshot in the chain that says it.
Result<Bytes> PlanFile::handed_over_record(Context& ctx, const PlanSection& s, const Folded& at) {
  Bytes out;
  SP_OK(ctx.replica.each_envelope(row_.id, s.id, at.seq + 1, [&](const EnvelopeRow& row) -> Status {
    if (!out.empty()) return Status::good();
    SP_TRY(const Envelope e, read_envelope(row.body));
    if (e.header.kind != EnvelopeKind::snapshot || row.verdict != 0) return Status::good();
    SP_TRY(const crypto::SectionKey* key, ctx.keyring.section_key(row_.id, s.id, e.header.epoch));
    if (key == nullptr) return Status::good();
    const auto record = check_snapshot(e, row.seq, open_content(*key, e));
    if (record.ok() && record->upto == at.seq && record->chain == at.chain) out = write_snapshot(*record);
    return Status::good();
  }));
  if (out.empty()) return Error{Errc::not_found, "handed_over_record"};
  return out;
}

Status PlanFile::begin_anew(Context& ctx, PlanSection& s) {
  SP_OK(ctx.replica.delete_chain(row_.id, s.id));
  // The server must not think that we have what we have forgotten.
  SP_OK(clear_fact(ctx, fact::cursor_token));
  PlanSection fresh;
  fresh.id = s.id;
  fresh.chain = chain_start(row_.id, s.id);
  fresh.state.emplace(s.id);
  fresh.dirty = true;
  s = std::move(fresh);
  return Status::good();
}

}  // namespace samplan
