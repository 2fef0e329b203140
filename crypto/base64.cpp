#include "crypto/base64.h"

#include <sodium.h>

namespace samplan::crypto {

std::string to_base64(ByteView bytes) {
  std::string out(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes.data(), bytes.size(), sodium_base64_VARIANT_ORIGINAL);
  out.pop_back();  // the NUL
  return out;
}

Result<Bytes> from_base64(std::string_view text) {
  if (text.empty()) return Bytes{};
  if (text.size() % 4 != 0) return Error{Errc::malformed, "base64"};  // so `out` below is never empty
  Bytes out(text.size() / 4 * 3);
  std::size_t size = 0;
  if (sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr, &size, nullptr,
                        sodium_base64_VARIANT_ORIGINAL) != 0)
    return Error{Errc::malformed, "base64"};
  out.resize(size);
  // libsodium 1.0.18 takes bytes above 127 for digits too. Only what we would write ourselves is right.
  if (to_base64(out) != text) return Error{Errc::malformed, "base64"};
  return out;
}

std::string to_base64url(ByteView bytes) {
  std::string out(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING), '\0');
  sodium_bin2base64(out.data(), out.size(), bytes.data(), bytes.size(), sodium_base64_VARIANT_URLSAFE_NO_PADDING);
  out.pop_back();  // the NUL
  return out;
}

Result<Bytes> from_base64url(std::string_view text) {
  Bytes out(text.size() / 4 * 3 + 3);  // never empty
  std::size_t size = 0;
  if (sodium_base642bin(out.data(), out.size(), text.data(), text.size(), nullptr, &size, nullptr,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
    return Error{Errc::malformed, "base64url"};
  out.resize(size);
  if (to_base64url(out) != text) return Error{Errc::malformed, "base64url"};
  return out;
}

}  // namespace samplan::crypto
