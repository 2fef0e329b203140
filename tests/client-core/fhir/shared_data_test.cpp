// Real input: the Synthea bundles, the subset of lines, and the US-Core examples, when they are on this
// machine.
#include <ctime>
#include <iostream>

#include "tests/client-core/fhir/fhir_helpers.h"

using namespace samplan;
using namespace samplan::test;
using Level = ReportLine::Level;

namespace {

// How often a resource type stands in the text, told without reading it as JSON.
std::size_t count_in(const std::string& text, const std::string& type) {
  std::size_t count = 0;
  for (const std::string& mark :
       {"\"resourceType\":\"" + type + "\"", "\"resourceType\": \"" + type + "\""}) {
    for (auto at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) ++count;
  }
  return count;
}

std::size_t count_records(const ImportResult& result, const std::string& kind) {
  std::size_t count = 0;
  for (const ImportedPlan& plan : result.plans) count += records(plan, kind).size();
  return count;
}

ImportResult timed_import(const std::string& name, const std::string& text) {
  const std::clock_t start = std::clock();
  auto result = import_fhir(text);
  const auto ms = (std::clock() - start) * 1000 / CLOCKS_PER_SEC;
  if (!result.ok()) FAIL(name << ": " << result.error().where);
  std::cout << "import of " << name << ": " << text.size() << " bytes, " << result->plans.size() << " plans, "
            << result->report.size() << " report lines, " << ms << " ms of processor time\n";
  check_whole(*result);
  return *result;
}

// What every file must satisfy: each resource that stands in the text was seen, and each care plan of a
// patient in the file became the plan or a sub-plan.
void check_counts(const std::string& text, const ImportResult& result) {
  for (const auto& [type, count] : result.resources_seen) {
    INFO(type);
    CHECK(count == count_in(text, type));
  }
  const std::size_t care_plans = count_in(text, "CarePlan");
  const std::size_t goals = count_in(text, "Goal");
  CHECK(result.plans.size() == count_in(text, "Patient"));
  CHECK((care_plans == 0 || result.resources_mapped.at("CarePlan") == care_plans));
  CHECK(count_records(result, "goal") == goals);
  CHECK((goals == 0 || result.resources_mapped.at("Goal") == goals));
}

}  // namespace

TEST_CASE("the three Synthea bundles become one plan each with every care plan and goal",
          "[fhir][shared][R115]") {
  const std::string folder = shared_fhir_folder();
  if (folder.empty()) return;
  struct Expected {
    const char* name;
    std::size_t sub_plans;
    std::size_t goals;
  };
  for (const Expected& expected : {Expected{"Buster_Hoeger_ad2e3fc5-2b5d-4cb9-8d03-9ea0f4ac8423.json", 0, 0},
                                   Expected{"Lupe_Little_f8a42e66-8c03-4ee6-85e3-3817c2942de1.json", 0, 5},
                                   Expected{"Oda_Gerlach_76335d39-14fa-4a38-9b42-6f1b0fca7aac.json", 8, 3}}) {
    const std::string text = read_whole(folder + "/synthea-r4/full/" + expected.name);
    const ImportResult result = timed_import(expected.name, text);
    check_counts(text, result);
    CHECK(count_records(result, "plan") == 1);
    CHECK(count_records(result, "sub_plan") == expected.sub_plans);
    CHECK(count_records(result, "goal") == expected.goals);
    CHECK(result.report.size() < 100);
  }
}

TEST_CASE("every line of the Synthea subset becomes a plan, all other care plans sub-plans, all goals goals",
          "[fhir][shared][R85]") {
  const std::string folder = shared_fhir_folder();
  if (folder.empty()) return;
  const std::string text = read_whole(folder + "/synthea-r4/careplan-subset.ndjson");
  const ImportResult result = timed_import("careplan-subset.ndjson", text);
  check_counts(text, result);
  const std::size_t care_plans = count_in(text, "CarePlan");
  CHECK(result.plans.size() == 101);
  CHECK(count_records(result, "sub_plan") == care_plans - 101);
  CHECK(lines_with(result, "passed over") == 0);
  // Each care plan names an encounter that was dropped from the file on purpose.
  CHECK(reported(result, Level::dangling, "CarePlan",
                 "CarePlan.encounter: " + std::to_string(care_plans) + " times."));
  CHECK(result.report.size() < 40);
  std::cout << "careplan-subset.ndjson: " << care_plans << " care plans, " << count_records(result, "goal")
            << " goals, " << count_records(result, "need") << " needs, " << count_records(result, "measure")
            << " measures\n";
}

TEST_CASE("each line of the subset alone gives what it gives among the others", "[fhir][shared]") {
  const std::string folder = shared_fhir_folder();
  if (folder.empty()) return;
  const std::string text = read_whole(folder + "/synthea-r4/careplan-subset.ndjson");
  const auto together = import_fhir(text);
  REQUIRE(together.ok());
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size(); ++number) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const auto alone = import_fhir(std::string_view(text).substr(at, end - at));
    at = end + 1;
    REQUIRE(alone.ok());
    REQUIRE(alone->plans.size() == 1);
    REQUIRE(number < together->plans.size());
    const ImportedPlan& there = together->plans[number];
    REQUIRE(alone->plans[0].records.size() == there.records.size());
    for (std::size_t i = 0; i < there.records.size(); ++i) {
      if (shown(alone->plans[0].records[i]) != shown(there.records[i])) FAIL("line " << number + 1);
    }
  }
  CHECK(number == 101);
}

TEST_CASE("the US-Core examples become one plan with the niece as a relative by name",
          "[fhir][shared][R35]") {
  const std::string folder = shared_fhir_folder();
  if (folder.empty()) return;
  std::vector<std::pair<std::string, std::string>> texts;
  for (const char* name :
       {"allergyintolerance-provenance-example1", "allergyintolerance-provenance-example2",
        "careplan-ulcer-example", "careteam-example", "goal-1", "goal-sdoh-2", "patient-example",
        "relatedperson-shaw-niece", "servicerequest-foodpantry-referral", "servicerequest-rehab"}) {
    texts.emplace_back(std::string(name) + ".json", read_whole(folder + "/us-core/" + name + ".json"));
  }
  std::vector<std::pair<std::string, std::string_view>> files(texts.begin(), texts.end());
  const auto result = import_fhir_files(files);
  REQUIRE(result.ok());
  check_whole(*result);
  REQUIRE(result->plans.size() == 1);
  CHECK(field(only(*result, "plan"), "owner_name") == "Amy V. Baxter");
  const auto people = records(result->plans[0], "participant");
  REQUIRE(people.size() == 4);
  CHECK(shown(people[0]) == "participant-1 1; name=Ronald Bone, MD; role=provider");
  CHECK(shown(people[2]) == "participant-3 1; name=Amy V. Baxter; role=owner");
  CHECK(shown(people[3]) == "participant-4 1; name=Sarah van Putten; role=relative");
  CHECK(records(result->plans[0], "goal").size() == 2);
  const auto measures = records(result->plans[0], "measure");
  REQUIRE(measures.size() == 2);
  CHECK(field(measures[0], "text") == "Food Pantry Referral");
  CHECK(measures[0].section == 7);
  CHECK(field(measures[0], "status") == "vedtatt");
  CHECK(measures[1].section == 3);
  CHECK(reported(*result, Level::dangling, "CarePlan/careplan-ulcer-example",
                 "Condition/condition-duodenal-ulcer"));
  CHECK(reported(*result, Level::skipped, "Provenance", "no place in an individual plan"));
}
