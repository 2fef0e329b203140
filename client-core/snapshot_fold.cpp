// The part of a plan file that has to do with snapshots: folding stored envelopes on a base, comparing what
// others say the section is with what this device has folded, and letting old envelopes go that a compared
// snapshot covers.
#include <algorithm>

#include "base/planted.h"
#include "client-core/pack.h"
#include "client-core/plan_file.h"
#include "sync/log/sections.h"

namespace samplan {
namespace {

constexpr std::string_view base_purpose = "samplan/section-base/1";

Bytes base_context(const PlanId& plan, SectionId section) {
  Bytes out = plan.view().copy();
  append_u16(out, section);
  return out;
}

Bytes record_of(SectionId section, std::uint64_t upto, const Hash& chain, const AuthorChains& authors,
                const plan::SectionState& state, std::uint32_t epoch) {
  return write_snapshot({section, upto, chain, authors.of_epoch(epoch), state.encode()});
}

bool has_differed(const std::vector<SnapshotRow>& rows, const DeviceId& author) {
  return std::any_of(rows.begin(), rows.end(),
                     [&](const SnapshotRow& r) { return r.differs && r.author == author; });
}

}  // namespace

void PlanFile::apply_change(Context& ctx, plan::SectionState& state, const EnvelopeHeader& h,
                            std::uint64_t seq, const Result<Bytes>& plain) const {
  // What does not open or decode under the committed key is the same for everyone: it counts as empty.
  if (!plain.ok()) return;
  const auto batches = split_batches(*plain, h.author);
  if (!batches.ok()) return;
  const PrincipalId person = ctx.book.find_device(h.author).person->id;
  for (const plan::Batch& batch : *batches) state.apply(batch, {seq, person, h.proposal});
}

Result<PlanFile::Folded> PlanFile::fold_stored(Context& ctx, SectionId id, Folded from, std::uint64_t upto) {
  Folded out = std::move(from);
  SP_OK(ctx.replica.each_envelope(row_.id, id, out.seq + 1, [&](const EnvelopeRow& row) -> Status {
    if (row.seq > upto) return Status::good();
    SP_TRY(const Envelope envelope, read_envelope(row.body));
    const EnvelopeHeader& h = envelope.header;
    Verdict verdict = judge_alone(envelope, row.seq, gov_, ctx.book, false);
    if (verdict == Verdict::valid) verdict = out.authors.check(h);
    if (static_cast<Verdict>(row.verdict) == Verdict::bad_signature) verdict = Verdict::bad_signature;
    out.verdicts.emplace_back(row.seq, verdict);
    out.seq = row.seq;
    out.chain = chain_next(out.chain, envelope.id);
    if (verdict != Verdict::valid) return Status::good();
    out.authors.accept(h, envelope.id);
    if (h.kind != EnvelopeKind::change) return Status::good();
    SP_TRY(const crypto::SectionKey* key, ctx.keyring.section_key(row_.id, id, h.epoch));
    if (key == nullptr) return Error{Errc::no_key, "fold_stored"};
    apply_change(ctx, out.state, h, row.seq, open_content(*key, envelope));
    return Status::good();
  }));
  return out;
}

Result<PlanFile::Folded> PlanFile::base_of(Context& ctx, const PlanSection& s) {
  Folded out{plan::SectionState(s.id), {}, s.start.seq, s.start.chain, {}};
  if (s.start.seq == 0) out.chain = chain_start(row_.id, s.id);
  if (!s.start.has_base) return out;
  SP_TRY(const Bytes sealed, ctx.replica.base(row_.id, s.id));
  SP_TRY(const crypto::Secret32 key, ctx.keyring.local_key(row_.id, s.id));
  const auto plain = crypto::open_local(key, base_purpose, base_context(row_.id, s.id), sealed);
  if (!plain.ok()) return Error{Errc::corrupt, "section_base"};
  SP_TRY(SnapshotRecord record, read_snapshot(*plain));
  SP_TRY(out.state, plan::SectionState::decode(record.state));
  out.authors = std::move(record.authors);
  return out;
}

Result<plan::SectionState> PlanFile::base_state(Context& ctx, SectionId id) {
  SP_TRY(Folded base, base_of(ctx, section(id)));
  return std::move(base.state);
}

// The last snapshot that agreed with our own fold saves going further back.
Result<PlanFile::Folded> PlanFile::nearest_before(Context& ctx, const PlanSection& s, std::uint64_t upto) {
  SP_TRY(const std::vector<SnapshotRow> rows, ctx.replica.snapshots(row_.id, s.id));
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    if (row->differs || row->upto > upto || row->upto < s.start.seq || row->seq > s.seq) continue;
    SP_TRY(const std::optional<Bytes> bytes, ctx.replica.envelope(row_.id, s.id, row->seq));
    if (!bytes) continue;
    SP_TRY(const Envelope envelope, read_envelope(*bytes));
    SP_TRY(const crypto::SectionKey* key, ctx.keyring.section_key(row_.id, s.id, envelope.header.epoch));
    if (key == nullptr) continue;
    SP_TRY(const Bytes plain, open_content(*key, envelope));
    SP_TRY(SnapshotRecord record, read_snapshot(plain));
    auto state = plan::SectionState::decode(record.state);
    if (!state.ok()) continue;
    return Folded{std::move(state).value(), std::move(record.authors), record.upto, record.chain, {}};
  }
  return base_of(ctx, s);
}

