// Identity and governance records as bytes: one encoding each, and everything else refused.
#include <catch2/catch.hpp>

#include "base/limits.h"
#include "base/tlv.h"
#include "sync/wire/governance_record.h"
#include "sync/wire/identity_record.h"
#include "sync/wire/record.h"
#include "tests/support/seeded_entropy.h"

using namespace samplan;

namespace {

constexpr std::uint8_t identity_kinds = 7;
constexpr std::uint8_t governance_kinds = 15;

crypto::SignKeyPair key(std::uint64_t seed) {
  SeededEntropy e(seed);
  return crypto::new_sign_key_pair(e);
}

IdentityBody full_identity() {
  SeededEntropy e(5);
  IdentityBody b;
  b.device_sign = e.id<SignPublicKey>();
  b.device_box = e.id<BoxPublicKey>();
  b.device_proof = e.id<Signature>();
  b.device = e.id<DeviceId>();
  b.member = e.id<PrincipalId>();
  b.registrar = true;
  b.generation = 3;
  b.generation_key = e.id<BoxPublicKey>();
  b.signer_seq = 4;
  b.wraps = {{e.id<DeviceId>().view().copy(), 0, Bytes(80, 1)},
             {e.id<PrincipalId>().view().copy(), 7, Bytes(90, 2)}};
  return b;
}

GovBody full_governance() {
  SeededEntropy e(6);
  GovBody b;
  b.subject = 4;
  b.heir = 5;
  b.pin = IdentityPin{e.id<PrincipalId>(), 3, e.id<Hash>()};
  b.role = Role::guardian;
  b.masks = {{1, 7}, {3, 1}, {12, 8}};
  b.rotations = {{1, 2, e.id<Hash>(), 55, e.id<Hash>()}, {3, 0, {}, 9, e.id<Hash>()}};
  b.wraps = {{1, 2, 1, Bytes(120, 3)}};
  b.history = History::from_now;
  b.not_after = 1'900'000'000'000;
  b.text_hash = e.id<Hash>();
  b.form = ConsentForm::oral;
  b.document_hash = e.id<Hash>();
  b.policy.hand_over_days = 31;
  e.fill(b.unique.data(), b.unique.size());
  return b;
}

Bytes body_of(LogKind log, std::uint8_t kind) {
  return log == LogKind::identity ? write_identity_body(static_cast<IdentityKind>(kind), full_identity())
                                  : write_gov_body(static_cast<GovKind>(kind), full_governance());
}
bool reads(LogKind log, std::uint8_t kind, ByteView body) {
  return log == LogKind::identity ? read_identity_body(static_cast<IdentityKind>(kind), body).ok()
                                  : read_gov_body(static_cast<GovKind>(kind), body).ok();
}
Errc why(LogKind log, std::uint8_t kind, ByteView body) {
  return log == LogKind::identity ? read_identity_body(static_cast<IdentityKind>(kind), body).code()
                                  : read_gov_body(static_cast<GovKind>(kind), body).code();
}
std::uint8_t kinds(LogKind log) { return log == LogKind::identity ? identity_kinds : governance_kinds; }

RecordHeader header_of(std::uint8_t kind) {
  SeededEntropy e(7);
  RecordHeader h;
  h.kind = kind;
  h.log = e.id<Hash>();
  h.seq = 9;
  h.prev = e.id<Hash>();
  h.signer = e.id<DeviceId>();
  h.wall_ms = -5;  // a clock may be anywhere; nothing judges it
  return h;
}

// As a reader goes about it: layout, signature, body.
bool accepts(LogKind log, ByteView bytes, const SignPublicKey& signer) {
  const auto r = read_record(log, bytes);
  return r.ok() && verify_record(log, *r, signer) && reads(log, r->header.kind, r->body);
}

// A structure with one field more, at its place.
Bytes with_field(ByteView body, std::uint8_t tag, ByteView value) {
  Bytes out;
  Reader in(body);
  bool put = false;
  const auto put_it = [&] {
    append_u8(out, tag);
    append_u32(out, static_cast<std::uint32_t>(value.size()));
    append(out, value);
    put = true;
  };
  while (!in.at_end()) {
    const std::uint8_t t = in.u8();
    const ByteView v = in.take(in.u32());
    if (!put && t > tag) put_it();
    append_u8(out, t);
    append_u32(out, static_cast<std::uint32_t>(v.size()));
    append(out, v);
  }
  if (!put) put_it();
  return out;
}

// The same structure with the value of a field replaced.
Bytes replaced(ByteView body, std::uint8_t tag, const Bytes& value) {
  Bytes out;
  Reader in(body);
  while (!in.at_end()) {
    const std::uint8_t t = in.u8();
    const ByteView v = in.take(in.u32());
    append_u8(out, t);
    const Bytes now = t == tag ? value : v.copy();
    append_u32(out, static_cast<std::uint32_t>(now.size()));
    append(out, now);
  }
  return out;
}

Bytes list_of(const std::vector<Bytes>& items) {
  Bytes out;
  for (const Bytes& i : items) {
    append_u32(out, static_cast<std::uint32_t>(i.size()));
    append(out, i);
  }
  return out;
}

Bytes mask_item(SectionId s, std::uint8_t mask) {
  Bytes b;
  append_u16(b, s);
  append_u8(b, mask);
  return b;
}

Bytes rotation_item(SectionId s, std::uint32_t epoch, bool with_commitment) {
  Bytes b;
  append_u16(b, s);
  append_u32(b, epoch);
  append(b, Bytes(32, with_commitment ? 1 : 0));
  append_u64(b, 5);
  append(b, Bytes(32, 2));
  return b;
}

}  // namespace

