// Adding a device of the same person, with the relay in the same process.
#include "tests/support/device_world.h"

using namespace samplan;
using namespace samplan::world;

TEST_CASE("a new device of the same person reads and writes all its plans, for one record on the server", "[R101]") {
  DeviceWorld world;
  CoreWorld& w = world.people;
  const std::uint64_t records = world.identity_records();
  const std::uint64_t decisions = world.file("Mona").gov().seq();

  Meeting meeting(w, "Mona", world.post(), "Monas telefon");
  meeting.until_words();
  const json view = meeting.adding();
  CHECK(view["state"] == "compare");
  CHECK(view["name"] == "Monas telefon");
  CHECK(view["plans"] == 1);
  CHECK(view["words"] == meeting.device.words());
  CHECK(meeting.device.state() == NewDevice::State::compare);
  CHECK(meeting.device.person_name() == "Mona");
  // Until the person says yes there is nothing, here or there.
  CHECK(world.log_of("Mona").devices.size() == 1);
  w.sync("Mona");
  CHECK(world.identity_records() == records);

  meeting.confirm();
  CHECK(meeting.state() == "done");
  REQUIRE(meeting.device.state() == NewDevice::State::ready);
  REQUIRE(w.try_enrol("telefon", meeting.device).ok());
  w.sync("telefon");
  CHECK(world.identity_records() == records + 1);
  CHECK(w.digest("telefon", world.cast.plan) == w.digest("Mona", world.cast.plan));
  // Nothing is wrapped anew for it: what is sealed to the person opens.
  CHECK(world.file("telefon").gov().seq() == decisions);
  CHECK(w.ok("telefon", {{"do", "whoami"}})["person"] == w.ok("Mona", {{"do", "whoami"}})["person"]);

  world.edit("telefon", "I trappa hjemme");
  w.sync_all({"telefon", "Mona", "Ola"});
  CHECK(world.reads("Mona") == "I trappa hjemme");
  CHECK(world.reads("Ola") == "I trappa hjemme");
  world.edit("Mona", "I hagen");
  w.sync_all({"Mona", "telefon"});
  CHECK(world.reads("telefon") == "I hagen");
  CHECK(w.ok("telefon", {{"do", "doctor"}})["all_good"] == true);
  REQUIRE(w.reopen("telefon").ok());
  CHECK(world.reads("telefon") == "I hagen");
}

TEST_CASE("every device of the person is told of a new one, and lists them all", "[R101]") {
  DeviceWorld world;
  CoreWorld& w = world.people;
  world.add("Mona", "Telefon");
  w.sync("Telefon");
  world.add("Telefon", "Nettbrett");
  const SyncOutcome told = w.sync("Mona");
  const std::string nettbrett = w.ok("Nettbrett", {{"do", "whoami"}})["device"];
  CHECK(std::count_if(told.notices.begin(), told.notices.end(), [&](const Notice& n) {
          return n.what == "device_added" && n.detail == nettbrett;
        }) == 1);
  CHECK(w.sync("Mona").notices.empty());
  w.sync("Nettbrett");
  for (const char* who : {"Mona", "Telefon", "Nettbrett"}) {
    const json all = w.ok(who, {{"do", "devices"}})["devices"];
    REQUIRE(all.size() == 3);
    int here = 0;
    for (const json& d : all) {
      here += d["this"] == true ? 1 : 0;
      CHECK(d["closed"] == false);
      CHECK(d["added_ms"].get<UnixMs>() > 1'780'000'000'000);
    }
    CHECK(here == 1);
  }
  CHECK(world.device("Telefon", "Telefon")["this"] == true);
  CHECK(world.device("Nettbrett", "Telefon")["this"] == false);
  CHECK(world.device("Mona", "Enhet 3")["device"] == nettbrett);  // names are not in the log
  w.ok("Mona", {{"do", "device_rename"}, {"device", nettbrett.substr(0, 8)}, {"name", "Brettet"}});
  CHECK(world.device("Mona", "Brettet")["device"] == nettbrett);

  CHECK_FALSE(world.device("Mona", "Telefon").contains("last_wrote_ms"));
  world.edit("Telefon", "x");
  w.sync_all({"Telefon", "Mona"});
  CHECK(world.device("Mona", "Telefon").contains("last_wrote_ms"));
}

