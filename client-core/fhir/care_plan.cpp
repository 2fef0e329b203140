#include "client-core/fhir/care_plan.h"

#include "client-core/fhir/codes.h"
#include "client-core/fhir/life_areas.h"
#include "client-core/fhir/people.h"
#include "client-core/fhir/plain_text.h"

namespace samplan::fhir {
namespace {

// The languages of the patient, the preferred first, "norsk, polsk".
std::string languages_of(const Json& patient) {
  std::string preferred;
  std::string others;
  for (const Json* communication : objects_in(patient, "communication")) {
    const std::string language = concept_text_in(*communication, "language");
    std::string& list = is_true(*communication, "preferred") ? preferred : others;
    if (!language.empty()) list += (list.empty() ? "" : ", ") + language;
  }
  if (preferred.empty() || others.empty()) return preferred + others;
  return preferred + ", " + others;
}

// A birth date decides when a youth's own consent is needed (R31), so a guessed day is worse than none.
void set_birth_date(PlanDraft& draft, Slot slot, std::string_view text) {
  if (text.empty()) return;
  if (read_date(text, Edge::first).is_partial) {
    draft.ledger().note(draft.patient(), Reason::birth_date_partial, std::string(text), "Patient.birthDate");
    return;
  }
  draft.set_date(slot, "birth_date", text, Edge::first, "Patient.birthDate");
}

// Former names and addresses, and closed telephone numbers, are not copied.
void count_former(PlanDraft& draft, const Json& patient) {
  for (const char* name : {"name", "address"}) {
    const std::size_t count = objects_in(patient, name).size();
    for (std::size_t i = 1; i < count; ++i) {
      draft.ledger().left_element("Patient", std::string("Patient.") + name + " (a further one)");
    }
  }
}

void note_death(PlanDraft& draft, const Json& patient) {
  if (member(patient, "deceasedDateTime") != nullptr || is_true(patient, "deceasedBoolean")) {
    draft.ledger().note(draft.patient(), Reason::deceased);
  }
}

// The words of the first activity, for a care plan that says nothing else about itself.
std::string first_activity_words(const Json& care_plan) {
  for (const Json* activity : objects_in(care_plan, "activity")) {
    const Json* detail = member(*activity, "detail");
    if (detail == nullptr) continue;
    std::string words = concept_text_in(*detail, "code");
    if (words.empty()) words = string_in(*detail, "description");
    if (!words.empty()) return words;
  }
  return {};
}

std::string title_of(const Json& care_plan, const std::string& otherwise) {
  std::string title(string_in(care_plan, "title"));
  if (title.empty()) title = concept_text_in(care_plan, "category");
  if (title.empty()) title = first_activity_words(care_plan);
  return title.empty() ? otherwise : title;
}

// The organisation behind a sub-plan: an author or contributor that is one, else whoever is named.
std::string organisation_of(PlanDraft& draft, NodeId node) {
  const Json& care_plan = draft.resource(node);
  std::string anyone;
  for (const char* name : {"author", "contributor"}) {
    for (const Json* reference : objects_in(care_plan, name)) {
      const std::string called = draft.name_of(node, *reference);
      const auto target = draft.follow(node, *reference);
      if (target && draft.index().node(*target).type == "Organization" && !called.empty()) return called;
      if (anyone.empty()) anyone = called;
    }
  }
  return anyone;
}

void add_sub_plan(PlanDraft& draft, NodeId node) {
  const Json& care_plan = draft.resource(node);
  const Slot slot = draft.add("sub_plan", section::grunnlag, node);
  draft.set_line(slot, "kind", concept_text_in(care_plan, "category"), "CarePlan.category");
  draft.set_line(slot, "title", title_of(care_plan, "Delplan"), "CarePlan.title");
  draft.set_line(slot, "organisation", organisation_of(draft, node), "CarePlan.author");
  draft.set_period(slot, care_plan, "period", "period_start", "period_end", "CarePlan.period");
  draft.set_line(slot, "status", plan_status_words(string_in(care_plan, "status")), "CarePlan.status");
  draft.set_line(slot, "reference", draft.source_reference(node), "CarePlan.id");
  const std::size_t activities = objects_in(care_plan, "activity").size();
  if (activities > 0) draft.ledger().note(node, Reason::sub_plan_activities, std::to_string(activities));
  const std::size_t goals = objects_in(care_plan, "goal").size();
  if (goals > 0) draft.ledger().note(node, Reason::sub_plan_goals, std::to_string(goals));
}

void add_contribution(PlanDraft& draft, NodeId node, const std::string& who, std::string_view text,
                      const std::string& path) {
  if (is_blank_text(text)) return;
  const Slot slot = draft.add("contribution", section::grunnlag, node);
  draft.set_line(slot, "who", who, path);
  draft.set_text(slot, "text", text, path);
}

}  // namespace

void add_plan_record(PlanDraft& draft, NodeId care_plan) {
  const Slot slot = draft.add("plan", section::grunnlag, draft.patient());
  const Json& patient = draft.resource(draft.patient());
  const Slot of_plan{slot.record, care_plan == no_node ? draft.patient() : care_plan};
  if (care_plan == no_node) {
    draft.set_line(slot, "title", "Individuell plan", "Patient");
    draft.ledger().note(draft.patient(), Reason::no_care_plan);
  } else {
    draft.ledger().mapped(care_plan);
    draft.set_line(of_plan, "title", title_of(draft.resource(care_plan), "Individuell plan"),
                   "CarePlan.title");
    draft.ledger().note(care_plan, Reason::plan_made_draft,
                        std::string(string_in(draft.resource(care_plan), "status")));
  }
  draft.set_code(slot, "status", "utkast");
  if (care_plan != no_node) {
    draft.set_period(of_plan, draft.resource(care_plan), "period", "period_start", "period_end",
                     "CarePlan.period");
  }
  draft.set_line(slot, "owner_name", human_name(patient), "Patient.name");
  set_birth_date(draft, slot, string_in(patient, "birthDate"));
  draft.set_line(slot, "contact", contact_line(patient, true), "Patient.telecom");
  draft.set_text(slot, "address", address_text(patient), "Patient.address");
  draft.set_line(slot, "language", languages_of(patient), "Patient.communication");
  if (care_plan != no_node)
    draft.set_line(of_plan, "reference", draft.source_reference(care_plan), "CarePlan.id");
  note_death(draft, patient);
  count_former(draft, patient);
}

void add_sub_plans(PlanDraft& draft, const PatientFile& file, NodeId main_plan) {
  for (const NodeId node : file.care_plans) {
    if (node != main_plan) add_sub_plan(draft, node);
  }
}

void add_contributions(PlanDraft& draft, NodeId care_plan) {
  if (care_plan == no_node) return;
  const Json& plan = draft.resource(care_plan);
  const Json* author = member(plan, "author");
  // A sub-plan's people name its organisation; those of the plan itself only stand behind what is written.
  if (member(plan, "contributor") != nullptr) draft.ledger().left_element("CarePlan", "CarePlan.contributor");
  if (author != nullptr && member(plan, "description") == nullptr) {
    draft.ledger().left_element("CarePlan", "CarePlan.author");
  }
  add_contribution(draft, care_plan, author == nullptr ? "" : draft.name_of(care_plan, *author),
                   string_in(plan, "description"), "CarePlan.description");
  for (const Json* note : objects_in(plan, "note")) {
    const Json* reference = member(*note, "authorReference");
    std::string who = reference == nullptr ? "" : draft.name_of(care_plan, *reference);
    if (who.empty()) who = string_in(*note, "authorString");
    add_contribution(draft, care_plan, who, string_in(*note, "text"), "CarePlan.note");
  }
}

}  // namespace samplan::fhir
