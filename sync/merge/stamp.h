// Who did something and where in the section's history it stands: the label every living value carries. It
// decides the order in which concurrent values are shown, and never which of them survives.
//
// There is no logical clock on the wire. The server numbers the envelopes of a section, each chained to the
// one before, and an author can only have seen envelopes with smaller numbers (or its own, which follow in
// its own order). So the section sequence is already a linear extension of causality, agreed by every device;
// a Lamport value could only repeat it, or be a number that a hostile author chooses ("2^63 always wins").
#pragma once

#include <cstdint>
#include <limits>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace samplan::merge {

// The sequence of own operations that no server has numbered yet: after everything.
inline constexpr std::uint64_t pending_seq = std::numeric_limits<std::uint64_t>::max();

// One bit for each removal in force of the record; see lifecycle.h.
using RemovalBits = std::uint8_t;

struct Stamp {
  OpId op;
  std::uint64_t seq = 0;  // section sequence number of the envelope in which it took effect, or pending_seq
  UnixMs wall_ms = 0;     // what the author's clock said; for people to read, decides nothing
  std::uint32_t author = 0;  // index in the owning state's table of authors
  RemovalBits covered = 0;   // removals that had seen this operation

  bool is_pending() const { return seq == pending_seq; }
  friend bool operator==(const Stamp&, const Stamp&) = default;
};

// Display order of concurrent values: later in the section first, then the larger operation id.
// This order is part of the format: it is frozen by a test and never changed in place.
bool shows_before(const Stamp& a, const Stamp& b);

// Operation ids that an operation names, for many look-ups; the list need not be sorted.
class SeenOps {
 public:
  explicit SeenOps(std::vector<OpId> ids);
  bool has(const OpId& id) const;
  bool empty() const { return ids_.empty(); }

 private:
  std::vector<OpId> ids_;
};

}  // namespace samplan::merge
