// One plan as this device holds it, opened from the replica: its governance log folded, each section's place in its
// chain, and each section's content, confirmed and as the person sees it (with own unsent changes on top).
//
// Invariants
//   1. A section's row is contiguous: every envelope from `start.seq` up to `seq` is stored and judged.
//   2. The confirmed state is the fold of exactly the valid envelopes up to `seq`: of those stored, on the base.
//   3. A pending row disappears only when an envelope that contains it lies, valid, in the stored chain, or when it
//      has moved to quarantine in the same transaction. Nothing the server says removes one.
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "client-core/context.h"
#include "client-core/intent.h"
#include "client-core/plan/batch.h"
#include "client-core/plan/section_state.h"
#include "client-core/snapshot.h"
#include "sync/log/governance.h"
#include "sync/log/validity.h"
#include "sync/wire/message.h"

namespace samplan {

struct PlanSection {
  SectionId id = 0;
  std::uint64_t seq = 0;
  Hash chain;
  AuthorChains authors;
  SectionStart start;  // where the stored envelopes begin
  Bytes sealed_state;
  bool dirty = false;                        // the row must be written
  std::optional<plan::SectionState> state;   // confirmed; opened when first needed
  std::optional<plan::SectionState> shown;   // with own unsent changes; dropped when either changes
};

class PlanFile {
 public:
  // errors: not_found, corrupt.
  static Result<std::unique_ptr<PlanFile>> open(Context& ctx, const PlanId& id);
  // A new plan made on this device: genesis stored, keys kept, shared with nobody.
  static Result<std::unique_ptr<PlanFile>> create(Context& ctx);
  // A plan that the server has told us of; nothing known yet.
  static std::unique_ptr<PlanFile> unknown(const PlanId& id);

  const PlanId& id() const { return row_.id; }
  Holding holding() const { return row_.holding; }
  PlanRow& row() { return row_; }
  const GovState& gov() const { return gov_; }
  // The number of governance records that the server has confirmed.
  std::uint64_t confirmed_gov() const { return confirmed_gov_; }
  SectionHeads heads() const;

  // Appends a governance record: one of our own before the plan is shared (recv_ms 0), or one from the server.
  // The same record again only notes that the server has it. errors: frozen when the server shows another record at a
  // number we hold; those of GovState::apply.
  Status take_gov(Context& ctx, ByteView record, const std::vector<KeyWrap>& wraps, UnixMs recv_ms);

  // This device's rights in a section now.
  std::uint8_t rights(const Context& ctx, SectionId section) const;
  bool has_access(const Context& ctx) const;
  // The service unit under whose right this device acts in the section, when its person has none of its own.
  std::optional<PrincipalId> acting_for(const Context& ctx, SectionId section) const;

  PlanSection& section(SectionId id);
  const std::map<SectionId, PlanSection>& sections() const { return sections_; }
  // Sections whose content this device can have: rights to read, in order.
  std::vector<SectionId> readable(const Context& ctx) const;

  Result<const plan::SectionState*> confirmed(Context& ctx, SectionId section);
  Result<const plan::SectionState*> shown(Context& ctx, SectionId section);
  // Own unsent batches of a section, oldest first.
  Result<std::vector<plan::PendingBatch>> unsent(Context& ctx, SectionId section);

  // Takes the next envelope of a section's chain. `own`: bytes from the outbox. Judges, stores, folds.
  // Returns false when it cannot be decided or opened yet: nothing was taken, ask again later.
  Result<bool> take_envelope(Context& ctx, SectionId section, std::uint64_t seq, ByteView bytes);

  // Judges every stored envelope of the section anew, on the base, and folds again; for when a cut voids
  // what we had taken. errors: unknown_version, corrupt when the base is of no use.
  Status refold(Context& ctx, SectionId section);

  // What the section amounts to now, to be sealed under `epoch`. errors: no_key while the state is not known here.
  Result<Bytes> snapshot_now(Context& ctx, SectionId section, std::uint32_t epoch);

  // An offered snapshot, checked as far as it can be without the chain: a record of this section at this place.
  // errors: unknown_version (of another program: not for us), no_key, and malformed, too_large, corrupt for what no
  // honest writer would sign.
  Result<SnapshotRecord> check_snapshot(const Envelope& envelope, std::uint64_t seq, const Result<Bytes>& plain) const;
  // Begins an empty section with a trusted snapshot; `bytes`: its envelope, which stands at `seq`.
  Status begin_with(Context& ctx, const SnapshotRecord& record, const Envelope& envelope, std::uint64_t seq);
  // Keeps a snapshot that cannot be right as proof, and looks at no other of its author.
  Status note_differing(Context& ctx, SectionId section, const Envelope& envelope, std::uint64_t seq,
                        const SnapshotRecord& record);
  // Sections and authors of snapshots found to differ since the last call.
  std::vector<std::pair<SectionId, DeviceId>> take_differing() { return std::exchange(differing_, {}); }

