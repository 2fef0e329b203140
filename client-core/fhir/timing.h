// Puts a FHIR Timing or Quantity into a few words of bokmål, for the extent of a measure. What it cannot say
// rightly it does not say.
#pragma once

#include <optional>
#include <string>

#include "client-core/fhir/json_read.h"

namespace samplan::fhir {

// "2 ganger per uke, mandag og torsdag, 30 minutter"; nothing when some part has no words here.
std::optional<std::string> timing_words(const Json& timing);
// "3 timer"; empty when there is no number.
std::string quantity_words(const Json& quantity);

}  // namespace samplan::fhir
