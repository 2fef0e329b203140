// Goals, sub-goals and measures: nothing is lost from the list, and moves that differ are asked about.
#include "client-core/plan/outline.h"

#include <chrono>
#include <set>

#include "section_world.h"
#include "tests/support/seeded_entropy.h"

using namespace samplan;
using namespace samplan::plan;

namespace {

const EntityId a = named<EntityId>("goal-a");
const EntityId b = named<EntityId>("goal-b");
const EntityId c = named<EntityId>("goal-c");
const EntityId m = named<EntityId>("measure");

struct Two {
  Log log;
  Phone kari{log, "kari-phone", "kari"};
  Phone ola{log, "ola-phone", "ola"};
  Two() {
    for (const EntityId& id : {a, b, c})
      kari.edit([&](Editor& e) {
        return e.create_record("goal", id, {{"text", std::string("Mål ") + static_cast<char>(id.bytes[5])}});
      });
    kari.edit([](Editor& e) {
      return e.create_record("measure", m, {{"text", "Tiltak"}, {"goals", a.hex()}});
    });
    sync();
  }
  void sync() { sync_all({&kari, &ola}); }
};

Outline outline(const SectionState& state) { return outline_of(state, listed_by_kind(state)); }

// "a(m) b c", with one ">" for each level below the top.
std::string drawn(const SectionState& state) {
  std::string out;
  const Outline all = outline(state);
  for (const OutlineGoal& line : all.goals) {
    out += (out.empty() ? "" : " ") + std::string(line.depth, '>') + static_cast<char>(line.goal.bytes[5]);
    if (!line.measures.empty()) out += "(" + std::to_string(line.measures.size()) + ")";
  }
  if (!all.without_goal.empty()) out += " without:" + std::to_string(all.without_goal.size());
  return out;
}

}  // namespace

TEST_CASE("a measure moved to another goal is listed there, serves it, and no longer the one it left",
          "[plan][outline]") {
  Two t;
  CHECK(drawn(t.kari.sees()) == "a(1) b c");
  t.kari.edit([](Editor& e) { return e.move_under(m, b); });
  t.sync();
  CHECK(drawn(t.ola.sees()) == "a b(1) c");
  const auto fields = section_view(t.ola.sees())["records"]["measure"][0]["fields"];
  CHECK(fields["goals"] == nlohmann::json::array({b.hex()}));
  CHECK(fields["main_goal"] == b.hex());
  t.ola.edit([](Editor& e) { return e.move_under(m, std::nullopt); });
  CHECK(drawn(t.ola.sees()) == "a b c without:1");
}

TEST_CASE(
    "two who move a measure to different goals are both shown, with both goals named, until one is chosen",
    "[plan][outline][R104][R105]") {
  Two t;
  t.kari.edit([](Editor& e) { return e.move_under(m, b); });
  t.ola.edit([](Editor& e) { return e.move_under(m, c); });
  t.sync();
  const auto conflicts = conflicts_view(t.kari.sees());
  REQUIRE(conflicts.size() == 1);
  CHECK(conflicts[0]["field"] == "main_goal");
  REQUIRE(conflicts[0]["versions"].size() == 2);
  CHECK(conflicts[0]["versions"][0]["refers_to"] == "Mål c");
  CHECK(conflicts[0]["versions"][1]["refers_to"] == "Mål b");
  CHECK(drawn(t.kari.sees()) == "a b c(1)");  // listed once, where the later move put it
  t.kari.edit([](Editor& e) { return e.resolve(m, "main_goal", b.hex()); });
  t.sync();
  CHECK(drawn(t.ola.sees()) == "a b(1) c");
  CHECK(list_conflicts(t.ola.sees()).empty());
}

TEST_CASE("two who move a sub-goal below different goals are asked about, and two alike moves are one",
          "[plan][outline]") {
  for (const bool differ : {true, false}) {
    Two t;
    t.kari.edit([](Editor& e) { return e.move_under(c, a); });
    t.ola.edit([&](Editor& e) { return e.move_under(c, differ ? b : a); });
    t.sync();
    CHECK(list_conflicts(t.kari.sees()).size() == (differ ? 1U : 0U));
    CHECK(drawn(t.kari.sees()) == (differ ? "a(1) b >c" : "a(1) >c b"));
  }
}

TEST_CASE("two moves that together make a circle hide nothing: the first goal stands at the top",
          "[plan][outline]") {
  Two t;
  t.kari.edit([](Editor& e) { return e.move_under(a, b); });
  t.ola.edit([](Editor& e) { return e.move_under(b, a); });
  t.sync();
  CHECK(drawn(t.kari.sees()) == "a(1) >b c");
  CHECK(drawn(t.kari.sees()) == drawn(t.ola.sees()));
  // One person alone is told.
  CHECK(t.kari.editor().move_under(c, c).code() == Errc::invalid_argument);
  t.kari.edit([](Editor& e) { return e.move_under(c, b); });
  CHECK(t.kari.editor().move_under(b, c).code() == Errc::invalid_argument);
}

