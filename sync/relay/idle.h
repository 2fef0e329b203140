// The most frequent request of all: a device with many plans asks and nothing is new. It is answered from a
// reading of the store, without writing and without waiting for the one who writes.
#pragma once

#include "sync/relay/incoming.h"

namespace samplan::relay {

// The reply, if the request brings nothing and finds nothing; no value if it must go the long way.
Result<std::optional<SyncReply>> answer_if_idle(const Incoming& in, UnixMs now, ReadStore& store);

// The fields that every reply has.
SyncReply start_reply(const Incoming& in, UnixMs now, const ServerIdentity& server,
                      const RelayConfig& config);

}  // namespace samplan::relay
