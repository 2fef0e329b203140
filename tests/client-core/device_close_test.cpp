// Closing a lost device of the same person.
#include "client-core/plan_file.h"
#include "sync/log/sections.h"
#include "tests/support/device_world.h"

using namespace samplan;
using namespace samplan::world;

namespace {

constexpr const char* phone = "Telefon";

struct LostPhone : DeviceWorld {
  LostPhone() {
    add("Mona", phone);
    people.sync_all({phone, "Mona", "Ola"});
    section = *section_by_code("helse");
  }
  std::uint32_t epoch(const std::string& who) { return file(who).gov().section(section)->epoch.latest()->epoch; }
  bool holds_key(const std::string& who, std::uint32_t number) {
    Context ctx = people.core(who).context(people.now);
    const auto key = ctx.keyring.section_key(*PlanId::parse(cast.plan), section, number);
    return key.ok() && *key != nullptr;
  }
  void close_phone(const std::string& from = "Mona") {
    const json closed = people.ok(from, {{"do", "device_close"}, {"device", phone}});
    CHECK(closed["plans"] == 1);
  }
  Error end_of(const std::string& who) {
    const auto outcome = people.try_sync(who);
    REQUIRE_FALSE(outcome.ok());
    return outcome.error();
  }
  SectionId section = 0;
};

}  // namespace

TEST_CASE("a closed device is refused at once, and every key it had is renewed before anybody writes", "[R101]") {
  LostPhone world;
  CoreWorld& w = world.people;
  const std::uint32_t before = world.epoch("Ola");
  CHECK(world.holds_key(phone, before));
  world.close_phone();
  CHECK(world.device("Mona", phone)["closing"] == true);
  CHECK(w.ok("Mona", {{"do", "status"}})["all_sent"] == false);
  const SyncOutcome told = w.sync("Mona");
  CHECK(std::any_of(told.notices.begin(), told.notices.end(), [](const Notice& n) { return n.what == "refused"; }) == false);
  CHECK(world.device("Mona", phone)["closed"] == true);
  CHECK(world.device("Mona", phone)["closing"] == false);
  CHECK(world.log_of("Mona").generation().number == 2);

  // The plan has pinned it: no key is in force until the next writer makes one.
  w.sync("Ola");
  CHECK(world.epoch("Ola") == 0);
  world.edit("Ola", "Etter at telefonen ble borte");
  w.sync_all({"Ola", "Mona", "Jonas", "Berit", "Per"});
  CHECK(world.epoch("Ola") == before + 1);
  for (const char* who : {"Mona", "Jonas", "Berit", "Per"}) CHECK(world.reads(who) == "Etter at telefonen ble borte");
  CHECK_FALSE(world.holds_key(phone, before + 1));

  const Error end = world.end_of(phone);
  CHECK(end.code == Errc::withdrawn);
  CHECK(end.where == "device.closed");
  CHECK(end.detail.find("lukket fra en annen av enhetene dine") != std::string::npos);
  CHECK_FALSE(world.holds_key(phone, before + 1));
  CHECK_FALSE(world.holds_key(phone, before));  // what it had is shredded
  CHECK(w.ok(phone, {{"do", "plans"}})["plans"][0]["holding"] == "ended");
  CHECK(world.device(phone, phone)["closed"] == true);
  // For ever, also as another process.
  REQUIRE(w.reopen(phone).ok());
  CHECK(world.end_of(phone).where == "device.closed");
  CHECK(w.refused(phone, {{"do", "device_close"}, {"device", "Enhet 1"}}) == "withdrawn");
}

TEST_CASE("what a closed device had not sent stays readable there and reaches nobody", "[R101][R111]") {
  LostPhone world;
  CoreWorld& w = world.people;
  world.edit(phone, "Skrevet uten dekning");
  world.close_phone();
  w.sync_all({"Mona", "Ola"});
  CHECK(world.end_of(phone).where == "device.closed");
  const json kept = w.ok(phone, {{"do", "quarantine"}});
  INFO(kept.dump());
  CHECK(kept.dump().find("Skrevet uten dekning") != std::string::npos);
  w.sync_all({"Mona", "Ola"});
  CHECK(world.reads("Ola") != "Skrevet uten dekning");
}

TEST_CASE("a device whose server only says that it is closed keeps everything") {
  LostPhone world;
  CoreWorld& w = world.people;
  world.edit(phone, "Uten bevis");
  const auto frame = w.core(phone).next_request(w.now, true);
  REQUIRE(frame.ok());
  SyncReply lie;
  lie.status = ItemStatus::withdrawn;
  const auto outcome = w.core(phone).on_reply(
      write_reply_frame(write_reply_body(lie), request_hash(*frame), world.server.relay->server().key), w.now);
  CHECK(outcome.code() == Errc::withdrawn);
  CHECK(outcome.error().where != "device.closed");
  CHECK(w.ok(phone, {{"do", "plans"}})["plans"][0]["holding"] == "shared");
  CHECK(world.reads(phone) == "Uten bevis");
  CHECK(w.ok(phone, {{"do", "status"}})["waiting"] == 1);
}

