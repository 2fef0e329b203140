// The history of a record, and bringing back what it said.
#include "client-core/plan/history.h"

#include "section_world.h"

using namespace samplan;
using namespace samplan::plan;

namespace {

const EntityId goal = named<EntityId>("goal-1");

struct Plan {
  Log log;
  Phone kari{log, "kari-phone", "kari"};
  Phone ola{log, "ola-phone", "ola"};
  Phone mor{log, "mor-phone", "mor", true};
  Plan() {
    kari.edit([](Editor& e) { return e.create_record("goal", goal, {{"text", "A"}}); });
    sync();
  }
  void sync() { sync_all({&kari, &ola, &mor}); }
};

std::vector<Change> history_of(const Log& log, const SectionState& shown, FieldId field = 1) {
  RecordHistory history(goal, field, SectionState(log.section));
  for (std::size_t i = 0; i < log.envelopes.size(); ++i) {
    const auto batch = decode_batch(log.envelopes[i].plaintext, log.envelopes[i].author);
    REQUIRE(batch.ok());
    history.add(*batch, {i + 1, log.envelopes[i].proposal, true, log.envelopes[i].person});
  }
  return history.finish(shown);
}

}  // namespace

TEST_CASE(
    "history tells each change of a field in order, from what to what, by whose device, and what stands",
    "[plan][history][R97]") {
  Plan p;
  p.kari.edit([](Editor& e) { return e.set_field(goal, "text", "B"); });
  p.ola.on_behalf = named<PrincipalId>("tjenesten");
  p.ola.edit([](Editor& e) { return e.set_field(goal, "text", "C"); });
  p.ola.edit([](Editor& e) { return e.set_field(goal, "status", "enig"); });
  p.sync();
  const std::vector<Change> both = history_of(p.log, p.kari.sees());
  REQUIRE(both.size() == 3);
  CHECK(both[0].before.empty());
  CHECK(both[0].state == ChangeState::replaced);
  CHECK(both[1].before == std::vector<std::string>{"A"});
  CHECK(both[1].device == named<DeviceId>("kari-phone"));
  CHECK(both[2].before == std::vector<std::string>{"A"});
  CHECK(both[2].on_behalf == named<PrincipalId>("tjenesten"));
  CHECK(both[1].state == ChangeState::in_force);  // side by side until somebody settles it
  CHECK(both[2].state == ChangeState::in_force);
  p.kari.edit([&](Editor& e) { return e.resolve_with(goal, "text", both[2].op.id); });
  p.sync();
  const std::vector<Change> settled = history_of(p.log, p.ola.sees());
  REQUIRE(settled.size() == 4);
  CHECK(settled[3].before == std::vector<std::string>{"B", "C"});
  CHECK(settled[1].state == ChangeState::replaced);
  CHECK(settled[3].state == ChangeState::in_force);
  CHECK(history_of(p.log, p.ola.sees(), 0).size() == 6);  // the creation and the status too
}

TEST_CASE("history shows proposals with their answers, and what was never taken in", "[plan][history][R97]") {
  Plan p;
  for (const char* text : {"forslag 1", "forslag 2", "forslag 3"}) {
    p.mor.edit([&](Editor& e) { return e.set_field(goal, "text", text); });
    p.sync();
    if (std::string_view(text) == "forslag 2") continue;
    OpId newest;
    for (const auto& [id, proposal] : p.kari.sees().proposals()) newest = id;
    p.kari.edit([&](Editor& e) {
      return std::string_view(text) == "forslag 1" ? e.decline({newest}, "Ikke nå") : e.accept({newest});
    });
    p.sync();
  }
  const std::vector<Change> all = history_of(p.log, p.ola.sees());
  REQUIRE(all.size() == 4);
  CHECK(all[1].state == ChangeState::declined);
  REQUIRE(all[1].proposal != nullptr);
  CHECK(all[1].proposal->reason == "Ikke nå");
  CHECK(all[2].state == ChangeState::superseded);
  CHECK(all[3].state == ChangeState::in_force);
  REQUIRE(all[3].proposal != nullptr);
  CHECK(all[3].proposal->state == ProposalState::accepted);
}

TEST_CASE("what was sealed in vain and again is told once, and what counts for nobody is marked",
          "[plan][history]") {
  Plan p;
  p.kari.edit([](Editor& e) { return e.set_field(goal, "text", "B"); });
  p.kari.push();
  const auto batch = decode_batch(p.log.envelopes[1].plaintext, p.log.envelopes[1].author);
  RecordHistory history(goal, 1, SectionState(3));
  history.add(*batch, {2, false, false});
  history.add(*batch, {3, false, true});
  history.add(*batch, {4, false, true});
  CHECK(history.finish(p.kari.sees()).size() == 1);
  RecordHistory only_void(goal, 1, SectionState(3));
  only_void.add(*batch, {2, false, false});
  const auto changes = only_void.finish(p.ola.sees());
  REQUIRE(changes.size() == 1);
  CHECK(changes[0].state == ChangeState::void_);
}

TEST_CASE("a losing value is brought back as a new edit that replaces exactly what stands",
          "[plan][history][R104]") {
  Plan p;
  p.kari.edit([](Editor& e) { return e.set_field(goal, "text", "B"); });
  p.ola.edit([](Editor& e) { return e.set_field(goal, "text", "C"); });
  p.sync();
  p.kari.edit([](Editor& e) { return e.resolve(goal, "text", "C"); });
  p.sync();
  p.ola.edit([](Editor& e) { return e.restore(goal, "text", "B"); });
  p.sync();
  CHECK(p.kari.value(goal, "text") == "B");
  CHECK(list_conflicts(p.kari.sees()).empty());
  CHECK(history_of(p.log, p.kari.sees()).size() == 5);  // nothing was rewound
}

TEST_CASE("a value of a removed record is brought back with the record", "[plan][history][R104]") {
  Plan p;
  p.kari.edit([](Editor& e) { return e.set_field(goal, "text", "B"); });
  p.kari.edit([](Editor& e) { return e.remove_record(goal); });
  p.sync();
  p.ola.edit([](Editor& e) { return e.restore(goal, "text", "A"); });
  p.sync();
  CHECK_FALSE(is_removed(*p.kari.sees().find(goal)));
  CHECK(p.kari.value(goal, "text") == "A");
  CHECK(list_conflicts(p.kari.sees()).empty());
  // What cannot be written brings nothing back either.
  p.ola.edit([](Editor& e) { return e.remove_record(goal); });
  Editor e = p.ola.editor();
  CHECK_FALSE(e.restore(goal, "target_date", "i morgen").ok());
  CHECK(e.ops().empty());
}
