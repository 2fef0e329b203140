// A QR code in a terminal: what is printed is painted again as a picture and read by a scanner that others
// wrote (ZXing, Debian's libzxing-dev).
#include "cli/qr_print.h"

#define ZX_USE_UTF8 1
#include <ZXing/ReadBarcode.h>

#include <catch2/catch.hpp>
#include <map>
#include <sstream>

#include "tests/cli/cli_world.h"

using namespace samplan;
using namespace samplan::cli;

namespace {

const std::string invitation_link =
    "https://plan.example/#/bli-med/01023f" + std::string(100, 'a') + "4b617269";

// Pixels of a terminal, two rows and two columns of them a character cell with half blocks: 255 is white.
struct Picture {
  std::size_t width = 0;
  std::vector<std::vector<std::uint8_t>> rows;
};

struct Colours {
  std::uint8_t ink, ground;
};

// Paints text as a terminal does that draws `start.ink` on `start.ground` and knows the two escape sequences
// that we use. Each cell of text is `cell_width` pixels wide and `cell_height` high.
Picture paint(const std::string& text, Colours start, std::size_t cell_width, std::size_t cell_height) {
  const std::map<std::string, Colours> escapes{
      {"\x1b[38;5;16;48;5;231m", {0, 255}}, {"\x1b[38;5;231;48;5;16m", {255, 0}}, {"\x1b[0m", start}};
  Picture out;
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line)) {
    std::vector<std::uint8_t> upper, lower;
    Colours now = start;
    for (std::size_t i = 0; i < line.size();) {
      if (line[i] == '\x1b') {
        const std::size_t end = line.find('m', i) + 1;
        const auto found = escapes.find(line.substr(i, end - i));
        REQUIRE(found != escapes.end());
        now = found->second;
        i = end;
        continue;
      }
      const std::size_t size = line[i] == '\xe2' ? 3 : 1;
      const std::string cell = line.substr(i, size);
      i += size;
      REQUIRE((cell == " " || cell == "#" || cell == "█" || cell == "▀" || cell == "▄"));
      const bool is_full = cell == "#" || cell == "█";
      upper.insert(upper.end(), cell_width, is_full || cell == "▀" ? now.ink : now.ground);
      lower.insert(lower.end(), cell_width, is_full || cell == "▄" ? now.ink : now.ground);
    }
    for (std::size_t y = 0; y < cell_height; ++y) out.rows.push_back(y < cell_height / 2 ? upper : lower);
    out.width = upper.size();
  }
  for (const auto& row : out.rows) REQUIRE(row.size() == out.width);
  return out;
}

// What the scanner finds.
std::string scanned(const Picture& picture) {
  std::vector<std::uint8_t> pixels;
  for (const auto& row : picture.rows) pixels.insert(pixels.end(), row.begin(), row.end());
  const ZXing::ImageView view(pixels.data(), static_cast<int>(picture.width),
                              static_cast<int>(picture.rows.size()), ZXing::ImageFormat::Lum);
  const auto result = ZXing::ReadBarcode(view, ZXing::DecodeHints().setFormats(ZXing::BarcodeFormat::QRCode));
  return result.isValid() ? result.text() : "(nothing found)";
}

constexpr Colours white_terminal{0, 255};
constexpr Colours black_terminal{255, 0};

QrCode code_of(std::string_view text) {
  auto code = make_qr(text);
  REQUIRE(code.ok());
  return *code;
}

}  // namespace

TEST_CASE("a printed QR code is read by a scanner, however it is printed") {
  const QrCode code = code_of(invitation_link);
  SECTION("half blocks, colours set, whatever the terminal's own") {
    const std::string text = print_qr(code, {true, true, QrGround::dark});
    CHECK(scanned(paint(text, white_terminal, 4, 8)) == invitation_link);
    CHECK(scanned(paint(text, black_terminal, 4, 8)) == invitation_link);
  }
  SECTION("half blocks on a dark terminal without colours") {
    CHECK(scanned(paint(print_qr(code, {true, false, QrGround::dark}), black_terminal, 4, 8)) ==
          invitation_link);
  }
  SECTION("half blocks on a light ground") {
    CHECK(scanned(paint(print_qr(code, {true, false, QrGround::light}), white_terminal, 4, 8)) ==
          invitation_link);
  }
  SECTION("plain characters, colours set") {
    const std::string text = print_qr(code, {false, true, QrGround::dark});
    CHECK(scanned(paint(text, white_terminal, 2, 4)) == invitation_link);
    CHECK(scanned(paint(text, black_terminal, 2, 4)) == invitation_link);
  }
  SECTION("plain characters on a dark terminal and on a light ground") {
    CHECK(scanned(paint(print_qr(code, {false, false, QrGround::dark}), black_terminal, 2, 4)) ==
          invitation_link);
    CHECK(scanned(paint(print_qr(code, {false, false, QrGround::light}), white_terminal, 2, 4)) ==
          invitation_link);
  }
}

