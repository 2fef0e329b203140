// The server's part in POST /v1/proof, before the plans are looked at: who asks, and whether it is them.
#pragma once

#include "sync/relay/config.h"
#include "sync/relay/server_identity.h"
#include "sync/relay/store.h"
#include "sync/wire/proof.h"

namespace samplan::relay {

struct ProofAsk {
  DeviceId device;
  Hash request_hash;
  ProofRequest request;
  ItemStatus refused = ItemStatus::ok;  // not ok: this is the whole answer
  bool nonce_refused = false;
};

// As read_incoming does for a sync. errors: malformed, truncated, too_large, unknown_version (not a request:
// HTTP 400); those of the store.
Result<ProofAsk> read_proof_ask(ByteView frame, std::string_view host, UnixMs now,
                                const ServerIdentity& server, const RelayConfig& config, ReadStore& store);

// What everybody may know: note, day and the proofs about the log. errors: those of the store, corrupt.
Status tell_log(ReadStore& store, const ServerIdentity& server, const ProofRequest& request,
                ProofReply& reply);

}  // namespace samplan::relay
