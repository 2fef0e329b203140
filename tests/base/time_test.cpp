#include "base/time.h"

#include <catch2/catch.hpp>

using namespace samplan;

TEST_CASE("a date is exactly four, two and two digits of a day that exists", "[base]") {
  CHECK(parse_date("2026-11-22") == Date{2026, 11, 22});
  CHECK(parse_date("0001-01-01") == Date{1, 1, 1});
  CHECK(parse_date("9999-12-31") == Date{9999, 12, 31});
  for (const char* wrong :
       {"",           "2026",        "2026-11",     "2026-11-2",   "2026-11-222",   "26-11-22",
        "2026-1-22",  "2026/11/22",  "2026-11-22 ", " 2026-11-22", "2026-13-01",    "2026-00-10",
        "2026-04-31", "2026-01-00",  "2026-01-32",  "0000-01-01",  "+026-01-01",    "-001-01-01",
        "2026-+1-01", "2026-11-22T", "20261122",    "2026--1-01",  "２０２６-11-22"})
    CHECK_FALSE(parse_date(wrong).has_value());
}

TEST_CASE("29 February is there in leap years only", "[base]") {
  CHECK(parse_date("2024-02-29").has_value());
  CHECK(parse_date("2000-02-29").has_value());
  CHECK_FALSE(parse_date("2026-02-29").has_value());
  CHECK_FALSE(parse_date("1900-02-29").has_value());
  CHECK_FALSE(parse_date("2100-02-29").has_value());
  CHECK_FALSE(parse_date("2024-02-30").has_value());
  CHECK(days_since_epoch({2024, 3, 1}) - days_since_epoch({2024, 2, 28}) == 2);
  CHECK(days_since_epoch({2100, 3, 1}) - days_since_epoch({2100, 2, 28}) == 1);
}

TEST_CASE("days are counted from 1970, in both directions, over all years", "[base]") {
  CHECK(days_since_epoch({1970, 1, 1}) == 0);
  CHECK(days_since_epoch({1969, 12, 31}) == -1);
  CHECK(days_since_epoch({2000, 3, 1}) == 11'017);
  const std::int64_t first = days_since_epoch({1, 1, 1});
  const std::int64_t last = days_since_epoch({9999, 12, 31});
  CHECK(last - first + 1 == 3'652'059);
  Date previous = date_from_days(first);
  for (std::int64_t day = first + 1; day <= last; day += 1) {
    const Date date = date_from_days(day);
    if (!is_valid(date) || !(previous < date) || days_since_epoch(date) != day) {
      FAIL("day " << day);
    }
    previous = date;
  }
  CHECK(previous == Date{9999, 12, 31});
}

TEST_CASE("dates are ordered by year, month and day", "[base]") {
  CHECK(Date{2025, 12, 31} < Date{2026, 1, 1});
  CHECK(Date{2026, 1, 31} < Date{2026, 2, 1});
  CHECK(Date{2026, 2, 1} < Date{2026, 2, 2});
  CHECK_FALSE(Date{2026, 2, 2} < Date{2026, 2, 2});
  CHECK(to_string(Date{7, 3, 4}) == "0007-03-04");
}

TEST_CASE("a moment belongs to the day that has begun, also before 1970", "[base]") {
  CHECK(date_of(0) == Date{1970, 1, 1});
  CHECK(date_of(-1) == Date{1969, 12, 31});
  CHECK(date_of(-86'400'000) == Date{1969, 12, 31});
  CHECK(date_of(-86'400'001) == Date{1969, 12, 30});
  CHECK(date_of(86'399'999) == Date{1970, 1, 1});
  CHECK(date_of(86'400'000) == Date{1970, 1, 2});
  CHECK(start_of({1970, 1, 2}) == 86'400'000);
}

TEST_CASE("a time is written in UTC to the second", "[base]") {
  CHECK(to_iso(0) == "1970-01-01T00:00:00Z");
  CHECK(to_iso(1'795'431'338'000) == "2026-11-23T10:55:38Z");
  CHECK(to_iso(999) == "1970-01-01T00:00:00Z");
  CHECK(to_iso(-1) == "1969-12-31T23:59:59Z");
}

TEST_CASE("a time is read with or without seconds, fractions and zone", "[base]") {
  const UnixMs noon = start_of({2026, 11, 22}) + 12 * 3'600'000;
  CHECK(parse_iso("2026-11-22") == start_of({2026, 11, 22}));
  CHECK(parse_iso("2026-11-22T12:00Z") == noon);
  CHECK(parse_iso("2026-11-22T12:00:00Z") == noon);
  CHECK(parse_iso("2026-11-22T12:00:07Z") == noon + 7000);
  CHECK(parse_iso("2026-11-22T12:00:00.5Z") == noon + 500);
  CHECK(parse_iso("2026-11-22T12:00:00.123Z") == noon + 123);
  CHECK(parse_iso("2026-11-22T12:00:00.123999999Z") == noon + 123);
  CHECK(parse_iso("2026-11-22T13:00:00+01:00") == noon);
  CHECK(parse_iso("2026-11-22T06:30:00-05:30") == noon);
  CHECK(parse_iso("2026-11-22T00:30:00+01:00") == start_of({2026, 11, 21}) + 23 * 3'600'000 + 1'800'000);
  CHECK(parse_iso(to_iso(noon + 59'000)) == noon + 59'000);
}

TEST_CASE("an odd time is no time", "[base]") {
  for (const char* wrong : {"",
                            "T12:00Z",
                            "2026-11-22T",
                            "2026-11-22T12",
                            "2026-11-22T12Z",
                            "2026-11-22T12:00",
                            "2026-11-22T12:00:00",
                            "2026-11-22T24:00Z",
                            "2026-11-22T12:60Z",
                            "2026-11-22T12:00:61Z",
                            "2026-11-22T12:00:00.Z",
                            "2026-11-22T12:00:00,5Z",
                            "2026-11-22t12:00Z",
                            "2026-11-22 12:00Z",
                            "2026-11-22T12:00z",
                            "2026-11-22T12:00ZZ",
                            "2026-11-22T12:00+1:00",
                            "2026-11-22T12:00+0100",
                            "2026-11-22T12:00+15:00",
                            "2026-11-22T12:00+01:60",
                            "2026-11-22T12:00+01:00Z",
                            "2026-11-22T-1:00Z",
                            "2026-02-29T12:00Z",
                            "2026-11-22T12:00:00.1.2Z"})
    CHECK_FALSE(parse_iso(wrong).has_value());
}

TEST_CASE("a time from a hostile clock becomes the nearest day that can be written", "[base]") {
  using namespace samplan;
  CHECK(to_iso(INT64_MAX) == "9999-12-31T23:59:59Z");
  CHECK(to_iso(INT64_MIN) == "0001-01-01T00:00:00Z");
  CHECK(date_of(INT64_MAX) == Date{9999, 12, 31});
  CHECK(date_of(INT64_MIN) == Date{1, 1, 1});
  CHECK(to_iso(0) == "1970-01-01T00:00:00Z");
}
