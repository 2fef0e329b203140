#include "crypto/aead.h"

#include <sodium.h>

#include "base/limits.h"
#include "crypto/sign.h"

namespace samplan::crypto {
namespace {

constexpr std::uint8_t suite = 1;

Bytes key_context(const SectionKey& key) {
  Bytes out = key.plan.view().copy();
  append_u16(out, key.section);
  append_u32(out, key.epoch);
  return out;
}

// Smallest PADME length that is at least n.
std::size_t padme(std::size_t n) {
  unsigned e = 0;
  while ((n >> (e + 1)) != 0) ++e;
  unsigned s = 0;
  while ((e >> s) != 0) ++s;
  const unsigned last = e - s;
  const std::size_t mask = (std::size_t{1} << last) - 1;
  return (n + mask) & ~mask;
}

std::size_t padded_size(std::size_t n) {
  for (std::size_t bucket = 256; bucket <= 4096; bucket *= 2)
    if (n <= bucket) return bucket;
  return padme(n);
}

Bytes encrypt(const Secret32& key, const std::array<std::uint8_t, nonce_bytes>& nonce, ByteView aad, ByteView plain) {
  Bytes out(plain.size() + tag_bytes);
  crypto_aead_xchacha20poly1305_ietf_encrypt(out.data(), nullptr, plain.data(), plain.size(), aad.data(), aad.size(),
                                             nullptr, nonce.data(), key.view().data());
  return out;
}

Result<Bytes> decrypt(const Secret32& key, ByteView nonce, ByteView aad, ByteView ciphertext) {
  if (ciphertext.size() < tag_bytes || nonce.size() != nonce_bytes) return Error{Errc::truncated, "decrypt"};
  Bytes out(ciphertext.size() - tag_bytes);
  if (crypto_aead_xchacha20poly1305_ietf_decrypt(out.data(), nullptr, nullptr, ciphertext.data(), ciphertext.size(),
                                                 aad.data(), aad.size(), nonce.data(), key.view().data()) != 0)
    return Error{Errc::cannot_open, "decrypt"};
  return out;
}

Bytes local_aad(std::string_view purpose, ByteView context) {
  Bytes aad = ByteView::of(purpose).copy();
  aad.push_back(0);
  append(aad, context);
  return aad;
}

}  // namespace

Secret32 derive(const Secret32& master, std::string_view label, ByteView context) {
  Hash h = keyed_hash(master.view(), label, {context});
  Secret32 out = Secret32::from(h.view());
  sodium_memzero(h.bytes.data(), h.bytes.size());
  return out;
}

Hash commitment(const SectionKey& key) {
  return keyed_hash(key.secret.view(), "samplan/commit/1", {key_context(key), ByteView(&suite, 1)});
}

Bytes pad(ByteView plaintext) {
  Bytes out;
  out.reserve(padded_size(plaintext.size() + 4));
  append_u32(out, static_cast<std::uint32_t>(plaintext.size()));
  append(out, plaintext);
  out.resize(padded_size(out.size()));
  return out;
}

Result<Bytes> unpad(ByteView padded) {
  if (padded.size() < 4) return Error{Errc::truncated, "unpad"};
  const std::uint32_t size = load_u32(padded, 0);
  if (size > padded.size() - 4) return Error{Errc::malformed, "unpad"};
  // The bucket must be the one we would have chosen, and empty: one encoding, and no room for hidden bytes.
  if (padded_size(std::size_t{size} + 4) != padded.size()) return Error{Errc::malformed, "unpad"};
  for (const std::uint8_t b : padded.from(4 + std::size_t{size}))
    if (b != 0) return Error{Errc::malformed, "unpad"};
  return padded.sub(4, size).copy();
}

Result<Sealed> seal(const SectionKey& key, ByteView header144, ByteView plaintext, Entropy& entropy) {
  Bytes padded = pad(plaintext);
  if (padded.size() + tag_bytes > limits::envelope_ciphertext_bytes_max) return Error{Errc::too_large, "seal"};
  const Bytes context = key_context(key);
  const Secret32 enc_key = derive(key.secret, "samplan/enc/1", context);
  const Secret32 nonce_key = derive(key.secret, "samplan/nonce/1", context);
  const Secret32 fresh = Secret32::random(entropy);
  const Hash digest = hash("samplan/nonce-text/1", {padded});
  const Hash n = keyed_hash(nonce_key.view(), "samplan/nonce/1", {header144, fresh.view(), digest.view()});
  Sealed out;
  std::memcpy(out.nonce.data(), n.bytes.data(), nonce_bytes);
  Bytes aad = header144.copy();
  append(aad, out.nonce);
  append_u32(aad, static_cast<std::uint32_t>(padded.size() + tag_bytes));
  out.ciphertext = encrypt(enc_key, out.nonce, aad, padded);
  wipe(padded);
  return out;
}

Result<Bytes> open(const SectionKey& key, ByteView header172, ByteView ciphertext) {
  if (header172.size() != 172) return Error{Errc::truncated, "open"};
  const Secret32 enc_key = derive(key.secret, "samplan/enc/1", key_context(key));
  SP_TRY(Bytes padded, decrypt(enc_key, header172.sub(144, nonce_bytes), header172, ciphertext));
  auto plain = unpad(padded);
  wipe(padded);
  return plain;
}

Bytes seal_local(const Secret32& key, std::string_view purpose, ByteView context, ByteView plaintext,
                 Entropy& entropy) {
  std::array<std::uint8_t, nonce_bytes> nonce{};
  entropy.fill(nonce.data(), nonce.size());
  Bytes out(nonce.begin(), nonce.end());
  append(out, encrypt(key, nonce, local_aad(purpose, context), plaintext));
  return out;
}

Result<Bytes> open_local(const Secret32& key, std::string_view purpose, ByteView context, ByteView sealed) {
  if (sealed.size() < nonce_bytes + tag_bytes) return Error{Errc::truncated, "open_local"};
  return decrypt(key, sealed.sub(0, nonce_bytes), local_aad(purpose, context), sealed.from(nonce_bytes));
}

}  // namespace samplan::crypto
