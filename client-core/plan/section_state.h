// What a section of a plan says: the fold of its envelopes, one batch after another in section sequence.
// Every device that applied the same envelopes has the same state, byte for byte. It reads no clock, knows no
// roles and never fails: whatever a validly signed batch holds, the result is defined and its memory bounded.
//
// The rules for what honest programs never write (each tested):
//   - an operation whose counter is not above the last one applied from its device is a repetition: skipped;
//   - an operation on a record that does not exist has no effect; a second creation of a record has none;
//   - ids in `refs` that are not alive are ignored, never remembered (sync/merge/register.h says why);
//   - append-only records take no operation but those of the batch that created them;
//   - a record placed beside itself or beside one that does not exist stays where it stands;
//   - beyond a bound of limits.h a new record, field or addition has no effect.
// Unknown record kinds and fields (a newer program's) are folded by the general rules, kept and encoded, not
// shown. A value that does not fit its field's type is kept and shown as it is, with a mark (view.h).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "client-core/plan/batch.h"
#include "client-core/plan/op.h"
#include "client-core/plan/record_order.h"
#include "client-core/plan/text_field.h"
#include "sync/merge/lifecycle.h"
#include "sync/merge/observed_set.h"
#include "sync/merge/register.h"

namespace samplan::plan {

struct Author {
  DeviceId device;
  PrincipalId person;
  std::optional<PrincipalId> on_behalf;
  friend bool operator==(const Author&, const Author&) = default;
  friend bool operator<(const Author& a, const Author& b);
};

struct Entity {
  RecordKind kind = 0;
  merge::Lifecycle life;
  std::map<FieldId, merge::Register> fields;
  std::map<FieldId, merge::ObservedSet> sets;  // never empty ones
  std::map<FieldId, TextField> texts;
  std::optional<merge::Stamp>
      placed;  // the last move of it; a removal neither covers nor needs to have seen it
  RecordOrder::Slot slot = RecordOrder::none;
};

// Calls f(stamp, field) for every living operation of the record; field 0 for its creation and keeps.
template <class EntityType, class F>
void for_each_living(EntityType& entity, F f) {
  f(entity.life.created, FieldId{0});
  for (auto& stamp : entity.life.keeps) f(stamp, FieldId{0});
  for (auto& [id, field] : entity.fields)
    for (auto& value : field.live) f(value.stamp, id);
  for (auto& [id, set] : entity.sets)
    for (auto& addition : set.additions) f(addition.stamp, id);
  for (auto& [id, text] : entity.texts)
    for (auto& stamp : text.newest) f(stamp, id);
}

// Every living operation had been seen by a removal that is in force.
bool is_removed(const Entity& entity);
// A removal is in force, but somebody edited what the remover had not seen.
bool is_removed_while_edited(const Entity& entity);

enum class ProposalState : std::uint8_t { open = 0, accepted = 1, declined = 2 };

struct ProposedOp {
  Op op;
  bool superseded = false;  // a later operation that took effect replaces it; accepting has no effect on it
  friend bool operator==(const ProposedOp&, const ProposedOp&) = default;
};

struct Proposal {
  merge::Stamp stamp;  // of the batch; its op is the proposal's id
  std::string note;
  std::vector<ProposedOp> ops;  // ascending counters
  ProposalState state = ProposalState::open;
  std::optional<merge::Stamp> answered;  // who accepted or declined; present unless open
  std::string reason;
  // False for an accepted one that came with a state somebody handed over: what its operations said has taken effect,
  // and what of it no longer stands is not told. Their texts and the note are empty then.
  bool has_words = true;
  friend bool operator==(const Proposal&, const Proposal&) = default;
};

struct ApplyContext {
  std::uint64_t seq = merge::pending_seq;  // from 1; pending_seq for own batches that are not numbered yet
  PrincipalId person;                      // whose device the author is, by the logs
  bool proposal = false;                   // flag b1 of the envelope
};

class SectionState {
 public:
  explicit SectionState(SectionId section) : section_(section) {}

