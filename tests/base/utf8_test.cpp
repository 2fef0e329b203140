#include "base/utf8.h"

#include <catch2/catch.hpp>
#include <cstdint>
#include <string>

using namespace samplan;
using namespace std::string_literals;

namespace {

// UTF-8 of a number, also of those that have no business in it.
std::string encode(std::uint32_t c) {
  const auto byte = [](std::uint32_t b) { return static_cast<char>(static_cast<std::uint8_t>(b)); };
  if (c < 0x80) return {byte(c)};
  if (c < 0x800) return {byte(0xc0 | c >> 6), byte(0x80 | (c & 0x3f))};
  if (c < 0x10000) return {byte(0xe0 | c >> 12), byte(0x80 | (c >> 6 & 0x3f)), byte(0x80 | (c & 0x3f))};
  return {byte(0xf0 | c >> 18), byte(0x80 | (c >> 12 & 0x3f)), byte(0x80 | (c >> 6 & 0x3f)),
          byte(0x80 | (c & 0x3f))};
}

}  // namespace

TEST_CASE("every character of Unicode is accepted, and no surrogate", "[base]") {
  int wrong = 0;
  for (std::uint32_t c = 0; c <= 0x10ffff; ++c) {
    const bool surrogate = c >= 0xd800 && c <= 0xdfff;
    wrong += is_utf8(encode(c)) == surrogate;
  }
  CHECK(wrong == 0);
  CHECK_FALSE(is_utf8("\xed\xa0\x80\xed\xb0\x80"));  // a surrogate pair, as some databases write it
  CHECK_FALSE(is_utf8(encode(0x110000)));
  CHECK_FALSE(is_utf8(encode(0x1fffff)));
}

TEST_CASE("ordinary Norwegian, Sami and joined emoji are well formed", "[base]") {
  CHECK(is_utf8("Blåbærsyltetøy på Sørøya"));
  CHECK(is_utf8("Áŋŋel, Čáhcesuolu, Ruŧŧa, Šibmá, Žuolla"));
  CHECK(is_utf8("👩‍👧 vil gå på tur"));
  CHECK(is_utf8(""));
  CHECK(is_utf8("a\0b"s));
}

TEST_CASE("each class of malformed sequence is refused wherever it stands", "[base][hostile]") {
  const std::string malformed[] = {
      "\x80"s,
      "\xbf"s,  // a continuation alone
      "\xc0\x80"s,
      "\xc1\xbf"s,  // overlong: two bytes
      "\xe0\x80\x80"s,
      "\xe0\x9f\xbf"s,  // overlong: three
      "\xf0\x80\x80\x80"s,
      "\xf0\x8f\xbf\xbf"s,  // overlong: four
      "\xed\xa0\x80"s,
      "\xed\xbf\xbf"s,  // surrogates
      "\xf4\x90\x80\x80"s,
      "\xf5\x80\x80\x80"s,  // above U+10FFFF
      "\xf8\x88\x80\x80\x80"s,
      "\xfc\x84\x80\x80\x80\x80"s,  // five and six bytes
      "\xfe"s,
      "\xff"s,  // never
      "\xc3"s,
      "\xe2\x82"s,
      "\xe2"s,  // cut off
      "\xf0\x9f"s,
      "\xf0\x9f\x91"s,
      "\xf0"s,
      "\xc3\x28"s,
      "\xe2\x28\xa1"s,
      "\xe2\x82\x28"s,  // a wrong second, third, fourth byte
      "\xf0\x28\x8c\xbc"s,
      "\xf0\x90\x28\xbc"s,
      "\xf0\x90\x8c\x28"s,
      "\xc3\xc3"s,
  };
  for (const std::string& m : malformed) {
    CAPTURE(m.size());
    CHECK_FALSE(is_utf8(m));
    CHECK_FALSE(is_utf8("før" + m));
    CHECK_FALSE(is_utf8(m + "etter"));
    CHECK_FALSE(is_utf8("å" + m + "å"));
    CHECK_FALSE(is_plain_text(m));
  }
}

TEST_CASE("plain text has newlines and tabs, and no other control character", "[base]") {
  CHECK(is_plain_text("Første linje\nAndre\tlinje"));
  for (int c = 0; c < 0x20; ++c) {
    const bool allowed = c == '\n' || c == '\t';
    CHECK(is_plain_text("a"s + static_cast<char>(c) + "b") == allowed);
  }
  CHECK_FALSE(is_plain_text("\x7f"));
  CHECK_FALSE(is_plain_text("\x1b[31mrød"));
}

TEST_CASE("code points are counted, not bytes", "[base]") {
  CHECK(code_points("") == 0);
  CHECK(code_points("abc") == 3);
  CHECK(code_points("blå") == 3);
  CHECK(code_points("€") == 1);
  CHECK(code_points("👩‍👧") == 3);
}
