// The rules of the governance log, continued: roles, the coordinator's task, guardians, new keys, cuts and
// wraps.
#include <catch2/catch.hpp>
#include <functional>

#include "base/limits.h"
#include "tests/support/log_builder.h"

using namespace samplan;
using namespace samplan::log_test;

namespace {

constexpr auto add = GovKind::participant_add;
constexpr auto grant = GovKind::consent_grant;
constexpr auto withdraw = GovKind::consent_withdraw;
constexpr auto offer = GovKind::coordinator_offer;
constexpr auto accept = GovKind::coordinator_accept;

}  // namespace

TEST_CASE("A role moves within what consent has opened; less means new keys") {
  Team t;
  REQUIRE(t.agree().ok());
  const TestDevice& c = t.coordinator.device();
  const auto change = [&](const GovBody& b, const TestDevice& by) {
    return t.plan.push(GovKind::role_change, b, by).code();
  };
  CHECK(change(t.plan.role_body(3, Role::adviser, {{1, right_read}}), t.owner.device()) == Errc::not_allowed);
  CHECK(change(t.plan.role_body(3, Role::adviser, {{1, right_read}}), t.provider.device()) ==
        Errc::not_allowed);
  CHECK(change(t.plan.role_body(3, Role::provider, {{4, rwp}}), c) == Errc::bad_record);  // never opened
  CHECK(change(t.plan.role_body(3, Role::provider, {{1, 0}}), c) ==
        Errc::bad_record);  // that is a withdrawal
  CHECK(change(t.plan.role_body(3, Role::provider, {{1, right_write}}), c) == Errc::bad_record);
  CHECK(change(t.plan.role_body(3, Role::coordinator, {}), c) == Errc::bad_record);
  CHECK(change(t.plan.role_body(3, Role::owner, {}), c) == Errc::bad_record);
  CHECK(change(t.plan.role_body(1, Role::provider, {}), c) == Errc::bad_record);
  CHECK(change(t.plan.role_body(2, Role::provider, {}), c) == Errc::bad_record);
  GovBody b = t.plan.role_body(3, Role::provider, {{1, rp}, {3, rwp}});
  REQUIRE(b.rotations.size() == 1);
  GovBody wrong = b;
  wrong.rotations.clear();
  CHECK(change(wrong, c) == Errc::bad_record);
  CHECK(change(b, c) == Errc::ok);
  CHECK(t.plan.gov.participant(3)->mask(1) == rp);
  CHECK(t.plan.gov.section(1)->epoch.latest()->epoch == 2);
  CHECK(t.plan.gov.section(3)->epoch.latest()->epoch == 1);
  CHECK(change(t.plan.role_body(3, Role::provider, {{1, rwp}}), c) == Errc::ok);  // upwards: no new key
  CHECK(t.plan.gov.section(1)->epoch.latest()->epoch == 2);
  CHECK(change(t.plan.role_body(4, Role::relative, {{1, right_read}}), t.owner.device()) == Errc::ok);
}

TEST_CASE("Exactly one coordinator, through offer and acceptance [R47]", "[R47]") {
  Team t;
  REQUIRE(t.agree().ok());
  const TestDevice& c = t.coordinator.device();
  const auto body = PlanLog::subject_body;
  CHECK(t.plan.push(accept, body(3), t.provider.device()).code() == Errc::not_allowed);
  CHECK(t.plan.push(offer, body(3), t.provider.device()).code() == Errc::not_allowed);
  CHECK(t.plan.push(offer, body(1), c).code() == Errc::bad_record);
  CHECK(t.plan.push(offer, body(2), c).code() == Errc::bad_record);  // the owner coordinates nothing
  CHECK(t.plan.push(offer, body(5), c).code() == Errc::bad_record);  // a unit has no face
  CHECK(t.plan.push(offer, body(9), c).code() == Errc::bad_record);
  GovBody b = body(3);
  b.rotations = t.plan.rotations({1});
  CHECK(t.plan.push(offer, b, c).code() == Errc::bad_record);

  REQUIRE(t.plan.push(offer, body(3), c).ok());
  const GovState& gov = t.plan.gov;
  CHECK(gov.coordinator() == 1);
  CHECK(gov.offered_coordinator() == std::uint16_t{3});
  for (const SectionId s : Team::sections()) CHECK(gov.participant(3)->mask(s) == rwp);  // overlap (R50)
  CHECK(t.plan.log.back().wraps.size() == 3);  // two sections were open already
  CHECK(t.plan.push(offer, body(4), c).code() == Errc::already_exists);
  CHECK(t.plan.push(accept, body(3), t.relative.device()).code() == Errc::not_allowed);
  CHECK(t.plan.push(accept, body(4), t.relative.device()).code() == Errc::not_allowed);
  REQUIRE(t.plan.push(accept, body(3), t.provider.device()).ok());
  CHECK(gov.coordinator() == 3);
  CHECK_FALSE(gov.offered_coordinator().has_value());
  CHECK(*gov.participant(3)->role.latest() == Role::coordinator);
  CHECK(*gov.participant(1)->role.latest() == Role::provider);
  CHECK(*gov.participant(1)->role.at(gov.seq() - 1) == Role::coordinator);
  CHECK(t.plan.push(add, t.plan.add_body(t.nurse.id, Role::adviser), c).code() == Errc::not_allowed);
  // The owner may ask for another (R48), and close what the former one could read.
  REQUIRE(t.plan.push(withdraw, t.plan.withdraw_body(1, Team::sections()), t.owner.device()).ok());
  CHECK(t.plan.push(offer, body(1), t.owner.device()).code() == Errc::bad_record);
  REQUIRE(t.plan.push(offer, body(4), t.owner.device()).ok());
  REQUIRE(t.plan.push(accept, body(4), t.relative.device()).ok());
  CHECK(gov.coordinator() == 4);
}

