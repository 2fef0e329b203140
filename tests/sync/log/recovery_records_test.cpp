// A lost phone in a plan's log: access that rests and comes back, and a person who goes on under a new key by
// the hands of two officers.
#include <catch2/catch.hpp>

#include "tests/support/log_builder.h"

using namespace samplan;
using namespace samplan::log_test;

namespace {

constexpr std::uint16_t n_owner = 2, n_provider = 3, n_relative = 4, n_heir = 7;

// Everybody of Team, and somebody who has joined anew without any right.
struct Lost : Team {
  Lost() {
    REQUIRE(agree().ok());
    anew = people.person();
    REQUIRE(add(anew).ok());
  }
  TestPerson anew;

  Status add(const TestPerson& p) {
    return plan.push(GovKind::participant_add, plan.add_body(p.id, Role::adviser), coordinator.device());
  }
  Status ask(const TestPerson& by, std::uint16_t subject = n_owner, std::uint16_t to = n_heir) {
    return plan.push(GovKind::recovery_ask, PlanLog::ask_body(subject, to), by.device());
  }
  Status complete(const TestPerson& by, std::uint16_t subject = n_owner, bool with_key = true) {
    return plan.push(GovKind::recovery_complete, plan.complete_body(subject, with_key), by.device());
  }
  Status cancel(const TestPerson& by, std::uint16_t subject = n_owner) {
    return plan.push(GovKind::recovery_cancel, PlanLog::subject_body(subject), by.device());
  }
  Status suspend(const TestPerson& by, std::uint16_t subject, bool with_key = true) {
    return plan.push(GovKind::suspend, plan.suspend_body(subject, with_key), by.device());
  }
  Status resume(const TestPerson& by, std::uint16_t subject) {
    return plan.push(GovKind::resume, plan.resume_body(subject), by.device());
  }
  const Participant& p(std::uint16_t number) { return *plan.gov.participant(number); }
};

}  // namespace

TEST_CASE("[R113] two officers move an owner's access, and consent that stands goes on") {
  Lost t;
  REQUIRE(t.ask(t.provider).ok());
  CHECK(t.p(n_owner).mask(1) == rwp);  // nothing has changed yet
  CHECK(t.p(n_heir).masks.empty());
  REQUIRE(t.p(n_owner).recovery);
  CHECK(t.p(n_owner).recovery->asked_seq == t.plan.gov.seq());
  const auto epoch = t.plan.gov.section(1)->last_epoch;
  REQUIRE(t.complete(t.coordinator).ok());
  CHECK(t.p(n_owner).has_left());
  CHECK(t.p(n_owner).continued_as == n_heir);
  CHECK_FALSE(t.p(n_owner).recovery);
  for (const SectionId s : Team::sections()) {
    CHECK(t.p(n_heir).mask(s) == rwp);
    CHECK(t.plan.gov.section(s)->last_epoch == epoch + 1);
  }
  CHECK(*t.p(n_heir).role.latest() == Role::owner);
  // The new key consents now, the old one does not.
  CHECK(t.plan.push(GovKind::consent_grant, t.plan.grant_body(n_provider, {{4, rwp}}), t.owner.device())
            .code() == Errc::not_allowed);
  CHECK(t.plan.push(GovKind::consent_grant, t.plan.grant_body(n_provider, {{4, rwp}}), t.anew.device()).ok());
}

TEST_CASE("[R113] one hand is not enough, whichever it is") {
  Lost t;
  REQUIRE(t.people.add_device(t.coordinator).ok());
  SECTION("the same person from another device") {
    REQUIRE(t.ask(t.coordinator).ok());
    CHECK(t.complete(t.coordinator).code() == Errc::not_allowed);
    const Draft d =
        t.plan.draft(GovKind::recovery_complete, t.plan.complete_body(n_owner), t.coordinator.devices[1]);
    CHECK(t.plan.apply(d).code() == Errc::not_allowed);
    CHECK(t.complete(t.provider, n_owner, false).ok());
  }
  SECTION("two who do not answer for the plan") {
    REQUIRE(t.ask(t.provider).ok());
    CHECK(t.complete(t.nurse, n_owner, false).code() == Errc::not_allowed);
    CHECK(t.complete(t.coordinator).ok());
  }
  SECTION("a relative, the one who comes, the one who is lost") {
    CHECK(t.ask(t.relative).code() == Errc::not_allowed);
    CHECK(t.ask(t.anew).code() == Errc::not_allowed);
    CHECK(t.ask(t.owner).code() == Errc::not_allowed);
    REQUIRE(t.ask(t.coordinator).ok());
    CHECK(t.complete(t.relative, n_owner, false).code() == Errc::not_allowed);
    CHECK(t.complete(t.anew, n_owner, false).code() == Errc::not_allowed);
    CHECK(t.complete(t.owner, n_owner, false).code() == Errc::not_allowed);
  }
  SECTION("the coordinator is the one who is lost: then the owner's side is one of the two") {
    REQUIRE(t.ask(t.provider, 1).ok());
    CHECK(t.complete(t.nurse, 1, false).code() == Errc::not_allowed);
    REQUIRE(t.complete(t.owner, 1).ok());
    CHECK(t.plan.gov.coordinator() == n_heir);
    CHECK(*t.p(n_heir).role.latest() == Role::coordinator);
    CHECK(*t.p(1).role.latest() == Role::provider);
  }
}

