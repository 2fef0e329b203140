// Tests of the simulator itself: that its disk is as bad as it says and no worse, that a seed is a run, that
// a check can fail and that a failing story becomes short.
#include <sqlite3.h>

#include <catch2/catch.hpp>

#include "base/planted.h"
#include "tests/sim/run.h"
#include "tests/sim/sodium_seed.h"

using namespace samplan;
using namespace samplan::sim;

namespace {

constexpr std::string_view first = "first";
constexpr std::string_view second = "second";

SimFile& written(SimDisk& disk, std::string_view text) {
  SimFile& file = disk.create(disk.database_path());
  disk.write(file, 0, ByteView::of(text));
  return file;
}

const Beginning& beginning() {
  static const Beginning b = [] {
    seed_libsodium(1);
    return begin_world(1, 0, false);
  }();
  return b;
}

// A world in which one device's edit vanishes from its disk behind its back: the kind of loss that must be
// seen.
Failure lose_a_row() {
  Story story;
  story.seed = 1;
  World world(beginning(), story);
  Device& d = *world.devices[provider];
  const json view = world.ask(d, {{"do", "plan_show"}, {"plan", world.plan}, {"record_access", false}});
  const json measure = view["sections"]["helse"]["records"]["measure"][0];
  const std::string text = world.new_text("Hvem");
  world.call(d,
             {{"do", "edit"},
              {"plan", world.plan},
              {"entity", measure["id"]},
              {"field", "responsible"},
              {"value", text}},
             text);
  Context ctx = d.core->context(world.now);
  const Written& row = world.ledger.back();
  REQUIRE(row.text == text);
  REQUIRE(ctx.replica.delete_pending(row.plan, row.section, row.first, row.last).ok());
  world.run();
  REQUIRE(world.failure);
  return *world.failure;
}

}  // namespace

TEST_CASE("what was synced survives a crash, and what was not may not", "[sim]") {
  bool gone = false;
  bool there = false;
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    SimDisk disk;
    SimFile& file = written(disk, first);
    REQUIRE(disk.sync(file));
    disk.write(file, 0, ByteView::of(second));
    Luck luck(seed, 1);
    disk.power_on(luck);
    const std::string_view now = ByteView(disk.find(disk.database_path())->now).text();
    REQUIRE((now == first || now == second));
    gone = gone || now == first;
    there = there || now == second;
  }
  CHECK(gone);
  CHECK(there);
}

TEST_CASE("after the power has gone nothing is written any more", "[sim]") {
  SimDisk disk;
  disk.crash_after(1);
  CHECK(disk.before_write() == SimDisk::Verdict::good);
  CHECK(disk.before_write() == SimDisk::Verdict::dead);
  CHECK(disk.before_write() == SimDisk::Verdict::dead);
  CHECK(disk.crashed());
  SimFile& file = written(disk, first);
  CHECK_FALSE(disk.sync(file));
  Luck luck(1, 1);
  disk.power_on(luck);
  CHECK(disk.before_write() == SimDisk::Verdict::good);
}

TEST_CASE("the same seed gives the same run to the last byte, another seed another", "[sim]") {
  const Story story = write_story(5, small_world, beginning().homes.size());
  const RunResult once = run_story(beginning(), story);
  const RunResult again = run_story(beginning(), story);
  CHECK(once.hash == again.hash);
  CHECK(once.events == again.events);
  CHECK(line_of(once, "x") == line_of(again, "x"));
  CHECK(run_story(beginning(), write_story(6, small_world, beginning().homes.size())).hash != once.hash);
}

TEST_CASE("leaving a step out leaves the luck of the others as it was", "[sim]") {
  const Story whole = write_story(5, small_world, 6);
  Story part = whole;
  part.steps.erase(part.steps.begin());
  for (std::size_t i = 0; i < part.steps.size(); ++i) {
    CHECK(part.steps[i].luck == whole.steps[i + 1].luck);
    CHECK(part.steps[i].at == whole.steps[i + 1].at);
  }
}

TEST_CASE("a saved edit that disappears from a disk is noticed", "[sim]") {
  const Failure failure = lose_a_row();
  INFO(failure.detail);
  CHECK((failure.checker == "lost" || failure.checker == "status"));
  CHECK(failure.detail.find("Mona") != std::string::npos);
}

TEST_CASE("nothing is planted in an ordinary build", "[sim]") {
#ifndef SAMPLAN_PLANTED
  static_assert(!SP_PLANTED(last_writer_wins));
  SUCCEED("the switch is the constant false");
#else
  CHECK_FALSE(SP_PLANTED(last_writer_wins));
  planted::awake() = "last_writer_wins";
  CHECK(SP_PLANTED(last_writer_wins));
  {
    const planted::Asleep asleep;
    CHECK_FALSE(SP_PLANTED(last_writer_wins));
  }
  CHECK(SP_PLANTED(last_writer_wins));
  planted::awake() = "";
#endif
}
