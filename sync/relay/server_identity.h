// What makes a server this server: its signing key, the secret behind its nonces, the number of its data's
// generation and the code that lets the first person in. Made at the first start, kept in the store.
#pragma once

#include <string>

#include "base/entropy.h"
#include "sync/relay/store.h"

namespace samplan::relay {

struct ServerIdentity {
  crypto::SignKeyPair key;
  crypto::Secret32 nonce_secret;
  std::uint64_t generation = 1;
  std::string enrolment_code;  // 20 letters and digits, 100 bits
};

// Reads it, or makes and stores it. The caller has begun a transaction and commits it.
// errors: corrupt (some of it is missing or of the wrong length), and those of the store.
Result<ServerIdentity> load_server_identity(Store& store, Entropy& entropy);

// A nonce is expires_ms || keyed hash over the device and that time: the server need not remember it.
RequestNonce make_nonce(const ServerIdentity& server, const DeviceId& device, UnixMs expires_ms);
bool nonce_holds(const ServerIdentity& server, const DeviceId& device, const RequestNonce& nonce, UnixMs now,
                 UnixMs lifetime_ms);

}  // namespace samplan::relay
