#include "tests/flows/http_world.h"

using namespace samplan;
using namespace samplan::world;

TEST_CASE("the office opens one plan: only what is granted, and the owner sees who looked", "[flow][R95][R96]") {
  OverHttp world;
  CoreWorld& w = world.people;
  const Cast cast = set_up(w);
  const std::string& plan = cast.plan;

  // NAV's office joins with an empty device; until the owner consents there is nothing to read.
  w.let_in("Jonas", "Nav", {{"for", "plan"}, {"plan", plan}, {"role", "other_service"}});
  CHECK(w.show("Nav", plan)["sections"].empty());
  w.sync("Ola");
  w.ok("Ola", {{"do", "consent_give"}, {"plan", plan}, {"participant", "Nav"}, {"rights", "read"}, {"sections", {"dagtid", "grunnlag"}},
               {"history", "full"}, {"what", "Arbeid"}, {"who", "NAV"}, {"use", "Arbeidsrettet tiltak"}, {"consequence", "Ingen"}});
  w.sync("Ola");

  const auto id = PlanId::parse(plan);
  REQUIRE(id);
  w.core("Nav").sync_only({*id});
  w.sync("Nav");
  const json view = w.show("Nav", plan);
  CHECK(view["sections"].size() == 2);
  CHECK(view["sections"]["grunnlag"].dump().find("Å bo hjemme") != std::string::npos);
  CHECK(view.dump().find("Øve i trapp") == std::string::npos);
  CHECK(w.refused("Nav", {{"do", "access_log"}, {"plan", plan}}) == "not_allowed");
  w.sync("Nav");

  w.sync("Ola");
  const json opened = w.ok("Ola", {{"do", "access_log"}, {"plan", plan}})["opened"];
  bool found = false;
  for (const json& event : opened) found = found || (event["name"] == "Nav" && event["sections"].size() == 2);
  INFO(opened.dump(1));
  CHECK(found);

  // A shared machine keeps nothing: neither words nor keys. The plan can be opened again another day.
  CHECK(w.ok("Nav", {{"do", "status"}})["all_sent"] == true);
  w.ok("Nav", {{"do", "forget"}, {"plan", plan}});
  CHECK(w.ok("Nav", {{"do", "plans"}})["plans"].empty());
  w.core("Nav").sync_only({*id});
  w.sync("Nav");
  CHECK(w.show("Nav", plan)["sections"]["grunnlag"].dump().find("Å bo hjemme") != std::string::npos);
}
