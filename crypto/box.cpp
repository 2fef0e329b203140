#include "crypto/box.h"

#include <sodium.h>

namespace samplan::crypto {

BoxKeyPair box_key_pair_of_secret(const Secret32& secret) {
  BoxKeyPair pair{secret.clone(), {}};
  crypto_scalarmult_base(pair.public_key.bytes.data(), secret.view().data());
  return pair;
}

BoxKeyPair box_key_pair(const Secret32& seed) {
  std::array<std::uint8_t, 32> secret{};
  BoxPublicKey public_key;
  crypto_box_seed_keypair(public_key.bytes.data(), secret.data(), seed.view().data());
  BoxKeyPair pair{Secret32::from(secret), public_key};
  sodium_memzero(secret.data(), secret.size());
  return pair;
}

BoxKeyPair new_box_key_pair(Entropy& entropy) { return box_key_pair(Secret32::random(entropy)); }

Bytes seal_to(const BoxPublicKey& recipient, ByteView plaintext) {
  Bytes out(plaintext.size() + crypto_box_SEALBYTES);
  crypto_box_seal(out.data(), plaintext.data(), plaintext.size(), recipient.bytes.data());
  return out;
}

Result<Bytes> open_sealed(const BoxKeyPair& recipient, ByteView sealed) {
  if (sealed.size() < crypto_box_SEALBYTES) return Error{Errc::truncated, "open_sealed"};
  Bytes out(sealed.size() - crypto_box_SEALBYTES);
  if (crypto_box_seal_open(out.data(), sealed.data(), sealed.size(), recipient.public_key.bytes.data(),
                           recipient.secret.view().data()) != 0)
    return Error{Errc::cannot_open, "open_sealed"};
  return out;
}

}  // namespace samplan::crypto