TEST_CASE("Every kind of record body reads back as it was written, to the byte") {
  for (std::uint8_t k = 1; k <= identity_kinds; ++k) {
    INFO("identity kind " << int(k));
    const Bytes bytes = body_of(LogKind::identity, k);
    const auto body = read_identity_body(static_cast<IdentityKind>(k), bytes);
    REQUIRE(body.ok());
    CHECK(write_identity_body(static_cast<IdentityKind>(k), *body) == bytes);
  }
  for (std::uint8_t k = 1; k <= governance_kinds; ++k) {
    INFO("governance kind " << int(k));
    const Bytes bytes = body_of(LogKind::governance, k);
    auto body = read_gov_body(static_cast<GovKind>(k), bytes);
    REQUIRE(body.ok());
    if (!body->wraps_hash.is_zero()) CHECK(attach_wraps(*body, full_governance().wraps).ok());
    CHECK(write_gov_body(static_cast<GovKind>(k), *body) == bytes);
  }
}

TEST_CASE("The values of a record body arrive unchanged") {
  const GovBody in = full_governance();
  const auto add = read_gov_body(GovKind::participant_add, write_gov_body(GovKind::participant_add, in));
  REQUIRE(add.ok());
  CHECK(add->subject == 4);
  CHECK(add->pin->principal == in.pin->principal);
  CHECK(add->pin->seq == 3);
  CHECK(add->role == Role::guardian);
  REQUIRE(add->masks.size() == 3);
  CHECK(add->masks[2].section == 12);
  CHECK(add->masks[2].mask == right_append);
  REQUIRE(add->rotations.size() == 2);
  CHECK(add->rotations[0].epoch == 2);
  CHECK(add->rotations[0].cut_seq == 55);
  CHECK(add->rotations[1].commitment.is_zero());
  CHECK(add->wraps_hash == hash_wraps(in.wraps));
  const auto grant = read_gov_body(GovKind::consent_grant, write_gov_body(GovKind::consent_grant, in));
  REQUIRE(grant.ok());
  CHECK(grant->history == History::from_now);
  CHECK(grant->not_after == in.not_after);
  CHECK(grant->text_hash == in.text_hash);
  CHECK(grant->form == ConsentForm::oral);
  CHECK(grant->document_hash == in.document_hash);
  const auto genesis = read_gov_body(GovKind::genesis, write_gov_body(GovKind::genesis, in));
  REQUIRE(genesis.ok());
  CHECK(genesis->policy == in.policy);
  CHECK(genesis->unique == in.unique);
  const auto member = read_identity_body(IdentityKind::add_member, body_of(LogKind::identity, 6));
  REQUIRE(member.ok());
  CHECK(member->registrar);
  CHECK(member->signer_seq == 4);
  CHECK(member->wraps[1].recipient_generation == 7);
}

