#include "base/time.h"

#include <chrono>
#include <cstdio>

namespace samplan {
namespace {

namespace chr = std::chrono;

constexpr std::int64_t ms_per_day = 86'400'000;

constexpr UnixMs first_ms = -62'135'596'800'000;  // 0001-01-01T00:00:00Z
constexpr UnixMs last_ms = 253'402'300'799'999;   // 9999-12-31T23:59:59.999Z

UnixMs clamped(UnixMs time) { return time < first_ms ? first_ms : time > last_ms ? last_ms : time; }

chr::year_month_day to_ymd(const Date& d) {
  return chr::year{d.year} / chr::month{static_cast<unsigned>(d.month)} / chr::day{static_cast<unsigned>(d.day)};
}

// Exactly `count` digits at the front of `text`, which is shortened by them; -1 if they are not there.
int take_digits(std::string_view& text, std::size_t count) {
  if (text.size() < count) return -1;
  int value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const char c = text[i];
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  text.remove_prefix(count);
  return value;
}

bool take_char(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<Date> take_date(std::string_view& text) {
  Date d;
  d.year = take_digits(text, 4);
  if (!take_char(text, '-')) return std::nullopt;
  d.month = take_digits(text, 2);
  if (!take_char(text, '-')) return std::nullopt;
  d.day = take_digits(text, 2);
  if (!is_valid(d)) return std::nullopt;
  return d;
}

}  // namespace

bool is_valid(const Date& date) {
  return date.year >= 1 && date.year <= 9999 && date.month >= 1 && date.month <= 12 && date.day >= 1 &&
         date.day <= 31 && to_ymd(date).ok();
}

std::optional<Date> parse_date(std::string_view text) {
  const auto date = take_date(text);
  return text.empty() ? date : std::nullopt;
}

std::string to_string(const Date& date) {
  char out[48];
  std::snprintf(out, sizeof out, "%04d-%02d-%02d", date.year, date.month, date.day);
  return out;
}

std::int64_t days_since_epoch(const Date& date) {
  return chr::sys_days{to_ymd(date)}.time_since_epoch().count();
}

Date date_from_days(std::int64_t days) {
  const chr::year_month_day ymd{chr::sys_days{chr::days{static_cast<int>(days)}}};
  return {static_cast<int>(ymd.year()), static_cast<int>(static_cast<unsigned>(ymd.month())),
          static_cast<int>(static_cast<unsigned>(ymd.day()))};
}

Date date_of(UnixMs time) {
  time = clamped(time);
  const std::int64_t days = time >= 0 ? time / ms_per_day : -((-time + ms_per_day - 1) / ms_per_day);
  return date_from_days(days);
}

UnixMs start_of(const Date& date) { return days_since_epoch(date) * ms_per_day; }

std::string to_iso(UnixMs time) {
  time = clamped(time);
  const Date d = date_of(time);
  const auto seconds = static_cast<int>((time - start_of(d)) / 1000);
  char out[80];
  std::snprintf(out, sizeof out, "%04d-%02d-%02dT%02d:%02d:%02dZ", d.year, d.month, d.day, seconds / 3600,
                seconds / 60 % 60, seconds % 60);
  return out;
}

std::optional<UnixMs> parse_iso(std::string_view text) {
  const auto date = take_date(text);
  if (!date) return std::nullopt;
  UnixMs time = start_of(*date);
  if (text.empty()) return time;
  if (!take_char(text, 'T')) return std::nullopt;
  const int hour = take_digits(text, 2);
  if (hour < 0 || hour > 23 || !take_char(text, ':')) return std::nullopt;
  const int minute = take_digits(text, 2);
  if (minute < 0 || minute > 59) return std::nullopt;
  int second = 0;
  int milli = 0;
  if (take_char(text, ':')) {
    second = take_digits(text, 2);
    if (second < 0 || second > 60) return std::nullopt;
    if (take_char(text, '.')) {
      int scale = 100;
      bool any = false;
      while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
        milli += (text.front() - '0') * scale;
        scale /= 10;
        any = true;
        text.remove_prefix(1);
      }
      if (!any) return std::nullopt;
    }
  }
  time += ((hour * 60 + minute) * 60LL + second) * 1000 + milli;
  if (take_char(text, 'Z')) return text.empty() ? std::optional<UnixMs>(time) : std::nullopt;
  const bool east = take_char(text, '+');
  if (!east && !take_char(text, '-')) return std::nullopt;
  const int zone_hour = take_digits(text, 2);
  if (zone_hour < 0 || zone_hour > 14 || !take_char(text, ':')) return std::nullopt;
  const int zone_minute = take_digits(text, 2);
  if (zone_minute < 0 || zone_minute > 59 || !text.empty()) return std::nullopt;
  const UnixMs zone = (zone_hour * 60 + zone_minute) * 60'000LL;
  return east ? time - zone : time + zone;
}

}  // namespace samplan
