// Which care plan becomes the plan, and what the frame of the plan holds.
#include "tests/client-core/fhir/fhir_helpers.h"

using namespace samplan;
using namespace samplan::test;
using Level = ReportLine::Level;

namespace {

std::string care_plan(const std::string& id, const std::string& members) {
  return of_patient("CarePlan", R"("id":")" + id + R"(",)" + members);
}

std::string chosen(const std::vector<std::string>& plans) {
  std::vector<std::string> all = {patient()};
  all.insert(all.end(), plans.begin(), plans.end());
  const ImportResult result = imported(bundle(all));
  CHECK(records(result.plans.front(), "sub_plan").size() == plans.size() - 1);
  return field(only(result, "plan"), "reference");
}

const std::string newest_active = care_plan("new", R"("status":"active","period":{"start":"2026-05-01"})");
const std::string older_active = care_plan("old", R"("status":"active","period":{"start":"2024-05-01"})");
const std::string newest_ended =
    care_plan("ended", R"("status":"completed","period":{"start":"2026-09-01"})");

}  // namespace

TEST_CASE("the care plan called Individuell plan becomes the plan, however old it is", "[fhir][R85]") {
  CHECK(chosen({newest_active, care_plan("ip", R"("status":"active","category":[{"text":"INDIVIDUELL PLAN"}],
        "period":{"start":"2020-01-01"})")}) == "CarePlan/ip");
}

TEST_CASE("the document type A02-2 marks the plan as well as the words do", "[fhir][R115]") {
  const std::string marked =
      R"("status":"completed","category":[{"coding":[{"system":"SYSTEM","code":"A02-2"}]}])";
  const auto with = [&](const std::string& system) {
    std::string members = marked;
    return care_plan("ip", members.replace(members.find("SYSTEM"), 6, system));
  };
  CHECK(chosen({newest_active, with("urn:oid:2.16.578.1.12.4.1.1.9602")}) == "CarePlan/ip");
  CHECK(chosen({newest_active, with("urn:oid:1.2.3")}) == "CarePlan/new");
}

TEST_CASE("without a mark the newest active care plan becomes the plan", "[fhir][R85]") {
  CHECK(chosen({older_active, newest_active, newest_ended}) == "CarePlan/new");
  CHECK(chosen({newest_active, newest_ended, older_active}) == "CarePlan/new");
}

TEST_CASE("without an active one the newest care plan becomes the plan", "[fhir][R85]") {
  CHECK(chosen({care_plan("a", R"("status":"completed","period":{"start":"2019-01-01"})"), newest_ended,
                care_plan("c", R"("status":"completed","created":"2021-01-01")")}) == "CarePlan/ended");
}

TEST_CASE("of two marked plans the newest active one is the plan and the other a sub-plan", "[fhir][R18]") {
  const std::string mark = R"("category":[{"text":"Individuell plan"}],)";
  CHECK(chosen({care_plan("ip1", mark + R"("status":"active","period":{"start":"2020-01-01"})"),
                care_plan("ip2", mark + R"("status":"active","period":{"start":"2025-01-01"})"),
                care_plan("ip3", mark + R"("status":"revoked","period":{"start":"2026-01-01"})")}) ==
        "CarePlan/ip2");
}

TEST_CASE("every other care plan becomes a sub-plan by reference, never with its content", "[fhir][R85]") {
  const ImportResult result = imported(
      bundle({patient(), main_plan(),
              care_plan("iop", R"("status":"active","title":"Opplæringsplan 2026","category":[{"text":"IOP"}],
          "author":{"reference":"Organization/skole"},"period":{"start":"2026-08-15","end":"2027-06-20"},
          "activity":[{"detail":{"code":{"text":"Spesialpedagog"},"status":"in-progress"}},
                      {"reference":{"reference":"ServiceRequest/s"}}])"),
              of_patient("ServiceRequest",
                         R"("id":"s","status":"active","intent":"order","code":{"text":"Taxi til skolen"})"),
              R"({"resourceType":"Organization","id":"skole","name":"Lillevik skole"})"}));
  CHECK(shown(only(result, "sub_plan")) ==
        "sub_plan-1 1; kind=IOP; title=Opplæringsplan 2026; organisation=Lillevik skole; "
        "period_start=2026-08-15; period_end=2027-06-20; status=aktiv; reference=CarePlan/iop");
  CHECK(records(result.plans[0], "measure").empty());
  CHECK(reported(result, Level::info, "CarePlan", "activities were not copied"));
  CHECK(reported(result, Level::info, "ServiceRequest/s", "belongs to a sub-plan"));
  CHECK(result.resources_mapped.count("Organization") == 1);
}

TEST_CASE("a sub-plan without title is called by its category, then by its first activity", "[fhir]") {
  const ImportResult result = imported(
      bundle({patient(), main_plan(), care_plan("a", R"("status":"active","category":[{"text":"Sårstell"}])"),
              care_plan("b", R"("status":"active","activity":[{"detail":{"description":"Skift bandasje"}}])"),
              care_plan("c", R"("status":"on-hold")")}));
  const auto found = records(result.plans[0], "sub_plan");
  REQUIRE(found.size() == 3);
  CHECK(field(found[0], "title") == "Sårstell");
  CHECK(field(found[1], "title") == "Skift bandasje");
  CHECK(field(found[2], "title") == "Delplan");
  CHECK(field(found[2], "status") == "på vent");
}

TEST_CASE("an imported plan is a draft whatever status the file gives it", "[fhir][R24]") {
  const ImportResult result = imported(bundle({patient(), main_plan()}));
  CHECK(field(only(result, "plan"), "status") == "utkast");
  CHECK(reported(result, Level::info, "CarePlan", "made a draft whatever its status"));
}

TEST_CASE("a patient without any care plan still gets an empty plan", "[fhir]") {
  const ImportResult result = imported(patient());
  CHECK(shown(only(result, "plan")) ==
        "plan-1 1; title=Individuell plan; status=utkast; owner_name=Ola Prøve; birth_date=1950-03-01");
  CHECK(result.plans[0].source_patient == "Patient/p");
  CHECK(reported(result, Level::info, "Patient/p", "no care plan"));
}

TEST_CASE("each patient of a file gets a plan with only the own records in it", "[fhir]") {
  const ImportResult result = imported(bundle(
      {patient(), main_plan(),
       of_patient("Goal", R"("id":"g1","lifecycleStatus":"active","description":{"text":"A"})"),
       R"({"resourceType":"Patient","id":"q","name":[{"text":"Kari To"}],"birthDate":"1970-01-01"})",
       R"({"resourceType":"Goal","id":"g2","subject":{"reference":"Patient/q"},"lifecycleStatus":"active",
           "description":{"text":"B"}})"}));
  REQUIRE(result.plans.size() == 2);
  CHECK(field(records(result.plans[0], "goal").front(), "text") == "A");
  CHECK(field(result.plans[1].records[0], "owner_name") == "Kari To");
  CHECK(field(records(result.plans[1], "goal").front(), "text") == "B");
}

TEST_CASE("the name, address and numbers in use are taken, not former ones", "[fhir]") {
  const ImportResult result = imported(R"({"resourceType":"Patient","id":"p","birthDate":"1950-03-01",
    "name":[{"use":"old","family":"Gammel","given":["Eva"]},{"use":"official","family":"Ny","given":["Eva","Lise"]}],
    "telecom":[{"value":"1","use":"old"},{"value":"2"},{"value":"e@eksempel.no"}],
    "address":[{"use":"old","city":"Fraflyttet"},{"line":["Veien 1"],"postalCode":"0000","city":"Lillevik"}]})");
  const ImportedRecord plan = only(result, "plan");
  CHECK(field(plan, "owner_name") == "Eva Lise Ny");
  CHECK(field(plan, "contact") == "2, e@eksempel.no");
  CHECK(field(plan, "address") == "Veien 1\n0000 Lillevik");
  CHECK(reported(result, Level::info, "Patient", "Patient.name (a further one) (1)"));
}

TEST_CASE("a death in the file is pointed out", "[fhir]") {
  CHECK(reported(imported(R"({"resourceType":"Patient","id":"p","deceasedDateTime":"2020-01-01"})"),
                 Level::info, "Patient/p", "recorded as dead"));
  CHECK(!reported(imported(R"({"resourceType":"Patient","id":"p","deceasedBoolean":false})"), Level::info,
                  "Patient/p", "recorded as dead"));
}

TEST_CASE("description and notes of the plan become contributions with the one who wrote them",
          "[fhir][R61]") {
  const ImportResult result = imported(bundle({patient(), main_plan(R"("description":"Laget hjemme.",
      "author":{"display":"Kari"},"note":[{"authorString":"Ola","text":"Jeg vil være med."},{"text":"  "}])")}));
  const auto found = records(result.plans[0], "contribution");
  REQUIRE(found.size() == 2);
  CHECK(shown(found[0]) == "contribution-1 1; who=Kari; text=Laget hjemme.");
  CHECK(shown(found[1]) == "contribution-2 1; who=Ola; text=Jeg vil være med.");
}

TEST_CASE("a foreign consent is reported and never becomes a consent or any other record", "[fhir][R24]") {
  const ImportResult result = imported(bundle({patient(), main_plan(), R"({"resourceType":"Consent","id":"c",
      "status":"active","scope":{"coding":[{"code":"patient-privacy"}]},"patient":{"reference":"Patient/p"}})"}));
  REQUIRE(result.plans.size() == 1);
  CHECK(result.plans[0].records.size() == 1);
  CHECK(result.resources_mapped.count("Consent") == 0);
  CHECK(reported(result, Level::info, "Consent/c", "information only and opens nothing"));
}

TEST_CASE("what is marked as entered in error is left out and named", "[fhir]") {
  const ImportResult result = imported(bundle(
      {patient(), main_plan(R"("goal":[{"reference":"Goal/g"}],"addresses":[{"reference":"Condition/c"}])"),
       care_plan("wrong", R"("status":"entered-in-error","category":[{"text":"Individuell plan"}])"),
       of_patient("Goal", R"("id":"g","lifecycleStatus":"entered-in-error","description":{"text":"Feil"})"),
       of_patient("Condition", R"("id":"c","code":{"text":"Feil"},
          "verificationStatus":{"coding":[{"code":"entered-in-error"}]})")}));
  CHECK(result.plans[0].records.size() == 1);
  for (const char* label : {"CarePlan/wrong", "Goal/g", "Condition/c"}) {
    CHECK(reported(result, Level::skipped, label, "entered in error"));
  }
}

TEST_CASE("a resource whose meaning a modifier extension may change is left out", "[fhir]") {
  const ImportResult result = imported(bundle(
      {patient(), main_plan(R"("activity":[{"modifierExtension":[{"url":"u"}],"detail":{"description":"X"}},
                                           {"detail":{"modifierExtension":[{"url":"u"}],"description":"X"}}])"),
       of_patient("Goal", R"("id":"g","lifecycleStatus":"active","description":{"text":"Motsatt"},
          "modifierExtension":[{"url":"u","valueBoolean":true}])")}));
  CHECK(result.plans[0].records.size() == 1);
  CHECK(reported(result, Level::skipped, "Goal/g", "modifier extension"));
  CHECK(reported(result, Level::skipped, "CarePlan/main",
                 "CarePlan.activity: It carries a modifier extension"));
}
