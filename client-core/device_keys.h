// The key file of a home: this device's own keys, sealed under the passphrase. It lies apart from the database, so
// that a copied database alone is worth nothing, and it changes only when the passphrase does.
//
//   "SPK1" | passes u32 | memory_kib u32 | salt 16 | sealed (crypto::seal_local, purpose "samplan/key-file/1",
//   context = the bytes before)
//   sealed content: sign seed 32 | box secret 32 | store key 32
#pragma once

#include <string_view>

#include "base/bytes.h"
#include "base/entropy.h"
#include "base/ids.h"
#include "base/result.h"
#include "crypto/box.h"
#include "crypto/device_lock.h"
#include "crypto/sign.h"

namespace samplan {

struct DeviceKeys {
  crypto::SignKeyPair sign;
  crypto::BoxKeyPair box;
  crypto::Secret32 store;  // everything in the replica is sealed under keys derived from this

  DeviceId id() const { return crypto::device_id(sign.public_key, box.public_key); }
  static DeviceKeys create(Entropy& entropy);
};

Result<Bytes> seal_device_keys(const DeviceKeys& keys, std::string_view passphrase, const crypto::KdfCost& cost,
                               Entropy& entropy);
// `least`: a file that names a lower cost is refused as malformed, so that guessing cannot be made cheap by editing it.
// errors: malformed, truncated, unknown_version, wrong_passphrase.
Result<DeviceKeys> open_device_keys(ByteView file, std::string_view passphrase, const crypto::KdfCost& least);

}  // namespace samplan
