// What is going on because a participant's phone is lost, and who can do what about it.
#pragma once

#include <nlohmann/json.hpp>

#include "cli/visit.h"

namespace samplan::cli {

// `participant`: one of the query «participants». Prints nothing for most.
void print_lost(Visit& v, const nlohmann::json& participant);

}  // namespace samplan::cli
