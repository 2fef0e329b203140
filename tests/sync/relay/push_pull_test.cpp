#include "tests/support/relay_world.h"

using namespace samplan;
using namespace samplan::world;

TEST_CASE("what one device writes reaches the others in order, and its author as numbers only") {
  RelayWorld world;
  Company c(world);
  CHECK(c.write(c.owner_client, 1, "bor hjemme") == ItemStatus::ok);
  const auto reply = c.owner_client.sync(
      pushing(c.plan.id, {}, {c.plan.envelope(c.owner.device(), 1, "går på skole", world.entropy)}));
  REQUIRE(reply.ok());
  const PlanReply* own = plan_in(*reply, c.plan.id);
  REQUIRE(own->sections.size() == 1);
  REQUIRE(own->sections[0].envelopes.size() == 1);
  CHECK(own->sections[0].envelopes[0].own);
  CHECK(own->sections[0].envelopes[0].seq == 2);
  CHECK(own->results[0].seq == 2);

  const auto pulled = c.relative_client.sync({});
  const PlanReply* p = plan_in(*pulled, c.plan.id);
  REQUIRE(p != nullptr);
  CHECK(p->status == ItemStatus::ok);
  CHECK(p->gov.size() == 5);
  REQUIRE(p->sections.size() == 1);
  REQUIRE(p->sections[0].envelopes.size() == 2);
  CHECK(p->sections[0].section == 1);
  CHECK(p->sections[0].envelopes[0].seq == 1);
  const auto first = read_envelope(p->sections[0].envelopes[0].bytes);
  REQUIRE(first.ok());
  CHECK(first->header.author == c.owner.device().id);
  REQUIRE(p->receipt);
  CHECK(p->receipt->gov_seq == 5);
  CHECK(p->receipt->gov_head == c.plan.state.head());
  CHECK(p->receipt->recv_ms == world.now);
  const auto second = read_envelope(p->sections[0].envelopes[1].bytes);
  const Hash chain = chain_next(chain_next(chain_start(c.plan.id, 1), first->id), second->id);
  REQUIRE(p->receipt->sections.size() == 2);
  CHECK(p->receipt->sections[0].second == chain);
}

TEST_CASE("a device that asks from the start gets its own envelopes in full, on every page") {
  RelayWorld world;
  Company c(world);
  for (int i = 0; i < 20; ++i) CHECK(c.write(c.owner_client, 1, "mitt eget") == ItemStatus::ok);
  c.owner_client.use_token = false;
  SyncRequest q;
  q.reply_bytes_max = 6000;
  std::vector<std::uint64_t> seen;
  for (int round = 0; round < 100; ++round) {
    const auto reply = c.owner_client.sync(q);
    REQUIRE(reply.ok());
    const PlanReply* p = plan_in(*reply, c.plan.id);
    if (p == nullptr) break;
    for (const SectionPull& s : p->sections) {
      for (const PulledEnvelope& e : s.envelopes) {
        CHECK_FALSE(e.own);
        seen.push_back(e.seq);
      }
    }
    c.owner_client.use_token = true;
    if (!p->more) break;
  }
  REQUIRE(seen.size() == 20);
  for (std::size_t i = 0; i < seen.size(); ++i) CHECK(seen[i] == i + 1);
}

TEST_CASE("a device that has lost its token half way gets the rest of its own in full as well") {
  RelayWorld world;
  Company c(world);
  for (int i = 0; i < 20; ++i) CHECK(c.write(c.owner_client, 1, "mitt eget") == ItemStatus::ok);
  // It names how far it has come, as it does without a token: what it wrote behind that it may no longer have.
  c.owner_client.use_token = false;
  SyncRequest q = pushing(c.plan.id, {});
  q.plans[0].gov_seq = c.plan.log.size();
  q.plans[0].sections = {{1, 7}};
  const auto reply = c.owner_client.sync(q);
  REQUIRE(reply.ok());
  const PlanReply* p = plan_in(*reply, c.plan.id);
  REQUIRE(p != nullptr);
  REQUIRE(p->sections.size() == 1);
  REQUIRE(p->sections[0].envelopes.size() == 13);
  for (const PulledEnvelope& e : p->sections[0].envelopes) CHECK_FALSE(e.own);
}

