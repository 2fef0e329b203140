#include "sync/relay/mail.h"

#include "tests/support/relay_world.h"

using namespace samplan;
using namespace samplan::world;

namespace {

ItemStatus mail_status(const Result<SyncReply>& reply) {
  REQUIRE(reply.ok());
  REQUIRE(reply->mail_results.size() == 1);
  return reply->mail_results[0].status;
}

SyncRequest registering(const BoxId& box, const PrincipalId& owner, UnixMs expires_ms) {
  SyncRequest q;
  q.boxes.push_back({box, owner, expires_ms});
  return q;
}

SyncRequest putting(const BoxId& box, Bytes body) {
  SyncRequest q;
  q.mail.push_back({box, std::move(body)});
  return q;
}

SyncRequest handing_over(const PlanId& plan, const PrincipalId& to, Bytes body) {
  SyncRequest q;
  q.drops.push_back({plan, to, std::move(body)});
  return q;
}

}  // namespace

TEST_CASE("a letter put in a box reaches every device of its owner, and only those, until it is seen") {
  RelayWorld world;
  Company c(world);
  const BoxId box = world.entropy.id<BoxId>();
  CHECK(mail_status(c.owner_client.sync(registering(box, c.owner.id, world.now + 1000))) == ItemStatus::ok);
  CHECK(mail_status(c.owner_client.sync(registering(box, c.owner.id, world.now + 1000))) == ItemStatus::dup);
  CHECK(mail_status(c.relative_client.sync(registering(box, c.relative.id, world.now + 1000))) ==
        ItemStatus::forbidden);
  const Bytes body{1, 2, 3};
  const auto put = c.relative_client.sync(putting(box, body));
  CHECK(mail_status(put) == ItemStatus::ok);
  CHECK(put->mail_results[0].id == relay::letter_id(body));
  CHECK(mail_status(c.relative_client.sync(putting(box, body))) == ItemStatus::dup);

  CHECK(c.coordinator_client.sync({})->letters.empty());
  const auto got = c.owner_client.sync({});
  REQUIRE(got->letters.size() == 1);
  CHECK(got->letters[0].body == body);
  CHECK(got->letters[0].box == box);
  CHECK(got->letters[0].to == c.owner.id);
  SyncRequest seen;
  seen.mail_seen = got->letters[0].n;
  CHECK(c.owner_client.sync(seen)->letters.empty());
  CHECK(c.owner_client.sync({})->letters.size() == 1);
  // When the box has closed nothing more comes in; what came in time waits for its reader.
  world.now += 1000;
  CHECK(mail_status(c.relative_client.sync(putting(box, {4}))) == ItemStatus::unknown);
  CHECK(c.owner_client.sync({})->letters.size() == 1);
  world.now += 90 * relay::ms_per_day;
  CHECK(c.owner_client.sync({})->letters.empty());
}

TEST_CASE("a unit's box belongs to its members") {
  RelayWorld world;
  Company c(world);
  TestPrincipal unit = make_unit(c.coordinator, world.entropy);
  SyncRequest q;
  q.identity = unit.log;
  REQUIRE(c.coordinator_client.sync(q).ok());
  const BoxId box = world.entropy.id<BoxId>();
  CHECK(mail_status(c.owner_client.sync(registering(box, unit.id, world.now + 1000))) ==
        ItemStatus::forbidden);
  CHECK(mail_status(c.coordinator_client.sync(registering(box, unit.id, world.now + 1000))) ==
        ItemStatus::ok);
  CHECK(mail_status(c.owner_client.sync(putting(box, {1}))) == ItemStatus::ok);
  CHECK(c.coordinator_client.sync({})->letters.size() == 1);
}

TEST_CASE("a box lives a week at most, and its owner can close it before") {
  RelayWorld world;
  Company c(world);
  const UnixMs week = 7 * relay::ms_per_day;
  const BoxId late = world.entropy.id<BoxId>();
  CHECK(mail_status(c.owner_client.sync(registering(late, c.owner.id, world.now + 10 * week))) == ItemStatus::ok);
  const BoxId closed = world.entropy.id<BoxId>();
  CHECK(mail_status(c.owner_client.sync(registering(closed, c.owner.id, world.now + week))) == ItemStatus::ok);
  CHECK(mail_status(c.relative_client.sync(putting(closed, {1}))) == ItemStatus::ok);
  CHECK(mail_status(c.relative_client.sync(registering(closed, c.relative.id, 1))) == ItemStatus::forbidden);
  CHECK(mail_status(c.owner_client.sync(registering(closed, c.owner.id, 1))) == ItemStatus::ok);
  CHECK(mail_status(c.relative_client.sync(putting(closed, {2}))) == ItemStatus::unknown);
  world.now += week + 1;
  CHECK(mail_status(c.relative_client.sync(putting(late, {1}))) == ItemStatus::unknown);
}

