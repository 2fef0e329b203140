#include "client-core/plan/view.h"

#include <algorithm>
#include <map>
#include <utility>

#include "base/time.h"
#include "client-core/plan/outline.h"
#include "client-core/plan/schema.h"

namespace samplan::plan {
namespace {

using merge::Stamp;
using nlohmann::json;

// The end of year 9999: what to_iso can write. Other clocks are shown as no time, and decide nothing anyway.
constexpr UnixMs time_end = 253'402'300'800'000;

json time_json(UnixMs time) { return time >= 0 && time < time_end ? json(to_iso(time)) : json(nullptr); }

json by_json(const Version& v) {
  json out = json::object();
  out["person"] = v.person.hex();
  out["device"] = v.device.hex();
  out["on_behalf"] = v.on_behalf ? json(v.on_behalf->hex()) : json(nullptr);
  out["time"] = time_json(v.wall_ms);
  out["seq"] = v.pending ? json(nullptr) : json(v.seq);
  out["pending"] = v.pending;
  return out;
}

json version_json(const Version& v) {
  json out = by_json(v);
  out["value"] = v.value;
  out["op"] = op_id_text(v.op);
  return out;
}

// A value that names another record is shown with what that record is called, if it is here.
json named_version_json(const SectionState& state, const FieldSpec* field, const Version& v,
                        const RoleOf& role_of) {
  json out = version_json(v);
  const auto id = field != nullptr && field->type == ValueType::ref ? EntityId::parse(v.value) : std::nullopt;
  const std::string words = id ? record_words(state, *id, role_of) : std::string();
  if (!words.empty()) out["refers_to"] = words;
  return out;
}

json versions_json(const SectionState& state, const FieldSpec* field, const std::vector<Version>& versions,
                   const RoleOf& role_of) {
  json out = json::array();
  for (const Version& v : versions) out.push_back(named_version_json(state, field, v, role_of));
  return out;
}

json stamp_json(const SectionState& state, const Stamp& stamp) {
  return by_json(version_of(state, stamp, ""));
}

std::string field_name(const KindSpec* kind, FieldId id) {
  if (id == 0) return {};
  const FieldSpec* field = kind == nullptr ? nullptr : find_field(*kind, id);
  return field == nullptr ? "field-" + std::to_string(id) : std::string(field->name);
}

std::string kind_name(RecordKind id) {
  const KindSpec* kind = find_kind(id);
  return kind == nullptr ? "kind-" + std::to_string(id) : std::string(kind->name);
}

json removals_json(const SectionState& state, const Entity& entity) {
  json out = json::array();
  for (const merge::Removal& r : entity.life.removals) out.push_back(stamp_json(state, r.stamp));
  return out;
}

json edits_json(const Conflict& conflict) {
  const KindSpec* kind = find_kind(conflict.kind);
  json out = json::array();
  for (std::size_t i = 0; i < conflict.edits.size(); ++i) {
    json edit = version_json(conflict.edits[i]);
    edit["field"] = field_name(kind, conflict.edit_fields[i]);
    out.push_back(std::move(edit));
  }
  return out;
}

// What people changed side by side in a text: the paragraph as it is, as it was, and as each of them had it.
json paragraphs_json(const std::vector<TextConflict>& paragraphs) {
  json out = json::array();
  for (const TextConflict& p : paragraphs) {
    json sides = json::array();
    for (const TextConflict::Side& side : p.sides) {
      json one = version_json(side.last);
      if (!side.knows_when) one["time"] = nullptr;
      if (side.missing) one["words_missing"] = true;
      sides.push_back(std::move(one));
    }
    out.push_back({{"now", p.now}, {"before", p.before}, {"sides", std::move(sides)}});
    if (p.before_missing) out.back()["before_words_missing"] = true;
  }
  return out;
}

// Builds the JSON of one record.
class RecordView {
 public:
  RecordView(const SectionState& state, const KindSpec& kind, const RoleOf& role_of)
      : state_(state), kind_(kind), role_of_(role_of) {
    out_["fields"] = json::object();
  }

  json build(const EntityId& id, const Entity& entity) {
    out_["id"] = id.hex();
    out_["kind"] = kind_.name;
    out_["created"] = stamp_json(state_, entity.life.created);
    for (const FieldSpec& spec : kind_.fields) {
      if (spec.type == ValueType::refs) {
        const auto found = entity.sets.find(spec.id);
        if (found != entity.sets.end()) add_set(spec, found->second);
      } else if (spec.type == ValueType::text) {
        const auto found = entity.texts.find(spec.id);
        if (found != entity.texts.end()) add_text(spec, found->second);
      } else {
        const auto found = entity.fields.find(spec.id);
        if (found != entity.fields.end()) add_field(spec, found->second);
      }
    }
    return std::move(out_);
  }

