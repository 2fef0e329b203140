#include "tests/flows/http_world.h"

using namespace samplan;
using namespace samplan::world;

TEST_CASE("sync: one round trip, nothing twice, and a lost reply costs nothing", "[flow][R106]") {
  OverHttp world;
  CoreWorld& w = world.people;
  const Cast cast = set_up(w);
  const auto edit = [&](const std::string& text) {
    w.ok("Mona", {{"do", "edit"}, {"plan", cast.plan}, {"entity", cast.measure}, {"field", "where"}, {"value", text}});
  };

  edit("Trappa hjemme");
  w.sync("Mona");
  CHECK(w.rounds == 1);
  w.sync("Mona");
  CHECK(w.rounds == 1);
  CHECK(w.request_bytes < 1024);
  CHECK(w.reply_bytes < 1024);

  // The server stored it, the reply was lost: the identical envelope goes again and is recognised.
  edit("Trappa i hagen");
  const auto frame = w.core("Mona").next_request(w.now, true);
  REQUIRE(frame.ok());
  REQUIRE(world.post(*frame).ok());
  REQUIRE(w.reopen("Mona").ok());
  CHECK(w.ok("Mona", {{"do", "status"}})["waiting"] == 1);
  w.sync("Mona");
  CHECK(w.ok("Mona", {{"do", "status"}})["waiting"] == 0);
  w.sync("Jonas");
  CHECK(w.record("Jonas", cast.plan, "helse", "measure")["fields"]["where"] == "Trappa i hagen");
  CHECK(w.digest("Jonas", cast.plan)["sections"]["helse"] == w.digest("Mona", cast.plan)["sections"]["helse"]);

  // A killed server keeps what it has said that it has.
  edit("Trappa på jobben");
  w.sync("Mona");
  world.server.stop(SIGKILL);
  world.server.start();
  w.sync("Ola");
  CHECK(w.record("Ola", cast.plan, "helse", "measure")["fields"]["where"] == "Trappa på jobben");
  CHECK(w.ok("Ola", {{"do", "doctor"}})["all_good"] == true);
}
