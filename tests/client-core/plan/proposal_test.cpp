#include "section_world.h"

using namespace samplan;
using namespace samplan::plan;

namespace {

const EntityId goal = named<EntityId>("goal-1");
const EntityId measure = named<EntityId>("measure-1");

// A writer, and a relative who may only propose.
struct Family {
  Log log;
  Phone writer;
  Phone relative;
  explicit Family(SectionId section = 3)
      : log{section, {}},
        writer(log, "writer-phone", "writer"),
        relative(log, "relative-phone", "relative", true) {}
  void with_goal() {
    writer.edit([](Editor& e) { return e.create_record("goal", goal, {{"text", "Bo hjemme"}}); });
    sync_all({&writer, &relative});
  }
  void sync() { sync_all({&writer, &relative}); }
  OpId only_proposal() const { return writer.sees().proposals().begin()->first; }
};

}  // namespace

TEST_CASE(
    "a proposal changes nothing until a writer accepts it; then it merges with what its author had seen",
    "[plan][proposal]") {
  Family f;
  f.with_goal();
  f.relative.edit([](Editor& e) -> Status {
    SP_OK(e.note("Hun sier det hver dag."));
    return e.set_field(goal, "text", "Bo hjemme med hund");
  });
  f.sync();
  CHECK(f.writer.value(goal, "text") == "Bo hjemme");
  REQUIRE(f.writer.sees().proposals().size() == 1);
  const auto shown = section_view(f.writer.sees())["proposals"][0];
  CHECK(shown["state"] == "open");
  CHECK(shown["note"] == "Hun sier det hver dag.");
  CHECK(shown["by"]["person"] == named<PrincipalId>("relative").hex());
  CHECK(shown["ops"][0]["do"] == "set");
  CHECK(shown["ops"][0]["kind"] == "goal");
  CHECK(shown["ops"][0]["field"] == "text");
  CHECK(shown["ops"][0]["value"] == "Bo hjemme med hund");

  f.writer.edit([&](Editor& e) { return e.accept({f.only_proposal()}); });
  f.sync();
  CHECK(f.relative.value(goal, "text") == "Bo hjemme med hund");
  CHECK(list_conflicts(f.relative.sees()).empty());
  const Entity& entity = *f.relative.sees().find(goal);
  const auto version = versions_of(f.relative.sees(), entity.fields.at(1), nullptr, {}).front();
  CHECK(version.person == named<PrincipalId>("relative"));
  CHECK(section_view(f.relative.sees())["proposals"][0]["state"] == "accepted");
}

TEST_CASE("a proposal accepted after the field changed is a conflict, not a lost value",
          "[plan][proposal][R104]") {
  Family f;
  f.with_goal();
  f.relative.edit([](Editor& e) { return e.set_field(goal, "text", "Bo hos oss"); });
  f.writer.edit([](Editor& e) { return e.set_field(goal, "text", "Bo i egen bolig"); });
  f.relative.push();
  f.sync();
  f.writer.edit([&](Editor& e) { return e.accept({f.only_proposal()}); });
  f.sync();
  const auto conflicts = list_conflicts(f.writer.sees());
  REQUIRE(conflicts.size() == 1);
  CHECK(conflicts[0].versions[0].value == "Bo hos oss");  // it took effect last
  CHECK(conflicts[0].versions[1].value == "Bo i egen bolig");
}

TEST_CASE("a declined proposal carries the reason back to its author and can still be accepted",
          "[plan][proposal]") {
  Family f;
  f.with_goal();
  f.relative.edit([](Editor& e) { return e.set_field(goal, "text", "X"); });
  f.sync();
  CHECK(f.writer.editor().decline({f.only_proposal()}, "").code() == Errc::invalid_argument);
  f.writer.edit([&](Editor& e) { return e.decline({f.only_proposal()}, "Vi tar det i møtet."); });
  f.sync();
  const auto shown = section_view(f.relative.sees())["proposals"][0];
  CHECK(shown["state"] == "declined");
  CHECK(shown["reason"] == "Vi tar det i møtet.");
  CHECK(shown["answered"]["person"] == named<PrincipalId>("writer").hex());
  CHECK(f.relative.value(goal, "text") == "Bo hjemme");
  f.writer.edit([&](Editor& e) { return e.accept({f.only_proposal()}); });
  f.sync();
  CHECK(f.relative.value(goal, "text") == "X");
  CHECK(f.writer.editor().decline({f.only_proposal()}, "nei").code() == Errc::already_exists);
}

