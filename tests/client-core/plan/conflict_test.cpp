#include "section_world.h"

using namespace samplan;
using namespace samplan::plan;

namespace {

const EntityId goal = named<EntityId>("goal-1");

// Kari and Ola both hold a goal "Bo hjemme" and go offline.
struct Two {
  Log log;
  Phone kari{log, "kari-phone", "kari"};
  Phone ola{log, "ola-phone", "ola"};
  Two() {
    kari.edit([](Editor& e) {
      return e.create_record("goal", goal, {{"text", "Bo hjemme"}, {"status", "foreslatt"}});
    });
    sync_all({&kari, &ola});
  }
};

}  // namespace

TEST_CASE("two people who change one field offline both see both values, both names and what it was before",
          "[plan][R104][R105]") {
  Two t;
  t.ola.on_behalf = named<PrincipalId>("hjemmetjenesten");
  t.kari.edit([](Editor& e) { return e.set_field(goal, "text", "Bo hjemme med hund"); });
  t.ola.edit([](Editor& e) { return e.set_field(goal, "text", "Bo i omsorgsbolig"); });
  sync_all({&t.kari, &t.ola});
  for (const Phone* p : {&t.kari, &t.ola}) {
    const auto conflicts = list_conflicts(p->sees());
    REQUIRE(conflicts.size() == 1);
    const Conflict& c = conflicts[0];
    CHECK(c.type == ConflictType::values);
    CHECK(c.section == 3);
    CHECK(c.entity == goal);
    CHECK(find_kind(c.kind)->name == "goal");
    CHECK(find_field(*find_kind(c.kind), c.field)->name == "text");
    REQUIRE(c.versions.size() == 2);
    CHECK(c.versions[0].value == "Bo i omsorgsbolig");  // later in the section
    CHECK(c.versions[0].person == named<PrincipalId>("ola"));
    CHECK(c.versions[0].on_behalf == named<PrincipalId>("hjemmetjenesten"));
    CHECK(c.versions[0].device == named<DeviceId>("ola-phone"));
    CHECK(c.versions[1].value == "Bo hjemme med hund");
    CHECK(c.versions[1].person == named<PrincipalId>("kari"));
    CHECK(c.versions[1].wall_ms > 0);
    REQUIRE(c.before);
    CHECK(c.before->value == "Bo hjemme");
  }
  CHECK(t.kari.confirmed().encode() == t.ola.confirmed().encode());
}

TEST_CASE("resolving is one step, on either device, and leaves the mark that it was in conflict",
          "[plan][R105]") {
  Two t;
  t.kari.edit([](Editor& e) { return e.set_field(goal, "text", "A"); });
  t.ola.edit([](Editor& e) { return e.set_field(goal, "text", "B"); });
  sync_all({&t.kari, &t.ola});
  const OpId chosen = list_conflicts(t.kari.sees())[0].versions[1].op;
  t.kari.edit([&](Editor& e) { return e.resolve_with(goal, "text", chosen); });
  sync_all({&t.kari, &t.ola});
  CHECK(list_conflicts(t.ola.sees()).empty());
  CHECK(t.ola.value(goal, "text") == "A");
  const auto view = section_view(t.ola.sees());
  const auto& record = view["records"]["goal"][0];
  CHECK(record["contested"][0] == "text");
  CHECK(record["before"]["text"]["value"] == "B");  // the losing value is shown and can be brought back
}

TEST_CASE("two people who resolve alike without seeing each other are done", "[plan]") {
  Two t;
  t.kari.edit([](Editor& e) { return e.set_field(goal, "text", "A"); });
  t.ola.edit([](Editor& e) { return e.set_field(goal, "text", "B"); });
  sync_all({&t.kari, &t.ola});
  t.kari.edit([](Editor& e) { return e.resolve(goal, "text", "Felles tekst"); });
  t.ola.edit([](Editor& e) { return e.resolve(goal, "text", "felles  tekst"); });
  sync_all({&t.kari, &t.ola});
  CHECK(list_conflicts(t.kari.sees()).empty());
  t.kari.edit([](Editor& e) { return e.set_field(goal, "text", "Ny"); });
  sync_all({&t.kari, &t.ola});
  CHECK(t.ola.sees().find(goal)->fields.begin()->second.live.size() == 1);
}