TEST_CASE("Whoever was offered the task and is withdrawn cannot accept it any more [R47]", "[R47]") {
  Team t;
  REQUIRE(t.agree().ok());
  REQUIRE(t.plan.push(offer, PlanLog::subject_body(3), t.coordinator.device()).ok());
  REQUIRE(t.plan.push(withdraw, t.plan.withdraw_body(3, Team::sections()), t.owner.device()).ok());
  CHECK_FALSE(t.plan.gov.offered_coordinator().has_value());
  CHECK(t.plan.push(accept, PlanLog::subject_body(3), t.provider.device()).code() == Errc::not_allowed);
  // Nor is a withdrawn one asked, by whom ever: consent has to open first.
  CHECK(t.plan.push(offer, PlanLog::subject_body(3), t.coordinator.device()).code() == Errc::bad_record);
  REQUIRE(t.plan.push(offer, PlanLog::subject_body(4), t.coordinator.device()).ok());
  REQUIRE(t.plan
              .push(GovKind::role_change, t.plan.role_body(4, Role::relative, {{1, right_read}}),
                    t.coordinator.device())
              .ok());
  CHECK(t.plan.push(accept, PlanLog::subject_body(4), t.relative.device()).code() == Errc::not_allowed);
}

TEST_CASE("A guardian whose access was withdrawn decides nothing for the owner any more [R30]", "[R30]") {
  Team t;
  REQUIRE(t.agree().ok());
  const TestPerson guardian = t.people.person();
  const TestDevice& g = guardian.device();
  REQUIRE(t.plan.push(add, t.plan.add_body(guardian.id, Role::guardian), t.coordinator.device()).ok());
  REQUIRE(t.plan.push(grant, t.plan.grant_body(7, {{1, rp}}), g).ok());
  REQUIRE(t.plan.push(withdraw, t.plan.withdraw_body(7, {1}), t.owner.device()).ok());
  CHECK(t.plan.push(grant, t.plan.grant_body(7, {{1, rp}}), g).code() == Errc::not_allowed);
  CHECK(t.plan.push(grant, t.plan.grant_body(4, {{3, rp}}), g).code() == Errc::not_allowed);
  CHECK(t.plan.push(withdraw, t.plan.withdraw_body(3, {1}, false), g).code() == Errc::not_allowed);
  CHECK(t.plan.push(offer, PlanLog::subject_body(3), g).code() == Errc::not_allowed);
  REQUIRE(t.plan.push(grant, t.plan.grant_body(7, {{1, rp}}), t.owner.device()).ok());
  CHECK(t.plan.push(grant, t.plan.grant_body(4, {{3, rp}}), g).ok());
}

TEST_CASE("New keys are made by owner and coordinator at any time, by a writer only where one is due") {
  Team t;
  REQUIRE(t.agree().ok());
  const auto rotate = [&](std::vector<SectionId> s, const TestDevice& by) {
    return t.plan.push(GovKind::epoch, t.plan.epoch_body(s), by).code();
  };
  CHECK(t.plan.push(GovKind::epoch, GovBody{}, t.owner.device()).code() == Errc::bad_record);
  CHECK(rotate({1}, t.provider.device()) == Errc::not_allowed);
  CHECK(rotate({1}, t.owner.device()) == Errc::ok);
  CHECK(rotate({1, 3}, t.coordinator.device()) == Errc::ok);
  CHECK(t.plan.gov.section(1)->epoch.latest()->epoch == 3);
  CHECK(rotate({1}, t.registrar.device()) ==
        Errc::not_allowed);  // of the unit, which does not read section 1
  GovBody b = t.plan.epoch_body({1});
  b.rotations[0].epoch = 0;
  b.rotations[0].commitment = {};
  CHECK(t.plan.push(GovKind::epoch, b, t.owner.device()).code() == Errc::bad_record);
  b = t.plan.epoch_body({1});
  b.rotations[0].section = 9;
  CHECK(t.plan.push(GovKind::epoch, b, t.owner.device()).code() == Errc::bad_record);
}

