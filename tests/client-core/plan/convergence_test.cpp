// Random schedules against an oracle that knows no order: what lives is what no effective operation has
// named.
#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "section_world.h"
#include "tests/support/seeded_entropy.h"

using namespace samplan;
using namespace samplan::plan;

namespace {

constexpr std::size_t records = 4;

EntityId record(std::uint64_t n) { return named<EntityId>("record-" + std::to_string(n)); }

// One random act of one person; what the editor refuses is simply not done.
void act(Phone& phone, SeededEntropy& entropy) {
  Editor e = phone.editor();
  const EntityId id = record(entropy.below(records));
  const std::string words[] = {"ja", "Ja ", "nei", "kanskje", ""};
  const std::string& word = words[entropy.below(5)];
  const char* const fields[] = {"text", "status", "reference"};
  const char* const field = fields[entropy.below(3)];
  std::vector<OpId> open;
  for (const auto& [pid, p] : phone.sees().proposals())
    if (p.state == ProposalState::open) open.push_back(pid);
  Status s;
  switch (entropy.below(10)) {
    case 0: s = e.create_record("goal", id, {{"text", word}}); break;
    case 1: s = e.remove_record(id); break;
    case 2: s = e.keep_record(id); break;
    case 3: s = e.add_to_set(id, "needs", record(entropy.below(3)).hex()); break;
    case 4: s = e.remove_from_set(id, "needs", record(entropy.below(3)).hex()); break;
    case 5:
      if (!open.empty()) s = e.accept({open[static_cast<std::size_t>(entropy.below(open.size()))]});
      break;
    case 6:
      if (!open.empty()) s = e.decline({open[static_cast<std::size_t>(entropy.below(open.size()))]}, "nei");
      break;
    default:
      s = e.set_field(id, field, std::string_view(field) == "status" ? (word.empty() ? "" : "enig") : word);
  }
  if (s.ok()) phone.save(e.take());
}

struct Run {
  Log log;
  std::vector<std::unique_ptr<Phone>> phones;
  Run(std::uint64_t seed, bool with_proposers) {
    SeededEntropy entropy(seed);
    for (const char* name : {"kari", "ola", "per"})
      phones.push_back(std::make_unique<Phone>(log, name, name));
    phones.push_back(std::make_unique<Phone>(log, "kari-2", "kari"));
    if (with_proposers)
      for (const char* name : {"mor", "far"})
        phones.push_back(std::make_unique<Phone>(log, name, name, true));
    for (int step = 0; step < 120; ++step) {
      Phone& phone = *phones[static_cast<std::size_t>(entropy.below(phones.size()))];
      switch (entropy.below(8)) {
        case 0: phone.push(); break;
        case 1: phone.pull(static_cast<std::size_t>(entropy.below(5))); break;
        case 2: phone.sync(); break;
        case 3: phone.restart(); break;
        default: act(phone, entropy);
      }
    }
    for (auto& p : phones) p->push();
    for (auto& p : phones) p->pull();
  }
};

// Which operations live, by definition and without any order.
struct Oracle {
  std::map<OpId, Op> ops;
  std::set<OpId> named_by_others;
  explicit Oracle(const Log& log) {
    for (const Numbered& e : log.envelopes) {
      const auto batch = decode_batch(e.plaintext, e.author);
      for (const Op& op : batch->ops) ops.emplace(op.id, op);
    }
    for (const auto& [id, op] : ops)
      for (const OpId& ref : op.refs)
        if (op.kind == OpKind::set || op.kind == OpKind::set_remove) named_by_others.insert(ref);
  }
  std::set<OpId> living(const EntityId& entity, OpKind kind, FieldId field) const {
    std::set<OpId> out;
    for (const auto& [id, op] : ops)
      if (op.kind == kind && op.entity == entity && op.field == field && named_by_others.count(id) == 0)
        out.insert(id);
    return out;
  }
  // Removals of the record that no later removal or keep has named.
  std::vector<const Op*> removals(const EntityId& entity) const {
    std::set<OpId> taken_back;
    for (const auto& [id, op] : ops)
      if (op.kind == OpKind::remove || op.kind == OpKind::keep)
        taken_back.insert(op.refs.begin(), op.refs.end());
    std::vector<const Op*> out;
    for (const auto& [id, op] : ops)
      if (op.kind == OpKind::remove && op.entity == entity && taken_back.count(id) == 0) out.push_back(&op);
    return out;
  }
};

void check_against(const Oracle& oracle, const SectionState& state) {
  for (std::uint64_t n = 0; n < records; ++n) {
    const EntityId id = record(n);
    const Entity* entity = state.find(id);
    if (entity == nullptr) continue;
    for (const auto& [field, reg] : entity->fields) {
      std::set<OpId> live;
      for (const merge::Value& v : reg.live) live.insert(v.stamp.op);
      REQUIRE(live == oracle.living(id, OpKind::set, field));
    }
    std::set<OpId> additions;
    for (const auto& [field, set] : entity->sets)
      for (const merge::Addition& a : set.additions) additions.insert(a.stamp.op);
    REQUIRE(additions == oracle.living(id, OpKind::set_add, 9));
    std::set<OpId> in_force;
    bool all_covered = true;
    const auto removals = oracle.removals(id);
    for (const Op* r : removals) in_force.insert(r->id);
    for_each_living(*entity, [&](const merge::Stamp& s, FieldId) {
      const bool covered = std::any_of(removals.begin(), removals.end(), [&](const Op* r) {
        return std::find(r->refs.begin(), r->refs.end(), s.op) != r->refs.end();
      });
      REQUIRE((s.covered != 0) == covered);
      all_covered = all_covered && covered;
    });
    std::set<OpId> state_removals;
    for (const merge::Removal& r : entity->life.removals) state_removals.insert(r.stamp.op);
    REQUIRE(state_removals == in_force);
    REQUIRE(is_removed(*entity) == (all_covered && !in_force.empty()));
  }
}

}  // namespace

