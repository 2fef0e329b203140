// Activities and service requests as measures.
#include "client-core/fhir/codes.h"
#include "client-core/fhir/timing.h"
#include "tests/client-core/fhir/fhir_helpers.h"

using namespace samplan;
using namespace samplan::test;
using Level = ReportLine::Level;

namespace {

ImportResult with_detail(const std::string& detail, const std::vector<std::string>& others = {}) {
  std::vector<std::string> all = {patient(), main_plan(R"("activity":[{"detail":{)" + detail + "}}]")};
  all.insert(all.end(), others.begin(), others.end());
  return imported(bundle(all));
}

std::string request(const std::string& id, const std::string& members) {
  return of_patient("ServiceRequest", R"("id":")" + id + R"(","code":{"text":"Hjelp i huset"},)" + members);
}

std::string words(const std::string& timing) {
  const auto json = fhir::Json::parse(timing, nullptr, false);
  REQUIRE(!json.is_discarded());
  return fhir::timing_words(json).value_or("nothing");
}

std::string request_status(const std::string& status, const std::string& intent, bool in_progress = false) {
  return fhir::request_status({status, intent, in_progress}).value_or("nothing");
}

}  // namespace

TEST_CASE("an activity's detail becomes a measure with extent, time, place and who answers for it",
          "[fhir][R74]") {
  const ImportResult result = with_detail(
      R"("code":{"text":"Balansetrening","coding":[{"system":"http://snomed.info/sct","code":"1"}]},"status":"in-progress",
         "description":"Ved kjøkkenbenken","goal":[{"reference":"Goal/g"}],
         "scheduledPeriod":{"start":"2026-01-10","end":"2026-03"},"quantity":{"value":2.5,"unit":"timer"},
         "location":{"display":"Hjemme"},"performer":[{"display":"Tor"},{"reference":"Practitioner/k"}])",
      {of_patient("Goal", R"("id":"g","lifecycleStatus":"active","description":{"text":"X"})"),
       R"({"resourceType":"Practitioner","id":"k","name":[{"text":"Kari"}]})"});
  CHECK(shown(only(result, "measure")) ==
        "measure-1 3; text=Balansetrening; kind=helsetjeneste; extent=2,5 timer; responsible=Tor, Kari; "
        "how=Ved kjøkkenbenken; where=Hjemme; start_date=2026-01-10; end_date=2026-03-31; "
        "code=http://snomed.info/sct|1; reference=CarePlan/main; status=pagar; goals->goal-1");
  CHECK(result.resources_mapped.at("Practitioner") == 1);
  CHECK(reported(result, Level::info, "CarePlan/main", "CarePlan.activity.detail.scheduledPeriod.end"));
}

TEST_CASE("statuses of activities are translated; only a booking counts as decided", "[fhir]") {
  CHECK(fhir::activity_status("not-started") == "onsket");
  CHECK(fhir::activity_status("scheduled") == "vedtatt");
  CHECK(fhir::activity_status("in-progress") == "pagar");
  CHECK(fhir::activity_status("on-hold") == "pagar");
  CHECK(fhir::activity_status("completed") == "utfort");
  CHECK(fhir::activity_status("cancelled") == "avsluttet");
  CHECK(fhir::activity_status("stopped") == "avsluttet");
  CHECK(!fhir::activity_status("unknown").has_value());
  CHECK(field(only(with_detail(R"("description":"X","status":"unknown")"), "measure"), "status") == "onsket");
}

TEST_CASE("a plan's request is a wish, an order is decided, an order under way is under way",
          "[fhir][R115]") {
  CHECK(request_status("active", "plan") == "onsket");
  CHECK(request_status("active", "proposal") == "onsket");
  CHECK(request_status("active", "directive") == "onsket");
  CHECK(request_status("active", "order") == "vedtatt");
  CHECK(request_status("active", "instance-order") == "vedtatt");
  CHECK(request_status("active", "order", true) == "pagar");
  CHECK(request_status("draft", "order") == "onsket");
  CHECK(request_status("completed", "order") == "utfort");
  CHECK(request_status("revoked", "order") == "avsluttet");
  CHECK(request_status("unknown", "order") == "nothing");
}

