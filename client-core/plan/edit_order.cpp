// The editor's moves, and bringing back what was there before.
#include <algorithm>

#include "base/limits.h"
#include "client-core/plan/edit.h"
#include "client-core/plan/outline.h"

namespace samplan::plan {
namespace {

Error refuse(Errc code, const char* sentence) { return {code, "plan::Editor", sentence}; }

bool is_listed_with(const SectionState& state, RecordOrder::Slot slot, const Entity& record) {
  const Entity& other = *state.find(state.order().id(slot));
  return other.kind == record.kind && !is_removed(other) && slot != record.slot;
}

// The record that would follow directly after the new place, among those listed with it.
const Entity* next_there(const SectionState& state, const Entity& record, const Entity* anchor) {
  const RecordOrder& order = state.order();
  RecordOrder::Slot slot = anchor == nullptr ? order.first() : order.next(anchor->slot);
  while (slot != RecordOrder::none && !is_listed_with(state, slot, record)) slot = order.next(slot);
  return slot == RecordOrder::none ? nullptr : state.find(order.id(slot));
}

// What a field shows, without roles: a goal above another, say. Empty if nothing.
std::string value_of(const SectionState& state, const EntityId& id, std::string_view name) {
  const Entity* entity = state.find(id);
  const KindSpec* kind = entity == nullptr ? nullptr : find_kind(entity->kind);
  const FieldSpec* field = kind == nullptr ? nullptr : find_field(*kind, name);
  if (field == nullptr) return {};
  const auto found = entity->fields.find(field->id);
  if (found == entity->fields.end()) return {};
  return versions_of(state, found->second, field, {}).front().value;
}

std::vector<std::string> goals_of(const Entity* measure) {
  if (measure == nullptr) return {};
  const auto found = measure->sets.find(find_field(*find_kind("measure"), "goals")->id);
  return found == measure->sets.end() ? std::vector<std::string>() : merge::members(found->second);
}

}  // namespace

Status Editor::place_after(const EntityId& id, const EntityId& anchor) { return place(id, anchor); }
Status Editor::place_first(const EntityId& id) { return place(id, std::nullopt); }

Status Editor::place(const EntityId& id, const std::optional<EntityId>& anchor) {
  SP_TRY(const Target target, find_editable(id));
  if (!target.kind->ordered)
    return refuse(Errc::not_allowed, "Dette står i den rekkefølgen det ble skrevet, og kan ikke flyttes.");
  if (target.entity == nullptr)
    return refuse(Errc::invalid_argument, "Dette er ikke lagret i planen ennå og kan ikke flyttes.");
  const Entity* after = nullptr;
  if (anchor) {
    SP_TRY(const Target other, find_editable(*anchor));
    if (other.entity == nullptr || other.kind != target.kind || *anchor == id)
      return refuse(Errc::invalid_argument, "Velg noe annet av samme slag å flytte det etter.");
    after = other.entity;
  }
  const Listed listed = listed_by_kind(state_);
  const std::vector<EntityId>& shown = listed.find(target.kind->id)->second;
  const auto at = std::find(shown.begin(), shown.end(), id);
  const bool is_first = at == shown.begin();
  if (anchor ? !is_first && *(at - 1) == *anchor : is_first) return {};

  Op& op = push(OpKind::place, id);
  op.after = anchor;
  // A run that this device is building from its end: it goes before the record it put there last
  // (record_order.h).
  const Entity* next = next_there(state_, *target.entity, after);
  if (next == nullptr || !next->placed || next->placed->op.device != who_.device) return {};
  if (after != nullptr && after->placed && !merge::shows_before(*next->placed, *after->placed)) return {};
  op.before = state_.order().id(next->slot);
  op.refs = {next->placed->op};
  return {};
}

Status Editor::move_under(const EntityId& id, const std::optional<EntityId>& goal) {
  SP_TRY(const Target target, find_editable(id));
  const RecordKind goal_kind = kind_id("goal");
  const bool is_goal = target.kind->id == goal_kind;
  if (!is_goal && target.kind->id != kind_id("measure"))
    return refuse(Errc::not_allowed, "Bare mål og tiltak kan flyttes til et annet mål.");
  if (goal) {
    SP_TRY(const Target above, find_editable(*goal));
    if (above.kind->id != goal_kind) return refuse(Errc::invalid_argument, "Velg et mål å flytte det til.");
  }
  const std::string value = goal ? goal->hex() : std::string();
  if (is_goal) {
    EntityId up = goal.value_or(EntityId{});
    for (std::size_t steps = 0; goal && steps <= state_.entities().size(); ++steps) {
      if (up == id) return refuse(Errc::invalid_argument, "Et mål kan ikke være delmål av seg selv.");
      const auto next = EntityId::parse(value_of(state_, up, "parent"));
      if (!next) break;
      up = *next;
    }
    return set_field(id, "parent", value);
  }
  // What it serves follows: the goal it stood under is exchanged for the new one, others stay.
  const std::vector<std::string> serves = goals_of(target.entity);
  const std::string main = value_of(state_, id, "main_goal");
  const std::string left = !main.empty() ? main : serves.size() == 1 ? serves.front() : std::string();
  const auto has = [&](const std::string& member) {
    return std::find(serves.begin(), serves.end(), member) != serves.end();
  };
  return whole([&]() -> Status {
    if (!left.empty() && left != value && has(left)) SP_OK(remove_from_set(id, "goals", left));
    if (goal && !has(value)) SP_OK(add_to_set(id, "goals", value));
    return set_field(id, "main_goal", value);
  });
}

Status Editor::restore(const EntityId& id, std::string_view field_name, std::string_view value) {
  SP_TRY(const Target target, find_target(id));
  SP_OK(check_append_only(target));
  const FieldSpec* field = find_field(*target.kind, field_name);
  if (field == nullptr) return refuse(Errc::invalid_argument, "Feltet finnes ikke her.");
  return whole([&]() -> Status {
    if (target.entity != nullptr && is_removed(*target.entity)) SP_OK(keep_record(id));
    return field->type == ValueType::refs ? add_to_set(id, field_name, value)
                                          : set_field(id, field_name, value);
  });
}

}  // namespace samplan::plan
