// Files: what is read, what is refused, and that one bad line stops nothing else.
#include "base/limits.h"
#include "tests/client-core/fhir/fhir_helpers.h"

using namespace samplan;
using namespace samplan::test;
using Level = ReportLine::Level;

namespace {

Errc refusal(const std::string& text) {
  const auto result = import_fhir(text);
  if (result.ok()) return Errc::ok;
  CHECK(!result.error().where.empty());
  CHECK(!result.error().detail.empty());
  return result.code();
}

}  // namespace

TEST_CASE("what is not a FHIR file is refused with a clear error", "[fhir]") {
  CHECK(refusal("") == Errc::malformed);
  CHECK(refusal(" \r\n\t\n") == Errc::malformed);
  CHECK(refusal("\xef\xbb\xbf") == Errc::malformed);
  CHECK(refusal("hei") == Errc::malformed);
  CHECK(refusal("[]") == Errc::malformed);
  CHECK(refusal("17") == Errc::malformed);
  CHECK(refusal("{}") == Errc::malformed);
  CHECK(refusal(R"({"resourceType":17})") == Errc::malformed);
  CHECK(refusal(R"({"resourceType":"Patient","id":"a","id":"b"})") == Errc::malformed);
  CHECK(refusal(R"({"resourceType":"Patient")") == Errc::malformed);
  CHECK(refusal("{\"resourceType\":\"Patient\",\"id\":\"\xc3\"}") == Errc::not_utf8);
  CHECK(refusal("<Patient xmlns=\"http://hl7.org/fhir\"/>") == Errc::malformed);
}

TEST_CASE("a file one byte too large is refused, and one of exactly the bound is read", "[fhir]") {
  std::string text = patient();
  text.resize(limits::fhir_bytes_max, ' ');
  CHECK(refusal(text) == Errc::ok);
  text += ' ';
  CHECK(refusal(text) == Errc::too_large);
  const std::string_view half = std::string_view(text).substr(0, limits::fhir_bytes_max / 2 + 1);
  const auto result = import_fhir_files({{"a", half}, {"b", half}});
  CHECK(result.code() == Errc::too_large);
}

TEST_CASE("nesting beyond the bound is refused", "[fhir]") {
  const auto nested = [](std::size_t depth) {
    return R"({"resourceType":"Patient","id":"p","x":)" + std::string(depth, '[') + std::string(depth, ']') +
           "}";
  };
  CHECK(refusal(nested(limits::json_depth_max - 1)) == Errc::ok);
  CHECK(refusal(nested(limits::json_depth_max)) == Errc::too_large);
  CHECK(refusal(nested(1'000'000)) == Errc::too_large);
}

TEST_CASE("a file of other resources is read, and says that there is no patient", "[fhir]") {
  const ImportResult result = imported(
      bundle({of_patient("Goal", R"("id":"g","description":{"text":"X"})"),
              R"({"resourceType":"Observation","id":"o"})", R"({"resourceType":"no type at all"})"}));
  CHECK(result.plans.empty());
  CHECK(reported(result, Level::dangling, "Goal/g", "not in the file"));
  CHECK(reported(result, Level::skipped, "Observation", "no place in an individual plan"));
  CHECK(result.resources_seen.at("Unknown") == 1);
}

TEST_CASE("a single resource, a byte order mark and an empty bundle are read", "[fhir]") {
  CHECK(imported(patient()).plans.size() == 1);
  CHECK(imported("\xef\xbb\xbf" + patient() + "\r\n").plans.size() == 1);
  CHECK(imported(R"({"resourceType":"Bundle","type":"searchset","total":0})").plans.empty());
  CHECK(imported(R"({"resourceType":"Bundle","entry":[]})").plans.empty());
}

TEST_CASE("a bad line is reported with its number and the others are imported", "[fhir][R109]") {
  const std::string second = R"({"resourceType":"Patient","id":"q"})";
  const ImportResult result =
      imported(patient() + "\n\n{\"resourceType\":\"Goal\",\n" + second + "\r\nhei\n{}\n");
  CHECK(result.plans.size() == 2);
  CHECK(reported(result, Level::error, "line 3", "cannot be read"));
  CHECK(reported(result, Level::error, "line 5", "cannot be read"));
  CHECK(reported(result, Level::error, "line 6", "no resourceType"));
  CHECK(lines_with(result, "passed over") == 3);
}

