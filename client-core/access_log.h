// The server's half of the access log, as this device keeps it for those who may read it (R96): lines
// verified on arrival, sealed on the disk, in parts as they came. What was read once is never forgotten for
// what the server says later.
#pragma once

#include <string>
#include <vector>

#include "client-core/context.h"
#include "sync/wire/access_line.h"

namespace samplan {

// The next sync asks for what is new.
Status want_access_log(Context& ctx, const PlanId& plan);
Result<std::vector<PlanId>> plans_wanting_access_log(Context& ctx);
Result<bool> wants_access_log(Context& ctx, const PlanId& plan);

struct KeptAccessLog {
  std::vector<AccessLine> lines;
  std::uint64_t generation = 0;  // of the server's data, when the newest came
  Hash last;                     // hash of the newest line
  bool differs = false;          // the server has said something else about lines that are here
};
Result<KeptAccessLog> access_log_of(Context& ctx, const PlanId& plan);

// What a reply brings. A part that does not follow on what is here, or whose hashes do not hold, is not
// taken, and marks the log as different; after a restore of the server (another generation) the log begins
// anew. True: there is more.
Result<bool> take_access_part(Context& ctx, const PlanId& plan, const AccessPart& part,
                              std::uint64_t generation);

// Access to the plan has ended.
Status forget_access_log(Context& ctx, const PlanId& plan);

}  // namespace samplan
