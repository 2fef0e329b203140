// Project Wycheproof's cases against libsodium as linked, on every platform: malleable and truncated signatures, points
// of small order, changed tags. The cases are data of tests/vectors/wycheproof.
#include <sodium.h>

#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "crypto/sign.h"

using namespace samplan;

namespace {

constexpr std::string_view ed25519_cases[] = {
#include "tests/vectors/wycheproof/ed25519.txt"
};
constexpr std::string_view x25519_cases[] = {
#include "tests/vectors/wycheproof/x25519.txt"
};
constexpr std::string_view xchacha_cases[] = {
#include "tests/vectors/wycheproof/xchacha20_poly1305.txt"
};

struct Case {
  std::string id;
  std::vector<Bytes> values;
  std::string result;
};

// Lines "id value ... result"; "-" is an empty value.
void add_cases(std::string_view text, std::size_t values, std::vector<Case>& out) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (line.empty() || line[0] == '#') continue;
    std::vector<std::string_view> words;
    while (!line.empty()) {
      const std::size_t space = line.find(' ');
      words.push_back(line.substr(0, space));
      line = space == std::string_view::npos ? std::string_view{} : line.substr(space + 1);
    }
    REQUIRE(words.size() == values + 2);
    Case c{std::string(words.front()), {}, std::string(words.back())};
    for (std::size_t i = 1; i <= values; ++i) {
      const auto bytes = words[i] == "-" ? Result<Bytes>(Bytes{}) : from_hex(words[i]);
      REQUIRE(bytes.ok());
      c.values.push_back(*bytes);
    }
    out.push_back(std::move(c));
  }
}

// In parts, since a compiler need not take a literal over 65,536 characters.
template <std::size_t n>
std::vector<Case> cases_of(const std::string_view (&parts)[n], std::size_t values) {
  std::vector<Case> out;
  for (const std::string_view part : parts) add_cases(part, values, out);
  return out;
}

bool verifies(const Case& c) {
  if (c.values[2].size() != 64) return false;  // a signature of another length has no place in our records
  return crypto::verify_raw(SignPublicKey::from(c.values[0]), c.values[1], Signature::from(c.values[2]));
}

}  // namespace

TEST_CASE("Ed25519 takes and refuses what Wycheproof says", "[crypto][wycheproof]") {
  const std::vector<Case> all = cases_of(ed25519_cases, 3);
  REQUIRE(all.size() == 151);
  for (const Case& c : all) {
    INFO("case " << c.id);
    CHECK(verifies(c) == (c.result == "valid"));
  }
}

TEST_CASE("X25519 gives Wycheproof's secrets, and none for points of small order", "[crypto][wycheproof]") {
  const std::vector<Case> all = cases_of(x25519_cases, 3);
  REQUIRE(all.size() == 518);
  for (const Case& c : all) {
    INFO("case " << c.id);
    Bytes shared(32);
    const bool agreed = crypto_scalarmult(shared.data(), c.values[1].data(), c.values[0].data()) == 0;
    if (c.values[2] == Bytes(32)) {
      CHECK_FALSE(agreed);
    } else {
      CHECK(agreed);
      CHECK(to_hex(shared) == to_hex(c.values[2]));
    }
  }
}

TEST_CASE("XChaCha20-Poly1305 seals and opens as Wycheproof says", "[crypto][wycheproof]") {
  const std::vector<Case> all = cases_of(xchacha_cases, 6);
  REQUIRE(all.size() == 315);
  for (const Case& c : all) {
    INFO("case " << c.id);
    const Bytes &key = c.values[0], &nonce = c.values[1], &aad = c.values[2], &message = c.values[3];
    Bytes sealed = c.values[4];
    append(sealed, c.values[5]);
    if (nonce.size() != crypto_aead_xchacha20poly1305_ietf_NPUBBYTES || key.size() != 32) {
      CHECK(c.result == "invalid");
      continue;
    }
    Bytes opened(sealed.size());
    unsigned long long size = 0;
    const bool opens = crypto_aead_xchacha20poly1305_ietf_decrypt(opened.data(), &size, nullptr, sealed.data(), sealed.size(),
                                                                  aad.data(), aad.size(), nonce.data(), key.data()) == 0;
    CHECK(opens == (c.result == "valid"));
    if (!opens) continue;
    opened.resize(size);
    CHECK(to_hex(opened) == to_hex(message));
    Bytes again(message.size() + 16);
    crypto_aead_xchacha20poly1305_ietf_encrypt(again.data(), &size, message.data(), message.size(), aad.data(), aad.size(),
                                               nullptr, nonce.data(), key.data());
    CHECK(to_hex(again) == to_hex(sealed));
  }
}
