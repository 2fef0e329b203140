// Every envelope and record with each byte changed, cut at each length, and with its fields and types
// exchanged against those of others: everything must be refused by the functions that a client uses to
// believe and to open.
#include "sync/log/validity.h"
#include "tests/support/relay_world.h"

using namespace samplan;
using namespace samplan::world;

namespace {

constexpr SectionId section = 1;

// A plan with three people, a key of two epochs and an envelope of each kind.
struct Sealed {
  Sealed() {
    SP_CHECK(crypto::init());
    plan.knows(coordinator);
    plan.genesis(coordinator, {1, 2, 12}, entropy);
    plan.participant_add(coordinator, owner, Role::owner, {{1, 7}, {2, 7}, {12, 1}});
    plan.participant_add(coordinator, relative, Role::relative);
    plan.consent_plan(owner);
    plan.grant(owner, relative, {{1, right_read | right_write}, {2, right_read | right_write}}, entropy);
    key = make_key();
    for (const EnvelopeKind kind : {EnvelopeKind::change, EnvelopeKind::snapshot})
      for (const TestPrincipal* who : {&owner, &relative})
        envelopes.push_back(seal(*who, section, kind, envelopes.size() / 2 + 1));
    envelopes.push_back(seal(owner, 2, EnvelopeKind::change, 1));
  }

  crypto::SectionKey make_key() {
    crypto::SectionKey out{plan.id, section, 1, crypto::Secret32::random(entropy)};
    return out;
  }
  Bytes seal(const TestPrincipal& who, SectionId in, EnvelopeKind kind, std::uint64_t author_seq) {
    EnvelopeHeader h;
    h.kind = kind;
    h.plan = plan.id;
    h.section = in;
    h.epoch = 1;
    h.author = who.device().id;
    h.author_seq = author_seq;
    if (author_seq > 1) h.author_prev = crypto::hash("test/prev", {who.id.view()});
    h.gov_seq = plan.state.seq();
    h.gov_head = plan.state.head();
    const Bytes header = write_header144(h);
    const std::string text = "Teksten til " + std::to_string(envelopes.size());
    const auto sealed = crypto::seal(key, header, ByteView::of(text), entropy);
    return finish_envelope(header, sealed->nonce, sealed->ciphertext, who.device().sign);
  }
  // As a client takes an envelope: parse, judge with the log, open.
  bool believed(ByteView bytes) const {
    const auto e = read_envelope(bytes);
    if (!e.ok()) return false;
    if (judge_alone(*e, 1, plan.state, plan.book, true) != Verdict::valid) return false;
    return crypto::open(key, e->header172, e->ciphertext).ok();
  }
  // The ciphertext alone, as if the signature were not looked at.
  bool opens(ByteView bytes) const {
    const auto e = read_envelope(bytes);
    return e.ok() && crypto::open(key, e->header172, e->ciphertext).ok();
  }

