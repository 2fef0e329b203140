#include "tests/support/relay_world.h"

using namespace samplan;
using namespace samplan::world;

namespace {

std::vector<std::uint64_t> seqs(const PlanReply* p, SectionId section) {
  std::vector<std::uint64_t> out;
  if (p == nullptr) return out;
  for (const SectionPull& s : p->sections)
    if (s.section == section)
      for (const PulledEnvelope& e : s.envelopes) out.push_back(e.seq);
  return out;
}

std::vector<std::uint64_t> range(std::uint64_t from, std::uint64_t to) {
  std::vector<std::uint64_t> out;
  for (std::uint64_t i = from; i <= to; ++i) out.push_back(i);
  return out;
}

}  // namespace

TEST_CASE("who was withdrawn gets the log up to its removal, once, and nothing of what came after") {
  RelayWorld world;
  Company c(world);
  REQUIRE(c.relative_client.sync({}).ok());
  c.write(c.owner_client, 1, "før");
  const Bytes unsent = c.plan.envelope(c.relative.device(), 1, "usendt", world.entropy);
  c.push(c.owner_client, {c.plan.withdraw(c.owner, c.relative, {1, 3}, world.entropy)});
  c.push(c.owner_client, {c.plan.epoch(c.owner, {2}, world.entropy)});
  c.write(c.owner_client, 1, "etter");

  const auto reply = c.relative_client.sync(pushing(c.plan.id, {}, {unsent}));
  const PlanReply* p = plan_in(*reply, c.plan.id);
  REQUIRE(p != nullptr);
  CHECK(p->status == ItemStatus::withdrawn);
  CHECK(p->results[0].status == ItemStatus::withdrawn);
  REQUIRE(p->gov.size() == 1);
  CHECK(p->gov[0].record == c.plan.log[5].record);
  CHECK(p->gov[0].wraps.empty());
  CHECK(p->sections.empty());
  // And by which record: nothing of the sections.
  REQUIRE(p->receipt);
  CHECK(p->receipt->gov_seq == 6);
  CHECK(p->receipt->sections.empty());
  const auto again = c.relative_client.sync({});
  CHECK(again->plans.empty());
  // Asked for by name, the plan is still answered, and still with nothing new.
  const auto named = c.relative_client.sync(pushing(c.plan.id, {}));
  CHECK(plan_in(*named, c.plan.id)->status == ItemStatus::withdrawn);
  CHECK(plan_in(*named, c.plan.id)->gov.empty());

  // A device of hers that asks from the start gets no more either.
  c.relative_client.use_token = false;
  const auto from_start = c.relative_client.sync({});
  const PlanReply* all = plan_in(*from_start, c.plan.id);
  CHECK(all->gov.size() == 6);
  CHECK(all->sections.empty());
}

TEST_CASE("an envelope that was taken before the withdrawal is still known as taken") {
  RelayWorld world;
  Company c(world);
  const Bytes sent = c.plan.envelope(c.relative.device(), 1, "sendt", world.entropy);
  CHECK(c.send(c.relative_client, sent) == ItemStatus::ok);
  c.push(c.owner_client, {c.plan.withdraw(c.owner, c.relative, {1, 3}, world.entropy)});
  CHECK(c.send(c.relative_client, sent) == ItemStatus::dup);
}

TEST_CASE("who loses one section keeps the others and gets nothing more of that one [R28]") {
  RelayWorld world;
  Company c(world);
  REQUIRE(c.relative_client.sync({}).ok());
  const Bytes unsent = c.plan.envelope(c.relative.device(), 1, "usendt", world.entropy);
  c.write(c.owner_client, 1, "ikke hentet");
  c.push(c.owner_client, {c.plan.withdraw(c.owner, c.relative, {1}, world.entropy)});
  c.write(c.owner_client, 1, "etter");
  c.write(c.owner_client, 3, "fortsatt åpen");
  const auto reply = c.relative_client.sync(pushing(c.plan.id, {}, {unsent}));
  const PlanReply* p = plan_in(*reply, c.plan.id);
  CHECK(p->status == ItemStatus::ok);
  CHECK(p->results[0].status == ItemStatus::withdrawn);
  CHECK(seqs(p, 1).empty());
  CHECK(seqs(p, 3) == range(1, 1));
  REQUIRE(p->receipt);
  for (const auto& s : p->receipt->sections) CHECK(s.first.section == 3);
}

