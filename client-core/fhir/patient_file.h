// What an import holds about one patient, sorted by kind, and the choice of which care plan becomes the plan.
#pragma once

#include <vector>

#include "client-core/fhir/plan_draft.h"

namespace samplan::fhir {

// Each list in the order of the files; resources marked as entered in error are not in them.
struct PatientFile {
  NodeId patient = no_node;
  std::vector<NodeId> care_plans;
  std::vector<NodeId> goals;
  std::vector<NodeId> requests;
  std::vector<NodeId> care_teams;
};

// The care plan that becomes the plan: one marked as an individuell plan (category text, or document type
// A02-2); among several marked, or when none is, the newest active one, else the newest. no_node when there
// is none.
//   newest   by the start of its period, else when it was created, else last updated; the first of equals.
NodeId main_care_plan(const Index& index, const std::vector<NodeId>& care_plans);

}  // namespace samplan::fhir
