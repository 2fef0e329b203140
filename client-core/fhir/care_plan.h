// The frame of an imported plan: the `plan` record from Patient and CarePlan, the other care plans as
// sub-plans, and what people wrote about the plan as contributions. It never copies what is inside a
// sub-plan.
#pragma once

#include "client-core/fhir/patient_file.h"

namespace samplan::fhir {

// Writes the `plan` record, always a draft. `care_plan` may be no_node: then the plan is empty.
void add_plan_record(PlanDraft& draft, NodeId care_plan);
void add_sub_plans(PlanDraft& draft, const PatientFile& file, NodeId main_plan);
// CarePlan.description and CarePlan.note.
void add_contributions(PlanDraft& draft, NodeId care_plan);

}  // namespace samplan::fhir