TEST_CASE("a grant from now begins at its cut, and full access later begins at the start [R26]") {
  RelayWorld world;
  Company c(world);
  for (int i = 0; i < 3; ++i) c.write(c.owner_client, 2, "før");
  c.push(c.owner_client,
         {c.plan.grant(c.owner, c.relative, {{2, right_read}}, world.entropy, History::from_now)});
  c.write(c.owner_client, 2, "etter");
  const auto reply = c.relative_client.sync({});
  CHECK(seqs(plan_in(*reply, c.plan.id), 2) == range(4, 4));

  c.push(c.owner_client, {c.plan.withdraw(c.owner, c.relative, {2}, world.entropy)});
  REQUIRE(c.relative_client.sync({}).ok());
  c.push(c.owner_client,
         {c.plan.grant(c.owner, c.relative, {{2, right_read}}, world.entropy, History::full)});
  const auto full = c.relative_client.sync({});
  CHECK(seqs(plan_in(*full, c.plan.id), 2) == range(1, 4));
}

TEST_CASE("past its end date a grant gives nothing, neither reading nor writing, until it is renewed [R28]") {
  RelayWorld world;
  Company c(world);
  TestPrincipal helper = make_person(world.entropy);
  TestClient client = world.enrol(helper);
  c.push(c.coordinator_client, {c.plan.participant_add(c.coordinator, helper, Role::provider)});
  const UnixMs end = world.now + 1000;
  c.push(c.owner_client,
         {c.plan.grant(c.owner, helper, {{2, right_read | right_write}}, world.entropy, History::full, end)});
  CHECK(c.write(client, 2, "i tide") == ItemStatus::ok);
  REQUIRE(client.sync({})->plans.empty());

  world.now = end;
  const auto ended = client.sync({});
  CHECK(plan_in(*ended, c.plan.id)->status == ItemStatus::withdrawn);
  c.push(c.owner_client, {c.plan.epoch(c.owner, {3}, world.entropy)});
  c.write(c.owner_client, 2, "ikke for henne");
  CHECK(client.sync({})->plans.empty());
  CHECK(c.write(client, 2, "for sent") == ItemStatus::withdrawn);
  const auto by_helper =
      client.sync(pushing(c.plan.id, {c.plan.withdraw(helper, helper, {2}, world.entropy)}));
  CHECK(plan_in(*by_helper, c.plan.id)->gov_results[0].status == ItemStatus::withdrawn);
}

TEST_CASE("renewed before anything else happened, an expired grant opens again and nothing was lost") {
  RelayWorld world;
  Company c(world);
  TestPrincipal helper = make_person(world.entropy);
  TestClient client = world.enrol(helper);
  c.push(c.coordinator_client, {c.plan.participant_add(c.coordinator, helper, Role::provider)});
  c.push(c.owner_client,
         {c.plan.grant(c.owner, helper, {{2, right_read}}, world.entropy, History::full, world.now + 1000)});
  REQUIRE(client.sync({}).ok());
  world.now += 2000;
  REQUIRE(client.sync({}).ok());
  c.write(c.owner_client, 2, "imens");
  c.push(c.owner_client,
         {c.plan.grant(c.owner, helper, {{2, right_read}}, world.entropy, History::full, world.now + 1000)});
  const auto reply = client.sync({});
  const PlanReply* p = plan_in(*reply, c.plan.id);
  CHECK(p->status == ItemStatus::ok);
  CHECK(p->gov.size() == 1);
  CHECK(seqs(p, 2) == range(1, 1));
}

TEST_CASE("someone added but not granted anything sees the log and no content") {
  RelayWorld world;
  Company c(world);
  c.write(c.owner_client, 1, "innhold");
  TestPrincipal added = make_person(world.entropy);
  TestClient client = world.enrol(added);
  c.push(c.coordinator_client, {c.plan.participant_add(c.coordinator, added, Role::provider)});
  const auto reply = client.sync({});
  const PlanReply* p = plan_in(*reply, c.plan.id);
  REQUIRE(p != nullptr);
  CHECK(p->status == ItemStatus::ok);
  CHECK(p->gov.size() == 6);
  CHECK(p->sections.empty());
  for (const GovPull& g : p->gov) CHECK(g.wraps.empty());
  CHECK(p->receipt->sections.empty());
}

TEST_CASE("wraps go only to whom they are for") {
  RelayWorld world;
  Company c(world);
  const auto reply = c.relative_client.sync({});
  const PlanReply* p = plan_in(*reply, c.plan.id);
  std::size_t wraps = 0;
  for (const GovPull& g : p->gov) {
    for (const KeyWrap& w : g.wraps) {
      CHECK(w.participant == c.plan.number_of(c.relative));
      CHECK(crypto::open_sealed(c.relative.generation_key, w.sealed).ok());
      ++wraps;
    }
  }
  CHECK(wraps == 2);
}

