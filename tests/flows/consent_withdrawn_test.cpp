#include "tests/flows/http_world.h"

using namespace samplan;
using namespace samplan::world;

TEST_CASE("consent withdrawn: closed at the server at once, purged on the device, unsent text kept", "[flow][R30][R107]") {
  OverHttp world;
  CoreWorld& w = world.people;
  const Cast cast = set_up(w);
  const std::string& plan = cast.plan;

  // Everyone offline: Ola withdraws Mona, who is writing at the same time, as are Per and Jonas.
  world.server.stop(SIGTERM);
  const json withdrawn = w.ok("Ola", {{"do", "consent_withdraw"}, {"plan", plan}, {"participant", "Mona"}});
  CHECK(withdrawn["takes_effect"] == "next_sync");
  w.ok("Mona", {{"do", "edit"}, {"plan", plan}, {"entity", cast.measure}, {"field", "how"}, {"value", "Monas usendte ord"}});
  w.ok("Per", {{"do", "edit"}, {"plan", plan}, {"entity", cast.measure}, {"field", "extent"}, {"value", "Daglig"}});
  world.server.start();

  // Per has sealed under the old key and not been heard; his reply is lost before the withdrawal comes.
  REQUIRE(w.core("Per").next_request(w.now, true).ok());
  w.sync("Ola");
  const SyncOutcome mona = w.sync("Mona");
  CHECK(w.last_notices.find("access_ended") != std::string::npos);
  CHECK(mona.received == 0);

  // Her own words are kept for her; the plan is gone from the device.
  CHECK(w.refused("Mona", {{"do", "plan_show"}, {"plan", plan}}) == "withdrawn");
  const json kept = w.ok("Mona", {{"do", "quarantine"}})["quarantine"];
  REQUIRE(kept.size() == 1);
  CHECK(kept[0]["changes"][0]["value"] == "Monas usendte ord");
  CHECK(w.ok("Mona", {{"do", "status"}})["waiting"] == 0);
  CHECK(w.ok("Mona", {{"do", "status"}})["quarantine"] == 1);

  // Per's edit was sealed with the old key: sealed anew by itself, nothing asked of him.
  w.sync("Per");
  CHECK(w.ok("Per", {{"do", "status"}})["waiting"] == 0);
  w.sync("Jonas");
  CHECK(w.record("Jonas", plan, "helse", "measure")["fields"]["extent"] == "Daglig");
  CHECK(w.record("Jonas", plan, "helse", "measure")["fields"]["how"] == "Med rekkverk");

  // She hands over once; the coordinator takes it in, marked as received.
  w.ok("Mona", {{"do", "quarantine_hand_over"}, {"id", kept[0]["id"]}});
  w.sync("Mona");
  w.sync("Jonas");
  const json letters = w.ok("Jonas", {{"do", "hand_overs"}})["hand_overs"];
  REQUIRE(letters.size() == 1);
  CHECK(letters[0]["name"] == "Mona");
  CHECK(letters[0]["changes"][0]["value"] == "Monas usendte ord");
  w.ok("Jonas", {{"do", "hand_over_accept"}, {"letter", letters[0]["letter"]}});
  w.sync_all({"Jonas", "Ola", "Per"});
  CHECK(w.record("Ola", plan, "helse", "measure")["fields"]["how"] == "Med rekkverk\nMonas usendte ord");
  CHECK(w.record("Ola", plan, "grunnlag", "contribution")["fields"]["who"] == "Mottatt fra tidligere deltaker: Mona");
  CHECK(w.digest("Ola", plan)["sections"] == w.digest("Jonas", plan)["sections"]);

  // And she gets nothing that was written after.
  w.ok("Jonas", {{"do", "add"}, {"plan", plan}, {"kind", "note"}, {"section", "helse"}, {"fields", {{"text", "Etter at Mona sluttet"}}}});
  w.sync("Jonas");
  CHECK(w.sync("Mona").received == 0);
  CHECK(w.refused("Mona", {{"do", "digest"}, {"plan", plan}}) == "withdrawn");
}

TEST_CASE("one section withdrawn closes that section and leaves the rest", "[flow][R30]") {
  OverHttp world;
  CoreWorld& w = world.people;
  const Cast cast = set_up(w);
  w.ok("Ola", {{"do", "consent_withdraw"}, {"plan", cast.plan}, {"participant", "Mona"}, {"sections", {"helse"}}});
  w.sync("Ola");
  w.sync("Mona");
  const json view = w.show("Mona", cast.plan);
  CHECK(view["sections"].contains("grunnlag"));
  CHECK_FALSE(view["sections"].contains("helse"));
  w.sync("Jonas");
  w.ok("Jonas", {{"do", "edit"}, {"plan", cast.plan}, {"entity", cast.measure}, {"field", "how"}, {"value", "Uten Mona"}});
  w.sync_all({"Jonas", "Mona", "Ola"});
  CHECK(w.record("Ola", cast.plan, "helse", "measure")["fields"]["how"] == "Uten Mona");
  CHECK_FALSE(w.show("Mona", cast.plan).dump().find("Uten Mona") != std::string::npos);

  // Given again, the whole history comes back.
  json again = {{"do", "consent_give"}, {"plan", cast.plan}, {"participant", "Mona"}, {"rights", "write"}, {"sections", {"helse"}},
                {"history", "full"}, {"what", "Helse"}, {"who", "Mona"}, {"use", "Hjelpen"}, {"consequence", "Ingen"}};
  w.ok("Ola", again);
  w.sync_all({"Ola", "Mona"});
  CHECK(w.record("Mona", cast.plan, "helse", "measure")["fields"]["how"] == "Uten Mona");
  CHECK(w.digest("Mona", cast.plan)["sections"]["helse"] == w.digest("Ola", cast.plan)["sections"]["helse"]);
}

TEST_CASE("consent to the whole plan withdrawn stops all writing until it is given again", "[flow][R26][R30]") {
  OverHttp world;
  CoreWorld& w = world.people;
  const Cast cast = set_up(w);
  w.ok("Ola", {{"do", "consent_withdraw"}, {"plan", cast.plan}});
  w.sync_all({"Ola", "Mona"});
  const json edit = {{"do", "edit"}, {"plan", cast.plan}, {"entity", cast.measure}, {"field", "how"}, {"value", "Ny tekst"}};
  CHECK(w.refused("Mona", edit) == "no_consent");
  w.ok("Ola", {{"do", "consent_plan"}, {"plan", cast.plan}});
  w.sync_all({"Ola", "Mona"});
  w.ok("Mona", edit);
  w.sync_all({"Mona", "Ola"});
  CHECK(w.record("Ola", cast.plan, "helse", "measure")["fields"]["how"] == "Ny tekst");
}
