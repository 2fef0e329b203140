#include <set>

#include "tests/support/relay_world.h"

using namespace samplan;
using namespace samplan::world;

namespace {

// Pulls until there is nothing more, and counts how often each envelope came.
std::map<std::pair<PlanId, std::uint64_t>, int> pull_all(TestClient& client, std::uint32_t bytes_max,
                                                         int& rounds) {
  std::map<std::pair<PlanId, std::uint64_t>, int> seen;
  for (rounds = 0; rounds < 2000; ++rounds) {
    SyncRequest q;
    q.reply_bytes_max = bytes_max;
    const auto reply = client.sync(q);
    REQUIRE(reply.ok());
    bool more = false;
    for (const PlanReply& p : reply->plans) {
      more = more || p.more;
      for (const SectionPull& s : p.sections)
        for (const PulledEnvelope& e : s.envelopes) ++seen[{p.plan, s.section * 100'000 + e.seq}];
    }
    if (!more) return seen;
  }
  FAIL("never comes to an end");
  return seen;
}

}  // namespace

TEST_CASE("eighty plans with nothing new: one round trip, under 1 KB each way, and nothing written") {
  RelayWorld world;
  TestPrincipal nurse = make_person(world.entropy);
  TestClient client = world.enrol(nurse);
  for (int i = 0; i < 80; ++i) {
    TestPlan plan;
    plan.knows(nurse);
    const GovPush genesis = plan.genesis(nurse, {1, 2, 3, 4, 5, 6, 7, 8}, world.entropy);
    REQUIRE(client.sync(pushing(plan.id, {genesis})).ok());
  }
  const auto token = client.token;
  const std::uint64_t writes = world.store.writes;
  SyncRequest q;
  q.cursors = client.token;
  q.person = nurse.id;
  const Bytes frame = client.frame(q);
  CHECK(frame.size() < 1024);
  const auto reply = client.send(frame);
  REQUIRE(reply.ok());
  CHECK(reply->status == ItemStatus::ok);
  CHECK(reply->plans.empty());
  CHECK(reply->cursors == token);
  CHECK(client.reply_bytes < 1024);
  CHECK(world.store.writes == writes);
}

TEST_CASE("a device whose other plans are busy behind closed doors writes nothing by asking") {
  RelayWorld world;
  Company c(world);
  REQUIRE(c.relative_client.sync({}).ok());
  const auto token = c.relative_client.token;
  c.write(c.owner_client, 2, "ikke for henne");
  const std::uint64_t writes = world.store.writes;
  const auto reply = c.relative_client.sync({});
  CHECK(reply->plans.empty());
  CHECK(c.relative_client.token == token);
  CHECK(world.store.writes == writes);
}

TEST_CASE("with an unknown token nothing is pulled but what is pushed is taken") {
  RelayWorld world;
  Company c(world);
  c.write(c.owner_client, 1, "noe");
  SyncRequest q = pushing(c.plan.id, {}, {c.plan.envelope(c.relative.device(), 1, "mitt", world.entropy)});
  q.cursors = CursorToken{9, 9, 9};
  const auto reply = c.relative_client.sync(q);
  REQUIRE(reply.ok());
  CHECK(reply->cursors_unknown);
  CHECK_FALSE(reply->cursors);
  const PlanReply* p = plan_in(*reply, c.plan.id);
  CHECK(p->results[0].status == ItemStatus::ok);
  CHECK(p->sections.empty());
  CHECK(p->gov.empty());
  // Another device's token is as unknown.
  q = SyncRequest{};
  q.cursors = c.owner_client.token;
  CHECK(c.relative_client.sync(q)->cursors_unknown);
}

TEST_CASE("complete cursors in the request are taken as they are; plans not named start at the beginning") {
  RelayWorld world;
  Company c(world);
  c.write(c.owner_client, 1, "en");
  c.write(c.owner_client, 1, "to");
  c.write(c.owner_client, 3, "tre");
  c.relative_client.use_token = false;
  SyncRequest q = pushing(c.plan.id, {});
  q.plans[0].gov_seq = 4;
  q.plans[0].identity_n = 2;
  q.plans[0].sections = {{1, 1}};
  const auto reply = c.relative_client.sync(q);
  const PlanReply* p = plan_in(*reply, c.plan.id);
  CHECK(p->gov.size() == 1);
  CHECK(p->identity.size() == 1);
  CHECK(p->identity_n == 3);
  REQUIRE(p->sections.size() == 2);
  CHECK(p->sections[0].envelopes.size() == 1);
  CHECK(p->sections[0].envelopes[0].seq == 2);
  c.relative_client.use_token = true;
  CHECK(c.relative_client.sync({})->plans.empty());
}

TEST_CASE("a lost reply costs nothing: the old token still holds, however often replies are lost") {
  RelayWorld world;
  Company c(world);
  REQUIRE(c.relative_client.sync({}).ok());
  const auto token = c.relative_client.token;
  for (int i = 1; i <= 3; ++i) {
    c.write(c.owner_client, 1, "mer");
    c.relative_client.token = token;
    const auto reply = c.relative_client.sync({});
    REQUIRE(reply.ok());
    CHECK_FALSE(reply->cursors_unknown);
    CHECK(plan_in(*reply, c.plan.id)->sections[0].envelopes.size() == static_cast<std::size_t>(i));
  }
  CHECK(c.relative_client.sync({})->plans.empty());
}

TEST_CASE("small replies reach the end, each envelope exactly once, and no plan waits for a large one") {
  RelayWorld world;
  Company big(world);
  Company small(world);
  const std::string text(3000, 'x');
  for (int i = 0; i < 40; ++i) {
    big.write(big.owner_client, 1, text);
    big.write(big.owner_client, 3, text);
  }
  small.write(small.owner_client, 1, "kort");
  // One device that is in both plans.
  small.push(small.coordinator_client,
             {small.plan.participant_add(small.coordinator, big.relative, Role::provider)});
  small.push(small.owner_client,
             {small.plan.grant(small.owner, big.relative, {{1, right_read}}, world.entropy)});

  SyncRequest first;
  first.reply_bytes_max = 30'000;
  TestClient probe = world.client(big.relative);
  const auto reply = probe.sync(first);
  REQUIRE(plan_in(*reply, small.plan.id) != nullptr);
  CHECK_FALSE(plan_in(*reply, small.plan.id)->more);
  CHECK(probe.reply_bytes < 40'000);

  for (const std::uint32_t bytes_max : {1U, 5000U, 30'000U}) {
    TestClient client = world.client(big.relative);
    int rounds = 0;
    const auto seen = pull_all(client, bytes_max, rounds);
    CHECK(rounds > 2);
    CHECK(seen.size() == 81);
    CHECK(std::all_of(seen.begin(), seen.end(), [](const auto& s) { return s.second == 1; }));
  }
}

TEST_CASE("asked for one plan, the server answers that one and keeps the place of the others") {
  RelayWorld world;
  Company a(world);
  Company b(world);
  b.push(b.coordinator_client, {b.plan.participant_add(b.coordinator, a.relative, Role::provider)});
  b.push(b.owner_client, {b.plan.grant(b.owner, a.relative, {{1, right_read}}, world.entropy)});
  REQUIRE(a.relative_client.sync({}).ok());
  a.write(a.owner_client, 1, "i a");
  b.write(b.owner_client, 1, "i b");
  SyncRequest q = pushing(b.plan.id, {});
  q.only_named_plans = true;
  const auto one = a.relative_client.sync(q);
  REQUIRE(one->plans.size() == 1);
  CHECK(one->plans[0].plan == b.plan.id);
  CHECK(one->plans[0].sections.size() == 1);
  const auto rest = a.relative_client.sync({});
  REQUIRE(rest->plans.size() == 1);
  CHECK(rest->plans[0].plan == a.plan.id);
}

TEST_CASE("a plan whose rows are damaged is put off; every other plan is served") {
  RelayWorld world;
  Company a(world);
  Company b(world);
  b.push(b.coordinator_client, {b.plan.participant_add(b.coordinator, a.relative, Role::provider)});
  b.push(b.owner_client, {b.plan.grant(b.owner, a.relative, {{1, right_read}}, world.entropy)});
  REQUIRE(world.store.begin().ok());
  auto row = world.store.lock_plan(a.plan.id);
  (*row)->gov_seq += 1;
  (*row)->version += 1;
  REQUIRE(world.store.put_plan(**row).ok());
  REQUIRE(world.store.commit().ok());
  SyncRequest q = pushing(a.plan.id, {}, {a.plan.envelope(a.relative.device(), 1, "x", world.entropy)});
  const auto reply = a.relative_client.sync(q);
  REQUIRE(reply.ok());
  CHECK(plan_in(*reply, a.plan.id)->status == ItemStatus::deferred);
  CHECK(plan_in(*reply, b.plan.id)->status == ItemStatus::ok);
  CHECK(plan_in(*reply, b.plan.id)->gov.size() == 7);
}

TEST_CASE(
    "when the disk does not confirm, the request fails, nothing of it stays, and the next one goes on") {
  RelayWorld world;
  Company c(world);
  const Bytes envelope = c.plan.envelope(c.owner.device(), 1, "tekst", world.entropy);
  world.store.fail_commit = true;
  const auto failed = c.owner_client.sync(pushing(c.plan.id, {}, {envelope}));
  CHECK(failed.code() == Errc::not_saved);
  for (int writes = 0; writes < 5; ++writes) {
    world.store.writes_until_full = writes;
    const auto full = c.owner_client.sync(pushing(c.plan.id, {}, {envelope}));
    if (full.ok()) break;
    CHECK(full.code() == Errc::not_saved);
  }
  world.store.writes_until_full = -1;
  const auto reply = c.owner_client.sync(pushing(c.plan.id, {}, {envelope}));
  CHECK(plan_in(*reply, c.plan.id)->results[0].seq == 1);
  c.owner_client.use_token = false;
  CHECK(plan_in(*c.owner_client.sync({}), c.plan.id)->sections[0].envelopes.size() == 1);
}
