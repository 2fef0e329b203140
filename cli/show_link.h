// A link that somebody is to get: as text, and on a terminal, or where `--qr` asks for it, as a QR code that a
// phone can read from the screen.
#pragma once

#include <string>

#include "cli/command.h"
#include "cli/visit.h"

namespace samplan::cli {

OptionSpec qr_option();
void show_link(Visit& visit, const std::string& link);

}  // namespace samplan::cli
