// From a passphrase or PIN to the key that opens this device's key file: Argon2id (RFC 9106).
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "crypto/secret.h"

namespace samplan::crypto {

struct KdfCost {
  std::uint32_t passes = 2;
  std::uint32_t memory_kib = 64U << 10;
  friend bool operator==(const KdfCost&, const KdfCost&) = default;
};

// libsodium's "interactive" cost, and the least a key file may name: a file whose cost was lowered is refused, so
// that whoever can write the file cannot make guessing cheap.
inline constexpr KdfCost kdf_interactive{2, 64U << 10};
// For tests only; a core accepts it only when it was opened with it as the minimum.
inline constexpr KdfCost kdf_for_tests{1, 8};

inline constexpr std::size_t salt_bytes = 16;

// errors: io when memory for the computation cannot be had.
Result<Secret32> passphrase_key(std::string_view passphrase, ByteView salt16, const KdfCost& cost);

}  // namespace samplan::crypto
