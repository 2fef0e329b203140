#include "tests/support/relay_world.h"

using namespace samplan;
using namespace samplan::world;

namespace {

// Forty envelopes by the coordinator in section 1, the thirty-fifth of them a snapshot, with two attestations
// of it.
struct Grown {
  RelayWorld world;
  Company c{world};
  std::uint64_t snapshot = 0;

  Grown() {
    for (int i = 0; i < 34; ++i) REQUIRE(c.write(c.coordinator_client, 1, "x") == ItemStatus::ok);
    REQUIRE(send(c.coordinator_client, EnvelopeKind::snapshot) == ItemStatus::ok);
    snapshot = 35;
    for (int i = 0; i < 3; ++i) REQUIRE(c.write(c.coordinator_client, 1, "y") == ItemStatus::ok);
    REQUIRE(send(c.owner_client, EnvelopeKind::attestation) == ItemStatus::ok);
    REQUIRE(send(c.relative_client, EnvelopeKind::attestation) == ItemStatus::ok);
  }
  ItemStatus send(TestClient& client, EnvelopeKind kind, SectionId section = 1) {
    return c.send(client, c.plan.envelope(client.device(), section, "word", world.entropy, kind));
  }
  // What the owner's device gets that holds nothing of section 1, as far as one reply goes.
  PlanReply ask(bool takes, std::vector<SectionBegin> begin = {}, std::vector<HistoryRange> history = {}) {
    SyncRequest q = pushing(c.plan.id, {});
    q.takes_snapshots = takes;
    q.plans[0].begin = std::move(begin);
    q.plans[0].history = std::move(history);
    TestClient fresh = world.client(c.owner);
    const auto reply = fresh.sync(q);
    REQUIRE(reply.ok());
    const PlanReply* p = plan_in(*reply, c.plan.id);
    REQUIRE(p != nullptr);
    return *p;
  }
  static const SectionPull* section(const PlanReply& p, SectionId id) {
    for (const SectionPull& s : p.sections)
      if (s.section == id && !s.envelopes.empty()) return &s;
    return nullptr;
  }
};

}  // namespace

TEST_CASE("who takes snapshots is offered the newest with its attestations instead of the chain") {
  Grown g;
  const PlanReply p = g.ask(true);
  REQUIRE(p.offers.size() == 1);
  CHECK(p.offers[0].section == 1);
  CHECK(p.offers[0].seq == g.snapshot);
  CHECK(read_envelope(p.offers[0].snapshot)->header.kind == EnvelopeKind::snapshot);
  CHECK(p.offers[0].attestations.size() == 2);
  CHECK(Grown::section(p, 1) == nullptr);
  CHECK_FALSE(p.more);
  REQUIRE(p.receipt);

  const PlanReply whole = g.ask(false);
  CHECK(whole.offers.empty());
  REQUIRE(Grown::section(whole, 1) != nullptr);
  CHECK(Grown::section(whole, 1)->envelopes.size() == 40);
}

TEST_CASE("reading begins where the device says, and the snapshot that it has comes as id only") {
  Grown g;
  const PlanReply p = g.ask(true, {{1, 34, g.snapshot}});
  CHECK(p.offers.empty());
  const SectionPull* s = Grown::section(p, 1);
  REQUIRE(s != nullptr);
  REQUIRE(s->envelopes.size() == 6);
  CHECK(s->envelopes[0].seq == 35);
  CHECK(s->envelopes[0].own);
  CHECK_FALSE(s->envelopes[1].own);
}

TEST_CASE("who begins with a snapshot gets the own envelopes behind it in full") {
  Grown g;
  SyncRequest q = pushing(g.c.plan.id, {});
  q.takes_snapshots = true;
  q.plans[0].sections = {{1, 34}};  // as a device names its place that has taken the offer and has no token
  q.plans[0].begin = {{1, 34, g.snapshot}};
  TestClient fresh = g.world.client(g.c.coordinator);
  const auto reply = fresh.sync(q);
  REQUIRE(reply.ok());
  const SectionPull* s = Grown::section(*plan_in(*reply, g.c.plan.id), 1);
  REQUIRE(s != nullptr);
  REQUIRE(s->envelopes.size() == 6);
  CHECK(s->envelopes[0].own);
  for (std::size_t i = 1; i < s->envelopes.size(); ++i) CHECK_FALSE(s->envelopes[i].own);
}

