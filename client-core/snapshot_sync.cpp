// Snapshots in the sync exchange: weighing one that the server offers, saying where reading begins, taking
// old envelopes, and deciding when a push carries a snapshot or an attestation of its own.
#include <algorithm>

#include "base/planted.h"
#include "client-core/pack.h"
#include "client-core/sync_engine.h"
#include "sync/log/sections.h"

namespace samplan {
namespace {

// After so many snapshots that are not good enough, the whole chain.
constexpr int offers_max = 4;

// Who says what a section is, so far as it may count: a device that may write there now.
struct Witness {
  PrincipalId person;
  bool coordinator = false;
};

std::optional<Witness> witness_of(const Context& ctx, const GovState& gov, const DeviceId& device,
                                  SectionId section) {
  if ((gov.rights_now(device, section, ctx.book) & right_write) == 0) return std::nullopt;
  Witness out;
  out.person = ctx.book.find_device(device).person->id;
  for (const Participant* p : gov.participants_of_device_now(device, ctx.book))
    out.coordinator = out.coordinator || p->number == gov.coordinator();
  return out;
}

// A signed statement stays one after a later cut of its section, which only says that its place does not
// count.
bool is_signed_word(const Context& ctx, const GovState& gov, const Envelope& e) {
  const Verdict verdict = judge_alone(e, 0, gov, ctx.book, true);
  return verdict == Verdict::valid || verdict == Verdict::outside_cut;
}

}  // namespace

// Trusted: the coordinator says so, or this person's own other device, or two different people who may write.
Result<bool> SyncEngine::is_trusted(Context& ctx, PlanFile& file, const SnapshotOffer& offer,
                                    const Envelope& snapshot, const Hash& record) {
  const GovState& gov = file.gov();
  std::vector<Witness> witnesses;
  const auto author = witness_of(ctx, gov, snapshot.header.author, offer.section);
  if (!author) return false;
  if (SP_PLANTED(snapshot_unattested)) return true;
  witnesses.push_back(*author);
  for (const Bytes& bytes : offer.attestations) {
    const auto e = read_envelope(bytes);
    if (!e.ok() || e->header.kind != EnvelopeKind::attestation || e->header.plan != file.id() ||
        e->header.section != offer.section || !is_signed_word(ctx, gov, *e))
      continue;
    const auto who = witness_of(ctx, gov, e->header.author, offer.section);
    SP_TRY(const crypto::SectionKey* key, ctx.keyring.section_key(file.id(), offer.section, e->header.epoch));
    if (!who || key == nullptr) continue;
    const auto plain = open_content(*key, *e);
    const auto said = plain.ok() ? read_attestation(*plain) : Result<Attestation>(plain.error());
    if (said.ok() && said->seq == offer.seq && said->id == snapshot.id && said->record == record)
      witnesses.push_back(*who);
  }
  return std::any_of(witnesses.begin(), witnesses.end(), [&](const Witness& w) {
    return w.coordinator || w.person == ctx.person || w.person != witnesses.front().person;
  });
}

Status SyncEngine::take_offer(Context& ctx, PlanFile& file, const SnapshotOffer& offer,
                              SyncOutcome& outcome) {
  PlanSection& s = file.section(offer.section);
  std::map<SectionId, Refusal>& refusals = begins_[file.id()];
  if (s.seq != 0) {
    // Taken before, but the server has not heard of it: the next request says so.
    outcome.again = outcome.again || s.seq == s.start.seq;
    return Status::good();
  }
  const auto refuse = [&] {
    Refusal& r = refusals[offer.section];
    r.snapshot = ++r.count < offers_max ? offer.seq : 0;
    outcome.again = true;
    return Status::good();
  };
  const auto e = read_envelope(offer.snapshot);
  if (!e.ok() || e->header.kind != EnvelopeKind::snapshot || e->header.plan != file.id() ||
      e->header.section != offer.section)
    return refuse();
  const Verdict verdict = judge_alone(*e, offer.seq, file.gov(), ctx.book, true);
  // Records or keys are still on their way: the server offers it again.
  if (verdict == Verdict::undecided) return Status::good();
  if (verdict != Verdict::valid) return refuse();
  // Own changes that may stand in the chain already are confirmed by the chain only.
  SP_TRY(const std::vector<PendingRow> pending, ctx.replica.pending(file.id()));
  const bool own = std::any_of(pending.begin(), pending.end(),
                               [&](const PendingRow& row) { return row.section == offer.section; });
  SP_TRY(const std::vector<SnapshotRow> rows, ctx.replica.snapshots(file.id(), offer.section));
  const bool lied = std::any_of(rows.begin(), rows.end(), [&](const SnapshotRow& r) {
    return r.differs && r.author == e->header.author;
  });
  if (own || lied) return refuse();
  SP_TRY(const crypto::SectionKey* key, ctx.keyring.section_key(file.id(), offer.section, e->header.epoch));
  if (key == nullptr) return Status::good();
  const auto plain = open_content(*key, *e);
  const auto record = file.check_snapshot(*e, offer.seq, plain);
  const auto false_word = [&](const SnapshotRecord& said) -> Status {
    SP_OK(file.note_differing(ctx, offer.section, *e, offer.seq, said));
    return refuse();
  };
  if (record.code() == Errc::unknown_version) return refuse();
  if (!record.ok()) return false_word({});
  // Reading "from now" begins at a cut; a snapshot of before is of no use to whoever reads from there.
  for (const Participant* p : file.gov().participants_of_device_now(ctx.keys.id(), ctx.book)) {
    const auto base = p->base.find(offer.section);
    if (base != p->base.end() && record->upto < base->second.first) return refuse();
  }
  SP_TRY(const bool trusted, is_trusted(ctx, file, offer, *e, snapshot_hash(*plain)));
  if (!trusted) return refuse();
  const Status begun = file.begin_with(ctx, *record, *e, offer.seq);
  if (begun.code() == Errc::not_saved || begun.code() == Errc::io || begun.code() == Errc::corrupt)
    return begun;
  if (begun.code() == Errc::unknown_version) return refuse();
  if (!begun.ok()) return false_word(*record);
  refusals.erase(offer.section);
  outcome.again = true;
  return Status::good();
}

void SyncEngine::say_begins(const Context& ctx, PlanFile& file, PlanRequest& out) {
  const auto refusals = begins_.find(file.id());
  bool open = false;
  for (const SectionId id : file.readable(ctx)) {
    const PlanSection& s = file.section(id);
    if (s.seq != 0 && s.start.how == StartKind::trusted && s.seq == s.start.seq) {
      out.begin.push_back({id, s.start.seq, s.start.snapshot_seq});
    } else if (s.seq == 0 && refusals != begins_.end()) {
      const auto r = refusals->second.find(id);
      if (r != refusals->second.end()) out.begin.push_back({id, 0, r->second.snapshot});
      open = open || r != refusals->second.end();
    }
  }
  // What has begun is forgotten, so that the plan need not be named for it.
  if (refusals != begins_.end() && !open) begins_.erase(refusals);
}

Status SyncEngine::take_history(Context& ctx, PlanFile& file, const SectionPull& pull, SyncOutcome& outcome) {
  for (const PulledEnvelope& e : pull.envelopes) {
    SP_TRY(const PlanFile::HistoryStep step, file.take_history(ctx, pull.section, e.seq, e.bytes));
    if (step == PlanFile::HistoryStep::more) continue;
    if (step == PlanFile::HistoryStep::differs) {
      token_valid_ = false;
      outcome.again = true;
    }
    return Status::good();
  }
  if (pull.more && !pull.envelopes.empty()) outcome.again = true;
  return Status::good();
}

// A snapshot goes before the changes of its push, so that it says exactly what the chain is at its own place.
Result<std::optional<Bytes>> SyncEngine::due_snapshot(Context& ctx, PlanFile& file, const GovState& gov,
                                                      SectionId id, const std::vector<OutboxRow>& outbox) {
  const std::optional<Bytes> none;
  const PlanSection& s = file.section(id);
  // What came since is worth as much as the last one took, so that snapshots never outweigh the chain.
  const std::uint64_t due_bytes = std::max(snapshot_due_bytes, s.start.last_bytes);
  if (id == section_access_log || s.start.bytes < due_bytes) return none;
  if (no_snapshots_.count({file.id(), id}) != 0) return none;
  // What is on its way would stand between the state and the snapshot.
  if (std::any_of(outbox.begin(), outbox.end(), [&](const OutboxRow& row) { return row.section == id; }))
    return none;
  // Only what is the whole chain, as far as the server has told us.
  if (head_in_receipt(file, id) != s.seq) return none;
  const SectionGov* section = gov.section(id);
  for (const Cut& cut : section->cuts)
    if (cut.section_seq > s.seq) return none;
  const auto record = file.snapshot_now(ctx, id, section->epoch.latest()->epoch);
  if (record.code() == Errc::no_key) return none;
  if (!record.ok()) return record.error();
  if (record->size() > snapshot_plain_bytes_max) return none;
  return std::optional<Bytes>(*record);
}

// Somebody else's snapshot that this device has folded itself, from the start, and that few have vouched for
// yet. A device that began with a snapshot says nothing: its word would only be another's.
Result<std::optional<SnapshotRow>> SyncEngine::due_attestation(Context& ctx, PlanFile& file, SectionId id) {
  const std::optional<SnapshotRow> none;
  const StartKind how = file.section(id).start.how;
  if (how != StartKind::whole && how != StartKind::own) return none;
  SP_TRY(const std::vector<SnapshotRow> rows, ctx.replica.snapshots(file.id(), id));
  for (auto row = rows.rbegin(); row != rows.rend(); ++row) {
    if (row->differs) continue;
    const IdentityBook::Owner author = ctx.book.find_device(row->author);
    const bool mine = author.person != nullptr && author.person->id == ctx.person;
    if (mine || row->attested || row->witnesses >= attestations_useful) return none;
    return std::optional<SnapshotRow>(*row);
  }
  return none;
}

// The server will not have a snapshot or an attestation (quota): nothing of the person may hang on it. What
// was sealed after it is sealed anew; that its operations might stand in the chain twice is harmless, they
// have ids.
Status SyncEngine::drop_refused_extra(Context& ctx, PlanFile& file, const Hash& id, bool& dropped) {
  SP_TRY(const std::vector<OutboxRow> outbox, ctx.replica.outbox(file.id()));
  const auto refused =
      std::find_if(outbox.begin(), outbox.end(), [&](const OutboxRow& row) { return row.id == id; });
  dropped = false;
  if (refused == outbox.end()) return Status::good();
  SP_TRY(const Envelope e, read_envelope(refused->body));
  if (e.header.kind != EnvelopeKind::snapshot && e.header.kind != EnvelopeKind::attestation)
    return Status::good();
  dropped = true;
  no_snapshots_.insert({file.id(), refused->section});
  for (const OutboxRow& row : outbox)
    if (row.section == refused->section && row.epoch == refused->epoch &&
        row.author_seq >= refused->author_seq)
      SP_OK(ctx.replica.delete_outbox(file.id(), row.id));
  return Status::good();
}

}  // namespace samplan
