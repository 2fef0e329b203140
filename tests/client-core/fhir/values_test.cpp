// Dates, texts and life areas: the values that go into fields.
#include "base/limits.h"
#include "base/utf8.h"
#include "client-core/fhir/dates.h"
#include "client-core/fhir/life_areas.h"
#include "client-core/fhir/plain_text.h"
#include "client-core/fhir/reasons.h"
#include "client-core/fhir/words.h"
#include "tests/client-core/fhir/fhir_helpers.h"

using namespace samplan;
using namespace samplan::test;
using fhir::Edge;
using fhir::Lines;
using Level = ReportLine::Level;

namespace {

std::string date(std::string_view text, Edge edge = Edge::first) {
  const auto read = fhir::read_date(text, edge).date;
  return read ? to_string(*read) : "none";
}

SectionId area(const std::string& words, const std::string& category = {}) {
  const auto json = fhir::Json::parse(
      R"({"code":{"text":")" + words + R"("},"category":[{"text":")" + category + R"("}]})", nullptr, false);
  REQUIRE(!json.is_discarded());
  fhir::LifeArea found;
  found.consider(json, "code");
  found.consider(json, "category");
  return found.section();
}

std::string long_text(std::size_t bytes) { return std::string(bytes, 'a'); }

ImportResult goal_with(const std::string& text) {
  return imported(
      bundle({patient(), of_patient("Goal", R"("id":"g","lifecycleStatus":"active","description":{"text":")" +
                                                text + R"("})")}));
}

}  // namespace

TEST_CASE("a date without day or month stands for its first day, or its last where it ends", "[fhir]") {
  CHECK(date("2026-05-17") == "2026-05-17");
  CHECK(date("2026-05") == "2026-05-01");
  CHECK(date("2026") == "2026-01-01");
  CHECK(date("2026-02", Edge::last) == "2026-02-28");
  CHECK(date("2024-02", Edge::last) == "2024-02-29");
  CHECK(date("2026", Edge::last) == "2026-12-31");
  CHECK(fhir::read_date("2026-05", Edge::first).is_partial);
  CHECK(!fhir::read_date("2026-05-17", Edge::first).is_partial);
}

TEST_CASE("a time keeps the day its author wrote, whatever the zone", "[fhir]") {
  CHECK(date("2026-03-01T00:30:00+01:00") == "2026-03-01");
  CHECK(date("2026-03-01T23:30:00-08:00") == "2026-03-01");
  CHECK(date("2026-03-01T23:30:00.123Z") == "2026-03-01");
}

TEST_CASE("what is no date is no date", "[fhir]") {
  for (const char* text : {"", "20", "2026-", "2026-13", "2026-02-30", "2026-02-30T10:00:00Z", "17.05.2026",
                           "2026-05-17 10:00", "20260517", "0000", "abcd", "2026-05-1", "-026-05-01"}) {
    INFO(text);
    CHECK(date(text) == "none");
  }
}

TEST_CASE("a date that cannot be read is left out and reported", "[fhir]") {
  const ImportResult result =
      imported(bundle({patient(), main_plan(R"("period":{"start":"i vår","end":"2027"})")}));
  const ImportedRecord plan = only(result, "plan");
  CHECK(field(plan, "period_start").empty());
  CHECK(field(plan, "period_end") == "2027-12-31");
  CHECK(reported(result, Level::error, "CarePlan/main",
                 "CarePlan.period.start: The date cannot be read and was left out: i vår"));
  CHECK(reported(result, Level::info, "CarePlan/main", "CarePlan.period.end: The date lacks its day"));
}

TEST_CASE("a birth date without its day is not guessed, because age rules need it", "[fhir][R31]") {
  const ImportResult result = imported(R"({"resourceType":"Patient","id":"p","birthDate":"2010-06"})");
  CHECK(field(only(result, "plan"), "birth_date").empty());
  CHECK(reported(result, Level::error, "Patient/p", "rules on age need the exact day: 2010-06"));
}

TEST_CASE("control characters and hidden writing directions are removed, and that is reported", "[fhir]") {
  const auto plain = fhir::plain_text("a\x1b[31mb\u202eC\u0085d\ufeff\x7f", 100, Lines::several);
  CHECK(plain.text == "a[31mbCd");
  CHECK(plain.was_cleaned);
  CHECK(!fhir::plain_text("Ærlig talt: «ja» 👍", 100, Lines::one).was_cleaned);

  const ImportResult result = goal_with(R"(Gå\u0007 tur)");
  CHECK(field(only(result, "goal"), "text") == "Gå tur");
  CHECK(reported(result, Level::info, "Goal/g", "Characters that cannot be shown"));
}

TEST_CASE("line ends become one kind, and a space in a field of one line", "[fhir]") {
  CHECK(fhir::plain_text(" a\r\nb\rc\u2028d\n", 100, Lines::several).text == "a\nb\nc\nd");
  CHECK(fhir::plain_text("a\r\nb\tc", 100, Lines::one).text == "a b c");
  CHECK(fhir::is_blank_text(" \n\t\x07"));
  CHECK(!fhir::is_blank_text(" . "));
}

TEST_CASE("a text is cut between characters, visibly, and never in silence", "[fhir]") {
  const auto cut = fhir::plain_text("aæøå", 6, Lines::one);
  CHECK(cut.text == "aæ…");
  CHECK(cut.was_cut);
  CHECK(!fhir::plain_text("aæøå", 7, Lines::one).was_cut);
  for (std::size_t bytes = 3; bytes < 12; ++bytes) {
    const std::string text = fhir::plain_text("å👍æ👍ø", bytes, Lines::one).text;
    CHECK(text.size() <= bytes);
    CHECK(is_utf8(text));
  }

  const ImportResult fits = goal_with(long_text(limits::text_bytes_max));
  CHECK(field(only(fits, "goal"), "text").size() == limits::text_bytes_max);
  CHECK(lines_with(fits, "too long") == 0);
  const ImportResult result = goal_with(long_text(limits::text_bytes_max + 1));
  CHECK(field(only(result, "goal"), "text").size() == limits::text_bytes_max);
  CHECK(reported(result, Level::error, "Goal/g", "Goal.description: The text is too long for its field"));
}

TEST_CASE("an HTML narrative is never copied", "[fhir]") {
  const ImportResult result =
      imported(bundle({patient(), main_plan(R"("text":{"status":"generated","div":"<div>Skjult</div>"})")}));
  for (const ImportedRecord& record : result.plans[0].records)
    CHECK(shown(record).find("Skjult") == std::string::npos);
  CHECK(reported(result, Level::info, "CarePlan", "CarePlan.text (1)"));
}

TEST_CASE("elements without a field are named, so that nothing is lost in silence", "[fhir][R115]") {
  const ImportResult result =
      imported(R"({"resourceType":"Patient","id":"p","gender":"male","photo":[{"data":"x"}],
      "name":[{"text":"A","prefix":["Dr"]}]})");
  CHECK(reported(result, Level::info, "Patient",
                 "Patient.gender (1), Patient.name.prefix (1), Patient.photo (1)"));
}

