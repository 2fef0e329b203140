// A text as a QR code: the parts that are the same in every code, the bounds, and one whole code frozen, so
// that every platform draws the same.
#include "client-core/qr.h"

#include <catch2/catch.hpp>
#include <string>

#include "crypto/sha256.h"

using namespace samplan;

namespace {

// The square of 7 by 7 in three corners.
bool has_finder(const QrCode& code, std::size_t left, std::size_t top) {
  for (std::size_t y = 0; y < 7; ++y)
    for (std::size_t x = 0; x < 7; ++x) {
      const bool is_edge = x == 0 || y == 0 || x == 6 || y == 6;
      const bool is_core = x >= 2 && x <= 4 && y >= 2 && y <= 4;
      if (code.is_dark(left + x, top + y) != (is_edge || is_core)) return false;
    }
  return true;
}

// The two bits of error correction level, with the mask of ISO/IEC 18004 (10101) taken off: the first two
// modules of column 0 to 1 in row 8.
unsigned level(const QrCode& code) { return (code.is_dark(0, 8) ? 2U : 0U) + (code.is_dark(1, 8) ? 1U : 0U); }

}  // namespace

TEST_CASE("a QR code has its three corners, its dark module and level M", "[qr]") {
  for (const std::size_t size : {1U, 20U, 100U, 200U, 400U, 666U}) {
    const auto code = make_qr(std::string(size, 'x'));
    REQUIRE(code.ok());
    REQUIRE(code->side >= 21);
    REQUIRE(code->side <= 97);
    REQUIRE(code->side % 4 == 1);
    REQUIRE(code->modules.size() == code->side * code->side);
    CHECK(has_finder(*code, 0, 0));
    CHECK(has_finder(*code, code->side - 7, 0));
    CHECK(has_finder(*code, 0, code->side - 7));
    CHECK_FALSE(has_finder(*code, code->side - 7, code->side - 7));
    CHECK(code->is_dark(8, code->side - 8));
    CHECK(level(*code) == 2U);  // M is 00, masked 10
  }
}

TEST_CASE("a QR code is as small as the text allows", "[qr]") {
  // Bytes at level M: 14 in version 1, 26 in version 2, 666 in version 20 (ISO/IEC 18004, table 7).
  CHECK(make_qr(std::string(14, 'x'))->side == 21);
  CHECK(make_qr(std::string(15, 'x'))->side == 25);
  CHECK(make_qr(std::string(26, 'x'))->side == 25);
  CHECK(make_qr(std::string(27, 'x'))->side == 29);
  CHECK(make_qr(std::string(qr_text_bytes_max, 'x'))->side == 97);
  // Digits alone are packed closer: 34 in version 1.
  CHECK(make_qr(std::string(34, '7'))->side == 21);
  // A text in which every change of packing costs more than it saves is packed in one way throughout.
  std::string mixed;
  while (mixed.size() < qr_text_bytes_max) mixed += "7XXXXXXXXXXXx";
  mixed.resize(qr_text_bytes_max);
  CHECK(make_qr(mixed)->side == 97);
}

TEST_CASE("what cannot be a code is refused", "[qr][hostile]") {
  CHECK(make_qr("").code() == Errc::invalid_argument);
  CHECK(make_qr(std::string_view("a\0b", 3)).code() == Errc::invalid_argument);
  CHECK(make_qr("a\x1b[2J").code() == Errc::invalid_argument);
  CHECK(make_qr("\xff").code() == Errc::not_utf8);
  CHECK(make_qr(std::string(qr_text_bytes_max + 1, 'x')).code() == Errc::too_large);
  CHECK(make_qr("Blåbær og 🙂").ok());
}

TEST_CASE("a QR code is the same on every platform", "[qr][vectors]") {
  const auto code = make_qr("https://plan.example/#/bli-med/0102030405060708");
  REQUIRE(code.ok());
  CHECK(code->side == 29);
  CHECK(crypto::sha256({code->modules}).hex() ==
        "b50c1038489a7e9cb1a816658295847f5d61a2fd5b9adb212629fb20525ed55d");
}
