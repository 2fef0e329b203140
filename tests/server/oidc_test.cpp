// What the server believes of an ID token: every way to be wrong is a case of its own.
#include "base/limits.h"
#include "tests/server/oidc_world.h"

using namespace samplan;
using namespace samplan::server;
using namespace samplan::server::testing;

TEST_CASE("sign-in: a token of the provider, for us, for this device and fresh, gives a name", "[oidc]") {
  ProviderWorld w;
  const oidc::Verdict verdict = w.judge(w.key.sign("RS256", good_claims().dump()));
  CHECK(verdict.fault == oidc::Fault::none);
  CHECK(verdict.name == "Kari Lunde");
  CHECK(w.fault(w.key.sign("PS256", good_claims().dump())) == "none");
  const SigningKey ec = SigningKey::ec("k2");
  w.shown.keys.push_back(ec.public_jwk());
  w.start();
  CHECK(w.fault(ec.sign("ES256", good_claims().dump())) == "none");
  CHECK(w.fault(w.key.sign("RS256", good_claims().dump())) == "none");
  CHECK(w.fault_with("aud", {test_client}) == "none");
  CHECK(w.fault_with("azp", test_client) == "none");
  CHECK(w.fault_with("iat", static_cast<double>(sign_in_now / 1000) - 0.5) == "none");
}

TEST_CASE("sign-in: no other algorithm comes near a key", "[oidc]") {
  ProviderWorld w;
  const std::string content = good_claims().dump();
  CHECK(w.fault(unsigned_token({{"alg", "none"}}, content, "")) == "malformed");
  CHECK(w.fault(unsigned_token({{"alg", "none"}}, content, "AAAA")) == "algorithm");
  CHECK(w.fault(unsigned_token({{"alg", "nOnE"}, {"kid", "k1"}}, content, "AAAA")) == "algorithm");
  CHECK(w.fault(unsigned_token({{"kid", "k1"}}, content, "AAAA")) == "algorithm");
  // The public key lies open: as the secret of an HMAC it would be anybody's.
  const std::string open_key = w.key.public_jwk().dump();
  CHECK(w.fault(SigningKey::shared(open_key, "k1").sign("HS256", content)) == "algorithm");
  const std::string modulus = w.key.public_jwk()["n"];
  CHECK(w.fault(SigningKey::shared(modulus, "k1").sign("HS256", content)) == "algorithm");
  CHECK(w.fault(w.key.sign("RS512", content)) == "algorithm");
  CHECK(w.fault(unsigned_token({{"alg", "RS256"}, {"crit", {"b64"}}, {"b64", false}}, content, "AAAA")) ==
        "algorithm");
  CHECK(w.shown.fetches == 0);
  // A shared secret among the keys is passed over, and a key for one algorithm is for no other.
  w.shown.keys = {{{"kty", "oct"}, {"kid", "k1"}, {"k", "c2VjcmV0"}}};
  w.start();
  CHECK(w.fault(w.key.sign("RS256", content)) == "provider");
  json only_ps = w.key.public_jwk();
  only_ps["alg"] = "PS256";
  w.shown.keys = {only_ps};
  w.start();
  CHECK(w.fault(w.key.sign("RS256", content)) == "key");
  CHECK(w.fault(w.key.sign("PS256", content)) == "none");
}

TEST_CASE("sign-in: a signature that does not hold", "[oidc]") {
  ProviderWorld w;
  const std::string token = w.key.sign("RS256", good_claims().dump());
  const std::size_t first = token.find('.');
  const std::size_t second = token.rfind('.');
  // Another's key under our key's name, other content under a good signature, no signature at all.
  CHECK(w.fault(SigningKey::rsa("k1").sign("RS256", good_claims().dump())) == "signature");
  json other = good_claims();
  other["name"] = "Per Hansen";
  const std::string swapped =
      token.substr(0, first + 1) + crypto::to_base64url(ByteView::of(other.dump())) + token.substr(second);
  CHECK(w.fault(swapped) == "signature");
  CHECK(w.fault(token.substr(0, second + 1) + "AAAA") == "signature");
  std::string bent = token;
  bent[second + 10] = bent[second + 10] == 'A' ? 'B' : 'A';
  CHECK(w.fault(bent) == "signature");
  CHECK(w.fault(token) == "none");
}

