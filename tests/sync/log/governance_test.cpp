// The rules of the governance log: who may sign what, and what each record changes; up to the two consents.
#include <catch2/catch.hpp>

#include "base/limits.h"
#include "tests/support/log_builder.h"

using namespace samplan;
using namespace samplan::log_test;

namespace {

constexpr auto add = GovKind::participant_add;
constexpr auto grant = GovKind::consent_grant;
constexpr auto withdraw = GovKind::consent_withdraw;

std::vector<SectionId> touched(const GovState& gov, std::uint64_t at) {
  std::vector<SectionId> out;
  for (const SectionGov& s : gov.sections())
    for (const Cut& c : s.cuts)
      if (c.gov_seq == at) out.push_back(s.id);
  return out;
}

}  // namespace

TEST_CASE("A plan is the hash of its first record, and its signer is the coordinator [R47]", "[R47]") {
  Team t;
  REQUIRE(t.start().ok());
  const GovState& gov = t.plan.gov;
  CHECK(gov.plan().view() == gov.head().view());
  CHECK(gov.coordinator() == 1);
  CHECK(*gov.participant(1)->role.latest() == Role::coordinator);
  CHECK(gov.participant(1)->principal == t.coordinator.id);
  CHECK(gov.consent() == PlanConsent::none);
  CHECK(gov.section(3)->epoch.latest()->epoch == 1);
  CHECK(gov.section(3)->cuts.empty());
  CHECK(gov.rights_now(t.coordinator.device().id, 3, t.people.book) == rwp);
}

TEST_CASE("A first record is refused when pin, signer, sections or keys are wrong") {
  Team t;
  const TestDevice& c = t.coordinator.device();
  const auto good = [&] { return t.plan.genesis_body(t.coordinator, {1, 3}); };
  GovBody b = good();
  b.pin->seq = 2;
  CHECK(t.plan.push(GovKind::genesis, b, c).code() == Errc::unknown_principal);
  b = good();
  b.pin->hash.bytes[0] ^= 1;
  CHECK(t.plan.push(GovKind::genesis, b, c).code() == Errc::forged);
  b = good();
  b.pin = t.people.pin(t.provider.id);
  CHECK(t.plan.push(GovKind::genesis, b, c).code() == Errc::not_allowed);
  b = good();
  b.pin = t.people.pin(t.unit.id);
  CHECK(t.plan.push(GovKind::genesis, b, t.registrar.device()).code() == Errc::not_allowed);
  b = good();
  b.rotations.pop_back();
  CHECK(t.plan.push(GovKind::genesis, b, c).code() == Errc::bad_record);
  b = good();
  b.masks.clear();
  b.rotations.clear();
  CHECK(t.plan.push(GovKind::genesis, b, c).code() == Errc::bad_record);
  b = good();
  b.rotations[0].epoch = 2;
  CHECK(t.plan.push(GovKind::genesis, b, c).code() == Errc::bad_record);
  b = good();
  b.rotations[0].cut_seq = 1;
  CHECK(t.plan.push(GovKind::genesis, b, c).code() == Errc::bad_record);
  b = good();
  b.masks[1].mask = right_write;
  CHECK(t.plan.push(GovKind::genesis, b, c).code() == Errc::bad_record);
  b = good();
  Draft d = t.plan.draft(GovKind::genesis, b, c);
  d.wraps.pop_back();
  CHECK(t.plan.apply(d).code() == Errc::forged);  // not the wraps that were signed
  CHECK(t.plan.push(GovKind::participant_add, t.plan.add_body(t.owner.id, Role::owner), c).code() ==
        Errc::bad_record);
  CHECK(t.plan.gov.empty());
  // A device that its person has revoked founds nothing.
  REQUIRE(t.people.add_device(t.coordinator).ok());
  REQUIRE(t.people.revoke_device(t.coordinator, 1).ok());
  CHECK(t.plan.push(GovKind::genesis, good(), t.coordinator.devices[1]).code() == Errc::not_allowed);
  CHECK(t.plan.push(GovKind::genesis, good(), t.coordinator.device()).ok());
  CHECK(t.plan.push(GovKind::genesis, good(), t.coordinator.device()).code() == Errc::bad_record);
}

