#include "client-core/native/os_entropy.h"
#include "client-core/paper.h"
#include "tests/flows/http_world.h"

using namespace samplan;
using namespace samplan::world;

TEST_CASE(
    "an owner whose only phone is in the sea comes back with two parts of the code, over the real server",
    "[flow][R113]") {
  OverHttp world;
  CoreWorld& w = world.people;
  const Cast cast = set_up(w);
  const std::vector<std::string> parts = w.ok("Ola", {{"do", "recovery_new"}, {"shares", true}})["shares"];
  w.sync("Ola");
  const json digest = w.digest("Ola", cast.plan);
  w.close("Ola");

  const auto secret = read_paper({parts[2], parts[0]});
  REQUIRE(secret.ok());
  auto recovery = Recovery::start(world.server.url(), w.server_key(), *secret, w.entropy());
  REQUIRE(recovery.ok());
  for (int i = 0; i < 10 && recovery->state() != Recovery::State::ready; ++i) {
    // A server that is killed on the way has everything.
    if (i == 2) {
      world.server.stop(SIGKILL);
      world.server.start();
    }
    const auto reply =
        native::post_sync(world.transport, recovery->server_url(), recovery->next_request(w.now));
    REQUIRE(reply.ok());
    REQUIRE(recovery->on_reply(*reply).ok());
    REQUIRE(recovery->state() != Recovery::State::failed);
  }
  REQUIRE(w.try_recover("Ola igjen", *recovery, "Ola Nordmann").ok());
  w.sync("Ola igjen");
  CHECK(w.digest("Ola igjen", cast.plan) == digest);
  w.ok("Ola igjen", {{"do", "device_close"}, {"device", "Enhet 1"}});
  w.sync_all({"Ola igjen", "Mona"});
  w.ok("Mona", {{"do", "edit"},
                {"plan", cast.plan},
                {"entity", cast.measure},
                {"field", "where"},
                {"value", "Ved kaia"}});
  w.sync_all({"Mona", "Ola igjen"});
  CHECK(w.record("Ola igjen", cast.plan, "helse", "measure")["fields"]["where"] == "Ved kaia");
}
