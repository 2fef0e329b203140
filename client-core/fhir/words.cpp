#include "client-core/fhir/words.h"

#include <cstdint>

#include "base/limits.h"

namespace samplan::fhir {
namespace {

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<std::uint8_t>(c) >= 0x80;
}

bool is_capital_of_latin1(char lead, char tail) {
  const auto byte = static_cast<std::uint8_t>(tail);
  return lead == '\xc3' && byte >= 0x80 && byte <= 0x9e && byte != 0x97;
}

}  // namespace

std::string folded(std::string_view text) {
  text = text.substr(0, limits::name_bytes_max);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c >= 'A' && c <= 'Z') {
      out += static_cast<char>(c - 'A' + 'a');
    } else if (i + 1 < text.size() && is_capital_of_latin1(c, text[i + 1])) {
      out += c;
      out += static_cast<char>(static_cast<std::uint8_t>(text[++i]) + 0x20);
    } else {
      out += c;
    }
  }
  return out;
}

bool holds_word(std::string_view text, std::string_view word, bool whole) {
  for (auto at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
    const auto end = at + word.size();
    const bool begins = at == 0 || !is_word_byte(text[at - 1]);
    const bool ends = end == text.size() || !is_word_byte(text[end]);
    if (begins && (ends || !whole)) return true;
  }
  return false;
}

}  // namespace samplan::fhir
