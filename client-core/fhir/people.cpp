#include "client-core/fhir/people.h"

#include <string_view>

namespace samplan::fhir {
namespace {

// Lower is better; what is old, ended or only for one occasion comes last.
int rank_of(const Json& item) {
  const std::string_view use = string_in(item, "use");
  const Json* period = member(item, "period");
  const bool has_ended = period != nullptr && !string_in(*period, "end").empty();
  if (use == "old" || use == "maiden" || use == "temp" || has_ended) return 9;
  if (use == "official") return 0;
  if (use == "usual" || use == "home") return 1;
  return 2;
}

bool is_over(const Json& item) { return rank_of(item) == 9; }

const Json* best_of(const Json& person, const char* name) {
  const Json* best = nullptr;
  for (const Json* item : objects_in(person, name)) {
    if (best == nullptr || rank_of(*item) < rank_of(*best)) best = item;
  }
  return best;
}

void join(std::string& out, std::string_view more, std::string_view between) {
  if (more.empty()) return;
  if (!out.empty()) out += between;
  out += more;
}

}  // namespace

std::string human_name(const Json& person) {
  const Json* name = best_of(person, "name");
  if (name == nullptr) return {};
  std::string out;
  for (const std::string_view given : strings_in(*name, "given")) join(out, given, " ");
  join(out, string_in(*name, "family"), " ");
  return out.empty() ? std::string(string_in(*name, "text")) : out;
}

std::string contact_line(const Json& person, bool with_home) {
  std::string out;
  for (const Json* point : objects_in(person, "telecom")) {
    if (is_over(*point) || (!with_home && string_in(*point, "use") == "home")) continue;
    join(out, string_in(*point, "value"), ", ");
  }
  return out;
}

std::string address_text(const Json& person) {
  const Json* address = best_of(person, "address");
  if (address == nullptr) return {};
  std::string out;
  for (const std::string_view line : strings_in(*address, "line")) join(out, line, "\n");
  std::string place(string_in(*address, "postalCode"));
  join(place, string_in(*address, "city"), " ");
  join(out, place, "\n");
  for (const char* part : {"district", "state", "country"}) join(out, string_in(*address, part), "\n");
  return out.empty() ? std::string(string_in(*address, "text")) : out;
}

}  // namespace samplan::fhir