TEST_CASE("Records are numbered and linked, and a record of another plan or a forged one does not fit") {
  Team t, other(2);
  REQUIRE(t.start().ok());
  REQUIRE(other.start().ok());
  const TestDevice& c = t.coordinator.device();
  const GovBody b = t.plan.add_body(t.owner.id, Role::owner);
  const Draft first = t.plan.draft(add, b, c);
  const Draft second = t.plan.draft(add, t.plan.add_body(t.provider.id, Role::provider), c);
  REQUIRE(t.plan.apply(first).ok());
  // Made on top of the same head: the log has moved on.
  CHECK(t.plan.apply(second).code() == Errc::log_conflict);
  CHECK(t.plan.apply(first).code() == Errc::log_conflict);
  RecordHeader h;
  h.kind = static_cast<std::uint8_t>(add);
  h.seq = 3;
  h.log = Hash::from(t.plan.gov.plan().view());
  h.prev = t.plan.gov.head();
  h.signer = c.id;
  const Bytes body = write_gov_body(add, t.plan.add_body(t.provider.id, Role::provider));
  const auto status = [&](const crypto::SignKeyPair& key) {
    return t.plan.apply({write_record(LogKind::governance, h, body, key), {}}).code();
  };
  h.log = Hash::from(other.plan.gov.plan().view());
  CHECK(status(c.sign) == Errc::log_conflict);
  h.log = Hash::from(t.plan.gov.plan().view());
  CHECK(status(t.provider.device().sign) == Errc::forged);
  h.signer.bytes[0] ^= 1;
  CHECK(status(c.sign) == Errc::unknown_principal);
  h.signer.bytes[0] ^= 1;
  CHECK(status(c.sign) == Errc::ok);
}

TEST_CASE(
    "The coordinator adds people without access; nobody's rights come by the coordinator's hand alone [R95]",
    "[R95][R24][R35]") {
  Team t;
  REQUIRE(t.start().ok());
  const TestDevice& c = t.coordinator.device();
  const auto refused = [&](const PrincipalId& who, Role role, std::vector<SectionMask> masks) {
    return t.plan.push(add, t.plan.add_body(who, role, std::move(masks)), c).code();
  };
  for (const Role role : {Role::provider, Role::relative, Role::guardian, Role::adviser, Role::other_service})
    CHECK(refused(t.provider.id, role, {{1, right_read}}) == Errc::bad_record);
  CHECK(refused(t.office.id, Role::coordinating_unit, {{1, right_read}}) == Errc::bad_record);
  CHECK(refused(t.provider.id, Role::coordinating_unit, {{section_case, right_read}}) == Errc::bad_record);
  CHECK(refused(t.unit.id, Role::owner, {{1, rwp}}) == Errc::bad_record);
  CHECK(refused(t.provider.id, Role::coordinator, {}) == Errc::bad_record);
  CHECK(refused(t.owner.id, Role::owner, {{9, rwp}}) == Errc::bad_record);          // no such section
  CHECK(refused(t.owner.id, Role::owner, {{1, right_write}}) == Errc::bad_record);  // cannot be: no key
  CHECK(refused(t.owner.id, Role::owner, {{1, 0}}) == Errc::bad_record);
  GovBody b = t.plan.add_body(t.owner.id, Role::owner);
  b.subject = 3;
  CHECK(t.plan.push(add, b, c).code() == Errc::bad_record);
  b = t.plan.add_body(t.owner.id, Role::owner, {{1, rwp}});
  b.rotations = t.plan.rotations({1});
  CHECK(t.plan.push(add, b, c).code() == Errc::bad_record);

  REQUIRE(refused(t.owner.id, Role::owner, Team::all(rwp)) == Errc::ok);
  CHECK(refused(t.owner.id, Role::relative, {}) == Errc::already_exists);
  CHECK(refused(t.relative.id, Role::owner, {}) == Errc::already_exists);
  REQUIRE(refused(t.office.id, Role::coordinating_unit, {{section_case, rp}}) == Errc::ok);
  CHECK(refused(t.unit.id, Role::coordinating_unit, {}) == Errc::already_exists);
  REQUIRE(refused(t.relative.id, Role::relative, {}) == Errc::ok);
  CHECK_FALSE(t.plan.gov.participant(4)->has_any_access());
  CHECK(t.plan.push(add, t.plan.add_body(t.provider.id, Role::provider), t.owner.device()).code() ==
        Errc::not_allowed);
  CHECK(t.plan.push(add, t.plan.add_body(t.provider.id, Role::provider), t.nurse.device()).code() ==
        Errc::not_allowed);
}

