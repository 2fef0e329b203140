#include <catch2/catch.hpp>

#include "sync/merge/lifecycle.h"
#include "sync/merge/limits.h"
#include "sync/merge/observed_set.h"

using namespace samplan;
using namespace samplan::merge;

namespace {

Stamp stamp(std::uint8_t device, std::uint64_t counter, std::uint64_t seq = 1) {
  Stamp s;
  s.op.device.bytes[0] = device;
  s.op.counter = counter;
  s.seq = seq;
  return s;
}

}  // namespace

TEST_CASE("adding wins over a removal that had not seen it", "[merge]") {
  ObservedSet s;
  REQUIRE(add(s, {"mål", stamp(1, 1)}));
  REQUIRE(add(s, {"mål", stamp(2, 1)}));
  remove(s, SeenOps({stamp(1, 1).op}));
  CHECK(contains(s, "mål"));
  remove(s, SeenOps({stamp(2, 1).op}));
  CHECK_FALSE(contains(s, "mål"));
}

TEST_CASE("a set shows each member once, in one order", "[merge]") {
  ObservedSet s;
  REQUIRE(add(s, {"b", stamp(1, 1)}));
  REQUIRE(add(s, {"a", stamp(1, 2)}));
  REQUIRE(add(s, {"b", stamp(2, 1)}));
  CHECK_FALSE(add(s, {"c", stamp(2, 1)}));  // the same operation again
  CHECK(members(s) == std::vector<std::string>{"a", "b"});
}

TEST_CASE("a full set takes no more additions", "[merge][hostile]") {
  ObservedSet s;
  for (std::uint64_t i = 1; i <= bounds::set_adds_max; ++i) REQUIRE(add(s, {"x", stamp(1, i)}));
  CHECK_FALSE(add(s, {"y", stamp(1, bounds::set_adds_max + 1)}));
  CHECK(s.additions.size() == bounds::set_adds_max);
}

TEST_CASE("each removal in force has a slot of its own, and overwriting it frees exactly that slot",
          "[merge]") {
  Lifecycle life;
  CHECK(put_removal(life, stamp(1, 1)) == 1);
  CHECK(put_removal(life, stamp(2, 1)) == 2);
  CHECK(put_removal(life, stamp(3, 1)) == 4);
  CHECK(overwrite_removals(life, SeenOps({stamp(2, 1).op, stamp(9, 9).op})) == 2);
  CHECK(bits_in_force(life) == 5);
  CHECK(put_removal(life, stamp(4, 1)) == 2);
  CHECK(bits_in_force(life) == 7);
}

TEST_CASE("more removals than slots share the last one", "[merge][hostile]") {
  Lifecycle life;
  for (std::uint8_t i = 1; i <= bounds::removals_max; ++i) static_cast<void>(put_removal(life, stamp(i, 1)));
  CHECK(put_removal(life, stamp(20, 1)) == 0x80);
  CHECK(life.removals.size() == bounds::removals_max);
  CHECK(bits_in_force(life) == 0xff);
}

TEST_CASE("a keep replaces the keeps it saw, and their number is bounded", "[merge][hostile]") {
  Lifecycle life;
  put_keep(life, stamp(1, 1), SeenOps({}));
  put_keep(life, stamp(2, 1), SeenOps({stamp(1, 1).op}));
  CHECK(life.keeps.size() == 1);
  for (std::uint64_t i = 1; i <= 20; ++i) put_keep(life, stamp(3, i), SeenOps({}));
  CHECK(life.keeps.size() == bounds::keeps_max);
  CHECK(life.keeps.back().op == stamp(3, 20).op);
}
