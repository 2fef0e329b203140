// Identity logs folded: which devices a person has, which members a unit has, and the key of each generation.
// Pure: the same records always give the same state. Nothing here knows a name.
#pragma once

#include <map>
#include <unordered_map>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "sync/wire/identity_record.h"
#include "sync/wire/record.h"

namespace samplan {

struct DeviceEntry {
  DeviceId id;
  SignPublicKey sign_key;
  BoxPublicKey box_key;
  std::uint64_t added_seq = 0;
  std::uint64_t revoked_seq = 0;  // 0: not revoked
  DeviceId added_by;              // its own id: the person's first
  bool on_paper = false;          // a recovery code
};

// One stay of a member in a unit; who comes back has two.
struct MemberSpan {
  PrincipalId person;
  bool registrar = false;
  std::uint64_t added_seq = 0;
  std::uint64_t removed_seq = 0;  // 0: still a member
};

struct Generation {
  std::uint32_t number = 0;
  BoxPublicKey key;
  std::uint64_t seq = 0;
};

struct IdentityState {
  PrincipalId id;
  bool is_unit = false;
  std::vector<Hash> hashes;  // of record 1, 2, ...
  std::vector<DeviceEntry> devices;
  std::vector<MemberSpan> members;
  std::vector<Generation> generations;
  // Of a unit: how far each signer has stated to have seen its own log (IdentityBody::signer_seq).
  std::map<PrincipalId, std::uint64_t> signers_seen;

  std::uint64_t seq() const { return hashes.size(); }
  const Hash& head() const { return hashes.back(); }
  const Generation& generation() const { return generations.back(); }
  // The key in force after record `at_seq`, and the key of a number; nullptr if there is none.
  const Generation* generation_at(std::uint64_t at_seq) const;
  const Generation* generation_numbered(std::uint32_t number) const;
  const DeviceEntry* device(const DeviceId& id) const;
  // Is this person a member when removals up to and including record `seen_seq` count?
  bool has_member(const PrincipalId& person, std::uint64_t seen_seq) const;
  // Is this person a member after record `at_seq`, by nothing but the records up to there?
  bool has_member_at(const PrincipalId& person, std::uint64_t at_seq) const;
  // Has this person ever been a member?
  bool had_member(const PrincipalId& person) const;
  bool is_registrar(const PrincipalId& person) const;
};

// All identity logs that this side knows.
class IdentityBook {
 public:
  // Checks and appends one record (layout, signature, number, hash link, rules of its kind).
  // The same record again is good and changes nothing.
  // errors: malformed ..., forged, log_conflict (does not fit the head), not_allowed, unknown_principal (a unit's
  // record whose signer's own log is not known yet or not far enough), bad_record.
  // The order in which different logs arrive does not matter.
  Result<PrincipalId> add(ByteView record_bytes);
  // For whoever accepts a record that is new (the server): not_allowed when the signer's device is known to be
  // revoked by now. `add` cannot ask that, because it also replays old records.
  Status check_signer_now(ByteView record_bytes) const;

  const IdentityState* find(const PrincipalId& id) const;
  // The person a device belongs to, revoked devices included.
  struct Owner {
    const IdentityState* person = nullptr;
    const DeviceEntry* device = nullptr;
  };
  Owner find_device(const DeviceId& id) const;

  // Units that this person is a member of now.
  std::vector<PrincipalId> units_of(const PrincipalId& person) const;

 private:
  Status apply_first(const Record& record, IdentityKind kind, const IdentityBody& body);
  Status apply_next(IdentityState& state, const Record& record, IdentityKind kind, const IdentityBody& body);
  Status apply_kind(IdentityState& state, const Record& record, IdentityKind kind, const IdentityBody& body,
                    const PrincipalId& signer);
  Result<PrincipalId> person_signer(const Record& record) const;
  Result<PrincipalId> unit_signer(const IdentityState& unit, const Record& record, const IdentityBody& body) const;

  std::unordered_map<PrincipalId, IdentityState> states_;
  std::unordered_map<DeviceId, PrincipalId> person_by_device_;
};

// What a new device signs to show that it wants to belong to this person.
Hash device_joins_digest(const PrincipalId& person);

}  // namespace samplan
