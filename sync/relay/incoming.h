// A request on its way in: parsed, its device looked up, its signatures checked. This is the costly part and
// needs nothing but a reading of the store, so many threads do it beside the one that writes.
#pragma once

#include <optional>
#include <string>

#include "sync/relay/config.h"
#include "sync/relay/server_identity.h"
#include "sync/relay/store.h"
#include "sync/wire/envelope.h"
#include "sync/wire/message.h"

namespace samplan::relay {

struct PushedEnvelope {
  std::optional<Envelope> envelope;  // views into the request
  ItemStatus fault =
      ItemStatus::ok;  // bad_item, too_large or bad_sig; forbidden when the author is another device
};

// Moved, never copied: the envelopes point into the request.
struct Incoming {
  Incoming() = default;
  Incoming(Incoming&&) = default;
  Incoming& operator=(Incoming&&) = default;

  DeviceId device;
  SignPublicKey device_key;
  Hash request_hash;
  SyncRequest request;
  std::vector<std::vector<PushedEnvelope>> pushed;  // for each plan of the request
  // Not ok: the whole request is answered with this and nothing is done.
  ItemStatus refused = ItemStatus::ok;
  bool nonce_refused = false;
};

// Never touches what it cannot verify: a request whose nonce or signature does not hold comes back refused.
//   host    as the client named it (the Host header)
//   errors  malformed, truncated, too_large, unknown_version: not a request (HTTP 400); those of the store
Result<Incoming> read_incoming(ByteView frame, std::string_view host, UnixMs now,
                               const ServerIdentity& server, const RelayConfig& config, ReadStore& store);

}  // namespace samplan::relay
