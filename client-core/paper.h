// A recovery code: a device of the person whose keys are on paper and nowhere else. It stands in the identity
// log like any device, so every key generation of the person is sealed to it from then on, everybody can see
// that there is one, and it is closed like any other. It says nothing of whose it is: the server finds the
// person by the device, and the log proves it, since `add_device` holds the paper's own signature over the
// person.
//
//   sign seed   H("samplan/paper-sign/1", secret 32)
//   box secret  H("samplan/paper-box/1", secret 32)
//
// The secret is written down as one code, or as three shares of which two give it back
// (client-core/recovery_code.h). What it opens is client-core/recovery.h.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "client-core/context.h"
#include "crypto/secret.h"

namespace samplan {

// The keys of a paper; `store` is not used.
DeviceKeys paper_keys(const crypto::Secret32& secret);

// Makes a paper for the person of this device. It holds from the sync that brings its record to the server;
// until then the record is made again when another device of the person was first. The secret is not kept.
// errors: as add_device.
Result<crypto::Secret32> make_paper(Context& ctx);
Status make_due_papers(Context& ctx);

// One code, or two shares of one set, as they were typed. errors: those of recovery_code.h and shares.h, each
// with a sentence that says what to do.
Result<crypto::Secret32> read_paper(const std::vector<std::string>& typed);

}  // namespace samplan
