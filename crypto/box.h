// Sealing to a public key: how section keys reach principals, and letters reach a mailbox.
#pragma once

#include "base/bytes.h"
#include "base/entropy.h"
#include "base/ids.h"
#include "base/result.h"
#include "crypto/secret.h"

namespace samplan::crypto {

struct BoxKeyPair {
  Secret32 secret;  // X25519 private key (RFC 7748)
  BoxPublicKey public_key;
};

BoxKeyPair box_key_pair(const Secret32& seed);
BoxKeyPair new_box_key_pair(Entropy& entropy);
// The pair of a private key that was stored.
BoxKeyPair box_key_pair_of_secret(const Secret32& secret);

// Anonymous sealed box (libsodium crypto_box_seal: ephemeral X25519, XSalsa20-Poly1305). It authenticates nothing
// about the sender and takes no associated data: the caller puts purpose, plan and recipient inside, and what it
// carries is vouched for elsewhere (a key by its commitment in the signed log).
//   out: 32 ephemeral key || 16 tag || ciphertext
// To a key of small order nothing can be sealed: the result is then zeros that nobody can open, and says nothing.
// The ephemeral key comes from libsodium's generator, not from `Entropy`: the library offers no other way.
Bytes seal_to(const BoxPublicKey& recipient, ByteView plaintext);
Result<Bytes> open_sealed(const BoxKeyPair& recipient, ByteView sealed);

}  // namespace samplan::crypto
