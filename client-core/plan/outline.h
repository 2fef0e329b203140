// How the records of a section are listed: in the order people gave them, sub-goals below their goal,
// measures below the goal they belong under. Every record that is there is listed exactly once, whatever
// others have written: a parent that is gone, elsewhere or part of a circle hides nothing. Only reads; linear
// but for a sort by priority.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "base/ids.h"
#include "client-core/plan/conflicts.h"
#include "client-core/plan/section_state.h"

namespace samplan::plan {

// Records that are there, as they stand in the section's order, whatever their kind.
std::vector<EntityId> in_order(const SectionState& state);

// The same by kind. Goals that nobody has moved go by priority, those without one last; a goal that was moved
// follows the one after which it stands.
using Listed = std::map<RecordKind, std::vector<EntityId>>;
Listed listed_by_kind(const SectionState& state, const RoleOf& role_of = {});

// What people call a record in one line: what its first field says. Empty if it is not here.
std::string record_words(const SectionState& state, const EntityId& id, const RoleOf& role_of = {});

struct OutlineGoal {
  EntityId goal;
  std::size_t depth = 0;  // 0: no goal above it
  std::vector<EntityId> measures;
};

struct Outline {
  std::vector<OutlineGoal> goals;      // each followed by its sub-goals
  std::vector<EntityId> without_goal;  // measures whose goals are not here
};

// A goal is below the first shown value of `parent`. In a circle of goals the one that stands first is at the
// top. A measure is below the first shown value of `main_goal`, else below the first listed of its `goals`.
// `listed` is that of the same state and roles.
Outline outline_of(const SectionState& state, const Listed& listed, const RoleOf& role_of = {});

}  // namespace samplan::plan