TEST_CASE("A record header reads back, and the log's id is the first record's hash") {
  const crypto::SignKeyPair signer = key(1);
  for (const LogKind log : {LogKind::identity, LogKind::governance}) {
    const RecordHeader h = header_of(2);
    const Bytes bytes = write_record(log, h, body_of(log, 2), signer);
    const auto r = read_record(log, bytes);
    REQUIRE(r.ok());
    CHECK(r->header.log == h.log);
    CHECK(r->header.prev == h.prev);
    CHECK(r->header.signer == h.signer);
    CHECK(r->header.seq == 9);
    CHECK(r->header.wall_ms == -5);
    CHECK(r->log() == h.log);
    CHECK(r->body.copy() == body_of(log, 2));
    CHECK(verify_record(log, *r, signer.public_key));
    CHECK_FALSE(verify_record(log, *r, key(2).public_key));
    RecordHeader first;
    first.kind = 1;
    first.seq = 1;
    const Bytes one = write_record(log, first, body_of(log, 1), signer);
    CHECK(read_record(log, one)->log() == read_record(log, one)->hash);
  }
}

TEST_CASE("A record cut short anywhere, or with a byte more, is refused") {
  const crypto::SignKeyPair signer = key(1);
  for (const LogKind log : {LogKind::identity, LogKind::governance}) {
    for (std::uint8_t k = 1; k <= kinds(log); ++k) {
      const Bytes bytes = write_record(log, header_of(k), body_of(log, k), signer);
      REQUIRE(accepts(log, bytes, signer.public_key));
      std::size_t taken = 0;
      for (std::size_t n = 0; n < bytes.size(); ++n)
        taken += read_record(log, ByteView(bytes).sub(0, n)).ok();
      CHECK(taken == 0);
      Bytes longer = bytes;
      longer.push_back(0);
      CHECK(read_record(log, longer).code() == Errc::malformed);
      const Bytes body = body_of(log, k);
      for (std::size_t n = 0; n < body.size(); ++n) taken += reads(log, k, ByteView(body).sub(0, n));
      CHECK(taken == 0);
      Bytes trailing = body;
      trailing.push_back(0);
      CHECK_FALSE(reads(log, k, trailing));
    }
  }
}

TEST_CASE("A record with any one bit changed is refused") {
  const crypto::SignKeyPair signer = key(1);
  for (const LogKind log : {LogKind::identity, LogKind::governance}) {
    for (std::uint8_t k = 1; k <= kinds(log); ++k) {
      Bytes bytes = write_record(log, header_of(k), body_of(log, k), signer);
      std::size_t taken = 0;
      for (std::size_t i = 0; i < bytes.size(); ++i) {
        const auto bit = static_cast<std::uint8_t>(1U << (i % 8));
        bytes[i] ^= bit;
        taken += accepts(log, bytes, signer.public_key);
        bytes[i] ^= bit;
      }
      INFO("kind " << int(k));
      CHECK(taken == 0);
    }
  }
}

