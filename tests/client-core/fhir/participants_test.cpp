// The care team as participants.
#include "tests/client-core/fhir/fhir_helpers.h"

using namespace samplan;
using namespace samplan::test;
using Level = ReportLine::Level;

namespace {

std::string team(const std::string& participants, const std::string& id = "t",
                 const std::string& status = "active") {
  return of_patient("CareTeam", R"("id":")" + id + R"(","status":")" + status + R"(","participant":[)" +
                                    participants + "]");
}

const std::string niece = R"({"resourceType":"RelatedPerson","id":"n","patient":{"reference":"Patient/p"},
    "relationship":[{"text":"niese"}],"name":[{"family":"Pårørende","given":["Sara"]}],
    "telecom":[{"system":"phone","value":"12345678"}],"address":[{"city":"Lillevik"}]})";
const std::string doctor =
    R"({"resourceType":"Practitioner","id":"d","name":[{"family":"Lege","given":["Dag"]}],
    "telecom":[{"value":"jobb","use":"work"},{"value":"privat","use":"home"}]})";
const std::string home_care = R"({"resourceType":"Organization","id":"o","name":"Hjemmetjenesten",
    "telecom":[{"value":"sentralbord"}]})";
const std::string nav = R"({"resourceType":"Organization","id":"nav","name":"NAV Lillevik"})";

ImportedRecord one_member(const std::string& entry, const std::vector<std::string>& others = {}) {
  std::vector<std::string> all = {patient(), main_plan(), team(entry)};
  all.insert(all.end(), others.begin(), others.end());
  return only(imported(bundle(all)), "participant");
}

}  // namespace

TEST_CASE("a relative in the care team is entered by name only, without contact or access", "[fhir][R35]") {
  const ImportResult result = imported(
      bundle({patient(), main_plan(), niece,
              team(R"({"member":{"reference":"RelatedPerson/n"},"period":{"start":"2026-01-01"}})")}));
  CHECK(shown(only(result, "participant")) ==
        "participant-1 1; name=Sara Pårørende; role=relative; period_start=2026-01-01");
  CHECK(reported(result, Level::info, "CareTeam/t", "by name only, without access"));
  CHECK(reported(result, Level::info, "RelatedPerson", "RelatedPerson.telecom (1)"));
}

TEST_CASE("a relative stays a relative whatever the role says, and a mandate is never taken over",
          "[fhir][R34]") {
  const ImportResult result =
      imported(bundle({patient(), main_plan(), niece,
                       team(R"({"role":[{"text":"Verge"}],"member":{"reference":"RelatedPerson/n"}})")}));
  CHECK(field(only(result, "participant"), "role") == "relative");
  CHECK(reported(result, Level::info, "CareTeam/t", "mandate must be recorded here"));
}

TEST_CASE("a relative in no care team is no participant", "[fhir][R35]") {
  const ImportResult result = imported(bundle({patient(), main_plan(), niece}));
  CHECK(result.plans[0].records.size() == 1);
  CHECK(reported(result, Level::info, "RelatedPerson/n", "in no care team"));
}

TEST_CASE("another patient's relative is refused as a participant", "[fhir]") {
  const ImportResult result = imported(bundle(
      {patient(), main_plan(), R"({"resourceType":"Patient","id":"q"})",
       team(R"({"member":{"reference":"RelatedPerson/x"}})"),
       R"({"resourceType":"RelatedPerson","id":"x","patient":{"reference":"Patient/q"},"name":[{"text":"Feil Person"}]})"}));
  CHECK(records(result.plans[0], "participant").empty());
  CHECK(reported(result, Level::error, "RelatedPerson/x", "relative of another patient"));
}

TEST_CASE("the patient in the care team is the owner; another patient is refused", "[fhir][R36]") {
  CHECK(shown(one_member(R"({"member":{"reference":"Patient/p"}})")) ==
        "participant-1 1; name=Ola Prøve; role=owner");

  const ImportResult result =
      imported(bundle({patient(), main_plan(), team(R"({"member":{"reference":"Patient/q"}})"),
                       R"({"resourceType":"Patient","id":"q","name":[{"text":"En Annen"}]})"}));
  CHECK(records(result.plans[0], "participant").empty());
  CHECK(reported(result, Level::error, "CareTeam/t", "another patient"));
}

TEST_CASE("a professional gets name, unit and work number, not the number at home", "[fhir][R61]") {
  CHECK(shown(one_member(
            R"({"member":{"reference":"Practitioner/d"},"onBehalfOf":{"reference":"Organization/o"}})",
            {doctor, home_care})) ==
        "participant-1 1; name=Dag Lege; role=provider; on_behalf_of=Hjemmetjenesten; contact=jobb");
}

