// FHIR dates and times as dates of a plan. A FHIR date may lack its day or month; the reader is told so,
// because what is made up must be reported.
#pragma once

#include <optional>
#include <string_view>

#include "base/time.h"

namespace samplan::fhir {

// Which day stands for a month or a year: the first where something begins, the last where it ends.
enum class Edge { first, last };

struct ReadDate {
  std::optional<Date> date;  // nothing when the text is no FHIR date
  bool is_partial = false;   // the day, or day and month, was not in the text
};

// "2024", "2024-05", "2024-05-17", or a time of which the day is taken as written: 00:30 in Norway is that
// day to those who were there, though it is the day before in UTC.
ReadDate read_date(std::string_view text, Edge edge);

// The moment for ordering one plan after another; a date counts from its first midnight in UTC.
std::optional<UnixMs> read_moment(std::string_view text);

}  // namespace samplan::fhir
