#include "tests/support/relay_world.h"

using namespace samplan;
using namespace samplan::world;

namespace {

// A request as it was changed on its way: refused as no request, or answered without anything having been
// done.
bool is_harmless(RelayWorld& world, const Bytes& frame) {
  const std::uint64_t writes = world.store.writes;
  const auto answer = world.relay->handle(world.store, frame, test_host, world.now, world.entropy);
  if (world.store.writes != writes) return false;
  if (!answer.ok()) return answer.code() != Errc::not_saved && answer.code() != Errc::corrupt;
  const auto body = open_reply_frame(*answer, request_hash(frame), world.relay->server().key.public_key);
  if (!body.ok()) return false;
  const auto reply = read_reply_body(*body);
  return reply.ok() && (reply->nonce_refused || reply->status != ItemStatus::ok) && reply->plans.empty();
}

}  // namespace

TEST_CASE("a request with any one byte changed, or cut at any length, does nothing") {
  RelayWorld world;
  Company c(world);
  SyncRequest q = pushing(c.plan.id, {c.plan.epoch(c.owner, {2}, world.entropy)},
                          {c.plan.envelope(c.owner.device(), 1, "hei", world.entropy)});
  q.person = c.owner.id;
  q.cursors = c.owner_client.token;
  const Bytes frame = c.owner_client.frame(q);
  for (std::size_t i = 0; i < frame.size(); ++i) {
    Bytes changed = frame;
    changed[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
    CAPTURE(i);
    REQUIRE(is_harmless(world, changed));
  }
  for (std::size_t length = 0; length < frame.size(); ++length) {
    CAPTURE(length);
    REQUIRE(is_harmless(world, Bytes(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(length))));
  }
  const auto reply = c.owner_client.send(frame);
  CHECK(plan_in(*reply, c.plan.id)->gov_results[0].status == ItemStatus::ok);
  CHECK(plan_in(*reply, c.plan.id)->results[0].status == ItemStatus::ok);
}

TEST_CASE(
    "an envelope or record with any one byte changed is refused, also in a request that is well signed") {
  RelayWorld world;
  Company c(world);
  const GovPush rotation = c.plan.epoch(c.owner, {2}, world.entropy);
  const Bytes envelope = c.plan.envelope(c.owner.device(), 1, "hei", world.entropy);
  for (std::size_t i = 0; i < envelope.size(); ++i) {
    Bytes changed = envelope;
    changed[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
    const auto reply = c.owner_client.sync(pushing(c.plan.id, {}, {changed}));
    CAPTURE(i);
    REQUIRE(reply.ok());
    const ItemStatus status = plan_in(*reply, c.plan.id)->results[0].status;
    REQUIRE(status != ItemStatus::ok);
    REQUIRE(status != ItemStatus::dup);
  }
  for (std::size_t i = 0; i < rotation.record.size(); ++i) {
    GovPush changed = rotation;
    changed.record[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
    const auto reply = c.owner_client.sync(pushing(c.plan.id, {changed}));
    CAPTURE(i);
    REQUIRE(reply.ok());
    REQUIRE(plan_in(*reply, c.plan.id)->gov_results[0].status != ItemStatus::ok);
  }
  CHECK(c.owner_client.sync(pushing(c.plan.id, {rotation}, {envelope}))->plans[0].gov_results[0].status ==
        ItemStatus::ok);
}

TEST_CASE("a request that names a plan twice, is too large or of another version is no request") {
  RelayWorld world;
  Company c(world);
  SyncRequest q = pushing(c.plan.id, {});
  q.plans.push_back(q.plans[0]);
  q.person = c.owner.id;
  const auto handle = [&](const Bytes& frame) {
    return world.relay->handle(world.store, frame, test_host, world.now, world.entropy).code();
  };
  CHECK(handle(c.owner_client.frame(q)) == Errc::malformed);
  q.plans.pop_back();
  q.version = 2;
  CHECK(handle(c.owner_client.frame(q)) == Errc::unknown_version);
  q.version = 1;
  q.plans[0].push.assign(5, Bytes(1U << 20));
  CHECK(handle(c.owner_client.frame(q)) == Errc::too_large);
  CHECK(handle({}) == Errc::truncated);
}
