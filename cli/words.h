// What people read for the codes of the plan model: sections, roles, rights, record kinds, fields, choices.
// Bokmål comes from the model's own table; English stands in words_en.cpp. An unknown code is shown as it is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "cli/language.h"

namespace samplan::cli {

std::string section_label(std::string_view code, Language language);
std::string role_label(std::string_view code, Language language);
std::string rights_label(std::string_view code, Language language);
std::string kind_label(std::string_view kind, Language language);
std::string field_label(std::string_view kind, std::string_view field, Language language);
// The label if the field is a choice, else the value itself.
std::string value_label(std::string_view kind, std::string_view field, std::string_view value,
                        Language language);

// The code for what a person wrote: "Økonomi" is okonomi, "omfang" is extent, "pårørende" is relative. What
// is not known is returned unchanged, for the core to judge.
std::string section_code_for(std::string_view written);
std::string role_code_for(std::string_view written);
std::string rights_code_for(std::string_view written);
std::string kind_code_for(std::string_view written);
std::string field_code_for(std::string_view written);
std::string choice_code_for(std::string_view field, std::string_view written);

// In the order in which a plan is read.
const std::vector<std::string>& section_codes();
// The code of a section's number in records; empty if there is none.
std::string section_code_of(std::size_t number);

// English for a kind ("goal"), a field ("goal.text") or a choice ("pagar"); empty if missing. For the tests,
// which hold it against the whole model.
std::string_view english_word(std::string_view key);

// Lower case without regard to language, "å" as "a" and so on: how words are compared and codes are made.
std::string plain_letters(std::string_view text);

}  // namespace samplan::cli
