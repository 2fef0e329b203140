// Bodies of the identity log: who a person or a service unit is, in keys only. No names: those are plan content.
#pragma once

#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"

namespace samplan {

enum class IdentityKind : std::uint8_t {
  create_person = 1,   // signed by the first device, whose keys it introduces
  create_unit = 2,     // signed by a device of the registrar, the unit's first member
  add_device = 3,      // person: signed by a device of the person; carries a proof signed by the new device
  revoke_device = 4,   // person: a new key generation without the device, made by another device
  new_generation = 5,  // person or unit
  add_member = 6,      // unit: signed by a registrar's device
  remove_member = 7,   // unit: a new key generation without the member, made by another member who is registrar
};

// A principal's key generation, sealed to one device (of a person) or to one member (of a unit).
// Sealed content: "spp1" || principal 32 || count u32 || (generation u32 || secret 32) x count.
struct GenerationWrap {
  Bytes recipient;             // device id 16, or member's principal id 32
  std::uint32_t recipient_generation = 0;  // of the member's key; 0 for a device
  Bytes sealed;
};

struct IdentityBody {
  // create_person, add_device
  SignPublicKey device_sign;
  BoxPublicKey device_box;
  // add_device: the new device's signature over "samplan/device-joins/1" and the person's id
  Signature device_proof;
  // add_device: the keys are on paper only, as a recovery code (client-core/paper.h)
  bool on_paper = false;
  // revoke_device
  DeviceId device;
  // create_unit (registrar), add_member, remove_member
  PrincipalId member;
  bool registrar = false;  // add_member: the member may change the unit's log
  // create_*, revoke_device, new_generation, remove_member
  std::uint32_t generation = 0;
  BoxPublicKey generation_key;
  // create_unit, new_generation, add_member, remove_member: how far the signer had seen its own person's log. A device
  // revoked up to there may not sign a unit's record; later revocations change nothing that is already written, so
  // that the order in which logs arrive cannot matter. 0 states nothing. Never lower than the signer stated before.
  std::uint64_t signer_seq = 0;
  // every kind that hands out a secret
  std::vector<GenerationWrap> wraps;
};

Bytes write_identity_body(IdentityKind kind, const IdentityBody& body);
// Exactly the fields of the kind; errors: malformed, too_large, unknown_version.
Result<IdentityBody> read_identity_body(IdentityKind kind, ByteView bytes);

}  // namespace samplan
