#include "crypto/device_lock.h"

#include <sodium.h>

#include "base/check.h"

namespace samplan::crypto {

Result<Secret32> passphrase_key(std::string_view passphrase, ByteView salt16, const KdfCost& cost) {
  SP_CHECK(salt16.size() == salt_bytes);
  std::array<std::uint8_t, 32> out{};
  if (crypto_pwhash(out.data(), out.size(), passphrase.data(), passphrase.size(), salt16.data(), cost.passes,
                    std::size_t{cost.memory_kib} * 1024, crypto_pwhash_ALG_ARGON2ID13) != 0)
    return Error{Errc::io, "passphrase_key", "Not enough memory to unlock."};
  Secret32 key = Secret32::from(out);
  sodium_memzero(out.data(), out.size());
  return key;
}

}  // namespace samplan::crypto
