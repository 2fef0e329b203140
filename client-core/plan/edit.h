// Turns what a person wants to do into operations: checks it against the section as this device sees it
// (confirmed plus own unsent) and notes what the person had seen. It changes nothing itself and knows no
// rights beyond "may only propose here". Errors carry a stable code and, in detail, a sentence in bokmål for
// the person.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "client-core/plan/op.h"
#include "client-core/plan/section_state.h"

namespace samplan::plan {

struct FieldInput {
  std::string_view field;  // name
  std::string_view value;  // one member for a set field; name the field again for more
};

// Collects the operations of one batch. A call that fails adds nothing. Calls build on each other: a record
// created here can be edited here, and a field set twice is not in conflict with itself.
class Editor {
 public:
  struct Who {
    DeviceId device;
    PrincipalId person;
    bool proposing = false;  // the batch will be sealed as a proposal
  };
  // `overlay` is borrowed and must hold every batch this device has written; counters continue after its
  // last. `first_counter` overrides that when it is larger (operations were written and discarded).
  Editor(const SectionState& overlay, const Who& who, std::uint64_t first_counter = 0);

  // `id` is fresh and random; plan_entity() for the plan record. Errors: invalid_argument, already_exists.
  Status create_record(std::string_view kind, const EntityId& id, const std::vector<FieldInput>& fields);
  // A value that is already the only one adds no operation. Of a text, what differs from the text as it is now is
  // written, so that it merges with what others write meanwhile.
  Status set_field(const EntityId& id, std::string_view field, std::string_view value);
  // For a text that the person began to change when it said `base`: both that change and what has come since.
  Status change_text(const EntityId& id, std::string_view field, std::string_view base, std::string_view value);
  // Adds a passage at the end of a text, in a line of its own; another field is set.
  Status add_passage(const EntityId& id, std::string_view field, std::string_view passage);
  Status clear_field(const EntityId& id, std::string_view field) { return set_field(id, field, ""); }
  Status add_to_set(const EntityId& id, std::string_view field, std::string_view member);
  Status remove_from_set(const EntityId& id, std::string_view field, std::string_view member);
  // Also how a "removed while edited" record is finally removed: it names everything seen now.
  Status remove_record(const EntityId& id);
  // Takes removals back: keeps a "removed while edited" record, or brings a removed one back with all its
  // values.
  Status keep_record(const EntityId& id);
  // Puts the record directly after another of its kind, or before all of them. What stands there already adds
  // no operation. Errors: not_found, not_allowed (this kind has no order), invalid_argument.
  Status place_after(const EntityId& id, const EntityId& anchor);
  Status place_first(const EntityId& id);
  // Moves a measure below another goal, or a goal below another (its own sub-goals excepted); empty: below
  // none.
  Status move_under(const EntityId& id, const std::optional<EntityId>& goal);
  // Writes an earlier value as a new edit, after bringing the record back if it is removed.
  Status restore(const EntityId& id, std::string_view field, std::string_view value);
  // Settles a field that has several living values; not_found if it has not.
  // Of a text: marks what people changed side by side as looked at, and writes `value`, which may be the merged text as
  // it is.
  Status resolve(const EntityId& id, std::string_view field, std::string_view value);
  // Of a text: `chosen` is an edit of the side whose paragraph is to stand.
  Status resolve_with(const EntityId& id, std::string_view field, const OpId& chosen);

  // Of a text: the merged text stands; not_found if nothing was changed side by side.
  Status resolve_merged(const EntityId& id, std::string_view field);

  Status accept(const std::vector<OpId>& proposals);
  Status decline(const std::vector<OpId>& proposals, std::string_view reason);
  // What the author wants to say about the proposal that this batch is; only when proposing.
  Status note(std::string_view text);

  const std::vector<Op>& ops() const { return ops_; }
  std::vector<Op> take() { return std::move(ops_); }

 private:
  // A record as the person sees it: in the state, created in this batch, or in an own open proposal.
  struct Target {
    const KindSpec* kind = nullptr;
    const Entity* entity = nullptr;  // null if it is only proposed or only in this batch
    bool created_here = false;
  };
  Result<Target> find_target(const EntityId& id) const;
  Result<Target> find_editable(const EntityId& id) const;
  Status check_append_only(const Target& target) const;
  std::vector<OpId> seen_of(const EntityId& id, const FieldSpec& field) const;
  template <class F>
  void for_each_unfolded(F f) const;
  template <class F>
  Status whole(F f);
  Status place(const EntityId& id, const std::optional<EntityId>& anchor);
  bool is_kept_here(const EntityId& id) const;
  const TextField* text_of(const EntityId& id, const FieldSpec& field) const;
  std::string text_now(const EntityId& id, const FieldSpec& field) const;
  std::vector<Op>::const_iterator find_text_op(const EntityId& id, const FieldSpec& field) const;
  void push_text(const EntityId& id, const FieldSpec& field, std::string_view value);
  void push_review(const EntityId& id, const FieldSpec& field, std::vector<OpId> seen);
  Status resolve_text(const EntityId& id, const FieldSpec& field, const OpId& chosen);
  Op& push(OpKind kind, const EntityId& id);

  const SectionState& state_;
  Who who_;
  std::uint64_t next_counter_;
  std::vector<Op> ops_;
};

// All of it or nothing.
template <class F>
Status Editor::whole(F f) {
  const std::size_t before = ops_.size();
  const std::uint64_t counter = next_counter_;
  Status status = f();
  if (status.ok()) return status;
  ops_.resize(before);
  next_counter_ = counter;
  return status;
}

}  // namespace samplan::plan
