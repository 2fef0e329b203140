// How removals in the logs of persons and units reach a plan: identity_update, its pins, and why nobody has
// to know more or less than others to judge a record.
#include <catch2/catch.hpp>

#include "tests/support/log_builder.h"

using namespace samplan;
using namespace samplan::log_test;

namespace {

constexpr auto update = GovKind::identity_update;

// The whole plan applied from the start with what is known of identities at the end.
GovState replay(const PlanLog& plan, const IdentityBook& book) {
  GovState out;
  for (const Draft& d : plan.log) {
    const Status s = PlanLog::try_apply(out, d, book);
    INFO("record " << out.seq() + 1 << ": " << (s.ok() ? "" : s.error().where));
    REQUIRE(s.ok());
  }
  return out;
}

}  // namespace

TEST_CASE("A revoked device counts in the plan until the revocation is pinned there, and no longer") {
  Team t;
  REQUIRE(t.agree().ok());
  REQUIRE(t.people.add_device(t.provider).ok());
  const DeviceId lost = t.provider.devices[0].id;
  REQUIRE(t.people.revoke_device(t.provider, 0, 1).ok());
  const GovState& gov = t.plan.gov;
  CHECK(gov.rights_at(lost, 1, gov.seq(), t.people.book) == rwp);
  CHECK(gov.rights_now(lost, 1, t.people.book) == 0);  // what the server asks
  const std::uint64_t before = gov.seq();
  REQUIRE(t.plan.push(update, t.plan.update_body(t.provider.id), t.provider.devices[1]).ok());
  CHECK(gov.rights_at(lost, 1, gov.seq(), t.people.book) == 0);
  CHECK(gov.rights_at(lost, 1, before, t.people.book) == rwp);
  CHECK(gov.rights_at(t.provider.devices[1].id, 1, gov.seq(), t.people.book) == rwp);
  for (const SectionId s : {SectionId{1}, SectionId{3}}) CHECK(gov.section(s)->epoch.latest()->epoch == 0);
  CHECK(gov.section(4)->epoch.latest()->epoch == 1);
}

TEST_CASE("A removal is pinned together with new epochs for every section that it touches") {
  Team t;
  REQUIRE(t.agree().ok());
  REQUIRE(t.people.add_device(t.provider).ok());
  REQUIRE(t.people.revoke_device(t.provider, 1).ok());
  const TestDevice& p = t.provider.device();
  const GovBody good = t.plan.update_body(t.provider.id, true);
  REQUIRE(good.rotations.size() == 2);
  GovBody b = good;
  b.rotations.pop_back();
  CHECK(t.plan.push(update, b, p).code() == Errc::bad_record);
  b = good;
  b.rotations.push_back(t.plan.rotation(4));
  CHECK(t.plan.push(update, b, p).code() == Errc::bad_record);  // a section of others
  CHECK(t.plan.push(update, good, p).ok());
  CHECK(t.plan.push(update, t.plan.update_body(t.provider.id), p).code() ==
        Errc::bad_record);  // says nothing new
}

TEST_CASE("A pin never moves back, never lies, and is never of a stranger") {
  Team t;
  REQUIRE(t.agree().ok());
  REQUIRE(t.people.add_device(t.provider).ok());
  REQUIRE(t.people.add_device(t.provider).ok());
  const TestDevice& o = t.owner.device();
  GovBody b = t.plan.update_body(t.provider.id);
  b.pin->hash.bytes[5] ^= 1;
  CHECK(t.plan.push(update, b, o).code() == Errc::forged);
  b.pin->seq = 4;
  CHECK(t.plan.push(update, b, o).code() == Errc::unknown_principal);
  REQUIRE(t.plan.push(update, t.plan.update_body(t.provider.id), o).ok());
  const IdentityState& log = *t.people.book.find(t.provider.id);
  b.pin = IdentityPin{t.provider.id, 2, log.hashes[1]};
  CHECK(t.plan.push(update, b, o).code() == Errc::bad_record);
  const TestPerson stranger = t.people.person();
  CHECK(t.plan.push(update, t.plan.update_body(stranger.id), o).code() == Errc::unknown_principal);
  CHECK(t.plan.push(update, t.plan.update_body(t.nurse.id), o).ok());  // a member of a unit that takes part
}

