// samplan-sim: lives through stories and prints one line for each; see docs/simulator.md.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "base/planted.h"
#include "tests/sim/planted_bugs.h"
#include "tests/sim/run.h"
#include "tests/sim/sodium_seed.h"
#include "tests/sim/town.h"

namespace samplan::sim {
namespace {

constexpr int shorten_tries = 400;

struct Arguments {
  std::uint64_t first = 1;
  std::uint64_t count = 1;
  std::uint64_t part = 0;  // of so many processes that share the seeds
  std::uint64_t parts = 1;
  bool large = false;
  std::size_t town = 0;  // devices on one server; 0: worlds of their own
  bool story = false;
  bool quiet = false;  // lines of failures only
  std::string planted;
  std::uint64_t most = 1000;  // seeds to try for each planted bug
  std::string commit = "unknown";
};

int usage() {
  std::fprintf(stderr,
               "samplan-sim [--seed FIRST] [--seeds COUNT] [--part I/N] [--large | --town DEVICES] [--story] "
               "[--quiet]\n"
               "            [--planted NAME|all|check] [--most SEEDS] [--commit NAME]\n");
  return 2;
}

bool read_arguments(int argc, char** argv, Arguments& out) {
  for (int i = 1; i < argc; ++i) {
    const std::string arg = argv[i];
    if (arg == "--large") {
      out.large = true;
    } else if (arg == "--story") {
      out.story = true;
    } else if (arg == "--quiet") {
      out.quiet = true;
    } else if (i + 1 == argc) {
      return false;
    } else if (arg == "--seed") {
      out.first = std::strtoull(argv[++i], nullptr, 10);
    } else if (arg == "--seeds") {
      out.count = std::strtoull(argv[++i], nullptr, 10);
    } else if (arg == "--town") {
      out.town = std::strtoull(argv[++i], nullptr, 10);
      if (out.town == 0) return false;
    } else if (arg == "--planted") {
      out.planted = argv[++i];
    } else if (arg == "--most") {
      out.most = std::strtoull(argv[++i], nullptr, 10);
    } else if (arg == "--commit") {
      out.commit = argv[++i];
    } else if (arg == "--part") {
      char* end = nullptr;
      out.part = std::strtoull(argv[++i], &end, 10);
      out.parts = *end == '/' ? std::strtoull(end + 1, nullptr, 10) : 0;
      if (out.parts == 0 || out.part >= out.parts) return false;
    } else {
      return false;
    }
  }
  return true;
}

Story story_of(const Arguments& args, const Beginning& beginning, std::uint64_t seed) {
  return write_story(seed, args.large ? large_world : small_world, beginning.homes.size());
}

void tell_failure(const Arguments& args, const Beginning& beginning, const Story& story, const RunResult& r) {
  std::printf("  %s: %s\n", r.failure->checker.c_str(), r.failure->detail.c_str());
  if (!args.story) return;
  const Story small = shortened(beginning, story, r.failure->checker, shorten_tries);
  const RunResult again = run_story(beginning, small, true);
  std::printf("  shortened to %zu steps of %zu:\n%s  what happened:\n%s", small.steps.size(),
              story.steps.size(), tell(small, again.names).c_str(), again.log.c_str());
}

int run_seeds(const Arguments& args, const Beginning& beginning) {
  std::uint64_t failed = 0;
  const auto begin = std::chrono::steady_clock::now();
  for (std::uint64_t i = args.part; i < args.count; i += args.parts) {
    const Story story = story_of(args, beginning, args.first + i);
    const RunResult r = run_story(beginning, story);
    if (r.failure || !args.quiet) std::printf("%s\n", line_of(r, args.commit).c_str());
    if (r.failure) {
      ++failed;
      tell_failure(args, beginning, story, r);
    }
    std::fflush(stdout);
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  std::printf("seeds %llu..%llu part %llu/%llu: %llu failed, %.1f s\n",
              static_cast<unsigned long long>(args.first),
              static_cast<unsigned long long>(args.first + args.count - 1),
              static_cast<unsigned long long>(args.part), static_cast<unsigned long long>(args.parts),
              static_cast<unsigned long long>(failed), seconds);
  return failed == 0 ? 0 : 1;
}

// Towns one after the other: each fills the memory of this process.
int run_towns(const Arguments& args) {
  const Town town = begin_town(args.town);
  int failed = 0;
  for (std::uint64_t i = args.part; i < args.count; i += args.parts) {
    const TownResult r = run_town(town, args.first + i, args.story);
    std::printf("%s\n", line_of(r.all, args.commit).c_str());
    std::fflush(stdout);
    if (!r.all.failure) continue;
    ++failed;
    std::printf("  in neighbourhood %zu of %zu\n", r.neighbourhood + 1, town.neighbourhoods.size());
    const Beginning beginning = alone(town, r.neighbourhood);
    const RunResult again = run_story(beginning, r.story);
    if (again.failure) {
      tell_failure(args, beginning, r.story, again);
      continue;
    }
    std::printf("  %s: %s\n  All goes well there when nobody else uses the server.\n", r.all.failure->checker.c_str(),
                r.all.failure->detail.c_str());
    if (args.story) std::printf("  what happened:\n%s", r.all.log.c_str());
  }
  return failed == 0 ? 0 : 1;
}

#ifdef SAMPLAN_PLANTED
void print_row(const PlantedBug& bug, const std::string& seed, const std::string& checker) {
  std::printf("| `%s` | %.*s | %s | %s |\n", bug.name, static_cast<int>(bug.about.size()), bug.about.data(),
              seed.c_str(), checker.c_str());
}

RunResult run_with(const PlantedBug& bug, const Beginning& beginning, const Story& story) {
  planted::awake() = bug.name;
  RunResult r = run_story(beginning, story);
  planted::awake() = "";
  return r;
}

// For each bug the first seed whose world finds it, and which checker it was; or, to check, the seed that the
// table names. A seed that fails without the bug as well proves nothing and is passed over.
int run_planted(const Arguments& args, const Beginning& beginning) {
  const bool checks = args.planted == "check";
  int missed = 0;
  std::size_t number = 0;
  bool known = false;
  for (const PlantedBug& bug : planted_bugs) {
    if (!checks && args.planted != "all" && args.planted != bug.name) continue;
    known = true;
    if (checks && bug.seed == 0) continue;
    if (number++ % args.parts != args.part) continue;
    bool found = false;
    const std::uint64_t first = checks ? bug.seed : args.first;
    const std::uint64_t count = checks ? 1 : args.most;
    for (std::uint64_t seed = first; seed < first + count && !found; ++seed) {
      const Story story = story_of(args, beginning, seed);
      const RunResult r = run_with(bug, beginning, story);
      if (!r.failure || run_story(beginning, story).failure) continue;
      found = !checks || r.failure->checker == bug.checker;
      print_row(bug, std::to_string(seed), "`" + r.failure->checker + "`");
      if (args.story) {
        planted::awake() = bug.name;
        tell_failure(args, beginning, story, r);
        planted::awake() = "";
      }
    }
    if (!found) {
      ++missed;
      print_row(bug, "not found", checks ? "the table says otherwise" : "");
    }
    std::fflush(stdout);
  }
  return !known ? usage() : missed == 0 ? 0 : 1;
}
#else
int run_planted(const Arguments&, const Beginning&) {
  std::fprintf(stderr, "This build holds no planted bugs; the preset «sim» does.\n");
  return 2;
}
#endif

}  // namespace
}  // namespace samplan::sim

int main(int argc, char** argv) {
  using namespace samplan::sim;
  Arguments args;
  if (!read_arguments(argc, argv, args)) return usage();
  seed_libsodium(1);
  if (args.town != 0 && args.planted.empty()) return run_towns(args);
  const Beginning beginning = begin_world(1, args.large ? 12 : 0, !args.large);
  return args.planted.empty() ? run_seeds(args, beginning) : run_planted(args, beginning);
}
