#include "crypto/aead.h"

#include <catch2/catch.hpp>

#include "crypto/box.h"
#include "crypto/device_lock.h"
#include "crypto/sign.h"
#include "tests/support/seeded_entropy.h"

using namespace samplan;
using namespace samplan::crypto;

namespace {

SectionKey some_key(SeededEntropy& entropy) {
  return {entropy.id<PlanId>(), 3, 1, Secret32::random(entropy)};
}

Bytes whole_header(ByteView header144, const Sealed& sealed) {
  Bytes out = header144.copy();
  append(out, sealed.nonce);
  append_u32(out, static_cast<std::uint32_t>(sealed.ciphertext.size()));
  return out;
}

}  // namespace

TEST_CASE("what is sealed opens under the same header and key, and under no other", "[crypto]") {
  SeededEntropy entropy(1);
  const SectionKey key = some_key(entropy);
  const Bytes header(144, 7);
  const Bytes text = ByteView::of("Gå tur hver dag").copy();
  const auto sealed = seal(key, header, text, entropy);
  REQUIRE(sealed.ok());
  const Bytes full = whole_header(header, *sealed);
  REQUIRE(full.size() == 172);
  CHECK(open(key, full, sealed->ciphertext).value() == text);

  for (std::size_t i = 0; i < full.size(); ++i) {
    Bytes wrong = full;
    wrong[i] ^= 1;
    CHECK(open(key, wrong, sealed->ciphertext).code() == Errc::cannot_open);
  }
  for (std::size_t i = 0; i < sealed->ciphertext.size(); ++i) {
    Bytes wrong = sealed->ciphertext;
    wrong[i] ^= 1;
    CHECK(open(key, full, wrong).code() == Errc::cannot_open);
  }
  SectionKey other = {key.plan, key.section, 2, key.secret.clone()};
  CHECK(open(other, full, sealed->ciphertext).code() == Errc::cannot_open);
}

TEST_CASE("padding hides the length and has one encoding", "[crypto]") {
  CHECK(pad(Bytes(1, 1)).size() == 256);
  CHECK(pad(Bytes(252, 1)).size() == 256);
  CHECK(pad(Bytes(253, 1)).size() == 512);
  CHECK(pad(Bytes(4092, 1)).size() == 4096);
  for (std::size_t n : {0U, 1U, 255U, 4093U, 10'000U, 100'000U}) {
    const Bytes padded = pad(Bytes(n, 9));
    CHECK(padded.size() <= (n < 4093 ? 2 * n + 256 : (n + 4) * 112 / 100));
    CHECK(unpad(padded).value() == Bytes(n, 9));
  }
  Bytes hidden = pad(Bytes(1, 1));
  hidden.back() = 1;
  CHECK(unpad(hidden).code() == Errc::malformed);
  Bytes longer = pad(Bytes(1, 1));
  longer.resize(512);
  CHECK(unpad(longer).code() == Errc::malformed);
  CHECK(unpad(Bytes(3, 0)).code() == Errc::truncated);
}

TEST_CASE("a commitment binds key, plan, section and epoch", "[crypto]") {
  SeededEntropy entropy(2);
  const SectionKey key = some_key(entropy);
  const Hash c = commitment(key);
  CHECK(commitment({key.plan, 3, 1, key.secret.clone()}) == c);
  CHECK(commitment({key.plan, 4, 1, key.secret.clone()}) != c);
  CHECK(commitment({key.plan, 3, 2, key.secret.clone()}) != c);
  CHECK(commitment({key.plan, 3, 1, Secret32::random(entropy)}) != c);
}

TEST_CASE("a sealed box opens only for its recipient", "[crypto]") {
  SeededEntropy entropy(3);
  const BoxKeyPair a = new_box_key_pair(entropy);
  const BoxKeyPair b = new_box_key_pair(entropy);
  const Bytes letter = ByteView::of("hei").copy();
  const Bytes sealed = seal_to(a.public_key, letter);
  CHECK(open_sealed(a, sealed).value() == letter);
  CHECK(open_sealed(b, sealed).code() == Errc::cannot_open);
  CHECK(open_sealed(a, Bytes(10, 0)).code() == Errc::truncated);
  CHECK(box_key_pair_of_secret(a.secret).public_key == a.public_key);
}

TEST_CASE("local sealing is bound to purpose and context", "[crypto]") {
  SeededEntropy entropy(4);
  const Secret32 key = Secret32::random(entropy);
  const Bytes sealed = seal_local(key, "draft", ByteView::of("a"), ByteView::of("tekst"), entropy);
  CHECK(open_local(key, "draft", ByteView::of("a"), sealed).value() == ByteView::of("tekst").copy());
  CHECK(open_local(key, "draft", ByteView::of("b"), sealed).code() == Errc::cannot_open);
  CHECK(open_local(key, "keys", ByteView::of("a"), sealed).code() == Errc::cannot_open);
}

TEST_CASE("a signature holds for one label only", "[crypto]") {
  SeededEntropy entropy(5);
  const SignKeyPair key = new_sign_key_pair(entropy);
  const Hash digest = hash("x", {});
  const Signature s = sign(key, "samplan/sig/1", digest);
  CHECK(verify(key.public_key, "samplan/sig/1", digest, s));
  CHECK_FALSE(verify(key.public_key, "samplan/request/1", digest, s));
  CHECK_FALSE(verify(key.public_key, "samplan/sig/1", hash("y", {}), s));
}

TEST_CASE("the passphrase key depends on passphrase, salt and cost", "[crypto]") {
  const Bytes salt(salt_bytes, 1);
  const auto a = passphrase_key("1234", salt, kdf_for_tests);
  REQUIRE(a.ok());
  CHECK(a->same_as(*passphrase_key("1234", salt, kdf_for_tests)));
  CHECK_FALSE(a->same_as(*passphrase_key("1235", salt, kdf_for_tests)));
  CHECK_FALSE(a->same_as(*passphrase_key("1234", Bytes(salt_bytes, 2), kdf_for_tests)));
}