TEST_CASE("Who has no access records nothing about others") {
  Team t;
  REQUIRE(t.agree().ok());
  REQUIRE(t.people.add_device(t.owner).ok());
  REQUIRE(t.plan.push(GovKind::consent_withdraw, t.plan.withdraw_body(3, {1, 3}), t.owner.device()).ok());
  CHECK(t.plan.push(update, t.plan.update_body(t.owner.id), t.provider.device()).code() == Errc::not_allowed);
  CHECK(t.plan.push(update, t.plan.update_body(t.owner.id), t.registrar.device()).ok());
}

TEST_CASE("Neither a lost device nor a removed member makes the keys that come after it") {
  Team t;
  REQUIRE(t.agree().ok());
  REQUIRE(t.people.add_device(t.provider).ok());
  REQUIRE(t.people.revoke_device(t.provider, 1).ok());
  CHECK(t.plan.push(update, t.plan.update_body(t.provider.id, true), t.provider.devices[1]).code() ==
        Errc::not_allowed);
  REQUIRE(t.plan.push(update, t.plan.update_body(t.provider.id, false), t.provider.devices[1]).ok());
  // From then on it signs nothing at all.
  CHECK(t.plan.push(GovKind::epoch, t.plan.epoch_body({1}), t.provider.devices[1]).code() ==
        Errc::not_allowed);
  CHECK(t.plan.push(GovKind::epoch, t.plan.epoch_body({1}), t.provider.devices[0]).ok());

  REQUIRE(t.people.remove_member(t.unit, t.registrar, t.nurse.id).ok());
  CHECK(t.plan.push(update, t.plan.update_body(t.unit.id, true), t.nurse.device()).code() ==
        Errc::not_allowed);
  REQUIRE(t.plan.push(update, t.plan.update_body(t.unit.id, true), t.registrar.device()).ok());
  CHECK(t.plan.gov.rights_at(t.nurse.device().id, 3, t.plan.gov.seq(), t.people.book) == 0);
}

TEST_CASE("Keys go to a generation that the plan's pins have not left behind") {
  Team t;
  REQUIRE(t.agree().ok());
  REQUIRE(t.people.remove_member(t.unit, t.registrar, t.nurse.id).ok());
  GovBody b = t.plan.update_body(t.unit.id, true);
  t.plan.fill_wraps(update, b);
  REQUIRE(b.wraps.back().participant == 5);
  REQUIRE(b.wraps.back().generation == 2);
  GovBody old = b;
  old.wraps.back().generation = 1;  // the removed member has that one
  CHECK(t.plan.apply(t.plan.sign(update, old, t.registrar.device())).code() == Errc::bad_recipients);
  CHECK(t.plan.apply(t.plan.sign(update, b, t.registrar.device())).ok());
}