TEST_CASE("a device that names no plan is offered the snapshot again until it says where it begins") {
  Grown g;
  TestClient fresh = g.world.client(g.c.owner);
  for (int i = 0; i < 2; ++i) {
    SyncRequest q;
    q.takes_snapshots = true;
    const auto reply = fresh.sync(q);
    REQUIRE(reply.ok());
    REQUIRE(plan_in(*reply, g.c.plan.id) != nullptr);
    CHECK(plan_in(*reply, g.c.plan.id)->offers.size() == 1);
  }
  SyncRequest q = pushing(g.c.plan.id, {});
  q.takes_snapshots = true;
  q.plans[0].begin = {{1, 34, g.snapshot}};
  REQUIRE(Grown::section(*plan_in(*fresh.sync(q), g.c.plan.id), 1) != nullptr);
  SyncRequest idle;
  idle.takes_snapshots = true;
  CHECK(fresh.sync(idle)->plans.empty());
}

TEST_CASE("a snapshot refused: an older one if there is one, else the whole chain") {
  Grown g;
  for (int i = 0; i < 4; ++i) REQUIRE(g.c.write(g.c.coordinator_client, 1, "z") == ItemStatus::ok);
  REQUIRE(g.send(g.c.relative_client, EnvelopeKind::snapshot) == ItemStatus::ok);
  const PlanReply newest = g.ask(true);
  REQUIRE(newest.offers.size() == 1);
  CHECK(newest.offers[0].seq == 45);
  CHECK(newest.offers[0].attestations.empty());
  const PlanReply older = g.ask(true, {{1, 0, 45}});
  REQUIRE(older.offers.size() == 1);
  CHECK(older.offers[0].seq == g.snapshot);
  const PlanReply none = g.ask(true, {{1, 0, g.snapshot}});
  CHECK(none.offers.empty());
  REQUIRE(Grown::section(none, 1) != nullptr);
  CHECK(Grown::section(none, 1)->envelopes.front().seq == 1);
  CHECK(Grown::section(g.ask(true, {{1, 0, 0}}), 1)->envelopes.size() == 45);
}

TEST_CASE("history is handed out in the range asked for, and only of sections that the device may read") {
  Grown g;
  REQUIRE(g.c.write(g.c.coordinator_client, 2, "not for the relative") == ItemStatus::ok);
  const PlanReply p = g.ask(true, {{1, 34, g.snapshot}}, {{1, 10, 34}});
  REQUIRE(p.history.size() == 1);
  CHECK(p.history[0].envelopes.size() == 24);
  CHECK(p.history[0].envelopes.front().seq == 11);
  CHECK(p.history[0].envelopes.back().seq == 34);
  CHECK_FALSE(p.history[0].more);

  SyncRequest q = pushing(g.c.plan.id, {});
  q.takes_snapshots = true;
  q.plans[0].history = {{2, 0, 100}};
  TestClient relative = g.world.client(g.c.relative);
  const auto reply = relative.sync(q);
  REQUIRE(reply.ok());
  CHECK(plan_in(*reply, g.c.plan.id)->history.empty());
}

TEST_CASE("an offer and old envelopes stand in the plan's access log") {
  Grown g;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> before;
  const auto ranges = [&] {
    std::vector<std::pair<std::uint64_t, std::uint64_t>> out;
    REQUIRE(g.world.store
                .each_access(g.c.plan.id, 0,
                             [&](const relay::AccessRow& row) {
                               if (row.device == g.c.owner_client.device().id && row.section == 1)
                                 out.emplace_back(row.from_seq, row.to_seq);
                               return true;
                             })
                .ok());
    return out;
  };
  (void)g.ask(true);
  CHECK(ranges().back() == std::make_pair(std::uint64_t{1}, g.snapshot));
  (void)g.ask(true, {{1, 40, g.snapshot}}, {{1, 3, 9}});
  CHECK(ranges().back() == std::make_pair(std::uint64_t{4}, std::uint64_t{9}));
}

TEST_CASE("who may only propose can neither make nor attest a snapshot") {
  Grown g;
  TestPrincipal friend_of = make_person(g.world.entropy);
  TestClient client = g.world.enrol(friend_of);
  g.c.plan.knows(friend_of);
  g.c.push(g.c.coordinator_client, {g.c.plan.participant_add(g.c.coordinator, friend_of, Role::relative)});
  g.c.push(g.c.owner_client,
           {g.c.plan.grant(g.c.owner, friend_of, {{1, right_read | right_propose}}, g.world.entropy)});
  CHECK(g.send(client, EnvelopeKind::snapshot) == ItemStatus::forbidden);
  TestClient again = g.world.client(friend_of);
  CHECK(g.send(again, EnvelopeKind::attestation) == ItemStatus::forbidden);
}