TEST_CASE("a service request that an activity points to becomes a measure", "[fhir][R115]") {
  const ImportResult result = imported(
      bundle({patient(), main_plan(R"("activity":[{"reference":{"reference":"ServiceRequest/s"}},
                                                  {"reference":{"reference":"ServiceRequest/s"}}])"),
              request("s", R"("status":"completed","intent":"order","occurrenceDateTime":"2026-02-01",
                  "locationReference":[{"display":"Hjemme"}],"performerType":{"text":"Hjemmehjelp"},
                  "patientInstruction":"Ring først")")}));
  CHECK(shown(only(result, "measure")) ==
        "measure-1 3; text=Hjelp i huset; kind=helsetjeneste; how=Ring først; where=Hjemme; "
        "by_whom=Hjemmehjelp; "
        "start_date=2026-02-01; reference=ServiceRequest/s; status=utfort");
}

TEST_CASE("current requests outside any plan come along, finished ones and test orders are counted",
          "[fhir]") {
  const ImportResult result = imported(bundle(
      {patient(), main_plan(), request("now", R"("status":"active","intent":"order")"),
       request("done", R"("status":"completed","intent":"order")"),
       request("blood",
               R"("status":"active","intent":"order","category":[{"coding":[{"code":"108252007"}]}])"),
       request("based",
               R"("status":"completed","intent":"order","basedOn":[{"reference":"CarePlan/main"}])")}));
  const auto found = records(result.plans[0], "measure");
  REQUIRE(found.size() == 2);
  CHECK(field(found[0], "reference") == "ServiceRequest/now");
  CHECK(field(found[1], "reference") == "ServiceRequest/based");
  CHECK(reported(result, Level::info, "ServiceRequest/done", "finished or a test order"));
  CHECK(reported(result, Level::info, "ServiceRequest/blood", "finished or a test order"));
}

TEST_CASE("what must not be done never reads as something to do", "[fhir]") {
  CHECK(field(only(with_detail(R"("code":{"text":"Løfte alene"},"doNotPerform":true,"status":"in-progress")"),
                   "measure"),
              "text") == "Skal ikke gjøres: Løfte alene");
  const ImportResult result = imported(
      bundle({patient(), request("s", R"("status":"active","intent":"order","doNotPerform":true)")}));
  CHECK(field(only(result, "measure"), "text") == "Skal ikke gjøres: Hjelp i huset");
}

TEST_CASE("a municipal service code tells kind and section of the measure", "[fhir]") {
  const ImportResult result = with_detail(
      R"("status":"scheduled","code":{"coding":[{"system":"urn:oid:2.16.578.1.12.4.1.1.9151","code":"6","display":"Trygghetsalarm"}]})");
  const ImportedRecord measure = only(result, "measure");
  CHECK(measure.section == 5);
  CHECK(field(measure, "kind") == "teknisk_hjelpemiddel");
  CHECK(field(measure, "code") == "urn:oid:2.16.578.1.12.4.1.1.9151|6");
}

TEST_CASE("remarks on progress become visit notes on the measure", "[fhir]") {
  const ImportResult result =
      imported(bundle({patient(), main_plan(R"("activity":[{"detail":{"description":"Tur"},
      "progress":[{"authorString":"Tor","time":"2026-03-03T09:30:00+01:00","text":"Gikk fint."},{"text":""}]}])")}));
  CHECK(shown(only(result, "note")) ==
        "note-1 3; text=Tor: Gikk fint.; visited_at=2026-03-03T08:30:00Z; measure->measure-1");
}

TEST_CASE("an activity that says nothing is reported", "[fhir]") {
  const ImportResult result =
      imported(bundle({patient(), main_plan(R"("activity":[{},{"detail":{"status":"scheduled"}},
      {"detail":{"status":"entered-in-error","description":"Feil"}}])")}));
  CHECK(records(result.plans[0], "measure").empty());
  CHECK(lines_with(result, "CarePlan.activity: A part of it holds no words") == 2);
  CHECK(lines_with(result, "CarePlan.activity: A part of it is marked as entered in error") == 1);
}

TEST_CASE("an activity that points to another kind of resource is reported", "[fhir]") {
  const ImportResult result = imported(
      bundle({patient(), main_plan(R"("activity":[{"reference":{"reference":"MedicationRequest/m"}}])"),
              of_patient("MedicationRequest", R"("id":"m","status":"active")")}));
  CHECK(records(result.plans[0], "measure").empty());
  CHECK(reported(result, Level::skipped, "CarePlan/main",
                 "of a kind that has no place here; not followed: MedicationRequest/m"));
  CHECK(reported(result, Level::skipped, "MedicationRequest", "no place in an individual plan"));
}

TEST_CASE("a rhythm is put into Norwegian words or not at all", "[fhir]") {
  CHECK(words(R"({"repeat":{"frequency":2,"period":1,"periodUnit":"wk"}})") == "2 ganger per uke");
  CHECK(words(R"({"repeat":{"frequency":1,"period":2.0,"periodUnit":"d"}})") == "1 gang per 2 dager");
  CHECK(words(R"({"repeat":{"frequency":1,"frequencyMax":3,"period":1,"periodUnit":"d"}})") ==
        "1–3 ganger per dag");
  CHECK(words(R"({"repeat":{"dayOfWeek":["mon","wed","fri"],"timeOfDay":["08:30:00"]}})") ==
        "mandag, onsdag og fredag, kl. 08:30");
  CHECK(words(R"({"repeat":{"period":1,"periodUnit":"mo","duration":1.5,"durationUnit":"h"}})") ==
        "1 gang per måned, 1,5 timer");
  CHECK(words(R"({"code":{"text":"ved behov"}})") == "ved behov");
  CHECK(words(R"({"repeat":{"frequency":2,"period":1,"periodUnit":"fortnight"}})") == "nothing");
  CHECK(words(R"({"repeat":{"frequency":2,"period":1,"periodUnit":"d","when":["HS"]}})") == "nothing");
  CHECK(words(R"({"repeat":{"dayOfWeek":["someday"]}})") == "nothing");
  CHECK(words(R"({"event":["2026-01-01"]})") == "nothing");
  CHECK(words("[]") == "nothing");

  const ImportResult result =
      with_detail(R"("description":"Tur","status":"scheduled","scheduledTiming":{"event":["2026-01-01"]})");
  CHECK(reported(result, Level::info, "CarePlan/main", "frequency cannot be put into words"));
}
