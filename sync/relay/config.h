// What an operator may set about the relay. Every bound has a unit; the defaults serve a municipality.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/limits.h"
#include "base/time.h"

namespace samplan::relay {

inline constexpr UnixMs ms_per_day = 86'400'000;

struct RelayConfig {
  // Host names (with port, as clients name them) that requests may be signed for; empty: any.
  std::vector<std::string> hosts;
  // New persons need no code and no invitation. For trials only.
  bool open_enrolment = false;
  std::uint64_t plan_bytes_max = std::uint64_t{1} << 30;  // envelopes of one plan; five busy years are 100 MB
  std::size_t reply_bytes = limits::reply_bytes_target;
  std::uint64_t identity_records_max = 8192;  // of one person or unit; 1024 members come and go
  std::size_t plans_cached_max = 4096;        // folded logs in memory, about 10 kB each
  UnixMs nonce_ms = 30 * ms_per_day;
  UnixMs box_ms_max = 7 * ms_per_day;
  UnixMs letter_ms = 90 * ms_per_day;     // how long a letter waits for its reader
  std::uint32_t boxes_max = 256;          // open boxes of one principal
  std::uint32_t box_enrolments_max = 16;  // persons that one invitation may vouch for
  UnixMs meet_ms = 15 * 60'000;           // how long a meeting of two devices may take
  std::uint32_t meet_boxes_max = 4096;    // open at the same time, of everyone
  std::uint32_t meet_opens_max = 64;      // by one address in meet_ms
  std::uint32_t meet_requests_max = 4096; // by one address in meet_ms; one who waits asks every second or two
};

}  // namespace samplan::relay
