// Dates, times and amounts as people write them in Norway and in English; times are the machine's local ones.
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"
#include "cli/language.h"

namespace samplan::cli {

// "22. november 2026"
std::string date_text(const Date& date, Language language);
// The same for "2026-11-22"; anything else is returned unchanged.
std::string date_text(std::string_view iso_date, Language language);
// The day of a time, where the person is.
std::string date_text(UnixMs time, Language language);
// "kl. 10.14" the same day, "i går kl. 10.14", "20. november kl. 10.14", with the year when it is another.
std::string when_text(UnixMs time, UnixMs now, Language language);
// For the times of a plan's view ("2026-11-22T10:14:00Z"); empty if there is none.
std::string when_text(std::string_view iso_time, UnixMs now, Language language);

}  // namespace samplan::cli
