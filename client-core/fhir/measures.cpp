#include "client-core/fhir/measures.h"

#include <set>

#include "client-core/fhir/codes.h"
#include "client-core/fhir/life_areas.h"
#include "client-core/fhir/plain_text.h"
#include "client-core/fhir/timing.h"

namespace samplan::fhir {
namespace {

constexpr std::string_view goal_extension = "http://hl7.org/fhir/StructureDefinition/resource-pertainsToGoal";

// Where in FHIR the words of a measure stand; an activity's detail and a service request differ in names
// only.
struct Shape {
  const char* path;
  const char* description;
  const char* quantity;
  const char* timing;
  const char* period;
  const char* time;
  const char* free_time;
};
constexpr Shape detail_shape{"CarePlan.activity.detail", "description",     "quantity",
                             "scheduledTiming",          "scheduledPeriod", "",
                             "scheduledString"};
constexpr Shape request_shape{"ServiceRequest",
                              "patientInstruction",
                              "quantityQuantity",
                              "occurrenceTiming",
                              "occurrencePeriod",
                              "occurrenceDateTime",
                              ""};

std::string path_of(const Shape& shape, const char* name) { return std::string(shape.path) + "." + name; }

void join(std::string& out, std::string_view more) {
  if (!more.empty()) out += (out.empty() ? "" : "\n") + std::string(more);
}

// What is to be done, in words; an order NOT to do it must not lose its "not".
std::string words_of(const Json& holder, const Shape& shape) {
  std::string text = concept_text_in(holder, "code");
  if (text.empty()) text = string_in(holder, shape.description);
  if (!is_blank_text(text) && is_true(holder, "doNotPerform")) text = "Skal ikke gjøres: " + text;
  return text;
}

std::string how_of(const Json& holder, const Shape& shape) {
  std::string out;
  if (!concept_text_in(holder, "code").empty()) join(out, string_in(holder, shape.description));
  for (const Json* note : objects_in(holder, "note")) join(out, string_in(*note, "text"));
  return out;
}

std::string extent_of(PlanDraft& draft, NodeId node, const Json& holder, const Shape& shape) {
  std::string out;
  const auto add = [&](const std::string& more) {
    if (!more.empty()) out += (out.empty() ? "" : ", ") + more;
  };
  if (const Json* quantity = member(holder, shape.quantity)) add(quantity_words(*quantity));
  if (const Json* timing = member(holder, shape.timing)) {
    const auto words = timing_words(*timing);
    if (!words) draft.ledger().note(node, Reason::timing_unreadable, {}, path_of(shape, shape.timing));
    add(words.value_or(""));
  }
  add(std::string(string_in(holder, shape.free_time)));
  return out;
}

void set_times(PlanDraft& draft, Slot slot, const Json& holder, const Shape& shape) {
  const Json* timing = member(holder, shape.timing);
  const Json* repeat = timing == nullptr ? nullptr : member(*timing, "repeat");
  if (member(holder, shape.period) != nullptr) {
    draft.set_period(slot, holder, shape.period, "start_date", "end_date", path_of(shape, shape.period));
  } else if (repeat != nullptr && member(*repeat, "boundsPeriod") != nullptr) {
    draft.set_period(slot, *repeat, "boundsPeriod", "start_date", "end_date", path_of(shape, shape.timing));
  } else {
    draft.set_date(slot, "start_date", string_in(holder, shape.time), Edge::first,
                   path_of(shape, shape.time));
  }
}

// Where: the place in the file, its own words for it, or the code for a kind of place.
std::string place_of(PlanDraft& draft, NodeId node, const Json& holder) {
  std::string place;
  for (const char* name : {"location", "locationReference"}) {
    if (place.empty()) place = draft.names_in(node, holder, name);
  }
  return place.empty() ? concept_text_in(holder, "locationCode") : place;
}

std::string iplos_code_of(const Json& holder) {
  for (const Json* code : objects_in(holder, "code")) {
    for (const Coding& coding : codings_of(*code)) {
      if (coding.system == iplos_system) return std::string(coding.code);
    }
  }
  return {};
}

std::string token_of(const Json& holder) {
  const std::string iplos = iplos_code_of(holder);
  if (!iplos.empty()) return std::string(iplos_system) + "|" + iplos;
  const Json* code = member(holder, "code");
  return code == nullptr ? std::string() : concept_token(*code);
}

void link_goals(PlanDraft& draft, Slot slot, const Json& reference) {
  const auto goal = draft.follow(slot.source, reference);
  const auto key = goal ? draft.key_for("goal", *goal) : std::nullopt;
  if (key) draft.refer(slot, "goals", *key);
}

// The fields that a detail and a request share.
Slot add_measure(PlanDraft& draft, NodeId node, const Json& holder, const Shape& shape) {
  LifeArea area;
  area.consider(holder, "code");
  area.consider_words(string_in(holder, shape.description));
  area.consider(holder, "category");
  const auto service = municipal_service(iplos_code_of(holder));
  const SectionId section = service ? service->section : area.section();
  const Slot slot = draft.add("measure", section, node);
  draft.set_text(slot, "text", words_of(holder, shape), path_of(shape, "code"));
  draft.set_code(slot, "kind", service ? std::string(service->kind) : measure_kind(section));
  draft.set_line(slot, "extent", extent_of(draft, node, holder, shape), path_of(shape, shape.timing));
  draft.set_line(slot, "responsible", draft.names_in(node, holder, "performer"), path_of(shape, "performer"));
  draft.set_text(slot, "how", how_of(holder, shape), path_of(shape, shape.description));
  draft.set_text(slot, "where", place_of(draft, node, holder), path_of(shape, "location"));
  draft.set_text(slot, "by_whom", concept_text_in(holder, "performerType"), path_of(shape, "performerType"));
  set_times(draft, slot, holder, shape);
  draft.set_line(slot, "code", token_of(holder), path_of(shape, "code"));
  draft.set_line(slot, "reference", draft.source_reference(node), path_of(shape, "id"));
  return slot;
}

void set_status(PlanDraft& draft, Slot slot, const std::optional<std::string>& status,
                std::string_view original, const std::string& path) {
  if (!status) draft.ledger().note(slot.source, Reason::status_unknown, std::string(original), path);
  if (original == "on-hold") draft.ledger().note(slot.source, Reason::on_hold);
  draft.set_code(slot, "status", status.value_or("onsket"));
}

std::optional<Slot> add_detail(PlanDraft& draft, NodeId plan, const Json& detail) {
  const std::string_view status = string_in(detail, "status");
  if (status == "entered-in-error") {
    draft.ledger().note(plan, Reason::part_in_error, {}, "CarePlan.activity");
    return std::nullopt;
  }
  if (is_blank_text(words_of(detail, detail_shape))) {
    draft.ledger().note(plan, Reason::part_no_words, {}, "CarePlan.activity");
    return std::nullopt;
  }
  const Slot slot = add_measure(draft, plan, detail, detail_shape);
  set_status(draft, slot, activity_status(status), status, "CarePlan.activity.detail.status");
  for (const Json* reference : objects_in(detail, "goal")) link_goals(draft, slot, *reference);
  return slot;
}

std::optional<Slot> add_request(PlanDraft& draft, NodeId node, bool is_in_progress) {
  const Json& request = draft.resource(node);
  if (is_blank_text(words_of(request, request_shape))) {
    draft.ledger().left_out(node, Reason::no_words);
    return std::nullopt;
  }
  const Slot slot = add_measure(draft, node, request, request_shape);
  draft.remember("measure", node, slot);
  const std::string_view status = string_in(request, "status");
  set_status(draft, slot, request_status({status, string_in(request, "intent"), is_in_progress}), status,
             "ServiceRequest.status");
  for (const Json* extension : objects_in(request, "extension")) {
    const Json* goal =
        string_in(*extension, "url") == goal_extension ? member(*extension, "valueReference") : nullptr;
    if (goal != nullptr) link_goals(draft, slot, *goal);
    if (goal == nullptr) draft.ledger().left_element("ServiceRequest", "ServiceRequest.extension");
  }
  return slot;
}

// Remarks on progress are what visits left behind: notes on the measure, with who said it in front.
void add_progress(PlanDraft& draft, NodeId plan, const Json& activity, Slot measure, SectionId section) {
  for (const Json* remark : objects_in(activity, "progress")) {
    const std::string_view text = string_in(*remark, "text");
    if (is_blank_text(text)) continue;
    const Json* author = member(*remark, "authorReference");
    std::string who = author == nullptr ? "" : draft.name_of(plan, *author);
    if (who.empty()) who = string_in(*remark, "authorString");
    const Slot note = draft.add("note", section, plan);
    draft.set_text(note, "text", who.empty() ? std::string(text) : who + ": " + std::string(text),
                   "CarePlan.activity.progress");
    draft.set_time(note, "visited_at", string_in(*remark, "time"), "CarePlan.activity.progress.time");
    draft.refer(note, "measure", draft.key_of(measure));
  }
}

void add_activity(PlanDraft& draft, NodeId plan, const Json& activity) {
  const Json* reference = member(activity, "reference");
  const Json* detail = member(activity, "detail");
  const bool detail_is_odd = detail != nullptr && member(*detail, "modifierExtension") != nullptr;
  if (detail_is_odd || member(activity, "modifierExtension") != nullptr) {
    draft.ledger().note(plan, Reason::unknown_modifier, {}, "CarePlan.activity");
    return;
  }
  std::optional<Slot> slot;
  if (reference != nullptr) {
    const bool is_in_progress = detail != nullptr && string_in(*detail, "status") == "in-progress";
    const auto request = draft.follow_own(plan, *reference, "ServiceRequest", "CarePlan.activity.reference");
    const auto known = request ? draft.key_for("measure", *request) : std::nullopt;
    if (request && !known) slot = add_request(draft, *request, is_in_progress);
  } else if (detail != nullptr) {
    slot = add_detail(draft, plan, *detail);
  } else {
    draft.ledger().note(plan, Reason::part_no_words, {}, "CarePlan.activity");
  }
  if (slot) add_progress(draft, plan, activity, *slot, draft.section_of(*slot));
}

// The requests that care plans point to, or that say themselves which plan they are based on.
std::set<NodeId> requests_of(const PlanDraft& draft, const std::vector<NodeId>& plans,
                             const PatientFile& file) {
  std::set<NodeId> out;
  const std::set<NodeId> known(plans.begin(), plans.end());
  for (const NodeId plan : plans) {
    for (const Json* activity : objects_in(draft.resource(plan), "activity")) {
      const Json* reference = member(*activity, "reference");
      const auto target = reference == nullptr ? std::nullopt : draft.follow(plan, *reference);
      if (target) out.insert(*target);
    }
  }
  for (const NodeId request : file.requests) {
    for (const Json* reference : objects_in(draft.resource(request), "basedOn")) {
      const auto target = draft.follow(request, *reference);
      if (target && known.count(*target) > 0) out.insert(request);
    }
  }
  return out;
}

// Blood tests and pictures are orders too, but no measures of a plan (SNOMED laboratory, imaging).
bool is_test_order(const Json& request) {
  return has_code(request, "category", "108252007") || has_code(request, "category", "363679005");
}

bool is_current(const Json& request) {
  const std::string_view status = string_in(request, "status");
  return (status == "active" || status == "draft" || status == "on-hold") && !is_test_order(request);
}

}  // namespace

void add_measures(PlanDraft& draft, const PatientFile& file, NodeId main_plan) {
  std::vector<NodeId> sub_plans;
  for (const NodeId plan : file.care_plans) {
    if (plan != main_plan) sub_plans.push_back(plan);
  }
  std::set<NodeId> of_main;
  if (main_plan != no_node) {
    of_main = requests_of(draft, {main_plan}, file);
    for (const Json* activity : objects_in(draft.resource(main_plan), "activity")) {
      add_activity(draft, main_plan, *activity);
    }
  }
  const std::set<NodeId> of_sub_plans = requests_of(draft, sub_plans, file);
  for (const NodeId request : file.requests) {
    if (draft.ledger().is_settled(request)) continue;
    if (of_main.count(request) == 0 && of_sub_plans.count(request) > 0) {
      draft.ledger().left_out(request, Reason::of_sub_plan);
    } else if (of_main.count(request) == 0 && !is_current(draft.resource(request))) {
      draft.ledger().left_out(request, Reason::request_not_current);
    } else {
      add_request(draft, request, false);
    }
  }
}

}  // namespace samplan::fhir
