#include "base/ids.h"

#include <catch2/catch.hpp>
#include <type_traits>
#include <unordered_map>

#include "base/match.h"
#include "tests/support/seeded_entropy.h"

using namespace samplan;

TEST_CASE("an id of one kind cannot stand for an id of another", "[base]") {
  STATIC_REQUIRE_FALSE(std::is_convertible_v<PlanId, PrincipalId>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<Hash, PlanId>);
  STATIC_REQUIRE_FALSE(std::is_constructible_v<DeviceId, EntityId>);
  STATIC_REQUIRE(sizeof(DeviceId) == 16);
  STATIC_REQUIRE(sizeof(Signature) == 64);
}

TEST_CASE("an id is read from exactly its own number of digits", "[base]") {
  SeededEntropy entropy(1);
  const DeviceId id = entropy.id<DeviceId>();
  CHECK_FALSE(id.is_zero());
  CHECK(id.hex().size() == 32);
  CHECK(DeviceId::parse(id.hex()) == id);
  CHECK_FALSE(DeviceId::parse(id.hex() + "00").has_value());
  CHECK_FALSE(DeviceId::parse(id.hex().substr(2)).has_value());
  CHECK_FALSE(DeviceId::parse("").has_value());
  CHECK_FALSE(DeviceId::parse(std::string(32, 'x')).has_value());
  CHECK(DeviceId{}.is_zero());
  CHECK(DeviceId::from(id.view()) == id);
}

TEST_CASE("ids are ordered as their bytes are", "[base]") {
  const auto low = *EntityId::parse("00000000000000000000000000000001");
  const auto high = *EntityId::parse("80000000000000000000000000000000");
  CHECK(low < high);
  CHECK_FALSE(high < low);
  CHECK(low != high);
  CHECK_FALSE(low < low);
}

TEST_CASE("operations are ordered by device, then by that device's counter", "[base]") {
  DeviceId a, b;
  a.bytes[0] = 1;
  b.bytes[0] = 2;
  CHECK(OpId{a, 9} < OpId{b, 1});
  CHECK(OpId{a, 1} < OpId{a, 2});
  CHECK_FALSE(OpId{a, 2} < OpId{a, 2});
  CHECK(OpId{a, 2} == OpId{a, 2});
  CHECK(OpId{a, 2} != OpId{b, 2});
}

TEST_CASE("ids are keys of a hash table", "[base]") {
  SeededEntropy entropy(2);
  std::unordered_map<PlanId, int> by_plan;
  std::unordered_map<OpId, int> by_op;
  const DeviceId device = entropy.id<DeviceId>();
  for (int i = 0; i < 500; ++i) {
    by_plan[entropy.id<PlanId>()] = i;
    by_op[OpId{device, static_cast<std::uint64_t>(i)}] = i;
  }
  CHECK(by_plan.size() == 500);
  CHECK(by_op.size() == 500);
  CHECK(by_op.at(OpId{device, 77}) == 77);
}

TEST_CASE("an overload set visits each alternative with its own function", "[base]") {
  std::variant<int, std::string> value = 3;
  const auto name = Match{[](int) { return "number"; }, [](const std::string&) { return "text"; }};
  CHECK(std::string(std::visit(name, value)) == "number");
  value = "x";
  CHECK(std::string(std::visit(name, value)) == "text");
}
