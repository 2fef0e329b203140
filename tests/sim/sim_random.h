// Randomness of a simulated world. Every step of the story has a number of its own and draws from a stream
// made of the world's seed and that number, so that leaving one step out changes nothing about the luck of
// the others.
#pragma once

#include <cstdint>
#include <vector>

#include "tests/support/seeded_entropy.h"

namespace samplan::sim {

class Luck {
 public:
  Luck(std::uint64_t seed, std::uint64_t stream) : source_(mixed(seed, stream)) {}

  std::uint64_t number() { return source_.next(); }
  // 0 .. bound-1; 0 when there is nothing to choose from.
  std::uint64_t below(std::uint64_t bound) { return bound == 0 ? 0 : source_.below(bound); }
  // from .. to, both included.
  std::int64_t between(std::int64_t from, std::int64_t to) {
    return from + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(to - from + 1)));
  }
  bool percent(std::uint64_t chance) { return below(100) < chance; }
  template <class T>
  const T& pick(const std::vector<T>& from) {
    return from[static_cast<std::size_t>(below(from.size()))];
  }

 private:
  static std::uint64_t mixed(std::uint64_t seed, std::uint64_t stream) {
    SeededEntropy a(seed * 0x2545f4914f6cdd1dULL + 1);
    SeededEntropy b(a.next() ^ (stream * 0x9e3779b97f4a7c15ULL));
    return b.next();
  }
  SeededEntropy source_;
};

}  // namespace samplan::sim
