#include "client-core/fhir/life_areas.h"

#include "client-core/fhir/words.h"

namespace samplan::fhir {
namespace {

struct CodeRow {
  std::string_view code;
  SectionId section;
};

// Codes whose section is not plain from their words: Gravity SDOH categories, a SNOMED category of social
// services, IPLOS (urn:oid:2.16.578.1.12.4.1.1.9151) service types.
constexpr CodeRow code_rows[] = {
    {"food-insecurity", section::okonomi},         {"financial-insecurity", section::okonomi},
    {"material-hardship", section::okonomi},       {"medical-cost-burden", section::okonomi},
    {"housing-instability", section::bolig},       {"homelessness", section::bolig},
    {"inadequate-housing", section::bolig},        {"educational-attainment", section::dagtid},
    {"employment-status", section::dagtid},        {"social-connection", section::sosialt},
    {"transportation-insecurity", section::annet}, {"410606002", section::sosialt},
};

struct WordRow {
  std::string_view start;  // the beginning of a word or of several; lower case
  SectionId section;
};

// The first row that fits decides, so the narrow ones stand before the wide ones: "food pantry" is money,
// "food allergy" is health; "social security" is money, "social" is company.
constexpr WordRow word_rows[] = {
    // health that would be taken for something else further down
    {"alcohol", section::helse},
    {"alkohol", section::helse},
    {"rusmid", section::helse},
    {"rusbehandling", section::helse},
    {"rusavhengig", section::helse},
    {"substance", section::helse},
    {"food allergy", section::helse},
    {"matallergi", section::helse},
    {"diet", section::helse},
    {"kosthold", section::helse},
    {"ernæring", section::helse},
    {"exercise", section::helse},
    {"arbeidsterapi", section::helse},
    {"occupational therapy", section::helse},
    {"sosial angst", section::helse},
    {"family history", section::helse},
    {"family planning", section::helse},
    {"family medicine", section::helse},
    // money and food
    {"food pantry", section::okonomi},
    {"food bank", section::okonomi},
    {"food insecurity", section::okonomi},
    {"food stamp", section::okonomi},
    {"matutdeling", section::okonomi},
    {"economic", section::okonomi},
    {"economy", section::okonomi},
    {"økonomi", section::okonomi},
    {"financ", section::okonomi},
    {"income", section::okonomi},
    {"inntekt", section::okonomi},
    {"debt", section::okonomi},
    {"gjeld", section::okonomi},
    {"pengestøtte", section::okonomi},
    {"stønad", section::okonomi},
    {"trygdeytelse", section::okonomi},
    {"uføretrygd", section::okonomi},
    {"social security", section::okonomi},
    // home
    {"housing", section::bolig},
    {"homeless", section::bolig},
    {"bolig", section::bolig},
    {"bosted", section::bolig},
    {"omsorgsbolig", section::bolig},
    {"bostøtte", section::bolig},
    {"eviction", section::bolig},
    // school, work, day
    {"employ", section::dagtid},
    {"unemploy", section::dagtid},
    {"job", section::dagtid},
    {"arbeid", section::dagtid},
    {"vocational", section::dagtid},
    {"attføring", section::dagtid},
    {"school", section::dagtid},
    {"skole", section::dagtid},
    {"student", section::dagtid},
    {"academic", section::dagtid},
    {"barnehage", section::dagtid},
    {"dagaktivitet", section::dagtid},
    {"dagsenter", section::dagtid},
    {"dagtilbud", section::dagtid},
    {"aktivitetssenter", section::dagtid},
    // leisure
    {"leisure", section::fritid},
    {"recreation", section::fritid},
    {"hobby", section::fritid},
    {"fritid", section::fritid},
    {"støttekontakt", section::fritid},
    {"svømmeklubb", section::fritid},
    {"turgruppe", section::fritid},
    // company
    {"social support", section::sosialt},
    {"social isolation", section::sosialt},
    {"social connection", section::sosialt},
    {"social service", section::sosialt},
    {"social work", section::sosialt},
    {"loneli", section::sosialt},
    {"ensomhet", section::sosialt},
    {"sosial", section::sosialt},
    {"nettverk", section::sosialt},
    {"besøksvenn", section::sosialt},
    // family
    {"parenting", section::familie},
    {"family", section::familie},
    {"familie", section::familie},
    {"avlastning", section::familie},
    {"respite", section::familie},
    {"søsken", section::familie},
    {"foreldre", section::familie},
    // nothing of our areas
    {"transport", section::annet},
};

SectionId by_words(std::string_view words) {
  const std::string text = folded(words);
  for (const WordRow& row : word_rows) {
    if (holds_word(text, row.start, false)) return row.section;
  }
  return 0;
}

SectionId by_code(std::string_view code) {
  for (const CodeRow& row : code_rows) {
    if (row.code == code) return row.section;
  }
  return 0;
}

}  // namespace

void LifeArea::consider_words(std::string_view words) {
  has_words_ = has_words_ || !words.empty();
  if (found_ == 0) found_ = by_words(words);
}

void LifeArea::consider(const Json& object, const char* name) {
  for (const Json* item : objects_in(object, name)) {
    consider_words(string_in(*item, "text"));
    for (const Coding& coding : codings_of(*item)) {
      consider_words(coding.display);
      if (found_ == 0) found_ = by_code(coding.code);
    }
  }
}

SectionId LifeArea::section() const {
  if (found_ != 0) return found_;
  return has_words_ ? section::helse : section::annet;
}

}  // namespace samplan::fhir
