// An event graph as bytes. The same events give the same bytes, in whatever order and pieces they came, and
// every other writing of them is refused. Reading costs in proportion to the bytes.
#pragma once

#include "base/bytes.h"
#include "base/result.h"
#include "sync/merge/text/event_graph.h"

namespace samplan::merge::text {

// Layout (numbers are LEB128 unless said otherwise):
//   "STG1"
//   agents: count, then length u8 and bytes of each id, in the order in which they first write
//   authors: count of runs, then (agent, events) of each
//   versions: count of runs, then (events, count of parents, how far back each is, ascending by distance)
//   operations: count of runs, then (events * 4 + kind, signed step from where the run before ended)
//   content: byte count and UTF-8 of all insertions
// Events stand in this order: after an event its own continuation if there is one that lacks nothing else,
// else whichever event is ready and has the smallest (agent id, counter).
Bytes encode(const EventGraph& graph);
// malformed, truncated (as malformed), not_utf8, too_large.
Result<EventGraph> decode(ByteView bytes);

}  // namespace samplan::merge::text