TEST_CASE("a bad first or last line, or bytes that are no UTF-8, stop nothing else", "[fhir][R109]") {
  CHECK(imported("tull\n" + patient()).plans.size() == 1);
  CHECK(imported(patient() + "\n{\"resourceType\":").plans.size() == 1);
  CHECK(imported(patient() + "\n{\"resourceType\":\"Patient\",\"id\":\"\xff\"}\n").plans.size() == 1);
  CHECK(imported(patient() + "\n" + std::string(3, '\0') + "\n").plans.size() == 1);
  CHECK(imported(patient() + "\n" + std::string(100'000, '[') + "\n").plans.size() == 1);
}

TEST_CASE("a thousand bad lines are one line of the report", "[fhir]") {
  std::string text = patient() + "\n";
  for (int i = 0; i < 1000; ++i) text += "{\n";
  const ImportResult result = imported(text);
  CHECK(lines_with(result, "passed over") == 1);
  CHECK(reported(result, Level::error, "file", "1000 times. The line cannot be read"));
}

TEST_CASE("a broken bundle spread over lines is refused as a whole, not picked apart", "[fhir]") {
  CHECK(refusal("{\n \"resourceType\": \"Bundle\",\n \"entry\": [\n  {\n   \"resource\": {\n") ==
        Errc::malformed);
}

TEST_CASE("entries that hold no resource are reported and the others read", "[fhir][R109]") {
  const ImportResult result =
      imported(R"({"resourceType":"Bundle","entry":[{"request":{"method":"DELETE"}},17,
      {"resource":"tekst"},{"resource":{"id":"x"}},{"resource":)" +
               patient() + "}]}");
  CHECK(result.plans.size() == 1);
  for (const char* place : {"entry 1", "entry 2", "entry 3", "entry 4"}) {
    CHECK(reported(result, Level::error, place, "Is not a FHIR resource"));
  }
  CHECK(lines_with(imported(R"({"resourceType":"Bundle","entry":{"resource":{}}})"),
                   "Is not a FHIR resource") == 1);
}

TEST_CASE("bundles inside bundles are read as far as the bound, and no further in silence", "[fhir]") {
  std::string text = bundle({patient()});
  for (int depth = 2; depth <= 4; ++depth) text = bundle({text});
  CHECK(imported(text).plans.size() == 1);
  const ImportResult result = imported(bundle({text}));
  CHECK(result.plans.empty());
  CHECK(lines_with(result, "Bundles inside one another too deeply") == 1);
}

TEST_CASE("of several files a broken one is named and the others are read", "[fhir][R109]") {
  const std::string ola = patient();
  const std::string lines =
      of_patient("Goal", R"("id":"g","lifecycleStatus":"active","description":{"text":"X"})") + "\ntull\n";
  const auto result = import_fhir_files({{"pasient.json", ola}, {"brutt.json", "{"}, {"mål.ndjson", lines}});
  REQUIRE(result.ok());
  check_whole(*result);
  CHECK(records(result->plans[0], "goal").size() == 1);
  CHECK(reported(*result, Level::error, "brutt.json", "The file cannot be read"));
  CHECK(reported(*result, Level::error, "mål.ndjson line 2", "The line cannot be read"));
}

TEST_CASE("several files that all are broken are an error, and so are none", "[fhir]") {
  CHECK(import_fhir_files({{"a", "{"}, {"b", ""}}).code() == Errc::malformed);
  CHECK(import_fhir_files({}).code() == Errc::malformed);
}

TEST_CASE("the account is incomplete when a resource is neither mapped nor reported", "[fhir]") {
  ImportResult result = imported(bundle({patient(), R"({"resourceType":"Observation","id":"o"})"}));
  REQUIRE(accounting_is_complete(result));
  ImportResult dropped = result;
  dropped.resources_mapped.erase("Patient");
  CHECK(!accounting_is_complete(dropped));
  ImportResult silent = result;
  for (ReportLine& line : silent.report) line.accounts_for = 0;
  CHECK(!accounting_is_complete(silent));
  result.resources_seen["Goal"] = 1;
  CHECK(!accounting_is_complete(result));
}

TEST_CASE("members of the wrong type are as if they were not there", "[fhir]") {
  const ImportResult result = imported(bundle(
      {R"({"resourceType":"Patient","id":17,"name":"Ola","birthDate":19500301,"telecom":{"value":5},"address":[7,null]})",
       R"({"resourceType":"Patient","id":"p","name":{"text":"Alene i objekt"},"communication":"norsk"})",
       R"({"resourceType":"CarePlan","subject":{"reference":"Patient/p"},"category":"x","activity":[1,{"detail":"y"},
           {"detail":{"code":[],"status":{},"description":"Tur","scheduledTiming":"ofte","performer":7}}],
           "goal":"Goal/1","addresses":[[]],"note":{"text":["a"]},"period":[],"title":{},"careTeam":true})"}));
  REQUIRE(result.plans.size() == 2);
  CHECK(field(result.plans[1].records[0], "owner_name") == "Alene i objekt");
  CHECK(field(records(result.plans[1], "measure").front(), "text") == "Tur");
}
