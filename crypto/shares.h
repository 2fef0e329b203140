// A random secret of 32 bytes in three shares, of which any two give it back and one alone does not help:
// Shamir's scheme (CACM 22, 1979) with a line over GF(2^8), the field of AES, byte by byte. Never decides who
// gets a share, and keeps none.
//
// Why own code: Debian's libgfshare draws its randomness through a global function pointer, has no check of
// its own and would have to be built for WebAssembly as well, while with threshold two and three shares the
// whole is
//   share x = secret + x * slope,  x = 1, 2, 3
// that is, three multiplications by constants. (Three pads of which each share holds two would need no field
// at all, but doubles what has to be written on paper.)
//
// The set id is the first 4 bytes of H("samplan/share-set/1", secret, slope). The slope is drawn anew each
// time, so two sets of one secret differ, and as two shares give back the slope as well, a wrong result is
// noticed: damage always but once in 2^32, and so does a holder who lies without knowing another share.
// Without the set id one share fits every secret equally; with it its holder could test a guess, which is
// worth nothing against 32 random bytes and everything against a password. So never split what a person
// chose.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "base/entropy.h"
#include "base/result.h"
#include "crypto/secret.h"

namespace samplan::crypto {

inline constexpr std::size_t share_bytes = 37;

struct Share {
  std::uint8_t number = 0;  // 1, 2 or 3
  std::array<std::uint8_t, 4> set{};
  Secret32 part;
};

std::array<Share, 3> split_secret(const Secret32& secret, Entropy& entropy);

// Two or three shares, in any order. All are used: a third that does not lie on the line is an error too.
// errors, each with a sentence for the person: not_found (fewer than two), already_exists (one number twice),
// invalid_argument (of different sets), forged (a share is damaged: what they give does not fit the set id).
Result<Secret32> combine_shares(const std::vector<Share>& shares);

// number u8 | set 4 | part 32. For paper there is client-core/recovery_code.h, which adds checks against
// typing errors.
Bytes write_share(const Share& share);
// errors: truncated, malformed (too long, or no such number).
Result<Share> parse_share(ByteView bytes);

}  // namespace samplan::crypto
