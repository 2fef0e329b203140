// Which envelopes count: every verdict, and what a hostile order, a back-dated head or a stranger cannot do.
#include "sync/log/validity.h"

#include <catch2/catch.hpp>
#include <set>

#include "tests/support/log_builder.h"

using namespace samplan;
using namespace samplan::log_test;

namespace {

struct Bench : Team {
  Bench() { REQUIRE(agree().ok()); }
  Verdict judge(const Bytes& bytes, std::uint64_t seq = 1, bool check_signature = true) const {
    const auto e = read_envelope(bytes);
    REQUIRE(e.ok());
    return judge_alone(*e, seq, plan.gov, people.book, check_signature);
  }
  Bytes change(const TestPerson& by, SectionId section, std::uint64_t gov_seq = 0,
               bool proposal = false) const {
    return plan.envelope(by.device(), section, 1, {}, gov_seq, EnvelopeKind::change, proposal);
  }
};

EnvelopeHeader link(const DeviceId& author, std::uint32_t epoch, std::uint64_t seq, const Hash& prev) {
  EnvelopeHeader h;
  h.author = author;
  h.epoch = epoch;
  h.author_seq = seq;
  h.author_prev = prev;
  return h;
}

Hash numbered(std::uint8_t n) {
  Hash h;
  h.bytes.fill(n);
  return h;
}

}  // namespace

TEST_CASE("What somebody may write follows from the rights at the record that the envelope names") {
  Bench b;
  CHECK(b.judge(b.change(b.provider, 1)) == Verdict::valid);
  CHECK(b.judge(b.change(b.provider, 4)) == Verdict::not_permitted);
  CHECK(b.judge(b.change(b.relative, 1)) == Verdict::not_permitted);  // may propose only
  CHECK(b.judge(b.change(b.relative, 1, 0, true)) == Verdict::valid);
  CHECK(b.judge(b.change(b.provider, 1, 0, true)) == Verdict::valid);
  CHECK(b.judge(b.change(b.nurse, 3)) == Verdict::valid);  // for the unit
  CHECK(b.judge(b.change(b.registrar, 1)) == Verdict::not_permitted);
  CHECK(b.judge(b.change(b.owner, 12)) == Verdict::valid);
  // Before the grant the provider was in the plan, but had no right.
  CHECK(b.judge(b.change(b.provider, 1, 7)) == Verdict::not_permitted);
  const auto snapshot = [&](const TestPerson& by, bool proposal) {
    return b.plan.envelope(by.device(), 1, 1, {}, 0, EnvelopeKind::snapshot, proposal);
  };
  CHECK(b.judge(snapshot(b.provider, false)) == Verdict::valid);
  CHECK(b.judge(snapshot(b.provider, true)) == Verdict::not_permitted);
  CHECK(b.judge(snapshot(b.relative, false)) == Verdict::not_permitted);
}

TEST_CASE("Nothing counts that was written without the owner's consent [R24]", "[R24]") {
  Bench b;
  CHECK(b.judge(b.change(b.coordinator, 1, 6)) == Verdict::no_consent);
  CHECK(b.judge(b.change(b.owner, 1, 6)) == Verdict::no_consent);
  CHECK(b.judge(b.change(b.coordinator, 1, 7)) == Verdict::valid);
  REQUIRE(b.plan.push(GovKind::consent_withdraw, b.plan.withdraw_plan_body(), b.owner.device()).ok());
  CHECK(b.judge(b.change(b.coordinator, 1)) == Verdict::no_consent);
  REQUIRE(b.plan.push(GovKind::consent_plan, PlanLog::consent_body(), b.owner.device()).ok());
  CHECK(b.judge(b.change(b.coordinator, 1)) == Verdict::wrong_epoch);  // no key yet
  REQUIRE(b.plan.push(GovKind::epoch, b.plan.epoch_body({1}), b.owner.device()).ok());
  CHECK(b.judge(b.change(b.coordinator, 1)) == Verdict::valid);
}

TEST_CASE("The access log takes an entry from everyone who has any access, and from nobody else") {
  Bench b;
  const auto event = [&](const TestPerson& by, SectionId section, bool proposal = false) {
    return b.plan.envelope(by.device(), section, 1, {}, 0, EnvelopeKind::access_event, proposal);
  };
  CHECK(b.judge(event(b.relative, section_access_log)) == Verdict::valid);
  CHECK(b.judge(event(b.nurse, section_access_log)) == Verdict::valid);
  CHECK(b.judge(event(b.relative, section_access_log, true)) == Verdict::not_permitted);
  CHECK(b.judge(event(b.owner, 1)) == Verdict::not_permitted);
  REQUIRE(b.plan.push(GovKind::consent_withdraw, b.plan.withdraw_body(4, {1}), b.owner.device()).ok());
  CHECK(b.judge(event(b.relative, section_access_log)) == Verdict::not_permitted);
}

