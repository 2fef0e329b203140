#include "tests/flows/http_world.h"

using namespace samplan;
using namespace samplan::world;

TEST_CASE("a relative proposes: inert until answered, and the proposer sees the answer", "[flow][R35][R95]") {
  OverHttp world;
  CoreWorld& w = world.people;
  const Cast cast = set_up(w);
  const std::string& plan = cast.plan;

  // Silje came in "from now": she reads the plan as handed over, and may not write in it.
  CHECK(w.record("Silje", plan, "helse", "measure")["fields"]["text"] == "Øve i trapp");
  CHECK(w.show("Silje", plan)["sections"].contains("samordning") == false);
  CHECK(w.refused("Silje", {{"do", "add"}, {"plan", plan}, {"kind", "message"}, {"fields", {{"text", "Hei"}}}}) == "not_allowed");

  world.server.stop(SIGTERM);
  json answer = w.ok("Silje", {{"do", "edit"}, {"plan", plan}, {"entity", cast.measure}, {"field", "extent"},
                               {"value", "Tre ganger i uka"}, {"note", "Han orker mer nå"}});
  CHECK(answer["proposal"] == true);
  w.ok("Silje", {{"do", "edit"}, {"plan", plan}, {"entity", cast.measure}, {"field", "where"}, {"value", "På treningssenter"}});
  w.ok("Silje", {{"do", "add"}, {"plan", plan}, {"kind", "contribution"}, {"fields", {{"who", "Silje"}, {"text", "Jeg følger på lørdager"}}}});
  world.server.start();
  w.sync("Silje");
  w.sync("Mona");

  // Shown beside the value, not in it; her own contribution stands at once.
  CHECK_FALSE(w.record("Mona", plan, "helse", "measure")["fields"].contains("extent"));
  CHECK(w.record("Mona", plan, "grunnlag", "contribution")["fields"]["text"] == "Jeg følger på lørdager");
  const json proposals = w.ok("Mona", {{"do", "proposals"}, {"plan", plan}})["proposals"];
  REQUIRE(proposals.size() == 2);
  CHECK(proposals[0]["note"] == "Han orker mer nå");
  w.ok("Mona", {{"do", "accept"}, {"plan", plan}, {"proposals", {proposals[0]["id"]}}});
  w.ok("Mona", {{"do", "decline"}, {"plan", plan}, {"proposals", {proposals[1]["id"]}}, {"reason", "For langt å reise"}});
  w.sync("Mona");
  w.sync_all({"Silje", "Jonas"});
  for (const char* name : {"Silje", "Jonas", "Mona"}) {
    CHECK(w.record(name, plan, "helse", "measure")["fields"]["extent"] == "Tre ganger i uka");
    const json seen = w.ok(name, {{"do", "proposals"}, {"plan", plan}})["proposals"];
    REQUIRE(seen.size() == 2);
    CHECK(seen[0]["state"] == "accepted");
    CHECK(seen[1]["state"] == "declined");
    CHECK(seen[1]["reason"] == "For langt å reise");
  }
  CHECK(w.digest("Silje", plan)["sections"]["helse"] == w.digest("Jonas", plan)["sections"]["helse"]);
}
