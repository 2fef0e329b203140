// Who has seen my plan, with the relay in the same process.
#include "client-core/access_log.h"

#include "tests/support/device_world.h"

using namespace samplan;
using namespace samplan::world;

namespace {

json log_of(DeviceWorld& world, const std::string& who) {
  world.people.ok(who, {{"do", "access_log_fetch"}, {"plan", world.cast.plan}});
  world.people.sync(who);
  return world.people.ok(who, {{"do", "access_log"}, {"plan", world.cast.plan}});
}

const json* find(const json& list, const std::string& name) {
  for (const json& one : list)
    if (one["name"] == name) return &one;
  return nullptr;
}

Hash hash_of(DeviceWorld& world, const AccessPart& part) {
  Hash hash = part.hash_before;
  std::uint64_t n = part.after;
  for (const AccessLine& line : part.lines)
    hash = access_line_hash(*PlanId::parse(world.cast.plan), hash, ++n, line);
  return hash;
}

}  // namespace

TEST_CASE("the owner sees who opened, who fetched what and when, and for which unit", "[R96]") {
  DeviceWorld world;
  CoreWorld& w = world.people;
  w.show("Mona", world.cast.plan);
  world.edit("Per", "På trappa");  // who acts for a unit is named in the plan
  w.sync_all({"Per", "Ola"});
  world.edit("Ola", "Nytt sted");
  w.sync_all({"Mona", "Ola", "Per", "Mona"});
  const json log = log_of(world, "Ola");
  REQUIRE(find(log["opened"], "Mona") != nullptr);
  const json* mona = find(log["fetched"], "Mona");
  REQUIRE(mona != nullptr);
  CHECK((*mona)["on_behalf"].is_null());
  CHECK((*mona)["time_ms"] == world.server.now);
  const json* per = find(log["fetched"], "Per");
  REQUIRE(per != nullptr);
  CHECK((*per)["on_behalf"] == "Hjemmetjenesten");
  // The whole health section was open to Per, and no other is named.
  for (const json& one : log["fetched"])
    if (one["name"] == "Per")
      for (const json& section : one["sections"]) CHECK((section == "helse" || section == "grunnlag"));
  CHECK(log["denied"].empty());
  CHECK(log["differs"] == false);
  CHECK(log["asked"] == false);
  // The coordinator reads the same; others do not.
  CHECK(log_of(world, "Jonas")["fetched"].size() >= log["fetched"].size());
  CHECK(w.refused("Mona", {{"do", "access_log"}, {"plan", world.cast.plan}}) == "not_allowed");
  CHECK(w.refused("Mona", {{"do", "access_log_fetch"}, {"plan", world.cast.plan}}) == "not_allowed");
}

TEST_CASE("the log comes only when it is asked for, only what is new, and is kept over a restart", "[R96]") {
  DeviceWorld world;
  CoreWorld& w = world.people;
  const auto shown = [&] {
    return w.ok("Ola", {{"do", "access_log"}, {"plan", world.cast.plan}})["fetched"].size();
  };
  w.sync("Ola");
  CHECK(shown() == 0);
  const std::size_t first = log_of(world, "Ola")["fetched"].size();
  CHECK(first > 0);
  for (int i = 0; i < 3; ++i) {
    world.edit("Ola", "Sted " + std::to_string(i));
    world.server.now += 60'000;
    w.sync_all({"Ola", "Mona"});
  }
  CHECK(shown() == first);
  const std::size_t second = log_of(world, "Ola")["fetched"].size();
  CHECK(second >= first + 3);
  REQUIRE(w.reopen("Ola").ok());
  CHECK(shown() == second);
  CHECK(log_of(world, "Ola")["fetched"].size() == second);
}

TEST_CASE("who asks after access has ended, or never had any, is noted as refused, once a day", "[R96]") {
  DeviceWorld world;
  CoreWorld& w = world.people;
  const std::string mona = w.ok("Mona", {{"do", "whoami"}})["person"];
  w.ok("Ola", {{"do", "consent_withdraw"}, {"plan", world.cast.plan}, {"participant", mona}});
  w.sync_all({"Ola", "Mona"});
  CHECK(log_of(world, "Ola")["denied"].empty());  // being told of it is no attempt
  for (int i = 0; i < 3; ++i) {
    w.core("Mona").sync_only({*PlanId::parse(world.cast.plan)});
    (void)w.try_sync("Mona");
  }
  json denied = log_of(world, "Ola")["denied"];
  REQUIRE(denied.size() == 1);
  CHECK(denied[0]["name"] == "Mona");

  w.start("Fremmed");
  w.sync("Fremmed");
  w.core("Fremmed").sync_only({*PlanId::parse(world.cast.plan)});
  (void)w.try_sync("Fremmed");
  denied = log_of(world, "Ola")["denied"];
  REQUIRE(denied.size() == 2);
  CHECK(denied[1]["name"] == "ukjent enhet");
}

TEST_CASE("a server that changes or shortens what stood in the log is found out, and the first word stays",
          "[R96]") {
  DeviceWorld world;
  CoreWorld& w = world.people;
  const json before = log_of(world, "Ola")["fetched"];
  const PlanId plan = *PlanId::parse(world.cast.plan);
  Context ctx = w.core("Ola").context(w.now);
  const KeptAccessLog kept = *access_log_of(ctx, plan);
  REQUIRE_FALSE(kept.lines.empty());
  AccessPart part;
  part.after = kept.lines.size();
  part.hash_before = kept.last;
  part.lines.push_back({world.log_of("Mona").devices[0].id, 3, 1, 2, w.now});
  part.hash_last = hash_of(world, part);
  SECTION("a good part is taken") {
    CHECK(*take_access_part(ctx, plan, part, kept.generation) == false);
    CHECK(access_log_of(ctx, plan)->lines.size() == kept.lines.size() + 1);
    CHECK_FALSE(access_log_of(ctx, plan)->differs);
    return;
  }
  SECTION("a restored server begins anew") {
    CHECK(*take_access_part(ctx, plan, part, kept.generation + 1) == true);
    CHECK(access_log_of(ctx, plan)->lines.empty());
    CHECK_FALSE(access_log_of(ctx, plan)->differs);
    return;
  }
  SECTION("other lines before") {
    part.hash_before = crypto::hash("x", {});
    part.hash_last = hash_of(world, part);
  }
  SECTION("fewer lines") {
    --part.after;
    part.hash_last = hash_of(world, part);
  }
  SECTION("a sum that does not hold") { part.lines[0].to_seq = 9; }
  SECTION("nothing of it") { part = {}; }
  CHECK(*take_access_part(ctx, plan, part, kept.generation) == false);
  CHECK(access_log_of(ctx, plan)->differs);
  const json after = w.ok("Ola", {{"do", "access_log"}, {"plan", world.cast.plan}});
  CHECK(after["fetched"] == before);
  CHECK(after["differs"] == true);
}

TEST_CASE("whose access ends keeps nothing of the log") {
  DeviceWorld world;
  CoreWorld& w = world.people;
  const PlanId plan = *PlanId::parse(world.cast.plan);
  log_of(world, "Jonas");
  Context ctx = w.core("Jonas").context(w.now);
  REQUIRE_FALSE(access_log_of(ctx, plan)->lines.empty());
  w.ok("Jonas", {{"do", "forget"}, {"plan", world.cast.plan}});
  CHECK(access_log_of(ctx, plan)->lines.empty());
}
