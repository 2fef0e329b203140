#include "sync/wire/meet.h"

#include "base/limits.h"
#include "base/tlv.h"
#include "sync/wire/message.h"
#include "sync/wire/message_parts.h"

namespace samplan {
namespace {

enum RequestTag : std::uint8_t {
  rq_version = 2,
  rq_act = 4,
  rq_box = 6,
  rq_slot = 8,
  rq_wants_slot = 10,
  rq_after = 12,
  rq_message = 14
};
enum ReplyTag : std::uint8_t {
  rp_version = 2,
  rp_status = 4,
  rp_slot = 6,
  rp_expires = 8,
  rp_server_ms = 10,
  rp_messages = 12
};

}  // namespace

Bytes write_meet_request(const MeetRequest& q) {
  TlvWriter out;
  out.u16(rq_version, protocol_version).u8(rq_act, static_cast<std::uint8_t>(q.act));
  if (q.slot) {
    out.u16(rq_slot, *q.slot);
  } else {
    out.bytes(rq_box, q.box.view());
  }
  if (q.wants_slot) out.u8(rq_wants_slot, 1);
  if (q.after != 0) out.u32(rq_after, q.after);
  if (q.act == MeetAct::put) out.bytes(rq_message, q.message);
  return out.take();
}

Result<MeetRequest> read_meet_request(ByteView bytes) {
  if (bytes.size() > limits::meet_message_bytes_max + 256) return Error{Errc::too_large, "meet_request"};
  TlvReader in(bytes, "meet_request");
  MeetRequest q;
  if (in.u16(rq_version) != protocol_version) return Error{Errc::unknown_version, "meet_request"};
  const std::uint8_t act = in.u8(rq_act);
  if (act < 1 || act > 4) in.fail();
  q.act = static_cast<MeetAct>(act);
  if (in.has(rq_slot)) {
    q.slot = in.u16(rq_slot);
    // Opening makes a box with an id, and only who knows the id may close it.
    if (*q.slot >= limits::meet_slots || in.has(rq_box) || (q.act != MeetAct::put && q.act != MeetAct::read))
      in.fail();
  } else {
    q.box = in.id<MeetBoxId>(rq_box);
    if (q.box.is_zero()) in.fail();
  }
  q.wants_slot = read_flag(in, rq_wants_slot);
  if (q.wants_slot && q.act != MeetAct::open) in.fail();
  if (in.has(rq_after)) q.after = in.u32(rq_after);
  if (q.act == MeetAct::put) {
    q.message = in.bytes(rq_message).copy();
    if (q.message.empty()) in.fail();
    if (q.message.size() > limits::meet_message_bytes_max) in.fail(Errc::too_large);
  }
  SP_OK(in.finish());
  return q;
}

Bytes write_meet_reply(const MeetReply& a) {
  TlvWriter out;
  out.u16(rp_version, protocol_version).u8(rp_status, static_cast<std::uint8_t>(a.status));
  if (a.slot) out.u16(rp_slot, *a.slot);
  out.u64(rp_expires, static_cast<std::uint64_t>(a.expires_ms))
      .u64(rp_server_ms, static_cast<std::uint64_t>(a.server_ms));
  std::vector<Bytes> items;
  for (const MeetMessage& m : a.messages) {
    Bytes item;
    append_u32(item, m.n);
    append(item, m.body);
    items.push_back(std::move(item));
  }
  if (!items.empty()) out.list(rp_messages, items);
  return out.take();
}

Result<MeetReply> read_meet_reply(ByteView bytes) {
  TlvReader in(bytes, "meet_reply");
  MeetReply a;
  if (in.u16(rp_version) != protocol_version) return Error{Errc::unknown_version, "meet_reply"};
  const std::uint8_t status = in.u8(rp_status);
  if (status > static_cast<std::uint8_t>(MeetStatus::busy)) in.fail();
  a.status = static_cast<MeetStatus>(status);
  if (in.has(rp_slot)) {
    a.slot = in.u16(rp_slot);
    if (*a.slot >= limits::meet_slots) in.fail();
  }
  a.expires_ms = static_cast<UnixMs>(in.u64(rp_expires));
  a.server_ms = static_cast<UnixMs>(in.u64(rp_server_ms));
  for (const ByteView item : in.list(rp_messages, limits::meet_messages_max)) {
    Reader r(item);
    MeetMessage m;
    m.n = r.u32();
    m.body = r.rest().copy();
    const bool ascends = m.n != 0 && (a.messages.empty() || a.messages.back().n < m.n);
    if (!r.ok() || !ascends || m.body.size() > limits::meet_message_bytes_max) in.fail();
    a.messages.push_back(std::move(m));
  }
  SP_OK(in.finish());
  return a;
}

}  // namespace samplan
