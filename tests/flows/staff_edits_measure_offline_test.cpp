#include "tests/flows/http_world.h"

using namespace samplan;
using namespace samplan::world;

TEST_CASE("staff edits a measure offline: saved at once, sent later, and two versions are shown and settled",
          "[flow][R102][R104][R105][R106]") {
  OverHttp world;
  CoreWorld& w = world.people;
  const Cast cast = set_up(w);
  const std::string& plan = cast.plan;
  const std::string& measure = cast.measure;

  // Nobody has coverage. Mona, and Per for the home-care service, change the same field.
  world.server.stop(SIGTERM);
  w.ok("Mona", {{"do", "edit"}, {"plan", plan}, {"entity", measure}, {"field", "how"}, {"value", "Bruk begge rekkverk"}});
  w.ok("Per", {{"do", "edit"}, {"plan", plan}, {"entity", measure}, {"field", "how"}, {"value", "Støtte fra venstre side"}});
  w.ok("Mona", {{"do", "add"}, {"plan", plan}, {"kind", "note"}, {"section", "helse"}, {"fields", {{"text", "Gikk fint i dag"}, {"measure", measure}}}});
  CHECK(w.try_sync("Mona").code() == Errc::offline);

  // What was called saved is there after the program ended without notice.
  REQUIRE(w.reopen("Mona").ok());
  CHECK(w.record("Mona", plan, "helse", "measure")["fields"]["how"] == "Bruk begge rekkverk");
  json status = w.ok("Mona", {{"do", "status"}});
  CHECK(status["waiting"] == 2);
  CHECK(status["all_sent"] == false);

  world.server.start();
  CHECK(w.sync("Mona").confirmed == 1);
  status = w.ok("Mona", {{"do", "status"}});
  CHECK(status["waiting"] == 0);
  CHECK(status["attention"] == 0);
  w.sync("Per");
  w.sync_all({"Mona", "Jonas", "Ola"});

  // Both versions are there, with who wrote them; one tap settles it, everywhere.
  const json conflicts = w.ok("Jonas", {{"do", "conflicts"}, {"plan", plan}})["conflicts"];
  REQUIRE(conflicts.size() == 1);
  INFO(conflicts.dump(1));
  CHECK(conflicts[0].dump().find("Bruk begge rekkverk") != std::string::npos);
  CHECK(conflicts[0].dump().find("Støtte fra venstre side") != std::string::npos);
  CHECK(conflicts[0].dump().find("Hjemmetjenesten") != std::string::npos);
  CHECK(conflicts[0].dump().find("\"Per\"") != std::string::npos);
  w.ok("Jonas", {{"do", "resolve"}, {"plan", plan}, {"entity", measure}, {"field", "how"}, {"value", "Begge rekkverk, støtte fra venstre"}});
  w.sync_all({"Jonas", "Mona", "Per", "Ola"});
  for (const char* name : {"Mona", "Per", "Ola"}) {
    CHECK(w.ok(name, {{"do", "conflicts"}})["conflicts"].empty());
    CHECK(w.record(name, plan, "helse", "measure")["fields"]["how"] == "Begge rekkverk, støtte fra venstre");
    CHECK(w.digest(name, plan)["sections"]["helse"] == w.digest("Jonas", plan)["sections"]["helse"]);
  }
  // Nothing was lost: every value stands in the history.
  const std::string history = w.ok("Ola", {{"do", "history"}, {"plan", plan}, {"entity", measure}, {"field", "how"}}).dump();
  CHECK(history.find("Bruk begge rekkverk") != std::string::npos);
  CHECK(history.find("Støtte fra venstre side") != std::string::npos);
}
