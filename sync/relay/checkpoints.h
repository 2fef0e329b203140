// The log of days: once a day the server notes how far each chain has come, and signs what it noted. A leaf
// of the log is a day (DayLeaf); the log only grows. In one generation of the data there is one log, so that
// after a backup was restored a new one begins and nobody is shown a shorter one under the same name.
#pragma once

#include "sync/log/merkle.h"
#include "sync/relay/server_identity.h"
#include "sync/relay/store.h"

namespace samplan::relay {

// Notes the day if the newest checkpoint is of an earlier one by the server's clock; inside a transaction of
// the caller's. errors: corrupt (a plan's log cannot be read), and those of the store.
Status make_checkpoint_if_due(Store& store, const ServerIdentity& server, UnixMs now);

// The hashes of the log's leaves, ascending.
Result<std::vector<Hash>> log_leaves(ReadStore& store, std::uint64_t generation);

// The heads of the newest checkpoint.
Result<HeadMap> noted_heads(Store& store);

}  // namespace samplan::relay
