#include "sync/merge/register.h"

#include <catch2/catch.hpp>

#include "sync/merge/limits.h"

using namespace samplan;
using namespace samplan::merge;

namespace {

DeviceId device(std::uint8_t n) {
  DeviceId id;
  id.bytes[0] = n;
  return id;
}
OpId op(std::uint8_t n, std::uint64_t counter) { return {device(n), counter}; }
Value value(const char* text, OpId id, std::uint64_t seq) {
  Value v;
  v.text = text;
  v.stamp.op = id;
  v.stamp.seq = seq;
  return v;
}
SeenOps seen(std::vector<OpId> ids) { return SeenOps(std::move(ids)); }

}  // namespace

TEST_CASE(
    "two people who did not see each other both keep their value, and the old one is what it was before",
    "[merge][R104]") {
  Register r;
  set(r, value("gammel", op(1, 1), 1), seen({}));
  set(r, value("Kari", op(1, 2), 2), seen({op(1, 1)}));
  set(r, value("Ola", op(2, 1), 3), seen({op(1, 1)}));
  REQUIRE(r.live.size() == 2);
  CHECK(is_in_conflict(r));
  CHECK(r.contested);
  REQUIRE(r.previous);
  CHECK(r.previous->text == "gammel");
}

TEST_CASE("a resolution replaces exactly what it saw, and the mark that there was a conflict stays",
          "[merge][R105]") {
  Register r;
  set(r, value("Kari", op(1, 1), 1), seen({}));
  set(r, value("Ola", op(2, 1), 2), seen({}));
  set(r, value("Unseen", op(3, 1), 3), seen({}));
  set(r, value("Kari", op(4, 1), 4), seen({op(1, 1), op(2, 1)}));
  REQUIRE(r.live.size() == 2);
  CHECK(r.live[0].text == "Unseen");
  CHECK(is_in_conflict(r));
  set(r, value("Kari", op(4, 2), 5), seen({op(3, 1), op(4, 1)}));
  CHECK_FALSE(is_in_conflict(r));
  CHECK(r.contested);
  REQUIRE(r.previous);
  CHECK(r.previous->text == "Unseen");
}

TEST_CASE("two equal resolutions, or values that differ in case only, are no conflict", "[merge]") {
  Register r;
  set(r, value("Bo hjemme", op(1, 1), 1), seen({}));
  set(r, value("bo  hjemme ", op(2, 1), 2), seen({}));
  CHECK(r.live.size() == 2);
  CHECK_FALSE(is_in_conflict(r));
  CHECK_FALSE(r.contested);
}

TEST_CASE("naming an operation that is not alive is ignored and not remembered", "[merge][hostile]") {
  Register r;
  set(r, value("first", op(1, 1), 1), seen({op(2, 9), op(3, 1)}));
  set(r, value("later", op(3, 1), 2), seen({}));
  CHECK(r.live.size() == 2);
}

TEST_CASE("an operation that is already alive is not added twice", "[merge]") {
  Register r;
  set(r, value("a", op(1, 1), 1), seen({}));
  set(r, value("b", op(1, 1), 2), seen({op(1, 1)}));
  REQUIRE(r.live.size() == 1);
  CHECK(r.live[0].text == "a");
}

TEST_CASE("beyond the bound the oldest value falls out and is counted until somebody settles the field",
          "[merge][hostile]") {
  Register r;
  for (std::uint64_t i = 1; i <= bounds::live_values_max + 3; ++i)
    set(r, value(std::to_string(i).c_str(), op(1, i), i), seen({}));
  REQUIRE(r.live.size() == bounds::live_values_max);
  CHECK(r.folded == 3);
  CHECK(r.live.front().text == "4");
  CHECK(is_in_conflict(r));
  std::vector<OpId> all;
  for (const Value& v : r.live) all.push_back(v.stamp.op);
  set(r, value("settled", op(2, 1), 1000), SeenOps(all));
  CHECK(r.live.size() == 1);
  CHECK(r.folded == 0);
  CHECK_FALSE(is_in_conflict(r));
}

TEST_CASE(
    "display order is frozen: later in the section, pending after everything, then the larger operation id",
    "[merge][golden]") {
  const auto stamp = [](OpId id, std::uint64_t seq) {
    Stamp s;
    s.op = id;
    s.seq = seq;
    return s;
  };
  CHECK(shows_before(stamp(op(1, 1), 5), stamp(op(9, 9), 4)));
  CHECK(shows_before(stamp(op(1, 1), pending_seq), stamp(op(9, 9), 1'000'000)));
  CHECK(shows_before(stamp(op(1, 2), 5), stamp(op(1, 1), 5)));
  CHECK(shows_before(stamp(op(2, 1), 5), stamp(op(1, 7), 5)));
  CHECK_FALSE(shows_before(stamp(op(1, 1), 5), stamp(op(1, 1), 5)));
}
