// The road between a device and the server: what becomes of one request and its reply. Decided in one place
// from the weather of the moment, so that a story can name it.
#pragma once

#include "base/bytes.h"
#include "base/time.h"
#include "tests/sim/sim_random.h"

namespace samplan::sim {

inline constexpr UnixMs second_ms = 1000;
inline constexpr UnixMs minute_ms = 60 * second_ms;
inline constexpr UnixMs hour_ms = 60 * minute_ms;
inline constexpr UnixMs day_ms = 24 * hour_ms;

// Percentages for each request.
struct Weather {
  unsigned lose_request = 0;
  unsigned lose_reply = 0;  // after the server has committed
  unsigned duplicate = 0;   // the same request arrives once more, later
  unsigned cut_reply = 0;
  unsigned flip_bit = 0;
  unsigned straggle = 0;  // up to 90 days instead of seconds
};

struct Trip {
  bool arrives = true;
  UnixMs there = 0;  // ms on the way
  UnixMs back = 0;
  bool comes_back = true;
  bool is_cut = false;
  bool is_flipped = false;
  std::optional<UnixMs> again_after;  // a second copy of the request
  bool second_reply_delivered = false;
  std::uint64_t spoil = 0;  // where the reply is cut or flipped
};

inline Trip plan_trip(Luck& luck, const Weather& weather) {
  const auto delay = [&]() -> UnixMs {
    if (luck.percent(weather.straggle)) return luck.between(1, 90 * day_ms);
    return luck.between(5, 3 * second_ms);
  };
  Trip t;
  t.arrives = !luck.percent(weather.lose_request);
  t.there = delay();
  t.back = delay();
  t.comes_back = !luck.percent(weather.lose_reply);
  t.is_cut = luck.percent(weather.cut_reply);
  t.is_flipped = luck.percent(weather.flip_bit);
  if (luck.percent(weather.duplicate)) t.again_after = delay();
  t.second_reply_delivered = luck.percent(20);
  t.spoil = luck.number();
  return t;
}

inline Bytes spoiled(const Bytes& reply, const Trip& trip) {
  Bytes out = reply;
  if (out.empty()) return out;
  if (trip.is_cut) out.resize(static_cast<std::size_t>(trip.spoil % out.size()));
  if (trip.is_flipped && !out.empty())
    out[static_cast<std::size_t>(trip.spoil % out.size())] ^=
        static_cast<std::uint8_t>(1U << (trip.spoil >> 61U));
  return out;
}

}  // namespace samplan::sim
