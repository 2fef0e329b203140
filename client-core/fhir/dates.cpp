#include "client-core/fhir/dates.h"

#include <string>

namespace samplan::fhir {
namespace {

// The last day of the month; the month is valid.
Date last_day(int year, int month) {
  Date date{year, month, 31};
  while (!is_valid(date)) --date.day;
  return date;
}

ReadDate whole_day(std::string_view text) { return {parse_date(text), false}; }

}  // namespace

ReadDate read_date(std::string_view text, Edge edge) {
  if (text.size() == 10) return whole_day(text);
  if (text.size() > 10) return text[10] == 'T' ? whole_day(text.substr(0, 10)) : ReadDate{};
  if (text.size() != 4 && text.size() != 7) return {};

  const bool has_month = text.size() == 7;
  const auto first = parse_date(std::string(text) + (has_month ? "-01" : "-01-01"));
  if (!first) return {};
  if (edge == Edge::first) return {first, true};
  return {last_day(first->year, has_month ? first->month : 12), true};
}

std::optional<UnixMs> read_moment(std::string_view text) {
  if (const auto time = parse_iso(text)) return time;
  const auto day = read_date(text, Edge::first).date;
  if (!day) return std::nullopt;
  return start_of(*day);
}

}  // namespace samplan::fhir
