#include "client-core/passphrase.h"

#include "client-core/device_keys.h"

namespace samplan {

Status change_passphrase(HomeFiles& files, std::string_view old_one, std::string_view new_one,
                         Entropy& entropy, const CoreOptions& options) {
  if (!crypto::init()) return Error{Errc::io, "crypto"};
  SP_TRY(const std::optional<Bytes> sealed, files.read_key_file());
  if (!sealed) return Error{Errc::not_found, "home", "Her finnes det ingen Samplan-mappe."};
  SP_TRY(const DeviceKeys keys, open_device_keys(*sealed, old_one, options.least_kdf));
  if (new_one.size() < 4)
    return Error{Errc::invalid_argument, "home.passphrase",
                 "Velg et passord eller en PIN på minst fire tegn."};
  SP_TRY(const Bytes fresh, seal_device_keys(keys, new_one, options.least_kdf, entropy));
  return files.write_key_file(fresh);
}

}  // namespace samplan