TEST_CASE("who may close what") {
  LostPhone world;
  CoreWorld& w = world.people;
  CHECK(w.refused(phone, {{"do", "device_close"}, {"device", phone}}) == "not_allowed");
  CHECK(w.refused("Mona", {{"do", "device_close"}, {"device", "Klokke"}}) == "not_found");
  CHECK(w.refused("Jonas", {{"do", "device_close"}, {"device", phone}}) == "not_found");
  w.ok("Mona", {{"do", "device_rename"}, {"device", "Enhet 1"}, {"name", phone}});
  CHECK(w.refused("Mona", {{"do", "device_close"}, {"device", phone}}) == "invalid_argument");
  const std::string id = w.ok(phone, {{"do", "whoami"}})["device"];
  w.ok("Mona", {{"do", "device_close"}, {"device", id.substr(0, 8)}});
  w.sync("Mona");
  CHECK(w.refused("Mona", {{"do", "device_close"}, {"device", id}}) == "already_exists");
}

TEST_CASE("a closing decided offline takes effect at the next contact, on whatever the log says by then") {
  LostPhone world;
  CoreWorld& w = world.people;
  world.add("Mona", "Nettbrett");
  w.sync_all({"Nettbrett", "Mona", phone});
  // Three devices of one person decide at once: two close the phone, and a clock is added meanwhile.
  world.close_phone();
  world.close_phone("Nettbrett");
  Meeting clock(w, "Nettbrett", world.post(), "Klokke");
  clock.until_words();
  REQUIRE(clock.state() == "compare");
  w.ok("Nettbrett", {{"do", "device_add_confirm"}});
  w.sync_all({"Mona", "Nettbrett"});
  for (int i = 0; i < 12; ++i) {
    REQUIRE(clock.step_old().ok());
    w.sync_all({"Mona", "Nettbrett"});
  }
  CHECK(clock.state() == "done");
  for (int i = 0; i < 2; ++i) REQUIRE(clock.step_new().ok());
  REQUIRE(w.try_enrol("Klokke", clock.device).ok());
  w.sync_all({"Klokke", "Ola"});
  world.edit("Ola", "Alle tre");
  w.sync_all({"Ola", "Mona", "Nettbrett", "Klokke"});
  for (const char* who : {"Mona", "Nettbrett", "Klokke"}) {
    CHECK(world.log_of(who).devices.size() == 4);
    CHECK(world.log_of(who).generation().number == 2);  // closed once
    CHECK(world.reads(who) == "Alle tre");
    w.sync(who);  // what was just looked at is noted
    CHECK(w.ok(who, {{"do", "status"}})["all_sent"] == true);
  }
  CHECK(world.end_of(phone).where == "device.closed");
}

TEST_CASE("closing tells the person's other devices, and the plan's log tells everybody") {
  LostPhone world;
  CoreWorld& w = world.people;
  world.add("Mona", "Nettbrett");
  w.sync_all({"Nettbrett", "Ola"});
  const std::uint64_t seq = world.file("Ola").gov().seq();
  const std::string id = w.ok(phone, {{"do", "whoami"}})["device"];
  world.close_phone();
  w.sync("Mona");
  const SyncOutcome told = w.sync("Nettbrett");
  CHECK(std::any_of(told.notices.begin(), told.notices.end(),
                    [&](const Notice& n) { return n.what == "device_closed" && n.detail == id; }));
  w.sync("Ola");
  CHECK(world.file("Ola").gov().seq() == seq + 1);
  CHECK(w.ok("Ola", {{"do", "log"}, {"plan", world.cast.plan}}).dump().find("identity_update") != std::string::npos);
}

TEST_CASE("a registrar who closes a device renews the keys of the unit, and goes on letting people in") {
  DeviceWorld world;
  CoreWorld& w = world.people;
  world.add("Berit", phone);
  w.sync_all({phone, "Berit"});
  const json whoami = w.ok("Berit", {{"do", "whoami"}});
  std::string unit;
  for (const json& u : whoami["units"])
    if (u["name"] == "Hjemmetjenesten") unit = u["unit"];
  const auto generation = [&](const std::string& who) {
    return w.core(who).context(w.now).book.find(*PrincipalId::parse(unit))->generation().number;
  };
  CHECK(generation("Berit") == 1);
  w.ok("Berit", {{"do", "device_close"}, {"device", phone}});
  w.sync_all({"Berit", "Berit", "Per", "Ola"});
  CHECK(generation("Berit") == 2);
  CHECK(generation("Per") == 2);
  world.edit("Ola", "Bare for dem som er igjen");
  w.sync_all({"Ola", "Per", "Berit"});
  CHECK(world.reads("Per") == "Bare for dem som er igjen");
  CHECK(world.reads("Berit") == "Bare for dem som er igjen");
  w.let_in("Berit", "Vikar", {{"for", "unit"}, {"unit", unit}});
  CHECK(w.ok("Berit", {{"do", "whoami"}}).dump().find("Vikar") != std::string::npos);
}