TEST_CASE("accepting and declining at the same time is accepting, in either order", "[plan][proposal]") {
  for (const bool accept_first : {true, false}) {
    Family f;
    f.with_goal();
    Phone other(f.log, "other-phone", "other");
    f.relative.edit([](Editor& e) { return e.set_field(goal, "text", "X"); });
    f.sync();
    other.pull();
    f.writer.edit([&](Editor& e) { return e.accept({f.only_proposal()}); });
    other.edit([&](Editor& e) { return e.decline({f.only_proposal()}, "nei"); });
    if (accept_first)
      sync_all({&f.writer, &other});
    else
      sync_all({&other, &f.writer});
    CHECK(f.writer.sees().proposals().begin()->second.state == ProposalState::accepted);
    CHECK(f.writer.value(goal, "text") == "X");
  }
}

TEST_CASE("a proposer's answers have no effect, and the editor refuses them", "[plan][proposal][hostile]") {
  Family f;
  f.with_goal();
  f.relative.edit([](Editor& e) { return e.set_field(goal, "text", "X"); });
  f.sync();
  CHECK(f.relative.editor().accept({f.only_proposal()}).code() == Errc::not_allowed);
  CHECK(f.relative.editor().decline({f.only_proposal()}, "x").code() == Errc::not_allowed);
  Op op;
  op.id = {f.relative.who().device, f.relative.sees().last_counter(f.relative.who().device) + 1};
  op.kind = OpKind::accept;
  op.refs = {f.only_proposal()};
  Op decline = op;
  decline.id.counter += 1;
  decline.kind = OpKind::decline;
  f.relative.save({op, decline});
  f.sync();
  CHECK(f.writer.value(goal, "text") == "Bo hjemme");
  CHECK(f.writer.sees().proposals().begin()->second.state == ProposalState::open);
  CHECK(f.writer.sees().proposals().size() == 1);  // an answer is not a proposal either
  CHECK(SectionState::decode(f.writer.confirmed().encode()).ok());
}

TEST_CASE("a relative's own contribution takes effect at once, and only this person can edit it directly",
          "[plan][proposal][R61]") {
  Family f(1);
  Phone aunt(f.log, "aunt-phone", "aunt", true);
  const EntityId id = named<EntityId>("contribution");
  f.relative.edit([&](Editor& e) {
    return e.create_record("contribution", id, {{"who", "Mor"}, {"text", "Kjører"}});
  });
  sync_all({&f.relative, &f.writer, &aunt});
  CHECK(f.writer.value(id, "text") == "Kjører");
  CHECK(f.writer.sees().proposals().empty());
  f.relative.edit([&](Editor& e) { return e.set_field(id, "text", "Kjører på tirsdager"); });
  aunt.edit([&](Editor& e) { return e.set_field(id, "text", "Tante kjører"); });
  sync_all({&f.relative, &f.writer, &aunt});
  CHECK(f.writer.value(id, "text") == "Kjører på tirsdager");
  REQUIRE(f.writer.sees().proposals().size() == 1);
  // The same person on another device is the same person.
  Phone tablet(f.log, "relative-tablet", "relative", true);
  tablet.pull();
  tablet.edit([&](Editor& e) { return e.set_field(id, "who", "Mor Anne"); });
  sync_all({&tablet, &f.writer});
  CHECK(f.writer.value(id, "who") == "Mor Anne");
}

TEST_CASE("a relative's report that something does not work reaches the plan at once and stays as written",
          "[plan][proposal][R90]") {
  Family f;
  const EntityId report = named<EntityId>("report");
  f.relative.edit([&](Editor& e) {
    return e.create_record("failure_report", report,
                           {{"measure", measure.hex()}, {"text", "Bussen kommer ikke"}});
  });
  f.sync();
  CHECK(f.writer.value(report, "text") == "Bussen kommer ikke");
  CHECK(f.writer.sees().proposals().empty());
  CHECK(f.relative.editor().set_field(report, "text", "x").code() == Errc::not_allowed);
  CHECK(f.writer.editor().remove_record(report).code() == Errc::not_allowed);
}

TEST_CASE("creating a record that exists does not make it the proposer's own", "[plan][proposal][hostile]") {
  Family f(1);
  const EntityId id = named<EntityId>("contribution");
  f.writer.edit([&](Editor& e) { return e.create_record("contribution", id, {{"text", "Skriver søknad"}}); });
  f.sync();
  Op create;
  create.id = {f.relative.who().device, 1};
  create.kind = OpKind::create;
  create.entity = id;
  create.record_kind = kind_id("contribution");
  Op set;
  set.id = {f.relative.who().device, 2};
  set.kind = OpKind::set;
  set.entity = id;
  set.field = 2;
  set.text = "kapret";
  f.relative.save({create, set});
  f.sync();
  CHECK(f.writer.value(id, "text") == "Skriver søknad");
  CHECK(f.writer.sees().find(id)->fields.at(2).live.size() == 1);
}

