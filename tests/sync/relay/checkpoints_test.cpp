#include "tests/support/checkpoint_contract.h"
#include "tests/support/relay_world.h"

using namespace samplan;
using namespace samplan::world;

TEST_CASE("the log of days holds its contract over the store in memory") {
  relay::MemoryStore store;
  check_checkpoint_contract(store);
}

TEST_CASE("a day notes each plan's log and sections as they stand") {
  RelayWorld world;
  Company c(world);
  c.write(c.owner_client, 1, "en");
  c.write(c.relative_client, 3, "to");
  REQUIRE(world.store.begin().ok());
  REQUIRE(relay::make_checkpoint_if_due(world.store, world.relay->server(), world.now).ok());
  REQUIRE(world.store.commit().ok());
  const auto row = world.store.checkpoint(1);
  const auto day = read_day_leaf((*row)->leaf);
  REQUIRE(day.ok());
  CHECK(day->heads == 3);
  CHECK(day->made_ms == world.now);
  const auto map = relay::noted_heads(world.store);
  const auto log = map->find(c.plan.id, governance_chain);
  REQUIRE(log);
  CHECK(log->seq == c.plan.state.seq());
  CHECK(verify_head({c.plan.id, governance_chain, log->seq, c.plan.state.head()}, log->path, day->root).ok());
  const auto sections = world.store.sections(c.plan.id);
  REQUIRE(sections.ok());
  REQUIRE(sections->size() == 2);
  for (const relay::SectionHead& s : *sections) {
    const auto found = map->find(c.plan.id, s.section);
    REQUIRE(found);
    CHECK(found->seq == 1);
    CHECK(verify_head({c.plan.id, s.section, s.seq, s.chain}, found->path, day->root).ok());
  }
}

TEST_CASE("a full disk makes no half checkpoint") {
  relay::MemoryStore store;
  SeededEntropy entropy(1);
  const auto relay = start_relay(store, {}, entropy);
  REQUIRE(store.begin().ok());
  REQUIRE(store.put_plan({entropy.id<PlanId>(), 1, 0, 0, 0}).ok());
  REQUIRE(store.commit().ok());
  store.writes_until_full = 0;
  REQUIRE(store.begin().ok());
  CHECK(relay::make_checkpoint_if_due(store, relay->server(), 1'780'000'000'000).code() == Errc::not_saved);
  store.rollback();
  store.writes_until_full = -1;
  CHECK_FALSE(*store.checkpoint(1));
}
