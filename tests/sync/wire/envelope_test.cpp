// Envelopes as bytes: where each field lies, and that nothing but those bytes is accepted.
#include "sync/wire/envelope.h"

#include <catch2/catch.hpp>

#include "base/limits.h"
#include "tests/support/seeded_entropy.h"

using namespace samplan;

namespace {

EnvelopeHeader full_header() {
  SeededEntropy e(3);
  EnvelopeHeader h;
  h.kind = EnvelopeKind::snapshot;
  h.proposal = true;
  h.plan = e.id<PlanId>();
  h.section = 0x0102;
  h.epoch = 0x03040506;
  h.author = e.id<DeviceId>();
  h.author_seq = 0x0708090a0b0c0d0e;
  h.author_prev = e.id<Hash>();
  h.gov_seq = 0x1112131415161718;
  h.gov_head = e.id<Hash>();
  return h;
}

crypto::SignKeyPair key(std::uint64_t seed) {
  SeededEntropy e(seed);
  return crypto::new_sign_key_pair(e);
}

Bytes sample(const crypto::SignKeyPair& author, std::size_t size = 48) {
  return finish_envelope(write_header144(full_header()), Bytes(24, 0x2a), Bytes(size, 0x2b), author);
}

}  // namespace

TEST_CASE("An envelope reads back as it was written") {
  const crypto::SignKeyPair author = key(1);
  const Bytes bytes = sample(author);
  CHECK(bytes.size() == envelope_overhead_bytes + 48);
  const auto e = read_envelope(bytes);
  REQUIRE(e.ok());
  const EnvelopeHeader h = full_header();
  CHECK(e->header.kind == h.kind);
  CHECK(e->header.proposal);
  CHECK(e->header.plan == h.plan);
  CHECK(e->header.section == h.section);
  CHECK(e->header.epoch == h.epoch);
  CHECK(e->header.author == h.author);
  CHECK(e->header.author_seq == h.author_seq);
  CHECK(e->header.author_prev == h.author_prev);
  CHECK(e->header.gov_seq == h.gov_seq);
  CHECK(e->header.gov_head == h.gov_head);
  CHECK(e->ciphertext.copy() == Bytes(48, 0x2b));
  CHECK(e->header172.copy() == Bytes(bytes.begin(), bytes.begin() + 172));
  CHECK(write_header144(e->header) == Bytes(bytes.begin(), bytes.begin() + 144));
  CHECK(verify_envelope(*e, author.public_key));
  CHECK_FALSE(verify_envelope(*e, key(2).public_key));
}

TEST_CASE("The fields of an envelope lie where the layout says, little-endian") {
  const Bytes b = sample(key(1));
  CHECK(ByteView(b).sub(0, 4).text() == "SPE1");
  CHECK(b[4] == 2);
  CHECK(b[5] == 1);
  CHECK(load_u16(b, 6) == 2);
  CHECK(ByteView(b).sub(8, 32) == full_header().plan.view());
  CHECK(load_u16(b, 40) == 0x0102);
  CHECK(load_u16(b, 42) == 0);
  CHECK(load_u32(b, 44) == 0x03040506);
  CHECK(ByteView(b).sub(48, 16) == full_header().author.view());
  CHECK(load_u64(b, 64) == 0x0708090a0b0c0d0e);
  CHECK(load_u64(b, 104) == 0x1112131415161718);
  CHECK(b[144] == 0x2a);
  CHECK(load_u32(b, 168) == 48);
  CHECK(b[172] == 0x2b);
}

TEST_CASE("An envelope cut short anywhere, or with a byte more, is refused") {
  Bytes bytes = sample(key(1));
  std::size_t taken = 0;
  for (std::size_t n = 0; n < bytes.size(); ++n) taken += read_envelope(ByteView(bytes).sub(0, n)).ok();
  CHECK(taken == 0);
  bytes.push_back(0);
  CHECK(read_envelope(bytes).code() == Errc::malformed);
}

TEST_CASE("An envelope with any one bit changed is refused or does not verify") {
  const crypto::SignKeyPair author = key(1);
  Bytes bytes = sample(author);
  const Hash id = read_envelope(bytes)->id;
  std::size_t taken = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      bytes[i] = static_cast<std::uint8_t>(bytes[i] ^ (1U << bit));
      const auto e = read_envelope(bytes);
      taken += e.ok() && verify_envelope(*e, author.public_key);
      // The signature is outside the id; everything else is inside.
      if (e.ok()) CHECK((e->id == id) == (i >= bytes.size() - 64));
      bytes[i] = static_cast<std::uint8_t>(bytes[i] ^ (1U << bit));
    }
  }
  CHECK(taken == 0);
}

TEST_CASE("Unknown kinds, suites, flags and odd zeros of an envelope are refused") {
  const Bytes good = sample(key(1));
  const auto spoilt = [&](std::size_t at, std::uint8_t value) {
    Bytes b = good;
    b[at] = value;
    return read_envelope(b).code();
  };
  CHECK(spoilt(3, '2') == Errc::unknown_version);
  CHECK(spoilt(4, 0) == Errc::unknown_version);
  CHECK(spoilt(4, 4) == Errc::unknown_version);
  CHECK(spoilt(5, 2) == Errc::unknown_version);
  CHECK(spoilt(6, 1) == Errc::unknown_version);
  CHECK(spoilt(6, 4) == Errc::unknown_version);
  CHECK(spoilt(7, 1) == Errc::unknown_version);
  CHECK(spoilt(42, 1) == Errc::malformed);
  CHECK(spoilt(43, 1) == Errc::malformed);
  CHECK(spoilt(6, 0) == Errc::ok);
}

TEST_CASE("A ciphertext is at least its tag and at most its bound") {
  const crypto::SignKeyPair author = key(1);
  CHECK(read_envelope(sample(author, 15)).code() == Errc::malformed);
  CHECK(read_envelope(sample(author, 16)).code() == Errc::ok);
  CHECK(read_envelope(sample(author, limits::envelope_ciphertext_bytes_max)).code() == Errc::ok);
  CHECK(read_envelope(sample(author, limits::envelope_ciphertext_bytes_max + 1)).code() == Errc::too_large);
  Bytes lies = sample(author);
  lies[168] = 0xff;
  lies[171] = 0xff;
  CHECK(read_envelope(lies).code() == Errc::too_large);
}

TEST_CASE("The running hash of a section depends on plan, section, order and every id") {
  SeededEntropy e(8);
  const PlanId p = e.id<PlanId>(), q = e.id<PlanId>();
  const Hash a = e.id<Hash>(), b = e.id<Hash>();
  CHECK(chain_start(p, 1) != chain_start(q, 1));
  CHECK(chain_start(p, 1) != chain_start(p, 2));
  const Hash start = chain_start(p, 1);
  CHECK(chain_next(chain_next(start, a), b) != chain_next(chain_next(start, b), a));
  CHECK(chain_next(start, a) != chain_next(start, b));
  CHECK(chain_next(start, a) == chain_next(chain_start(p, 1), a));
}
