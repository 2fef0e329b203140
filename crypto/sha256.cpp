#include "crypto/sha256.h"

#include <sodium.h>

namespace samplan::crypto {

Hash sha256(std::initializer_list<ByteView> parts) {
  crypto_hash_sha256_state state;
  crypto_hash_sha256_init(&state);
  for (const ByteView part : parts) crypto_hash_sha256_update(&state, part.data(), part.size());
  Hash out;
  crypto_hash_sha256_final(&state, out.bytes.data());
  return out;
}

}  // namespace samplan::crypto
