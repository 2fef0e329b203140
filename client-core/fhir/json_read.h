// Reading of members of a JSON value that may have any shape: what is absent or of another type is empty,
// never a failure. It never copies a value.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace samplan::fhir {

using Json = nlohmann::json;

// The member, or nullptr when `object` is no object, lacks it, or holds null there.
const Json* member(const Json& object, const char* name);
// The string itself or of the member; empty when it is no string. Valid as long as the JSON value.
std::string_view string_of(const Json& value);
std::string_view string_in(const Json& object, const char* name);
bool is_true(const Json& object, const char* name);
// The objects of a member that is a list; one object alone counts as a list of one.
std::vector<const Json*> objects_in(const Json& object, const char* name);
// The strings of a member that is a list of strings.
std::vector<std::string_view> strings_in(const Json& object, const char* name);

struct Coding {
  std::string_view system;
  std::string_view code;
  std::string_view display;
};
std::vector<Coding> codings_of(const Json& concept_value);

// What a CodeableConcept says in words: its text, else the first display, else "system|code", else nothing.
std::string concept_text(const Json& concept_value);
// The first words among the concepts of a member (one concept or a list of them).
std::string concept_text_in(const Json& object, const char* name);
// The first code with its system as "system|code", or nothing.
std::string concept_token(const Json& concept_value);
// Whether some concept of the member has one of its codings with this code.
bool has_code(const Json& object, const char* name, std::string_view code);

}  // namespace samplan::fhir
