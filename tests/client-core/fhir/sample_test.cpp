// The sample files of the project, and what a broken or changed copy of them does.
#include <nlohmann/json.hpp>

#include "tests/client-core/fhir/fhir_helpers.h"
#include "tests/support/seeded_entropy.h"

using namespace samplan;
using namespace samplan::test;
using Level = ReportLine::Level;

namespace {

std::string on_one_line(const std::string& name) {
  return nlohmann::json::parse(sample_file(name), nullptr, false).dump();
}

}  // namespace

TEST_CASE("the sample becomes exactly these records", "[fhir][R115]") {
  const ImportResult result = imported(sample_file("individuell-plan.json"));
  REQUIRE(result.plans.size() == 1);
  std::vector<std::string> made;
  for (const ImportedRecord& record : result.plans[0].records) made.push_back(shown(record));
  const std::vector<std::string> expected = {
      "plan-1 1; title=Individuell plan for Solveig; status=utkast; period_start=2026-02-01; "
      "period_end=2027-12-31; "
      "owner_name=Solveig Ås Eksempel; birth_date=1961-04-17; contact=00 00 00 01; address=Oppdiktet vei 4\n"
      "0000 Lillevik; language=nordsamisk, norsk; reference=CarePlan/ip",
      "participant-1 1; name=Solveig Ås Eksempel; role=owner",
      "participant-2 1; name=Kari Koordinator; role=coordinator; on_behalf_of=Lillevik kommune, "
      "hjemmetjenesten; "
      "contact=00 00 00 02; period_start=2026-01-15",
      "participant-3 1; name=Tor Trener; role=provider; on_behalf_of=Lillevik kommune, hjemmetjenesten; "
      "contact=00 00 00 04",
      "participant-4 1; name=Ingrid Eksempel; role=relative",
      "participant-5 1; name=NAV Lillevik; role=other_service",
      "participant-6 1; name=Fastlegen; role=provider",
      "sub_plan-1 1; kind=Rehabiliteringsplan; title=Rehabiliteringsplan etter hjerneslag; "
      "organisation=Lillevik rehabiliteringssykehus; period_start=2025-08-11; period_end=2025-12-19; "
      "status=avsluttet; reference=CarePlan/rehab-2025",
      "contribution-1 1; who=Kari Koordinator; text=Planen er laget sammen med Solveig hjemme hos henne.",
      "contribution-2 1; who=Ingrid Eksempel; text=Jeg kan kjøre mamma til korøvelsen annenhver onsdag.",
      "need-1 3; text=Nedsatt gangfunksjon etter hjerneslag; date=2025-08-01; reference=Condition/slag",
      "need-2 8; text=Ensomhet etter at naboen flyttet; date=2026-01-20; reference=Condition/ensom",
      "goal-1 3; text=Jeg vil gå til butikken selv; whose_words=Solveig Ås Eksempel; priority=1; "
      "target_date=2026-06-30; status=pagar; achievement=På god vei; reference=Goal/butikken; needs->need-1",
      "goal-2 8; text=Synge i kor igjen; whose_words=Ingrid Eksempel; status=foreslatt; reference=Goal/kor; "
      "needs->need-2",
      "goal-3 3; text=Snakke tydelig i telefonen; status=nadd; reference=Goal/tale",
      "measure-1 6; text=Støttekontakt til korøvelse; kind=stottekontakt; extent=3 timer per uke; "
      "responsible=Lillevik kommune, hjemmetjenesten; start_date=2026-03-01; "
      "code=urn:oid:2.16.578.1.12.4.1.1.9151|9; reference=ServiceRequest/stottekontakt; status=vedtatt; "
      "goals->goal-2",
      "measure-2 3; text=Gangtrening med fysioterapeut; kind=helsetjeneste; "
      "extent=2 ganger per uke, mandag og torsdag, 45 minutter; responsible=Tor Trener; "
      "how=Start med rullator, deretter stokk.; where=Lillevik helsehus; start_date=2026-02-09; "
      "end_date=2026-06-19; reference=CarePlan/ip; status=pagar; goals->goal-1",
      "note-1 3; text=Tor Trener: Gikk til postkassen uten rullator i dag.; visited_at=2026-03-03T08:30:00Z; "
      "measure->measure-2",
      "measure-3 5; text=Tilpasset bolig på bakkeplan; kind=annet; reference=ServiceRequest/bolig; "
      "status=onsket",
  };
  CHECK(made == expected);
  CHECK(
      reported(result, Level::dangling, "CarePlan/ip", "ServiceRequest/finnes-ikke «Svømming i varmtvann»"));
  CHECK(reported(result, Level::info, "Consent/samtykke", "opens nothing"));
}

