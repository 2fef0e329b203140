#include "tests/flows/http_world.h"
#include "tests/support/meeting.h"

using namespace samplan;
using namespace samplan::world;

TEST_CASE("a phone is taken into use, lost and closed, over the real server", "[flow][R101]") {
  OverHttp world;
  CoreWorld& w = world.people;
  const Cast cast = set_up(w);
  const auto post = [&](ByteView request) { return native::post_meet(world.transport, world.server.url(), request); };
  const auto edit = [&](const std::string& who, const std::string& text) {
    w.ok(who, {{"do", "edit"}, {"plan", cast.plan}, {"entity", cast.measure}, {"field", "where"}, {"value", text}});
  };
  const auto reads = [&](const std::string& who) {
    return w.record(who, cast.plan, "helse", "measure")["fields"].value("where", std::string());
  };

  Meeting meeting(w, "Mona", post);
  meeting.until_words();
  REQUIRE(meeting.state() == "compare");
  CHECK(meeting.adding()["words"] == meeting.device.words());
  // A server that is killed on the way has everything.
  world.server.stop(SIGKILL);
  world.server.start();
  meeting.confirm();
  REQUIRE(meeting.device.state() == NewDevice::State::ready);
  REQUIRE(w.try_enrol("Telefon", meeting.device).ok());
  w.sync("Telefon");
  CHECK(w.digest("Telefon", cast.plan) == w.digest("Mona", cast.plan));

  edit("Telefon", "På vei hjem");
  w.sync_all({"Telefon", "Mona", "Ola"});
  CHECK(reads("Ola") == "På vei hjem");
  edit("Telefon", "Dette ble aldri sendt");

  w.ok("Mona", {{"do", "device_close"}, {"device", "Telefon"}});
  w.sync_all({"Mona", "Ola"});
  edit("Ola", "Telefonen er borte");
  w.sync_all({"Ola", "Mona", "Jonas", "Per"});
  for (const char* who : {"Mona", "Jonas", "Per"}) CHECK(reads(who) == "Telefonen er borte");

  const auto end = w.try_sync("Telefon");
  REQUIRE_FALSE(end.ok());
  CHECK(end.code() == Errc::withdrawn);
  CHECK(end.error().where == "device.closed");
  CHECK(w.ok("Telefon", {{"do", "quarantine"}}).dump().find("Dette ble aldri sendt") != std::string::npos);
  CHECK(w.ok("Mona", {{"do", "doctor"}})["all_good"] == true);
}
