// The meeting place: POST /v1/meet, where two devices of which one has no identity yet leave each other a few
// small sealed messages. Layouts only. Nothing here is signed: whoever knows a box's id or number may read
// and write in it, so what the messages say is authenticated by the two who meet (client-core/enrolment).
//
//   request  TLV  2 version u16 | 4 act u8 | 6 box 32 or 8 slot u16 | 10 wants_slot (1, only when opening) |
//   12 after u32
//                 14 message (only when putting)
//   reply    TLV  2 version u16 | 4 status u8 | 6 slot u16 (if the box has one) | 8 expires u64 | 10 server
//   time u64
//                 12 list of (n u32 | message): those after `after`
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"

namespace samplan {

using MeetBoxId = Id<struct MeetBoxTag, 32>;  // only the two who meet know it

enum class MeetAct : std::uint8_t {
  open = 1,  // make the box; again: harmless
  put = 2,   // leave a message; the same once more: harmless
  read = 3,
  close = 4,  // the box and what is in it go; only by its id
};

enum class MeetStatus : std::uint8_t {
  ok = 0,
  unknown = 1,  // no such box, or its time has run out
  full = 2,     // of messages
  busy = 3,     // as many boxes are open as the server allows
};

struct MeetRequest {
  MeetAct act = MeetAct::read;
  MeetBoxId box;                      // zero when addressed by `slot`
  std::optional<std::uint16_t> slot;  // below limits::meet_slots
  bool wants_slot = false;
  std::uint32_t after = 0;
  Bytes message;
};

struct MeetMessage {
  std::uint32_t n = 0;  // 1, 2, 3 ...
  Bytes body;
};

struct MeetReply {
  MeetStatus status = MeetStatus::ok;
  std::optional<std::uint16_t> slot;
  UnixMs expires_ms = 0;
  UnixMs server_ms = 0;
  std::vector<MeetMessage> messages;
};

Bytes write_meet_request(const MeetRequest& request);
// errors: malformed, too_large, unknown_version.
Result<MeetRequest> read_meet_request(ByteView bytes);
Bytes write_meet_reply(const MeetReply& reply);
Result<MeetReply> read_meet_reply(ByteView bytes);

}  // namespace samplan
