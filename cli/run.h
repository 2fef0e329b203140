// The command line as a function: from the words on it to an exit code. The program itself (main.cpp) only
// gives it the real terminal, clock and network.
#pragma once

#include <string>
#include <vector>

#include "cli/visit.h"

namespace samplan::cli {

// `given` without the program's name.
int run(const std::vector<std::string>& given, Host& host);

}  // namespace samplan::cli