TEST_CASE("[R113] a recovery that was asked for can be stopped, and asked for again") {
  Lost t;
  REQUIRE(t.ask(t.provider).ok());
  CHECK(t.ask(t.coordinator).code() == Errc::already_exists);
  CHECK(t.cancel(t.relative).code() == Errc::not_allowed);
  CHECK(t.cancel(t.nurse).code() == Errc::not_allowed);
  SECTION("by who asked") { CHECK(t.cancel(t.provider).ok()); }
  SECTION("by the coordinator") { CHECK(t.cancel(t.coordinator).ok()); }
  SECTION("by the person, who has not lost anything") { CHECK(t.cancel(t.owner).ok()); }
  CHECK(t.complete(t.coordinator).code() == Errc::bad_record);
  CHECK(t.cancel(t.coordinator).code() == Errc::bad_record);
  CHECK(t.ask(t.coordinator).ok());
  CHECK(t.complete(t.provider, n_owner, false).ok());
}

TEST_CASE("[R113] only a person without rights in the plan goes on for one with rights") {
  Lost t;
  CHECK(t.ask(t.coordinator, n_owner, n_relative).code() == Errc::bad_record);
  CHECK(t.ask(t.coordinator, n_owner, n_owner).code() == Errc::bad_record);
  CHECK(t.ask(t.coordinator, n_owner, 5).code() == Errc::bad_record);  // a unit
  CHECK(t.ask(t.coordinator, 5, n_heir).code() == Errc::bad_record);
  CHECK(t.ask(t.coordinator, n_owner, 99).code() == Errc::bad_record);
  CHECK(t.ask(t.coordinator, 0, n_heir).code() == Errc::bad_record);
  CHECK(t.ask(t.coordinator, n_heir, n_owner).code() == Errc::bad_record);
  REQUIRE(t.ask(t.coordinator).ok());
  CHECK(t.ask(t.coordinator, n_relative, n_heir).code() == Errc::bad_record);  // one heir, one person
  // Let in by consent meanwhile: somebody with a place of their own.
  REQUIRE(t.plan.push(GovKind::consent_grant, t.plan.grant_body(n_heir, {{1, rp}}), t.owner.device()).ok());
  CHECK(t.complete(t.provider, n_owner, false).code() == Errc::bad_record);
}

TEST_CASE("[R113] every section that the lost key opened is rotated with the recovery") {
  Lost t;
  REQUIRE(t.ask(t.provider).ok());
  GovBody b = t.plan.complete_body(n_owner);
  REQUIRE(b.rotations.size() == Team::sections().size());
  b.rotations.pop_back();
  CHECK(t.plan.push(GovKind::recovery_complete, b, t.coordinator.device()).code() == Errc::bad_record);
  // Keys for exactly those who read after it, the new one among them and the old one not.
  Draft d = t.plan.draft(GovKind::recovery_complete, t.plan.complete_body(n_owner), t.coordinator.device());
  const auto for_number = [&](std::uint16_t n) {
    return std::count_if(d.wraps.begin(), d.wraps.end(),
                         [&](const KeyWrap& w) { return w.participant == n; });
  };
  CHECK(for_number(n_heir) == 5);
  CHECK(for_number(n_owner) == 0);
  // Whoever does not read a section makes no key for it.
  REQUIRE(t.cancel(t.coordinator).ok());
  REQUIRE(t.ask(t.coordinator).ok());
  CHECK(t.complete(t.provider, n_owner, true).code() == Errc::not_allowed);
  REQUIRE(t.complete(t.provider, n_owner, false).ok());
  for (const SectionId s : Team::sections()) CHECK(t.plan.gov.section(s)->epoch.latest()->epoch == 0);
  // No keys could be handed over: reading begins at the cut.
  CHECK(t.p(n_heir).base.size() == Team::sections().size());
}