TEST_CASE("a new device has the person's units, also those that no plan needs") {
  DeviceWorld world;
  CoreWorld& w = world.people;
  w.ok("Berit", {{"do", "unit_create"}, {"name", "Natt-teamet"}});
  w.sync("Berit");
  world.add("Berit", "Telefon");
  w.sync("Telefon");
  const json units = w.ok("Telefon", {{"do", "whoami"}})["units"];
  CHECK(units.size() == 3);
  CHECK(units.dump().find("Natt-teamet") != std::string::npos);
  CHECK(world.reads("Telefon") == world.reads("Berit"));
  // And acts for them: a registrar's device takes somebody in.
  w.let_in("Telefon", "Vikar", {{"for", "unit"}, {"unit", "Natt-teamet"}});
  w.sync_all({"Telefon", "Berit"});
  std::size_t members = 0;
  const json seen = w.ok("Berit", {{"do", "whoami"}});
  for (const json& unit : seen["units"])
    if (unit["name"] == "Natt-teamet") members = unit["members"].size();
  CHECK(members == 2);
}

TEST_CASE("a code that has run out, was used, or is broken off ends in words and changes nothing") {
  DeviceWorld world;
  CoreWorld& w = world.people;
  const std::uint64_t records = world.identity_records();
  Meeting meeting(w, "Mona", world.post());
  const auto nothing_happened = [&] {
    CHECK(world.log_of("Mona").devices.size() == 1);
    w.sync("Mona");
    CHECK(world.identity_records() == records);
    CHECK(meeting.device.state() == NewDevice::State::failed);
    CHECK_FALSE(meeting.device.error().detail.empty());
    CHECK(w.try_enrol("ny", meeting.device).code() == Errc::not_allowed);
  };
  SECTION("nobody took it in time") {
    REQUIRE(meeting.step_new().ok());
    world.server.now += 15 * 60'000;
    REQUIRE(meeting.step_new().ok());
    w.ok("Mona", {{"do", "device_add"}, {"link", meeting.device.link()}});
    REQUIRE(meeting.step_old().ok());
    CHECK(meeting.failure() == "not_found");
    nothing_happened();
  }
  SECTION("the person waited too long") {
    meeting.until_words();
    w.now += 14 * 60'000 + 30'000;
    CHECK(w.refused("Mona", {{"do", "device_add_confirm"}}) == "not_found");
    world.server.now += 15 * 60'000;
    REQUIRE(meeting.step_new().ok());
    REQUIRE(meeting.step_old().ok());
    CHECK(meeting.failure() == "not_found");
    nothing_happened();
  }
  SECTION("the new device breaks off") {
    meeting.until_words();
    REQUIRE(world.meet(meeting.device.cancel_request()).ok());
    REQUIRE(meeting.step_old().ok());
    CHECK(meeting.failure() == "not_found");
    CHECK(w.refused("Mona", {{"do", "device_add_confirm"}}) == "not_allowed");
    REQUIRE(meeting.step_new().ok());
    nothing_happened();
  }
  SECTION("the old device breaks off") {
    meeting.until_words();
    w.ok("Mona", {{"do", "device_add_cancel"}});
    CHECK(*meeting.step_old());
    CHECK(meeting.state() == "none");
    REQUIRE(meeting.step_new().ok());
    nothing_happened();
  }
  SECTION("somebody else took it first") {
    Meeting other(w, "Jonas", world.post());
    w.ok("Jonas", {{"do", "device_add"}, {"link", meeting.device.link()}});
    for (int i = 0; i < 2; ++i) REQUIRE(meeting.step_new().ok());
    for (int i = 0; i < 2; ++i) REQUIRE(other.step_old().ok());
    w.ok("Mona", {{"do", "device_add"}, {"link", meeting.device.link()}});
    REQUIRE(meeting.step_old().ok());
    CHECK(meeting.failure() == "already_exists");
    for (int i = 0; i < 2; ++i) REQUIRE(meeting.step_new().ok());
    // What it shows is not Mona.
    CHECK(meeting.device.person_name() == "Jonas");
    w.ok("Jonas", {{"do", "device_add_cancel"}});
    CHECK(*other.step_old());
    REQUIRE(meeting.step_new().ok());
    nothing_happened();
  }
}

