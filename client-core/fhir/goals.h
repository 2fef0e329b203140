// Goals of a patient, and the conditions that care plans and goals point to as needs. Text is never taken
// from an HTML narrative.
#pragma once

#include "client-core/fhir/patient_file.h"

namespace samplan::fhir {

// A `need` for each condition in CarePlan.addresses and Goal.addresses of any plan of the patient; then a
// `goal` for each goal, linked to the needs it addresses.
void add_needs_and_goals(PlanDraft& draft, const PatientFile& file);

}  // namespace samplan::fhir
