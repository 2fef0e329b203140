// The merge of text against a slow reference, in random histories of people who do not see each other, and
// the promise that two people's passages stay whole.
#include <catch2/catch.hpp>
#include <numeric>

#include "sync/merge/text/walk.h"
#include "tests/sync/merge/text_reference.h"

using namespace samplan;
using namespace samplan::merge::text;
using namespace samplan::text_test;

namespace {

class StringSink final : public TextSink {
 public:
  explicit StringSink(std::string_view text) : buffer(text) {}
  void insert(std::uint32_t pos, std::string_view utf8) override { buffer.insert(pos, utf8); }
  void erase(std::uint32_t pos, std::uint32_t count) override { buffer.erase(pos, count); }
  TextBuffer buffer;
};

// Node runs the same code more slowly, and the machine has tried all of these.
#ifdef __EMSCRIPTEN__
constexpr std::uint64_t histories = 300;
#else
constexpr std::uint64_t histories = 1500;
#endif

std::vector<std::size_t> in_order(std::size_t n) {
  std::vector<std::size_t> out(n);
  std::iota(out.begin(), out.end(), std::size_t{0});
  return out;
}

std::string checked_out(const EventGraph& graph) {
  const auto text = checkout(graph);
  REQUIRE(text.ok());
  return text->str();
}

}  // namespace

TEST_CASE("merged text equals a slow character-by-character reference, in whatever order the events came",
          "[merge][text]") {
  std::size_t concurrent = 0;
  for (std::uint64_t seed = 1; seed <= histories; ++seed) {
    Dice dice(seed);
    const std::size_t people = 2 + seed % 4;
    const auto events = random_history(seed, people, 6 + seed % 22);
    const std::string expected = FugueTree(events).text();
    INFO("seed " << seed);
    const auto first = build_graph(events, in_order(events.size()));
    REQUIRE(checked_out(first.graph) == expected);
    concurrent += first.graph.heads().size() > 1 ? 1U : 0U;
    for (int again = 0; again < 3; ++again) {
      REQUIRE(checked_out(build_graph(events, random_order(events, dice)).graph) == expected);
    }
  }
  CHECK(concurrent > histories / 3);
}

TEST_CASE("every version can be had again, and brought up to date from there", "[merge][text]") {
  for (std::uint64_t seed = 5001; seed <= 5300; ++seed) {
    Dice dice(seed);
    const auto events = random_history(seed, 2 + seed % 4, 10 + seed % 25);
    if (events.empty()) continue;
    INFO("seed " << seed);
    const FugueTree reference(events);
    const auto built = build_graph(events, random_order(events, dice));
    for (std::size_t e = 0; e < events.size(); ++e) {
      std::vector<std::size_t> heads = {e};
      if (dice.below(2) == 0 && !events[e].parents.empty()) heads = events[e].parents;
      const Version version = built.version(heads);
      const auto old = checkout(built.graph, version);
      REQUIRE(old.ok());
      REQUIRE(old->str() == reference.text_at(heads));
      StringSink sink(old->str());
      REQUIRE(bring_up_to_date(built.graph, version, old->chars(), sink).ok());
      REQUIRE(sink.buffer.str() == reference.text());
    }
  }
}

TEST_CASE("two devices that exchange what the other lacks end with the same text", "[merge][text]") {
  for (std::uint64_t seed = 7001; seed <= 7200; ++seed) {
    Dice dice(seed);
    const auto events = random_history(seed, 3, 25);
    const auto whole = build_graph(events, in_order(events.size()));
    const auto other = build_graph(events, random_order(events, dice));
    EventGraph here = build_graph(events, {}).graph;
    // Half of the events first, then the rest out of another graph.
    auto order = random_order(events, dice);
    order.resize(order.size() / 2);
    here = build_graph(events, order).graph;
    REQUIRE(here.add_all(other.graph).ok());
    CHECK(here.size() == whole.graph.size());
    REQUIRE(checked_out(here) == checked_out(whole.graph));
    const auto before = here.size();
    REQUIRE(here.add_all(whole.graph).ok());
    CHECK(here.size() == before);
  }
}

TEST_CASE("two people's passages at one place stay whole, typed forwards or backwards", "[merge][text]") {
  const std::string shared = "Mål: .";
  for (const bool a_backwards : {false, true}) {
    for (const bool b_backwards : {false, true}) {
      for (const bool b_first : {false, true}) {
        EventGraph graph;
        const auto base = graph.insert(graph.agent("0"), {}, 0, shared);
        REQUIRE(base.ok());
        const auto type = [&](const char* who, const std::vector<std::string>& letters, bool backwards) {
          Version at = {*base};
          for (std::size_t i = 0; i < letters.size(); ++i) {
            const std::string& l = backwards ? letters[letters.size() - 1 - i] : letters[i];
            const auto done =
                graph.insert(graph.agent(who), at, backwards ? 5 : 5 + static_cast<std::uint32_t>(i), l);
            REQUIRE(done.ok());
            at = {*done};
          }
        };
        const std::vector<std::string> kari = {"s", "y", "k", "l", "e"};
        const std::vector<std::string> ola = {"s", "v", "ø", "m", "m", "e"};
        if (b_first) type("ola", ola, b_backwards);
        type("kari", kari, a_backwards);
        if (!b_first) type("ola", ola, b_backwards);
        // The order of the two is decided by name, not by who came first.
        CHECK(checked_out(graph) == "Mål: syklesvømme.");
      }
    }
  }
}

TEST_CASE("a passage that is continued later stays behind its own beginning", "[merge][text]") {
  EventGraph graph;
  const auto a1 = graph.insert(graph.agent("a"), {}, 0, "Kari skrev ");
  const auto b1 = graph.insert(graph.agent("b"), {}, 0, "Ola skrev ");
  REQUIRE((a1.ok() && b1.ok()));
  // Both in one version; each goes on where it was.
  const auto b2 = graph.insert(graph.agent("b"), {*b1}, 10, "dette.");
  const auto a2 = graph.insert(graph.agent("a"), {*a1, *b1}, 11, "mye. ");
  REQUIRE((a2.ok() && b2.ok()));
  CHECK(checked_out(graph) == "Kari skrev mye. Ola skrev dette.");
}

TEST_CASE("an event outside its text, without parents that exist, or too large is refused", "[merge][text]") {
  EventGraph graph;
  const std::uint32_t a = graph.agent("a");
  CHECK(graph.insert(a, {0}, 0, "x").code() == Errc::malformed);
  CHECK(graph.insert(a, {}, 0, "").code() == Errc::malformed);
  CHECK(graph.insert(a, {}, 0, "\xff").code() == Errc::not_utf8);
  CHECK(graph.erase(a, {}, 0, EventGraph::events_max + 1).code() == Errc::too_large);
  CHECK(graph.insert(a, {}, EventGraph::events_max + 1, "x").code() == Errc::too_large);
  REQUIRE(graph.insert(a, {}, 1, "x").ok());
  CHECK(checkout(graph).code() == Errc::malformed);
  EventGraph both;
  const auto start = both.insert(both.agent("a"), {}, 0, "abc");
  REQUIRE(both.insert(both.agent("b"), {*start}, 3, "d").ok());
  REQUIRE(both.erase(both.agent("c"), {*start}, 3, 1).ok());
  CHECK(checkout(both).code() == Errc::malformed);
}
