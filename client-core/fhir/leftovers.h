// What is in a mapped resource and did not come along: elements without a field in the plan, and references
// to what is not in the files. So that the report is complete without every mapping having to remember it.
#pragma once

#include "client-core/fhir/ledger.h"

namespace samplan::fhir {

// Reports both for one mapped resource. `contained` resources are resources of their own and not looked into.
void report_leftovers(const Index& index, Ledger& ledger, NodeId node);

}  // namespace samplan::fhir