TEST_CASE("values that differ in case and white space only are one version, beside another and alone",
          "[plan]") {
  Two t;
  Phone per(t.log, "per-phone", "per");
  per.pull();
  t.kari.edit([](Editor& e) { return e.set_field(goal, "text", "Bo hos mor"); });
  per.edit([](Editor& e) { return e.set_field(goal, "text", " bo  hos MOR "); });
  sync_all({&t.kari, &per});
  CHECK(list_conflicts(per.sees()).empty());
  const auto alike = section_view(per.sees())["records"]["goal"][0];
  CHECK_FALSE(alike.contains("conflict"));
  CHECK_FALSE(alike.contains("contested"));
  t.ola.edit([](Editor& e) { return e.set_field(goal, "text", "Bo i bolig"); });
  sync_all({&t.ola, &per});
  const auto conflicts = list_conflicts(per.sees());
  REQUIRE(conflicts.size() == 1);
  REQUIRE(conflicts[0].versions.size() == 2);
  CHECK(conflicts[0].versions[0].value == "Bo i bolig");
  CHECK(conflicts[0].versions[1].value == " bo  hos MOR ");  // the later of the two speaks for both
}

TEST_CASE("several edits of one person against one of another are one conflict with two versions", "[plan]") {
  Two t;
  for (const char* text : {"A1", "A2", "A3"})
    t.kari.edit([&](Editor& e) { return e.set_field(goal, "text", text); });
  t.ola.edit([](Editor& e) { return e.set_field(goal, "text", "B"); });
  sync_all({&t.ola, &t.kari});
  const auto conflicts = list_conflicts(t.kari.sees());
  REQUIRE(conflicts.size() == 1);
  REQUIRE(conflicts[0].versions.size() == 2);
  CHECK(conflicts[0].versions[0].value == "A3");
}

TEST_CASE("the role for the field decides what is shown first, and deletes nothing", "[plan]") {
  Two t;
  t.kari.edit([](Editor& e) { return e.set_field(goal, "text", "eierens ord"); });
  t.ola.edit([](Editor& e) { return e.set_field(goal, "text", "tjenestens ord"); });
  t.kari.edit([](Editor& e) { return e.set_field(goal, "status", "pagar"); });
  t.ola.edit([](Editor& e) { return e.set_field(goal, "status", "nadd"); });
  sync_all({&t.ola, &t.kari});
  const RoleOf roles = [](const PrincipalId& person) {
    if (person == named<PrincipalId>("kari")) return RoleClass::owner;
    return RoleClass::professional;
  };
  const auto conflicts = list_conflicts(t.kari.sees(), roles);
  REQUIRE(conflicts.size() == 2);
  CHECK(conflicts[0].versions[0].value == "eierens ord");
  CHECK(conflicts[1].versions[0].value == "nadd");
  CHECK(conflicts[1].versions.size() == 2);
  // Without roles Kari, who was later in the section, comes first in both.
  CHECK(list_conflicts(t.kari.sees())[1].versions[0].value == "pagar");
}

TEST_CASE("a field that is not important is no conflict, but its other value is shown", "[plan][R104]") {
  Two t;
  t.kari.edit([](Editor& e) { return e.set_field(goal, "reference", "R1"); });
  t.ola.edit([](Editor& e) { return e.set_field(goal, "reference", "R2"); });
  sync_all({&t.kari, &t.ola});
  CHECK(list_conflicts(t.kari.sees()).empty());
  const auto view = section_view(t.kari.sees());
  CHECK(view["records"]["goal"][0]["fields"]["reference"] == "R2");
  CHECK(view["records"]["goal"][0]["also"]["reference"][1]["value"] == "R1");
}

TEST_CASE("clearing a field that another person changed is a conflict too", "[plan]") {
  Two t;
  t.kari.edit([](Editor& e) { return e.clear_field(goal, "text"); });
  t.ola.edit([](Editor& e) { return e.set_field(goal, "text", "B"); });
  sync_all({&t.kari, &t.ola});
  REQUIRE(list_conflicts(t.kari.sees()).size() == 1);
}

