// What the command line says of an organisation's word about somebody, and how a person gets one.
#pragma once

#include <string>

#include "cli/visit.h"

namespace samplan::cli {

// Lets this device's person sign in with the organisation. errors: as native::run_sign_in.
Result<Vouch> sign_in(Visit& visit);

// "Bekreftet av Lier kommune: Kari Lunde, 22. november 2026"; empty if there is none. `vouch`: as the core
// tells it.
std::string vouch_line(Visit& visit, const nlohmann::json& vouch);
// Below somebody's request: that line, or why what came with it counts for nothing. Nothing if nothing came.
void print_vouch(Visit& visit, const nlohmann::json& request, std::size_t indent);

}  // namespace samplan::cli
