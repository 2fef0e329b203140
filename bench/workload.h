// The care-plan workload that every system in the comparison does: the same texts, the same edits, from the same
// seeds (a port of the published driver's generator, mulberry32, so that the end states can be compared by content).
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace samplan::bench {

inline constexpr int plan_count = 20;
inline constexpr int entries_per_plan = 200;
inline constexpr int change_count = 300;
inline constexpr int other_devices = 5;

class Rng {
 public:
  explicit Rng(std::uint32_t seed) : a_(seed) {}
  // Evenly from [0, 1).
  double next();

 private:
  std::uint32_t a_;
};

std::string make_text(Rng& rng, int length);

struct Entry {
  std::string id;
  std::string body;
};
// Half short fields (12 to 40 characters), half texts of 300.
std::vector<Entry> base_plan(int plan);

struct Change {
  int plan = 0;
  std::string id;
  bool is_new = false;
  std::string body;
};
// `count` changes of one device; devices edit disjoint entries, so the end state is known exactly.
std::vector<Change> make_changes(int device, int count, int plans = plan_count, int devices = 8, int body = 200);

// What every plan must say in the end: "plan/id" to text.
std::map<std::string, std::string> expected_state(const std::vector<std::vector<Change>>& lists, int plans = plan_count);

}  // namespace samplan::bench