TEST_CASE("sign-in: what is not a token is refused, whatever it is", "[oidc]") {
  ProviderWorld w;
  const std::string token = w.key.sign("RS256", good_claims().dump());
  for (const std::string& bad :
       {std::string(), std::string("."), std::string(".."), std::string("a.b"), token + ".x", token + "=",
        std::string("e30.e30.e30 "), std::string(100'000, '.'), std::string("\xff\xfe.e30.AAAA"),
        token.substr(token.find('.')), "W10." + token.substr(token.find('.') + 1)}) {
    const std::string fault = w.fault(bad);
    CHECK((fault == "malformed" || fault == "algorithm"));
  }
  CHECK(w.fault(w.key.sign("RS256", "[]")) == "malformed");
  CHECK(w.fault(w.key.sign("RS256", "{")) == "malformed");
  CHECK(w.fault(w.key.sign("RS256", R"({"iss":"a","iss":"b"})")) == "malformed");
  CHECK(w.fault_without("sub") == "malformed");
  json deep = good_claims();
  deep["x"] = json::parse(std::string(20, '[') + std::string(20, ']'));
  CHECK(w.fault_of(deep) == "malformed");
  json large = good_claims();
  large["x"] = std::string(limits::id_token_bytes_max, 'x');
  CHECK(w.fault_of(large) == "malformed");
}

TEST_CASE("sign-in: every claim counts", "[oidc]") {
  ProviderWorld w;
  const std::int64_t now_s = sign_in_now / 1000;
  CHECK(w.fault_with("iss", test_issuer + "/") == "issuer");
  CHECK(w.fault_without("iss") == "issuer");
  CHECK(w.fault_with("aud", "another") == "audience");
  CHECK(w.fault_with("aud", {test_client, "another"}) == "audience");
  CHECK(w.fault_with("aud", json::array()) == "audience");
  CHECK(w.fault_with("aud", 7) == "audience");
  CHECK(w.fault_without("aud") == "audience");
  CHECK(w.fault_with("azp", "another") == "audience");
  CHECK(w.fault_with("azp", nullptr) == "audience");

  CHECK(w.fault_with("exp", now_s - 59) == "none");
  CHECK(w.fault_with("exp", now_s - 60) == "time");
  CHECK(w.fault_with("exp", "2030") == "time");
  CHECK(w.fault_with("exp", 1e300) == "time");
  CHECK(w.fault_without("exp") == "time");
  CHECK(w.fault_with("iat", now_s - 660) == "none");
  CHECK(w.fault_with("iat", now_s - 661) == "time");
  CHECK(w.fault_with("iat", now_s + 60) == "none");
  CHECK(w.fault_with("iat", now_s + 61) == "time");
  CHECK(w.fault_with("iat", -1) == "time");
  CHECK(w.fault_without("iat") == "time");
  CHECK(w.fault_with("nbf", now_s + 61) == "time");
  CHECK(w.fault_with("nbf", now_s) == "none");

  CHECK(w.fault_with("nonce", "m") == "nonce");
  CHECK(w.fault_without("nonce") == "nonce");
  CHECK(w.fault(w.key.sign("RS256", good_claims().dump()), "") == "nonce");

  CHECK(w.fault_without("name") == "name");
  CHECK(w.fault_with("name", "Kari\nBekreftet av Staten") == "name");
  CHECK(w.fault_with("name", std::string(limits::name_bytes_max + 1, 'x')) == "name");
  json parts = good_claims();
  parts.erase("name");
  parts["given_name"] = "Kari";
  CHECK(w.fault_of(parts) == "name");
  parts["family_name"] = "Lunde";
  CHECK(w.judge(w.key.sign("RS256", parts.dump())).name == "Kari Lunde");
}

TEST_CASE("sign-in: the organisation may ask for one thing more", "[oidc]") {
  ProviderWorld w;
  w.rules.claim_name = "helseid://claims/employer";
  w.rules.claim_value = "987654321";
  w.start();
  const char* const claim = "helseid://claims/employer";
  CHECK(w.fault_of(good_claims()) == "claim");
  CHECK(w.fault_with(claim, "987654321") == "none");
  CHECK(w.fault_with(claim, 987654321) == "none");
  CHECK(w.fault_with(claim, {"1", "987654321"}) == "none");
  CHECK(w.fault_with(claim, "98765432") == "claim");
  CHECK(w.fault_with(claim, {"1", "2"}) == "claim");
  CHECK(w.fault_with(claim, {{"987654321", true}}) == "claim");
  CHECK(w.fault_with(claim, nullptr) == "claim");
}

TEST_CASE("sign-in: keys are kept, and fetched again when one is new, but not as often as a stranger likes",
          "[oidc]") {
  ProviderWorld w;
  const std::string token = w.key.sign("RS256", good_claims().dump());
  for (int i = 0; i < 5; ++i) CHECK(w.fault(token) == "none");
  CHECK(w.shown.fetches == 1);

  const SigningKey next = SigningKey::rsa("k2");
  w.shown.keys = {next.public_jwk()};
  CHECK(w.fault(next.sign("RS256", good_claims().dump())) == "none");
  CHECK(w.shown.fetches == 2);
  // The old key is gone with the first fetch that does not have it, and asking for it fetches nothing for a
  // minute.
  for (int i = 0; i < 5; ++i) CHECK(w.fault(token) == "key");
  CHECK(w.shown.fetches == 2);
  w.now += oidc::Provider::refetch_ms;
  CHECK(w.fault(token) == "key");
  CHECK(w.shown.fetches == 3);
  // And all of them after an hour, so that a key that was withdrawn does not live on here.
  const SigningKey third = SigningKey::rsa("k2");
  w.shown.keys = {third.public_jwk()};
  const std::string late_token = next.sign("RS256", good_claims().dump());
  CHECK(w.fault(late_token) == "none");
  w.now += oidc::Provider::keys_ms;
  CHECK(w.fault(late_token) == "signature");
  CHECK(w.shown.fetches == 4);
}

TEST_CASE("sign-in: a provider that is away, or not the one it was, gives nothing", "[oidc]") {
  ProviderWorld w;
  const std::string token = w.key.sign("RS256", good_claims().dump());
  w.shown.is_down = true;
  CHECK(w.fault(token) == "provider");
  w.shown.is_down = false;
  CHECK(w.fault(token) == "provider");  // not asked again at once
  CHECK(w.shown.fetches == 0);
  w.now += oidc::Provider::after_failure_ms;
  CHECK(w.fault(token) == "none");

  const auto described = [&](const char* what, const json& value) {
    ProviderWorld other;
    other.shown.description[what] = value;
    std::string fault = other.fault(other.key.sign("RS256", good_claims().dump()));
    CHECK(other.shown.fetches == 0);  // nothing is asked where it points
    return fault;
  };
  CHECK(described("issuer", "https://login.example") == "provider");
  CHECK(described("issuer", nullptr) == "provider");
  CHECK(described("jwks_uri", "http://login.lier.example/jwks") == "provider");
  CHECK(described("jwks_uri", "http://127.0.0.1:9/jwks") == "provider");
  CHECK(described("jwks_uri", "file:///etc/passwd") == "provider");
  CHECK(described("jwks_uri", 7) == "provider");
}

TEST_CASE("sign-in: a set of keys that cannot be meant is refused whole, and small keys are no keys",
          "[oidc]") {
  ProviderWorld w;
  const std::string token = w.key.sign("RS256", good_claims().dump());
  const auto with_keys = [&](const std::string& raw) {
    w.shown.raw_keys = raw;
    w.start();
    return w.fault(token);
  };
  CHECK(with_keys("{}") == "provider");
  CHECK(with_keys("[]") == "provider");
  CHECK(with_keys("{\"keys\":{}}") == "provider");
  CHECK(with_keys("{\"keys\":[]}") == "provider");
  CHECK(with_keys("{\"keys\":[1,null,{\"kty\":\"RSA\"},{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":"
                  "\"AA\"}]}") == "provider");
  json many = json::array();
  for (std::size_t i = 0; i < oidc::KeySet::keys_max; ++i) many.push_back({{"kty", "x"}});
  many.back() = w.key.public_jwk();
  CHECK(with_keys(json{{"keys", many}}.dump()) == "none");
  many.push_back({{"kty", "x"}});
  CHECK(with_keys(json{{"keys", many}}.dump()) == "provider");
  CHECK(with_keys("{\"keys\":[" + w.key.public_jwk().dump() + "],\"x\":\"" + std::string(1 << 20, 'x') +
                  "\"}") == "provider");

  const SigningKey small = SigningKey::rsa("k1", 1024);
  w.shown.raw_keys.clear();
  w.shown.keys = {small.public_jwk()};
  w.start();
  CHECK(w.fault(small.sign("RS256", good_claims().dump())) == "provider");

  // A name may serve for a key of each kind, and a key is for its own kind of algorithm alone.
  const SigningKey curve = SigningKey::ec("k1");
  w.shown.raw_keys.clear();
  w.shown.keys = {w.key.public_jwk(), curve.public_jwk()};
  w.start();
  CHECK(w.fault(token) == "none");
  CHECK(w.fault(curve.sign("ES256", good_claims().dump())) == "none");
  w.shown.keys = {curve.public_jwk()};
  w.start();
  CHECK(w.fault(token) == "key");

  // Two keys of one name, or a token without a name and two keys that fit: none is guessed.
  w.shown.keys = {w.key.public_jwk(), SigningKey::rsa("k1").public_jwk()};
  w.start();
  CHECK(w.fault(token) == "key");
  const SigningKey nameless = SigningKey::rsa("");
  w.shown.keys = {nameless.public_jwk()};
  w.start();
  CHECK(w.fault(nameless.sign("RS256", good_claims().dump())) == "none");
  w.shown.keys.push_back(w.key.public_jwk());
  w.start();
  CHECK(w.fault(nameless.sign("RS256", good_claims().dump())) == "key");
}

TEST_CASE("sign-in: where the server may ask", "[oidc]") {
  for (const char* good : {"https://login.lier.example", "https://login.lier.example:8443/realms/a",
                           "http://127.0.0.1:3000", "http://localhost:3000/x", "http://[::1]:3000"})
    CHECK(oidc::is_provider_url(good));
  for (const char* bad :
       {"", "login.lier.example", "http://login.lier.example", "http://10.0.0.1", "ftp://a.example",
        "file:///etc/passwd", "https://", "https://user:pass@a.example", "https://a.example/#x"})
    CHECK_FALSE(oidc::is_provider_url(bad));
}