TEST_CASE("Strangers, wrong signatures, other plans and unknown numbers do not count") {
  Bench b;
  const TestPerson stranger = b.people.person();
  CHECK(b.judge(b.change(stranger, 1)) == Verdict::not_participant);
  People elsewhere(77);
  CHECK(b.judge(b.change(elsewhere.person(), 1)) == Verdict::undecided);

  Bytes spoilt = b.change(b.provider, 1);
  spoilt.back() ^= 1;
  CHECK(b.judge(spoilt) == Verdict::bad_signature);
  CHECK(b.judge(spoilt, 1, false) == Verdict::valid);

  Team other(9);
  REQUIRE(other.agree().ok());
  CHECK(b.judge(other.plan.envelope(b.provider.device(), 1, 1, {})) == Verdict::wrong_log);

  const auto header = [&](std::uint64_t gov_seq, const Hash& head, std::uint32_t epoch, SectionId section) {
    EnvelopeHeader h;
    h.plan = b.plan.gov.plan();
    h.section = section;
    h.epoch = epoch;
    h.author = b.owner.device().id;
    h.author_seq = 1;
    h.gov_seq = gov_seq;
    h.gov_head = head;
    return finish_envelope(write_header144(h), Bytes(24, 0), Bytes(16, 0), b.owner.device().sign);
  };
  const std::uint64_t seq = b.plan.gov.seq();
  const Hash head = b.plan.gov.head();
  CHECK(b.judge(header(seq, head, 1, 1)) == Verdict::valid);
  CHECK(b.judge(header(seq, numbered(1), 1, 1)) == Verdict::wrong_log);
  CHECK(b.judge(header(0, Hash{}, 1, 1)) == Verdict::wrong_log);
  CHECK(b.judge(header(seq + 1, head, 1, 1)) == Verdict::undecided);
  CHECK(b.judge(header(seq, head, 2, 1)) == Verdict::wrong_epoch);
  CHECK(b.judge(header(seq, head, 0, 1)) == Verdict::wrong_epoch);
  CHECK(b.judge(header(seq, head, 1, 9)) == Verdict::not_permitted);
}

TEST_CASE("What lies beyond the cut of the first record that follows is void, whoever wrote it") {
  Bench b;
  const std::uint64_t before = b.plan.gov.seq();
  b.plan.heads[1] = {10, numbered(3)};
  REQUIRE(b.plan.push(GovKind::consent_withdraw, b.plan.withdraw_body(3, {1, 3}), b.owner.device()).ok());
  for (const TestPerson* p : {&b.provider, &b.owner, &b.coordinator}) {
    CHECK(b.judge(b.change(*p, 1, before), 10) == Verdict::valid);
    CHECK(b.judge(b.change(*p, 1, before), 11) == Verdict::outside_cut);
    CHECK(b.judge(b.change(*p, 1, before), 0) == Verdict::outside_cut);  // not placed: a cut has come
  }
  CHECK(b.judge(b.change(b.owner, 1), 11) == Verdict::valid);
  CHECK(b.judge(b.change(b.provider, 1), 11) == Verdict::not_permitted);
  CHECK(b.judge(b.change(b.owner, 4, before), 99) == Verdict::valid);  // another section is not cut
  // The first cut decides, not the latest.
  b.plan.heads[1].first = 20;
  REQUIRE(b.plan.push(GovKind::epoch, b.plan.epoch_body({1}), b.owner.device()).ok());
  CHECK(b.judge(b.change(b.owner, 1, before), 15) == Verdict::outside_cut);
  CHECK(b.judge(b.change(b.owner, 1, before + 1), 15) == Verdict::valid);
  CHECK(b.judge(b.change(b.owner, 1, before + 1), 21) == Verdict::outside_cut);
}

TEST_CASE("An envelope cannot lie inside a cut that it already knows") {
  Bench b;
  b.plan.heads[1] = {10, numbered(3)};
  REQUIRE(b.plan.push(GovKind::epoch, b.plan.epoch_body({1}), b.owner.device()).ok());
  CHECK(b.judge(b.change(b.owner, 1), 10) == Verdict::wrong_log);
  CHECK(b.judge(b.change(b.owner, 1), 11) == Verdict::valid);
  CHECK(b.judge(b.change(b.owner, 1), 0) == Verdict::valid);
  // So one that names a record which never comes holds nobody up once the section has been cut behind it.
  EnvelopeHeader h;
  h.plan = b.plan.gov.plan();
  h.section = 1;
  h.author = b.owner.device().id;
  h.gov_seq = 1'000'000;
  const Bytes junk = finish_envelope(write_header144(h), Bytes(24, 0), Bytes(16, 0), b.owner.device().sign);
  CHECK(b.judge(junk, 11) == Verdict::undecided);
  b.plan.heads[1] = {11, numbered(4)};
  REQUIRE(b.plan.push(GovKind::epoch, b.plan.epoch_body({1}), b.owner.device()).ok());
  CHECK(b.judge(junk, 11) == Verdict::wrong_log);
}

