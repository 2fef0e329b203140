// The cut rule under thousands of random schedules, with an honest and with a hostile server
// (docs/protocol.md, "Validity"). SAMPLAN_SCHEDULES=n runs n of each instead of the default.
#include <catch2/catch.hpp>
#include <cstdlib>

#include "tests/sync/log/cut_schedule.h"

using namespace samplan;
using namespace samplan::log_test;

namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__EMSCRIPTEN__)
constexpr int usual_schedules = 150;  // five to ten times slower there
#else
constexpr int usual_schedules = 1000;
#endif

int schedules() {
  const char* n = std::getenv("SAMPLAN_SCHEDULES");
  return n == nullptr ? usual_schedules : std::atoi(n);
}

// What went wrong in a schedule; empty if nothing.
std::string broken_promise(Schedule& s, bool hostile) {
  if (!s.rules_kept()) return "a record of an honest client was refused, or a cut does not match the chain";
  const std::vector<Verdict> v = s.verdicts(s.records(), s.chain().size());
  std::map<int, int> times_valid;
  for (std::size_t i = 0; i < v.size(); ++i) {
    if (v[i] == Verdict::undecided) return "undecided at the end";
    if (!hostile && v[i] != Verdict::valid) {
      // An honest server takes in nothing that does not count; a later cut voids nothing that lay before it.
      return std::string("honest server, but ") + verdict_name(v[i]);
    }
    if (v[i] != Verdict::valid) continue;
    const Sealed& e = s.at(i);
    ++times_valid[e.op];
    if (e.op < 0) return "a forgery counts";
    for (const Cut& cut : s.gov().section(the_section)->cuts)
      if (i + 1 > cut.section_seq && cut.gov_seq > e.envelope.header.gov_seq)
        return "an old epoch counts after a cut";
  }
  for (const auto& [op, times] : times_valid)
    if (times != 1) return "an operation counts twice";
  for (std::size_t d = 0; d < 3; ++d) {
    for (const Schedule::Op& op : s.device(d).ops) {
      const bool counts = times_valid.count(op.id) != 0;
      if (d < 2 && !counts) return "an operation of an honest writer is lost";
      if (counts && op.quarantined) return "an operation counts and lies in quarantine";
      if (!counts && !op.quarantined)
        return "an operation of the withdrawn is neither valid nor kept for hand-over";
    }
  }
  // Whoever begins to read at a cut judges everything after it as those do who have read all along.
  for (const Cut& cut : s.gov().section(the_section)->cuts) {
    const auto from = static_cast<std::size_t>(cut.section_seq);
    const std::vector<Verdict> late = s.verdicts(s.records(), s.chain().size(), from);
    for (std::size_t i = from; i < v.size(); ++i)
      if ((late[i] == Verdict::valid) != (v[i] == Verdict::valid)) return "a late reader sees another set";
  }
  return {};
}

struct Tally {
  int operations = 0, valid = 0, voided = 0, forged = 0, records = 0;
};

Tally run_all(CutStage& stage, bool hostile) {
  Tally t;
  int failures = 0;
  for (int i = 0; i < schedules(); ++i) {
    Schedule s(stage, static_cast<std::uint64_t>(i) * 2 + (hostile ? 1 : 0), hostile);
    s.run(80);
    const std::string promise = broken_promise(s, hostile);
    if (!promise.empty() && ++failures <= 5) UNSCOPED_INFO("schedule " << i << ": " << promise);
    for (std::size_t d = 0; d < 3; ++d) t.operations += static_cast<int>(s.device(d).ops.size());
    for (const Verdict v : s.verdicts(s.records(), s.chain().size()))
      ++(v == Verdict::valid ? t.valid : t.voided);
    t.forged += s.forgeries();
    t.records += static_cast<int>(s.records());
  }
  INFO("schedules with a broken promise: " << failures);
  CHECK(failures == 0);
  return t;
}

}  // namespace

TEST_CASE(
    "With an honest server nothing is lost, doubled or void, however writing and withdrawing interleave "
    "[R30]",
    "[R30]") {
  CutStage stage;
  REQUIRE(stage.ok);
  const Tally t = run_all(stage, false);
  // The schedules did what they are for.
  CHECK(t.valid > 10 * schedules());
  CHECK(t.records > 2 * schedules());
}

TEST_CASE(
    "With a hostile server no forgery of a withdrawn participant counts and nobody honest loses anything "
    "[R30]",
    "[R30]") {
  CutStage stage;
  REQUIRE(stage.ok);
  const Tally t = run_all(stage, true);
  CHECK(t.valid > 10 * schedules());
  CHECK(t.voided > schedules());
  CHECK(2 * t.forged > schedules());
}
