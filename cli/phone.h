// Inviting and joining with nine digits that one reads out to the other by telephone.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "cli/command.h"
#include "cli/visit.h"

namespace samplan::cli {

OptionSpec phone_option();
// `request`: the arguments of `invite`. Shows the code and waits until the newcomer has the invitation, or it
// is over.
int invite_by_phone(Visit& visit, nlohmann::json request);
// Goes on waiting for one that was made before.
int run_invite_wait(Visit& visit);
// Types the code; the answer is that of `join`.
nlohmann::json join_by_phone(Visit& visit, const std::string& typed);

}  // namespace samplan::cli
