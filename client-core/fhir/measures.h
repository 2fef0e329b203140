// Measures: what the plan's own activities and the patient's service requests ask for, how much, by whom and
// where. It never lets a wish look like a decision, nor something that must not be done like something to do.
#pragma once

#include "client-core/fhir/patient_file.h"

namespace samplan::fhir {

// A `measure` for each activity of the main plan (its detail, or the ServiceRequest it points to), with a
// `note` for each remark on progress; then one for each current service request that no care plan points to.
void add_measures(PlanDraft& draft, const PatientFile& file, NodeId main_plan);

}  // namespace samplan::fhir
