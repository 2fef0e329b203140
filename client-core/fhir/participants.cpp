#include "client-core/fhir/participants.h"

#include <algorithm>
#include <set>

#include "client-core/fhir/codes.h"
#include "client-core/fhir/life_areas.h"
#include "client-core/fhir/people.h"
#include "client-core/fhir/plain_text.h"
#include "client-core/fhir/words.h"

namespace samplan::fhir {
namespace {

// A member as the care team names it.
struct Member {
  const Json* entry = nullptr;      // CareTeam.participant
  const Json* reference = nullptr;  // its member
  NodeId team = no_node;
  NodeId node = no_node;  // the resource, when it is in the files
  std::string type;       // of the resource, or as the reference shows it
  std::string role_words;
};

class Team {
 public:
  explicit Team(PlanDraft& draft) : draft_(draft) {}

  void add(NodeId team, const Json& entry) {
    Member member_found = read(team, entry);
    if (member_found.reference == nullptr || label(member_found).empty()) {
      draft_.ledger().note(team, Reason::part_no_words, {}, "CareTeam.participant");
      return;
    }
    if (member(entry, "modifierExtension") != nullptr) {
      draft_.ledger().note(team, Reason::unknown_modifier, {}, "CareTeam.participant");
      return;
    }
    if (!is_wanted(member_found)) return;
    if (is_known(member_found)) {
      draft_.ledger().note(team, Reason::already_participant, label(member_found));
      return;
    }
    enter(member_found);
  }

 private:
  Member read(NodeId team, const Json& entry) const {
    Member out;
    out.entry = &entry;
    out.team = team;
    out.reference = member(entry, "member");
    if (out.reference == nullptr) return out;
    const auto target = draft_.follow(team, *out.reference);
    out.node = target.value_or(no_node);
    out.type = target ? draft_.index().node(*target).type
                      : std::string(type_in_reference(string_in(*out.reference, "reference")));
    if (out.type.empty()) out.type = string_in(*out.reference, "type");
    for (const Json* role : objects_in(entry, "role")) {
      const std::string words = concept_text(*role);
      if (!words.empty()) out.role_words += (out.role_words.empty() ? "" : ", ") + words;
    }
    return out;
  }

  // Another patient's relative, or another patient, is no participant of this plan.
  bool is_wanted(const Member& m) {
    if (m.node != no_node && draft_.ledger().is_left_out(m.node)) return false;
    if (m.type == "Patient" && m.node != no_node && m.node != draft_.patient()) {
      draft_.ledger().note(m.team, Reason::other_patients, label(m), "CareTeam.participant");
      return false;
    }
    if (m.type == "RelatedPerson" && m.node != no_node && !draft_.is_ours(m.node)) {
      draft_.ledger().left_out(m.node, Reason::other_patients_relative);
      return false;
    }
    return true;
  }

  bool is_known(const Member& m) {
    const std::string id = m.node != no_node
                               ? draft_.index().node(m.node).label + " " + std::to_string(m.node)
                               : std::string(string_in(*m.reference, "reference")) + "|" +
                                     std::string(string_in(*m.reference, "display"));
    return !known_.insert(id).second;
  }

  std::string label(const Member& m) const {
    if (m.node != no_node) return draft_.index().node(m.node).label;
    const std::string_view address = string_in(*m.reference, "reference");
    return short_label(address.empty() ? string_in(*m.reference, "display") : address);
  }

  // What it is tells more than what it is called: a professional "caregiver" is no relative.
  std::string role_of(const Member& m, const std::string& name, const std::string& unit) {
    if (m.type == "Patient") return "owner";
    if (m.type == "RelatedPerson") return "relative";
    std::string role = role_by_words(m.role_words);
    const bool is_named_resource = !m.type.empty();
    if (role == "relative" && is_named_resource) role.clear();
    if (role.empty()) {
      const std::string by_unit = role_by_words(m.type == "Organization" ? name : unit);
      if (by_unit == "other_service" || by_unit == "coordinating_unit") role = by_unit;
    }
    if (role == "coordinator" && has_coordinator_) {
      draft_.ledger().note(m.team, Reason::second_coordinator, label(m));
      role.clear();
    }
    has_coordinator_ = has_coordinator_ || role == "coordinator";
    return role.empty() ? "provider" : role;
  }

