#include "sync/merge/same_text.h"

#include <cstdint>

namespace samplan::merge {
namespace {

constexpr char32_t end_of_text = 0xffffffffU;

// Unicode CaseFolding.txt, class C, for U+0000..U+017F.
char32_t fold_case(char32_t c) {
  if (c >= 'A' && c <= 'Z') return c + 32;
  if (c < 0xc0) return c;
  if (c <= 0xde) return c == 0xd7 ? c : c + 32;
  if (c < 0x100 || c > 0x17f) return c;
  if (c == 0x178) return 0xff;
  if (c == 0x17f) return 's';
  if (c == 0x130 || c == 0x131 || c == 0x138 || c == 0x149) return c;  // no simple partner
  const bool upper_is_odd = (c >= 0x139 && c <= 0x148) || (c >= 0x179 && c <= 0x17e);
  return (c & 1U) == (upper_is_odd ? 1U : 0U) ? c + 1 : c;
}

bool is_space(char32_t c) { return c == ' ' || c == '\t' || c == '\n' || c == 0xa0; }

// Reads the folded code points of a text one by one, without copying it.
class FoldedCursor {
 public:
  explicit FoldedCursor(std::string_view text) : rest_(text) { skip_spaces(); }

  char32_t next() {
    if (rest_.empty()) return end_of_text;
    std::size_t size = 0;
    const char32_t c = front(size);
    if (!is_space(c)) {
      rest_.remove_prefix(size);
      return fold_case(c);
    }
    skip_spaces();
    return rest_.empty() ? end_of_text : U' ';
  }

 private:
  char32_t front(std::size_t& size) const {
    const auto at = [&](std::size_t i) { return static_cast<std::uint8_t>(rest_[i]); };
    const std::uint8_t b = at(0);
    size = b < 0x80 ? 1U : b < 0xe0 ? 2U : b < 0xf0 ? 3U : 4U;
    if (size > rest_.size()) size = 1;
    if (size == 1) return b;
    char32_t c = b & (0x7fU >> size);
    for (std::size_t i = 1; i < size; ++i) c = (c << 6U) | (at(i) & 0x3fU);
    return c;
  }
  void skip_spaces() {
    while (!rest_.empty()) {
      std::size_t size = 0;
      if (!is_space(front(size))) return;
      rest_.remove_prefix(size);
    }
  }
  std::string_view rest_;
};

void append_utf8(std::string& out, char32_t c) {
  const auto put = [&](char32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xc0U | (c >> 6U));
  } else if (c < 0x10000) {
    put(0xe0U | (c >> 12U));
    put(0x80U | ((c >> 6U) & 0x3fU));
  } else {
    put(0xf0U | (c >> 18U));
    put(0x80U | ((c >> 12U) & 0x3fU));
    put(0x80U | ((c >> 6U) & 0x3fU));
  }
  put(0x80U | (c & 0x3fU));
}

}  // namespace

bool same_text(std::string_view a, std::string_view b) {
  if (a == b) return true;
  FoldedCursor x(a);
  FoldedCursor y(b);
  for (;;) {
    const char32_t c = x.next();
    if (c != y.next()) return false;
    if (c == end_of_text) return true;
  }
}

std::string folded_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  FoldedCursor cursor(text);
  for (char32_t c = cursor.next(); c != end_of_text; c = cursor.next()) append_utf8(out, c);
  return out;
}

}  // namespace samplan::merge
