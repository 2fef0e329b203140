// Many plans on one server: a municipality. Each neighbourhood is a world of its own (a plan, those who share
// it, what happens to them and the checkers that watch), but all send to the one relay, in the order of one
// clock, and its trouble is everybody's.
#pragma once

#include "tests/sim/run.h"

namespace samplan::sim {

struct Town {
  std::vector<Beginning> neighbourhoods;  // without stores of their own
  relay::MemoryStore store;
};

// As many neighbourhoods as bring together so many devices at least.
Town begin_town(std::size_t devices);

struct TownResult {
  RunResult all;  // failure, log and names are those of the first neighbourhood that goes wrong
  std::size_t neighbourhood = 0;
  Story story;  // of that neighbourhood
};
TownResult run_town(const Town& town, std::uint64_t seed, bool keep_log = false);

// A neighbourhood as a world that somebody can live through alone, on a copy of the town's server.
Beginning alone(const Town& town, std::size_t neighbourhood);

}  // namespace samplan::sim
