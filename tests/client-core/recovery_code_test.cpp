// A code on paper: how it looks, how forgiving its reader is, and that every ordinary slip of the pen is
// noticed and placed.
#include "client-core/recovery_code.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "tests/support/seeded_entropy.h"

using namespace samplan;
using crypto::Secret32;

namespace {

Secret32 counting() {
  Bytes bytes(32);
  for (std::size_t i = 0; i < 32; ++i) bytes[i] = static_cast<std::uint8_t>(i * 8 + 1);
  return Secret32::from(bytes);
}

std::string without_spaces(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), ' '), text.end());
  return text;
}

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

bool reads_back(std::string_view typed, const Secret32& secret) {
  const auto got = read_recovery_code(typed);
  return got.ok() && got->same_as(secret);
}

const std::string alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

}  // namespace

TEST_CASE("a recovery code looks the same for ever", "[code][vectors]") {
  // Made from the description in the header by a program of its own (Python: integers and hashlib.blake2b).
  const std::string code = write_recovery_code(counting());
  CHECK(code ==
        "R40G8 J48SK 44MKK 2EA1G 958NZ JRB9X E5WRC 32CHV "
        "K6GTV KCDSH R74X5 3PF1R X7RZQ JWZTC");
  CHECK(reads_back(code, counting()));
  CHECK(write_share_code(crypto::Share{2, {1, 2, 3, 4}, counting()}) ==
        "D4102 20G34 0G0G5 J48SH 44MKN 2EA1P 958NX JRB9Z "
        "E5WR2 32CHN K6GTS KCDSK R74X3 3PF1Y X7RZN K3RK6");
}

TEST_CASE("a code of a later version, or of another kind, is told from a mistyped one", "[code][hostile]") {
  // The same secret with version 2, and with the letter 0.
  const std::string later =
      "R80GX J48SK 44MKK 2EA1G 958NZ JRB9X E5WRC 32CHV "
      "K6GTV KCDSH R74X5 3PF1R X7RZQ K997J";
  const std::string foreign =
      "040GX J48SK 44MKK 2EA1G 958NZ JRB9X E5WRC 32CHV "
      "K6GTV KCDSH R74X5 3PF1R X7RZQ KFWV0";
  CHECK(wrong_code_groups(later).empty());
  CHECK(read_recovery_code(later).code() == Errc::unknown_version);
  CHECK(wrong_code_groups(foreign).empty());
  CHECK(read_recovery_code(foreign).error().detail == "Dette er ikke en kode fra Samplan.");
}

TEST_CASE("codes are read back as they were written", "[code]") {
  SeededEntropy entropy(21);
  for (int i = 0; i < 300; ++i) {
    const Secret32 secret = Secret32::random(entropy);
    const std::string code = write_recovery_code(secret);
    REQUIRE(code.size() == 83);
    REQUIRE(code[0] == 'R');
    REQUIRE(reads_back(code, secret));
    const auto shares = crypto::split_secret(secret, entropy);
    for (const crypto::Share& share : shares) {
      const std::string text = write_share_code(share);
      REQUIRE(text.size() == 95);
      REQUIRE(text[0] == 'D');
      const auto got = read_share_code(text);
      REQUIRE(got.ok());
      REQUIRE(got->number == share.number);
      REQUIRE(got->set == share.set);
      REQUIRE(got->part.same_as(share.part));
    }
  }
  CHECK(code_groups(CodeKind::recovery) == 14);
  CHECK(code_groups(CodeKind::share) == 16);
}

TEST_CASE("how a code is typed does not matter", "[code]") {
  const Secret32 secret = Secret32::from(Bytes(32, 0));  // many zeros
  const std::string code = write_recovery_code(secret);
  for (const std::string& typed :
       {lower(code), without_spaces(code), replaced(code, " ", "-"), replaced(code, " ", "\n"),
        replaced(code, " ", " – "), replaced(code, " ", "\xc2\xa0"), replaced(code, " ", ", "),
        replaced(code, "0", "O"), replaced(code, "0", "o"), replaced(code, "0", "Ø"),
        replaced(code, "0", "ø"), "  " + code + "\r\n", replaced(code, " ", " : _ . − ")})
    CHECK(reads_back(typed, secret));
  const Secret32 ones = Secret32::from(Bytes(32, 0x21));
  const std::string with_ones = write_recovery_code(ones);
  REQUIRE(with_ones.find('1') != std::string::npos);
  for (const char* one : {"I", "i", "L", "l"}) CHECK(reads_back(replaced(with_ones, "1", one), ones));
}

TEST_CASE("every wrong character is noticed and its group named", "[code][hostile]") {
  const std::string code = write_recovery_code(counting());
  for (std::size_t at = 0; at < code.size(); ++at) {
    if (code[at] == ' ') continue;
    const std::size_t group = at / 6 + 1;
    for (const char c : alphabet + "U!?") {
      if (c == code[at]) continue;
      std::string typed = code;
      typed[at] = c;
      REQUIRE(wrong_code_groups(typed) == std::vector<std::size_t>{group});
      const auto got = read_recovery_code(typed);
      REQUIRE(got.code() == Errc::malformed);
      REQUIRE(got.error().detail == "Feil i gruppe " + std::to_string(group) + ".");
    }
  }
}

