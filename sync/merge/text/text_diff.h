// What somebody did to a text, from how it was and how it is now. For input fields that only say their new
// content. It cuts no character as people see it (grapheme cluster) in two, and knows nothing of merging.
#pragma once

#include <string_view>
#include <vector>

#include "sync/merge/text/text_edit.h"

namespace samplan::merge::text {

// Runs that turn `before` into `after` when applied one after the other, from the start of the text to its
// end. Both well-formed UTF-8, best normalised (unicode.h). Few and small runs, though not always the fewest;
// a paste is one run. Time grows with the length of the texts and with the square of the size of small
// changes only: words that occur once in both are matched first (patience, Bram Cohen), and only short
// stretches between them are compared by character (Myers 1986). Stretches that have too little in common are
// replaced whole.
std::vector<TextRun> text_diff(std::string_view before, std::string_view after);

}  // namespace samplan::merge::text
