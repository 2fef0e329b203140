// Sealing and opening content. Only clients link this; the server cannot.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/entropy.h"
#include "base/ids.h"
#include "base/result.h"
#include "crypto/secret.h"

namespace samplan::crypto {

inline constexpr std::size_t nonce_bytes = 24;
inline constexpr std::size_t tag_bytes = 16;

// The key of one section in one key epoch, and where it belongs.
struct SectionKey {
  PlanId plan;
  SectionId section = 0;
  std::uint32_t epoch = 0;
  Secret32 secret;
};

// The commitment that the governance log holds for a key: BLAKE2b keyed with the key over
// "samplan/commit/1" || plan || section u16 || epoch u32 || suite u8. XChaCha20-Poly1305 alone is not committing:
// without this a malicious rotator could give two people different keys for one epoch.
Hash commitment(const SectionKey& key);

// Pads so that length says little: to 256, 512, 1024, 2048, 4096 bytes, beyond that PADME (Nikitin et al. 2019,
// at most 12 % more). Layout: length u32 || plaintext || zeros.
Bytes pad(ByteView plaintext);
Result<Bytes> unpad(ByteView padded);

// Seals one batch for everyone who holds the section key.
//   shape    header144: envelope header up to and excluding the nonce.  out: nonce 24 || ciphertext || tag 16.
//   aad      header144 || nonce || ct_len, that is the whole fixed header of sync/wire/envelope.h (172 bytes).
//   nonce    hedged: BLAKE2b keyed with the nonce key over header144 || 32 fresh bytes || hash(padded); a repeating
//            random generator is not a disaster.
//   errors   too_large.
//   source   docs/crypto.md "Envelope"; libsodium crypto_aead_xchacha20poly1305_ietf_encrypt.
struct Sealed {
  std::array<std::uint8_t, nonce_bytes> nonce{};
  Bytes ciphertext;
};
Result<Sealed> seal(const SectionKey& key, ByteView header144, ByteView plaintext, Entropy& entropy);
// `header172` is the fixed header as received. errors: cannot_open, malformed (padding).
Result<Bytes> open(const SectionKey& key, ByteView header172, ByteView ciphertext);

// Sealing for this device's own disk: 32-byte key, purpose label as associated data together with `context`.
//   out: nonce 24 || ciphertext || tag 16
Bytes seal_local(const Secret32& key, std::string_view purpose, ByteView context, ByteView plaintext,
                 Entropy& entropy);
Result<Bytes> open_local(const Secret32& key, std::string_view purpose, ByteView context, ByteView sealed);

// A key for one purpose out of a master key (BLAKE2b keyed with the master over the label and context).
Secret32 derive(const Secret32& master, std::string_view label, ByteView context);

}  // namespace samplan::crypto
