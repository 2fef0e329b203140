// Recorded editing sessions of real people, of ../shared/data/traces, and one of our own in the languages of
// the plans.
#include "tests/sync/merge/text_traces.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "sync/merge/text/graph_codec.h"
#include "sync/merge/text/text_diff.h"
#include "sync/merge/text/text_doc.h"
#include "sync/merge/text/unicode.h"
#include "sync/merge/text/walk.h"

using namespace samplan;
using namespace samplan::merge::text;
using namespace samplan::text_test;

namespace {

std::optional<Trace> trace(const std::string& name) {
  auto t = load_trace(std::string(SAMPLAN_SOURCE_DIR) + "/../shared/data/traces", name);
  if (!t) WARN("skipped: ../shared/data/traces/" << name << ".json.gz is not there");
  return t;
}

EventGraph graph_of(const Trace& t, bool concurrent) {
  EventGraph graph;
  std::vector<Version> after;
  std::vector<std::uint32_t> agents;
  for (std::size_t i = 0; i < t.agents; ++i) agents.push_back(graph.agent("agent " + std::to_string(i)));
  Version version;
  for (const TraceStep& step : t.steps) {
    if (concurrent) {
      version.clear();
      for (const std::size_t p : step.parents)
        version.insert(version.end(), after[p].begin(), after[p].end());
      std::sort(version.begin(), version.end());
      version.erase(std::unique(version.begin(), version.end()), version.end());
    }
    for (const TracePatch& p : step.patches) {
      for (const bool insertion : {false, true}) {
        if (insertion ? p.inserted.empty() : p.deleted == 0) continue;
        const auto lv = insertion ? graph.insert(agents[step.agent], version, p.pos, p.inserted)
                                  : graph.erase(agents[step.agent], version, p.pos, p.deleted);
        REQUIRE(lv.ok());
        version = {*lv};
      }
    }
    after.push_back(version);
  }
  return graph;
}

void check_graph(const EventGraph& graph, const std::string& end) {
  const auto text = checkout(graph);
  REQUIRE(text.ok());
  // Not with CHECK(a == b): that would print two books.
  const bool equal = text->str() == end;
  CHECK(equal);
  const Bytes bytes = encode(graph);
  const auto back = decode(bytes);
  REQUIRE(back.ok());
  const auto again = checkout(*back);
  REQUIRE(again.ok());
  const bool equal_again = again->str() == end;
  CHECK(equal_again);
}

class Follower final : public TextSink {
 public:
  void insert(std::uint32_t pos, std::string_view utf8) override { text.insert(pos, utf8); }
  void erase(std::uint32_t pos, std::uint32_t count) override { text.erase(pos, count); }
  TextBuffer text;
};

}  // namespace

TEST_CASE("recorded sessions of one writer end with the recorded text", "[merge][text][traces]") {
  for (const char* name : {"sequential/automerge-paper", "sequential/seph-blog1", "sequential/rustcode",
                           "sequential/friendsforever_flat"}) {
    INFO(name);
    const auto t = trace(name);
    if (!t) continue;
    TextBuffer plain;
    for (const TraceStep& step : t->steps) {
      for (const TracePatch& p : step.patches) {
        plain.erase(p.pos, p.deleted);
        plain.insert(p.pos, p.inserted);
      }
    }
    const bool equal = plain.str() == t->end;
    CHECK(equal);
    CHECK(plain.chars() == count_chars(t->end));
    check_graph(graph_of(*t, false), t->end);
  }
}

TEST_CASE("recorded sessions of many writers who did not see each other end with the recorded text",
          "[merge][text][traces]") {
  for (const char* name : {"concurrent/friendsforever", "concurrent/node_nodecc"}) {
    INFO(name);
    const auto t = trace(name);
    if (!t) continue;
    const EventGraph graph = graph_of(*t, true);
    check_graph(graph, t->end);
    // From an old version on, in one go.
    const Version half = {graph.size() / 2};
    const auto old = checkout(graph, half);
    REQUIRE(old.ok());
    Follower follower;
    follower.text = *old;
    REQUIRE(bring_up_to_date(graph, half, old->chars(), follower).ok());
    const bool equal = follower.text.str() == t->end;
    CHECK(equal);
  }
}

