#include "crypto/sign.h"

#include <sodium.h>

#include <utility>

#include "base/check.h"

namespace samplan::crypto {
namespace {

Hash finish(crypto_generichash_state& state) {
  Hash out;
  crypto_generichash_final(&state, out.bytes.data(), out.bytes.size());
  return out;
}

void feed(crypto_generichash_state& state, std::string_view label, std::initializer_list<ByteView> parts) {
  const std::uint8_t zero = 0;
  crypto_generichash_update(&state, ByteView::of(label).data(), label.size());
  crypto_generichash_update(&state, &zero, 1);
  for (const ByteView part : parts) crypto_generichash_update(&state, part.data(), part.size());
}

Bytes labelled(std::string_view label, const Hash& digest) {
  Bytes message = ByteView::of(label).copy();
  message.push_back(0);
  append(message, digest.view());
  return message;
}

}  // namespace

Hash hash(std::string_view label, std::initializer_list<ByteView> parts) {
  crypto_generichash_state state;
  crypto_generichash_init(&state, nullptr, 0, Hash::size);
  feed(state, label, parts);
  return finish(state);
}

Hash keyed_hash(ByteView key, std::string_view label, std::initializer_list<ByteView> parts) {
  SP_CHECK(key.size() == 32);
  crypto_generichash_state state;
  crypto_generichash_init(&state, key.data(), key.size(), Hash::size);
  feed(state, label, parts);
  return finish(state);
}

SignKeyPair sign_key_pair(const Secret32& seed) {
  SignKeyPair pair{seed.clone(), {}};
  std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret{};
  crypto_sign_seed_keypair(pair.public_key.bytes.data(), secret.data(), seed.view().data());
  sodium_memzero(secret.data(), secret.size());
  return pair;
}

SignKeyPair new_sign_key_pair(Entropy& entropy) { return sign_key_pair(Secret32::random(entropy)); }

Signature sign_raw(const SignKeyPair& key, ByteView message) {
  // libsodium's secret key is seed || public key.
  std::array<std::uint8_t, crypto_sign_SECRETKEYBYTES> secret{};
  std::memcpy(secret.data(), key.seed.view().data(), 32);
  std::memcpy(secret.data() + 32, key.public_key.bytes.data(), 32);
  Signature out;
  crypto_sign_detached(out.bytes.data(), nullptr, message.data(), message.size(), secret.data());
  sodium_memzero(secret.data(), secret.size());
  return out;
}

bool verify_raw(const SignPublicKey& key, ByteView message, const Signature& signature) {
  return crypto_sign_verify_detached(signature.bytes.data(), message.data(), message.size(), key.bytes.data()) == 0;
}

Signature sign(const SignKeyPair& key, std::string_view label, const Hash& digest) {
  return sign_raw(key, labelled(label, digest));
}

bool verify(const SignPublicKey& key, std::string_view label, const Hash& digest, const Signature& signature) {
  return verify_raw(key, labelled(label, digest), signature);
}

DeviceId device_id(const SignPublicKey& sign_key, const BoxPublicKey& box_key) {
  const Hash h = hash("samplan/device/1", {sign_key.view(), box_key.view()});
  return DeviceId::from(h.view().sub(0, DeviceId::size));
}

Secret32 Secret32::from(ByteView bytes) {
  SP_CHECK(bytes.size() == 32);
  Secret32 out;
  std::memcpy(out.bytes_.data(), bytes.data(), 32);
  return out;
}

Secret32 Secret32::random(Entropy& entropy) {
  Secret32 out;
  entropy.fill(out.bytes_.data(), out.bytes_.size());
  return out;
}

Secret32::~Secret32() { wipe(); }

Secret32::Secret32(Secret32&& other) noexcept : bytes_(other.bytes_) { other.wipe(); }

Secret32& Secret32::operator=(Secret32&& other) noexcept {
  if (this != &other) {
    bytes_ = other.bytes_;
    other.wipe();
  }
  return *this;
}

bool Secret32::same_as(const Secret32& other) const {
  return sodium_memcmp(bytes_.data(), other.bytes_.data(), bytes_.size()) == 0;
}

void Secret32::wipe() { sodium_memzero(bytes_.data(), bytes_.size()); }

void wipe(Bytes& bytes) {
  if (!bytes.empty()) sodium_memzero(bytes.data(), bytes.size());
}

bool init() { return sodium_init() >= 0; }

}  // namespace samplan::crypto
