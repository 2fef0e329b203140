// The public keys of an identity provider (JWKS, RFC 7517), and whether one of them signed a token (RFC
// 7515). The signature itself is checked by cjose; which algorithms and keys may come to it is decided here.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

struct _cjose_jwk_int;

namespace samplan::server::oidc {

// RS256, PS256 and ES256, what providers use. Never «none», and never a shared secret (HS256), for which
// anybody could take a public key that lies open.
enum class Algorithm : std::uint8_t { rs256, ps256, es256 };

// The head of a compact token, as far as it matters. errors: malformed; not_allowed: another algorithm, or
// extensions that must be understood.
struct TokenHead {
  Algorithm algorithm = Algorithm::rs256;
  std::string key_id;  // empty: not named
};
Result<TokenHead> read_token_head(std::string_view token);

class KeySet {
 public:
  static constexpr std::size_t keys_max = 64;
  // Keys of kinds that are not used here are passed over. errors: malformed, too_large; not_found: none can
  // be used.
  static Result<KeySet> parse(std::string_view json);

  // The verified content of a token. errors: unknown_principal: no key by that name (or, without a name, not
  // exactly one that fits); forged: the signature does not hold.
  Result<std::string> open(const std::string& token, const TokenHead& head) const;

 private:
  struct FreeKey {
    void operator()(_cjose_jwk_int* key) const;
  };
  struct Key {
    std::string id;
    std::string algorithm;  // as the provider says it, or empty
    bool is_rsa = false;
    std::unique_ptr<_cjose_jwk_int, FreeKey> key;
  };
  std::vector<Key> keys_;
};

}  // namespace samplan::server::oidc
