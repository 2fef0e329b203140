#include "client-core/fhir/codes.h"

#include "client-core/fhir/life_areas.h"
#include "client-core/fhir/words.h"

namespace samplan::fhir {
namespace {

struct Pair {
  std::string_view from;
  std::string_view to;
};

template <std::size_t N>
std::optional<std::string> look_up(const Pair (&rows)[N], std::string_view from) {
  for (const Pair& row : rows) {
    if (row.from == from) return std::string(row.to);
  }
  return std::nullopt;
}

// A goal that people still work on is not "not reached", however far away it is.
constexpr Pair goal_rows[] = {
    {"proposed", "foreslatt"},  {"planned", "foreslatt"},  {"accepted", "enig"},
    {"active", "pagar"},        {"on-hold", "enig"},       {"completed", "avsluttet"},
    {"cancelled", "avsluttet"}, {"rejected", "avsluttet"},
};
constexpr Pair under_way_rows[] = {
    {"in-progress", "pagar"}, {"improving", "pagar"},   {"worsening", "pagar"},
    {"no-change", "pagar"},   {"no-progress", "pagar"}, {"not-achieved", "pagar"},
    {"achieved", "nadd"},     {"sustaining", "nadd"},   {"not-attainable", "ikke_nadd"},
};
constexpr Pair ended_rows[] = {
    {"achieved", "nadd"},          {"sustaining", "nadd"},
    {"not-achieved", "ikke_nadd"}, {"not-attainable", "ikke_nadd"},
    {"no-progress", "ikke_nadd"},
};

constexpr Pair activity_rows[] = {
    {"not-started", "onsket"}, {"scheduled", "vedtatt"},   {"in-progress", "pagar"}, {"on-hold", "pagar"},
    {"completed", "utfort"},   {"cancelled", "avsluttet"}, {"stopped", "avsluttet"},
};

constexpr Pair plan_status_rows[] = {
    {"draft", "utkast"},
    {"active", "aktiv"},
    {"on-hold", "på vent"},
    {"completed", "avsluttet"},
    {"revoked", "trukket tilbake"},
    {"unknown", "ukjent"},
};

constexpr Pair priority_rows[] = {{"high-priority", "1"}, {"medium-priority", "2"}, {"low-priority", "3"}};

// Order matters: a "koordinerende enhet" is not a coordinator.
constexpr Pair role_rows[] = {
    {"koordinerende enhet", "coordinating_unit"},
    {"coordinating unit", "coordinating_unit"},
    {"koordinator", "coordinator"},
    {"barnekoordinator", "coordinator"},
    {"care coordinator", "coordinator"},
    {"coordinator", "coordinator"},
    {"case manager", "coordinator"},
    {"likemann", "adviser"},
    {"likeperson", "adviser"},
    {"rådgiver", "adviser"},
    {"adviser", "adviser"},
    {"advisor", "adviser"},
    {"peer support", "adviser"},
    {"pårørende", "relative"},
    {"foresatt", "relative"},
    {"verge", "relative"},
    {"mor", "relative"},
    {"far", "relative"},
    {"ektefelle", "relative"},
    {"caregiver", "relative"},
    {"next of kin", "relative"},
    {"guardian", "relative"},
    {"nav", "other_service"},
    {"skole", "other_service"},
    {"barneskole", "other_service"},
    {"ungdomsskole", "other_service"},
    {"videregående skole", "other_service"},
    {"barnehage", "other_service"},
    {"school", "other_service"},
    {"kindergarten", "other_service"},
};

constexpr std::string_view mandate_words[] = {"verge", "guardian", "fullmektig", "power of attorney"};

struct ServiceRow {
  std::string_view code;
  Service service;
};

constexpr ServiceRow service_rows[] = {
    {"1", {"praktisk_tilrettelegging", section::bolig}},
    {"2", {"opplaring", section::bolig}},
    {"3", {"praktisk_tilrettelegging", section::bolig}},
    {"4", {"sosialtjeneste", section::dagtid}},
    {"5", {"praktisk_tilrettelegging", section::bolig}},
    {"6", {"teknisk_hjelpemiddel", section::bolig}},
    {"7", {"sosialtjeneste", section::familie}},
    {"8", {"sosialtjeneste", section::familie}},
    {"9", {"stottekontakt", section::fritid}},
    {"11", {"stonad", section::familie}},
    {"15", {"helsetjeneste", section::helse}},
    {"17", {"helsetjeneste", section::helse}},
    {"18", {"helsetjeneste", section::helse}},
    {"19", {"helsetjeneste", section::helse}},
    {"20", {"helsetjeneste", section::helse}},
    {"21", {"helsetjeneste", section::helse}},
    {"22", {"helsetjeneste", section::helse}},
    {"24", {"helsetjeneste", section::helse}},
    {"25", {"helsetjeneste", section::helse}},
    {"26", {"teknisk_hjelpemiddel", section::helse}},
    {"27", {"teknisk_hjelpemiddel", section::helse}},
    {"28", {"teknisk_hjelpemiddel", section::bolig}},
    {"29", {"annet", section::bolig}},
};

}  // namespace

std::optional<std::string> goal_status(const GoalCodes& codes) {
  const auto plain = look_up(goal_rows, codes.lifecycle);
  if (!plain) return std::nullopt;
  if (codes.lifecycle == "accepted" || codes.lifecycle == "active" || codes.lifecycle == "on-hold") {
    const auto under_way = look_up(under_way_rows, codes.achievement);
    if (under_way && !(codes.lifecycle == "on-hold" && *under_way == "pagar")) return under_way;
  }
  if (codes.lifecycle == "completed") {
    if (const auto ended = look_up(ended_rows, codes.achievement)) return ended;
  }
  return plain;
}

std::optional<std::string> activity_status(std::string_view status) { return look_up(activity_rows, status); }

std::optional<std::string> request_status(const RequestCodes& codes) {
  if (codes.status == "completed") return "utfort";
  if (codes.status == "revoked") return "avsluttet";
  if (codes.status == "draft") return "onsket";
  if (codes.status != "active" && codes.status != "on-hold") return std::nullopt;
  if (codes.is_in_progress) return "pagar";
  const bool is_order = codes.intent.size() >= 5 && codes.intent.substr(codes.intent.size() - 5) == "order";
  return is_order ? "vedtatt" : "onsket";
}

std::string plan_status_words(std::string_view status) {
  return look_up(plan_status_rows, status).value_or(std::string(status));
}

std::string goal_priority(std::string_view code) { return look_up(priority_rows, code).value_or(""); }

std::string role_by_words(std::string_view words) {
  const std::string text = folded(words);
  for (const Pair& row : role_rows) {
    if (holds_word(text, row.from, row.to == "other_service" || row.to == "relative"))
      return std::string(row.to);
  }
  return {};
}

bool is_mandate(std::string_view words) {
  const std::string text = folded(words);
  for (const std::string_view word : mandate_words) {
    if (holds_word(text, word, false)) return true;
  }
  return false;
}

std::optional<Service> municipal_service(std::string_view iplos_code) {
  for (const ServiceRow& row : service_rows) {
    if (row.code == iplos_code) return row.service;
  }
  return std::nullopt;
}

std::string measure_kind(SectionId section) {
  if (section == section::helse) return "helsetjeneste";
  if (section == section::sosialt) return "sosialtjeneste";
  return "annet";
}

}  // namespace samplan::fhir
