// Published test vectors against libsodium as linked, on every platform: they show that the library was built
// right (also from source, for WebAssembly) and that our wrappers call the primitive they name.
#include <sodium.h>

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "crypto/box.h"
#include "crypto/device_lock.h"
#include "crypto/sign.h"

using namespace samplan;
using namespace samplan::crypto;

namespace {

Bytes hex(std::string_view text) {
  auto bytes = from_hex(text);
  REQUIRE(bytes.ok());
  return *bytes;
}

Bytes blake2b(std::size_t size, ByteView key, ByteView input) {
  Bytes out(size);
  REQUIRE(crypto_generichash(out.data(), out.size(), input.data(), input.size(), key.data(), key.size()) ==
          0);
  return out;
}

Bytes x25519(ByteView scalar, ByteView point) {
  Bytes out(32);
  REQUIRE(crypto_scalarmult(out.data(), scalar.data(), point.data()) == 0);
  return out;
}

struct SignatureVector {
  const char* seed;
  const char* public_key;
  const char* message;
  const char* signature;
};

// RFC 8032, section 7.1: TEST 1, 2, 3 and SHA(abc).
const SignatureVector rfc8032[] = {
    {"9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
     "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
     "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f"
     "0595b"
     "be24655141438e7a100b"},
    {"4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
     "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
     "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2ea"
     "eb430"
     "2aeeb00d291612bb0c00"},
    {"c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
     "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
     "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e"
     "9716e"
     "d28dc027beceea1ec40a"},
    {"833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
     "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
     "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d442"
     "3643c"
     "e80e2a9ac94fa54ca49f",
     "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179"
     "c138a"
     "c17ad9bef1177331a704"},
};

}  // namespace

TEST_CASE("Ed25519 gives the keys and signatures of RFC 8032", "[crypto][vectors]") {
  for (const SignatureVector& v : rfc8032) {
    const SignKeyPair pair = sign_key_pair(Secret32::from(hex(v.seed)));
    CHECK(pair.public_key.hex() == v.public_key);
    const Bytes message = hex(v.message);
    const Signature signature = sign_raw(pair, message);
    CHECK(signature.hex() == v.signature);
    CHECK(verify_raw(pair.public_key, message, signature));
    for (std::size_t i = 0; i < Signature::size; ++i) {
      Signature wrong = signature;
      wrong.bytes[i] ^= 0x40;
      CHECK_FALSE(verify_raw(pair.public_key, message, wrong));
    }
  }
}

TEST_CASE("a signature has one form: adding the group order makes it invalid", "[crypto][vectors][hostile]") {
  // RFC 8032 5.1.7: S must be below L = 2^252 + 27742317777372353535851937790883648493.
  const Bytes order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  Signature signature = Signature::from(hex(rfc8032[0].signature));
  unsigned carry = 0;
  for (std::size_t i = 0; i < 32; ++i) {
    const unsigned sum = signature.bytes[32 + i] + order[i] + carry;
    signature.bytes[32 + i] = static_cast<std::uint8_t>(sum);
    carry = sum >> 8;
  }
  REQUIRE(carry == 0);
  CHECK_FALSE(verify_raw(SignPublicKey::from(hex(rfc8032[0].public_key)), {}, signature));
}

TEST_CASE("a public key of small order verifies nothing", "[crypto][vectors][hostile]") {
  // With the neutral element as key and as R, and S = 0, the bare equation holds for every message.
  SignPublicKey key;
  key.bytes[0] = 1;
  Signature signature;
  signature.bytes[0] = 1;
  CHECK_FALSE(verify_raw(key, ByteView::of("anything"), signature));
  CHECK_FALSE(verify_raw(SignPublicKey{}, ByteView::of("anything"), Signature{}));
}

TEST_CASE("BLAKE2b-256 gives the published hash of abc", "[crypto][vectors]") {
  CHECK(to_hex(blake2b(32, {}, ByteView::of("abc"))) ==
        "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319");
  // RFC 7693, appendix A.
  CHECK(to_hex(blake2b(64, {}, ByteView::of("abc"))) ==
        "ba80a53f981c4d0d6a2797b69f12f6e94c212f14685ac4b74b12bb6fdbffa2d17d87c5392aab792dc252d5de4533cc9518d3"
        "8aa8dbf1"
        "925ab92386edd4009923");
}

TEST_CASE("BLAKE2b passes the self-test of RFC 7693 with and without keys", "[crypto][vectors]") {
  // Appendix E: 48 hashes of 20, 32, 48 and 64 bytes, half of them keyed, hashed together into 32 bytes.
  const auto sequence = [](std::size_t size, std::uint32_t seed) {
    Bytes out;
    std::uint32_t a = 0xdead4badU * seed, b = 1;
    for (std::size_t i = 0; i < size; ++i) {
      const std::uint32_t t = a + b;
      a = b;
      b = t;
      out.push_back(static_cast<std::uint8_t>(t >> 24));
    }
    return out;
  };
  Bytes all;
  for (const std::uint32_t size : {20U, 32U, 48U, 64U}) {
    for (const std::uint32_t input_size : {0U, 3U, 128U, 129U, 255U, 1024U}) {
      const Bytes input = sequence(input_size, input_size);
      append(all, blake2b(size, {}, input));
      append(all, blake2b(size, sequence(size, size), input));
    }
  }
  CHECK(to_hex(blake2b(32, {}, all)) == "c23a7800d98123bd10f506c61e29da5603d763b8bbad2e737f5e765a7bccd475");
}

