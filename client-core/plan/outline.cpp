#include "client-core/plan/outline.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "client-core/plan/schema.h"

namespace samplan::plan {
namespace {

// What the field shows first; empty if it has no value.
std::string shown_value(const SectionState& state, const Entity& entity, std::string_view name,
                        const RoleOf& role_of) {
  const KindSpec* kind = find_kind(entity.kind);
  const FieldSpec* field = kind == nullptr ? nullptr : find_field(*kind, name);
  if (field == nullptr) return {};
  const auto found = entity.fields.find(field->id);
  if (found == entity.fields.end()) return {};
  const std::vector<Version> versions = versions_of(state, found->second, field, role_of);
  return versions.empty() ? std::string() : versions.front().value;
}

// Calls f(id, entity) for every record of the section's order, removed ones included.
template <class F>
void for_each_in_order(const SectionState& state, F f) {
  const RecordOrder& order = state.order();
  for (RecordOrder::Slot slot = order.first(); slot != RecordOrder::none; slot = order.next(slot))
    f(order.id(slot), *state.find(order.id(slot)));
}

std::vector<EntityId> of_kind(const Listed& listed, std::string_view kind) {
  const auto found = listed.find(kind_id(kind));
  return found == listed.end() ? std::vector<EntityId>() : found->second;
}

class OutlineBuilder {
 public:
  OutlineBuilder(const SectionState& state, const Listed& listed, const RoleOf& role_of)
      : state_(state),
        role_of_(role_of),
        goals_(of_kind(listed, "goal")),
        measures_(of_kind(listed, "measure")) {
    for (std::size_t i = 0; i < goals_.size(); ++i) place_of_.emplace(goals_[i], i);
  }

  Outline build() {
    below_.resize(goals_.size());
    std::vector<std::size_t> tops;
    const std::vector<std::optional<std::size_t>> parents = parents_without_circles();
    for (std::size_t i = 0; i < goals_.size(); ++i)
      if (parents[i])
        below_[*parents[i]].push_back(i);
      else
        tops.push_back(i);
    list_from(tops);
    add_measures();
    return std::move(out_);
  }

 private:
  // Follows each goal upwards once; where that comes back to where it began, the first in the list loses its
  // parent.
  std::vector<std::optional<std::size_t>> parents_without_circles() const {
    std::vector<std::optional<std::size_t>> parents(goals_.size());
    for (std::size_t i = 0; i < goals_.size(); ++i)
      parents[i] = goal_at(shown_value(state_, *state_.find(goals_[i]), "parent", role_of_));
    std::vector<std::size_t> walk(goals_.size(), goals_.size());  // in which walk a goal was first met
    for (std::size_t start = 0; start < goals_.size(); ++start) {
      std::size_t at = start;
      while (walk[at] == goals_.size()) {
        walk[at] = start;
        if (!parents[at]) break;
        at = *parents[at];
      }
      if (walk[at] != start || !parents[at]) continue;
      std::size_t first = at;
      for (std::size_t i = *parents[at]; i != at; i = *parents[i]) first = std::min(first, i);
      parents[first].reset();
    }
    return parents;
  }
  // Depth first without recursion: a chain of sub-goals may be as long as the section.
  void list_from(const std::vector<std::size_t>& tops) {
    std::vector<std::pair<std::size_t, std::size_t>> stack;
    for (auto it = tops.rbegin(); it != tops.rend(); ++it) stack.emplace_back(*it, 0);
    while (!stack.empty()) {
      const auto [at, depth] = stack.back();
      stack.pop_back();
      line_of_.emplace(goals_[at], out_.goals.size());
      out_.goals.push_back({goals_[at], depth, {}});
      for (auto it = below_[at].rbegin(); it != below_[at].rend(); ++it) stack.emplace_back(*it, depth + 1);
    }
  }
  void add_measures() {
    const FieldSpec* serves = find_field(*find_kind("measure"), "goals");
    for (const EntityId& id : measures_) {
      const Entity& measure = *state_.find(id);
      std::size_t line = line_at(shown_value(state_, measure, "main_goal", role_of_));
      const auto set = measure.sets.find(serves->id);
      if (line == out_.goals.size() && set != measure.sets.end())
        for (const merge::Addition& a : set->second.additions) line = std::min(line, line_at(a.member));
      if (line == out_.goals.size())
        out_.without_goal.push_back(id);
      else
        out_.goals[line].measures.push_back(id);
    }
  }
  std::optional<std::size_t> goal_at(const std::string& value) const {
    const auto id = EntityId::parse(value);
    const auto found = id ? place_of_.find(*id) : place_of_.end();
    if (found == place_of_.end()) return std::nullopt;
    return found->second;
  }
  std::size_t line_at(const std::string& value) const {
    const auto id = EntityId::parse(value);
    const auto found = id ? line_of_.find(*id) : line_of_.end();
    return found == line_of_.end() ? out_.goals.size() : found->second;
  }

  const SectionState& state_;
  const RoleOf& role_of_;
  const std::vector<EntityId> goals_;
  const std::vector<EntityId> measures_;
  std::map<EntityId, std::size_t> place_of_;
  std::map<EntityId, std::size_t> line_of_;
  std::vector<std::vector<std::size_t>> below_;
  Outline out_;
};

}  // namespace

std::vector<EntityId> in_order(const SectionState& state) {
  std::vector<EntityId> out;
  for_each_in_order(state, [&](const EntityId& id, const Entity& entity) {
    if (!is_removed(entity)) out.push_back(id);
  });
  return out;
}

std::string record_words(const SectionState& state, const EntityId& id, const RoleOf& role_of) {
  const Entity* entity = state.find(id);
  const KindSpec* kind = entity == nullptr ? nullptr : find_kind(entity->kind);
  return kind == nullptr ? std::string() : shown_value(state, *entity, kind->fields.front().name, role_of);
}

Listed listed_by_kind(const SectionState& state, const RoleOf& role_of) {
  // A record that nobody moved, with those that were put after it. Removed ones still hold theirs together.
  struct Run {
    bool has_head = false;
    std::string priority;
    std::vector<EntityId> records;
  };
  std::map<RecordKind, std::vector<Run>> kinds;
  for_each_in_order(state, [&](const EntityId& id, const Entity& entity) {
    std::vector<Run>& runs = kinds.try_emplace(entity.kind, 1).first->second;
    if (!entity.placed) runs.push_back({true, shown_value(state, entity, "priority", role_of), {}});
    if (!is_removed(entity)) runs.back().records.push_back(id);
  });
  Listed out;
  for (auto& [kind, runs] : kinds) {
    std::stable_sort(runs.begin(), runs.end(), [](const Run& a, const Run& b) {
      return a.has_head != b.has_head ? b.has_head : number_before(a.priority, b.priority);
    });
    for (const Run& run : runs)
      if (!run.records.empty()) out[kind].insert(out[kind].end(), run.records.begin(), run.records.end());
  }
  return out;
}

Outline outline_of(const SectionState& state, const Listed& listed, const RoleOf& role_of) {
  return OutlineBuilder(state, listed, role_of).build();
}

}  // namespace samplan::plan