Status PlanFile::refold(Context& ctx, SectionId id) {
  PlanSection& s = section(id);
  SP_TRY(Folded base, base_of(ctx, s));
  SP_TRY(Folded folded, fold_stored(ctx, id, std::move(base), s.seq));
  s.authors = std::move(folded.authors);
  s.state = std::move(folded.state);
  s.shown.reset();
  s.dirty = true;
  for (const auto& [seq, verdict] : folded.verdicts) {
    SP_OK(ctx.replica.set_verdict(row_.id, id, seq, static_cast<std::uint8_t>(verdict)));
    // A snapshot that no longer counts says nothing any more.
    if (verdict != Verdict::valid) SP_OK(ctx.replica.delete_snapshots(row_.id, id, seq, seq));
  }
  return Status::good();
}

Result<Bytes> PlanFile::snapshot_now(Context& ctx, SectionId id, std::uint32_t epoch) {
  SP_TRY(const plan::SectionState* state, confirmed(ctx, id));
  const PlanSection& s = section(id);
  if (s.start.how == StartKind::handed_over && !s.start.has_base) return Error{Errc::no_key, "snapshot_now"};
  return record_of(id, s.seq, s.chain, s.authors, *state, epoch);
}

Result<SnapshotRecord> PlanFile::check_snapshot(const Envelope& envelope, std::uint64_t seq,
                                                const Result<Bytes>& plain) const {
  const EnvelopeHeader& h = envelope.header;
  if (!plain.ok()) return plain.error();
  SP_TRY(SnapshotRecord record, read_snapshot(*plain));
  const auto wrong = [](const char* what) { return Error{Errc::malformed, what}; };
  if (record.section != h.section || record.upto >= seq) return wrong("snapshot.place");
  if (record.authors.of_epoch(h.epoch).encode() != record.authors.encode()) return wrong("snapshot.authors");
  // Whoever seals under an epoch has seen the chain up to the cut that began it.
  const SectionGov* section = gov_.section(h.section);
  if (section == nullptr) return wrong("snapshot.section");
  for (const Cut& cut : section->cuts)
    if (cut.gov_seq <= h.gov_seq && record.upto < cut.section_seq) return wrong("snapshot.before_cut");
  if (record.upto == 0 && record.chain != chain_start(row_.id, h.section)) return wrong("snapshot.chain");
  if (!agrees_with_cuts(gov_, h.section, record.upto, record.chain)) return wrong("snapshot.chain");
  return record;
}

