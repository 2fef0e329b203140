// The half of the cryptography that the server also has: hashing, signing, verifying. It can open nothing.
// Domain separation: everything hashed or signed starts with a label of its own ("samplan/…/1"), so that bytes made
// for one purpose never verify for another.
#pragma once

#include <initializer_list>
#include <string_view>

#include "base/bytes.h"
#include "base/entropy.h"
#include "base/ids.h"
#include "crypto/secret.h"

namespace samplan::crypto {

// BLAKE2b-256 (RFC 7693) of label || 0x00 || parts, concatenated. The caller's layout makes the parts unambiguous.
Hash hash(std::string_view label, std::initializer_list<ByteView> parts);
// BLAKE2b-256 keyed with a 32-byte key.
Hash keyed_hash(ByteView key, std::string_view label, std::initializer_list<ByteView> parts);

struct SignKeyPair {
  Secret32 seed;  // RFC 8032 private key
  SignPublicKey public_key;
};

// Ed25519 (RFC 8032). The same seed always gives the same pair.
SignKeyPair sign_key_pair(const Secret32& seed);
SignKeyPair new_sign_key_pair(Entropy& entropy);

// Signs label || 0x00 || digest.
Signature sign(const SignKeyPair& key, std::string_view label, const Hash& digest);
// libsodium refuses small-order and non-canonical public keys and non-canonical signatures (RFC 8032 5.1.7, strict).
bool verify(const SignPublicKey& key, std::string_view label, const Hash& digest, const Signature& signature);

// The raw primitive, for test vectors and signed notes; the protocol signs a labelled digest, and no note is one.
bool verify_raw(const SignPublicKey& key, ByteView message, const Signature& signature);
Signature sign_raw(const SignKeyPair& key, ByteView message);

// First 16 bytes of the hash of both public keys: a device cannot choose its id.
DeviceId device_id(const SignPublicKey& sign_key, const BoxPublicKey& box_key);

}  // namespace samplan::crypto
