// Two of three shares give the secret back; fewer, damaged or mixed ones give nothing.
#include "crypto/shares.h"

#include <catch2/catch.hpp>

#include "tests/support/seeded_entropy.h"

using namespace samplan;
using namespace samplan::crypto;

namespace {

Share copy(const Share& share) { return Share{share.number, share.set, share.part.clone()}; }

Result<Secret32> combine(std::initializer_list<const Share*> shares) {
  std::vector<Share> list;
  for (const Share* share : shares) list.push_back(copy(*share));
  return combine_shares(list);
}

Share changed(const Share& share, std::size_t at, std::uint8_t by) {
  Bytes bytes = write_share(share);
  bytes[at] ^= by;
  auto out = parse_share(bytes);
  REQUIRE(out.ok());
  return std::move(*out);
}

struct OneByte : Entropy {
  explicit OneByte(std::uint8_t b) : byte(b) {}
  std::uint8_t byte;
  void fill(std::uint8_t* out, std::size_t size) override { std::fill_n(out, size, byte); }
};

}  // namespace

TEST_CASE("shares lie on a line over the field of AES", "[crypto][shares][vectors]") {
  // FIPS 197, section 4.2.1: {57}*{02} = {ae} and {ae}*{02} = {47}; so {57}*{03} = {f9} and {ae}*{03} = {e9}.
  const Secret32 secret = Secret32::from(Bytes(32, 0x11));
  OneByte slope57(0x57), slopeae(0xae);
  const auto one = split_secret(secret, slope57);
  CHECK(one[0].part.view() == ByteView(Bytes(32, 0x11 ^ 0x57)));
  CHECK(one[1].part.view() == ByteView(Bytes(32, 0x11 ^ 0xae)));
  CHECK(one[2].part.view() == ByteView(Bytes(32, 0x11 ^ 0xf9)));
  const auto two = split_secret(secret, slopeae);
  CHECK(two[1].part.view() == ByteView(Bytes(32, 0x11 ^ 0x47)));
  CHECK(two[2].part.view() == ByteView(Bytes(32, 0x11 ^ 0xe9)));
}

TEST_CASE("any two of three shares give the secret back, and all three do", "[crypto][shares]") {
  SeededEntropy entropy(11);
  for (int i = 0; i < 200; ++i) {
    const Secret32 secret = Secret32::random(entropy);
    const auto s = split_secret(secret, entropy);
    for (const auto& got : {combine({&s[0], &s[1]}), combine({&s[0], &s[2]}), combine({&s[1], &s[2]}),
                            combine({&s[2], &s[0]}), combine({&s[2], &s[0], &s[1]})}) {
      REQUIRE(got.ok());
      CHECK(got->same_as(secret));
    }
  }
}

TEST_CASE("one share fits every secret", "[crypto][shares]") {
  // For each value of a secret byte there is exactly one slope that gives this share.
  for (std::uint8_t x = 1; x <= 3; ++x) {
    std::vector<int> seen(256, 0);
    for (unsigned slope = 0; slope < 256; ++slope) {
      OneByte entropy(static_cast<std::uint8_t>(slope));
      const auto shares = split_secret(Secret32::from(Bytes(32, 0)), entropy);
      ++seen[shares[x - 1U].part.view()[0]];
    }
    for (const int count : seen) CHECK(count == 1);
  }
}

TEST_CASE("shares of two sets are not mixed, even of the same secret", "[crypto][shares][hostile]") {
  SeededEntropy entropy(5);
  const Secret32 secret = Secret32::random(entropy);
  const auto old_set = split_secret(secret, entropy);
  const auto new_set = split_secret(secret, entropy);
  CHECK(old_set[0].set != new_set[0].set);
  CHECK(combine({&old_set[0], &new_set[1]}).code() == Errc::invalid_argument);
  CHECK(combine({&new_set[0], &new_set[1], &old_set[2]}).code() == Errc::invalid_argument);
  CHECK_FALSE(combine({&old_set[0], &new_set[1]}).error().detail.empty());
}

TEST_CASE("a damaged share is noticed, whichever it is and wherever the damage",
          "[crypto][shares][hostile]") {
  SeededEntropy entropy(6);
  const auto s = split_secret(Secret32::random(entropy), entropy);
  for (std::size_t at = 5; at < share_bytes; ++at) {
    for (const int by : {0x01, 0x80, 0xff}) {
      const Share bad = changed(s[1], at, static_cast<std::uint8_t>(by));
      CHECK(combine({&s[0], &bad}).code() == Errc::forged);
      CHECK(combine({&bad, &s[2]}).code() == Errc::forged);
      CHECK(combine({&s[0], &s[2], &bad}).code() == Errc::forged);
    }
  }
  for (std::size_t at = 1; at < 5; ++at) {
    const Share bad = changed(s[1], at, 1);
    CHECK(combine({&s[0], &bad}).code() == Errc::invalid_argument);
  }
  // A number changed to another one that exists.
  const Share renumbered = changed(s[1], 0, 1);
  REQUIRE(renumbered.number == 3);
  CHECK(combine({&s[0], &renumbered}).code() == Errc::forged);
}

TEST_CASE("too few shares, or one twice, give nothing", "[crypto][shares][hostile]") {
  SeededEntropy entropy(7);
  const auto s = split_secret(Secret32::random(entropy), entropy);
  CHECK(combine({}).code() == Errc::not_found);
  CHECK(combine({&s[0]}).code() == Errc::not_found);
  CHECK(combine({&s[0], &s[0]}).code() == Errc::already_exists);
  CHECK(combine({&s[0], &s[1], &s[2], &s[0]}).code() == Errc::already_exists);
  Share zero = copy(s[0]);
  zero.number = 0;
  CHECK(combine({&zero, &s[1]}).code() == Errc::forged);
}

TEST_CASE("a share is read only as it was written", "[crypto][shares][hostile]") {
  SeededEntropy entropy(8);
  const auto s = split_secret(Secret32::random(entropy), entropy);
  const Bytes bytes = write_share(s[2]);
  const auto back = parse_share(bytes);
  REQUIRE(back.ok());
  CHECK(back->number == 3);
  CHECK(back->set == s[2].set);
  CHECK(back->part.same_as(s[2].part));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK(parse_share(ByteView(bytes).sub(0, size)).code() == Errc::truncated);
  Bytes more = bytes;
  more.push_back(0);
  CHECK(parse_share(more).code() == Errc::malformed);
  for (const int number : {0, 4, 255}) {
    Bytes wrong = bytes;
    wrong[0] = static_cast<std::uint8_t>(number);
    CHECK(parse_share(wrong).code() == Errc::malformed);
  }
}
