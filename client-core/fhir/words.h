// Finding words in free text of Norwegian or English, for tables that tell what something is about.
#pragma once

#include <string>
#include <string_view>

namespace samplan::fhir {

// Lower case for A–Z and Æ Ø Å and the other capitals of Latin-1; of a text longer than 1 KiB only the
// beginning.
std::string folded(std::string_view text);

// Whether `word` stands in folded `text` where a word begins, so that "arbeid" is not found in "samarbeid";
// with `whole` also where it ends, so that "mor" is not found in "morgen".
bool holds_word(std::string_view text, std::string_view word, bool whole);

}  // namespace samplan::fhir