TEST_CASE("Sixty-four participants and no more") {
  Team t;
  REQUIRE(t.start().ok());
  for (std::size_t i = 1; i < limits::participants_max; ++i)
    REQUIRE(
        t.plan.push(add, t.plan.add_body(t.people.person().id, Role::adviser), t.coordinator.device()).ok());
  CHECK(t.plan.push(add, t.plan.add_body(t.provider.id, Role::adviser), t.coordinator.device()).code() ==
        Errc::too_large);
}

TEST_CASE(
    "Consent to the plan is the owner's, a guardian's, or attested by the coordinator with a document [R26]",
    "[R24][R26]") {
  Team t;
  REQUIRE(t.gather().ok());
  const GovBody consent = PlanLog::consent_body();
  CHECK(t.plan.push(GovKind::consent_plan, consent, t.provider.device()).code() == Errc::not_allowed);
  CHECK(t.plan.push(GovKind::consent_plan, consent, t.coordinator.device()).code() == Errc::not_allowed);
  GovBody no_paper = consent;
  no_paper.form = ConsentForm::oral;
  CHECK(t.plan.push(GovKind::consent_plan, no_paper, t.coordinator.device()).code() == Errc::not_allowed);
  GovBody not_a_paper = PlanLog::attested(consent);
  not_a_paper.form = ConsentForm::signed_on_device;
  CHECK(t.plan.push(GovKind::consent_plan, not_a_paper, t.coordinator.device()).code() == Errc::not_allowed);
  CHECK(t.plan.gov.consent() == PlanConsent::none);
  REQUIRE(t.plan.push(GovKind::consent_plan, PlanLog::attested(consent), t.coordinator.device()).ok());
  CHECK(t.plan.gov.consent() == PlanConsent::given);
  CHECK(t.plan.push(GovKind::consent_plan, consent, t.owner.device()).code() ==
        Errc::bad_record);  // given already

  Team u;
  REQUIRE(u.gather().ok());
  const TestPerson guardian = u.people.person();
  REQUIRE(u.plan.push(add, u.plan.add_body(guardian.id, Role::guardian), u.coordinator.device()).ok());
  CHECK(u.plan.push(GovKind::consent_plan, consent, guardian.device()).ok());
}

TEST_CASE("Nobody is let in before the owner has consented to the plan [R24]", "[R24][R26]") {
  Team t;
  REQUIRE(t.gather().ok());
  const GovBody b = t.plan.grant_body(3, {{1, rwp}});
  CHECK(t.plan.push(grant, b, t.owner.device()).code() == Errc::no_consent);
  REQUIRE(t.plan.push(GovKind::consent_plan, PlanLog::consent_body(), t.owner.device()).ok());
  CHECK(t.plan.push(grant, b, t.owner.device()).ok());
}