TEST_CASE("A record of one log does not verify as one of the other") {
  const crypto::SignKeyPair signer = key(1);
  Bytes bytes = write_record(LogKind::identity, header_of(5), body_of(LogKind::identity, 5), signer);
  CHECK(read_record(LogKind::governance, bytes).code() == Errc::unknown_version);
  bytes[2] = 'G';
  const auto r = read_record(LogKind::governance, bytes);
  REQUIRE(r.ok());
  CHECK_FALSE(verify_record(LogKind::governance, *r, signer.public_key));
}

TEST_CASE("Unknown versions, suites and kinds, and odd headers, are refused") {
  const crypto::SignKeyPair signer = key(1);
  const LogKind log = LogKind::governance;
  const Bytes good = write_record(log, header_of(2), body_of(log, 2), signer);
  const auto spoilt = [&](std::size_t at, std::uint8_t value) {
    Bytes b = good;
    b[at] = value;
    return read_record(log, b).code();
  };
  CHECK(spoilt(3, '2') == Errc::unknown_version);
  CHECK(spoilt(5, 2) == Errc::unknown_version);
  CHECK(spoilt(6, 1) == Errc::malformed);
  CHECK(spoilt(7, 1) == Errc::malformed);
  for (const std::uint8_t kind : {std::uint8_t{0}, std::uint8_t{8}, std::uint8_t{255}})
    CHECK(why(LogKind::identity, kind, body_of(LogKind::identity, 1)) == Errc::unknown_version);
  for (const std::uint8_t kind : {std::uint8_t{0}, std::uint8_t{16}, std::uint8_t{255}})
    CHECK(why(LogKind::governance, kind, body_of(LogKind::governance, 1)) == Errc::unknown_version);
  // Number zero; a first record that names a log or a predecessor; a later one that names none.
  RecordHeader h = header_of(2);
  const auto header = [&] { return read_record(log, write_record(log, h, body_of(log, 2), signer)).code(); };
  h.seq = 0;
  CHECK(header() == Errc::malformed);
  h.seq = 1;
  CHECK(header() == Errc::malformed);
  h.log = {};
  CHECK(header() == Errc::malformed);
  h.prev = {};
  CHECK(header() == Errc::ok);
  h.seq = 2;
  CHECK(header() == Errc::malformed);
}

TEST_CASE("A record body may be exactly as large as its bound") {
  const crypto::SignKeyPair signer = key(1);
  const auto code = [&](LogKind log, std::size_t size) {
    return read_record(log, write_record(log, header_of(2), Bytes(size, 0), signer)).code();
  };
  CHECK(code(LogKind::identity, limits::identity_body_bytes_max) == Errc::ok);
  CHECK(code(LogKind::identity, limits::identity_body_bytes_max + 1) == Errc::too_large);
  CHECK(code(LogKind::governance, limits::record_body_bytes_max) == Errc::ok);
  CHECK(code(LogKind::governance, limits::record_body_bytes_max + 1) == Errc::too_large);
}

TEST_CASE("A critical field that is unknown is refused, another may be skipped") {
  for (const LogKind log : {LogKind::identity, LogKind::governance}) {
    for (std::uint8_t k = 1; k <= kinds(log); ++k) {
      const Bytes body = body_of(log, k);
      CHECK(why(log, k, with_field(body, 200, Bytes{1})) == Errc::unknown_version);
      CHECK(reads(log, k, with_field(body, 201, Bytes{1})));
      CHECK(reads(log, k, with_field(body, 1, Bytes{1})));
    }
  }
}

TEST_CASE("A body of one kind is no body of another") {
  // Some say the same things: making a unit and removing a member; what names a participant and hands out keys; what
  // names a participant alone. The kind stands in the signed header.
  const auto group = [](LogKind log, std::uint8_t kind) {
    if (log == LogKind::identity) return kind == 7 ? 2 : int(kind);
    if (kind == 11 || kind == 14) return 7;
    return kind == 15 ? 8 : int(kind);
  };
  for (const LogKind log : {LogKind::identity, LogKind::governance}) {
    for (std::uint8_t a = 1; a <= kinds(log); ++a) {
      for (std::uint8_t b = 1; b <= kinds(log); ++b) {
        INFO("kind " << int(a) << " read as " << int(b));
        CHECK(reads(log, b, body_of(log, a)) == (group(log, a) == group(log, b)));
      }
    }
  }
}

