#include "crypto/cpace_draft.h"

#include <sodium.h>

namespace samplan::crypto::cpace_draft {
namespace {

constexpr std::string_view dsi = "CPaceRistretto255";
constexpr std::string_view dsi_isk = "CPaceRistretto255_ISK";
constexpr std::size_t sha512_block_bytes = 128;

Digest sha512(std::initializer_list<ByteView> parts) {
  crypto_hash_sha512_state state;
  crypto_hash_sha512_init(&state);
  for (const ByteView part : parts) crypto_hash_sha512_update(&state, part.data(), part.size());
  Digest out;
  crypto_hash_sha512_final(&state, out.data());
  sodium_memzero(&state, sizeof state);
  return out;
}

}  // namespace

Bytes lv_cat(std::initializer_list<ByteView> parts) {
  Bytes out;
  std::size_t size = 0;
  for (const ByteView part : parts) size += part.size() + 10;
  out.reserve(size);  // so that no copy of a secret part is left behind by growing
  for (const ByteView part : parts) {
    append_varint(out, part.size());
    append(out, part);
  }
  return out;
}

Bytes generator_string(ByteView prs, ByteView ci, ByteView sid) {
  Bytes length;
  append_varint(length, prs.size());
  const std::size_t used = 1 + dsi.size() + length.size() + prs.size() + 1;
  const Bytes zeros(used < sha512_block_bytes ? sha512_block_bytes - used : 0);
  return lv_cat({ByteView::of(dsi), prs, zeros, ci, sid});
}

Point calculate_generator(ByteView prs, ByteView ci, ByteView sid) {
  Bytes text = generator_string(prs, ci, sid);
  Digest digest = sha512({text});
  Point out{};
  crypto_core_ristretto255_from_hash(out.data(), digest.data());  // RFC 9496, element derivation
  wipe(text);
  sodium_memzero(digest.data(), digest.size());
  return out;
}

Secret32 sample_scalar(Entropy& entropy) {
  std::array<std::uint8_t, crypto_core_ristretto255_NONREDUCEDSCALARBYTES> wide{};
  entropy.fill(wide.data(), wide.size());
  std::array<std::uint8_t, 32> scalar{};
  crypto_core_ristretto255_scalar_reduce(scalar.data(), wide.data());
  Secret32 out = Secret32::from(scalar);
  sodium_memzero(wide.data(), wide.size());
  sodium_memzero(scalar.data(), scalar.size());
  return out;
}

std::optional<Point> scalar_mult_vfy(const Secret32& y, const Point& x) {
  Point out{};
  // -1 both for what does not decode and for the neutral element.
  if (crypto_scalarmult_ristretto255(out.data(), y.view().data(), x.data()) != 0) return std::nullopt;
  return out;
}

Bytes transcript_ir(const Point& ya, ByteView ada, const Point& yb, ByteView adb) {
  return lv_cat({ya, ada, yb, adb});
}

Digest session_key(ByteView sid, const Point& k, ByteView transcript) {
  Bytes head = lv_cat({ByteView::of(dsi_isk), sid, k});
  const Digest out = sha512({head, transcript});
  wipe(head);
  return out;
}

Digest confirmation(ByteView sid, const Digest& isk, const Point& y, ByteView ad) {
  Digest key = sha512({ByteView::of("CPaceMac"), sid, isk});
  const Bytes message = lv_cat({y, ad});
  crypto_auth_hmacsha512_state state;
  crypto_auth_hmacsha512_init(&state, key.data(), key.size());
  crypto_auth_hmacsha512_update(&state, message.data(), message.size());
  Digest out{};
  crypto_auth_hmacsha512_final(&state, out.data());
  sodium_memzero(key.data(), key.size());
  sodium_memzero(&state, sizeof state);
  return out;
}

}  // namespace samplan::crypto::cpace_draft
