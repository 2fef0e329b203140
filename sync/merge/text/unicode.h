// The two things text needs from the Unicode tables: one form for equal text, and where a character as people
// see it begins. It changes nothing by itself: callers normalise what people type, once, before it is
// compared or stored.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace samplan::merge::text {

// Normalisation form C of well-formed UTF-8. Text that has none (NUL inside, say) comes back as it is.
std::string nfc(std::string_view utf8);

// Byte offsets at which grapheme clusters begin (UAX #29, extended), and the text's size at the end.
// Well-formed UTF-8.
std::vector<std::size_t> cluster_starts(std::string_view utf8);

}  // namespace samplan::merge::text
