// This device's side of the identity logs: its own person, service units, and what others' logs hand to it.
#pragma once

#include <string>

#include "client-core/context.h"

namespace samplan {

// Creates the person of a new device (first device, first key generation). Stores and returns the id.
Result<PrincipalId> create_person(Context& ctx);

// Creates a service unit with this person as its registrar.
Result<PrincipalId> create_unit(Context& ctx);
// errors: not_allowed (not a registrar), unknown_principal, already_exists.
Status add_unit_member(Context& ctx, const PrincipalId& unit, const PrincipalId& member, bool registrar);
// Starts a new key generation without the member. A member may remove itself.
Status remove_unit_member(Context& ctx, const PrincipalId& unit, const PrincipalId& member);

// Writes, checks by our own rules, stores and uses an identity record of our own making. `state`: the log that it goes
// on, nullptr for a first record.
Result<PrincipalId> publish_identity(Context& ctx, IdentityKind kind, const IdentityState* state, IdentityBody body);

// Checks, stores and uses one identity record that came from outside (server or letter).
Status take_identity(Context& ctx, ByteView record);

// The whole log of a principal, as a letter carries it; for a unit, the logs of its members come first.
Result<std::vector<Bytes>> identity_log(Context& ctx, const PrincipalId& principal);

// Person and current units of this device: those whose wraps and letters are ours.
std::vector<PrincipalId> own_principals(const Context& ctx);

// Four words for a person's first key, to be read aloud and compared; the same on every device.
// From a list of 256 short Norwegian words: 32 bits, enough against a swap noticed at the kitchen table.
std::string four_words(const PrincipalId& person);
// The same list for the first bytes of another hash, of what two devices have said to each other.
std::string four_words(const Hash& hash);

// Names as this device knows them; sealed items.
Status remember_name(Context& ctx, const PrincipalId& principal, std::string_view name);
std::string known_name(Context& ctx, const PrincipalId& principal);

// Reads the identity logs from the disk again, after a transaction was undone.
Status reload_book(Context& ctx);

}  // namespace samplan