TEST_CASE(
    "a later proposal replaces the same person's earlier one on the field, in whatever order they are "
    "accepted",
    "[plan][proposal]") {
  for (const bool in_order : {true, false}) {
    Family f;
    f.with_goal();
    f.relative.edit([](Editor& e) { return e.set_field(goal, "text", "første"); });
    f.relative.edit([](Editor& e) { return e.set_field(goal, "text", "andre"); });
    f.sync();
    std::vector<OpId> ids;
    for (const auto& [id, p] : f.writer.sees().proposals()) ids.push_back(id);
    REQUIRE(ids.size() == 2);
    f.writer.edit([&](Editor& e) { return e.accept({in_order ? ids[0] : ids[1]}); });
    f.writer.edit([&](Editor& e) { return e.accept({in_order ? ids[1] : ids[0]}); });
    f.sync();
    CHECK(f.relative.value(goal, "text") == "andre");
    CHECK(list_conflicts(f.relative.sees()).empty());
  }
}

TEST_CASE("a proposed record and a later proposal to change it can be accepted together or in order",
          "[plan][proposal]") {
  Family f;
  f.relative.edit([](Editor& e) {
    return e.create_record("measure", measure, {{"text", "Følge til trening"}});
  });
  f.relative.edit([](Editor& e) { return e.set_field(measure, "where", "Svømmehallen"); });
  f.sync();
  CHECK(f.writer.sees().find(measure) == nullptr);
  std::vector<OpId> ids;
  for (const auto& [id, p] : f.writer.sees().proposals()) ids.push_back(id);
  REQUIRE(ids.size() == 2);
  CHECK(f.writer.editor().accept({ids[1]}).code() == Errc::invalid_argument);
  f.writer.edit([&](Editor& e) { return e.accept(ids); });
  f.sync();
  CHECK(f.relative.value(measure, "text") == "Følge til trening");
  CHECK(f.relative.value(measure, "where") == "Svømmehallen");
}

TEST_CASE("a proposed visit note is filled when it is accepted and cannot be changed after",
          "[plan][proposal]") {
  Family f;
  const EntityId note = named<EntityId>("note");
  f.relative.edit([&](Editor& e) { return e.create_record("note", note, {{"text", "Var på besøk"}}); });
  f.sync();
  f.writer.edit([&](Editor& e) { return e.accept({f.only_proposal()}); });
  f.sync();
  CHECK(f.relative.value(note, "text") == "Var på besøk");
  CHECK(f.writer.editor().set_field(note, "text", "x").code() == Errc::not_allowed);
}

TEST_CASE("accepting twice, or a proposal that is not there, has no effect", "[plan][proposal][hostile]") {
  Family f;
  f.with_goal();
  f.relative.edit([](Editor& e) { return e.set_field(goal, "text", "X"); });
  f.sync();
  Op op;
  op.kind = OpKind::accept;
  op.refs = {f.only_proposal(), {named<DeviceId>("zzz"), 77}};
  op.id = {f.writer.who().device, 100};
  f.writer.save({op});
  f.writer.edit([](Editor& e) { return e.set_field(goal, "text", "Y"); });
  op.id.counter = 200;
  f.writer.save({op});
  f.sync();
  CHECK(f.relative.value(goal, "text") == "Y");
  CHECK(list_conflicts(f.relative.sees()).empty());
}

TEST_CASE("a person's proposals are bounded: the oldest answered one goes first",
          "[plan][proposal][hostile]") {
  Family f;
  f.with_goal();
  for (int i = 0; i < 256; ++i)
    f.relative.edit([&](Editor& e) { return e.set_field(goal, "reference", std::to_string(i)); });
  f.sync();
  auto it = f.writer.sees().proposals().begin();
  const OpId first = it->first;
  const OpId second = (++it)->first;
  f.writer.edit([&](Editor& e) { return e.decline({second}, "nei"); });
  f.sync();
  f.relative.edit([](Editor& e) { return e.set_field(goal, "reference", "siste"); });
  f.sync();
  CHECK(f.writer.confirmed().proposals().size() == 256);
  CHECK(f.writer.confirmed().find_proposal(first) != nullptr);
  CHECK(f.writer.confirmed().find_proposal(second) == nullptr);
}
