#include "tests/flows/http_world.h"
#include "tests/support/phone_call.h"

using namespace samplan;
using namespace samplan::world;

TEST_CASE("a relative is invited by telephone, mistypes once, and is let in, over the real server",
          "[flow][R101]") {
  OverHttp world;
  CoreWorld& w = world.people;
  const Cast cast = set_up(w);
  PhoneCall call(w, "Jonas", [&](ByteView request) {
    return native::post_meet(world.transport, world.server.url(), request);
  });
  const std::string code =
      call.read_out({{"for", "plan"}, {"plan", cast.plan}, {"role", "relative"}, {"name", "Eli"}});

  PhoneJoin wrong = call.types(mistyped(code));
  call.both(wrong);
  CHECK(wrong.error().where == "phone.wrong");
  // A server that is killed on the way has everything.
  world.server.stop(SIGKILL);
  world.server.start();
  PhoneJoin eli = call.types(code);
  call.both(eli);
  REQUIRE(eli.state() == PhoneJoin::State::ready);
  w.join("Eli", eli.link());
  call.thank(eli);
  CHECK(call.state() == "done");
  w.sync("Eli");
  CHECK(w.ok("Eli", {{"do", "status"}})["joining"][0]["state"] == "waiting");
  w.sync("Jonas");
  const json asked = w.ok("Jonas", {{"do", "requests"}})["requests"];
  REQUIRE(asked.size() == 1);
  CHECK(asked[0]["words"] == w.ok("Eli", {{"do", "whoami"}})["words"]);
  w.ok("Jonas", {{"do", "confirm"}, {"request", asked[0]["request"]}});
  w.sync_all({"Jonas", "Eli"});
  CHECK(w.ok("Eli", {{"do", "status"}})["joining"][0]["state"] == "confirmed");

  w.sync("Ola");
  w.ok("Ola", {{"do", "consent_give"},
               {"plan", cast.plan},
               {"participant", "Eli"},
               {"rights", "read"},
               {"sections", {"grunnlag", "helse"}},
               {"history", "full"},
               {"what", "Helse"},
               {"who", "Eli"},
               {"use", "For å følge med"},
               {"consequence", "Uten dette ser hun ikke planen"}});
  w.sync_all({"Ola", "Eli"});
  CHECK(w.record("Eli", cast.plan, "helse", "measure")["fields"]["text"] == "Øve i trapp");
}
