#include "sync/merge/lifecycle.h"

#include <algorithm>

#include "sync/merge/limits.h"

namespace samplan::merge {

RemovalBits overwrite_removals(Lifecycle& life, const SeenOps& named) {
  RemovalBits cleared = 0;
  std::vector<Removal> kept;
  for (const Removal& r : life.removals) {
    if (named.has(r.stamp.op))
      cleared = static_cast<RemovalBits>(cleared | r.bit());
    else
      kept.push_back(r);
  }
  life.removals = std::move(kept);
  return cleared;
}

RemovalBits put_removal(Lifecycle& life, const Stamp& stamp) {
  const RemovalBits used = bits_in_force(life);
  std::uint8_t slot = 0;
  while (slot < bounds::removals_max && (used & (1U << slot)) != 0) ++slot;
  // More than eight removals that did not see each other: the last slot stands for the rest together.
  if (slot == bounds::removals_max) return life.removals.back().bit();
  life.removals.push_back({slot, stamp});
  return life.removals.back().bit();
}

void put_keep(Lifecycle& life, const Stamp& stamp, const SeenOps& overwrites) {
  const auto gone = [&](const Stamp& s) { return overwrites.has(s.op) || s.op == stamp.op; };
  life.keeps.erase(std::remove_if(life.keeps.begin(), life.keeps.end(), gone), life.keeps.end());
  if (life.keeps.size() == bounds::keeps_max) life.keeps.erase(life.keeps.begin());
  life.keeps.push_back(stamp);
}

RemovalBits bits_in_force(const Lifecycle& life) {
  RemovalBits bits = 0;
  for (const Removal& r : life.removals) bits = static_cast<RemovalBits>(bits | r.bit());
  return bits;
}

}  // namespace samplan::merge
