#include "cli/words.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

#include "client-core/core.h"

namespace samplan::cli {
namespace {

using nlohmann::json;

struct Coded {
  std::string_view code;
  Phrase label;
};

constexpr std::array<Coded, 12> sections{{
    {"grunnlag", {"Grunnlag", "Basis"}},
    {"samordning", {"Samordning", "Coordination"}},
    {"helse", {"Forebygging, helse og omsorg", "Prevention, health and care"}},
    {"dagtid", {"Dagtid, arbeid, skole og aktivitet", "Daytime, work, school and activity"}},
    {"bolig", {"Bolig", "Housing"}},
    {"fritid", {"Fritid", "Leisure"}},
    {"okonomi", {"Økonomi", "Finances"}},
    {"sosialt", {"Sosialt fellesskap og nettverk", "Community and network"}},
    {"familie", {"Familie", "Family"}},
    {"annet", {"Annet", "Other"}},
    {"sak", {"Saksmappe", "Case file"}},
    {"innsyn", {"Innsynslogg", "Access log"}},
}};

constexpr std::array<Coded, 8> roles{{
    {"owner", {"planeier", "owner"}},
    {"coordinator", {"koordinator", "coordinator"}},
    {"provider", {"tjenesteyter", "provider"}},
    {"relative", {"pårørende", "relative"}},
    {"guardian", {"verge", "guardian"}},
    {"adviser", {"rådgiver", "adviser"}},
    {"other_service", {"annen tjeneste", "other service"}},
    {"coordinating_unit", {"koordinerende enhet", "coordinating unit"}},
}};

constexpr std::array<Coded, 4> rights{{
    {"none", {"ingen tilgang", "no access"}},
    {"read", {"lese", "read"}},
    {"propose", {"lese og foreslå", "read and propose"}},
    {"write", {"lese og skrive", "read and write"}},
}};

template <std::size_t N>
std::string label_of(const std::array<Coded, N>& table, std::string_view code, Language language) {
  for (const Coded& entry : table)
    if (entry.code == code) return std::string(entry.label.in(language));
  return std::string(code);
}

template <std::size_t N>
std::string code_of(const std::array<Coded, N>& table, std::string_view written) {
  const std::string wanted = plain_letters(written);
  for (const Coded& entry : table)
    for (const std::string_view known : {entry.code, entry.label.nb, entry.label.en})
      if (plain_letters(known) == wanted) return std::string(entry.code);
  return std::string(written);
}

const json& records() {
  static const json all = api_schema()["records"];
  return all;
}

const json* field_of(std::string_view kind, std::string_view field) {
  const auto k = records().find(std::string(kind));
  if (k == records().end()) return nullptr;
  const auto f = (*k)["fields"].find(std::string(field));
  return f == (*k)["fields"].end() ? nullptr : &*f;
}

std::string english_or(std::string_view key, std::string_view otherwise) {
  const std::string_view word = english_word(key);
  return std::string(word.empty() ? otherwise : word);
}

}  // namespace

std::string plain_letters(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, char>, 6> letters{
      {{"å", 'a'}, {"Å", 'a'}, {"ø", 'o'}, {"Ø", 'o'}, {"æ", 'a'}, {"Æ", 'a'}}};
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    bool is_special = false;
    for (const auto& [letter, plain] : letters) {
      if (text.substr(at, letter.size()) != letter) continue;
      out.push_back(plain);
      at += letter.size() - 1;
      is_special = true;
      break;
    }
    if (is_special) continue;
    const char c = text[at];
    if (c >= 'A' && c <= 'Z')
      out.push_back(static_cast<char>(c - 'A' + 'a'));
    else
      out.push_back(c == ' ' || c == '-' ? '_' : c);
  }
  return out;
}

std::string section_label(std::string_view code, Language language) {
  return label_of(sections, code, language);
}
std::string role_label(std::string_view code, Language language) { return label_of(roles, code, language); }
std::string rights_label(std::string_view code, Language language) {
  return label_of(rights, code, language);
}
std::string section_code_for(std::string_view written) { return code_of(sections, written); }
std::string role_code_for(std::string_view written) { return code_of(roles, written); }
std::string rights_code_for(std::string_view written) { return code_of(rights, written); }

std::string kind_label(std::string_view kind, Language language) {
  if (language == Language::en) return english_or(kind, kind);
  const auto found = records().find(std::string(kind));
  return found == records().end() ? std::string(kind) : found->value("label", std::string(kind));
}

std::string field_label(std::string_view kind, std::string_view field, Language language) {
  if (language == Language::en) return english_or(std::string(kind) + "." + std::string(field), field);
  const json* found = field_of(kind, field);
  return found == nullptr ? std::string(field) : found->value("label", std::string(field));
}

std::string value_label(std::string_view kind, std::string_view field, std::string_view value,
                        Language language) {
  const json* found = field_of(kind, field);
  if (found == nullptr || !found->contains("choices")) return std::string(value);
  for (const json& choice : (*found)["choices"])
    if (choice.value("code", "") == value)
      return language == Language::en ? english_or(value, value) : choice.value("label", std::string(value));
  return std::string(value);
}

std::string kind_code_for(std::string_view written) {
  const std::string wanted = plain_letters(written);
  for (const auto& [code, kind] : records().items())
    for (const std::string& known :
         {code, kind.value("label", std::string()), std::string(english_word(code))})
      if (plain_letters(known) == wanted) return code;
  return std::string(written);
}

// A label counts when it means the same field name in every kind that has it.
std::string field_code_for(std::string_view written) {
  const std::string wanted = plain_letters(written);
  std::string found;
  for (const auto& [kind, spec] : records().items()) {
    for (const auto& [code, field] : spec["fields"].items()) {
      if (plain_letters(code) == wanted) return code;
      const std::string key = kind + "." + code;
      if (plain_letters(field.value("label", std::string())) != wanted &&
          plain_letters(english_word(key)) != wanted)
        continue;
      if (!found.empty() && found != code) return std::string(written);
      found = code;
    }
  }
  return found.empty() ? std::string(written) : found;
}

std::string choice_code_for(std::string_view field, std::string_view written) {
  const std::string wanted = plain_letters(written);
  for (const auto& [kind, spec] : records().items()) {
    const auto found = spec["fields"].find(std::string(field));
    if (found == spec["fields"].end() || !found->contains("choices")) continue;
    for (const json& choice : (*found)["choices"]) {
      const std::string code = choice.value("code", "");
      for (const std::string& known :
           {code, choice.value("label", std::string()), std::string(english_word(code))})
        if (plain_letters(known) == wanted) return code;
    }
  }
  return std::string(written);
}

const std::vector<std::string>& section_codes() {
  static const std::vector<std::string> codes = [] {
    std::vector<std::string> out;
    for (const Coded& entry : sections) out.emplace_back(entry.code);
    return out;
  }();
  return codes;
}

std::string section_code_of(std::size_t number) {
  return number >= 1 && number <= sections.size() ? std::string(sections[number - 1].code) : std::string();
}

}  // namespace samplan::cli
