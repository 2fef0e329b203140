#include "server/oidc/key_set.h"

#include <cjose/cjose.h>

#include <algorithm>

#include "client-core/json/json_gate.h"
#include "crypto/base64.h"

namespace samplan::server::oidc {
namespace {

using nlohmann::json;

constexpr std::size_t rsa_bits_min = 2048;
constexpr std::size_t rsa_bits_max = 8192;
constexpr std::size_t head_bytes_max = 4096;
constexpr std::size_t keys_bytes_max = std::size_t{256} << 10;

struct FreeJws {
  void operator()(cjose_jws_t* jws) const { cjose_jws_release(jws); }
};

const char* name_of(Algorithm algorithm) {
  switch (algorithm) {
    case Algorithm::rs256: return "RS256";
    case Algorithm::ps256: return "PS256";
    case Algorithm::es256: return "ES256";
  }
  return "";
}

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// Absent, or the one value that fits.
bool is_unset_or(const json& object, const char* name, std::string_view wanted) {
  return object.find(name) == object.end() || text_of(object, name) == wanted;
}

bool is_web_safe(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

// header "." payload "." signature, none of them empty.
bool is_compact(std::string_view token) {
  std::size_t parts = 1;
  std::size_t length = 0;
  for (const char c : token) {
    if (c == '.') {
      if (length == 0) return false;
      ++parts;
      length = 0;
    } else {
      if (!is_web_safe(c)) return false;
      ++length;
    }
  }
  return parts == 3 && length > 0;
}

}  // namespace

void KeySet::FreeKey::operator()(_cjose_jwk_int* key) const { (void)cjose_jwk_release(key); }

Result<TokenHead> read_token_head(std::string_view token) {
  const Error malformed{Errc::malformed, "oidc.token_head"};
  if (!is_compact(token)) return malformed;
  const auto bytes = crypto::from_base64url(token.substr(0, token.find('.')));
  if (!bytes.ok()) return malformed;
  const auto head = parse_json(ByteView(*bytes).text(), JsonBounds{head_bytes_max, 4, 256});
  if (!head.ok() || !head->is_object()) return malformed;
  // "crit" names what must be understood, and we understand no extension.
  if (head->find("crit") != head->end()) return Error{Errc::not_allowed, "oidc.token_crit"};
  TokenHead out;
  const std::string algorithm = text_of(*head, "alg");
  const auto is = [&](Algorithm one) { return algorithm == name_of(one); };
  if (is(Algorithm::rs256)) {
    out.algorithm = Algorithm::rs256;
  } else if (is(Algorithm::ps256)) {
    out.algorithm = Algorithm::ps256;
  } else if (is(Algorithm::es256)) {
    out.algorithm = Algorithm::es256;
  } else {
    return Error{Errc::not_allowed, "oidc.token_alg"};
  }
  out.key_id = text_of(*head, "kid");
  return out;
}

Result<KeySet> KeySet::parse(std::string_view text) {
  SP_TRY(const json set, parse_json(text, JsonBounds{keys_bytes_max, 8, 8192}));
  const Error malformed{Errc::malformed, "oidc.key_set"};
  if (!set.is_object()) return malformed;
  const auto list = set.find("keys");
  if (list == set.end() || !list->is_array()) return malformed;
  if (list->size() > keys_max) return Error{Errc::too_large, "oidc.key_set"};
  KeySet out;
  for (const json& one : *list) {
    if (!one.is_object() || !is_unset_or(one, "use", "sig")) continue;
    const std::string type = text_of(one, "kty");
    const bool is_rsa = type == "RSA";
    if (!is_rsa && (type != "EC" || text_of(one, "crv") != "P-256")) continue;
    const std::string plain = one.dump();
    cjose_err problem{};
    Key key;
    key.key.reset(cjose_jwk_import(plain.data(), plain.size(), &problem));
    if (!key.key) continue;  // for example a point that is not on its curve
    const std::size_t bits = cjose_jwk_get_keysize(key.key.get(), &problem);
    if (is_rsa && (bits < rsa_bits_min || bits > rsa_bits_max)) continue;
    key.id = text_of(one, "kid");
    key.algorithm = text_of(one, "alg");
    key.is_rsa = is_rsa;
    out.keys_.push_back(std::move(key));
  }
  if (out.keys_.empty()) return Error{Errc::not_found, "oidc.key_set"};
  return out;
}

Result<std::string> KeySet::open(const std::string& token, const TokenHead& head) const {
  const bool wants_rsa = head.algorithm != Algorithm::es256;
  const auto fits = [&](const Key& key) {
    if (key.is_rsa != wants_rsa) return false;
    if (!key.algorithm.empty() && key.algorithm != name_of(head.algorithm)) return false;
    return head.key_id.empty() || key.id == head.key_id;
  };
  const auto found = std::find_if(keys_.begin(), keys_.end(), fits);
  if (found == keys_.end() || std::any_of(std::next(found), keys_.end(), fits))
    return Error{Errc::unknown_principal, "oidc.key"};
  const Error forged{Errc::forged, "oidc.signature"};
  cjose_err problem{};
  const std::unique_ptr<cjose_jws_t, FreeJws> jws(cjose_jws_import(token.data(), token.size(), &problem));
  if (!jws || !cjose_jws_verify(jws.get(), found->key.get(), &problem)) return forged;
  // What we read must be the very bytes that were verified; cjose keeps them.
  std::uint8_t* content = nullptr;
  std::size_t size = 0;
  if (!cjose_jws_get_plaintext(jws.get(), &content, &size, &problem)) return forged;
  return std::string(reinterpret_cast<const char*>(content), size);
}

}  // namespace samplan::server::oidc
