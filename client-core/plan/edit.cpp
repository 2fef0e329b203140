#include "client-core/plan/edit.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/utf8.h"
#include "client-core/plan/limits.h"
#include "sync/merge/limits.h"
#include "sync/merge/text/unicode.h"

namespace samplan::plan {
namespace {

Error refuse(Errc code, const char* sentence) { return {code, "plan::Editor", sentence}; }

Error no_such_record() {
  return refuse(Errc::not_found, "Det du vil endre, finnes ikke i denne delen av planen.");
}

Result<const FieldSpec*> field_of(const KindSpec& kind, std::string_view name, bool wants_set) {
  const FieldSpec* field = find_field(kind, name);
  if (field == nullptr) return refuse(Errc::invalid_argument, "Feltet finnes ikke her.");
  const bool is_set = field->type == ValueType::refs;
  if (is_set && !wants_set)
    return refuse(Errc::invalid_argument, "Feltet holder flere lenker. Legg til eller fjern én om gangen.");
  if (!is_set && wants_set) return refuse(Errc::invalid_argument, "Feltet holder bare én verdi.");
  return field;
}

void sort_unique(std::vector<OpId>& ids) {
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

const merge::Register* register_of(const Entity* entity, FieldId field) {
  if (entity == nullptr) return nullptr;
  const auto found = entity->fields.find(field);
  return found == entity->fields.end() ? nullptr : &found->second;
}

}  // namespace

Editor::Editor(const SectionState& overlay, const Who& who, std::uint64_t first_counter)
    : state_(overlay),
      who_(who),
      next_counter_(std::max(first_counter, overlay.last_counter(who.device) + 1)) {}

Op& Editor::push(OpKind kind, const EntityId& id) {
  Op op;
  op.id = {who_.device, next_counter_++};
  op.kind = kind;
  op.entity = id;
  ops_.push_back(std::move(op));
  return ops_.back();
}

// Own operations that the state does not hold as effects: this batch's and, when proposing, own open
// proposals'.
template <class F>
void Editor::for_each_unfolded(F f) const {
  if (who_.proposing)
    for (const auto& [id, proposal] : state_.proposals())
      if (proposal.state == ProposalState::open && state_.author_of(proposal.stamp).person == who_.person)
        for (const ProposedOp& p : proposal.ops) f(p.op);
  for (const Op& op : ops_) f(op);
}

Result<Editor::Target> Editor::find_target(const EntityId& id) const {
  Target target;
  target.entity = state_.find(id);
  if (target.entity != nullptr) {
    target.kind = find_kind(target.entity->kind);
  } else {
    for_each_unfolded([&](const Op& op) {
      if (op.kind == OpKind::create && op.entity == id) target.kind = find_kind(op.record_kind);
    });
    target.created_here = std::any_of(
        ops_.begin(), ops_.end(), [&](const Op& op) { return op.kind == OpKind::create && op.entity == id; });
    if (target.kind == nullptr) return no_such_record();
  }
  if (target.kind == nullptr)
    return refuse(Errc::unknown_version,
                  "Dette er skrevet med en nyere utgave av programmet. Oppdater programmet først.");
  return target;
}

Result<Editor::Target> Editor::find_editable(const EntityId& id) const {
  SP_TRY(const Target target, find_target(id));
  if (target.entity != nullptr && is_removed(*target.entity) && !is_kept_here(id))
    return refuse(Errc::not_found, "Dette er fjernet fra planen. Hent det tilbake før du endrer det.");
  SP_OK(check_append_only(target));
  return target;
}

bool Editor::is_kept_here(const EntityId& id) const {
  return std::any_of(ops_.begin(), ops_.end(),
                     [&](const Op& op) { return op.kind == OpKind::keep && op.entity == id; });
}

Status Editor::check_append_only(const Target& target) const {
  if (!target.kind->append_only || target.created_here) return {};
  return refuse(Errc::not_allowed, "Dette kan ikke endres etter at det er lagret. Skriv heller et nytt.");
}

Status Editor::create_record(std::string_view kind_name, const EntityId& id,
                             const std::vector<FieldInput>& fields) {
  const KindSpec* kind = find_kind(kind_name);
  if (kind == nullptr) return refuse(Errc::invalid_argument, "Denne typen opplysning finnes ikke.");
  if (!may_hold(state_.section(), *kind))
    return refuse(Errc::invalid_argument,
                  "Denne typen opplysning hører ikke hjemme i denne delen av planen.");
  if (kind->single != (id == plan_entity()))
    return refuse(Errc::invalid_argument, "Opplysningen har en ugyldig id.");
  if (state_.find(id) != nullptr || find_target(id).ok())
    return refuse(Errc::already_exists, "Opplysningen finnes allerede.");
  if (state_.entities().size() >= bounds::entities_max)
    return refuse(Errc::too_large, "Denne delen av planen er full.");
  std::vector<std::pair<const FieldSpec*, std::string>> checked;
  for (const FieldInput& input : fields) {
    const FieldSpec* field = find_field(*kind, input.field);
    if (field == nullptr) return refuse(Errc::invalid_argument, "Feltet finnes ikke her.");
    SP_OK(check_value(*field, input.value));
    std::string given = merge::text::nfc(input.value);
    const bool is_value = field->type != ValueType::refs;
    for (const auto& earlier : checked)
      if (earlier.first == field && (is_value || earlier.second == given))
        return refuse(Errc::invalid_argument, "Feltet er oppgitt to ganger.");
    if (!given.empty()) checked.emplace_back(field, std::move(given));
  }
  push(OpKind::create, id).record_kind = kind->id;
  for (const auto& [field, value] : checked) {
    if (field->type == ValueType::text) {
      push_text(id, *field, value);
      continue;
    }
    Op& op = push(field->type == ValueType::refs ? OpKind::set_add : OpKind::set, id);
    op.field = field->id;
    op.text = value;
  }
  return {};
}

// What a new value of the field replaces: everything the person could see, own unsent and proposed values
// included.
std::vector<OpId> Editor::seen_of(const EntityId& id, const FieldSpec& field) const {
  std::vector<OpId> seen;
  for_each_unfolded([&](const Op& op) {
    if (op.kind == OpKind::set && op.entity == id && op.field == field.id) seen.push_back(op.id);
  });
  std::reverse(seen.begin(), seen.end());
  if (const merge::Register* reg = register_of(state_.find(id), field.id))
    for (const merge::Value& v : reg->live) seen.insert(seen.begin(), v.stamp.op);
  // What lives in the state comes first: if there are too many, it is earlier proposals that stay unnamed.
  if (seen.size() > merge::bounds::live_values_max) seen.resize(merge::bounds::live_values_max);
  sort_unique(seen);
  return seen;
}

Status Editor::set_field(const EntityId& id, std::string_view field_name, std::string_view given) {
  SP_TRY(const Target target, find_editable(id));
  SP_TRY(const FieldSpec* field, field_of(*target.kind, field_name, false));
  SP_OK(check_value(*field, given));
  // One form for what looks the same, so that it is the same.
  const std::string value = merge::text::nfc(given);
  if (field->type == ValueType::text) {
    push_text(id, *field, value);
    return {};
  }
  std::vector<OpId> seen = seen_of(id, *field);
  const merge::Register* reg = register_of(target.entity, field->id);
  const bool is_only_value = reg != nullptr && reg->live.size() == 1 && seen.size() == 1;
  if (is_only_value && reg->live.front().text == value) return {};
  if (seen.empty() && value.empty()) return {};  // was never set
  Op& op = push(OpKind::set, id);
  op.field = field->id;
  op.text = value;
  op.refs = std::move(seen);
  return {};
}

Status Editor::add_to_set(const EntityId& id, std::string_view field_name, std::string_view member) {
  SP_TRY(const Target target, find_editable(id));
  SP_TRY(const FieldSpec* field, field_of(*target.kind, field_name, true));
  if (member.empty()) return refuse(Errc::invalid_argument, "Lenken må være en gyldig id (32 tegn).");
  SP_OK(check_value(*field, member));
  if (target.entity != nullptr) {
    const auto found = target.entity->sets.find(field->id);
    if (found != target.entity->sets.end()) {
      if (merge::contains(found->second, std::string(member))) return {};
      if (found->second.additions.size() >= merge::bounds::set_adds_max)
        return refuse(Errc::too_large, "Det er for mange lenker i dette feltet.");
    }
  }
  Op& op = push(OpKind::set_add, id);
  op.field = field->id;
  op.text = member;
  return {};
}

Status Editor::remove_from_set(const EntityId& id, std::string_view field_name, std::string_view member) {
  SP_TRY(const Target target, find_editable(id));
  SP_TRY(const FieldSpec* field, field_of(*target.kind, field_name, true));
  std::vector<OpId> seen;
  if (target.entity != nullptr) {
    const auto found = target.entity->sets.find(field->id);
    if (found != target.entity->sets.end())
      for (const merge::Addition& a : found->second.additions)
        if (a.member == member) seen.push_back(a.stamp.op);
  }
  for_each_unfolded([&](const Op& op) {
    if (op.kind == OpKind::set_add && op.entity == id && op.field == field->id && op.text == member)
      seen.push_back(op.id);
  });
  if (seen.empty()) return refuse(Errc::not_found, "Lenken finnes ikke i dette feltet.");
  if (seen.size() > bounds::set_overwrites_max) seen.resize(bounds::set_overwrites_max);
  sort_unique(seen);
  Op& op = push(OpKind::set_remove, id);
  op.field = field->id;
  op.refs = std::move(seen);
  return {};
}

Status Editor::remove_record(const EntityId& id) {
  SP_TRY(const Target target, find_target(id));
  if (target.kind->single) return refuse(Errc::not_allowed, "Selve planen kan ikke fjernes.");
  if (target.kind->append_only)
    return refuse(Errc::not_allowed, "Dette kan ikke fjernes etter at det er lagret. Skriv heller et nytt.");
  if (target.entity == nullptr)
    return refuse(Errc::invalid_argument, "Dette er bare et forslag ennå og kan ikke fjernes.");
  if (is_removed(*target.entity)) return refuse(Errc::not_found, "Dette er allerede fjernet.");
  std::vector<OpId> seen;
  for_each_living(*target.entity, [&](const merge::Stamp& s, FieldId) { seen.push_back(s.op); });
  for (const merge::Removal& r : target.entity->life.removals) seen.push_back(r.stamp.op);
  for_each_unfolded([&](const Op& op) {
    if (op.entity == id && op.kind != OpKind::remove) seen.push_back(op.id);
  });
  if (seen.size() > bounds::removal_overwrites_max)
    return refuse(Errc::too_large, "Dette har for mange verdier som står mot hverandre. Avgjør dem først.");
  sort_unique(seen);
  push(OpKind::remove, id).refs = std::move(seen);
  return {};
}

Status Editor::keep_record(const EntityId& id) {
  SP_TRY(const Target target, find_target(id));
  if (target.entity == nullptr || target.entity->life.removals.empty())
    return refuse(Errc::not_found, "Dette er ikke fjernet.");
  std::vector<OpId> seen;
  for (const merge::Removal& r : target.entity->life.removals) seen.push_back(r.stamp.op);
  for (const merge::Stamp& s : target.entity->life.keeps) seen.push_back(s.op);
  sort_unique(seen);
  push(OpKind::keep, id).refs = std::move(seen);
  return {};
}

}  // namespace samplan::plan
