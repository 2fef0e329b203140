#include "cli/qr_print.h"

#include <string_view>

namespace samplan::cli {
namespace {

// Colours 16 and 231 of the 256 are the same black and white in every theme; 0 and 15 are not.
constexpr std::string_view black_on_white = "\x1b[38;5;16;48;5;231m";
constexpr std::string_view white_on_black = "\x1b[38;5;231;48;5;16m";
constexpr std::string_view plain = "\x1b[0m";

// The code with its quiet zone; outside the square everything is light.
bool is_dark(const QrCode& code, std::size_t x, std::size_t y) {
  const std::size_t q = qr_quiet_modules;
  return x >= q && y >= q && x < q + code.side && y < q + code.side && code.is_dark(x - q, y - q);
}

std::string half_blocks(const QrCode& code, std::size_t side, bool draws_dark) {
  std::string out;
  for (std::size_t y = 0; y < side; y += 2) {
    for (std::size_t x = 0; x < side; ++x) {
      const bool upper = is_dark(code, x, y) == draws_dark;
      // The number of rows is odd. Below the last there is nothing: not drawn, so that the ground shows.
      const bool lower = y + 1 < side && is_dark(code, x, y + 1) == draws_dark;
      out += upper ? (lower ? "█" : "▀") : (lower ? "▄" : " ");
    }
    out += '\n';
  }
  return out;
}

std::string plain_characters(const QrCode& code, std::size_t side, bool draws_dark) {
  std::string out;
  for (std::size_t y = 0; y < side; ++y) {
    for (std::size_t x = 0; x < side; ++x) out += is_dark(code, x, y) == draws_dark ? "##" : "  ";
    out += '\n';
  }
  return out;
}

// Spaces on the one ground or the other: nothing is drawn, so nothing depends on the typeface.
std::string coloured_spaces(const QrCode& code, std::size_t side) {
  std::string out;
  for (std::size_t y = 0; y < side; ++y) {
    for (std::size_t x = 0; x < side; ++x) {
      const bool dark = is_dark(code, x, y);
      if (x == 0 || dark != is_dark(code, x - 1, y)) out += dark ? white_on_black : black_on_white;
      out += "  ";
    }
    out += plain;
    out += '\n';
  }
  return out;
}

// Every line in black on white, set and taken back in the line itself: scrolling copies no colours.
std::string in_colours(const std::string& lines) {
  std::string out;
  std::string_view rest = lines;
  while (!rest.empty()) {
    const std::size_t end = rest.find('\n');
    out += black_on_white;
    out += rest.substr(0, end);
    out += plain;
    out += '\n';
    rest.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace

std::string print_qr(const QrCode& code, const QrStyle& style) {
  const std::size_t side = code.side + 2 * qr_quiet_modules;
  const bool draws_dark = style.has_colours || style.ground == QrGround::light;
  if (!style.is_utf8)
    return style.has_colours ? coloured_spaces(code, side) : plain_characters(code, side, draws_dark);
  const std::string lines = half_blocks(code, side, draws_dark);
  return style.has_colours ? in_colours(lines) : lines;
}

std::size_t qr_columns(const QrCode& code, const QrStyle& style) {
  return (code.side + 2 * qr_quiet_modules) * (style.is_utf8 ? 1 : 2);
}

bool is_utf8_locale(const std::function<std::optional<std::string>(const char* name)>& environment) {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const auto value = environment(name);
    if (!value || value->empty()) continue;
    // "nb_NO.UTF-8", "C.utf8", "nb_NO.UTF-8@nynorsk"
    std::string encoding;
    for (const char c : *value) encoding += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return encoding.find("utf-8") != std::string::npos || encoding.find("utf8") != std::string::npos;
  }
  return false;
}

}  // namespace samplan::cli