TEST_CASE("A grant opens what it names, states its text and is the owner's to give [R27]",
          "[R26][R27][R95]") {
  Team t;
  REQUIRE(t.gather().ok());
  REQUIRE(t.plan.push(GovKind::consent_plan, PlanLog::consent_body(), t.owner.device()).ok());
  const TestDevice& o = t.owner.device();
  const auto body = [&](std::uint16_t subject, std::vector<SectionMask> m) {
    return t.plan.grant_body(subject, std::move(m));
  };
  for (const TestPerson* p : {&t.coordinator, &t.provider, &t.relative, &t.nurse})
    CHECK(t.plan.push(grant, body(3, {{1, rwp}}), p->device()).code() == Errc::not_allowed);
  GovBody b = body(3, {{1, rwp}});
  b.text_hash = {};
  CHECK(t.plan.push(grant, b, o).code() == Errc::bad_record);
  CHECK(t.plan.push(grant, body(3, {}), o).code() == Errc::bad_record);
  CHECK(t.plan.push(grant, body(3, {{9, right_read}}), o).code() == Errc::bad_record);
  CHECK(t.plan.push(grant, body(3, {{1, right_write}}), o).code() == Errc::bad_record);
  b = body(3, {{1, rwp}});
  b.masks[0].mask = 0;
  CHECK(t.plan.push(grant, b, o).code() == Errc::bad_record);
  b.subject = 9;
  CHECK(t.plan.push(grant, b, o).code() == Errc::bad_record);
  CHECK(t.plan.push(grant, body(1, {{1, rwp}}), o).code() == Errc::bad_record);  // the coordinator needs none
  CHECK(t.plan.push(grant, body(2, {{1, rwp}}), o).code() == Errc::bad_record);  // nor the owner
  b = body(3, {{1, rwp}});
  b.rotations = t.plan.rotations({1});
  CHECK(t.plan.push(grant, b, o).code() == Errc::bad_record);  // the whole history needs no new key

  b = body(3, {{1, rwp}, {3, right_read}});
  b.not_after = 1'800'000'000'000;
  REQUIRE(t.plan.push(grant, b, o).ok());
  const Participant& p = *t.plan.gov.participant(3);
  CHECK(p.mask(1) == rwp);
  CHECK(p.mask(3) == right_read);
  CHECK(p.mask(4) == 0);
  CHECK(p.mask_at(1, t.plan.gov.seq() - 1) == 0);
  CHECK(p.grant->gov_seq == t.plan.gov.seq());
  CHECK(p.grant->not_after == 1'800'000'000'000);
  CHECK(p.base.empty());
  CHECK(t.plan.push(grant, body(3, {{1, right_read}}), o).code() ==
        Errc::bad_record);  // a grant never takes away
  REQUIRE(t.plan.push(grant, PlanLog::attested(body(4, {{1, rp}})), t.coordinator.device()).ok());
  CHECK(t.plan.gov.participant(4)->grant->form == ConsentForm::written);
}

TEST_CASE("A grant from now on begins at a cut, under a key of its own [R26]", "[R26]") {
  Team t;
  REQUIRE(t.agree().ok());
  const TestDevice& o = t.owner.device();
  t.plan.heads[4] = {17, {}};
  t.plan.heads[4].second.bytes.fill(0x44);
  GovBody b = t.plan.grant_body(4, {{1, rp}, {4, rp}}, History::from_now);
  REQUIRE(b.rotations.size() == 1);  // section 1 was read before: nothing begins there
  GovBody wrong = b;
  wrong.rotations.clear();
  CHECK(t.plan.push(grant, wrong, o).code() == Errc::bad_record);
  wrong = b;
  wrong.rotations = {t.plan.rotation(1), b.rotations[0]};
  CHECK(t.plan.push(grant, wrong, o).code() == Errc::bad_record);
  wrong = b;
  wrong.rotations[0].epoch = 0;
  wrong.rotations[0].commitment = {};
  CHECK(t.plan.push(grant, wrong, o).code() == Errc::bad_record);
  REQUIRE(t.plan.push(grant, b, o).ok());
  const Participant& p = *t.plan.gov.participant(4);
  CHECK(p.base.count(1) == 0);
  REQUIRE(p.base.count(4) == 1);
  CHECK(p.base.at(4).first == 17);
  CHECK(t.plan.gov.section(4)->epoch.latest()->epoch == 2);
  CHECK(t.plan.gov.section(4)->cuts.back().section_seq == 17);

  // Withdrawn and let in again with the whole history: nothing is left of the old beginning.
  REQUIRE(t.plan.push(withdraw, t.plan.withdraw_body(4, {1, 4}), o).ok());
  REQUIRE(t.plan.push(grant, t.plan.grant_body(4, {{4, rp}}), o).ok());
  CHECK(t.plan.gov.participant(4)->base.count(4) == 0);
  // And from now on again, further along.
  REQUIRE(t.plan.push(withdraw, t.plan.withdraw_body(4, {4}), o).ok());
  t.plan.heads[4].first = 21;
  REQUIRE(t.plan.push(grant, t.plan.grant_body(4, {{4, rp}}, History::from_now), o).ok());
  CHECK(t.plan.gov.participant(4)->base.at(4).first == 21);
}

