#include "client-core/json/json_gate.h"

#include <catch2/catch.hpp>
#include <string>

using namespace samplan;

namespace {

std::string nested(std::size_t depth, char open, char close) {
  return std::string(depth, open) + std::string(depth, close);
}

std::string nested_objects(std::size_t depth) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += "{\"a\":";
  return text + "1" + std::string(depth, '}');
}

Errc refused_with(std::string_view text, const JsonBounds& bounds = {}) {
  return parse_json(text, bounds).code();
}

}  // namespace

TEST_CASE("json: nesting is refused one past the bound, and 200 KB of brackets harm nobody", "[json]") {
  CHECK(refused_with(nested(limits::json_depth_max, '[', ']')) == Errc::ok);
  CHECK(refused_with(nested(limits::json_depth_max + 1, '[', ']')) == Errc::too_large);
  CHECK(refused_with(nested_objects(limits::json_depth_max)) == Errc::ok);
  CHECK(refused_with(nested_objects(limits::json_depth_max + 1)) == Errc::too_large);
  CHECK(refused_with(std::string(200'000, '[')) == Errc::too_large);
  JsonBounds flat;
  flat.depth_max = 0;
  CHECK(refused_with("7", flat) == Errc::ok);
  CHECK(refused_with("[]", flat) == Errc::too_large);
}

TEST_CASE("json: a key twice in one object is refused, also when it is written differently", "[json]") {
  CHECK(refused_with(R"({"role":"owner","role":"relative"})") == Errc::malformed);
  CHECK(refused_with(R"({"a":1,"b":{"c":1,"c":2}})") == Errc::malformed);
  CHECK(refused_with(R"({"a":1,"\u0061":2})") == Errc::malformed);
  CHECK(refused_with(R"([{"a":1},{"a":2}])") == Errc::ok);
  CHECK(refused_with(R"({"a":{"a":1},"A":2})") == Errc::ok);
  CHECK(parse_json(R"({"a":1,"a":2})").error().where.find("duplicate key") != std::string::npos);
}

TEST_CASE("json: the number of values is counted, containers included", "[json]") {
  JsonBounds bounds;
  bounds.values_max = 4;
  CHECK(refused_with("[1,2,3]", bounds) == Errc::ok);
  CHECK(refused_with("[1,2,3,4]", bounds) == Errc::too_large);
  CHECK(refused_with("[[],[],{}]", bounds) == Errc::ok);
  CHECK(refused_with("[[],[],{},{}]", bounds) == Errc::too_large);
  CHECK(refused_with(R"({"a":1,"b":null,"c":"x","d":true})", bounds) == Errc::too_large);
}

TEST_CASE("json: a text longer than its bound is refused before it is read", "[json]") {
  JsonBounds bounds;
  bounds.bytes_max = 4;
  CHECK(refused_with("[12]", bounds) == Errc::ok);
  CHECK(refused_with("[123]", bounds) == Errc::too_large);
  CHECK(refused_with(std::string(limits::command_bytes_max + 1, ' ')) == Errc::too_large);
}

TEST_CASE("json: numbers that are not finite are refused", "[json]") {
  for (const char* text : {"1e999", "-1e999", "[1e400]", "NaN", "Infinity", "-Infinity"}) {
    INFO(text);
    CHECK(refused_with(text) == Errc::malformed);
  }
  CHECK(refused_with("1e308") == Errc::ok);
}

TEST_CASE("json: what is not exactly one JSON text is refused", "[json]") {
  for (const char* text : {"", " ", "{", "[1,]", "{\"a\":}", "{\"a\" 1}", "{a:1}", "'a'", "[1] 2", "{} {}",
                           "tru", "01", "\"\n\"", "\"\\x\"", "\"\\ud800\"", "/* c */ 1"}) {
    INFO(text);
    CHECK(refused_with(text) == Errc::malformed);
  }
  CHECK(refused_with("\"\xc3\x28\"") == Errc::not_utf8);
  CHECK(refused_with("\"\xed\xa0\x80\"") == Errc::not_utf8);
  CHECK(refused_with(std::string_view("[1]\0", 4)) == Errc::malformed);
  CHECK(refused_with(std::string_view("[1]\0,2]", 7)) == Errc::malformed);
}

TEST_CASE("json: what is well formed arrives unchanged and in its place", "[json]") {
  const auto value = parse_json(R"( {"navn":"Åse Sørli","barn":[1,-2,3.5,true,null,{"x":[]}],"tom":{}} )");
  REQUIRE(value.ok());
  CHECK((*value)["navn"] == "Åse Sørli");
  CHECK((*value)["barn"].size() == 6);
  CHECK((*value)["barn"][1] == -2);
  CHECK((*value)["barn"][2] == 3.5);
  CHECK((*value)["barn"][3] == true);
  CHECK((*value)["barn"][4].is_null());
  CHECK((*value)["barn"][5]["x"] == nlohmann::json::array());
  CHECK((*value)["tom"] == nlohmann::json::object());
  CHECK(*parse_json("18446744073709551615") == 18446744073709551615ULL);
  CHECK(value->dump() == nlohmann::json::parse(value->dump()).dump());
}

TEST_CASE("json: an error says where, and repeats nothing of the text", "[json]") {
  const auto refused = parse_json("{\"fornavn\": \"Kari\", oops}");
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().where.find("at byte") != std::string::npos);
  CHECK(refused.error().where.find("Kari") == std::string::npos);
  CHECK(refused.error().detail.find("Kari") == std::string::npos);
  CHECK(refused.error().detail.find("oops") == std::string::npos);
}