TEST_CASE("boxes and letters have their bounds") {
  RelayWorld world;
  Company c(world);
  const BoxId box = world.entropy.id<BoxId>();
  const UnixMs week = 7 * relay::ms_per_day;
  CHECK(mail_status(c.owner_client.sync(registering(box, c.owner.id, world.now))) == ItemStatus::bad_item);
  CHECK(mail_status(c.owner_client.sync(registering(box, c.owner.id, world.now + week))) == ItemStatus::ok);
  CHECK(mail_status(c.relative_client.sync(putting(box, Bytes(limits::mail_bytes_max + 1)))) ==
        ItemStatus::too_large);
  CHECK(mail_status(c.relative_client.sync(putting(world.entropy.id<BoxId>(), {1}))) == ItemStatus::unknown);
  for (std::size_t i = 0; i < limits::mail_items_max; ++i)
    CHECK(mail_status(c.relative_client.sync(putting(box, Bytes(1, static_cast<std::uint8_t>(i))))) ==
          ItemStatus::ok);
  CHECK(mail_status(c.relative_client.sync(putting(box, Bytes(2)))) == ItemStatus::quota);
}

TEST_CASE("many large letters come over several replies, none lost and none twice") {
  RelayWorld world;
  Company c(world);
  const BoxId box = world.entropy.id<BoxId>();
  REQUIRE(c.owner_client.sync(registering(box, c.owner.id, world.now + 1000)).ok());
  for (std::uint8_t i = 0; i < 10; ++i) {
    Bytes body(200'000, i);
    CHECK(mail_status(c.relative_client.sync(putting(box, body))) == ItemStatus::ok);
  }
  std::vector<std::uint8_t> got;
  std::uint64_t seen = 0;
  for (int round = 0; round < 20 && got.size() < 10; ++round) {
    SyncRequest q;
    q.mail_seen = seen;
    const auto reply = c.owner_client.sync(q);
    REQUIRE(reply.ok());
    for (const Letter& l : reply->letters) {
      got.push_back(l.body[0]);
      seen = l.n;
    }
    CHECK((reply->retry_after_ms != 0) == (got.size() < 10));
  }
  CHECK(got == std::vector<std::uint8_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
}

TEST_CASE("a withdrawn device hands over its unsent text once, in time, to owner or coordinator [R30]") {
  RelayWorld world;
  Company c(world);
  CHECK(mail_status(c.relative_client.sync(handing_over(c.plan.id, c.owner.id, {1}))) ==
        ItemStatus::forbidden);
  c.push(c.owner_client, {c.plan.withdraw(c.owner, c.relative, {1, 3}, world.entropy)});
  CHECK(mail_status(c.relative_client.sync(handing_over(c.plan.id, c.relative.id, {1}))) ==
        ItemStatus::forbidden);
  const Bytes huge(limits::mail_bytes_max + 1);
  CHECK(mail_status(c.relative_client.sync(handing_over(c.plan.id, c.owner.id, huge))) ==
        ItemStatus::too_large);
  CHECK(mail_status(c.relative_client.sync(handing_over(c.plan.id, c.owner.id, {1, 2}))) == ItemStatus::ok);
  CHECK(mail_status(c.relative_client.sync(handing_over(c.plan.id, c.owner.id, {1, 2}))) == ItemStatus::dup);
  CHECK(mail_status(c.relative_client.sync(handing_over(c.plan.id, c.owner.id, {3}))) == ItemStatus::quota);

  const auto got = c.owner_client.sync({});
  REQUIRE(got->letters.size() == 1);
  CHECK(got->letters[0].plan == c.plan.id);
  CHECK(got->letters[0].from == c.relative.device().id);
  CHECK(got->letters[0].box.is_zero());

  TestPrincipal stranger = make_person(world.entropy);
  TestClient outside = world.enrol(stranger);
  CHECK(mail_status(outside.sync(handing_over(c.plan.id, c.owner.id, {1}))) == ItemStatus::unknown);
  const PlanId nowhere = PlanId::from(crypto::hash("nowhere", {}).view());
  CHECK(mail_status(outside.sync(handing_over(nowhere, c.owner.id, {1}))) == ItemStatus::unknown);
}

TEST_CASE("after the days that the plan allows nothing is handed over any more") {
  RelayWorld world;
  Company c(world);
  c.push(c.owner_client, {c.plan.withdraw(c.owner, c.relative, {1, 3}, world.entropy)});
  world.now += 30 * relay::ms_per_day + 1;
  CHECK(mail_status(c.relative_client.sync(handing_over(c.plan.id, c.owner.id, {1}))) ==
        ItemStatus::withdrawn);
  world.now -= 1;
  CHECK(mail_status(c.relative_client.sync(handing_over(c.plan.id, c.coordinator.id, {1}))) ==
        ItemStatus::ok);
}
