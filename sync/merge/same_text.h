// Whether two values say the same to a person: apart from letter case and white space. Used to collapse equal
// values in conflicts; never used to change what anyone wrote.
#pragma once

#include <string>
#include <string_view>

namespace samplan::merge {

// Leading and trailing white space (space, tab, newline, no-break space) is dropped, runs of it count as one
// space, and letters of ASCII, Latin-1 and Latin Extended-A (Norwegian, Sami and the neighbours) are compared
// without case. Both are well-formed UTF-8; other bytes are compared as they are.
bool same_text(std::string_view a, std::string_view b);
// The form that same_text compares, as a key for grouping.
std::string folded_text(std::string_view text);

}  // namespace samplan::merge
