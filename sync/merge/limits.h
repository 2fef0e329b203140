// Bounds of the merge pieces, so that validly signed nonsense costs memory in proportion to its bytes and no
// more. What happens at each bound is part of the merge rules: every device does the same.
#pragma once

#include <cstddef>

#include "base/limits.h"

namespace samplan::merge::bounds {

// Concurrent values of one field. The same as what one operation may overwrite, so one operation can always
// settle a field. The oldest falls out beyond it; 64 people who all write one field offline do not exist.
inline constexpr std::size_t live_values_max = limits::overwrites_max;
// Additions alive in one set field; a further one has no effect.
inline constexpr std::size_t set_adds_max = 256;
// Removals of one record that did not see each other: one bit each in a stamp. A further one shares the last
// bit.
inline constexpr std::size_t removals_max = 8;
// "Keep it" marks that did not see each other; the oldest falls out.
inline constexpr std::size_t keeps_max = 8;

}  // namespace samplan::merge::bounds