TEST_CASE("the same request twice gives dup and changes nothing") {
  RelayWorld world;
  Company c(world);
  const Bytes envelope = c.plan.envelope(c.owner.device(), 1, "en gang", world.entropy);
  SyncRequest q = pushing(c.plan.id, {}, {envelope});
  q.person = c.owner.id;
  q.cursors = c.owner_client.token;
  const Bytes frame = c.owner_client.frame(q);
  const auto first = c.owner_client.send(frame);
  REQUIRE(first.ok());
  CHECK(plan_in(*first, c.plan.id)->results[0].status == ItemStatus::ok);
  const auto again = c.owner_client.send(frame);
  REQUIRE(again.ok());
  const PlanReply* p = plan_in(*again, c.plan.id);
  CHECK(p->results[0].status == ItemStatus::dup);
  CHECK(p->results[0].seq == 1);
  // The first reply was lost: from the same cursors the same comes again.
  REQUIRE(p->sections.size() == 1);
  CHECK(p->sections[0].envelopes.size() == 1);
  CHECK(p->receipt->sections[0].first.seq == 1);
}

TEST_CASE("a gap, a fork and a stranger's section in an author's chain are refused, what follows them too") {
  RelayWorld world;
  Company c(world);
  const Bytes one = c.plan.envelope(c.owner.device(), 1, "en", world.entropy);
  const Bytes two = c.plan.envelope(c.owner.device(), 1, "to", world.entropy);
  const Bytes three = c.plan.envelope(c.owner.device(), 1, "tre", world.entropy);
  CHECK(c.send(c.owner_client, two) == ItemStatus::author_gap);
  CHECK(c.send(c.owner_client, one) == ItemStatus::ok);
  CHECK(c.send(c.owner_client, three) == ItemStatus::author_gap);
  CHECK(c.send(c.owner_client, two) == ItemStatus::ok);

  EnvelopeHeader h = read_envelope(two)->header;
  CHECK(c.send(c.owner_client, c.plan.seal_envelope(h, c.owner.device(), "annet", world.entropy)) ==
        ItemStatus::author_fork);
  CHECK(c.send(c.owner_client, three) == ItemStatus::ok);
  CHECK(c.send(c.owner_client, two) == ItemStatus::dup);
}

TEST_CASE(
    "an envelope signed by another, for another plan, or broken is refused and its neighbours are not") {
  RelayWorld world;
  Company c(world);
  const Bytes good = c.plan.envelope(c.owner.device(), 1, "god", world.entropy);
  Bytes forged = c.plan.envelope(c.owner.device(), 2, "falsk", world.entropy);
  forged.back() ^= 1;
  const Bytes foreign = c.plan.envelope(c.relative.device(), 1, "fremmed", world.entropy);
  EnvelopeHeader h = read_envelope(good)->header;
  h.plan = PlanId::from(crypto::hash("other", {}).view());
  const Bytes misplaced = c.plan.seal_envelope(h, c.owner.device(), "feil plan", world.entropy);
  const Bytes cut(good.begin(), good.begin() + 100);
  const auto reply = c.owner_client.sync(pushing(c.plan.id, {}, {cut, forged, foreign, misplaced, good}));
  REQUIRE(reply.ok());
  const auto& r = plan_in(*reply, c.plan.id)->results;
  REQUIRE(r.size() == 5);
  CHECK(r[0].status == ItemStatus::bad_item);
  CHECK(r[1].status == ItemStatus::bad_sig);
  CHECK(r[2].status == ItemStatus::forbidden);
  CHECK(r[3].status == ItemStatus::bad_item);
  CHECK(r[4].status == ItemStatus::ok);
}

TEST_CASE("who may only read or propose cannot write, and nobody writes where nothing is granted [R30]") {
  RelayWorld world;
  Company c(world);
  TestPrincipal adviser = make_person(world.entropy);
  TestClient client = world.enrol(adviser);
  c.push(c.coordinator_client, {c.plan.participant_add(c.coordinator, adviser, Role::adviser)});
  c.push(c.owner_client,
         {c.plan.grant(c.owner, adviser, {{1, right_read}, {2, right_read | right_propose}}, world.entropy)});
  CHECK(c.write(client, 1, "skriver") == ItemStatus::forbidden);
  CHECK(c.write(client, 2, "skriver") == ItemStatus::forbidden);
  const auto propose = [&](SectionId section) {
    return c.send(client, c.plan.envelope(adviser.device(), section, "forslag", world.entropy,
                                          EnvelopeKind::change, true));
  };
  CHECK(propose(1) == ItemStatus::forbidden);
  CHECK(propose(3) == ItemStatus::forbidden);
  TestPrincipal second = make_person(world.entropy);
  TestClient other = world.enrol(second);
  c.push(c.coordinator_client, {c.plan.participant_add(c.coordinator, second, Role::adviser)});
  c.push(c.owner_client, {c.plan.grant(c.owner, second, {{2, right_read | right_propose}}, world.entropy)});
  CHECK(c.send(other, c.plan.envelope(second.device(), 2, "forslag", world.entropy, EnvelopeKind::change,
                                      true)) == ItemStatus::ok);
}

