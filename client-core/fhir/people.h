// Names, addresses and ways of contact as FHIR writes them, put into one line or a few.
#pragma once

#include <string>

#include "client-core/fhir/json_read.h"

namespace samplan::fhir {

// The name in use: official before usual before others; given names first, no title. Empty when there is
// none.
std::string human_name(const Json& person);
// Phone numbers and e-mail addresses in use, "A, B". `with_home` is false for professionals: what they use at
// home is not the plan's business.
std::string contact_line(const Json& person, bool with_home);
// The address in use, one part a line.
std::string address_text(const Json& person);

}  // namespace samplan::fhir
