// What the codes of FHIR mean as codes of a plan: statuses of goals and measures, roles of participants,
// kinds of measures. Where FHIR says less than Samplan, the code that claims least is taken: a wish never
// looks like a decision.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace samplan::fhir {

struct GoalCodes {
  std::string_view lifecycle;    // Goal.lifecycleStatus
  std::string_view achievement;  // the code of Goal.achievementStatus
};
// A status of `goal`, or nothing when the lifecycle is none of FHIR's.
std::optional<std::string> goal_status(const GoalCodes& codes);

// A status of `measure` for CarePlan.activity.detail.status. Only a booking ("scheduled") counts as decided.
std::optional<std::string> activity_status(std::string_view status);

struct RequestCodes {
  std::string_view status;  // ServiceRequest.status
  std::string_view intent;  // ServiceRequest.intent
  bool is_in_progress;      // the plan's own activity says so
};
// A status of `measure` for a ServiceRequest: an order is decided, anything less is a wish.
std::optional<std::string> request_status(const RequestCodes& codes);

// The words for a CarePlan.status in a sub-plan, for people.
std::string plan_status_words(std::string_view status);

// "1" for high, "2" for medium, "3" for low priority of a Goal; empty otherwise.
std::string goal_priority(std::string_view code);

// A role of `participant` told by words ("koordinator", "NAV"); empty when they tell none.
std::string role_by_words(std::string_view words);
// Whether the words are about a guardian's or proxy's mandate.
bool is_mandate(std::string_view words);

inline constexpr std::string_view iplos_system = "urn:oid:2.16.578.1.12.4.1.1.9151";
inline constexpr std::string_view document_type_system = "urn:oid:2.16.578.1.12.4.1.1.9602";

struct Service {
  std::string_view kind;  // of `measure`
  SectionId section;
};
// What a Norwegian municipal service code says about a measure, or nothing.
std::optional<Service> municipal_service(std::string_view iplos_code);
// The kind of a measure without such a code, told by its section.
std::string measure_kind(SectionId section);

}  // namespace samplan::fhir