Status PlanFile::put_base(Context& ctx, PlanSection& s, ByteView record) {
  SP_TRY(const crypto::Secret32 key, ctx.keyring.local_key(row_.id, s.id));
  SP_OK(ctx.replica.put_base(
      row_.id, s.id,
      crypto::seal_local(key, base_purpose, base_context(row_.id, s.id), record, ctx.entropy)));
  s.start.has_base = true;
  return Status::good();
}

Status PlanFile::begin_with(Context& ctx, const SnapshotRecord& record, const Envelope& envelope,
                            std::uint64_t seq) {
  SP_TRY(plan::SectionState state, plan::SectionState::decode(record.state));
  if (state.section() != record.section || state.last_seq() > record.upto)
    return Error{Errc::malformed, "snapshot.state"};
  PlanSection& s = section(record.section);
  const Bytes bytes = write_snapshot(record);
  s.seq = record.upto;
  s.chain = record.chain;
  s.authors = record.authors;
  s.state = std::move(state);
  s.shown.reset();
  s.dirty = true;
  s.start = SectionStart{};
  s.start.how = StartKind::trusted;
  s.start.seq = s.start.last_snapshot = record.upto;
  s.start.chain = record.chain;
  s.start.snapshot_seq = seq;
  s.start.snapshot_id = envelope.id;
  s.start.snapshot_record = snapshot_hash(bytes);
  s.start.last_bytes = envelope.bytes.size();
  SP_OK(put_base(ctx, s, bytes));
  // Kept until its turn comes in the chain: the server need not send it again.
  return ctx.replica.put_envelope(
      row_.id, s.id, {seq, envelope.id, static_cast<std::uint8_t>(Verdict::valid), envelope.bytes.copy(), ctx.now});
}

Status PlanFile::note_differing(Context& ctx, SectionId id, const Envelope& envelope, std::uint64_t seq,
                                const SnapshotRecord& record) {
  SnapshotRow row;
  row.seq = seq;
  row.upto = record.upto;
  row.author = envelope.header.author;
  row.id = envelope.id;
  row.hash = snapshot_hash(write_snapshot(record));
  row.differs = true;
  SP_OK(ctx.replica.put_snapshot(row_.id, id, row));
  SP_OK(ctx.replica.put_item("snapshot_differs", envelope.id.view(), row_.id, envelope.bytes));
  differing_.emplace_back(id, envelope.header.author);
  return Status::good();
}