TEST_CASE("a unit's members act for it; who leaves the unit loses its plans, with the proof of leaving") {
  RelayWorld world;
  Company c(world);
  TestPrincipal leader = make_person(world.entropy);
  TestPrincipal nurse = make_person(world.entropy);
  TestPrincipal before = make_person(world.entropy);
  TestClient leader_client = world.enrol(leader);
  TestClient nurse_client = world.enrol(nurse);
  TestClient before_client = world.enrol(before);
  TestPrincipal unit = make_unit(leader, world.entropy);
  add_member(unit, leader, before);
  remove_member(unit, leader, before, world.entropy);
  add_member(unit, leader, nurse);
  SyncRequest q;
  q.identity = unit.log;
  REQUIRE(leader_client.sync(q).ok());

  for (const TestPrincipal* p : {&leader, &nurse, &before}) c.plan.knows(*p);
  c.push(c.coordinator_client, {c.plan.participant_add(c.coordinator, unit, Role::provider)});
  c.push(c.owner_client, {c.plan.grant(c.owner, unit, {{2, right_read | right_write}}, world.entropy)});
  c.write(c.owner_client, 2, "til avdelingen");

  const auto at_nurse = nurse_client.sync({});
  const PlanReply* p = plan_in(*at_nurse, c.plan.id);
  REQUIRE(p != nullptr);
  CHECK(seqs(p, 2) == range(1, 1));
  // The feed can be replayed as it comes: members before the unit.
  IdentityBook book;
  for (const Bytes& record : p->identity) CHECK(book.add(record).ok());
  REQUIRE(book.find(unit.id) != nullptr);
  CHECK(book.find(unit.id)->seq() == unit.log.size());
  bool wrapped_to_unit = false;
  for (const GovPull& g : p->gov)
    for (const KeyWrap& w : g.wraps)
      wrapped_to_unit = wrapped_to_unit || w.participant == c.plan.number_of(unit);
  CHECK(wrapped_to_unit);
  CHECK(c.write(nurse_client, 2, "fra avdelingen") == ItemStatus::ok);
  // Who left before the unit took part has never heard of the plan.
  CHECK(before_client.sync({})->plans.empty());
  CHECK(plan_in(*before_client.sync(pushing(c.plan.id, {})), c.plan.id)->status == ItemStatus::unknown);

  // A new member gets everything; the others get the member's log before the record that names it.
  TestPrincipal fresh = make_person(world.entropy);
  TestClient fresh_client = world.enrol(fresh);
  add_member(unit, leader, fresh);
  q.identity = {unit.log.back()};
  REQUIRE(leader_client.sync(q).ok());
  CHECK(seqs(plan_in(*fresh_client.sync({}), c.plan.id), 2) == range(1, 2));
  const auto news = nurse_client.sync({});
  REQUIRE(plan_in(*news, c.plan.id)->identity.size() == 2);
  CHECK(plan_in(*news, c.plan.id)->identity[0] == fresh.log[0]);
  CHECK(plan_in(*news, c.plan.id)->identity[1] == unit.log.back());

  // The nurse leaves the unit.
  remove_member(unit, leader, nurse, world.entropy);
  q.identity = {unit.log.back()};
  REQUIRE(leader_client.sync(q).ok());
  add_device(leader, world.entropy);
  q.identity = {leader.log.back()};
  REQUIRE(leader_client.sync(q).ok());
  CHECK(c.write(c.owner_client, 2, "ikke for henne") == ItemStatus::rotation_due);
  const auto left = nurse_client.sync({});
  p = plan_in(*left, c.plan.id);
  REQUIRE(p != nullptr);
  CHECK(p->status == ItemStatus::withdrawn);
  REQUIRE(p->identity.size() == 1);
  CHECK(p->identity[0] == unit.log.back());
  CHECK(p->gov.empty());
  CHECK(p->sections.empty());
  CHECK(nurse_client.sync({})->plans.empty());
  c.plan.knows(fresh);
  c.push(c.coordinator_client, {c.plan.identity_update(c.coordinator, unit, world.entropy)});
  CHECK(nurse_client.sync({})->plans.empty());
}

TEST_CASE("who left a unit before it took part is not let in again by the unit's coming") {
  RelayWorld world;
  Company c(world);
  TestPrincipal leader = make_person(world.entropy);
  TestClient leader_client = world.enrol(leader);
  TestPrincipal unit = make_unit(leader, world.entropy);
  add_member(unit, leader, c.relative);
  remove_member(unit, leader, c.relative, world.entropy);
  SyncRequest q;
  q.identity = unit.log;
  REQUIRE(leader_client.sync(q).ok());
  c.push(c.owner_client, {c.plan.withdraw(c.owner, c.relative, {1, 3}, world.entropy)});
  c.plan.knows(leader);
  c.push(c.coordinator_client, {c.plan.participant_add(c.coordinator, unit, Role::provider)});
  const auto reply = c.relative_client.sync({});
  const PlanReply* p = plan_in(*reply, c.plan.id);
  REQUIRE(p != nullptr);
  CHECK(p->status == ItemStatus::withdrawn);
  CHECK(p->gov.size() == 6);
  CHECK(p->identity_n == 3);
}