TEST_CASE("our hashes are BLAKE2b-256 over label, zero and parts", "[crypto][vectors]") {
  const Bytes joined =
      hex("782f31"
          "00"
          "0102"
          "03");  // "x/1"
  const Bytes key(32, 0x42);
  CHECK(hash("x/1", {Bytes{1, 2}, Bytes{3}}).view() == ByteView(blake2b(32, {}, joined)));
  CHECK(keyed_hash(key, "x/1", {Bytes{1, 2}, Bytes{3}}).view() == ByteView(blake2b(32, key, joined)));
}

TEST_CASE("X25519 gives the points of RFC 7748", "[crypto][vectors]") {
  // Section 5.2.
  CHECK(to_hex(x25519(hex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
                      hex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"))) ==
        "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
  CHECK(to_hex(x25519(hex("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d"),
                      hex("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493"))) ==
        "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957");
  Bytes k = hex("0900000000000000000000000000000000000000000000000000000000000000");
  Bytes u = k;
  for (int i = 0; i < 1000; ++i) {
    Bytes next = x25519(k, u);
    u = k;
    k = next;
    if (i == 0) CHECK(to_hex(k) == "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079");
  }
  CHECK(to_hex(k) == "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
}

TEST_CASE("two people reach the shared secret of RFC 7748", "[crypto][vectors]") {
  // Section 6.1.
  const Secret32 a = Secret32::from(hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a"));
  const Secret32 b = Secret32::from(hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"));
  const BoxKeyPair alice = box_key_pair_of_secret(a);
  const BoxKeyPair bob = box_key_pair_of_secret(b);
  CHECK(alice.public_key.hex() == "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
  CHECK(bob.public_key.hex() == "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  const std::string shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
  CHECK(to_hex(x25519(a.view(), bob.public_key.view())) == shared);
  CHECK(to_hex(x25519(b.view(), alice.public_key.view())) == shared);
}

TEST_CASE("XChaCha20-Poly1305 gives the ciphertext of the published draft", "[crypto][vectors]") {
  // draft-irtf-cfrg-xchacha, appendix A.3.1.
  const Bytes key = hex("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f");
  const Bytes nonce = hex("404142434445464748494a4b4c4d4e4f5051525354555657");
  const Bytes aad = hex("50515253c0c1c2c3c4c5c6c7");
  const Bytes plain = ByteView::of(
                          "Ladies and Gentlemen of the class of '99: If I could offer you only one tip for "
                          "the future, sunscreen "
                          "would be it.")
                          .copy();
  Bytes sealed(plain.size() + crypto_aead_xchacha20poly1305_ietf_ABYTES);
  crypto_aead_xchacha20poly1305_ietf_encrypt(sealed.data(), nullptr, plain.data(), plain.size(), aad.data(),
                                             aad.size(), nullptr, nonce.data(), key.data());
  CHECK(to_hex(sealed) ==
        "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb731c7f1b0b4aa6440bf3a82f4eda7e39ae64"
        "c6708c54"
        "c216cb96b72e1213b4522f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff921f9664c97637da9"
        "768812f6"
        "15c68b13b52ec0875924c1c7987947deafd8780acf49");
}

TEST_CASE("HChaCha20 gives the subkey of the published draft", "[crypto][vectors]") {
  // draft-irtf-cfrg-xchacha, section 2.2.1.
  Bytes out(32);
  const Bytes key = hex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  const Bytes nonce = hex("000000090000004a0000000031415927");
  crypto_core_hchacha20(out.data(), nonce.data(), key.data(), nullptr);
  CHECK(to_hex(out) == "82413b4227b27bfed30e42508a877d73a0f9e4d58a74a853c12ec41326d3ecdc");
}

TEST_CASE("Argon2id agrees with the reference implementation of RFC 9106", "[crypto][vectors]") {
  // The vector printed in RFC 9106 has a secret key and associated data, which libsodium does not offer.
  // These are from the reference implementation: two of its own test file, with its salt of 8 bytes, through
  // the stored form.
  CHECK(crypto_pwhash_str_verify(
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "password", 8) == 0);
  CHECK(crypto_pwhash_str_verify(
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "passwore", 8) != 0);
  CHECK(crypto_pwhash_str_verify(
            "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc",
            "password", 8) == 0);
  // And one made with its command line (-id -t 3 -k 1024 -p 1), through our own function.
  const auto key = passphrase_key("Mona og Kari", ByteView::of("0123456789abcdef"), KdfCost{3, 1024});
  REQUIRE(key.ok());
  CHECK(to_hex(key->view()) == "010b9e8fbbb9f6c9a81703a349e20d15ddb414f1528418b10072acc4f87003b0");
}

TEST_CASE("the library draws fresh randomness for every sealed box", "[crypto][vectors]") {
  REQUIRE(init());
  const BoxKeyPair pair = box_key_pair(Secret32{});
  const Bytes letter(10, 1);
  const Bytes one = seal_to(pair.public_key, letter);
  const Bytes two = seal_to(pair.public_key, letter);
  CHECK_FALSE(one == two);
  CHECK(open_sealed(pair, one).value() == letter);
  // More than the platform's generator gives at a time, and not a byte left untouched.
  std::vector<std::uint8_t> many(200'000, 0);
  randombytes_buf(many.data(), many.size());
  std::vector<int> seen(256, 0);
  for (const std::uint8_t b : many) ++seen[b];
  for (const int count : seen) CHECK((count > 500 && count < 1100));
}