TEST_CASE("Fields twice, out of order or of the wrong length are refused") {
  const std::uint8_t kind = static_cast<std::uint8_t>(GovKind::coordinator_accept);
  Bytes one;
  append_u8(one, 2);
  append_u32(one, 2);
  append_u16(one, 7);
  REQUIRE(reads(LogKind::governance, kind, one));
  Bytes twice = one;
  append(twice, one);
  CHECK(why(LogKind::governance, kind, twice) == Errc::malformed);
  Bytes before = {3, 0, 0, 0, 0};
  append(before, one);
  CHECK(why(LogKind::governance, kind, before) == Errc::malformed);
  CHECK(why(LogKind::governance, kind, replaced(one, 2, Bytes(3, 0))) == Errc::malformed);
  CHECK(why(LogKind::governance, kind, replaced(one, 2, Bytes(1, 0))) == Errc::malformed);
  Bytes many;
  for (int i = 0; i <= 64; ++i) append(many, Bytes{static_cast<std::uint8_t>(2 * i + 1), 0, 0, 0, 0});
  CHECK(why(LogKind::governance, kind, many) == Errc::too_large);
}

TEST_CASE("Section lists ascend, know their rights, and say a key or none") {
  const std::uint8_t role = static_cast<std::uint8_t>(GovKind::role_change);
  const Bytes body = body_of(LogKind::governance, role);
  const auto masks = [&](const std::vector<Bytes>& items) {
    return reads(LogKind::governance, role, replaced(body, 8, list_of(items)));
  };
  const auto rotations = [&](const std::vector<Bytes>& items) {
    return reads(LogKind::governance, role, replaced(body, 10, list_of(items)));
  };
  CHECK(masks({}));
  CHECK(masks({mask_item(1, 15), mask_item(2, 0)}));
  CHECK_FALSE(masks({mask_item(2, 1), mask_item(1, 1)}));
  CHECK_FALSE(masks({mask_item(1, 1), mask_item(1, 1)}));
  CHECK_FALSE(masks({mask_item(0, 1)}));
  CHECK_FALSE(masks({mask_item(1, 16)}));
  CHECK_FALSE(masks({Bytes(2, 1)}));
  CHECK_FALSE(masks({Bytes(4, 1)}));
  CHECK(rotations({rotation_item(1, 2, true), rotation_item(2, 0, false)}));
  CHECK_FALSE(rotations({rotation_item(2, 2, true), rotation_item(1, 2, true)}));
  CHECK_FALSE(rotations({rotation_item(1, 2, true), rotation_item(1, 2, true)}));
  CHECK_FALSE(rotations({rotation_item(1, 2, false)}));
  CHECK_FALSE(rotations({rotation_item(1, 0, true)}));
  CHECK_FALSE(rotations({Bytes(77, 1)}));
  std::vector<Bytes> many;
  for (SectionId s = 1; s <= limits::sections_max; ++s) many.push_back(mask_item(s, 1));
  CHECK(masks(many));
  many.push_back(mask_item(limits::sections_max + 1, 1));
  CHECK(why(LogKind::governance, role, replaced(body, 8, list_of(many))) == Errc::too_large);
}