TEST_CASE("in any schedule all devices end with the same bytes, and nothing unsent is left over",
          "[plan][property]") {
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    INFO("seed " << seed);
    const Run run(seed, true);
    const SectionState fresh = fold_all(run.log);
    const Bytes expected = fresh.encode();
    const std::string digest = section_digest_json(fresh);
    for (const auto& p : run.phones) {
      REQUIRE(p->unsent() == 0);
      REQUIRE(p->confirmed().encode() == expected);
      REQUIRE(p->sees().encode() == expected);  // an overlay of nothing adds nothing
      REQUIRE(section_digest_json(p->confirmed()) == digest);
    }
  }
}

TEST_CASE("in any schedule exactly those values live that nobody who saw them replaced",
          "[plan][property][R104]") {
  std::size_t conflicts = 0;
  std::size_t kept = 0;
  for (std::uint64_t seed = 1; seed <= 150; ++seed) {
    INFO("seed " << seed);
    const Run run(seed, false);
    const SectionState state = fold_all(run.log);
    check_against(Oracle(run.log), state);
    for (const Conflict& c : list_conflicts(state)) ++(c.type == ConflictType::values ? conflicts : kept);
  }
  CHECK(conflicts > 20);  // the schedules do make people collide
  CHECK(kept > 20);
}

TEST_CASE("what a device shows before it is confirmed is what is confirmed, if nobody else wrote",
          "[plan][property]") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    Log log;
    Phone phone(log, "kari", "kari");
    SeededEntropy entropy(seed);
    for (int i = 0; i < 60; ++i) act(phone, entropy);
    const auto values = [&] {
      auto view = section_view(phone.sees());
      nlohmann::json out = nlohmann::json::array();
      for (const auto& goal : view["records"]["goal"]) out.push_back(goal["fields"]);
      return out;
    };
    const auto before = values();
    phone.sync();
    REQUIRE(values() == before);
    REQUIRE(list_conflicts(phone.sees()).empty());  // nobody is ever in conflict with themselves
  }
}
