// What the pieces of the client core share while one call runs. Everything that changes from host to host (disk,
// entropy, clock) is inside it, passed in.
#pragma once

#include "base/entropy.h"
#include "base/time.h"
#include "client-core/device_keys.h"
#include "client-core/keyring.h"
#include "client-core/replica.h"
#include "sync/log/identity.h"

namespace samplan {

struct Context {
  Replica& replica;
  Keyring& keyring;
  const DeviceKeys& keys;
  IdentityBook& book;
  Entropy& entropy;
  PrincipalId person;  // of this device
  UnixMs now = 0;      // the host's clock at this call; a label, never a judge
};

}  // namespace samplan