TEST_CASE("the sample of lines gives two plans and names its broken line", "[fhir]") {
  const ImportResult result = imported(sample_file("to-personer.ndjson"));
  REQUIRE(result.plans.size() == 2);
  CHECK(field(result.plans[0].records[0], "owner_name") == "Arne Fiksjon");
  CHECK(field(result.plans[1].records[0], "owner_name") == "Mina Påfunn");
  CHECK(reported(result, Level::error, "line 4", "cannot be read"));
}

TEST_CASE("the broken sample is refused", "[fhir]") {
  CHECK(import_fhir(sample_file("broken.json")).code() == Errc::malformed);
}

TEST_CASE("the sample cut off at any byte is an error or a whole account, never a crash", "[fhir][fuzz]") {
  const std::string lines = sample_file("to-personer.ndjson");
  for (std::size_t size = 0; size <= lines.size(); ++size) {
    const auto result = import_fhir(std::string_view(lines).substr(0, size));
    if (result.ok() && !accounting_is_complete(*result)) FAIL("cut at " << size);
  }
  const std::string whole = on_one_line("individuell-plan.json");
  for (std::size_t size = 0; size < whole.size(); ++size) {
    if (import_fhir(std::string_view(whole).substr(0, size)).ok()) FAIL("cut at " << size);
  }
  CHECK(import_fhir(whole).ok());
}

TEST_CASE("the sample with any bytes changed is an error or a whole account, never a crash", "[fhir][fuzz]") {
  SeededEntropy random(2024);
  for (const std::string& whole : {on_one_line("individuell-plan.json"), sample_file("to-personer.ndjson")}) {
    std::size_t read = 0;
    for (int round = 0; round < 2000; ++round) {
      std::string text = whole;
      std::uint8_t dice[12];
      random.fill(dice, sizeof dice);
      for (std::size_t i = 0; i < 1 + dice[0] % 3U; ++i) {
        const std::size_t at = (dice[1 + 3 * i] * 256U + dice[2 + 3 * i]) % text.size();
        const char marks[] = {'"', '{', '}', '[', ']', ',', ':', '0', '\0', '\x1f', '\xff', 'a'};
        text[at] =
            round % 2 == 0 ? static_cast<char>(dice[3 + 3 * i]) : marks[dice[3 + 3 * i] % sizeof marks];
      }
      const auto result = import_fhir(text);
      if (!result.ok()) continue;
      ++read;
      if (!accounting_is_complete(*result)) FAIL("round " << round);
    }
    CHECK(read > 0);
  }
}

TEST_CASE("the sample with whole members taken away still gives a whole account", "[fhir][fuzz]") {
  const std::string whole = sample_file("individuell-plan.json");
  // Renaming a key is taking its member away and adding one that nobody knows.
  std::size_t renamed = 0;
  for (std::size_t at = whole.find("\": "); at != std::string::npos; at = whole.find("\": ", at + 1)) {
    std::string text = whole;
    text[at - 1] = text[at - 1] == 'X' ? 'Y' : 'X';
    const auto result = import_fhir(text);
    if (result.ok()) {
      ++renamed;
      check_whole(*result);
    }
  }
  CHECK(renamed > 100);
}
