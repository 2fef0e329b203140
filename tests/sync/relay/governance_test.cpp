#include "tests/support/relay_world.h"

using namespace samplan;
using namespace samplan::world;

namespace {

std::vector<ItemStatus> statuses(const std::vector<ItemResult>& results) {
  std::vector<ItemStatus> out;
  for (const ItemResult& r : results) out.push_back(r.status);
  return out;
}

ItemStatus first_status(const Result<SyncReply>& reply, const PlanId& plan) {
  REQUIRE(reply.ok());
  const PlanReply* p = plan_in(*reply, plan);
  REQUIRE(p != nullptr);
  REQUIRE_FALSE(p->gov_results.empty());
  return p->gov_results[0].status;
}

// A second hand that writes on the same plan from what it knew at that time.
TestPlan fork_of(const TestPlan& plan, const std::vector<const TestPrincipal*>& people) {
  TestPlan other;
  for (const TestPrincipal* p : people) other.knows(*p);
  other = plan;
  return other;
}

}  // namespace

TEST_CASE("of two records on one head the second is told to look again, and gets the tail") {
  RelayWorld world;
  Company c(world);
  TestPrincipal anne = make_person(world.entropy);
  TestPrincipal bjorn = make_person(world.entropy);
  world.enrol(anne);
  world.enrol(bjorn);
  TestPlan other = fork_of(c.plan, {});
  other.knows(bjorn);
  c.push(c.coordinator_client, {c.plan.participant_add(c.coordinator, anne, Role::provider)});
  const auto reply = c.coordinator_client.sync(
      pushing(c.plan.id, {other.participant_add(c.coordinator, bjorn, Role::provider)}));
  CHECK(first_status(reply, c.plan.id) == ItemStatus::gov_conflict);
  CHECK(plan_in(*reply, c.plan.id)->receipt->gov_head == c.plan.state.head());
  CHECK(c.plan.log.size() == 6);
  c.owner_client.use_token = true;
  const auto tail = c.owner_client.sync({});
  REQUIRE(plan_in(*tail, c.plan.id)->gov.size() == 1);
  CHECK(plan_in(*tail, c.plan.id)->gov[0].record == c.plan.log.back().record);
}

TEST_CASE("the same record again is dup, and the records after it are judged") {
  RelayWorld world;
  Company c(world);
  TestPrincipal anne = make_person(world.entropy);
  world.enrol(anne);
  const GovPush grant = c.plan.log.back();
  const GovPush add = c.plan.participant_add(c.coordinator, anne, Role::provider);
  const auto reply = c.coordinator_client.sync(pushing(c.plan.id, {grant, add}));
  CHECK(statuses(plan_in(*reply, c.plan.id)->gov_results) ==
        std::vector<ItemStatus>{ItemStatus::dup, ItemStatus::ok});
}

TEST_CASE("a cut must be at the head the server has; the refused signer learns where it is, even unread") {
  RelayWorld world;
  Company c(world);
  TestPlan stale = fork_of(c.plan, {});
  CHECK(c.write(c.relative_client, 1, "imens") == ItemStatus::ok);
  const auto reply =
      c.owner_client.sync(pushing(c.plan.id, {stale.withdraw(c.owner, c.relative, {1, 3}, world.entropy)}));
  CHECK(first_status(reply, c.plan.id) == ItemStatus::gov_conflict);
  const PlanReply* p = plan_in(*reply, c.plan.id);
  REQUIRE(p->receipt);
  CHECK(p->receipt->sections[0].first.seq == 1);
  CHECK(p->receipt->gov_seq == 5);

  // The relative leaves by itself; where section 2 stands it may not know, and the record does not cut that.
  c.plan.learn(*p->receipt);
  c.push(c.relative_client, {c.plan.withdraw(c.relative, c.relative, {1, 3}, world.entropy)});
  CHECK(c.plan.state.seq() == 6);
}