TEST_CASE("without the owner's consent nothing is taken, and after its withdrawal nothing either [R24]") {
  RelayWorld world;
  TestPrincipal coordinator = make_person(world.entropy);
  TestClient client = world.enrol(coordinator);
  TestPlan plan;
  plan.knows(coordinator);
  plan.genesis(coordinator, {1, 2}, world.entropy);
  const auto reply = client.sync(
      pushing(plan.id, plan.log, {plan.envelope(coordinator.device(), 1, "utkast", world.entropy)}));
  REQUIRE(reply.ok());
  CHECK(plan_in(*reply, plan.id)->gov_results[0].status == ItemStatus::ok);
  CHECK(plan_in(*reply, plan.id)->results[0].status == ItemStatus::no_consent);

  Company c(world);
  const Bytes late = c.plan.envelope(c.relative.device(), 1, "for sent", world.entropy);
  c.push(c.owner_client, {c.plan.withdraw_plan(c.owner)});
  CHECK(c.send(c.relative_client, late) == ItemStatus::no_consent);
}

TEST_CASE(
    "everyone with access leaves traces in the access log's section, and only its readers get them [R42]") {
  RelayWorld world;
  Company c(world);
  const Bytes event = c.plan.envelope(c.relative.device(), section_access_log, "åpnet", world.entropy,
                                      EnvelopeKind::access_event);
  CHECK(c.send(c.relative_client, event) == ItemStatus::ok);
  const auto at_owner = c.owner_client.sync({});
  const PlanReply* p = plan_in(*at_owner, c.plan.id);
  REQUIRE(p != nullptr);
  REQUIRE(p->sections.size() == 1);
  CHECK(p->sections[0].section == section_access_log);
  c.relative_client.use_token = false;
  const auto at_relative = c.relative_client.sync({});
  CHECK(plan_in(*at_relative, c.plan.id)->sections.empty());
  for (const auto& s : plan_in(*at_relative, c.plan.id)->receipt->sections)
    CHECK(s.first.section != section_access_log);
  CHECK(c.send(c.relative_client, c.plan.envelope(c.relative.device(), 1, "spor", world.entropy,
                                                  EnvelopeKind::access_event)) == ItemStatus::forbidden);
}

TEST_CASE("a plan that has used its room takes no more, and says so") {
  relay::RelayConfig config;
  config.plan_bytes_max = 2000;
  RelayWorld world(1, config);
  Company c(world);
  ItemStatus last = ItemStatus::ok;
  int taken = 0;
  for (int i = 0; i < 10 && last == ItemStatus::ok; ++i) {
    last = c.write(c.owner_client, 1, "fyll");
    if (last == ItemStatus::ok) ++taken;
  }
  CHECK(last == ItemStatus::quota);
  CHECK(taken >= 2);
}

TEST_CASE("what the server hands out to others is in the plan's access log, chained, and nothing else is") {
  RelayWorld world;
  Company c(world);
  const auto rows = [&] {
    std::vector<relay::AccessRow> out;
    CHECK(world.store
              .each_access(c.plan.id, 0,
                           [&](const relay::AccessRow& row) {
                             out.push_back(row);
                             return true;
                           })
              .ok());
    return out;
  };
  c.write(c.owner_client, 1, "en");
  c.write(c.owner_client, 1, "to");
  CHECK(rows().empty());
  REQUIRE(c.relative_client.sync({}).ok());
  c.write(c.owner_client, 3, "tre");
  REQUIRE(c.relative_client.sync({}).ok());
  const auto log = rows();
  REQUIRE(log.size() == 2);
  CHECK(log[0].device == c.relative.device().id);
  CHECK(log[0].from_seq == 1);
  CHECK(log[0].to_seq == 2);
  CHECK(log[1].section == 3);
  CHECK(log[1].hash_prev == log[0].hash);
  CHECK(log[1].hash == relay::access_hash(c.plan.id, log[1]));
}
