// A second opinion on what a plan says, small enough to be seen to be right: fields of one line, dates, numbers and
// choices, sets of links, and what is removed, computed from the operations of the valid envelopes alone. Texts that
// merge letter by letter have their own tests.
#include <algorithm>

#include "base/planted.h"
#include "client-core/plan/schema.h"
#include "client-core/plan/view.h"
#include "sync/log/sections.h"
#include "sync/merge/same_text.h"
#include "tests/sim/checkers.h"
#include "tests/sim/oracle.h"

namespace samplan::sim {
namespace {

struct Living {
  OpId op;
  std::string text;
};

struct Model {
  std::map<EntityId, plan::RecordKind> kinds;
  std::map<std::pair<EntityId, plan::FieldId>, std::vector<Living>> values;
  std::map<std::pair<EntityId, plan::FieldId>, std::vector<Living>> members;
  std::map<EntityId, std::set<OpId>> removed_seeing;  // what the removals in force had seen
  std::map<EntityId, std::set<OpId>> removals;
  std::set<EntityId> proposed_on;  // records that a proposal speaks of: left to their own tests
};

bool seen(const std::vector<OpId>& refs, const OpId& op) { return std::find(refs.begin(), refs.end(), op) != refs.end(); }

void forget_seen(std::vector<Living>& living, const std::vector<OpId>& refs) {
  living.erase(std::remove_if(living.begin(), living.end(), [&](const Living& l) { return seen(refs, l.op); }), living.end());
}

Model model_of(const std::vector<Opened>& chain) {
  Model m;
  for (const Opened& e : chain) {
    if (e.verdict != Verdict::valid) continue;
    for (const plan::Batch& b : e.batches)
      for (const plan::Op& op : b.ops) {
        if (e.header.proposal) {
          m.proposed_on.insert(op.entity);
          continue;
        }
        const auto field = std::make_pair(op.entity, op.field);
        switch (op.kind) {
          case plan::OpKind::create: m.kinds.emplace(op.entity, op.record_kind); break;
          case plan::OpKind::set:
            forget_seen(m.values[field], op.refs);
            m.values[field].push_back({op.id, op.text});
            for (const OpId& r : op.refs) m.removals[op.entity].erase(r);
            break;
          case plan::OpKind::set_add: m.members[field].push_back({op.id, op.text}); break;
          case plan::OpKind::set_remove: forget_seen(m.members[field], op.refs); break;
          case plan::OpKind::remove:
            for (const OpId& r : op.refs) m.removals[op.entity].erase(r);
            m.removals[op.entity].insert(op.id);
            m.removed_seeing[op.entity].insert(op.refs.begin(), op.refs.end());
            break;
          case plan::OpKind::keep:
            for (const OpId& r : op.refs) m.removals[op.entity].erase(r);
            break;
          default: break;
        }
      }
  }
  return m;
}

std::set<std::string> folded(const std::vector<Living>& living) {
  std::set<std::string> out;
  for (const Living& l : living) out.insert(merge::folded_text(l.text));
  return out;
}

// Every value that the view shows of a field: the first one and those beside it.
std::set<std::string> shown(const json& record, const std::string& field) {
  std::set<std::string> out;
  if (record["fields"].contains(field)) out.insert(merge::folded_text(record["fields"][field].get<std::string>()));
  for (const char* beside : {"conflict", "also"}) {
    if (!record.contains(beside) || !record[beside].contains(field)) continue;
    for (const json& version : record[beside][field]) out.insert(merge::folded_text(version["value"].get<std::string>()));
  }
  return out;
}

constexpr std::size_t living_shown_at_most = 6;

}  // namespace

void check_values(World& w, const json& sections) {
  const planted::Asleep asleep;
  for (const auto& chain : w.oracle->chains()) {
    const std::string code(section_code(chain.first.second));
    if (!sections.contains(code)) continue;
    const bool all_open = std::all_of(chain.second.begin(), chain.second.end(), [](const Opened& e) {
      return e.is_open || e.header.kind != EnvelopeKind::change || e.verdict != Verdict::valid;
    });
    if (!all_open) continue;
    const Model m = model_of(chain.second);
    std::map<std::string, json> there;
    for (const auto& kind : sections[code]["records"].items())
      for (const json& r : kind.value()) there[r["id"]] = r;
    std::set<std::string> removed;
    for (const json& r : sections[code]["removed"]) removed.insert(r["id"]);
    for (const auto& [field, living] : m.values) {
      const auto kind = m.kinds.find(field.first);
      const plan::KindSpec* spec = kind == m.kinds.end() ? nullptr : plan::find_kind(kind->second);
      const plan::FieldSpec* f = spec == nullptr ? nullptr : plan::find_field(*spec, field.second);
      if (f == nullptr || f->type == plan::ValueType::text || m.proposed_on.count(field.first) != 0) continue;
      const std::string id = field.first.hex();
      // An edit that a removal had not seen keeps the record.
      const auto removals = m.removals.find(field.first);
      const bool in_force = removals != m.removals.end() && !removals->second.empty();
      const auto saw = m.removed_seeing.find(field.first);
      const bool unseen = std::any_of(living.begin(), living.end(),
                                      [&](const Living& l) { return saw == m.removed_seeing.end() || saw->second.count(l.op) == 0; });
      if ((!in_force || unseen) && removed.count(id) != 0)
        w.fail("values", code + ": a record is removed although an edit was not seen by who removed it");
      const auto record = there.find(id);
      if (record == there.end() || living.size() > living_shown_at_most) continue;
      std::set<std::string> expected = folded(living);
      if (expected.size() == 1) expected.erase("");  // a cleared field is not shown
      if (shown(record->second, std::string(f->name)) != expected)
        w.fail("values", code + " " + std::string(f->name) + ": shown are other values than those that live: " +
                             record->second.dump());
    }
    for (const auto& [field, living] : m.members) {
      const auto kind = m.kinds.find(field.first);
      const plan::KindSpec* spec = kind == m.kinds.end() ? nullptr : plan::find_kind(kind->second);
      const plan::FieldSpec* f = spec == nullptr ? nullptr : plan::find_field(*spec, field.second);
      const auto record = there.find(field.first.hex());
      if (f == nullptr || record == there.end() || m.proposed_on.count(field.first) != 0) continue;
      std::set<std::string> expected;
      for (const Living& l : living) expected.insert(l.text);
      std::set<std::string> found;
      if (record->second["fields"].contains(f->name))
        for (const json& member : record->second["fields"][std::string(f->name)]) found.insert(member.get<std::string>());
      if (found != expected) w.fail("values", code + " " + std::string(f->name) + ": other members than those that live");
    }
  }
}

}  // namespace samplan::sim
