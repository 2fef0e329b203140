#include "client-core/pack.h"

#include <catch2/catch.hpp>

#include "tests/support/seeded_entropy.h"

using namespace samplan;

namespace {

Bytes text_of(std::size_t n) {
  Bytes out;
  const ByteView words = ByteView::of("Hjemmetjenesten kommer mandag og torsdag. ");
  while (out.size() < n) append(out, words);
  out.resize(n);
  return out;
}

}  // namespace

TEST_CASE("what was packed unpacks to the same bytes, whatever its size and content") {
  SeededEntropy entropy(5);
  for (const std::size_t n : {0U, 1U, 63U, 64U, 65U, 1000U, 70000U, 1U << 20U}) {
    Bytes noise(n);
    entropy.fill(noise.data(), noise.size());
    for (const Bytes& plain : {text_of(n), noise}) {
      const Bytes packed = pack(plain);
      CHECK(packed.size() <= plain.size() + 1);
      const auto back = unpack(packed, 1U << 20U);
      REQUIRE(back.ok());
      CHECK(*back == plain);
    }
  }
  CHECK(pack(text_of(10000)).size() < 500);
}

TEST_CASE("a small envelope cannot claim much memory, and what is not a whole stream is refused") {
  const Bytes packed = pack(text_of(5000));
  CHECK(unpack(packed, 4999).code() == Errc::too_large);
  for (std::size_t n = 0; n < packed.size(); ++n) CHECK_FALSE(unpack(ByteView(packed).sub(0, n), 1U << 20U).ok());
  Bytes longer = packed;
  longer.push_back(0);
  CHECK(unpack(longer, 1U << 20U).code() == Errc::malformed);
  for (const std::size_t claimed : {0U, 4999U, 5001U, 1U << 20U}) {
    Bytes lies = packed;
    for (std::size_t i = 0; i < 4; ++i) lies[1 + i] = static_cast<std::uint8_t>(claimed >> (8 * i));
    CHECK(unpack(lies, 1U << 20U).code() == Errc::malformed);
  }
  Bytes newer = packed;
  newer[0] = 2;
  CHECK(unpack(newer, 1U << 20U).code() == Errc::unknown_version);
  // A stream of 20 bytes that says it holds a mebibyte is refused before a mebibyte is taken.
  Bytes bomb(25, 0);
  bomb[0] = 1;
  bomb[3] = 0x10;
  CHECK(unpack(bomb, 1U << 20U).code() == Errc::malformed);
}
