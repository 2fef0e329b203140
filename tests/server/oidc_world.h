// An identity provider without a network: keys of its own, tokens as it would sign them, documents as it
// would show them, and a count of how often it was asked.
#pragma once

#include <cjose/cjose.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "crypto/base64.h"
#include "server/oidc/provider.h"

namespace samplan::server::testing {

using nlohmann::json;

inline constexpr UnixMs sign_in_now = 1'795'341'240'000;
inline const std::string test_issuer = "https://login.lier.example";
inline const std::string test_client = "samplan-lier";

struct FreeTestKey {
  void operator()(cjose_jwk_t* key) const { (void)cjose_jwk_release(key); }
};

class SigningKey {
 public:
  static SigningKey rsa(const std::string& id, std::size_t bits = 2048) {
    const std::uint8_t exponent[] = {1, 0, 1};
    return SigningKey(cjose_jwk_create_RSA_random(bits, exponent, sizeof exponent, nullptr), id);
  }
  static SigningKey ec(const std::string& id) {
    return SigningKey(cjose_jwk_create_EC_random(CJOSE_JWK_EC_P_256, nullptr), id);
  }
  static SigningKey shared(const std::string& secret, const std::string& id) {
    return SigningKey(cjose_jwk_create_oct_spec(reinterpret_cast<const std::uint8_t*>(secret.data()),
                                                secret.size(), nullptr),
                      id);
  }

  json public_jwk() const {
    char* const text = cjose_jwk_to_json(key_.get(), false, nullptr);
    json out = json::parse(text);
    std::free(text);
    out["use"] = "sig";
    if (!id_.empty()) out["kid"] = id_;
    return out;
  }
  std::string sign(const char* algorithm, const std::string& content) const {
    cjose_header_t* const head = cjose_header_new(nullptr);
    REQUIRE(cjose_header_set(head, CJOSE_HDR_ALG, algorithm, nullptr));
    if (!id_.empty()) REQUIRE(cjose_header_set(head, CJOSE_HDR_KID, id_.c_str(), nullptr));
    cjose_err problem{};
    cjose_jws_t* const jws = cjose_jws_sign(
        key_.get(), head, reinterpret_cast<const std::uint8_t*>(content.data()), content.size(), &problem);
    cjose_header_release(head);
    REQUIRE(jws != nullptr);
    const char* compact = nullptr;
    REQUIRE(cjose_jws_export(jws, &compact, nullptr));
    std::string out(compact);
    cjose_jws_release(jws);
    return out;
  }

 private:
  SigningKey(cjose_jwk_t* key, std::string id) : key_(key), id_(std::move(id)) { REQUIRE(key_ != nullptr); }
  std::unique_ptr<cjose_jwk_t, FreeTestKey> key_;
  std::string id_;
};

inline std::string unsigned_token(const json& head, const std::string& content,
                                  const std::string& signature) {
  return crypto::to_base64url(ByteView::of(head.dump())) + "." + crypto::to_base64url(ByteView::of(content)) +
         "." + signature;
}

// Kari Lunde has just signed in for the device whose nonce is "n".
inline json good_claims() {
  const std::int64_t now_s = sign_in_now / 1000;
  return {{"iss", test_issuer}, {"sub", "kari"},        {"aud", test_client}, {"exp", now_s + 300},
          {"iat", now_s - 5},   {"name", "Kari Lunde"}, {"nonce", "n"}};
}

// What the provider shows, and what goes wrong with it.
struct Shown {
  json keys = json::array();
  json description = {{"issuer", test_issuer}, {"jwks_uri", test_issuer + "/jwks"}};
  std::string raw_keys;  // instead of `keys`
  bool is_down = false;
  int fetches = 0;  // of the keys

  oidc::Fetch fetch() {
    return [this](const std::string& url) -> Result<std::string> {
      if (is_down) return Error{Errc::try_later, "test"};
      if (url == test_issuer + "/.well-known/openid-configuration") return description.dump();
      ++fetches;
      if (url != test_issuer + "/jwks") return Error{Errc::try_later, "test"};
      return raw_keys.empty() ? json{{"keys", keys}}.dump() : raw_keys;
    };
  }
};

struct ProviderWorld {
  SigningKey key = SigningKey::rsa("k1");
  Shown shown;
  oidc::TokenRules rules{test_issuer, test_client, "", ""};
  std::unique_ptr<oidc::Provider> provider;
  UnixMs now = sign_in_now;

  ProviderWorld() {
    shown.keys.push_back(key.public_jwk());
    start();
  }
  void start() { provider = std::make_unique<oidc::Provider>(rules, shown.fetch()); }

  oidc::Verdict judge(const std::string& token, const std::string& nonce = "n") {
    return provider->judge(token, nonce, now);
  }
  std::string fault(const std::string& token, const std::string& nonce = "n") {
    return oidc::fault_name(judge(token, nonce).fault);
  }
  std::string fault_of(const json& claims) { return fault(key.sign("RS256", claims.dump())); }
  std::string fault_with(const char* claim, const json& value) {
    json claims = good_claims();
    claims[claim] = value;
    return fault_of(claims);
  }
  std::string fault_without(const char* claim) {
    json claims = good_claims();
    claims.erase(claim);
    return fault_of(claims);
  }
};

}  // namespace samplan::server::testing
