#include "client-core/fhir/plain_text.h"

#include <cstdint>

namespace samplan::fhir {
namespace {

struct CodePoint {
  std::uint32_t value;
  std::size_t size;
};

// The code point at the front of well-formed, non-empty UTF-8.
CodePoint front_of(std::string_view s) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<std::uint8_t>(s[i]));
  };
  const std::uint32_t b = byte(0);
  if (b < 0x80 || s.size() < 2) return {b, 1};
  if (b < 0xe0 || s.size() < 3) return {(b & 0x1fU) << 6U | (byte(1) & 0x3fU), 2};
  if (b < 0xf0 || s.size() < 4) {
    return {(b & 0x0fU) << 12U | (byte(1) & 0x3fU) << 6U | (byte(2) & 0x3fU), 3};
  }
  return {(b & 0x07U) << 18U | (byte(1) & 0x3fU) << 12U | (byte(2) & 0x3fU) << 6U | (byte(3) & 0x3fU), 4};
}

bool is_line_end(std::uint32_t c) { return c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029; }

// Control characters, and those that turn the direction of the text around so that it reads as something
// else.
bool has_no_place(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0xfeff || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069);
}

void trim(std::string& text) {
  const auto first = text.find_first_not_of(" \t\n");
  if (first == std::string::npos) {
    text.clear();
    return;
  }
  text.erase(text.find_last_not_of(" \t\n") + 1);
  text.erase(0, first);
}

void cut(std::string& text, std::size_t bytes_max) {
  constexpr std::string_view mark = "…";
  std::size_t keep = bytes_max - mark.size();
  while (keep > 0 && (static_cast<std::uint8_t>(text[keep]) & 0xc0U) == 0x80U) --keep;
  text.erase(keep);
  text += mark;
}

}  // namespace

PlainText plain_text(std::string_view text, std::size_t bytes_max, Lines lines) {
  PlainText out;
  while (!text.empty()) {
    const CodePoint c = front_of(text);
    if (is_line_end(c.value)) {
      const bool is_crlf = c.value == '\r' && text.size() > 1 && text[1] == '\n';
      out.text += lines == Lines::one ? ' ' : '\n';
      text.remove_prefix(is_crlf ? 2 : c.size);
      continue;
    }
    if (c.value == '\t') {
      out.text += lines == Lines::one ? ' ' : '\t';
    } else if (has_no_place(c.value)) {
      out.was_cleaned = true;
    } else {
      out.text += text.substr(0, c.size);
    }
    text.remove_prefix(c.size);
  }
  trim(out.text);
  if (out.text.size() > bytes_max) {
    cut(out.text, bytes_max);
    out.was_cut = true;
  }
  return out;
}

bool is_blank_text(std::string_view text) {
  return plain_text(text, text.size() + 3, Lines::one).text.empty();
}

std::string short_label(std::string_view text) { return plain_text(text, 100, Lines::one).text; }

}  // namespace samplan::fhir