TEST_CASE("the life area is told by the words, narrow ones before wide ones", "[fhir][R72]") {
  CHECK(area("Food pantry referral") == 7);
  CHECK(area("Food allergy diet") == 3);
  CHECK(area("Søknad om økonomisk støtte") == 7);
  CHECK(area("ØKONOMI") == 7);
  CHECK(area("Tilpasset bolig") == 5);
  CHECK(area("Arbeidstrening") == 4);
  CHECK(area("In paid employment") == 4);
  CHECK(area("Fritidsaktivitet") == 6);
  CHECK(area("Sosialt samvær") == 8);
  CHECK(area("Avlastning i helgene") == 9);
  CHECK(area("Transport") == 10);
  CHECK(area("Balansetrening") == 3);
  CHECK(area("Samarbeid om medisiner") == 3);  // "arbeid" does not begin a word here
}

TEST_CASE("the category tells the life area when the words do not", "[fhir][R72]") {
  CHECK(area("Henvisning", "Social service procedure") == 8);
  CHECK(area("Alcohol rehabilitation", "Social service procedure") == 3);
  CHECK(area("Henvisning", "noe annet") == 3);
  CHECK(area("", "") == 10);
}

TEST_CASE("capitals with accents are folded and words are found where they begin", "[fhir]") {
  CHECK(fhir::folded("ÆØÅ É Škoda ABC ×") == "æøå é Škoda abc ×");
  CHECK(fhir::holds_word("min bolig", "bolig", false));
  CHECK(fhir::holds_word("boligen", "bolig", false));
  CHECK(!fhir::holds_word("boligen", "bolig", true));
  CHECK(!fhir::holds_word("omsorgsbolig", "bolig", false));
  CHECK(!fhir::holds_word("småbolig", "bolig", false));
}

TEST_CASE("every reason has its sentence in English and bokmål", "[fhir]") {
  for (int i = 0; i <= static_cast<int>(fhir::Reason::too_many_nested); ++i) {
    const fhir::ReasonText& text = fhir::text_of(static_cast<fhir::Reason>(i));
    CHECK(std::string_view(text.en).size() > 10);
    CHECK(std::string_view(text.nb).size() > 10);
    CHECK(std::string_view(text.en) != std::string_view(text.nb));
  }
}
