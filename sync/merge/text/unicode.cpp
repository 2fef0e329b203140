#include "sync/merge/text/unicode.h"

#include <utf8proc.h>

#include <cstdint>
#include <cstdlib>

namespace samplan::merge::text {
namespace {

bool is_ascii(char c) { return (static_cast<std::uint8_t>(c) & 0x80U) == 0; }

}  // namespace

std::string nfc(std::string_view utf8) {
  bool ascii = true;
  for (const char c : utf8) ascii = ascii && is_ascii(c);
  if (ascii) return std::string(utf8);
  utf8proc_uint8_t* out = nullptr;
  const auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  const utf8proc_ssize_t size = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(utf8.data()),
                                             static_cast<utf8proc_ssize_t>(utf8.size()), &out, options);
  if (size < 0 || out == nullptr) return std::string(utf8);
  std::string text(reinterpret_cast<const char*>(out), static_cast<std::size_t>(size));
  std::free(out);
  return text;
}

std::vector<std::size_t> cluster_starts(std::string_view utf8) {
  std::vector<std::size_t> starts;
  starts.reserve(utf8.size() + 1);
  utf8proc_int32_t before = 0;
  utf8proc_int32_t state = 0;
  for (std::size_t at = 0; at < utf8.size();) {
    utf8proc_int32_t point = static_cast<std::uint8_t>(utf8[at]);
    std::size_t size = 1;
    if (!is_ascii(utf8[at])) {
      const auto* p = reinterpret_cast<const utf8proc_uint8_t*>(utf8.data()) + at;
      const utf8proc_ssize_t read =
          utf8proc_iterate(p, static_cast<utf8proc_ssize_t>(utf8.size() - at), &point);
      size = read > 0 ? static_cast<std::size_t>(read) : 1;
      if (read <= 0) point = 0xfffd;
    }
    // Between two ASCII characters there is a break, except inside a line end of two; what came before is
    // then over.
    bool starts_here = true;
    if (at > 0 && point < 0x80 && before < 0x80) {
      starts_here = !(before == '\r' && point == '\n');
      state = 0;
    } else if (at > 0) {
      starts_here = utf8proc_grapheme_break_stateful(before, point, &state) != 0;
    }
    if (starts_here) starts.push_back(at);
    before = point;
    at += size;
  }
  starts.push_back(utf8.size());
  return starts;
}

}  // namespace samplan::merge::text
