// What came of examining the server's checkpoint, in words and as JSON.
#pragma once

#include <nlohmann/json.hpp>

#include "cli/visit.h"
#include "client-core/proof_run.h"

namespace samplan::cli {

// Prints what held, or what it means that something did not and what to do. False: something did not hold.
// Not having been able to look is neither.
bool print_proof(Visit& v, const Result<ProofReport>& proof);
nlohmann::json proof_json(const ProofReport& report);

}  // namespace samplan::cli
