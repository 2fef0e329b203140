#include "client-core/fhir/json_read.h"

namespace samplan::fhir {

const Json* member(const Json& object, const char* name) {
  if (!object.is_object()) return nullptr;
  const auto it = object.find(name);
  return it == object.end() || it->is_null() ? nullptr : &*it;
}

std::string_view string_of(const Json& value) {
  const auto* text = value.get_ptr<const std::string*>();
  return text == nullptr ? std::string_view{} : std::string_view(*text);
}

std::string_view string_in(const Json& object, const char* name) {
  const Json* value = member(object, name);
  return value == nullptr ? std::string_view{} : string_of(*value);
}

bool is_true(const Json& object, const char* name) {
  const Json* value = member(object, name);
  const auto* flag = value == nullptr ? nullptr : value->get_ptr<const bool*>();
  return flag != nullptr && *flag;
}

std::vector<const Json*> objects_in(const Json& object, const char* name) {
  std::vector<const Json*> out;
  const Json* value = member(object, name);
  if (value == nullptr) return out;
  if (value->is_object()) out.push_back(value);
  if (value->is_array()) {
    for (const Json& item : *value) {
      if (item.is_object()) out.push_back(&item);
    }
  }
  return out;
}

std::vector<std::string_view> strings_in(const Json& object, const char* name) {
  std::vector<std::string_view> out;
  const Json* value = member(object, name);
  if (value == nullptr) return out;
  if (value->is_string()) out.push_back(string_of(*value));
  if (value->is_array()) {
    for (const Json& item : *value) {
      if (!string_of(item).empty()) out.push_back(string_of(item));
    }
  }
  return out;
}

std::vector<Coding> codings_of(const Json& concept_value) {
  std::vector<Coding> out;
  for (const Json* coding : objects_in(concept_value, "coding")) {
    out.push_back({string_in(*coding, "system"), string_in(*coding, "code"), string_in(*coding, "display")});
  }
  return out;
}

std::string concept_text(const Json& concept_value) {
  const std::string_view text = string_in(concept_value, "text");
  if (!text.empty()) return std::string(text);
  for (const Coding& coding : codings_of(concept_value)) {
    if (!coding.display.empty()) return std::string(coding.display);
  }
  return concept_token(concept_value);
}

std::string concept_text_in(const Json& object, const char* name) {
  for (const Json* item : objects_in(object, name)) {
    std::string text = concept_text(*item);
    if (!text.empty()) return text;
  }
  return {};
}

std::string concept_token(const Json& concept_value) {
  for (const Coding& coding : codings_of(concept_value)) {
    if (coding.code.empty()) continue;
    if (coding.system.empty()) return std::string(coding.code);
    return std::string(coding.system) + "|" + std::string(coding.code);
  }
  return {};
}

bool has_code(const Json& object, const char* name, std::string_view code) {
  for (const Json* item : objects_in(object, name)) {
    for (const Coding& coding : codings_of(*item)) {
      if (coding.code == code) return true;
    }
  }
  return false;
}

}  // namespace samplan::fhir
