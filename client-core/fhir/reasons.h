// Why something in a foreign file did not become what a reader might expect, with the sentence for each
// reason in English and bokmål. A closed list: a new reason is a new row in reasons.cpp.
#pragma once

#include "client-core/fhir/import.h"

namespace samplan::fhir {

enum class Reason {
  // Resources that are not mapped
  unsupported_type,
  condition_not_addressed,
  condition_refuted,
  names_no_patient,
  patient_not_here,
  entered_in_error,
  duplicate,
  other_version,
  unknown_modifier,
  of_sub_plan,
  request_not_current,
  team_not_active,
  relative_not_in_team,
  not_referred_to,
  consent_is_information,
  no_words,
  other_patients_relative,
  // References
  dangling,
  ambiguous,
  other_patients,
  wrong_type,
  // Values
  date_partial,
  date_unreadable,
  birth_date_partial,
  text_cut,
  text_cleaned,
  status_unknown,
  timing_unreadable,
  more_than_one,
  too_many_links,
  // Remarks on what was made
  plan_made_draft,
  no_care_plan,
  deceased,
  sub_plan_activities,
  sub_plan_goals,
  condition_not_current,
  on_hold,
  relative_by_name,
  mandate_not_taken,
  role_words,
  second_coordinator,
  already_participant,
  part_in_error,
  part_no_words,
  // The file
  bad_line,
  bad_file,
  not_a_resource,
  too_many_nested,
};

struct ReasonText {
  ReportLine::Level level;
  // Always one line with the number, because the single resource says nothing a reader wants.
  bool always_grouped;
  const char* en;
  const char* nb;
};

const ReasonText& text_of(Reason reason);

}  // namespace samplan::fhir