TEST_CASE("a record whose content is refused takes with it what builds on it, and nothing else") {
  RelayWorld world;
  Company c(world);
  TestPlan stale = fork_of(c.plan, {});
  const Bytes before = c.plan.envelope(c.owner.device(), 3, "uavhengig", world.entropy);
  CHECK(c.write(c.relative_client, 1, "imens") == ItemStatus::ok);
  const GovPush cut = stale.withdraw(c.owner, c.relative, {1}, world.entropy);
  const GovPush next = stale.epoch(c.owner, {2}, world.entropy);
  const Bytes under_it = stale.envelope(c.owner.device(), 2, "bygger på det", world.entropy);
  const auto reply = c.owner_client.sync(pushing(c.plan.id, {cut, next}, {before, under_it}));
  const PlanReply* p = plan_in(*reply, c.plan.id);
  CHECK(statuses(p->gov_results) ==
        std::vector<ItemStatus>{ItemStatus::gov_conflict, ItemStatus::gov_conflict});
  CHECK(statuses(p->results) == std::vector<ItemStatus>{ItemStatus::ok, ItemStatus::gov_conflict});
}

TEST_CASE("what builds on a refused record is refused for the same reason") {
  RelayWorld world;
  Company c(world);
  // The relative brings a record that only its signer may bring, and builds on it.
  const GovPush of_owner = c.plan.epoch(c.owner, {2}, world.entropy);
  const GovPush own = c.plan.withdraw(c.relative, c.relative, {1}, world.entropy);
  const Bytes content = c.plan.envelope(c.relative.device(), 3, "bygger på det", world.entropy);
  const auto reply = c.relative_client.sync(pushing(c.plan.id, {of_owner, own}, {content}));
  const PlanReply* p = plan_in(*reply, c.plan.id);
  CHECK(statuses(p->gov_results) == std::vector<ItemStatus>{ItemStatus::forbidden, ItemStatus::forbidden});
  CHECK(statuses(p->results) == std::vector<ItemStatus>{ItemStatus::forbidden});
}

TEST_CASE("a rotation and what is sealed under it travel in one request; old seals are then stale") {
  RelayWorld world;
  Company c(world);
  const Bytes old = c.plan.envelope(c.relative.device(), 1, "gammel nøkkel", world.entropy);
  const GovPush rotate = c.plan.epoch(c.owner, {1}, world.entropy);
  const Bytes fresh = c.plan.envelope(c.owner.device(), 1, "ny nøkkel", world.entropy);
  const auto reply = c.owner_client.sync(pushing(c.plan.id, {rotate}, {fresh}));
  CHECK(plan_in(*reply, c.plan.id)->results[0].status == ItemStatus::ok);
  CHECK(c.send(c.relative_client, old) == ItemStatus::gov_stale);

  EnvelopeHeader h = read_envelope(fresh)->header;
  h.author = c.relative.device().id;
  h.epoch = 1;
  CHECK(c.send(c.relative_client, c.plan.seal_envelope(h, c.relative.device(), "feil", world.entropy)) ==
        ItemStatus::epoch_stale);
  h.epoch = 2;
  h.gov_head = crypto::hash("not ours", {});
  CHECK(c.send(c.relative_client, c.plan.seal_envelope(h, c.relative.device(), "feil", world.entropy)) ==
        ItemStatus::gov_conflict);
}

TEST_CASE("only who has the right in the log may change it, and strangers learn nothing of the plan") {
  RelayWorld world;
  Company c(world);
  TestPrincipal stranger = make_person(world.entropy);
  TestClient client = world.enrol(stranger);
  TestPlan by_relative = fork_of(c.plan, {});
  by_relative.knows(stranger);
  CHECK(first_status(c.relative_client.sync(pushing(
                         c.plan.id, {by_relative.participant_add(c.relative, stranger, Role::provider)})),
                     c.plan.id) == ItemStatus::forbidden);

  const auto foreign = client.sync(
      pushing(c.plan.id, {c.plan.log.back()}, {c.plan.envelope(stranger.device(), 1, "inn", world.entropy)}));
  const PlanReply* p = plan_in(*foreign, c.plan.id);
  CHECK(p->status == ItemStatus::unknown);
  CHECK(statuses(p->gov_results) == std::vector<ItemStatus>{ItemStatus::unknown});
  CHECK(statuses(p->results) == std::vector<ItemStatus>{ItemStatus::unknown});
  CHECK(p->gov.empty());
  CHECK_FALSE(p->receipt);
  const PlanId nowhere = PlanId::from(crypto::hash("nowhere", {}).view());
  const auto missing = client.sync(
      pushing(nowhere, {c.plan.log.back()}, {c.plan.envelope(stranger.device(), 1, "inn", world.entropy)}));
  CHECK(plan_in(*missing, nowhere)->status == ItemStatus::unknown);

  // Carrying another's good record is not enough to be its signer.
  const GovPush signed_by_owner = c.plan.epoch(c.owner, {1}, world.entropy);
  CHECK(first_status(c.relative_client.sync(pushing(c.plan.id, {signed_by_owner})), c.plan.id) ==
        ItemStatus::forbidden);
}

