#include "client-core/fhir/goals.h"

#include "client-core/fhir/codes.h"
#include "client-core/fhir/life_areas.h"
#include "client-core/fhir/plain_text.h"

namespace samplan::fhir {
namespace {

std::string first_code_in(const Json& object, const char* name) {
  for (const Json* item : objects_in(object, name)) {
    for (const Coding& coding : codings_of(*item)) {
      if (!coding.code.empty()) return std::string(coding.code);
    }
  }
  return {};
}

std::string onset_of(const Json& condition) {
  std::string_view date = string_in(condition, "onsetDateTime");
  if (const Json* period = member(condition, "onsetPeriod"); date.empty() && period != nullptr) {
    date = string_in(*period, "start");
  }
  return std::string(date.empty() ? string_in(condition, "recordedDate") : date);
}

bool is_over(const Json& condition) {
  for (const char* code : {"resolved", "inactive", "remission"}) {
    if (has_code(condition, "clinicalStatus", code)) return true;
  }
  return false;
}

void add_need(PlanDraft& draft, NodeId node) {
  const Json& condition = draft.resource(node);
  if (draft.key_for("need", node)) return;
  if (has_code(condition, "verificationStatus", "entered-in-error")) {
    draft.ledger().left_out(node, Reason::entered_in_error);
    return;
  }
  if (has_code(condition, "verificationStatus", "refuted")) {
    draft.ledger().left_out(node, Reason::condition_refuted);
    return;
  }
  const std::string text = concept_text_in(condition, "code");
  if (is_blank_text(text)) {
    draft.ledger().left_out(node, Reason::no_words);
    return;
  }
  LifeArea area;
  area.consider(condition, "code");
  area.consider(condition, "category");
  const Slot slot = draft.add("need", area.section(), node);
  draft.remember("need", node, slot);
  draft.set_text(slot, "text", text, "Condition.code");
  draft.set_date(slot, "date", onset_of(condition), Edge::first, "Condition.onset");
  draft.set_line(slot, "reference", draft.source_reference(node), "Condition.id");
  if (is_over(condition)) draft.ledger().note(node, Reason::condition_not_current);
}

// Goals may address other things than conditions (observations, requests); those are not followed.
void add_needs_of(PlanDraft& draft, NodeId from, const std::string& path) {
  for (const Json* reference : objects_in(draft.resource(from), "addresses")) {
    if (const auto node = draft.follow_own(from, *reference, "Condition", path)) add_need(draft, *node);
  }
}

// How far the goal is reached, in the file's own words: the achievement, the reason, the notes.
std::string achievement_words(const Json& goal) {
  std::string out;
  const auto add = [&](std::string_view more) {
    if (!more.empty()) out += (out.empty() ? "" : "\n") + std::string(more);
  };
  for (const Json* status : objects_in(goal, "achievementStatus")) {
    const std::string_view text = string_in(*status, "text");
    const auto codings = codings_of(*status);
    add(!text.empty() || codings.empty() ? text : codings.front().display);
  }
  add(string_in(goal, "statusReason"));
  for (const Json* note : objects_in(goal, "note")) add(string_in(*note, "text"));
  return out;
}

void set_target(PlanDraft& draft, Slot slot, const Json& goal) {
  bool is_set = false;
  for (const Json* target : objects_in(goal, "target")) {
    const std::string_view due = string_in(*target, "dueDate");
    if (due.empty()) continue;
    if (is_set)
      draft.ledger().note(slot.source, Reason::more_than_one, std::string(due), "Goal.target.dueDate");
    if (!is_set) draft.set_date(slot, "target_date", due, Edge::last, "Goal.target.dueDate");
    is_set = true;
  }
}

void set_status(PlanDraft& draft, Slot slot, const Json& goal) {
  const std::string achievement = first_code_in(goal, "achievementStatus");
  const std::string lifecycle(string_in(goal, "lifecycleStatus"));
  const auto status = goal_status({lifecycle, achievement});
  if (!status) draft.ledger().note(slot.source, Reason::status_unknown, lifecycle, "Goal.lifecycleStatus");
  if (lifecycle == "on-hold") draft.ledger().note(slot.source, Reason::on_hold);
  draft.set_code(slot, "status", status.value_or("foreslatt"));
}

void add_goal(PlanDraft& draft, NodeId node) {
  const Json& goal = draft.resource(node);
  if (draft.key_for("goal", node)) return;
  const std::string text = concept_text_in(goal, "description");
  if (is_blank_text(text)) {
    draft.ledger().left_out(node, Reason::no_words);
    return;
  }
  LifeArea area;
  area.consider(goal, "description");
  area.consider(goal, "category");
  const Slot slot = draft.add("goal", area.section(), node);
  draft.remember("goal", node, slot);
  draft.set_text(slot, "text", text, "Goal.description");
  if (const Json* whose = member(goal, "expressedBy")) {
    draft.set_line(slot, "whose_words", draft.name_of(node, *whose), "Goal.expressedBy");
  }
  draft.set_code(slot, "priority", goal_priority(first_code_in(goal, "priority")));
  set_target(draft, slot, goal);
  set_status(draft, slot, goal);
  draft.set_text(slot, "achievement", achievement_words(goal), "Goal.achievementStatus");
  draft.set_line(slot, "reference", draft.source_reference(node), "Goal.id");
  for (const Json* reference : objects_in(goal, "addresses")) {
    const auto target = draft.follow(node, *reference);
    const auto key = target ? draft.key_for("need", *target) : std::nullopt;
    if (key) draft.refer(slot, "needs", *key);
  }
}

}  // namespace

void add_needs_and_goals(PlanDraft& draft, const PatientFile& file) {
  std::vector<NodeId> goals = file.goals;
  for (const NodeId plan : file.care_plans) {
    add_needs_of(draft, plan, "CarePlan.addresses");
    for (const Json* reference : objects_in(draft.resource(plan), "goal")) {
      const auto goal = draft.follow_own(plan, *reference, "Goal", "CarePlan.goal");
      if (goal && !draft.ledger().is_settled(*goal)) goals.push_back(*goal);
    }
  }
  for (const NodeId goal : goals) add_needs_of(draft, goal, "Goal.addresses");
  for (const NodeId goal : goals) add_goal(draft, goal);
}

}  // namespace samplan::fhir