TEST_CASE("a practitioner role brings the person and the organisation", "[fhir]") {
  CHECK(shown(one_member(R"({"member":{"reference":"PractitionerRole/r"}})",
                         {doctor, home_care, R"({"resourceType":"PractitionerRole","id":"r",
                             "practitioner":{"reference":"Practitioner/d"},"organization":{"reference":"Organization/o"}})"})) ==
        "participant-1 1; name=Dag Lege; role=provider; on_behalf_of=Hjemmetjenesten; contact=jobb");
}

TEST_CASE("organisations are providers, other sectors are other services", "[fhir][R63]") {
  CHECK(shown(one_member(R"({"member":{"reference":"Organization/o"}})", {home_care})) ==
        "participant-1 1; name=Hjemmetjenesten; role=provider; contact=sentralbord");
  CHECK(field(one_member(R"({"member":{"reference":"Organization/nav"}})", {nav}), "role") ==
        "other_service");
  CHECK(
      field(one_member(
                R"({"member":{"reference":"Practitioner/d"},"onBehalfOf":{"reference":"Organization/nav"}})",
                {doctor, nav}),
            "role") == "other_service");
}

TEST_CASE("words for a role make a coordinator, an adviser, a coordinating unit", "[fhir]") {
  const auto role = [](const std::string& words) {
    return field(one_member(R"({"role":[{"text":")" + words + R"("}],"member":{"display":"Kari"}})"), "role");
  };
  CHECK(role("Koordinator") == "coordinator");
  CHECK(role("Barnekoordinator i kommunen") == "coordinator");
  CHECK(role("Koordinerende enhet") == "coordinating_unit");
  CHECK(role("Likemann") == "adviser");
  CHECK(role("Mor") == "relative");
  CHECK(role("Morgenvakt") == "provider");
  CHECK(role("Cardiologist") == "provider");
}

TEST_CASE("there is one coordinator; a second is a provider and that is said", "[fhir][R47]") {
  const ImportResult result = imported(bundle(
      {patient(), main_plan(),
       team(
           R"({"role":[{"text":"Koordinator"}],"member":{"display":"A"}},{"role":[{"text":"Koordinator"}],"member":{"display":"B"}})")}));
  const auto found = records(result.plans[0], "participant");
  REQUIRE(found.size() == 2);
  CHECK(field(found[0], "role") == "coordinator");
  CHECK(field(found[1], "role") == "provider");
  CHECK(reported(result, Level::info, "CareTeam/t", "one coordinator"));
}

TEST_CASE("someone who is a professional by record is no relative by word", "[fhir]") {
  CHECK(field(one_member(R"({"role":[{"text":"Caregiver"}],"member":{"reference":"Practitioner/d"}})",
                         {doctor}),
              "role") == "provider");
  CHECK(field(one_member(R"({"member":{"reference":"RelatedPerson/gone","display":"Søster"}})"), "role") ==
        "relative");
}

TEST_CASE("a member who is not in the file is entered as the care team calls them", "[fhir][R115]") {
  const ImportResult result = imported(bundle(
      {patient(), main_plan(),
       team(
           R"({"member":{"reference":"Practitioner/gone","display":"Ronald Bone"}},{"member":{"reference":"Practitioner/x"}},{"role":[]})")}));
  const auto found = records(result.plans[0], "participant");
  REQUIRE(found.size() == 2);
  CHECK(field(found[0], "name") == "Ronald Bone");
  CHECK(field(found[1], "name") == "Practitioner/x");
  CHECK(reported(result, Level::dangling, "CareTeam/t", "Practitioner/gone «Ronald Bone»"));
  CHECK(reported(result, Level::skipped, "CareTeam/t", "CareTeam.participant: A part of it holds no words"));
}

TEST_CASE("the same member of two teams is one participant", "[fhir]") {
  const std::string entry = R"({"member":{"reference":"Practitioner/d"}})";
  const ImportResult result =
      imported(bundle({patient(), main_plan(), doctor, team(entry), team(entry, "t2")}));
  CHECK(records(result.plans[0], "participant").size() == 1);
  CHECK(reported(result, Level::info, "CareTeam/t2", "Already a participant"));
}

TEST_CASE("only the plan's own and active care teams count", "[fhir]") {
  const std::string sub =
      of_patient("CarePlan", R"("id":"sub","status":"active","careTeam":[{"reference":"CareTeam/s"}])");
  const ImportResult result =
      imported(bundle({patient(), main_plan(R"("careTeam":[{"reference":"CareTeam/own"}])"), sub,
                       team(R"({"member":{"display":"A"}})", "own", "inactive"),
                       team(R"({"member":{"display":"B"}})", "old", "inactive"),
                       team(R"({"member":{"display":"C"}})", "s")}));
  CHECK(field(only(result, "participant"), "name") == "A");
  CHECK(reported(result, Level::info, "CareTeam/old", "not active"));
  CHECK(reported(result, Level::info, "CareTeam/s", "belongs to a sub-plan"));
}