TEST_CASE("the longest and the shortest text and Norwegian letters are read by a scanner") {
  for (const std::string& text : {std::string("1"), std::string("Blåbærsyltetøy i Åmot 🙂"),
                                  std::string(qr_text_bytes_max, 'x'), std::string(300, '8')})
    CHECK(scanned(paint(print_qr(code_of(text), {true, false, QrGround::light}), white_terminal, 4, 8)) ==
          text);
}

TEST_CASE("every line is as wide as is said, and has the quiet zone round it") {
  const QrCode code = code_of("x");
  const QrStyle half{true, false, QrGround::light}, plain{false, false, QrGround::light};
  CHECK(qr_columns(code, half) == 21 + 8);
  CHECK(qr_columns(code, plain) == 2 * (21 + 8));
  const Picture picture = paint(print_qr(code, half), white_terminal, 1, 2);
  CHECK(picture.width == qr_columns(code, half));
  REQUIRE(picture.rows.size() == 30);  // 29 modules, and half a line to spare
  for (std::size_t y = 0; y < 30; ++y)
    for (std::size_t x = 0; x < 29; ++x) {
      const bool is_inside = x >= 4 && y >= 4 && x < 25 && y < 25;
      CHECK((picture.rows[y][x] == 0) == (is_inside && code.is_dark(x - 4, y - 4)));
    }
  // The half line to spare is left as it is on a dark ground too: nothing is drawn below the quiet zone.
  const Picture dark = paint(print_qr(code, {true, false, QrGround::dark}), black_terminal, 1, 2);
  CHECK(dark.rows[28] == std::vector<std::uint8_t>(29, black_terminal.ink));
  CHECK(dark.rows[29] == std::vector<std::uint8_t>(29, black_terminal.ground));
  const std::string lines = print_qr(code, plain);
  CHECK(paint(lines, white_terminal, 1, 2).width == qr_columns(code, plain));
  CHECK(lines.find_first_not_of(" #\n") == std::string::npos);
}

TEST_CASE("without colours there is no escape sequence; with colours each line takes its own back") {
  const QrCode code = code_of("x");
  for (const bool is_utf8 : {false, true}) {
    for (const QrGround ground : {QrGround::light, QrGround::dark})
      CHECK(print_qr(code, {is_utf8, false, ground}).find('\x1b') == std::string::npos);
    std::istringstream lines(print_qr(code, {is_utf8, true, QrGround::dark}));
    std::string line;
    while (std::getline(lines, line)) {
      REQUIRE(line.size() > 4);
      CHECK(line.substr(line.size() - 4) == "\x1b[0m");
    }
  }
}

TEST_CASE("the first locale variable that is set says whether UTF-8 is spoken") {
  const auto is_utf8 = [](std::map<std::string, std::string> variables) {
    return is_utf8_locale([variables](const char* name) -> std::optional<std::string> {
      const auto found = variables.find(name);
      if (found == variables.end()) return std::nullopt;
      return found->second;
    });
  };
  CHECK(is_utf8({{"LANG", "nb_NO.UTF-8"}}));
  CHECK(is_utf8({{"LANG", "C.utf8"}}));
  CHECK(is_utf8({{"LC_CTYPE", "nn_NO.UTF-8@x"}, {"LANG", "C"}}));
  CHECK(is_utf8({{"LC_ALL", ""}, {"LANG", "en_GB.UTF-8"}}));
  CHECK_FALSE(is_utf8({{"LC_ALL", "C"}, {"LANG", "en_GB.UTF-8"}}));
  CHECK_FALSE(is_utf8({{"LANG", "nb_NO.ISO-8859-1"}}));
  CHECK_FALSE(is_utf8({{"LANG", "nb_NO"}}));
  CHECK_FALSE(is_utf8({}));
}

TEST_CASE("An invitation is a code as well: on a terminal, or where --qr asks for it") {
  CliWorld w;
  w.book.answers["plans"] = {{"ok", true}, {"plans", {{{"plan", std::string(64, 'a')}, {"title", "Aud"}}}}};
  w.book.answers["invite"] = {{"ok", true}, {"link", invitation_link}, {"expires_ms", w.now + 1000}};
  w.environment["LANG"] = "nb_NO.UTF-8";
  const std::vector<std::string> words{"invite", "--role", "relative", "--name", "Jonas"};
  // What stands between the link and the sentence after it, read by the scanner.
  const auto code_in = [&](Colours terminal) -> std::string {
    std::string text = w.out.str();
    const std::size_t link = text.find(invitation_link + "\n\n");
    if (link == std::string::npos) return "(no code)";
    text = text.substr(link + invitation_link.size() + 2);
    std::string code;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line) && line.find("Den gjelder til") == std::string::npos;)
      code += line + "\n";
    return scanned(paint(code, terminal, 4, 8));
  };
  REQUIRE(w.run(words) == exit_good);
  CHECK(w.out.str().find(invitation_link) != std::string::npos);
  CHECK(code_in(white_terminal) == "(no code)");
  auto asked = words;
  asked.push_back("--qr");
  REQUIRE(w.run(asked) == exit_good);
  CHECK(code_in(white_terminal) == invitation_link);
  w.is_terminal = true;
  REQUIRE(w.run(words) == exit_good);
  CHECK(code_in(black_terminal) == invitation_link);
}