TEST_CASE(
    "A member who takes part as a person too keeps that part when the unit's ends, and the other way round") {
  Team t;
  REQUIRE(t.agree().ok());
  REQUIRE(
      t.plan
          .push(GovKind::participant_add, t.plan.add_body(t.nurse.id, Role::provider), t.coordinator.device())
          .ok());
  REQUIRE(
      t.plan.push(GovKind::consent_grant, t.plan.grant_body(7, {{1, right_read}}), t.owner.device()).ok());
  const GovState& gov = t.plan.gov;
  const DeviceId d = t.nurse.device().id;
  CHECK(gov.participants_of_device(d, gov.seq(), t.people.book).size() == 2);
  CHECK(gov.rights_now(d, 1, t.people.book) == right_read);
  CHECK(gov.rights_now(d, 3, t.people.book) == rwp);
  REQUIRE(t.plan.push(GovKind::consent_withdraw, t.plan.withdraw_body(5, {3}), t.owner.device()).ok());
  CHECK(gov.rights_now(d, 1, t.people.book) == right_read);
  CHECK(gov.rights_now(d, 3, t.people.book) == 0);
  // What the nurse proposes to do alone still needs the nurse's own part.
  CHECK(
      t.plan.push(GovKind::consent_withdraw, t.plan.withdraw_body(3, {3}, false), t.nurse.device()).code() ==
      Errc::not_allowed);
  REQUIRE(t.plan.push(GovKind::consent_grant, t.plan.grant_body(5, {{3, rwp}}), t.owner.device()).ok());
  REQUIRE(t.plan.push(GovKind::consent_withdraw, t.plan.withdraw_body(7, {1}, false), t.nurse.device()).ok());
  CHECK(gov.rights_now(d, 3, t.people.book) == rwp);
}

TEST_CASE("A participant's pin does not slip a removal past the cut") {
  Team t;
  REQUIRE(t.agree().ok());
  REQUIRE(t.people.add_device(t.nurse).ok());
  REQUIRE(t.people.revoke_device(t.nurse, 1).ok());
  const TestDevice& c = t.coordinator.device();
  const auto add = GovKind::participant_add;
  CHECK(t.plan.push(add, t.plan.add_body(t.nurse.id, Role::provider), c).code() == Errc::bad_record);
  REQUIRE(t.plan.push(update, t.plan.update_body(t.nurse.id), c).ok());
  CHECK(t.plan.gov.section(3)->epoch.latest()->epoch == 0);
  CHECK(t.plan.push(add, t.plan.add_body(t.nurse.id, Role::provider), c).ok());
}

TEST_CASE("An old record is accepted by whoever knows more than its author did") {
  Team t;
  REQUIRE(t.agree().ok());
  const TestDevice& c = t.coordinator.device();
  // The nurse's second phone is lost; pinned with the unit's section rotated.
  REQUIRE(t.people.add_device(t.nurse).ok());
  REQUIRE(t.people.revoke_device(t.nurse, 1).ok());
  REQUIRE(t.plan.push(update, t.plan.update_body(t.nurse.id, true), c).ok());
  // Somebody who is no member yet loses a phone: nothing to rotate.
  TestPerson temp = t.people.person();
  REQUIRE(t.people.add_member(t.unit, t.registrar, temp).ok());
  REQUIRE(t.people.remove_member(t.unit, t.registrar, temp.id).ok());
  REQUIRE(t.plan.push(update, t.plan.update_body(t.unit.id, true), c).ok());
  REQUIRE(t.people.add_device(temp).ok());
  REQUIRE(t.people.revoke_device(temp, 1).ok());
  REQUIRE(t.plan.push(update, t.plan.update_body(temp.id, true), c).ok());
  // Later the unit changes again: the nurse leaves it, the other comes back.
  REQUIRE(t.people.remove_member(t.unit, t.registrar, t.nurse.id).ok());
  REQUIRE(t.people.add_member(t.unit, t.registrar, temp).ok());
  const GovState again = replay(t.plan, t.people.book);
  CHECK(again.head() == t.plan.gov.head());
  CHECK(again.section(3)->last_epoch == t.plan.gov.section(3)->last_epoch);
}

TEST_CASE("Members who join need no record in the plan") {
  Team t;
  REQUIRE(t.agree().ok());
  const TestPerson fresh = t.people.person();
  CHECK(t.plan.gov.rights_now(fresh.device().id, 3, t.people.book) == 0);
  REQUIRE(t.people.add_member(t.unit, t.registrar, fresh).ok());
  CHECK(t.plan.gov.rights_now(fresh.device().id, 3, t.people.book) == rwp);
  CHECK(t.plan.gov.rights_at(fresh.device().id, 3, t.plan.gov.seq(), t.people.book) == rwp);
}