TEST_CASE("[R113] a lost device is shut out at once, and access comes back when it has been closed") {
  Lost t;
  REQUIRE(t.people.add_device(t.provider).ok());
  const DeviceId lost = t.provider.devices[0].id;
  CHECK(t.suspend(t.relative, n_provider).code() == Errc::not_allowed);
  CHECK(t.suspend(t.coordinator, 1).code() == Errc::bad_record);  // a plan is never without its coordinator
  CHECK(t.suspend(t.coordinator, 5).code() == Errc::bad_record);  // a unit
  const auto epoch = t.plan.gov.section(3)->last_epoch;
  REQUIRE(t.suspend(t.coordinator, n_provider).ok());
  CHECK(t.plan.gov.rights_at(lost, 3, t.plan.gov.seq(), t.people.book) == 0);
  CHECK(t.plan.gov.section(3)->last_epoch == epoch + 1);
  CHECK(t.plan.gov.section(4)->last_epoch == 1);
  CHECK(t.suspend(t.coordinator, n_provider).code() == Errc::bad_record);
  // Consent cannot open what rests, and no role does.
  CHECK(t.plan.push(GovKind::consent_grant, t.plan.grant_body(n_provider, {{3, rwp}}), t.owner.device())
            .code() == Errc::bad_record);
  CHECK(t.resume(t.coordinator, n_provider).code() == Errc::bad_record);  // the lost device knows this key
  REQUIRE(t.people.revoke_device(t.provider, 0, 1).ok());
  CHECK(t.resume(t.provider, n_provider).code() == Errc::not_allowed);
  const Draft again = t.plan.draft(GovKind::resume, t.plan.resume_body(n_provider), t.provider.devices[1]);
  CHECK(t.plan.apply(again).code() == Errc::not_allowed);
  REQUIRE(t.resume(t.owner, n_provider).ok());
  CHECK(t.p(n_provider).mask(1) == rwp);
  CHECK(t.p(n_provider).mask(3) == rwp);
  CHECK(t.plan.gov.rights_at(lost, 3, t.plan.gov.seq(), t.people.book) == 0);
  CHECK(t.plan.gov.rights_at(t.provider.devices[1].id, 3, t.plan.gov.seq(), t.people.book) == rwp);
  CHECK(t.resume(t.coordinator, n_provider).code() == Errc::bad_record);
}

TEST_CASE("[R113] access that rests can be withdrawn, and then does not come back") {
  Lost t;
  REQUIRE(t.people.add_device(t.provider).ok());
  REQUIRE(t.suspend(t.owner, n_provider).ok());
  GovBody b = PlanLog::subject_body(n_provider);
  b.masks = {{3, 0}};
  REQUIRE(t.plan.push(GovKind::consent_withdraw, b, t.owner.device()).ok());
  CHECK(t.plan.push(GovKind::consent_withdraw, b, t.owner.device()).code() == Errc::bad_record);
  REQUIRE(t.people.revoke_device(t.provider, 0, 1).ok());
  REQUIRE(t.resume(t.coordinator, n_provider).ok());
  CHECK(t.p(n_provider).mask(1) == rwp);
  CHECK(t.p(n_provider).mask(3) == 0);
}

TEST_CASE("[R113] a thief's device says nothing while access rests, and what rests goes on with the person") {
  Lost t;
  REQUIRE(t.suspend(t.coordinator, n_owner).ok());
  REQUIRE(t.ask(t.provider).ok());
  CHECK(t.cancel(t.owner).code() == Errc::not_allowed);
  const auto epoch = t.plan.gov.section(1)->last_epoch;
  REQUIRE(t.complete(t.coordinator).ok());
  for (const SectionId s : Team::sections()) CHECK(t.p(n_heir).mask(s) == rwp);
  CHECK(t.plan.gov.section(1)->last_epoch == epoch);  // rotated when access began to rest
  CHECK_FALSE(t.p(n_owner).suspension);
  CHECK(t.resume(t.coordinator, n_owner).code() == Errc::bad_record);
}

TEST_CASE("[R113] where reading began from now it begins there for the new key too") {
  Lost t;
  REQUIRE(t.plan
              .push(GovKind::consent_grant, t.plan.grant_body(n_relative, {{4, rp}}, History::from_now),
                    t.owner.device())
              .ok());
  const std::uint32_t first = t.plan.gov.section(4)->last_epoch;
  REQUIRE(t.plan.push(GovKind::epoch, t.plan.epoch_body({4}), t.coordinator.device()).ok());
  CHECK(t.plan.gov.first_epoch_of(t.p(n_relative), 4) == first);
  CHECK(t.plan.gov.first_epoch_of(t.p(n_relative), 1) == 1);
  REQUIRE(t.ask(t.provider, n_relative).ok());
  REQUIRE(t.complete(t.coordinator, n_relative).ok());
  CHECK(t.p(n_heir).base.count(4) == 1);
  CHECK(t.p(n_heir).base.count(1) == 0);
  REQUIRE(t.p(n_heir).grant);
  CHECK(t.p(n_heir).grant->gov_seq == t.p(n_relative).grant->gov_seq);
}

TEST_CASE("[R113] whoever knows more of the identity logs judges the same") {
  Lost t;
  REQUIRE(t.people.add_device(t.provider).ok());
  REQUIRE(t.suspend(t.coordinator, n_provider).ok());
  REQUIRE(t.people.revoke_device(t.provider, 0, 1).ok());
  REQUIRE(t.resume(t.coordinator, n_provider).ok());
  REQUIRE(t.ask(t.coordinator).ok());
  REQUIRE(t.people.add_device(t.anew).ok());
  REQUIRE(t.complete(t.nurse, n_owner, false).ok());
  REQUIRE(t.people.revoke_device(t.anew, 1).ok());
  GovState anew;
  for (const Draft& d : t.plan.log) REQUIRE(PlanLog::try_apply(anew, d, t.people.book).ok());
  CHECK(anew.head() == t.plan.gov.head());
  CHECK(anew.participant(n_heir)->mask(1) == t.p(n_heir).mask(1));
}