TEST_CASE("Values outside their range are refused") {
  const auto gov = [&](GovKind kind, std::uint8_t tag, const Bytes& value) {
    const auto k = static_cast<std::uint8_t>(kind);
    return reads(LogKind::governance, k, replaced(body_of(LogKind::governance, k), tag, value));
  };
  for (const std::uint8_t v : {std::uint8_t{0}, std::uint8_t{9}})
    CHECK_FALSE(gov(GovKind::role_change, 6, {v}));
  for (const std::uint8_t v : {std::uint8_t{0}, std::uint8_t{3}})
    CHECK_FALSE(gov(GovKind::consent_grant, 14, {v}));
  for (const std::uint8_t v : {std::uint8_t{0}, std::uint8_t{4}})
    CHECK_FALSE(gov(GovKind::consent_plan, 20, {v}));
  CHECK_FALSE(gov(GovKind::consent_grant, 16, Bytes(8, 0xff)));  // an end before time began
  CHECK_FALSE(gov(GovKind::role_change, 12, Bytes(32, 0)));      // no wraps at all have a hash too
  CHECK_FALSE(gov(GovKind::identity_update, 4, Bytes(72, 0)));   // a pin of no record
  CHECK_FALSE(gov(GovKind::identity_update, 4, Bytes(71, 1)));
  CHECK_FALSE(gov(GovKind::genesis, 26, Bytes(15, 1)));
  CHECK_FALSE(gov(GovKind::genesis, 24, Bytes(11, 1)));
  Bytes policy(12, 1);
  policy[0] = 2;
  policy[1] = 0;
  const auto k = static_cast<std::uint8_t>(GovKind::genesis);
  CHECK(why(LogKind::governance, k, replaced(body_of(LogKind::governance, k), 24, policy)) ==
        Errc::unknown_version);

  const auto member = static_cast<std::uint8_t>(IdentityKind::add_member);
  CHECK_FALSE(reads(LogKind::identity, member, replaced(body_of(LogKind::identity, member), 12, {2})));
  Bytes wrap{17};
  append(wrap, Bytes(40, 1));
  CHECK_FALSE(
      reads(LogKind::identity, member, replaced(body_of(LogKind::identity, member), 18, list_of({wrap}))));
  std::vector<Bytes> wraps(limits::members_max, Bytes{});
  for (Bytes& w : wraps) {
    w = {16};
    append(w, Bytes(24, 1));
  }
  CHECK(reads(LogKind::identity, member, replaced(body_of(LogKind::identity, member), 18, list_of(wraps))));
  wraps.push_back(wraps[0]);
  CHECK(why(LogKind::identity, member, replaced(body_of(LogKind::identity, member), 18, list_of(wraps))) ==
        Errc::too_large);
}

TEST_CASE("Wraps are bound to their record by their hash: none more, none less, none changed") {
  const GovBody in = full_governance();
  const auto fresh = [&] { return *read_gov_body(GovKind::epoch, write_gov_body(GovKind::epoch, in)); };
  GovBody b = fresh();
  CHECK(b.wraps.empty());
  CHECK(attach_wraps(b, in.wraps).ok());
  CHECK(b.wraps.size() == 1);
  b = fresh();
  CHECK(attach_wraps(b, {}).code() == Errc::forged);
  std::vector<KeyWrap> w = in.wraps;
  w.push_back(w[0]);
  CHECK(attach_wraps(b, w).code() == Errc::forged);
  for (int i = 0; i < 4; ++i) {
    w = in.wraps;
    if (i == 0) w[0].section = 2;
    if (i == 1) w[0].participant = 3;
    if (i == 2) w[0].generation = 2;
    if (i == 3) w[0].sealed[7] ^= 1;
    CHECK(attach_wraps(b, w).code() == Errc::forged);
  }
  // A kind that hands out no keys takes none, and complains about none.
  GovBody plain = *read_gov_body(GovKind::consent_plan, write_gov_body(GovKind::consent_plan, in));
  CHECK(attach_wraps(plain, {}).ok());
  CHECK(attach_wraps(plain, in.wraps).code() == Errc::forged);
  const Bytes bytes = write_wrap(in.wraps[0]);
  const auto back = read_wrap(bytes);
  REQUIRE(back.ok());
  CHECK(write_wrap(*back) == bytes);
  for (std::size_t n = 0; n < 8; ++n) CHECK_FALSE(read_wrap(ByteView(bytes).sub(0, n)).ok());
}
