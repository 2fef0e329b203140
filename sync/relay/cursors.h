// How far a device has got: what the server handed out to it last, kept under a token so that a device with
// 80 plans need not repeat its cursors in every request. The encoding is the server's own and never leaves
// it.
#pragma once

#include <map>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"

namespace samplan::relay {

struct SectionPlace {
  std::uint64_t seq = 0;
  // A device that asked without a token may have lost its own envelopes too: up to here it gets them in full.
  std::uint64_t own_bytes_until = 0;
  std::uint64_t snapshot = 0;  // was sent with an offer: comes as id only
};

struct PlanCursor {
  std::uint64_t gov_seq = 0;
  std::uint64_t identity_n = 0;
  std::map<SectionId, SectionPlace> sections;
  bool ended = false;  // the device has been told that its access has ended
  // The plan's version at which the device had everything that it may have; 0: never, or more is waiting.
  std::uint64_t version = 0;
  UnixMs expires_ms = 0;  // when an end date changes what the device may have; 0: none

  // The part that the client knows of as well.
  bool same_place(const PlanCursor& other) const;
};

using CursorSet = std::map<PlanId, PlanCursor>;

Bytes write_cursors(const CursorSet& set);
// errors: corrupt.
Result<CursorSet> read_cursors(ByteView bytes);

}  // namespace samplan::relay
