// SHA-256 and base 64 against published vectors; base 64 has one way of writing something.
#include <catch2/catch.hpp>
#include <string>

#include "crypto/base64.h"
#include "crypto/sha256.h"

using namespace samplan;
using namespace samplan::crypto;

TEST_CASE("SHA-256 gives the hashes of FIPS 180-4's examples", "[crypto][vectors]") {
  CHECK(sha256({ByteView::of("abc")}).hex() ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256({ByteView::of("a"), {}, ByteView::of("bc")}) == sha256({ByteView::of("abc")}));
  CHECK(sha256({}).hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256({ByteView::of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")}).hex() ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST_CASE("base 64 gives the texts of RFC 4648 and reads them back", "[crypto][vectors]") {
  // Section 10.
  const char* texts[][2] = {{"", ""},
                            {"f", "Zg=="},
                            {"fo", "Zm8="},
                            {"foo", "Zm9v"},
                            {"foob", "Zm9vYg=="},
                            {"fooba", "Zm9vYmE="},
                            {"foobar", "Zm9vYmFy"}};
  for (const auto& t : texts) {
    CHECK(to_base64(ByteView::of(t[0])) == t[1]);
    const auto back = from_base64(t[1]);
    REQUIRE(back.ok());
    CHECK(ByteView(*back).text() == t[0]);
  }
  const Bytes high{0xfb, 0xff, 0xbf};
  CHECK(to_base64(high) == "+/+/");
}

TEST_CASE("base 64 for addresses has other letters, no padding, and one way too", "[crypto][vectors]") {
  // RFC 7515, appendix C, and RFC 7636, appendix B.
  const Bytes bytes{3, 236, 255, 224, 193};
  CHECK(to_base64url(bytes) == "A-z_4ME");
  const auto back = from_base64url("A-z_4ME");
  REQUIRE(back.ok());
  CHECK(*back == bytes);
  CHECK(to_base64url(sha256({ByteView::of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")}).view()) ==
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
  CHECK(from_base64url("")->empty());
  for (const char* text : {"A-z_4M", "A-z_4MF", "A-z/4ME", "A+z_4ME", "A-z_4ME=", "A", " A-z_4ME", "A-z_4ME\n",
                           "A-z_4M\xc3"})
    CHECK(from_base64url(text).code() == Errc::malformed);
}

TEST_CASE("base 64 with anything unusual in it is refused", "[crypto][hostile]") {
  for (const char* text : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm9v ", " Zm9v", "Zm\n9v", "Zm9-", "Zm9_",
                           "=", "==", "===", "====", "Z", "Zg==Zg==", "Zm9v=", "Zm9vY"})
    CHECK(from_base64(text).code() == Errc::malformed);
  CHECK(from_base64(std::string_view("Zm9v\0", 5)).code() == Errc::malformed);
  // Every byte in every place of a group: taken only where it is a digit, and written again the same.
  const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t at = 0; at < 4; ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string text = "Zm9v";
      text[at] = static_cast<char>(byte);
      const bool is_digit = digits.find(text[at]) != std::string::npos;
      const auto read = from_base64(text);
      CHECK(read.ok() == is_digit);
      if (read.ok()) CHECK(to_base64(*read) == text);
    }
  }
}