TEST_CASE("A chain that differs from what the signer of a cut saw is recognised") {
  Bench b;
  CHECK(agrees_with_cuts(b.plan.gov, 1, 10, numbered(9)));
  b.plan.heads[1] = {10, numbered(3)};
  REQUIRE(b.plan.push(GovKind::epoch, b.plan.epoch_body({1}), b.owner.device()).ok());
  CHECK(agrees_with_cuts(b.plan.gov, 1, 10, numbered(3)));
  CHECK_FALSE(agrees_with_cuts(b.plan.gov, 1, 10, numbered(9)));
  CHECK(agrees_with_cuts(b.plan.gov, 1, 9, numbered(9)));
  CHECK(agrees_with_cuts(b.plan.gov, 3, 10, numbered(9)));
}

TEST_CASE("An unknown author beyond a cut is decided without knowing the author") {
  Bench b;
  People elsewhere(77);
  const TestPerson unknown = elsewhere.person();
  const std::uint64_t before = b.plan.gov.seq();
  b.plan.heads[1] = {10, numbered(3)};
  REQUIRE(b.plan.push(GovKind::epoch, b.plan.epoch_body({1}), b.owner.device()).ok());
  CHECK(b.judge(b.change(unknown, 1, before), 10) == Verdict::undecided);
  CHECK(b.judge(b.change(unknown, 1, before), 11) == Verdict::outside_cut);
}

TEST_CASE("An author's envelopes of one epoch form one chain; the first of two with one predecessor counts") {
  AuthorChains chains;
  DeviceId a, b;
  a.bytes.fill(1);
  b.bytes.fill(2);
  CHECK(chains.check(link(a, 1, 1, {})) == Verdict::valid);
  CHECK(chains.check(link(a, 1, 2, {})) == Verdict::author_gap);
  CHECK(chains.check(link(a, 1, 1, numbered(9))) == Verdict::author_gap);
  chains.accept(link(a, 1, 1, {}), numbered(1));
  CHECK(chains.tip(a, 1).seq == 1);
  CHECK(chains.tip(a, 2).seq == 0);
  CHECK(chains.check(link(a, 1, 1, {})) == Verdict::author_fork);
  CHECK(chains.check(link(a, 1, 2, numbered(1))) == Verdict::valid);
  CHECK(chains.check(link(a, 1, 2, numbered(9))) == Verdict::author_gap);
  CHECK(chains.check(link(a, 1, 3, numbered(1))) == Verdict::author_gap);
  CHECK(chains.check(link(b, 1, 1, {})) == Verdict::valid);
  // A new epoch starts anew and closes the old one.
  CHECK(chains.check(link(a, 2, 2, numbered(1))) == Verdict::author_gap);
  CHECK(chains.check(link(a, 2, 1, {})) == Verdict::valid);
  chains.accept(link(a, 2, 1, {}), numbered(2));
  CHECK(chains.check(link(a, 1, 2, numbered(1))) == Verdict::author_gap);
  CHECK(chains.tip(a, 2).id == numbered(2));
}

TEST_CASE("Author chains survive storage, and spoilt storage is refused") {
  AuthorChains chains;
  DeviceId a, b;
  a.bytes.fill(1);
  b.bytes.fill(2);
  chains.accept(link(a, 3, 700, {}), numbered(1));
  chains.accept(link(b, 4, 1, {}), numbered(2));
  const Bytes stored = chains.encode();
  const auto back = AuthorChains::decode(stored);
  REQUIRE(back.ok());
  CHECK(back->tip(a, 3).seq == 700);
  CHECK(back->tip(b, 4).id == numbered(2));
  CHECK(back->encode() == stored);
  for (std::size_t n = 0; n < stored.size(); ++n)
    CHECK_FALSE(AuthorChains::decode(ByteView(stored).sub(0, n)).ok());
  Bytes longer = stored;
  longer.push_back(0);
  CHECK_FALSE(AuthorChains::decode(longer).ok());
  Bytes many;
  append_varint(many, ~std::uint64_t{0});
  CHECK(AuthorChains::decode(many).code() == Errc::too_large);
}

TEST_CASE("Every verdict has a name of its own") {
  std::set<std::string> names;
  for (int v = 0; v <= static_cast<int>(Verdict::outside_cut); ++v)
    names.insert(verdict_name(static_cast<Verdict>(v)));
  CHECK(names.size() == 11);
  CHECK(names.count("outside_cut") == 1);
}
