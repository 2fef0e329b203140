// Times are labels for people, never judges: no rule of merging or validity reads a clock. They are passed in.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace samplan {

// Milliseconds since 1970-01-01T00:00:00Z.
using UnixMs = std::int64_t;

// A civil date of the Gregorian calendar, years 1..9999.
struct Date {
  int year = 1970;
  int month = 1;
  int day = 1;
  friend bool operator==(const Date&, const Date&) = default;
  friend bool operator<(const Date& a, const Date& b) {
    if (a.year != b.year) return a.year < b.year;
    if (a.month != b.month) return a.month < b.month;
    return a.day < b.day;
  }
};

bool is_valid(const Date& date);
// "2026-11-22", nothing else; no value for a day that does not exist.
std::optional<Date> parse_date(std::string_view text);
std::string to_string(const Date& date);
// Days since 1970-01-01, negative before.
std::int64_t days_since_epoch(const Date& date);
Date date_from_days(std::int64_t days);
// The civil date in UTC; a time outside the years 1..9999 counts as the nearest day inside, since a time may come from a
// hostile clock.
Date date_of(UnixMs time);
// Midnight UTC at the start of the date.
UnixMs start_of(const Date& date);
// "2026-11-22T10:55:38Z"
std::string to_iso(UnixMs time);
// "2026-11-22", "2026-11-22T10:55Z", "2026-11-22T10:55:38Z" or with ".123" and a zone "+01:00"; no value otherwise.
std::optional<UnixMs> parse_iso(std::string_view text);

}  // namespace samplan