TEST_CASE("a code is good once, and only where it was made") {
  DeviceWorld world;
  CoreWorld& w = world.people;
  Meeting meeting(w, "Mona", world.post());
  const std::string link = meeting.device.link();
  CHECK(link.rfind("https://samplan.example/#/ny-enhet/", 0) == 0);
  CHECK(w.refused("Mona", {{"do", "device_add"}, {"link", "https://andre.example" + link.substr(23)}}) == "invalid_argument");
  CHECK(w.refused("Mona", {{"do", "device_add"}, {"link", link.substr(0, link.size() - 2)}}) == "malformed");
  CHECK(w.refused("Mona", {{"do", "device_add"}, {"link", "hei"}}) == "malformed");
  CHECK(w.refused("Mona", {{"do", "device_add_confirm"}}) == "not_allowed");
  CHECK(meeting.state() == "none");
  meeting.whole("Telefon");
  w.sync("Telefon");
  // The same code once more: the device is there already, and nobody is there to answer.
  w.ok("Mona", {{"do", "device_add"}, {"link", link}});
  for (int i = 0; i < 4; ++i) REQUIRE(meeting.step_old().ok());
  CHECK((meeting.failure() == "already_exists" || meeting.failure() == "forged"));
  CHECK(world.log_of("Mona").devices.size() == 2);
}

TEST_CASE("the old device may be closed and opened between any two steps") {
  DeviceWorld world;
  CoreWorld& w = world.people;
  Meeting meeting(w, "Mona", world.post());
  REQUIRE(meeting.step_new().ok());
  REQUIRE(meeting.step_new().ok());
  w.ok("Mona", {{"do", "device_add"}, {"link", meeting.device.link()}});
  for (int i = 0; i < 6 && meeting.state() == "waiting"; ++i) {
    REQUIRE(w.reopen("Mona").ok());
    REQUIRE(meeting.step_old().ok());
    REQUIRE(meeting.step_new().ok());
  }
  REQUIRE(meeting.state() == "compare");
  REQUIRE(w.reopen("Mona").ok());
  w.ok("Mona", {{"do", "device_add_confirm"}});
  CHECK(meeting.state() == "sync");
  CHECK_FALSE(*meeting.step_old());  // the server must have the record first
  REQUIRE(w.reopen("Mona").ok());
  w.sync("Mona");
  for (int i = 0; i < 5 && meeting.state() != "done"; ++i) {
    REQUIRE(w.reopen("Mona").ok());
    REQUIRE(meeting.step_old().ok());
  }
  CHECK(meeting.state() == "done");
  for (int i = 0; i < 2; ++i) REQUIRE(meeting.step_new().ok());
  REQUIRE(w.try_enrol("Telefon", meeting.device).ok());
  w.sync("Telefon");
  CHECK(world.reads("Telefon") == world.reads("Mona"));
}

TEST_CASE("two devices of a person that each add one at the same time both succeed") {
  DeviceWorld world;
  CoreWorld& w = world.people;
  world.add("Mona", "Telefon");
  w.sync_all({"Telefon", "Mona"});
  Meeting first(w, "Mona", world.post(), "Nettbrett");
  Meeting second(w, "Telefon", world.post(), "Klokke");
  first.until_words();
  second.until_words();
  // Both make record number 3; the server takes one, the other is made again as number 4.
  w.ok("Mona", {{"do", "device_add_confirm"}});
  w.ok("Telefon", {{"do", "device_add_confirm"}});
  w.sync_all({"Mona", "Telefon"});
  for (int i = 0; i < 12; ++i) {
    REQUIRE(first.step_old().ok());
    REQUIRE(second.step_old().ok());
    w.sync_all({"Mona", "Telefon"});
  }
  CHECK(first.state() == "done");
  CHECK(second.state() == "done");
  for (int i = 0; i < 2; ++i) {
    REQUIRE(first.step_new().ok());
    REQUIRE(second.step_new().ok());
  }
  REQUIRE(w.try_enrol("Nettbrett", first.device).ok());
  REQUIRE(w.try_enrol("Klokke", second.device).ok());
  w.sync_all({"Nettbrett", "Klokke", "Mona", "Telefon"});
  for (const char* who : {"Mona", "Telefon", "Nettbrett", "Klokke"}) {
    CHECK(world.log_of(who).devices.size() == 4);
    CHECK(world.reads(who) == world.reads("Ola"));
  }
}
