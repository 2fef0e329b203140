#include "base/utf8.h"

#include <cstdint>

namespace samplan {
namespace {

// Length of the well-formed sequence at the front of `s`, or 0.
std::size_t sequence_length(std::string_view s) {
  const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(s[i]); };
  const auto tail = [&](std::size_t i, std::uint8_t low, std::uint8_t high) {
    return i < s.size() && at(i) >= low && at(i) <= high;
  };
  const std::uint8_t b = at(0);
  if (b < 0x80) return 1;
  if (b >= 0xc2 && b <= 0xdf) return tail(1, 0x80, 0xbf) ? 2 : 0;
  if (b >= 0xe0 && b <= 0xef) {
    const std::uint8_t low = b == 0xe0 ? 0xa0 : 0x80;
    const std::uint8_t high = b == 0xed ? 0x9f : 0xbf;
    return tail(1, low, high) && tail(2, 0x80, 0xbf) ? 3 : 0;
  }
  if (b >= 0xf0 && b <= 0xf4) {
    const std::uint8_t low = b == 0xf0 ? 0x90 : 0x80;
    const std::uint8_t high = b == 0xf4 ? 0x8f : 0xbf;
    return tail(1, low, high) && tail(2, 0x80, 0xbf) && tail(3, 0x80, 0xbf) ? 4 : 0;
  }
  return 0;
}

}  // namespace

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t n = sequence_length(text);
    if (n == 0) return false;
    text.remove_prefix(n);
  }
  return true;
}

bool is_plain_text(std::string_view text) {
  for (const char c : text) {
    const auto b = static_cast<std::uint8_t>(c);
    if ((b < 0x20 && c != '\n' && c != '\t') || b == 0x7f) return false;
  }
  return is_utf8(text);
}

std::size_t code_points(std::string_view text) {
  std::size_t n = 0;
  for (const char c : text) n += (static_cast<std::uint8_t>(c) & 0xc0U) != 0x80U;
  return n;
}

}  // namespace samplan
