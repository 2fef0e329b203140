#include "crypto/shares.h"

#include <sodium.h>

#include "base/check.h"
#include "crypto/sign.h"

namespace samplan::crypto {
namespace {

using Block = std::array<std::uint8_t, 32>;

// Product in GF(2^8) modulo x^8 + x^4 + x^3 + x + 1 (FIPS 197, section 4.2). No branch and no table depends
// on the values.
std::uint8_t times(std::uint8_t a, std::uint8_t b) {
  unsigned product = 0;
  unsigned shifted = a;
  for (unsigned bit = 0; bit < 8; ++bit) {
    product ^= shifted & (0U - ((unsigned{b} >> bit) & 1U));
    shifted = (shifted << 1) ^ (0x11bU & (0U - (shifted >> 7)));
  }
  return static_cast<std::uint8_t>(product);
}

// Quotient by the difference of two share numbers, which is 1, 2 or 3.
std::uint8_t divided(std::uint8_t a, std::uint8_t by) {
  const std::uint8_t inverse[] = {0, 1, 0x8d, 0xf6};
  return times(a, inverse[by]);
}

std::array<std::uint8_t, 4> set_id(const Secret32& secret, const Secret32& slope) {
  const Hash h = hash("samplan/share-set/1", {secret.view(), slope.view()});
  return {h.bytes[0], h.bytes[1], h.bytes[2], h.bytes[3]};
}

// The point of the line at `x`.
Secret32 point(const Secret32& secret, const Secret32& slope, std::uint8_t x) {
  Block out{};
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<std::uint8_t>(secret.view()[i] ^ times(slope.view()[i], x));
  Secret32 result = Secret32::from(out);
  sodium_memzero(out.data(), out.size());
  return result;
}

Error damaged() {
  return {Errc::forged, "shares", "Minst en av delene er skadet eller skrevet feil. Prøv med en annen del."};
}

Secret32 slope_of(const Share& a, const Share& b) {
  Block out{};
  const auto run = static_cast<std::uint8_t>(a.number ^ b.number);
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = divided(static_cast<std::uint8_t>(a.part.view()[i] ^ b.part.view()[i]), run);
  Secret32 result = Secret32::from(out);
  sodium_memzero(out.data(), out.size());
  return result;
}

}  // namespace

std::array<Share, 3> split_secret(const Secret32& secret, Entropy& entropy) {
  const Secret32 slope = Secret32::random(entropy);
  std::array<Share, 3> out;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i].number = static_cast<std::uint8_t>(i + 1);
    out[i].set = set_id(secret, slope);
    out[i].part = point(secret, slope, out[i].number);
  }
  return out;
}

Result<Secret32> combine_shares(const std::vector<Share>& shares) {
  if (shares.size() < 2) return Error{Errc::not_found, "shares", "Det trengs to av de tre delene."};
  unsigned seen = 0;
  for (const Share& share : shares) {
    if (share.number < 1 || share.number > 3) return damaged();
    if (share.set != shares.front().set)
      return Error{Errc::invalid_argument, "shares",
                   "Delene hører ikke sammen: de er laget på forskjellig tid."};
    const unsigned mark = 1U << share.number;
    if ((seen & mark) != 0)
      return Error{Errc::already_exists, "shares",
                   "Den samme delen er lest inn to ganger. Det trengs to forskjellige."};
    seen |= mark;
  }
  const Secret32 slope = slope_of(shares[0], shares[1]);
  Secret32 secret = point(shares[0].part, slope, shares[0].number);  // back along the line: minus is plus
  for (const Share& share : shares)
    if (!point(secret, slope, share.number).same_as(share.part)) return damaged();
  if (set_id(secret, slope) != shares[0].set) return damaged();
  return secret;
}

Bytes write_share(const Share& share) {
  Bytes out;
  out.reserve(share_bytes);
  append_u8(out, share.number);
  append(out, share.set);
  append(out, share.part.view());
  SP_CHECK(out.size() == share_bytes);
  return out;
}

Result<Share> parse_share(ByteView bytes) {
  if (bytes.size() < share_bytes) return Error{Errc::truncated, "share"};
  if (bytes.size() > share_bytes) return Error{Errc::malformed, "share"};
  Reader in(bytes);
  Share out;
  out.number = in.u8();
  out.set = in.array<4>();
  out.part = Secret32::from(in.take(32));
  if (out.number < 1 || out.number > 3) return Error{Errc::malformed, "share"};
  return out;
}

}  // namespace samplan::crypto
