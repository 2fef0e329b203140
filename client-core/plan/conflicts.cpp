#include "client-core/plan/conflicts.h"

#include <algorithm>
#include <set>
#include <utility>

#include "client-core/plan/outline.h"
#include "client-core/plan/schema.h"
#include "sync/merge/same_text.h"

namespace samplan::plan {
namespace {

using merge::Stamp;

// 0 for those whose value of this field is shown first.
int rank_of(const FieldSpec* spec, const RoleOf& role_of, const PrincipalId& person) {
  if (spec == nullptr || !role_of || spec->shown_first == ShownFirst::latest) return 0;
  const RoleClass wanted =
      spec->shown_first == ShownFirst::owner ? RoleClass::owner : RoleClass::professional;
  return role_of(person) == wanted ? 0 : 1;
}

std::optional<Version> before_of(const SectionState& state, const merge::Register& field) {
  if (!field.previous) return std::nullopt;
  return version_of(state, field.previous->stamp, field.previous->text);
}

Conflict removal_conflict(const SectionState& state, const EntityId& id, const Entity& entity) {
  Conflict out;
  out.type = ConflictType::removed_while_edited;
  out.section = state.section();
  out.entity = id;
  out.kind = entity.kind;
  for (const merge::Removal& r : entity.life.removals) out.versions.push_back(version_of(state, r.stamp, ""));
  // Per field the latest edit that no removal had seen, with its value.
  std::map<FieldId, std::pair<Stamp, std::string>> latest;
  const auto consider = [&](FieldId field, const Stamp& stamp, const std::string& value) {
    if (stamp.covered != 0) return;
    const auto found = latest.find(field);
    if (found == latest.end() || merge::shows_before(stamp, found->second.first))
      latest[field] = {stamp, value};
  };
  consider(0, entity.life.created, "");
  for (const Stamp& s : entity.life.keeps) consider(0, s, "");
  for (const auto& [field, reg] : entity.fields)
    for (const merge::Value& v : reg.live) consider(field, v.stamp, v.text);
  for (const auto& [field, set] : entity.sets)
    for (const merge::Addition& a : set.additions) consider(field, a.stamp, a.member);
  for (const auto& [field, text] : entity.texts)
    for (const Stamp& s : text.newest) consider(field, s, text.doc.text());
  for (const auto& [field, edit] : latest) {
    out.edits.push_back(version_of(state, edit.first, edit.second));
    out.edit_fields.push_back(field);
  }
  return out;
}

TextConflict::Side side_of(const SectionState& state, const TextField& field,
                           merge::text::ParagraphConflict::Side found) {
  TextConflict::Side side;
  if (found.ops.empty()) return side;
  const OpId& op = found.ops.back();
  for (const Stamp& stamp : field.newest) {
    if (stamp.op.device != op.device) continue;
    side.last = version_of(state, stamp, "");
    side.knows_when = stamp.op == op;
  }
  side.last.op = op;
  side.last.device = op.device;
  // An index that nobody has comes from a state that a stranger wrote; it names nobody.
  if (found.author < field.people.size()) side.last.person = field.people[found.author];
  side.last.value = std::move(found.text.text);
  side.missing = found.text.missing;
  return side;
}

}  // namespace

std::vector<TextConflict> text_conflicts(const SectionState& state, const TextField& field) {
  std::vector<TextConflict> out;
  if (!field.doc.may_need_review()) return out;
  for (auto& found : field.doc.concurrent_paragraphs()) {
    TextConflict conflict;
    conflict.now = std::move(found.now);
    conflict.before = std::move(found.base.text);
    conflict.before_missing = found.base.missing;
    for (auto& side : found.sides) conflict.sides.push_back(side_of(state, field, std::move(side)));
    out.push_back(std::move(conflict));
  }
  return out;
}

Version version_of(const SectionState& state, const Stamp& stamp, std::string value) {
  const Author& author = state.author_of(stamp);
  Version v;
  v.value = std::move(value);
  v.op = stamp.op;
  v.person = author.person;
  v.device = author.device;
  v.on_behalf = author.on_behalf;
  v.wall_ms = stamp.wall_ms;
  v.pending = stamp.is_pending();
  v.seq = v.pending ? 0 : stamp.seq;
  return v;
}

std::vector<Version> versions_of(const SectionState& state, const merge::Register& field,
                                 const FieldSpec* spec, const RoleOf& role_of) {
  std::vector<std::pair<int, const merge::Value*>> order;
  for (const merge::Value& v : field.live)
    order.emplace_back(rank_of(spec, role_of, state.author_of(v.stamp).person), &v);
  std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : merge::shows_before(a.second->stamp, b.second->stamp);
  });
  std::vector<Version> out;
  std::set<std::string> said;
  for (const auto& entry : order) {
    const merge::Value& v = *entry.second;
    if (order.size() > 1 && !said.insert(merge::folded_text(v.text)).second) continue;
    out.push_back(version_of(state, v.stamp, v.text));
  }
  return out;
}

std::vector<Conflict> list_conflicts(const SectionState& state, const RoleOf& role_of) {
  std::vector<Conflict> out;
  for (const EntityId& id : in_order(state)) {
    const Entity& entity = *state.find(id);
    const KindSpec* kind = find_kind(entity.kind);
    if (kind == nullptr) continue;
    if (is_removed_while_edited(entity)) out.push_back(removal_conflict(state, id, entity));
    for (const auto& [field_id, field] : entity.fields) {
      const FieldSpec* spec = find_field(*kind, field_id);
      if (spec == nullptr || !spec->important || !merge::is_in_conflict(field)) continue;
      Conflict c;
      c.section = state.section();
      c.entity = id;
      c.kind = entity.kind;
      c.field = field_id;
      c.versions = versions_of(state, field, spec, role_of);
      c.before = before_of(state, field);
      c.folded = field.folded;
      out.push_back(std::move(c));
    }
    for (const auto& [field_id, text] : entity.texts) {
      if (is_removed(entity)) break;
      Conflict c;
      c.paragraphs = text_conflicts(state, text);
      if (c.paragraphs.empty()) continue;
      c.type = ConflictType::text;
      c.section = state.section();
      c.entity = id;
      c.kind = entity.kind;
      c.field = field_id;
      out.push_back(std::move(c));
    }
  }
  return out;
}

}  // namespace samplan::plan
