// One seed from beginning to end, and the shortest story that still goes wrong in the same way.
#pragma once

#include "tests/sim/steps.h"

namespace samplan::sim {

struct RunResult {
  std::uint64_t seed = 0;
  std::size_t devices = 0;
  std::uint64_t events = 0;
  std::uint64_t hash = 0;
  std::optional<Failure> failure;
  std::string log;
  std::vector<std::string> names;
};

// SQLite's generator begins anew, from the simulated disk's.
void forget_sqlite_luck();

RunResult run_story(const Beginning& beginning, const Story& story, bool keep_log = false);

// Leaves out steps for as long as the same checker still finds fault; ends after so many tries.
Story shortened(const Beginning& beginning, const Story& story, const std::string& checker, int tries);

// "seed=7 commit=… devices=8 events=431 result=ok hash=…"
std::string line_of(const RunResult& result, const std::string& commit);

}  // namespace samplan::sim