 private:
  void add_field(const FieldSpec& spec, const merge::Register& field) {
    const std::string name(spec.name);
    const std::vector<Version> versions = versions_of(state_, field, &spec, role_of_);
    if (versions.empty()) return;
    if (versions.front().pending) out_["pending"].push_back(name);
    if (!versions.front().value.empty()) out_["fields"][name] = versions.front().value;
    if (versions.size() > 1)
      out_[spec.important ? "conflict" : "also"][name] = versions_json(state_, &spec, versions, role_of_);
    if (field.previous)
      out_["before"][name] = named_version_json(
          state_, &spec, version_of(state_, field.previous->stamp, field.previous->text), role_of_);
    if (field.contested) out_["contested"].push_back(name);
    if (field.folded > 0) out_["folded"][name] = field.folded;
    if (!check_value(spec, versions.front().value).ok()) out_["malformed"].push_back(name);
  }
  void add_text(const FieldSpec& spec, const TextField& text) {
    const std::string name(spec.name);
    std::string value = text.doc.text();
    const Stamp* last = text.last();
    if (last != nullptr && last->is_pending()) out_["pending"].push_back(name);
    if (!check_value(spec, value).ok()) out_["malformed"].push_back(name);
    if (!value.empty()) out_["fields"][name] = std::move(value);
    const std::vector<TextConflict> paragraphs = text_conflicts(state_, text);
    if (!paragraphs.empty()) out_["review"][name] = paragraphs_json(paragraphs);
  }
  void add_set(const FieldSpec& spec, const merge::ObservedSet& set) {
    const std::string name(spec.name);
    bool is_good = true;
    for (const std::string& member : merge::members(set)) {
      out_["fields"][name].push_back(member);
      is_good = is_good && check_value(spec, member).ok();
    }
    if (!is_good) out_["malformed"].push_back(name);
  }