TEST_CASE("an edit beats a removal that had not seen it, whatever order they arrive in", "[plan][R104]") {
  for (const bool removal_first : {true, false}) {
    Two t;
    t.kari.edit([](Editor& e) { return e.remove_record(goal); });
    t.ola.edit([](Editor& e) { return e.set_field(goal, "text", "Viktig"); });
    if (removal_first)
      sync_all({&t.kari, &t.ola});
    else
      sync_all({&t.ola, &t.kari});
    const Entity* entity = t.kari.sees().find(goal);
    CHECK_FALSE(is_removed(*entity));
    CHECK(is_removed_while_edited(*entity));
    const auto conflicts = list_conflicts(t.kari.sees());
    REQUIRE(conflicts.size() == 1);
    CHECK(conflicts[0].type == ConflictType::removed_while_edited);
    CHECK(conflicts[0].versions[0].person == named<PrincipalId>("kari"));
    REQUIRE(conflicts[0].edits.size() == 1);
    CHECK(conflicts[0].edits[0].person == named<PrincipalId>("ola"));
    CHECK(conflicts[0].edits[0].value == "Viktig");
    const auto view = section_view(t.ola.sees());
    CHECK(view["records"]["goal"][0]["removed_while_edited"]["edited"][0]["field"] == "text");
    CHECK(view["records"]["goal"][0]["fields"]["status"] == "foreslatt");  // the whole record is kept
  }
}

TEST_CASE("whoever sees both sides keeps the record or removes it for good", "[plan]") {
  for (const bool keeps : {true, false}) {
    Two t;
    t.kari.edit([](Editor& e) { return e.remove_record(goal); });
    t.ola.edit([](Editor& e) { return e.set_field(goal, "text", "Viktig"); });
    sync_all({&t.kari, &t.ola});
    t.ola.edit([&](Editor& e) { return keeps ? e.keep_record(goal) : e.remove_record(goal); });
    sync_all({&t.kari, &t.ola});
    CHECK(list_conflicts(t.kari.sees()).empty());
    CHECK(is_removed(*t.kari.sees().find(goal)) == !keeps);
    CHECK(t.kari.confirmed().encode() == t.ola.confirmed().encode());
  }
}

TEST_CASE("a removed record is listed, refuses edits, and comes back whole", "[plan][R97]") {
  Two t;
  t.kari.edit([](Editor& e) { return e.remove_record(goal); });
  sync_all({&t.kari, &t.ola});
  const auto view = section_view(t.ola.sees());
  CHECK_FALSE(view["records"].contains("goal"));
  REQUIRE(view["removed"].size() == 1);
  CHECK(view["removed"][0]["fields"]["text"] == "Bo hjemme");
  CHECK(view["removed"][0]["removed"][0]["person"] == named<PrincipalId>("kari").hex());
  CHECK(t.ola.editor().set_field(goal, "text", "x").code() == Errc::not_found);
  CHECK(t.ola.editor().remove_record(goal).code() == Errc::not_found);
  t.ola.edit([](Editor& e) { return e.keep_record(goal); });
  sync_all({&t.kari, &t.ola});
  CHECK(t.kari.value(goal, "text") == "Bo hjemme");
  CHECK(list_conflicts(t.kari.sees()).empty());
}

TEST_CASE("taking one removal back leaves another that was not seen in force", "[plan]") {
  Two t;
  Phone per(t.log, "per-phone", "per");
  per.pull();
  t.kari.edit([](Editor& e) { return e.remove_record(goal); });
  per.edit([](Editor& e) { return e.remove_record(goal); });
  t.kari.push();
  t.ola.pull();
  t.ola.edit([](Editor& e) { return e.keep_record(goal); });  // has not seen Per's removal
  sync_all({&per, &t.ola, &t.kari});
  CHECK(is_removed_while_edited(*t.kari.sees().find(goal)));
  const auto conflicts = list_conflicts(t.kari.sees());
  REQUIRE(conflicts.size() == 1);
  REQUIRE(conflicts[0].versions.size() == 1);
  CHECK(conflicts[0].versions[0].person == named<PrincipalId>("per"));
  CHECK(conflicts[0].edit_fields[0] == 0);  // the keep
}

TEST_CASE("links of two people are joined, and removing one does not take another's", "[plan]") {
  Two t;
  const std::string n1(32, '1');
  const std::string n2(32, '2');
  t.kari.edit([&](Editor& e) { return e.add_to_set(goal, "needs", n1); });
  sync_all({&t.kari, &t.ola});
  t.kari.edit([&](Editor& e) { return e.remove_from_set(goal, "needs", n1); });
  t.ola.edit([&](Editor& e) { return e.add_to_set(goal, "needs", n2); });
  sync_all({&t.kari, &t.ola});
  const auto view = section_view(t.kari.sees());
  CHECK(view["records"]["goal"][0]["fields"]["needs"] == nlohmann::json::array({n2}));
}