  // Asks the coming syncs for the envelopes before the section's start; they stay when they are here. Nothing to do:
  // good. `wanted_history`: what is still missing.
  Status want_history(Context& ctx, SectionId section);
  Result<std::vector<HistoryRange>> wanted_history(Context& ctx);
  enum class HistoryStep : std::uint8_t {
    more,
    done,     // all is here, and folded it is what the snapshot said
    differs,  // it is not: noted, and the section begins anew
  };
  // Takes the next old envelope. errors: frozen when they form another chain than the one we know.
  Result<HistoryStep> take_history(Context& ctx, SectionId section, std::uint64_t seq, ByteView bytes);

  // Writes ops as a pending row; durable when it returns. `proposal`: they are inert until accepted.
  Status write(Context& ctx, SectionId section, std::vector<plan::Op> ops, bool proposal);

  // Gives the own unsent operations of a section from `from` on numbers that are larger by `shift`.
  Status renumber(Context& ctx, SectionId section, std::uint64_t from, std::uint64_t shift);

  // Stores what has changed in memory (section rows, plan row).
  Status save(Context& ctx);

  // What the section was where the envelopes that this device stores begin; empty at its start.
  Result<plan::SectionState> base_state(Context& ctx, SectionId section);
  // Forgets the section's chain and content, to be fetched again from the start; keys and unsent changes stay.
  Status restart_section(Context& ctx, SectionId section);

  // Forgets a section's content and shreds its keys. Unsent changes must have been moved before.
  Status drop_section(Context& ctx, SectionId section);

 private:
  // What a snapshot in the chain turned out to be.
  enum class Looked : std::uint8_t {
    nothing,  // not looked into, or it differs
    good,     // exactly what we have folded
    awaited,  // the state that this section was waiting for
  };
  struct Folded {
    plan::SectionState state;
    AuthorChains authors;
    std::uint64_t seq = 0;
    Hash chain;
    std::vector<std::pair<std::uint64_t, Verdict>> verdicts;
  };
  Result<bool> fold(Context& ctx, PlanSection& s, const Envelope& envelope, std::uint64_t seq);
  void apply_change(Context& ctx, plan::SectionState& state, const EnvelopeHeader& h, std::uint64_t seq,
                    const Result<Bytes>& plain) const;
  Result<Looked> look_at_snapshot(Context& ctx, PlanSection& s, const Envelope& envelope, std::uint64_t seq,
                                  const Result<Bytes>& plain);
  Status note_attestation(Context& ctx, const PlanSection& s, const EnvelopeHeader& h, const Result<Bytes>& plain);
  // Folds the stored envelopes after `from` up to `upto`.
  Result<Folded> fold_stored(Context& ctx, SectionId section, Folded from, std::uint64_t upto);
  Result<Folded> base_of(Context& ctx, const PlanSection& s);
  Result<Folded> nearest_before(Context& ctx, const PlanSection& s, std::uint64_t upto);
  Result<Folded> history_start(const Context& ctx, SectionId section) const;
  Status put_base(Context& ctx, PlanSection& s, ByteView record);
  Status forget_old_envelopes(Context& ctx, PlanSection& s);
  Result<HistoryStep> finish_history(Context& ctx, PlanSection& s);
  Result<Bytes> handed_over_record(Context& ctx, const PlanSection& s, const Folded& at);
  Status begin_anew(Context& ctx, PlanSection& s);
  Status absorb_wraps(Context& ctx, const GovBody& body, const std::vector<KeyWrap>& wraps);
  void begin_section(PlanSection& s);

  PlanRow row_;
  GovState gov_;
  std::uint64_t confirmed_gov_ = 0;
  std::map<SectionId, PlanSection> sections_;
  std::vector<std::pair<SectionId, DeviceId>> differing_;
};

// The plaintext of a change envelope: (length u32 || batch) x n, so that changes made at different times keep theirs.
Bytes join_batches(const std::vector<Bytes>& batches);
Result<std::vector<plan::Batch>> split_batches(ByteView plaintext, const DeviceId& author);

}  // namespace samplan