  const SectionState& state_;
  const KindSpec& kind_;
  const RoleOf& role_of_;
  json out_ = json::object();
};

json op_json(const SectionState& state, const Proposal& proposal, const ProposedOp& proposed) {
  const Op& op = proposed.op;
  RecordKind kind = op.record_kind;
  if (const Entity* entity = state.find(op.entity)) kind = entity->kind;
  for (const ProposedOp& p : proposal.ops)
    if (kind == 0 && p.op.kind == OpKind::create && p.op.entity == op.entity) kind = p.op.record_kind;
  json out = json::object();
  out["do"] = op_name(op.kind);
  out["id"] = op.entity.hex();
  if (kind != 0) out["kind"] = kind_name(kind);
  if (op.field != 0) out["field"] = field_name(find_kind(kind), op.field);
  const bool words = proposal.has_words;
  if (words && (op.kind == OpKind::set || op.kind == OpKind::set_add)) out["value"] = op.text;
  if (words && op.kind == OpKind::text) {
    const Entity* entity = state.find(op.entity);
    const auto text = entity == nullptr ? std::map<FieldId, TextField>::const_iterator{} : entity->texts.find(op.field);
    const bool known = entity != nullptr && text != entity->texts.end();
    out["value"] = text_with(known ? &text->second : nullptr, op, state.author_of(proposal.stamp).person);
  }
  if (op.kind == OpKind::place) out["after"] = op.after ? json(op.after->hex()) : json(nullptr);
  if (proposed.superseded) out["superseded"] = true;
  return out;
}

json proposal_json(const SectionState& state, const Proposal& proposal) {
  static constexpr std::string_view states[] = {"open", "accepted", "declined"};
  json out = json::object();
  out["id"] = op_id_text(proposal.stamp.op);
  out["by"] = stamp_json(state, proposal.stamp);
  out["state"] = states[static_cast<std::size_t>(proposal.state)];
  out["note"] = proposal.note;
  out["ops"] = json::array();
  for (const ProposedOp& p : proposal.ops) out["ops"].push_back(op_json(state, proposal, p));
  if (proposal.answered) out["answered"] = stamp_json(state, *proposal.answered);
  if (proposal.state == ProposalState::declined) out["reason"] = proposal.reason;
  return out;
}

json proposals_json(const SectionState& state) {
  std::vector<const Proposal*> order;
  for (const auto& [id, proposal] : state.proposals()) order.push_back(&proposal);
  std::sort(order.begin(), order.end(), [](const Proposal* a, const Proposal* b) {
    return a->stamp.seq != b->stamp.seq ? a->stamp.seq < b->stamp.seq : a->stamp.op < b->stamp.op;
  });
  json out = json::array();
  for (const Proposal* p : order) out.push_back(proposal_json(state, *p));
  return out;
}

json ids_json(const std::vector<EntityId>& ids) {
  json out = json::array();
  for (const EntityId& id : ids) out.push_back(id.hex());
  return out;
}

void add_outline(json& out, const Outline& outline) {
  if (outline.goals.empty() && outline.without_goal.empty()) return;
  out["outline"] = json::array();
  for (const OutlineGoal& line : outline.goals)
    out["outline"].push_back(
        {{"goal", line.goal.hex()}, {"depth", line.depth}, {"measures", ids_json(line.measures)}});
  out["without_goal"] = ids_json(outline.without_goal);
}

}  // namespace

json section_view(const SectionState& state, const RoleOf& role_of) {
  json out = json::object();
  out["section"] = state.section();
  out["seq"] = state.last_seq();
  std::map<EntityId, Conflict> removals;
  for (Conflict& c : list_conflicts(state, role_of))
    if (c.type == ConflictType::removed_while_edited) removals.emplace(c.entity, std::move(c));
  json records = json::object();
  std::size_t unknown = 0;
  const Listed listed = listed_by_kind(state, role_of);
  for (const auto& [number, ids] : listed) {
    const KindSpec* kind = find_kind(number);
    if (kind == nullptr) {
      unknown += ids.size();
      continue;
    }
    json& list = records[std::string(kind->name)];
    for (const EntityId& id : ids) {
      const Entity& entity = *state.find(id);
      json record = RecordView(state, *kind, role_of).build(id, entity);
      const auto found = removals.find(id);
      if (found != removals.end()) {
        record["removed_while_edited"]["removed"] = removals_json(state, entity);
        record["removed_while_edited"]["edited"] = edits_json(found->second);
      }
      list.push_back(std::move(record));
    }
  }
  out["records"] = std::move(records);
  add_outline(out, outline_of(state, listed, role_of));
  out["removed"] = json::array();
  for (const auto& [id, entity] : state.entities()) {
    const KindSpec* kind = find_kind(entity.kind);
    if (kind == nullptr || !is_removed(entity)) continue;
    json record = RecordView(state, *kind, role_of).build(id, entity);
    record["removed"] = removals_json(state, entity);
    out["removed"].push_back(std::move(record));
  }
  out["proposals"] = proposals_json(state);
  out["unknown"] = unknown;
  return out;
}

json conflicts_view(const SectionState& state, const RoleOf& role_of) {
  json out = json::array();
  for (const Conflict& c : list_conflicts(state, role_of)) {
    const KindSpec* kind = find_kind(c.kind);
    const FieldSpec* field = kind == nullptr ? nullptr : find_field(*kind, c.field);
    json item = json::object();
    item["type"] = c.type == ConflictType::values ? "values" : c.type == ConflictType::text ? "text" : "removed_while_edited";
    item["section"] = c.section;
    item["id"] = c.entity.hex();
    item["kind"] = kind_name(c.kind);
    item["kind_label"] = kind == nullptr ? std::string_view() : kind->label;
    if (c.type != ConflictType::removed_while_edited) {
      item["field"] = field_name(kind, c.field);
      item["label"] = field == nullptr ? std::string_view() : field->label;
    }
    if (c.type == ConflictType::text) {
      item["paragraphs"] = paragraphs_json(c.paragraphs);
    } else if (c.type == ConflictType::values) {
      item["versions"] = versions_json(state, field, c.versions, role_of);
      item["before"] = c.before ? named_version_json(state, field, *c.before, role_of) : json(nullptr);
      item["folded"] = c.folded;
    } else {
      item["removed"] = versions_json(state, nullptr, c.versions, role_of);
      item["edited"] = edits_json(c);
    }
    out.push_back(std::move(item));
  }
  return out;
}

std::string section_digest_json(const SectionState& confirmed) {
  // What devices remember beside it differs.
  const auto canonical = SectionState::decode(confirmed.encode());
  return section_view(canonical.ok() ? *canonical : confirmed).dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string op_id_text(const OpId& id) { return id.device.hex() + ":" + std::to_string(id.counter); }

std::optional<OpId> parse_op_id(std::string_view text) {
  constexpr std::size_t hex = 2 * DeviceId::size;
  if (text.size() < hex + 2 || text.size() > hex + 21 || text[hex] != ':') return std::nullopt;
  const auto device = DeviceId::parse(text.substr(0, hex));
  if (!device) return std::nullopt;
  OpId id{*device, 0};
  for (const char c : text.substr(hex + 1)) {
    if (c < '0' || c > '9') return std::nullopt;
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (id.counter > (~std::uint64_t{0} - digit) / 10) return std::nullopt;
    id.counter = id.counter * 10 + digit;
  }
  if (op_id_text(id) != text) return std::nullopt;
  return id;
}

}  // namespace samplan::plan