  std::string unit_of(const Member& m) {
    const Json* behalf = member(*m.entry, "onBehalfOf");
    std::string unit = behalf == nullptr ? "" : draft_.name_of(m.team, *behalf);
    if (unit.empty() && m.type == "PractitionerRole" && m.node != no_node) {
      const Json* organisation = member(draft_.resource(m.node), "organization");
      if (organisation != nullptr) unit = draft_.name_of(m.node, *organisation);
    }
    return unit;
  }

  // What a professional, or the organisation, can be reached by at work.
  std::string contact_of(const Member& m) {
    if (m.node == no_node) return {};
    for (const Json* point : objects_in(draft_.resource(m.node), "telecom")) {
      if (string_in(*point, "use") == "home")
        draft_.ledger().left_element(m.type, m.type + ".telecom (home)");
    }
    std::string contact = contact_line(draft_.resource(m.node), false);
    const Json* practitioner =
        m.type == "PractitionerRole" ? member(draft_.resource(m.node), "practitioner") : nullptr;
    const auto person = practitioner == nullptr ? std::nullopt : draft_.follow(m.node, *practitioner);
    if (contact.empty() && person) contact = contact_line(draft_.resource(*person), false);
    return contact;
  }

  void enter(const Member& m) {
    const std::string name = draft_.name_of(m.team, *m.reference);
    const std::string unit = unit_of(m);
    const std::string role = role_of(m, name, unit);
    const Slot slot = draft_.add("participant", section::grunnlag, m.team);
    if (m.node != no_node) draft_.ledger().mapped(m.node);
    draft_.set_line(slot, "name", is_blank_text(name) ? label(m) : name, "CareTeam.participant.member");
    draft_.set_code(slot, "role", role);
    if (role == "relative") {
      note_relative(m);
    } else {
      draft_.set_line(slot, "on_behalf_of", unit, "CareTeam.participant.onBehalfOf");
      if (role != "owner") draft_.set_line(slot, "contact", contact_of(m), m.type + ".telecom");
      if (!m.role_words.empty() && role != "owner" && role_by_words(m.role_words) != role) {
        draft_.ledger().note(m.team, Reason::role_words, label(m) + " «" + short_label(m.role_words) + "»");
      }
    }
    draft_.set_period(slot, *m.entry, "period", "period_start", "period_end", "CareTeam.participant.period");
  }

  void note_relative(const Member& m) {
    std::string words = m.role_words;
    if (m.node != no_node) {
      const std::string relationship = concept_text_in(draft_.resource(m.node), "relationship");
      if (!relationship.empty() && folded(relationship) != folded(words))
        words += (words.empty() ? "" : ", ") + relationship;
    }
    const std::string detail = label(m) + (words.empty() ? "" : " «" + short_label(words) + "»");
    draft_.ledger().note(m.team, Reason::relative_by_name, detail);
    if (is_mandate(words)) draft_.ledger().note(m.team, Reason::mandate_not_taken, detail);
  }

  PlanDraft& draft_;
  std::set<std::string> known_;
  bool has_coordinator_ = false;
};

std::vector<NodeId> teams_of_plan(PlanDraft& draft, NodeId plan) {
  std::vector<NodeId> out;
  if (plan == no_node) return out;
  for (const Json* reference : objects_in(draft.resource(plan), "careTeam")) {
    if (const auto team = draft.follow_own(plan, *reference, "CareTeam", "CarePlan.careTeam"))
      out.push_back(*team);
  }
  return out;
}

bool is_active(const Json& team) {
  const std::string_view status = string_in(team, "status");
  return status.empty() || status == "active" || status == "proposed";
}

}  // namespace

void add_participants(PlanDraft& draft, const PatientFile& file, NodeId main_plan) {
  std::vector<NodeId> teams = teams_of_plan(draft, main_plan);
  const std::set<NodeId> of_main(teams.begin(), teams.end());
  std::set<NodeId> of_sub_plans;
  for (const NodeId plan : file.care_plans) {
    if (plan == main_plan) continue;
    for (const NodeId team : teams_of_plan(draft, plan)) of_sub_plans.insert(team);
  }
  for (const NodeId team : file.care_teams) {
    if (of_main.count(team) > 0) continue;
    if (of_sub_plans.count(team) > 0) {
      draft.ledger().left_out(team, Reason::of_sub_plan);
    } else if (!is_active(draft.resource(team))) {
      draft.ledger().left_out(team, Reason::team_not_active);
    } else {
      teams.push_back(team);
    }
  }
  Team participants(draft);
  for (const NodeId team : teams) {
    draft.ledger().mapped(team);
    for (const Json* entry : objects_in(draft.resource(team), "participant")) participants.add(team, *entry);
  }
}

}  // namespace samplan::fhir
