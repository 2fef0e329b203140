#include "cli/json_read.h"

#include <limits>

namespace samplan::cli {

using nlohmann::json;

namespace {

const json* member(const json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(std::string(name));
  return found == object.end() ? nullptr : &*found;
}

}  // namespace

const json& list_of(const json& object, std::string_view name) {
  static const json nothing = json::array();
  const json* found = member(object, name);
  return found != nullptr && found->is_array() ? *found : nothing;
}

const json& object_of(const json& object, std::string_view name) {
  static const json nothing = json::object();
  const json* found = member(object, name);
  return found != nullptr && found->is_object() ? *found : nothing;
}

std::string text_of(const json& object, std::string_view name) {
  const json* found = member(object, name);
  return found != nullptr && found->is_string() ? found->get<std::string>() : std::string();
}

std::int64_t number_of(const json& object, std::string_view name) {
  const json* found = member(object, name);
  if (found == nullptr || !found->is_number_integer()) return 0;
  constexpr auto most = std::numeric_limits<std::int64_t>::max();
  if (found->is_number_unsigned() && found->get<std::uint64_t>() > static_cast<std::uint64_t>(most))
    return most;
  return found->get<std::int64_t>();
}

bool flag_of(const json& object, std::string_view name) {
  const json* found = member(object, name);
  return found != nullptr && found->is_boolean() && found->get<bool>();
}

std::string short_id(std::string_view hex) { return std::string(hex.substr(0, 8)); }

Error error_from(const json& answer) {
  const std::string name = text_of(answer, "error");
  Errc code = Errc::malformed;
  for (std::uint16_t number = 1; number < 100; ++number)
    if (name == errc_name(static_cast<Errc>(number))) code = static_cast<Errc>(number);
  return {code, text_of(answer, "where"), text_of(answer, "message")};
}

}  // namespace samplan::cli
