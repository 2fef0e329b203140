// What a device believes the time to be: the world's time and a mistake of minutes to years, which may jump.
// No rule of merging or validity may notice.
#pragma once

#include "tests/sim/sim_net.h"

namespace samplan::sim {

class SimClock {
 public:
  UnixMs at(UnixMs world) const { return world + offset_; }
  void set_right() { offset_ = 0; }
  // Minutes mostly, sometimes months, seldom decades; forwards and back.
  void jump(Luck& luck) {
    const std::uint64_t size = luck.below(10);
    const UnixMs most = size < 5 ? 20 * minute_ms : size < 8 ? 90 * day_ms : 30 * 365 * day_ms;
    offset_ = luck.between(-most, most);
  }
  UnixMs offset() const { return offset_; }

 private:
  UnixMs offset_ = 0;
};

}  // namespace samplan::sim
