// Goals, and the conditions that become needs.
#include "client-core/fhir/codes.h"
#include "tests/client-core/fhir/fhir_helpers.h"

using namespace samplan;
using namespace samplan::test;
using Level = ReportLine::Level;

namespace {

std::string condition(const std::string& id, const std::string& text, const std::string& more = {}) {
  return of_patient("Condition", R"("id":")" + id + R"(","code":{"text":")" + text + R"("})" + more);
}

std::string status_of(const std::string& lifecycle, const std::string& achievement) {
  return fhir::goal_status({lifecycle, achievement}).value_or("nothing");
}

}  // namespace

TEST_CASE("a goal keeps its words, whose they are, its target, status and needs", "[fhir][R115]") {
  const ImportResult result = imported(bundle(
      {patient(), main_plan(R"("goal":[{"reference":"Goal/g"}])"), condition("c", "Svak balanse"),
       of_patient("Goal", R"("id":"g","lifecycleStatus":"active","description":{"text":"Gå tur hver dag"},
          "achievementStatus":{"coding":[{"code":"improving","display":"Improving"}]},
          "priority":{"coding":[{"code":"medium-priority"}]},"target":[{"dueDate":"2026-09-01"}],
          "expressedBy":{"reference":"Patient/p"},"statusReason":"Går bedre","note":[{"text":"Med rullator"}],
          "addresses":[{"reference":"Condition/c"}])")}));
  CHECK(shown(only(result, "goal")) ==
        "goal-1 3; text=Gå tur hver dag; whose_words=Ola Prøve; priority=2; target_date=2026-09-01; "
        "status=pagar; "
        "achievement=Improving\nGår bedre\nMed rullator; reference=Goal/g; needs->need-1");
  CHECK(shown(only(result, "need")) == "need-1 3; text=Svak balanse; reference=Condition/c");
}

TEST_CASE("a goal that no care plan points to is the patient's own and is taken along", "[fhir]") {
  const ImportResult result =
      imported(bundle({patient(), of_patient("Goal", R"("id":"g","lifecycleStatus":"planned",
          "description":{"coding":[{"system":"s","code":"1","display":"In paid employment"}]})")}));
  CHECK(shown(only(result, "goal")) ==
        "goal-1 4; text=In paid employment; status=foreslatt; reference=Goal/g");
}

TEST_CASE("statuses of goals are translated and say no more than the file", "[fhir]") {
  CHECK(status_of("proposed", "") == "foreslatt");
  CHECK(status_of("planned", "") == "foreslatt");
  CHECK(status_of("accepted", "") == "enig");
  CHECK(status_of("active", "") == "pagar");
  CHECK(status_of("accepted", "in-progress") == "pagar");
  CHECK(status_of("accepted", "achieved") == "nadd");
  CHECK(status_of("active", "sustaining") == "nadd");
  CHECK(status_of("active", "not-achieved") == "pagar");
  CHECK(status_of("active", "not-attainable") == "ikke_nadd");
  CHECK(status_of("on-hold", "in-progress") == "enig");
  CHECK(status_of("completed", "achieved") == "nadd");
  CHECK(status_of("completed", "not-achieved") == "ikke_nadd");
  CHECK(status_of("completed", "") == "avsluttet");
  CHECK(status_of("cancelled", "achieved") == "avsluttet");
  CHECK(status_of("rejected", "") == "avsluttet");
  CHECK(status_of("proposed", "achieved") == "foreslatt");
  CHECK(status_of("whatever", "achieved") == "nothing");
}

TEST_CASE("a goal without a known status is only proposed, and that is reported", "[fhir]") {
  const ImportResult result = imported(bundle(
      {patient(), of_patient("Goal", R"("id":"g","description":{"text":"X"},"lifecycleStatus":"hm")")}));
  CHECK(field(only(result, "goal"), "status") == "foreslatt");
  CHECK(reported(result, Level::info, "Goal/g", "missing or unknown"));
}

TEST_CASE("a goal without words is reported and not made", "[fhir]") {
  const ImportResult result =
      imported(bundle({patient(), of_patient("Goal", R"("id":"g","description":{"text":" "})")}));
  CHECK(records(result.plans[0], "goal").empty());
  CHECK(reported(result, Level::skipped, "Goal/g", "no words"));
}

TEST_CASE("of several target dates the first is used and the others are reported", "[fhir]") {
  const ImportResult result =
      imported(bundle({patient(), of_patient("Goal", R"("id":"g","lifecycleStatus":"active",
      "description":{"text":"X"},"target":[{"measure":{"text":"vekt"}},{"dueDate":"2026-01-02"},{"dueDate":"2027-01-02"}])")}));
  CHECK(field(only(result, "goal"), "target_date") == "2026-01-02");
  CHECK(reported(result, Level::info, "Goal/g", "2027-01-02"));
  CHECK(reported(result, Level::info, "Goal", "Goal.target.measure (1)"));
}

TEST_CASE("conditions that a plan or goal addresses become needs, the others are counted", "[fhir]") {
  const ImportResult result = imported(bundle(
      {patient(), main_plan(R"("addresses":[{"reference":"Condition/a"},{"reference":"Condition/a"}])"),
       condition("a", "Hjertesvikt", R"(,"onsetDateTime":"2020-02-03T23:30:00-05:00")"),
       condition("b", "Ensomhet", R"(,"recordedDate":"2021-01-01")"), condition("c", "Brukket arm"),
       of_patient("Goal", R"("id":"g","lifecycleStatus":"active","description":{"text":"X"},
                          "addresses":[{"reference":"Condition/b"}])")}));
  const auto needs = records(result.plans[0], "need");
  REQUIRE(needs.size() == 2);
  CHECK(shown(needs[0]) == "need-1 3; text=Hjertesvikt; date=2020-02-03; reference=Condition/a");
  CHECK(shown(needs[1]) == "need-2 8; text=Ensomhet; date=2021-01-01; reference=Condition/b");
  CHECK(reported(result, Level::info, "Condition/c", "not made a need"));
  CHECK(result.resources_mapped.at("Condition") == 2);
}

TEST_CASE("a refuted condition is no need; one no longer current is, and that is said", "[fhir]") {
  const ImportResult result = imported(bundle(
      {patient(), main_plan(R"("addresses":[{"reference":"Condition/a"},{"reference":"Condition/b"}])"),
       condition("a", "Astma", R"(,"verificationStatus":{"coding":[{"code":"refuted"}]})"),
       condition("b", "Sår", R"(,"clinicalStatus":{"coding":[{"code":"resolved"}]})")}));
  CHECK(field(only(result, "need"), "text") == "Sår");
  CHECK(reported(result, Level::skipped, "Condition/a", "refuted"));
  CHECK(reported(result, Level::info, "Condition/b", "no longer current"));
}

TEST_CASE("more than twenty lines with one reason become one line with their number", "[fhir][R115]") {
  std::vector<std::string> twenty = {patient()};
  for (int i = 0; i < 20; ++i) twenty.push_back(condition("c" + std::to_string(i), "Snue"));
  CHECK(lines_with(imported(bundle(twenty)), "not made a need") == 20);

  twenty.push_back(condition("c20", "Snue"));
  const ImportResult result = imported(bundle(twenty));
  CHECK(lines_with(result, "not made a need") == 1);
  CHECK(reported(result, Level::info, "Condition", "21 times. No care plan or goal"));
}

TEST_CASE("a goal of another patient is never put in this plan", "[fhir]") {
  const ImportResult result = imported(bundle(
      {patient(), main_plan(R"("goal":[{"reference":"Goal/g"}])"), R"({"resourceType":"Patient","id":"q"})",
       R"({"resourceType":"Goal","id":"g","subject":{"reference":"Patient/q"},"lifecycleStatus":"active",
           "description":{"text":"Hemmelig"}})"}));
  REQUIRE(result.plans.size() == 2);
  CHECK(records(result.plans[0], "goal").empty());
  CHECK(records(result.plans[1], "goal").size() == 1);
  CHECK(reported(result, Level::error, "CarePlan/main", "another patient; not followed: Goal/g"));
}

TEST_CASE("a goal that names no patient belongs to the plan that points to it", "[fhir]") {
  const std::string goal =
      R"({"resourceType":"Goal","id":"g","lifecycleStatus":"active","description":{"text":"X"}})";
  CHECK(field(only(imported(bundle({patient(), main_plan(R"("goal":[{"reference":"Goal/g"}])"), goal})),
                   "goal"),
              "text") == "X");
  CHECK(
      reported(imported(bundle({patient(), main_plan(), goal})), Level::skipped, "Goal/g", "which patient"));
}

TEST_CASE("another patient is never named in this plan from that patient's own record", "[fhir]") {
  const ImportResult result =
      imported(bundle({patient(), R"({"resourceType":"Patient","id":"q","name":[{"text":"Hemmelig Navn"}]})",
                       of_patient("Goal", R"("id":"g","lifecycleStatus":"active","description":{"text":"X"},
          "expressedBy":{"reference":"Patient/q"})")}));
  CHECK(field(records(result.plans[0], "goal").front(), "whose_words").empty());
}

TEST_CASE("a goal holds links up to the bound, and those beyond are reported", "[fhir]") {
  const auto with_needs = [](int count) {
    std::vector<std::string> all = {patient()};
    std::string addresses;
    for (int i = 0; i < count; ++i) {
      const std::string id = "c" + std::to_string(i);
      all.push_back(condition(id, "Behov " + id));
      addresses += (i == 0 ? "" : ",") + std::string(R"({"reference":"Condition/)") + id + R"("})";
    }
    all.push_back(of_patient(
        "Goal",
        R"("id":"g","lifecycleStatus":"active","description":{"text":"X"},"addresses":[)" + addresses + "]"));
    return imported(bundle(all));
  };
  const ImportResult full = with_needs(256);
  CHECK(references(only(full, "goal"), "needs").size() == 256);
  CHECK(lines_with(full, "more than a record can hold") == 0);
  const ImportResult over = with_needs(257);
  CHECK(references(only(over, "goal"), "needs").size() == 256);
  CHECK(records(over.plans[0], "need").size() == 257);
  CHECK(reported(over, Level::error, "Goal/g", "more than a record can hold"));
}