  SeededEntropy entropy{77};
  TestPrincipal coordinator = make_person(entropy);
  TestPrincipal owner = make_person(entropy);
  TestPrincipal relative = make_person(entropy);
  TestPlan plan;
  crypto::SectionKey key;
  std::vector<Bytes> envelopes;
};

Bytes cut_to(const Bytes& whole, std::size_t length) {
  return Bytes(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
}

// Fields of the header: offset and size.
constexpr std::pair<std::size_t, std::size_t> fields[] = {{4, 1},   {5, 1},    {6, 2},    {8, 32}, {40, 2},
                                                          {42, 2},  {44, 4},   {48, 16},  {64, 8}, {72, 32},
                                                          {104, 8}, {112, 32}, {144, 24}, {168, 4}};

}  // namespace

TEST_CASE("an envelope with any bit of any byte changed is not believed, and does not open",
          "[hostile][tamper]") {
  Sealed s;
  std::size_t tried = 0;
  for (const Bytes& envelope : s.envelopes) {
    REQUIRE(s.believed(envelope));
    const std::size_t body = envelope.size() - 64;
    for (std::size_t i = 0; i < envelope.size(); ++i) {
      for (int bit = 0; bit < 8; ++bit) {
        Bytes changed = envelope;
        changed[i] ^= static_cast<std::uint8_t>(1U << bit);
        ++tried;
        if (s.believed(changed)) FAIL("believed with byte " << i << " bit " << bit);
        if (i < body && s.opens(changed)) FAIL("opens with byte " << i << " bit " << bit);
      }
    }
  }
  CHECK(tried > 15'000);
}

TEST_CASE("an envelope cut or lengthened at any place is not believed", "[hostile][tamper]") {
  Sealed s;
  for (const Bytes& envelope : s.envelopes) {
    for (std::size_t length = 0; length < envelope.size(); ++length)
      if (s.believed(cut_to(envelope, length))) FAIL("believed at length " << length);
    for (std::size_t more = 1; more < 70; ++more) {
      Bytes longer = envelope;
      longer.resize(envelope.size() + more);
      if (s.believed(longer)) FAIL("believed with " << more << " more");
    }
  }
  CHECK(s.envelopes.size() == 5);
}

TEST_CASE("no field, ciphertext or signature of one envelope fits another", "[hostile][tamper]") {
  Sealed s;
  std::size_t tried = 0;
  for (std::size_t a = 0; a < s.envelopes.size(); ++a) {
    for (std::size_t b = 0; b < s.envelopes.size(); ++b) {
      if (a == b) continue;
      const Bytes& from = s.envelopes[b];
      for (const auto& [at, size] : fields) {
        Bytes changed = s.envelopes[a];
        std::copy_n(from.begin() + static_cast<std::ptrdiff_t>(at), size,
                    changed.begin() + static_cast<std::ptrdiff_t>(at));
        if (changed == s.envelopes[a]) continue;
        ++tried;
        if (s.believed(changed) || s.opens(changed)) FAIL("field at " << at << " of " << b << " in " << a);
      }
      Bytes text = s.envelopes[a];
      std::copy(from.begin() + 172, from.end() - 64, text.begin() + 172);
      Bytes signature = s.envelopes[a];
      std::copy(from.end() - 64, from.end(), signature.end() - 64);
      CHECK_FALSE(s.believed(text));
      CHECK_FALSE(s.opens(text));
      CHECK_FALSE(s.believed(signature));
    }
  }
  CHECK(tried > 60);
}

TEST_CASE("re-signed by a member, another's ciphertext is theirs no longer: it does not open",
          "[hostile][tamper]") {
  // The relative holds the key and signs a good envelope around the owner's ciphertext.
  Sealed s;
  const auto owners = read_envelope(s.envelopes[0]);
  EnvelopeHeader h = owners->header;
  h.author = s.relative.device().id;
  const Bytes header = write_header144(h);
  const Bytes stolen =
      finish_envelope(header, owners->header172.sub(144, 24), owners->ciphertext, s.relative.device().sign);
  const auto e = read_envelope(stolen);
  REQUIRE(e.ok());
  CHECK(judge_alone(*e, 1, s.plan.state, s.plan.book, true) == Verdict::valid);
  CHECK_FALSE(s.opens(stolen));
}

TEST_CASE("a record of either log with any byte changed or cut at any length enters no log",
          "[hostile][tamper]") {
  Sealed s;
  std::size_t tried = 0;
  // Identity: each record of three people and a device that joins, in a book that has what stood before it.
  add_device(s.owner, s.entropy);
  for (const TestPrincipal* p : {&s.coordinator, &s.owner, &s.relative}) {
    IdentityBook before;
    for (const Bytes& record : p->log) {
      for (std::size_t i = 0; i < record.size(); ++i) {
        Bytes changed = record;
        changed[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
        IdentityBook book = before;
        ++tried;
        if (book.add(changed).ok()) FAIL("identity record with byte " << i);
        if (book.add(cut_to(record, i)).ok()) FAIL("identity record of length " << i);
      }
      REQUIRE(before.add(record).ok());
    }
  }
  // Governance: the whole log of the plan.
  GovState before;
  for (const GovPush& push : s.plan.log) {
    const auto enters = [&](ByteView bytes, const std::vector<KeyWrap>& wraps) {
      const auto record = read_record(LogKind::governance, bytes);
      if (!record.ok()) return false;
      auto body = read_gov_body(static_cast<GovKind>(record->header.kind), record->body);
      if (!body.ok() || !attach_wraps(*body, wraps).ok()) return false;
      GovState next = before;
      return next.apply(*record, *body, s.plan.book, true).ok();
    };
    for (std::size_t i = 0; i < push.record.size(); ++i) {
      Bytes changed = push.record;
      changed[i] ^= static_cast<std::uint8_t>(1U << (i % 8));
      ++tried;
      if (enters(changed, push.wraps)) FAIL("governance record with byte " << i);
      if (enters(cut_to(push.record, i), push.wraps)) FAIL("governance record of length " << i);
    }
    for (std::size_t w = 0; w < push.wraps.size(); ++w) {
      for (std::size_t i = 0; i < push.wraps[w].sealed.size(); ++i) {
        std::vector<KeyWrap> wraps = push.wraps;
        wraps[w].sealed[i] ^= 1;
        ++tried;
        if (enters(push.record, wraps)) FAIL("wrap " << w << " with byte " << i);
      }
      std::vector<KeyWrap> fewer = push.wraps;
      fewer.erase(fewer.begin() + static_cast<std::ptrdiff_t>(w));
      CHECK_FALSE(enters(push.record, fewer));
    }
    const auto record = read_record(LogKind::governance, push.record);
    auto body = read_gov_body(static_cast<GovKind>(record->header.kind), record->body);
    REQUIRE(attach_wraps(*body, push.wraps).ok());
    REQUIRE(before.apply(*record, *body, s.plan.book, true).ok());
  }
  CHECK(tried > 4'000);
}

TEST_CASE("bytes of one kind are never taken for another", "[hostile][tamper]") {
  Sealed s;
  const Bytes& envelope = s.envelopes[0];
  const Bytes& identity = s.owner.log[0];
  const Bytes& governance = s.plan.log[1].record;
  for (const Bytes* bytes : {&identity, &governance}) CHECK_FALSE(read_envelope(*bytes).ok());
  for (const Bytes* bytes : {&envelope, &governance})
    CHECK_FALSE(read_record(LogKind::identity, *bytes).ok());
  for (const Bytes* bytes : {&envelope, &identity})
    CHECK_FALSE(read_record(LogKind::governance, *bytes).ok());
  for (const Bytes* bytes : {&envelope, &identity, &governance}) {
    CHECK_FALSE(read_request_frame(*bytes).ok());
    CHECK_FALSE(read_request_body(*bytes).ok());
    CHECK_FALSE(read_reply_body(*bytes).ok());
  }
  // With the other's magic in front it parses, and the signature, made under another label, is wrong.
  Bytes disguised = identity;
  std::copy_n(governance.begin(), 4, disguised.begin());
  const auto record = read_record(LogKind::governance, disguised);
  if (record.ok()) CHECK_FALSE(verify_record(LogKind::governance, *record, s.owner.device().sign.public_key));
  // Nor does a body of one governance kind pass for another's.
  std::size_t passed = 0;
  for (const GovPush& push : s.plan.log) {
    for (std::uint8_t kind = 0; kind < 16; ++kind) {
      Bytes changed = push.record;
      if (changed[4] == kind) continue;
      changed[4] = kind;
      const auto r = read_record(LogKind::governance, changed);
      passed += r.ok() && verify_record(LogKind::governance, *r, s.coordinator.device().sign.public_key);
      passed += r.ok() && verify_record(LogKind::governance, *r, s.owner.device().sign.public_key);
    }
  }
  CHECK(passed == 0);
}
