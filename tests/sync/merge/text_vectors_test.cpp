// Golden vectors of text: which of two concurrent insertions comes first is part of the format, and so are
// the bytes of a graph and of a field. What is frozen is read back and merged anew.
#include <catch2/catch.hpp>
#include <numeric>

#include "sync/merge/text/graph_codec.h"
#include "sync/merge/text/walk.h"
#include "tests/support/vectors.h"
#include "tests/sync/merge/text_section.h"

using namespace samplan;
using namespace samplan::merge::text;
using namespace samplan::text_test;
using vector_test::Vectors;

namespace {

constexpr std::string_view text_vectors =
#include "tests/vectors/text.txt"
    ;

std::vector<std::size_t> in_order(std::size_t n) {
  std::vector<std::size_t> out(n);
  std::iota(out.begin(), out.end(), std::size_t{0});
  return out;
}

void add_graph(Vectors& out, const std::string& name, const EventGraph& graph) {
  const auto text = checkout(graph);
  REQUIRE(text.ok());
  out.emplace_back("graph." + name, encode(graph));
  out.emplace_back("graph." + name + ".text", ByteView::of(text->str()).copy());
}

// Two who insert at one place of "ab": by agent id (bytes), then by counter; never by who came first.
EventGraph tie(const std::string& first, const std::string& second) {
  EventGraph g;
  const auto base = g.insert(g.agent("m"), {}, 0, "ab");
  REQUIRE(g.insert(g.agent(first), {*base}, 1, "[A1]").ok());
  const auto of_second = g.insert(g.agent(second), {*base}, 1, "[B1]");
  REQUIRE(g.insert(g.agent(second), {*of_second}, 1, "[B2]").ok());
  return g;
}

Vectors made() {
  Vectors out;
  add_graph(out, "tie", tie("k", "z"));
  add_graph(out, "tie.bytes", tie("\xff", "\x01"));
  add_graph(out, "tie.prefix", tie("kk", "k"));
  // Replaced by both: each replacement whole, before what both deleted.
  EventGraph replaced;
  const auto base = replaced.insert(replaced.agent("m"), {}, 0, "Mål: gå.");
  for (const char* who : {"z", "k"}) {
    const auto gone = replaced.erase(replaced.agent(who), {*base}, 5, 2);
    REQUIRE(replaced.insert(replaced.agent(who), {*gone}, 5, std::string("<") + who + ">").ok());
  }
  add_graph(out, "replaced", replaced);
  for (const std::uint64_t seed : {11U, 23U, 58U, 71U}) {
    const auto events = random_history(seed, 4, 30);
    add_graph(out, "branches." + std::to_string(seed), build_graph(events, in_order(events.size())).graph);
  }
  for (const std::uint64_t seed : {5U, 6U, 7U}) {
    TextDoc doc;
    for (const TextEdit& e : random_section(seed, 3, 30).log) REQUIRE(doc.apply(e).ok());
    if (seed == 7) {
      TextEdit wild = text_edit(7, 1, 2, 900, {{4000, 50, "utenfor"}});
      wild.own_seen = 0;
      REQUIRE(doc.apply(wild).ok());
      REQUIRE(doc.apply(text_edit(7, 2, 2, 901, {{0, 0, std::string(40, 'x')}})).ok());
      doc.mark_reviewed({{device_id(7), 1}});
    }
    const std::string name = "field." + std::to_string(seed);
    out.emplace_back(name, doc.encode());
    out.emplace_back(name + ".text", ByteView::of(doc.text()).copy());
  }
  return out;
}

}  // namespace

TEST_CASE("merged texts and their bytes are what was frozen", "[merge][text][vectors]") {
  const Vectors now = made();
  if (vector_test::writing()) {
    vector_test::write(
        std::string(SAMPLAN_SOURCE_DIR) + "/tests/vectors/", "text.txt",
        "Text: event graphs (sync/merge/text/graph_codec.h), fields (text_doc.h), and the texts they make.",
        now);
    return;
  }
  vector_test::compare(now, vector_test::parse(text_vectors));
}

TEST_CASE("frozen bytes of text are read and merge to the frozen text", "[merge][text][vectors]") {
  if (vector_test::writing()) return;
  const auto stored = vector_test::parse(text_vectors);
  std::size_t read = 0;
  for (const auto& [name, bytes] : stored) {
    if (name.size() > 5 && name.substr(name.size() - 5) == ".text") continue;
    INFO(name);
    const std::string expected(ByteView(stored.at(name + ".text")).text());
    if (name.substr(0, 6) == "graph.") {
      const auto graph = decode(bytes);
      REQUIRE(graph.ok());
      const auto text = checkout(*graph);
      REQUIRE(text.ok());
      CHECK(text->str() == expected);
    } else {
      const auto doc = TextDoc::decode(bytes);
      REQUIRE(doc.ok());
      CHECK(doc->text() == expected);
      CHECK(doc->verify().ok());
    }
    ++read;
  }
  CHECK(read == 11);
}
