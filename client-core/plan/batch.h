// The plaintext of a change envelope: some operations of one device in one section, with what that device had
// seen. Knows nothing of keys, padding or compression.
//
//   batch    = version u8 (1) | flags u8 (b0: on_behalf) | wall_ms u64 | [on_behalf 32]
//            | n v, n x observed (section u16, seq v, chain 16), ascending | governance (seq v, chain 16)
//            | n v, n x device 16 | n v, n x entity 16 | n v, n x op
//   op       = kind u8 | counter v (the first as it is, then the difference to the one before)
//            | [entity index v] | [record kind v] | [field v]
//            | [anchors u8 (b0: after, b1: before), [entity index v], [entity index v]]
//            | [seen v, n v, n x (position v, deleted v, length v, inserted)] | [length v, text] | [n v, n x (device index v, counter v)]
//
// v = LEB128, shortest form. Which parts an op has follows from its kind (op.h). Device index 0 is the
// author; the listed devices are 1 and up. Both lists hold every id that is used, once, in order of first
// use, so there is exactly one encoding of a batch.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "client-core/plan/op.h"

namespace samplan::plan {

// First 16 bytes of a chain hash: enough to notice that two devices were shown different histories.
using ChainMark = Id<struct ChainMarkTag, 16>;

struct SectionHead {
  SectionId section = 0;
  std::uint64_t seq = 0;
  ChainMark chain;
  friend bool operator==(const SectionHead&, const SectionHead&) = default;
};

struct GovernanceHead {
  std::uint64_t seq = 0;
  ChainMark chain;
  friend bool operator==(const GovernanceHead&, const GovernanceHead&) = default;
};

struct Batch {
  DeviceId author;  // not written: it is the author of the envelope
  UnixMs wall_ms = 0;
  std::optional<PrincipalId> on_behalf;  // the service unit under whose right the author acted
  std::vector<SectionHead> observed;     // ascending by section, at most limits::sections_max
  GovernanceHead governance;
  std::vector<Op> ops;  // counters ascend strictly from at least 1; every op's device is the author
  friend bool operator==(const Batch&, const Batch&) = default;
};

// The batch keeps to the bounds and orders above (the editor's does); heads and refs are sorted here.
Bytes encode_batch(const Batch& batch);
// Strict. Errors: malformed, truncated, too_large, not_utf8, unknown_version.
Result<Batch> decode_batch(ByteView bytes, const DeviceId& author);

// Cuts a long list (an import) so that each part fits one envelope. A record's creation and the operations on
// the same record that directly follow it stay together, as append-only records need.
std::vector<std::vector<Op>> split_ops(std::vector<Op> ops);

}  // namespace samplan::plan
