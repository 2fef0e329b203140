// Bytes of an event graph: one writing only, and nothing else is read.
#include <catch2/catch.hpp>
#include <numeric>

#include "sync/merge/text/graph_codec.h"
#include "sync/merge/text/walk.h"
#include "tests/sync/merge/text_reference.h"

using namespace samplan;
using namespace samplan::merge::text;
using namespace samplan::text_test;

namespace {

std::vector<std::size_t> in_order(std::size_t n) {
  std::vector<std::size_t> out(n);
  std::iota(out.begin(), out.end(), std::size_t{0});
  return out;
}

}  // namespace

TEST_CASE("the same events give the same bytes in whatever order and pieces they came, and come back",
          "[merge][text]") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    INFO("seed " << seed);
    Dice dice(seed);
    const auto events = random_history(seed, 2 + seed % 4, 8 + seed % 30);
    const auto first = build_graph(events, in_order(events.size()));
    const Bytes bytes = encode(first.graph);
    CHECK(encode(build_graph(events, random_order(events, dice)).graph) == bytes);
    EventGraph joined;
    REQUIRE(joined.add_all(build_graph(events, random_order(events, dice)).graph).ok());
    CHECK(encode(joined) == bytes);
    const auto back = decode(bytes);
    REQUIRE(back.ok());
    CHECK(encode(*back) == bytes);
    CHECK(back->size() == first.graph.size());
    const auto text = checkout(*back);
    REQUIRE(text.ok());
    CHECK(text->str() == FugueTree(events).text());
  }
}

TEST_CASE("a graph cut short anywhere, lengthened or changed is refused or is another canonical graph",
          "[merge][text]") {
  const auto events = random_history(77, 3, 40);
  const Bytes bytes = encode(build_graph(events, in_order(events.size())).graph);
  REQUIRE(bytes.size() > 60);
  for (std::size_t n = 0; n < bytes.size(); ++n) CHECK_FALSE(decode(ByteView(bytes).sub(0, n)).ok());
  Bytes longer = bytes;
  longer.push_back('x');
  CHECK_FALSE(decode(longer).ok());
  std::size_t refused = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (std::uint8_t flip = 1; flip != 0; flip = static_cast<std::uint8_t>(flip << 1U)) {
      Bytes changed = bytes;
      changed[i] ^= flip;
      const auto read = decode(changed);
      refused += read.ok() ? 0U : 1U;
      if (!read.ok()) continue;
      CHECK(encode(*read) == changed);
      (void)checkout(*read);
    }
  }
  CHECK(refused > bytes.size() * 3);
}

TEST_CASE("numbers far too large in a graph are refused before anything is made of them", "[merge][text]") {
  // One agent "a", one author run and one version of 2^40 events, one insertion of as many.
  Bytes bytes = {'S', 'T', 'G', '1', 1, 1, 'a', 1, 0};
  append_varint(bytes, std::uint64_t{1} << 40U);
  append_u8(bytes, 1);
  append_varint(bytes, std::uint64_t{1} << 40U);
  append_u8(bytes, 0);
  append_u8(bytes, 1);
  append_varint(bytes, std::uint64_t{1} << 42U);
  append_u8(bytes, 0);
  append_u8(bytes, 0);
  CHECK_FALSE(decode(bytes).ok());
  // A count of agents larger than the bytes.
  Bytes many = {'S', 'T', 'G', '1'};
  append_varint(many, ~std::uint64_t{0});
  CHECK_FALSE(decode(many).ok());
  const EventGraph empty;
  const auto back = decode(encode(empty));
  REQUIRE(back.ok());
  CHECK(back->size() == 0);
}
