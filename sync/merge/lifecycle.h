// Whether a record is there: edit beats removal. A record is gone only when every living operation on it had
// been seen by a removal; an edit the remover had not seen keeps it, marked "removed by A while edited by B"
// until somebody who sees both decides. It never deletes a value.
//
// Each removal in force has a slot (a bit). The stamps of the record's living operations carry the bits of
// the removals that had seen them, so overwriting a removal ("keep it") takes back exactly what that removal
// covered.
#pragma once

#include <cstdint>
#include <vector>

#include "sync/merge/stamp.h"

namespace samplan::merge {

struct Removal {
  std::uint8_t slot = 0;  // 0 .. bounds::removals_max - 1; the lowest that was free
  Stamp stamp;
  RemovalBits bit() const { return static_cast<RemovalBits>(1U << slot); }
  friend bool operator==(const Removal&, const Removal&) = default;
};

struct Lifecycle {
  Stamp created;
  std::vector<Stamp> keeps;       // "keep it" marks that are not overwritten; living operations of their own
  std::vector<Removal> removals;  // in force, in the order in which they were applied
  friend bool operator==(const Lifecycle&, const Lifecycle&) = default;
};

// Takes the named removals out of force. The caller clears the returned bits in every living stamp of the
// record.
[[nodiscard]] RemovalBits overwrite_removals(Lifecycle& life, const SeenOps& named);
// Puts a removal in force. The caller sets the returned bit in every living stamp that the removal had seen.
[[nodiscard]] RemovalBits put_removal(Lifecycle& life, const Stamp& stamp);
// Adds a "keep it" mark and drops the earlier ones that it names.
void put_keep(Lifecycle& life, const Stamp& stamp, const SeenOps& overwrites);
// All slots in use.
RemovalBits bits_in_force(const Lifecycle& life);

}  // namespace samplan::merge
