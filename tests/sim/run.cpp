#include "tests/sim/run.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstdio>

#include "tests/sim/sodium_seed.h"

namespace samplan::sim {

void forget_sqlite_luck() { sqlite3_randomness(0, nullptr); }

RunResult run_story(const Beginning& beginning, const Story& story, bool keep_log) {
  seed_libsodium(story.seed);
  forget_sqlite_luck();
  World world(story.begins_late && beginning.later ? *beginning.later : beginning, story);
  world.keep_log = keep_log;
  world.run();
  RunResult out;
  out.seed = story.seed;
  out.devices = world.devices.size();
  out.events = world.events;
  out.hash = world.hash();
  out.failure = world.failure;
  out.log = std::move(world.log);
  for (const auto& d : world.devices) out.names.push_back(d->name);
  return out;
}

Story shortened(const Beginning& beginning, const Story& story, const std::string& checker, int tries) {
  Story best = story;
  const auto still_fails = [&](const Story& candidate) {
    --tries;
    const RunResult r = run_story(beginning, candidate);
    return r.failure && r.failure->checker == checker;
  };
  // Delta debugging (Zeller and Hildebrandt 2002): first large parts, then smaller ones, then single steps.
  for (std::size_t part = std::max<std::size_t>(best.steps.size() / 2, 1); tries > 0;
       part = std::max<std::size_t>(part / 2, 1)) {
    bool any = false;
    for (std::size_t at = 0; at < best.steps.size() && tries > 0;) {
      Story candidate = best;
      const auto from = candidate.steps.begin() + static_cast<std::ptrdiff_t>(at);
      candidate.steps.erase(from, from + static_cast<std::ptrdiff_t>(std::min(part, best.steps.size() - at)));
      if (still_fails(candidate)) {
        best = std::move(candidate);
        any = true;
      } else {
        at += part;
      }
    }
    if (part == 1 && !any) break;
  }
  return best;
}

std::string line_of(const RunResult& r, const std::string& commit) {
  char hash[17];
  std::snprintf(hash, sizeof hash, "%016llx", static_cast<unsigned long long>(r.hash));
  return "seed=" + std::to_string(r.seed) + " commit=" + commit + " devices=" + std::to_string(r.devices) +
         " events=" + std::to_string(r.events) +
         " result=" + (r.failure ? r.failure->checker : std::string("ok")) + " hash=" + hash;
}

}  // namespace samplan::sim
