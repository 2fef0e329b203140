#include "sync/relay/meet.h"

#include "base/limits.h"

namespace samplan::relay {
namespace {

Result<std::optional<MeetBoxRow>> find_box(ReadStore& store, const MeetRequest& request, UnixMs now) {
  SP_TRY(std::optional<MeetBoxRow> row,
         request.slot ? store.meet_slot(*request.slot) : store.meet_box(request.box));
  if (row && row->expires_ms <= now) row.reset();
  return row;
}

MeetReply with(MeetStatus status, UnixMs now) {
  MeetReply reply;
  reply.status = status;
  reply.server_ms = now;
  return reply;
}

Result<MeetReply> tell(ReadStore& store, const MeetBoxRow& row, std::uint32_t after, UnixMs now) {
  MeetReply reply = with(MeetStatus::ok, now);
  reply.slot = row.slot;
  reply.expires_ms = row.expires_ms;
  SP_OK(store.each_meet_message(row.box, after, [&](const MeetMessageRow& message) {
    reply.messages.push_back({message.n, message.body.copy()});
    return true;
  }));
  return reply;
}

// A number that no open box has. Drawn, so that nobody can say which comes next.
Result<std::optional<std::uint16_t>> free_slot(Store& store, UnixMs now, Entropy& entropy) {
  std::array<std::uint8_t, 4> raw{};
  entropy.fill(raw.data(), raw.size());
  const auto start =
      static_cast<std::uint16_t>(load_u32(ByteView(raw.data(), raw.size()), 0) % limits::meet_slots);
  for (std::uint16_t i = 0; i < limits::meet_slots; ++i) {
    const auto slot = static_cast<std::uint16_t>((start + i) % limits::meet_slots);
    SP_TRY(const std::optional<MeetBoxRow> taken, store.meet_slot(slot));
    if (!taken || taken->expires_ms <= now) return std::optional<std::uint16_t>(slot);
  }
  return std::optional<std::uint16_t>();
}

Result<MeetReply> open_box(Store& store, const RelayConfig& config, const MeetRequest& request, UnixMs now,
                           Entropy& entropy) {
  SP_TRY(const std::uint64_t open, store.meet_boxes(now));
  if (open >= config.meet_boxes_max) return with(MeetStatus::busy, now);
  MeetBoxRow row;
  row.box = request.box;
  row.expires_ms = now + config.meet_ms;
  if (request.wants_slot) {
    SP_TRY(row.slot, free_slot(store, now, entropy));
    if (!row.slot) return with(MeetStatus::busy, now);
  }
  SP_OK(store.put_meet_box(row));
  return tell(store, row, 0, now);
}

Result<MeetReply> put_message(Store& store, MeetBoxRow row, const MeetRequest& request, UnixMs now) {
  bool is_there = false;
  SP_OK(store.each_meet_message(row.box, 0, [&](const MeetMessageRow& message) {
    is_there = message.body == ByteView(request.message);
    return !is_there;
  }));
  if (!is_there) {
    if (row.messages >= limits::meet_messages_max) return with(MeetStatus::full, now);
    ++row.messages;
    SP_OK(store.put_meet_box(row));
    SP_OK(store.add_meet_message({row.box, row.messages, request.message}));
  }
  return tell(store, row, request.after, now);
}

}  // namespace

Result<MeetReply> read_meet(ReadStore& store, const MeetRequest& request, UnixMs now) {
  SP_TRY(const std::optional<MeetBoxRow> row, find_box(store, request, now));
  if (!row) return with(MeetStatus::unknown, now);
  return tell(store, *row, request.after, now);
}

Result<MeetReply> write_meet(Store& store, const RelayConfig& config, const MeetRequest& request, UnixMs now,
                             Entropy& entropy) {
  SP_OK(store.forget_expired_meet(now));
  SP_TRY(const std::optional<MeetBoxRow> row, find_box(store, request, now));
  switch (request.act) {
    case MeetAct::open:
      if (row) return tell(store, *row, request.after, now);
      return open_box(store, config, request, now, entropy);
    case MeetAct::put:
      if (!row) return with(MeetStatus::unknown, now);
      return put_message(store, *row, request, now);
    case MeetAct::close:
      if (row) SP_OK(store.close_meet_box(row->box));
      return with(MeetStatus::ok, now);
    case MeetAct::read: break;
  }
  return read_meet(store, request, now);
}

Result<Bytes> handle_meet(Store& store, const RelayConfig& config, ByteView bytes, UnixMs now,
                          Entropy& entropy) {
  SP_TRY(const MeetRequest request, read_meet_request(bytes));
  SP_OK(store.begin());
  auto reply = meet_writes(request) ? write_meet(store, config, request, now, entropy)
                                    : read_meet(store, request, now);
  const Status done = !reply.ok()            ? Status(reply.error())
                      : meet_writes(request) ? store.commit()
                                             : Status::good();
  if (!done.ok() || !meet_writes(request)) store.rollback();
  if (!done.ok()) return done.error();
  return write_meet_reply(*reply);
}

bool MeetGate::admits(std::string_view address, MeetAct act, UnixMs now) {
  if (address.empty()) return true;
  auto it = windows_.find(address);
  if (it == windows_.end() || now - it->second.since_ms >= config_.meet_ms || now < it->second.since_ms) {
    if (it == windows_.end()) {
      if (windows_.size() >= addresses_max) {
        for (auto old = windows_.begin(); old != windows_.end();)
          old = now - old->second.since_ms >= config_.meet_ms ? windows_.erase(old) : std::next(old);
        if (windows_.size() >= addresses_max) return false;
      }
      it = windows_.emplace(std::string(address), Window{}).first;
    }
    it->second = {now, 0, 0};
  }
  Window& window = it->second;
  if (window.requests >= config_.meet_requests_max) return false;
  if (act == MeetAct::open && window.opened >= config_.meet_opens_max) return false;
  ++window.requests;
  if (act == MeetAct::open) ++window.opened;
  return true;
}

}  // namespace samplan::relay
