// Following references: beside first, by exact address otherwise, and never to the wrong person.
#include "client-core/fhir/reference.h"

#include "tests/client-core/fhir/fhir_helpers.h"

using namespace samplan;
using namespace samplan::test;
using Level = ReportLine::Level;

namespace {

std::string entry(const std::string& full_url, const std::string& resource) {
  return R"({"fullUrl":")" + full_url + R"(","resource":)" + resource + "}";
}

std::string bundle_of(const std::string& entries) {
  return R"({"resourceType":"Bundle","type":"collection","entry":[)" + entries + "]}";
}

std::string person(const std::string& id, const std::string& name) {
  return R"({"resourceType":"Patient","id":")" + id + R"(","name":[{"text":")" + name + R"("}]})";
}

std::string goal(const std::string& id, const std::string& subject, const std::string& text) {
  return R"({"resourceType":"Goal","id":")" + id +
         R"(","lifecycleStatus":"active","subject":{"reference":")" + subject +
         R"("},"description":{"text":")" + text + R"("}})";
}

std::vector<std::string> goals_of(const ImportResult& result, std::size_t plan) {
  std::vector<std::string> out;
  REQUIRE(result.plans.size() > plan);
  for (const ImportedRecord& record : records(result.plans[plan], "goal"))
    out.push_back(field(record, "text"));
  return out;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("each form of reference finds its resource", "[fhir][R115]") {
  const std::string uuid = "urn:uuid:11111111-2222-3333-4444-555555555555";
  CHECK(goals_of(imported(bundle_of(entry(uuid, person("p", "A")) + "," +
                                    entry("urn:uuid:g", goal("g", uuid, "X")))),
                 0) == Texts{"X"});
  const std::string url = "https://a.example/fhir/Patient/p";
  for (const std::string& reference :
       {std::string("Patient/p"), url, url + "/_history/3", std::string("Patient/p/_history/1")}) {
    INFO(reference);
    CHECK(goals_of(imported(bundle_of(entry(url, person("p", "A")) + "," +
                                      entry("https://a.example/fhir/Goal/g", goal("g", reference, "X")))),
                   0) == Texts{"X"});
  }
}

TEST_CASE("an absolute reference to another server is dangling though the short address fits",
          "[fhir][R115]") {
  const ImportResult result =
      imported(bundle({person("p", "A"), goal("g", "https://b.example/fhir/Patient/p", "X")}));
  CHECK(goals_of(result, 0).empty());
  CHECK(reported(result, Level::dangling, "Goal/g", "patient it is about is not in the file"));
}

TEST_CASE("the same id on two servers is two persons", "[fhir]") {
  const ImportResult result =
      imported(bundle_of(entry("https://a.example/fhir/Patient/1", person("1", "A")) + "," +
                         entry("https://b.example/fhir/Patient/1", person("1", "B")) + "," +
                         entry("https://a.example/fhir/Goal/1", goal("1", "Patient/1", "til A")) + "," +
                         entry("https://b.example/fhir/Goal/1", goal("1", "Patient/1", "til B")) + "," +
                         entry("urn:uuid:x", goal("x", "Patient/1", "til hvem?"))));
  CHECK(goals_of(result, 0) == Texts{"til A"});
  CHECK(goals_of(result, 1) == Texts{"til B"});
  CHECK(reported(result, Level::dangling, "Goal/x", "not in the file"));
}

TEST_CASE("the same local id in two bundles is two persons", "[fhir]") {
  const ImportResult result = imported(bundle({person("1", "A"), goal("g", "Patient/1", "til A")}) + "\n" +
                                       bundle({person("1", "B"), goal("g", "Patient/1", "til B")}) + "\n" +
                                       bundle({goal("h", "Patient/1", "til hvem?")}));
  REQUIRE(result.plans.size() == 2);
  CHECK(goals_of(result, 0) == Texts{"til A"});
  CHECK(goals_of(result, 1) == Texts{"til B"});
  CHECK(reported(result, Level::dangling, "Goal/h", "not in the file"));
}

TEST_CASE("a bundle never borrows a patient from another bundle by a short address", "[fhir]") {
  const ImportResult result =
      imported(bundle({person("1", "A")}) + "\n" + bundle({goal("h", "Patient/1", "til hvem?")}));
  CHECK(goals_of(result, 0).empty());
}

TEST_CASE("two nameless patients with the same id in two bundles are not made one", "[fhir]") {
  const std::string nameless = R"({"resourceType":"Patient","id":"1"})";
  CHECK(imported(bundle({nameless}) + "\n" + bundle({nameless})).plans.size() == 2);
}

TEST_CASE("the pages of one answer make one plan", "[fhir]") {
  const std::string ola = patient();
  const ImportResult result =
      imported(bundle({ola, goal("a", "Patient/p", "A")}) + "\n" +
               bundle({ola, goal("b", "Patient/p", "B"), goal("a", "Patient/p", "A")}));
  REQUIRE(result.plans.size() == 1);
  CHECK(goals_of(result, 0) == Texts{"A", "B"});
  CHECK(result.resources_seen.at("Patient") == 2);
  CHECK(result.resources_mapped.at("Patient") == 1);
  CHECK(lines_with(result, "The same resource came earlier") == 2);
}

TEST_CASE("loose resources of several lines and files find one another", "[fhir]") {
  CHECK(goals_of(imported(patient() + "\n" + goal("g", "Patient/p", "X")), 0) == Texts{"X"});
  const std::string ola = patient();
  const std::string mine = goal("g", "Patient/p", "X");
  const auto result = import_fhir_files({{"pasient.json", ola}, {"mål.json", mine}});
  REQUIRE(result.ok());
  check_whole(*result);
  CHECK(goals_of(*result, 0) == Texts{"X"});
}

TEST_CASE("a bulk export without addresses keeps its uuid references", "[fhir]") {
  const std::string id = "11111111-2222-3333-4444-555555555555";
  CHECK(goals_of(imported(person(id, "A") + "\n" + goal("g", "urn:uuid:" + id, "X")), 0) == Texts{"X"});
}

TEST_CASE("the same resource twice is used once, of two versions the first", "[fhir]") {
  const ImportResult result =
      imported(bundle({patient(), goal("a", "Patient/p", "ny"), goal("a", "Patient/p", "gammel"),
                       goal("b", "Patient/p", "B"), goal("b", "Patient/p", "B")}));
  CHECK(goals_of(result, 0) == Texts{"ny", "B"});
  CHECK(reported(result, Level::skipped, "Goal/a", "Another version"));
  CHECK(reported(result, Level::skipped, "Goal/b", "used once"));
}

TEST_CASE("contained resources are found by their container only, and counted", "[fhir][R115]") {
  const ImportResult result = imported(
      bundle({patient(), main_plan(R"("goal":[{"reference":"#g"},{"reference":"#gone"}],
          "contained":[{"resourceType":"Goal","id":"g","lifecycleStatus":"active","description":{"text":"Inni"}}])"),
              of_patient("CarePlan", R"("id":"other","status":"active","goal":[{"reference":"#g"}])")}));
  CHECK(goals_of(result, 0) == Texts{"Inni"});
  CHECK(result.resources_seen.at("Goal") == 1);
  CHECK(reported(result, Level::dangling, "CarePlan/main",
                 "CarePlan.goal: Refers to something that is not in the file: #gone"));
  CHECK(reported(result, Level::dangling, "CarePlan/other", "#g"));
}

TEST_CASE("every form of dangling reference is tolerated and reported", "[fhir][R115]") {
  const ImportResult result =
      imported(bundle({patient(), main_plan(R"("encounter":{"reference":"urn:uuid:borte"},
      "goal":[{"reference":"Goal/borte","display":"Gå igjen"}],"addresses":[{"reference":"#borte"}],
      "author":{"reference":"https://x.example/fhir/Practitioner/1"},"supportingInfo":[{"reference":"Patient?identifier=1"}],
      "extension":[{"url":"u","valueReference":{"reference":"Task/1"}}])")}));
  for (const char* words :
       {"CarePlan.encounter: Refers to something that is not in the file: urn:uuid:borte",
        "CarePlan.goal: Refers to something that is not in the file: Goal/borte «Gå igjen»",
        "CarePlan.addresses: Refers to something that is not in the file: #borte",
        "CarePlan.author: Refers to something that is not in the file: https://x.example",
        "CarePlan.supportingInfo: Refers to something that is not in the file: Patient?identifier=1",
        "CarePlan.extension.valueReference: Refers to something that is not in the file: Task/1"}) {
    INFO(words);
    CHECK(reported(result, Level::dangling, "CarePlan/main", words));
  }
}

TEST_CASE("a reference in a circle ends", "[fhir]") {
  const ImportResult result = imported(bundle(
      {patient(), main_plan(R"("author":{"reference":"PractitionerRole/a"},"description":"X")"),
       R"({"resourceType":"PractitionerRole","id":"a","practitioner":{"reference":"PractitionerRole/b"}})",
       R"({"resourceType":"PractitionerRole","id":"b","practitioner":{"reference":"PractitionerRole/a"}})"}));
  CHECK(field(only(result, "contribution"), "who").empty());
}

TEST_CASE("the type is told from a reference", "[fhir]") {
  CHECK(fhir::type_in_reference("Patient/1") == "Patient");
  CHECK(fhir::type_in_reference("https://a.example/fhir/CareTeam/1/_history/2") == "CareTeam");
  CHECK(fhir::type_in_reference("Patient?identifier=1") == "Patient");
  CHECK(fhir::type_in_reference("urn:uuid:1").empty());
  CHECK(fhir::type_in_reference("#a").empty());
  CHECK(fhir::type_in_reference("").empty());
  CHECK(fhir::type_in_reference("/").empty());
}