TEST_CASE("two characters of a group in the wrong order are noticed", "[code][hostile]") {
  SeededEntropy entropy(4);
  for (int i = 0; i < 50; ++i) {
    const std::string code = write_recovery_code(Secret32::random(entropy));
    for (std::size_t a = 0; a < code.size(); ++a)
      for (std::size_t b = a + 1; b < code.size() && b / 6 == a / 6; ++b) {
        if (code[a] == ' ' || code[b] == ' ' || code[a] == code[b]) continue;
        std::string typed = code;
        std::swap(typed[a], typed[b]);
        REQUIRE(wrong_code_groups(typed) == std::vector<std::size_t>{a / 6 + 1});
      }
  }
}

TEST_CASE("groups in the wrong order are noticed, each of them", "[code][hostile]") {
  const std::string code = write_share_code(crypto::Share{2, {1, 2, 3, 4}, counting()});
  for (std::size_t a = 0; a < 16; ++a)
    for (std::size_t b = a + 1; b < 16; ++b) {
      std::string typed = code;
      std::swap_ranges(typed.begin() + static_cast<std::ptrdiff_t>(a * 6),
                       typed.begin() + static_cast<std::ptrdiff_t>(a * 6 + 5),
                       typed.begin() + static_cast<std::ptrdiff_t>(b * 6));
      REQUIRE(wrong_code_groups(typed) == std::vector<std::size_t>{a + 1, b + 1});
      REQUIRE(read_share_code(typed).code() == Errc::malformed);
    }
}

TEST_CASE("a left-out or doubled group or character is noticed, and where to look said", "[code][hostile]") {
  const std::string code = write_recovery_code(counting());
  for (std::size_t g = 0; g < 14; ++g) {
    std::string shorter = code;
    shorter.erase(g * 6, 6);
    const auto left_out = read_recovery_code(shorter);
    REQUIRE(left_out.code() == Errc::truncated);
    if (g < 13) REQUIRE(wrong_code_groups(shorter).front() == g + 1);
    std::string longer = code;
    longer.insert(g * 6, code.substr(g * 6, 5) + " ");
    REQUIRE(read_recovery_code(longer).code() == Errc::too_large);
  }
  std::string typed = code;
  typed.erase(20, 1);  // in group 4
  const auto got = read_recovery_code(typed);
  CHECK(got.code() == Errc::truncated);
  CHECK(got.error().detail == "Koden har 70 tegn i 14 grupper; her er det 69. Se fra gruppe 4.");
  CHECK(read_recovery_code("").code() == Errc::truncated);
  CHECK(read_recovery_code(" - ").code() == Errc::truncated);
  CHECK(read_recovery_code(std::string(1025, '0')).code() == Errc::too_large);
}

TEST_CASE("several wrong groups are named together", "[code]") {
  std::string typed = write_recovery_code(counting());
  for (const std::size_t group : {3U, 6U}) typed[group * 6] = typed[group * 6] == '7' ? '8' : '7';
  CHECK(read_recovery_code(typed).error().detail == "Feil i gruppe 4 og 7.");
  typed[0] = '0';
  CHECK(read_recovery_code(typed).error().detail == "Feil i gruppe 1, 4 og 7.");
  for (std::size_t i = 0; i < typed.size(); i += 6) typed[i] = '!';
  CHECK(read_recovery_code(typed).error().detail == "Feil i flere grupper, først i gruppe 1.");
}

TEST_CASE("what fits group by group but is another code is noticed in the end", "[code][hostile]") {
  // Group 5 of one code and the others of another: each group is right in itself.
  const std::string one = write_recovery_code(counting());
  const std::string two = write_recovery_code(Secret32::from(Bytes(32, 0x5a)));
  const std::string mixed = one.substr(0, 24) + two.substr(24, 5) + one.substr(29);
  REQUIRE(wrong_code_groups(mixed).empty());
  CHECK(read_recovery_code(mixed).code() == Errc::malformed);
}

TEST_CASE("a share is not taken for a whole code, nor the other way", "[code][hostile]") {
  const std::string share = write_share_code(crypto::Share{1, {1, 2, 3, 4}, counting()});
  const std::string code = write_recovery_code(counting());
  CHECK(read_recovery_code(share).code() == Errc::invalid_argument);
  CHECK(read_share_code(code).code() == Errc::invalid_argument);
  CHECK(code_kind(share) == CodeKind::share);
  CHECK(code_kind(lower(code)) == CodeKind::recovery);
  CHECK(code_kind("  r") == CodeKind::recovery);
  CHECK_FALSE(code_kind("").has_value());
  CHECK_FALSE(code_kind("X").has_value());
}

TEST_CASE("while a code is typed, only complete groups are judged", "[code]") {
  const std::string code = write_recovery_code(counting());
  for (std::size_t size = 0; size <= code.size(); ++size)
    CHECK(wrong_code_groups(code.substr(0, size)).empty());
  CHECK(wrong_code_groups("R409").empty());
  CHECK(wrong_code_groups("RRRRR") == std::vector<std::size_t>{1});
}

TEST_CASE("any bytes at all may be typed", "[code][hostile]") {
  SeededEntropy entropy(9);
  for (int i = 0; i < 2000; ++i) {
    std::string typed(entropy.below(120), '\0');
    for (char& c : typed) c = static_cast<char>(entropy.next());
    CHECK_FALSE(read_recovery_code(typed).ok());
    CHECK_FALSE(read_share_code(typed).ok());
    (void)wrong_code_groups(typed);
  }
}
