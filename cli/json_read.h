// Reading answers without trusting their shape: what is absent or of another type is empty. Nothing here
// throws.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.h"

namespace samplan::cli {

// An empty array or object where there is none, so that it can be walked.
const nlohmann::json& list_of(const nlohmann::json& object, std::string_view name);
const nlohmann::json& object_of(const nlohmann::json& object, std::string_view name);
std::string text_of(const nlohmann::json& object, std::string_view name);
std::int64_t number_of(const nlohmann::json& object, std::string_view name);
bool flag_of(const nlohmann::json& object, std::string_view name);

// The first eight digits: how ids are printed and may be written.
std::string short_id(std::string_view hex);

// A refused answer as an Error again.
Error error_from(const nlohmann::json& answer);

}  // namespace samplan::cli
