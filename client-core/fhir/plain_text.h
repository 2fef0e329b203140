// Text of a foreign file made fit for a plan: no control characters, no hidden writing direction, within the
// bound of its field. It never changes anything in silence: the result says what was done.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace samplan::fhir {

struct PlainText {
  std::string text;
  bool was_cleaned = false;  // a character that has no place in a plan was removed
  bool was_cut = false;      // the end is missing; "…" stands in its place
};

enum class Lines { one, several };

// `text` is well-formed UTF-8 and the result is too, without space at its ends and at most `bytes_max` (at
// least 3) bytes. Line ends become "\n", or a space in a field of one line.
PlainText plain_text(std::string_view text, std::size_t bytes_max, Lines lines);

// Whether nothing would be left to read.
bool is_blank_text(std::string_view text);

// A short label for a message: one line of at most 100 bytes.
std::string short_label(std::string_view text);

}  // namespace samplan::fhir
