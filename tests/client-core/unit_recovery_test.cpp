// A unit's registrar gives a member who has lost everything the access back, and no consent is asked for
// anew.
#include "tests/support/device_world.h"

using namespace samplan;
using namespace samplan::world;

TEST_CASE("a member of a unit with nothing left is let in again by the registrar, and the lost device is out",
          "[R113]") {
  DeviceWorld world;
  CoreWorld& w = world.people;
  const std::string unit = "Hjemmetjenesten";
  const std::string lost = w.ok("Per", {{"do", "whoami"}})["person"];
  const auto consents = [&] {
    int count = 0;
    const json log = w.ok("Ola", {{"do", "log"}, {"plan", world.cast.plan}})["governance"];
    for (const json& record : log) count += record["kind"] == "consent_grant" ? 1 : 0;
    return count;
  };
  const int before = consents();
  world.edit("Per", "Skrevet før telefonen forsvant");
  w.sync("Per");
  w.close("Per");

  w.let_in("Berit", "Per på ny telefon", {{"for", "unit"}, {"unit", unit}});
  w.ok("Berit", {{"do", "unit_remove_member"}, {"unit", unit}, {"member", lost}});
  w.sync_all({"Berit", "Jonas", "Per på ny telefon"});
  CHECK(world.reads("Per på ny telefon") == "Skrevet før telefonen forsvant");
  world.edit("Per på ny telefon", "Videre på ny telefon");
  w.sync_all({"Per på ny telefon", "Ola"});
  CHECK(world.reads("Ola") == "Videre på ny telefon");
  CHECK(consents() == before);

  // Whoever has the lost phone reads nothing that is written from now on.
  REQUIRE(w.reopen("Per").ok());
  w.sync("Per");
  CHECK(w.refused("Per", {{"do", "plan_show"}, {"plan", world.cast.plan}}) == "withdrawn");
}
