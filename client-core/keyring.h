// The keys that this device holds for others' sake: key generations of its person and units, and section keys. Stored
// as sealed items of the replica; deleting an item shreds it. Never hands a key to anything but crypto.
#pragma once

#include <map>
#include <optional>

#include "base/ids.h"
#include "base/result.h"
#include "client-core/device_keys.h"
#include "client-core/replica.h"
#include "crypto/aead.h"
#include "sync/log/identity.h"
#include "sync/wire/governance_record.h"
#include "sync/wire/identity_record.h"

namespace samplan {

class Keyring {
 public:
  Keyring(Replica& replica, const DeviceKeys& device) : replica_(replica), device_(device) {}

  // A principal's key generations that we hold (own person, or a unit we are or were a member of).
  Status put_generation(const PrincipalId& principal, std::uint32_t number, const crypto::Secret32& secret);
  Result<std::optional<crypto::BoxKeyPair>> generation(const PrincipalId& principal, std::uint32_t number);

  // Opens what an identity record hands to this device or to its person, and keeps it. A record that hands us nothing
  // is good; one whose wrap does not fit the generation's public key is forged.
  Status absorb_identity(const PrincipalId& me, const IdentityState& state, const IdentityBody& body);
  // The secrets of all generations that we hold, as the sealed content of a GenerationWrap.
  Result<Bytes> generations_plain(const PrincipalId& principal, std::uint32_t newest,
                                  const crypto::BoxKeyPair* newest_pair);

  Status put_section_key(const PlanId& plan, const crypto::SectionKey& key);
  // nullptr when we do not hold it.
  Result<const crypto::SectionKey*> section_key(const PlanId& plan, SectionId section, std::uint32_t epoch);
  // Opens a key wrap addressed to `principal` and keeps the keys in it, all of whose commitments the log must name.
  // errors: no_key (that generation is not held), cannot_open, forged, malformed, too_large.
  Status absorb_wrap(const KeyWrap& wrap, const PlanId& plan, const PrincipalId& principal,
                     const std::map<std::uint32_t, Hash>& commitment_by_epoch);

  // Keys are read from the disk again when next asked for.
  void forget_cached() { sections_.clear(); }

  // The key that a section's folded state is sealed under on this disk; made when first asked for.
  Result<crypto::Secret32> local_key(const PlanId& plan, SectionId section);
  // After this nothing of the section that is left on the disk can be opened.
  Status shred_section(const PlanId& plan, SectionId section, std::uint32_t last_epoch);

 private:
  Replica& replica_;
  const DeviceKeys& device_;
  std::map<Bytes, crypto::SectionKey> sections_;
};

// A section key in its cryptographic context. The keys of epoch 1 are made before the plan has its id (the hash of the
// record that commits to them), so their context has a zero plan; every envelope's header names the plan anyway.
crypto::SectionKey section_key_of(const PlanId& plan, SectionId section, std::uint32_t epoch, crypto::Secret32 secret);

// "spw1" || plan 32 || section u16 || principal 32 || count u32 || (epoch u32 || key 32) x count
Bytes section_wrap_plain(const PlanId& plan, SectionId section, const PrincipalId& principal,
                         const std::vector<const crypto::SectionKey*>& keys);

}  // namespace samplan