TEST_CASE("wraps that were left out, added or changed are refused") {
  RelayWorld world;
  Company c(world);
  GovPush fewer = c.plan.epoch(c.owner, {1}, world.entropy);
  fewer.wraps.pop_back();
  CHECK(first_status(c.owner_client.sync(pushing(c.plan.id, {fewer})), c.plan.id) == ItemStatus::bad_sig);
  GovPush changed = c.plan.log.back();
  changed.wraps[0].sealed[5] ^= 1;
  CHECK(first_status(c.owner_client.sync(pushing(c.plan.id, {changed})), c.plan.id) == ItemStatus::bad_sig);
  GovPush bad = c.plan.log.back();
  bad.record[130] ^= 1;
  CHECK(first_status(c.owner_client.sync(pushing(c.plan.id, {bad})), c.plan.id) != ItemStatus::ok);
  CHECK(first_status(c.owner_client.sync(pushing(c.plan.id, {c.plan.log.back()})), c.plan.id) ==
        ItemStatus::ok);
}

TEST_CASE("a pin or a wrap that is not the newest is refused, and the signer gets the log it lacks") {
  RelayWorld world;
  Company c(world);
  TestPrincipal anne = make_person(world.entropy);
  TestClient client = world.enrol(anne);
  TestPlan stale = fork_of(c.plan, {});
  const GovPush add = stale.participant_add(c.coordinator, anne, Role::provider);
  add_device(anne, world.entropy);
  SyncRequest q;
  q.identity = {anne.log.back()};
  REQUIRE(client.sync(q).ok());
  const auto reply = c.coordinator_client.sync(pushing(c.plan.id, {add}));
  CHECK(first_status(reply, c.plan.id) == ItemStatus::gov_conflict);
  CHECK(plan_in(*reply, c.plan.id)->identity == anne.log);
  c.push(c.coordinator_client, {c.plan.participant_add(c.coordinator, anne, Role::provider)});

  // A new key generation of hers makes a wrap to the old one useless.
  const GovPush grant = c.plan.grant(c.owner, anne, {{2, right_read}}, world.entropy);
  revoke_device(anne, 1, world.entropy);
  q.identity = {anne.log.back()};
  REQUIRE(client.sync(q).ok());
  CHECK(first_status(c.owner_client.sync(pushing(c.plan.id, {grant})), c.plan.id) ==
        ItemStatus::gov_conflict);
}

TEST_CASE("when a device was revoked the plan waits for a new key before it takes content") {
  RelayWorld world;
  Company c(world);
  add_device(c.relative, world.entropy);
  SyncRequest q;
  q.identity = {c.relative.log.back()};
  REQUIRE(c.relative_client.sync(q).ok());
  CHECK(c.write(c.owner_client, 1, "før") == ItemStatus::ok);
  revoke_device(c.relative, 1, world.entropy);
  q.identity = {c.relative.log.back()};
  REQUIRE(c.relative_client.sync(q).ok());

  const Bytes envelope = c.plan.envelope(c.owner.device(), 1, "etter", world.entropy);
  CHECK(c.send(c.owner_client, envelope) == ItemStatus::rotation_due);
  // A section that the revoked device could not read goes on.
  CHECK(c.write(c.owner_client, 2, "annen del") == ItemStatus::ok);
  c.push(c.coordinator_client, {c.plan.identity_update(c.coordinator, c.relative, world.entropy)});
  CHECK(c.send(c.owner_client, envelope) == ItemStatus::gov_stale);
}

TEST_CASE("several hundred records replay from the store to the same state") {
  RelayWorld world;
  Company c(world);
  for (int i = 0; i < 50; ++i) c.push(c.owner_client, {c.plan.epoch(c.owner, {2}, world.entropy)});
  world.relay->forget();
  CHECK(c.write(c.owner_client, 2, "etter omstart") == ItemStatus::ok);
  c.relative_client.use_token = false;
  const auto reply = c.relative_client.sync({});
  CHECK(plan_in(*reply, c.plan.id)->receipt->gov_head == c.plan.state.head());
}
