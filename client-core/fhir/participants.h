// The care team as participants: names and roles. Nobody gets access by being here, and a relative is entered
// by name only until the owner and the relative both want it (R35).
#pragma once

#include "client-core/fhir/patient_file.h"

namespace samplan::fhir {

// A `participant` for each member of the main plan's care teams and of the patient's other active care teams.
void add_participants(PlanDraft& draft, const PatientFile& file, NodeId main_plan);

}  // namespace samplan::fhir