TEST_CASE("what stood below a goal that was removed is still listed, and returns with the goal",
          "[plan][outline]") {
  Two t;
  t.kari.edit([](Editor& e) { return e.move_under(b, a); });
  t.kari.edit([](Editor& e) { return e.remove_record(a); });
  t.sync();
  CHECK(drawn(t.ola.sees()) == "b c without:1");
  t.ola.edit([](Editor& e) { return e.keep_record(a); });
  CHECK(drawn(t.ola.sees()) == "a(1) >b c");
}

TEST_CASE("parents that are no goal, no id or elsewhere leave a goal at the top",
          "[plan][outline][hostile]") {
  Two t;
  SectionState state = fold_all(t.log);
  Batch batch;
  batch.author = named<DeviceId>("forge");
  const std::string parents[] = {m.hex(), "tull", named<EntityId>("elsewhere").hex()};
  const EntityId goals[] = {a, b, c};
  for (std::size_t i = 0; i < 3; ++i) {
    Op op;
    op.id = {batch.author, i + 1};
    op.entity = goals[i];
    op.field = 4;
    op.text = parents[i];
    batch.ops.push_back(op);
  }
  state.apply(batch, {state.last_seq() + 1, named<PrincipalId>("forger"), false});
  CHECK(drawn(state) == "a(1) b c");
}

TEST_CASE("whatever the parents, every goal and measure is listed exactly once",
          "[plan][outline][property]") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    INFO("seed " << seed);
    SeededEntropy entropy(seed);
    const std::size_t n = 2 + static_cast<std::size_t>(entropy.below(12));
    const auto id = [](const char* what, std::uint64_t i) {
      return named<EntityId>(what + std::to_string(i));
    };
    Log log;
    Phone phone(log, "kari-phone", "kari");
    for (std::uint64_t i = 0; i < n; ++i)
      phone.edit([&](Editor& e) {
        return e.create_record("goal", id("g", i), {{"parent", id("g", entropy.below(n + 1)).hex()}});
      });
    for (std::uint64_t i = 0; i < n; ++i)
      phone.edit([&](Editor& e) {
        return e.create_record("measure", id("m", i),
                               {{"main_goal", id("g", entropy.below(n + 2)).hex()},
                                {"goals", id("g", entropy.below(n + 2)).hex()}});
      });
    if (entropy.below(2) == 0)
      phone.edit([&](Editor& e) { return e.remove_record(id("g", entropy.below(n))); });
    const Outline all = outline(phone.sees());
    std::set<EntityId> goals;
    std::set<EntityId> measures(all.without_goal.begin(), all.without_goal.end());
    std::size_t count = all.without_goal.size();
    for (const OutlineGoal& line : all.goals) {
      REQUIRE(goals.insert(line.goal).second);
      REQUIRE(line.depth < n);
      measures.insert(line.measures.begin(), line.measures.end());
      count += line.measures.size();
    }
    Listed listed = listed_by_kind(phone.sees());
    REQUIRE(goals.size() == listed[kind_id("goal")].size());
    REQUIRE(count == n);
    REQUIRE(measures.size() == n);
  }
}

TEST_CASE("a chain of twenty thousand sub-goals, closed to a circle, is listed in a moment",
          "[plan][outline][hostile]") {
  constexpr std::size_t n = 20'000;
  SectionState state(3);
  Batch batch;
  batch.author = named<DeviceId>("forge");
  const auto id = [](std::size_t i) { return named<EntityId>("g" + std::to_string(i)); };
  for (std::size_t i = 0; i < n; ++i) {
    Op op;
    op.id = {batch.author, 2 * i + 1};
    op.kind = OpKind::create;
    op.entity = id(i);
    op.record_kind = kind_id("goal");
    batch.ops.push_back(op);
    op.id.counter += 1;
    op.kind = OpKind::set;
    op.field = 4;
    op.text = id((i + 1) % n).hex();
    batch.ops.push_back(op);
  }
  state.apply(batch, {1, named<PrincipalId>("forger"), false});
  const auto begin = std::chrono::steady_clock::now();
  const Outline all = outline(state);
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  CHECK(all.goals.size() == n);
  CHECK(all.goals.front().goal == id(0));
  CHECK(all.goals.back().depth == n - 1);
  CHECK(seconds < 5);
}