Result<PlanFile::Looked> PlanFile::look_at_snapshot(Context& ctx, PlanSection& s, const Envelope& envelope,
                                                    std::uint64_t seq, const Result<Bytes>& plain) {
  if (s.id == section_access_log) return Looked::nothing;
  SectionStart& start = s.start;
  const bool waits = start.how == StartKind::handed_over && !start.has_base;
  if (start.bytes < snapshot_spacing_bytes && !waits) return Looked::nothing;
  SP_TRY(const std::vector<SnapshotRow> rows, ctx.replica.snapshots(row_.id, s.id));
  if (has_differed(rows, envelope.header.author)) return Looked::nothing;
  auto record = check_snapshot(envelope, seq, plain);
  if (record.code() == Errc::unknown_version) return Looked::nothing;
  if (!record.ok()) {
    SP_OK(note_differing(ctx, s.id, envelope, seq, {}));
    return Looked::nothing;
  }
  if (waits) {
    if (record->upto != start.seq || record->chain != start.chain) return Looked::nothing;
    const auto state = plan::SectionState::decode(record->state);
    if (!state.ok() || state->section() != s.id || state->last_seq() > record->upto) return Looked::nothing;
    const Bytes bytes = write_snapshot(*record);
    SP_OK(put_base(ctx, s, bytes));
    start.snapshot_id = envelope.id;
    start.snapshot_record = snapshot_hash(bytes);
    return Looked::awaited;
  }

  Bytes ours;
  if (record->upto == s.seq) {
    ours = record_of(s.id, s.seq, s.chain, s.authors, *s.state, envelope.header.epoch);
  } else if (record->upto >= start.seq) {
    SP_TRY(Folded from, nearest_before(ctx, s, record->upto));
    SP_TRY(const Folded then, fold_stored(ctx, s.id, std::move(from), record->upto));
    ours = record_of(s.id, then.seq, then.chain, then.authors, then.state, envelope.header.epoch);
  } else {
    return Looked::nothing;
  }
  if (ours != write_snapshot(*record) && !SP_PLANTED(snapshot_not_compared)) {
    // Another program version writes the same state in other bytes; that is no lie.
    if (plan::SectionState::decode(record->state).code() == Errc::unknown_version) return Looked::nothing;
    SP_OK(note_differing(ctx, s.id, envelope, seq, *record));
    // It may be ours that is wrong: what we began with was others' word.
    if (start.how == StartKind::trusted) SP_OK(want_history(ctx, s.id));
    return Looked::nothing;
  }
  SP_OK(ctx.replica.put_snapshot(
      row_.id, s.id,
      {seq, record->upto, envelope.header.author, envelope.id, snapshot_hash(ours), false, false, 0}));
  start.last_snapshot = record->upto;
  start.bytes = 0;
  start.last_bytes = envelope.bytes.size();
  return Looked::good;
}

Status PlanFile::note_attestation(Context& ctx, const PlanSection& s, const EnvelopeHeader& h,
                                  const Result<Bytes>& plain) {
  if (!plain.ok()) return Status::good();
  const auto said = read_attestation(*plain);
  if (!said.ok()) return Status::good();
  SP_TRY(const std::vector<SnapshotRow> rows, ctx.replica.snapshots(row_.id, s.id));
  for (SnapshotRow row : rows) {
    if (row.differs || row.seq != said->seq || row.id != said->id || row.hash != said->record) continue;
    if (h.author == ctx.keys.id()) {
      row.attested = true;
    } else {
      ++row.witnesses;
    }
    SP_OK(ctx.replica.put_snapshot(row_.id, s.id, row));
  }
  return Status::good();
}

Status PlanFile::forget_old_envelopes(Context& ctx, PlanSection& s) {
  if (s.start.keeps_history) return Status::good();
  SP_TRY(const std::vector<SnapshotRow> rows, ctx.replica.snapshots(row_.id, s.id));
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    if (row->differs || row->upto <= s.start.seq || row->seq > s.seq) continue;
    SP_TRY(const std::uint64_t bytes, ctx.replica.envelope_bytes(row_.id, s.id, row->upto));
    if (bytes < history_bytes_kept) continue;
    SP_TRY(const std::optional<Bytes> body, ctx.replica.envelope(row_.id, s.id, row->seq));
    if (!body) continue;
    SP_TRY(const Envelope envelope, read_envelope(*body));
    SP_TRY(const crypto::SectionKey* key, ctx.keyring.section_key(row_.id, s.id, envelope.header.epoch));
    if (key == nullptr) continue;
    SP_TRY(const Bytes plain, open_content(*key, envelope));
    SP_TRY(const SnapshotRecord record, read_snapshot(plain));
    SP_OK(put_base(ctx, s, plain));
    if (s.start.how == StartKind::whole) s.start.how = StartKind::own;
    s.start.seq = record.upto;
    s.start.chain = record.chain;
    s.start.snapshot_seq = row->seq;
    s.start.snapshot_id = row->id;
    s.start.snapshot_record = row->hash;
    s.dirty = true;
    SP_OK(ctx.replica.delete_envelopes(row_.id, s.id, 0, record.upto));
    return ctx.replica.delete_snapshots(row_.id, s.id, 0, record.upto);
  }
  return Status::good();
}

}  // namespace samplan