TEST_CASE("A cut never moves back") {
  Team t;
  REQUIRE(t.agree().ok());
  t.plan.heads[1].first = 10;
  REQUIRE(t.plan.push(GovKind::epoch, t.plan.epoch_body({1}), t.owner.device()).ok());
  t.plan.heads[1].first = 9;
  CHECK(t.plan.push(GovKind::epoch, t.plan.epoch_body({1}), t.owner.device()).code() == Errc::bad_record);
  t.plan.heads[1].first = 10;
  CHECK(t.plan.push(GovKind::epoch, t.plan.epoch_body({1}), t.owner.device()).ok());
  REQUIRE(t.plan.gov.section(1)->cuts.size() == 2);
  CHECK(t.plan.gov.first_cut_after(1, 0)->gov_seq == t.plan.gov.seq() - 1);
  CHECK(t.plan.gov.first_cut_after(1, t.plan.gov.seq() - 1)->gov_seq == t.plan.gov.seq());
  CHECK(t.plan.gov.first_cut_after(1, t.plan.gov.seq()) == nullptr);
  CHECK(t.plan.gov.first_cut_after(99, 0) == nullptr);
}

TEST_CASE("Key wraps go to exactly those who read afterwards, in order, under keys that still count") {
  Team t(1, Seals::real);
  REQUIRE(t.agree().ok());
  const TestDevice& o = t.owner.device();
  const GovBody body = t.plan.withdraw_body(3, {1, 3});
  GovBody filled = body;
  t.plan.fill_wraps(withdraw, filled);
  // Section 1: coordinator, owner, relative. Section 3: coordinator, owner, unit.
  REQUIRE(filled.wraps.size() == 6);
  const auto status = [&](const std::function<void(std::vector<KeyWrap>&)>& spoil) {
    GovBody b = filled;
    spoil(b.wraps);
    GovState copy = t.plan.gov;
    return PlanLog::try_apply(copy, t.plan.sign(withdraw, b, o), t.people.book).code();
  };
  CHECK(status([](auto&) {}) == Errc::ok);
  CHECK(status([](auto& w) { w.pop_back(); }) == Errc::bad_recipients);           // left out
  CHECK(status([](auto& w) { w.push_back(w.back()); }) == Errc::bad_recipients);  // twice
  CHECK(status([](auto& w) { w[2].participant = 3; }) == Errc::bad_recipients);   // the withdrawn
  CHECK(status([](auto& w) { w[2].participant = 5; }) == Errc::bad_recipients);   // reads another section
  CHECK(status([](auto& w) { std::swap(w[0], w[1]); }) == Errc::bad_recipients);  // one order
  CHECK(status([](auto& w) { w[0].section = 3; }) == Errc::bad_recipients);
  CHECK(status([](auto& w) { w[0].generation = 2; }) == Errc::bad_recipients);  // no such key
  CHECK(status([](auto& w) { w.clear(); }) == Errc::bad_recipients);
  // What came beside the record is not what was signed.
  Draft d = t.plan.sign(withdraw, filled, o);
  d.wraps[0].sealed[0] ^= 1;
  CHECK(t.plan.apply(d).code() == Errc::forged);
  // A client that got only its own wraps still applies the record.
  GovState mine = t.plan.gov;
  CHECK(PlanLog::try_apply(mine, {d.record, {}}, t.people.book, false).ok());
  // Every recipient opens its wrap and finds the key that the record commits to.
  REQUIRE(t.plan.apply(t.plan.sign(withdraw, filled, o)).ok());
  const auto opened = crypto::open_sealed(t.relative.generations[0], filled.wraps[2].sealed);
  REQUIRE(opened.ok());
  Reader in(*opened);
  in.take(4 + 32 + 2 + 32 + 4);
  CHECK(in.u32() == 2);
  const crypto::SectionKey key{t.plan.gov.plan(), 1, 2, crypto::Secret32::from(in.take(32))};
  CHECK(in.done());
  CHECK(crypto::commitment(key) == t.plan.gov.section(1)->epoch.latest()->commitment);
}

TEST_CASE("Kinds without keys carry no wraps") {
  Team t;
  REQUIRE(t.gather().ok());
  Draft d = t.plan.draft(GovKind::consent_plan, PlanLog::consent_body(), t.owner.device());
  Draft extra = d;
  extra.wraps.push_back({1, 2, 1, Bytes(90, 1)});
  CHECK(t.plan.apply(extra).code() == Errc::forged);
  CHECK(t.plan.apply(d).ok());
}

TEST_CASE("A refused governance record changes nothing") {
  Team t;
  REQUIRE(t.agree().ok());
  const std::uint64_t seq = t.plan.gov.seq();
  const Hash head = t.plan.gov.head();
  GovBody b = t.plan.withdraw_body(3, {1, 3});
  t.plan.fill_wraps(withdraw, b);
  b.wraps.pop_back();
  CHECK(t.plan.apply(t.plan.sign(withdraw, b, t.owner.device())).code() == Errc::bad_recipients);
  CHECK(t.plan.gov.seq() == seq);
  CHECK(t.plan.gov.head() == head);
  CHECK(t.plan.gov.participant(3)->mask(1) == rwp);
  CHECK(t.plan.gov.section(1)->epoch.latest()->epoch == 1);
}
