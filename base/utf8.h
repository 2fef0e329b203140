// Checks of text that comes from outside.
#pragma once

#include <cstddef>
#include <string_view>

namespace samplan {

// Well-formed UTF-8 as Unicode 15 table 3-7 has it: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);
// Well-formed and without control characters except newline and tab (NUL and escapes have no place in a plan).
bool is_plain_text(std::string_view text);
// Number of code points; the text is well formed.
std::size_t code_points(std::string_view text);

}  // namespace samplan