TEST_CASE("Withdrawal takes access away together with new keys for exactly the sections lost [R30]",
          "[R26][R30]") {
  Team t;
  REQUIRE(t.agree().ok());
  const TestDevice& o = t.owner.device();
  const auto body = [&](std::uint16_t subject, const std::vector<SectionId>& s) {
    return t.plan.withdraw_body(subject, s);
  };
  CHECK(t.plan.push(withdraw, body(3, {1}), t.relative.device()).code() == Errc::not_allowed);
  CHECK(t.plan.push(withdraw, body(3, {1}), t.nurse.device()).code() == Errc::not_allowed);
  CHECK(t.plan.push(withdraw, body(1, {1}), o).code() == Errc::bad_record);  // hand over first (R47)
  CHECK(t.plan.push(withdraw, body(2, {1}), t.coordinator.device()).code() == Errc::bad_record);
  CHECK(t.plan.push(withdraw, body(3, {}), o).code() == Errc::bad_record);
  CHECK(t.plan.push(withdraw, body(3, {4}), o).code() == Errc::bad_record);  // had nothing there
  CHECK(t.plan.push(withdraw, body(9, {1}), o).code() == Errc::bad_record);
  GovBody b = body(3, {1, 3});
  b.masks[0].mask = right_read;
  CHECK(t.plan.push(withdraw, b, o).code() == Errc::bad_record);  // a withdrawal is whole
  b = body(3, {1, 3});
  b.rotations.pop_back();
  CHECK(t.plan.push(withdraw, b, o).code() == Errc::bad_record);
  b = body(3, {1});
  b.rotations = t.plan.rotations({1, 3});
  CHECK(t.plan.push(withdraw, b, o).code() == Errc::bad_record);
  b = body(3, {1});
  b.rotations[0].epoch = 3;
  CHECK(t.plan.push(withdraw, b, o).code() == Errc::bad_record);

  REQUIRE(t.plan.push(withdraw, body(3, {1}), o).ok());
  const GovState& gov = t.plan.gov;
  CHECK(gov.participant(3)->mask(1) == 0);
  CHECK(gov.participant(3)->mask(3) == rwp);
  CHECK(gov.section(1)->epoch.latest()->epoch == 2);
  CHECK(touched(gov, gov.seq()) == std::vector<SectionId>{1});
  CHECK_FALSE(gov.participant(3)->has_left());
  REQUIRE(t.plan.push(withdraw, body(3, {3}), t.coordinator.device()).ok());
  CHECK(gov.participant(3)->has_left());
  CHECK(gov.rights_at(t.provider.device().id, 3, gov.seq() - 1, t.people.book) == rwp);
  CHECK(gov.rights_now(t.provider.device().id, 3, t.people.book) == 0);
}

TEST_CASE("A participant may leave, but does not make the key that shuts it out [R30]", "[R30][R35]") {
  Team t;
  REQUIRE(t.agree().ok());
  const TestDevice& r = t.relative.device();
  CHECK(t.plan.push(withdraw, t.plan.withdraw_body(4, {1}, true), r).code() == Errc::not_allowed);
  REQUIRE(t.plan.push(withdraw, t.plan.withdraw_body(4, {1}, false), r).ok());
  CHECK(t.plan.gov.section(1)->epoch.latest()->epoch == 0);
  CHECK(t.plan.gov.section(1)->last_epoch == 1);
  // Whoever writes there next makes the new key; whoever only left does not.
  CHECK(t.plan.push(GovKind::epoch, t.plan.epoch_body({1}), r).code() == Errc::not_allowed);
  REQUIRE(t.plan.push(GovKind::epoch, t.plan.epoch_body({1}), t.provider.device()).ok());
  CHECK(t.plan.gov.section(1)->epoch.latest()->epoch == 2);
  // Any member may take the whole unit out of the plan.
  REQUIRE(t.plan.push(withdraw, t.plan.withdraw_body(5, {3}, false), t.nurse.device()).ok());
}

