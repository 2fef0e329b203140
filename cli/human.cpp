#include "cli/human.h"

#include <array>
#include <cstdio>
#include <ctime>

namespace samplan::cli {
namespace {

using Months = std::array<std::string_view, 12>;
constexpr Months months_nb{"januar", "februar", "mars",      "april",   "mai",      "juni",
                           "juli",   "august",  "september", "oktober", "november", "desember"};
constexpr Months months_en{"January", "February", "March",     "April",   "May",      "June",
                           "July",    "August",   "September", "October", "November", "December"};

struct Local {
  Date date;
  int hour = 0;
  int minute = 0;
};

Local local_of(UnixMs time) {
  const auto seconds = static_cast<std::time_t>(time / 1000);
  std::tm parts{};
  if (::localtime_r(&seconds, &parts) == nullptr) return {};
  return {{parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday}, parts.tm_hour, parts.tm_min};
}

std::string day_and_month(const Date& date, Language language) {
  const auto month = static_cast<std::size_t>(date.month - 1);
  return std::to_string(date.day) + (language == Language::nb ? ". " : " ") +
         std::string(language == Language::nb ? months_nb[month] : months_en[month]);
}

}  // namespace

std::string date_text(const Date& date, Language language) {
  if (!is_valid(date)) return to_string(date);
  return day_and_month(date, language) + " " + std::to_string(date.year);
}

std::string date_text(std::string_view iso_date, Language language) {
  const auto date = parse_date(iso_date);
  return date ? date_text(*date, language) : std::string(iso_date);
}

std::string date_text(UnixMs time, Language language) { return date_text(local_of(time).date, language); }

std::string when_text(UnixMs time, UnixMs now, Language language) {
  const Local then = local_of(time);
  const Date today = local_of(now).date;
  if (!is_valid(then.date)) return {};
  char clock[24];
  (void)std::snprintf(clock, sizeof clock, language == Language::nb ? "kl. %02d.%02d" : "%02d:%02d",
                      then.hour, then.minute);
  if (then.date == today) return clock;
  const bool is_yesterday = days_since_epoch(then.date) + 1 == days_since_epoch(today);
  std::string day = is_yesterday ? std::string(language == Language::nb ? "i går" : "yesterday")
                    : then.date.year == today.year ? day_and_month(then.date, language)
                                                   : date_text(then.date, language);
  return day + " " + clock;
}

std::string when_text(std::string_view iso_time, UnixMs now, Language language) {
  const auto time = parse_iso(iso_time);
  return time ? when_text(*time, now, language) : std::string();
}

}  // namespace samplan::cli