TEST_CASE("somebody who follows two writers event by event ends with the recorded text",
          "[merge][text][traces]") {
  const auto t = trace("concurrent/friendsforever");
  if (!t) return;
  EventGraph graph;
  Follower follower;
  std::vector<Version> after;
  for (std::size_t i = 0; i < t->steps.size(); ++i) {
    const TraceStep& step = t->steps[i];
    Version version;
    for (const std::size_t p : step.parents) version.insert(version.end(), after[p].begin(), after[p].end());
    std::sort(version.begin(), version.end());
    const Version before = graph.heads();
    const std::uint32_t agent = graph.agent("agent " + std::to_string(step.agent));
    for (const TracePatch& p : step.patches) {
      if (p.deleted > 0) version = {*graph.erase(agent, version, p.pos, p.deleted)};
      if (!p.inserted.empty()) version = {*graph.insert(agent, version, p.pos, p.inserted)};
    }
    after.push_back(version);
    REQUIRE(bring_up_to_date(graph, before, follower.text.chars(), follower).ok());
  }
  const bool equal = follower.text.str() == t->end;
  CHECK(equal);
}

TEST_CASE(
    "a field that two writers work in at once ends with the recorded text, stored and opened now and then",
    "[merge][text][traces]") {
  const auto t = trace("concurrent/friendsforever");
  if (!t) return;
  TextDoc straight;
  TextDoc stored;
  std::size_t concurrent = 0;
  std::size_t aside = 0;
  for (const TextEdit& e : as_section(*t)) {
    const auto outcome = straight.apply(e);
    REQUIRE(outcome.ok());
    concurrent += outcome->concurrent ? 1U : 0U;
    aside += outcome->kind == TextOutcome::Kind::set_aside ? 1U : 0U;
    REQUIRE(stored.apply(e).ok());
    if (e.seq % 1000 != 0) continue;
    auto opened = TextDoc::open(stored.encode());
    REQUIRE(opened.ok());
    stored = std::move(*opened);
  }
  const bool equal = straight.text() == t->end;
  CHECK(equal);
  CHECK(concurrent > 5000);
  CHECK(aside == 0);
  const bool same = stored.encode() == straight.encode();
  CHECK(same);
}

TEST_CASE(
    "a plan in Norwegian, Sámi and Arabic with emoji, written by three people at once, keeps every letter "
    "whole",
    "[merge][text]") {
  // Each writes as an input field says it: the whole new text, normalised; the difference becomes the edit.
  const std::vector<std::vector<std::string>> sessions = {
      {"Mål: bli trygg på bussen 🚌.\n", "Mål: bli trygg på bussen 🚌 til skolen.\n"},
      {"Ulbmil: máhttit vuodjit busse.\n", "Ulbmil: máhttit vuodjit busse okto, ja čállit dan.\n",
       "Ulbmil: máhttit vuodjit busse okto, ja c\xcc\x8c\x61\xcc\x81llit dan 👩🏽‍🦽.\n"},
      {"الهدف: ركوب الحافلة بأمان.\n",
       "الهدف: رُكوب الحافلة بأمان مع العائلة 👨‍👩‍👧‍👦.\n"}};
  TextDoc doc;
  TextEdit start;
  start.op.device.bytes[0] = 9;
  start.op.counter = 1;
  start.seq = 1;
  start.runs = {{0, 0, "Plan 📋\n"}};
  REQUIRE(doc.apply(start).ok());
  std::uint64_t seq = 1;
  for (std::uint8_t who = 0; who < 3; ++who) {
    std::string mine = "Plan 📋\n";
    std::uint64_t counter = 0;
    ++seq;
    for (const std::string& wish : sessions[who]) {
      const std::string next = nfc("Plan 📋\n" + wish);
      TextEdit e;
      e.op.device.bytes[0] = static_cast<std::uint8_t>(who + 1);
      e.op.counter = ++counter;
      e.author = who;
      e.seen_seq = 1;
      e.seq = seq;
      e.runs = text_diff(mine, next);
      REQUIRE(doc.apply(e).ok());
      mine = next;
    }
  }
  CHECK(doc.text() ==
        "Plan 📋\nMål: bli trygg på bussen 🚌 til skolen.\n"
        "Ulbmil: máhttit vuodjit busse okto, ja čállit dan 👩🏽‍🦽.\n"
        "الهدف: رُكوب الحافلة بأمان مع العائلة 👨‍👩‍👧‍👦.\n");
  CHECK(nfc(doc.text()) == doc.text());
  CHECK(doc.verify().ok());
}
