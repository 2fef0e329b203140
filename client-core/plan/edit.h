// Turns what a person wants to do into operations: checks it against the section as this device sees it
// (confirmed plus own unsent) and notes what the person had seen. It changes nothing itself and knows no
// rights beyond "may only propose here". Errors carry a stable code and, in detail, a sentence in bokmål for
// the person.
#pragma once

#include <cstdint>
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
  // A value that is already the only one adds no operation.
  Status set_field(const EntityId& id, std::string_view field, std::string_view value);
  Status clear_field(const EntityId& id, std::string_view field) { return set_field(id, field, ""); }
  Status add_to_set(const EntityId& id, std::string_view field, std::string_view member);
  Status remove_from_set(const EntityId& id, std::string_view field, std::string_view member);
  // Also how a "removed while edited" record is finally removed: it names everything seen now.
  Status remove_record(const EntityId& id);
  // Takes removals back: keeps a "removed while edited" record, or brings a removed one back with all its
  // values.
  Status keep_record(const EntityId& id);
  // Settles a field that has several living values; not_found if it has not.
  Status resolve(const EntityId& id, std::string_view field, std::string_view value);
  Status resolve_with(const EntityId& id, std::string_view field, const OpId& chosen);

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
  Op& push(OpKind kind, const EntityId& id);

  const SectionState& state_;
  Who who_;
  std::uint64_t next_counter_;
  std::vector<Op> ops_;
};

}  // namespace samplan::plan