TEST_CASE("Somebody who does not read a section cannot make its key") {
  Team t;
  REQUIRE(t.agree().ok());
  const TestPerson guardian = t.people.person();
  REQUIRE(t.plan.push(add, t.plan.add_body(guardian.id, Role::guardian), t.coordinator.device()).ok());
  // The guardian may decide, but holds no key: the next writer makes it.
  CHECK(t.plan.push(withdraw, t.plan.withdraw_body(3, {1}, true), guardian.device()).code() ==
        Errc::not_allowed);
  CHECK(t.plan.push(grant, t.plan.grant_body(4, {{4, rp}}, History::from_now), guardian.device()).code() ==
        Errc::not_allowed);
  CHECK(t.plan.push(withdraw, t.plan.withdraw_body(3, {1}, false), guardian.device()).ok());
}

TEST_CASE("Consent to the whole plan withdrawn closes every section until it is given again [R26]",
          "[R26][R30]") {
  Team t;
  REQUIRE(t.agree().ok());
  const TestDevice& o = t.owner.device();
  GovBody b = t.plan.withdraw_plan_body();
  CHECK(t.plan.push(withdraw, b, t.provider.device()).code() == Errc::not_allowed);
  CHECK(t.plan.push(withdraw, b, t.nurse.device()).code() == Errc::not_allowed);
  GovBody wrong = b;
  wrong.rotations.pop_back();
  CHECK(t.plan.push(withdraw, wrong, o).code() == Errc::bad_record);
  wrong = b;
  wrong.rotations[0] = t.plan.rotation(1, true);
  CHECK(t.plan.push(withdraw, wrong, o).code() == Errc::bad_record);
  wrong = b;
  wrong.masks = {{1, 0}};
  CHECK(t.plan.push(withdraw, wrong, o).code() == Errc::bad_record);
  REQUIRE(t.plan.push(withdraw, b, o).ok());
  const GovState& gov = t.plan.gov;
  CHECK(gov.consent() == PlanConsent::withdrawn);
  CHECK(gov.consent_at(gov.seq() - 1) == PlanConsent::given);
  for (const SectionGov& s : gov.sections()) CHECK(s.epoch.latest()->epoch == 0);
  CHECK(t.plan.push(withdraw, t.plan.withdraw_plan_body(), o).code() == Errc::bad_record);
  CHECK(t.plan.push(grant, t.plan.grant_body(4, {{3, rp}}), o).code() == Errc::no_consent);
  REQUIRE(t.plan.push(GovKind::consent_plan, PlanLog::consent_body(), o).ok());
  // The two consents are separate: what had been opened is open again, under new keys made by whoever writes
  // first.
  CHECK(gov.participant(3)->mask(1) == rwp);
  CHECK(t.plan.push(GovKind::epoch, t.plan.epoch_body({4}), t.provider.device()).code() == Errc::not_allowed);
  REQUIRE(t.plan.push(GovKind::epoch, t.plan.epoch_body({1, 3}), t.provider.device()).ok());
  REQUIRE(t.plan.push(GovKind::epoch, t.plan.epoch_body({4, 11, 12}), o).ok());
}

TEST_CASE(
    "A grant of the whole history into a section without a key works, and the next writer includes the new "
    "one") {
  Team t;
  REQUIRE(t.agree().ok());
  REQUIRE(t.plan.push(withdraw, t.plan.withdraw_body(4, {1}, false), t.relative.device()).ok());
  REQUIRE(t.plan.push(grant, t.plan.grant_body(4, {{1, rp}}), t.owner.device()).ok());
  CHECK(t.plan.log.back().wraps.size() == 1);  // the older keys
  const auto targets = t.plan.gov.wrap_targets({}, {t.plan.rotation(1)});
  CHECK(std::find(targets.begin(), targets.end(), std::pair<SectionId, std::uint16_t>{1, 4}) !=
        targets.end());
  REQUIRE(t.plan.push(GovKind::epoch, t.plan.epoch_body({1}), t.relative.device())
              .ok());  // proposes there, so writes
}

TEST_CASE("A grant from now on into a section without a key makes the key itself") {
  Team t;
  REQUIRE(t.agree().ok());
  REQUIRE(t.plan.push(withdraw, t.plan.withdraw_body(4, {1}, false), t.relative.device()).ok());
  REQUIRE(t.plan.push(grant, t.plan.grant_body(4, {{1, rp}}, History::from_now), t.owner.device()).ok());
  CHECK(t.plan.gov.section(1)->epoch.latest()->epoch == 2);
}
