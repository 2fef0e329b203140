// Coming back with a recovery code, as the command line drives it; used by the command and by the `call`
// protocol alike.
#pragma once

#include <string>
#include <vector>

#include "cli/visit.h"

namespace samplan::cli {

struct Recovering {
  std::string server_url;
  std::string name;                // what the person is called
  std::vector<std::string> typed;  // the code, or two of the three parts
};

// Makes the home of a fresh device of the person whose code it is; the visit's desk is that device
// afterwards. Nothing is fetched yet and nothing closed. errors: already_exists (someone has begun in this
// folder), invalid_argument ..., those of client-core/recovery.h, offline.
Status recover(Visit& visit, const Recovering& wish);

}  // namespace samplan::cli