  // Applies one valid batch. Confirmed ones come in ascending seq; one that is not above last_seq() is
  // skipped. In a proposal batch only creations of `own` kinds, and operations on such records of the same
  // person, take effect; answers are ignored; the rest waits as a proposal whose id is the first new
  // operation of the batch. An accepted proposal takes effect where the answer stands, with the refs it was
  // written with. A proposal that was declined can still be accepted; an accepted one stays accepted.
  void apply(const Batch& batch, const ApplyContext& context);

  // For telling history: forgets nothing that the texts of this record say from here on.
  void remember_all_of(const EntityId& record);

  SectionId section() const { return section_; }
  std::uint64_t last_seq() const { return last_seq_; }  // 0 = nothing confirmed applied
  std::uint64_t last_counter(const DeviceId& device) const;
  const std::map<EntityId, Entity>& entities() const { return entities_; }
  const std::map<OpId, Proposal>& proposals() const { return proposals_; }
  // Every record, removed and unknown ones too, as listed: creation order but for those that were moved.
  const RecordOrder& order() const { return order_; }
  const Entity* find(const EntityId& id) const;
  const Proposal* find_proposal(const OpId& id) const;
  // The operation as it waits, or waited, in a proposal; both null for one that took effect by itself.
  struct Proposed {
    const Proposal* proposal = nullptr;
    const ProposedOp* op = nullptr;
  };
  Proposed find_proposed(const OpId& op) const;
  const Author& author_of(const merge::Stamp& stamp) const { return authors_[stamp.author]; }

  // Canonical: the same applied envelopes give the same bytes, whatever was stored and opened in between. What
  // devices compare, vouch for and hand over. It says what is current and what is open, and never what a text, a
  // field or an accepted proposal said before. Meant for confirmed states; an overlay is never stored.
  Bytes encode() const;
  // The same with what this device remembers beside it, for its own store; no two devices need agree on that.
  Bytes encode_own() const;
  // Strict. Errors: malformed, truncated, too_large, not_utf8; unknown_version also for a state that another
  // schema_version folded: fold it again from the envelopes.
  static Result<SectionState> decode(ByteView bytes);
  static Result<SectionState> decode_own(ByteView bytes);

 private:
  friend class StateReader;
  Bytes encode_as(bool own) const;
  // What the operations of one batch, or of one accepted proposal, share while they are applied.
  struct Run {
    std::set<EntityId> created;  // the only append-only records that they may still fill
    bool accepted = false;       // an accepted proposal: beside the text that was there it had seen only itself
    std::map<std::pair<EntityId, FieldId>, std::uint64_t> written;  // counter of its last edit of each text
  };

  std::uint32_t intern(const Author& author);
  void run(const Op& op, const merge::Stamp& stamp, Run& run);
  void run_create(const Op& op, const merge::Stamp& stamp, Run& run);
  void run_on_entity(Entity& entity, const Op& op, const merge::Stamp& stamp, Run& shared);
  void run_text(Entity& entity, const Op& op, const merge::Stamp& stamp, Run& shared);
  void run_place(Entity& entity, const Op& op, const merge::Stamp& stamp);
  void run_answer(const Op& op, const merge::Stamp& stamp);
  bool takes_effect_from_proposer(const Op& op, const PrincipalId& person) const;
  void add_proposal(Proposal proposal);
  void mark_superseded(const Op& by);
  void bound_proposals(const PrincipalId& person);

  SectionId section_;
  std::uint64_t last_seq_ = 0;
  std::map<DeviceId, std::uint64_t> last_counter_;
  std::vector<Author> authors_;
  std::map<Author, std::uint32_t> author_index_;
  std::map<EntityId, Entity> entities_;
  RecordOrder order_;
  std::map<OpId, Proposal> proposals_;
  std::optional<EntityId> remembered_;
};

struct PendingBatch {
  Batch batch;
  bool proposal = false;
};

// The state as this device sees it: the confirmed one with the person's own unsent batches on top, oldest
// first.
SectionState overlay(const SectionState& confirmed, const std::vector<PendingBatch>& pending,
                     const PrincipalId& person);

}  // namespace samplan::plan
