// What the meeting place promises, asked of any store: the one in memory and the one on the disk must both
// hold it.
#pragma once

#include <catch2/catch.hpp>
#include <functional>

#include "sync/relay/meet.h"
#include "tests/support/seeded_entropy.h"

namespace samplan::world {

struct MeetWorld {
  explicit MeetWorld(relay::Store& its_store) : store(its_store) {}

  MeetReply ask(const MeetRequest& request) {
    const auto bytes = relay::handle_meet(store, config, write_meet_request(request), now, entropy);
    REQUIRE(bytes.ok());
    auto reply = read_meet_reply(*bytes);
    REQUIRE(reply.ok());
    CHECK(reply->server_ms == now);
    return std::move(*reply);
  }
  MeetReply open(const MeetBoxId& box, bool wants_slot = false) {
    MeetRequest q;
    q.act = MeetAct::open;
    q.box = box;
    q.wants_slot = wants_slot;
    return ask(q);
  }
  MeetReply put(const MeetBoxId& box, const Bytes& message, std::uint32_t after = 0) {
    MeetRequest q;
    q.act = MeetAct::put;
    q.box = box;
    q.after = after;
    q.message = message;
    return ask(q);
  }
  MeetReply read(const MeetBoxId& box, std::uint32_t after = 0) {
    MeetRequest q;
    q.box = box;
    q.after = after;
    return ask(q);
  }
  MeetReply close(const MeetBoxId& box) {
    MeetRequest q;
    q.act = MeetAct::close;
    q.box = box;
    return ask(q);
  }

  relay::Store& store;
  relay::RelayConfig config;
  SeededEntropy entropy{5};
  UnixMs now = 1'780'000'000'000;
};

inline void check_meet_contract(relay::Store& store) {
  MeetWorld w(store);
  const auto box = w.entropy.id<MeetBoxId>();
  const auto other = w.entropy.id<MeetBoxId>();

  // Nothing is there before somebody opens it, and what is opened twice is one.
  CHECK(w.read(box).status == MeetStatus::unknown);
  CHECK(w.put(box, {1}).status == MeetStatus::unknown);
  const MeetReply opened = w.open(box);
  CHECK(opened.status == MeetStatus::ok);
  CHECK(opened.expires_ms == w.now + 15 * 60'000);
  CHECK_FALSE(opened.slot);
  w.now += 1000;
  CHECK(w.open(box).expires_ms == opened.expires_ms);

  // Messages come back in order, each once, from where the reader is; of another box nothing.
  CHECK(w.put(box, {1}).messages.size() == 1);
  CHECK(w.put(box, {2}).messages.size() == 2);
  CHECK(w.put(box, {1}).messages.size() == 2);
  const MeetReply tail = w.put(box, {3}, 1);
  REQUIRE(tail.messages.size() == 2);
  CHECK(tail.messages[0].n == 2);
  CHECK(tail.messages[1].body == Bytes{3});
  CHECK(w.read(box, 3).messages.empty());
  CHECK(w.open(other).messages.empty());
  CHECK(w.read(other).status == MeetStatus::ok);

  // A box is full at sixteen of 4 KiB; what lies in it stays readable.
  const std::size_t most = limits::meet_messages_max;
  for (std::size_t i = 3; i < most; ++i) {
    Bytes large(limits::meet_message_bytes_max, static_cast<std::uint8_t>(i));
    CHECK(w.put(box, large).status == MeetStatus::ok);
  }
  CHECK(w.put(box, {99}).status == MeetStatus::full);
  CHECK(w.put(box, {2}).status == MeetStatus::ok);
  CHECK(w.read(box).messages.size() == most);

  // Closing takes the box and what is in it, and only that box; it may be opened again, empty.
  CHECK(w.close(box).status == MeetStatus::ok);
  CHECK(w.read(box).status == MeetStatus::unknown);
  CHECK(w.read(other).status == MeetStatus::ok);
  CHECK(w.open(box).messages.empty());
  CHECK(w.put(box, {7}).messages.size() == 1);

  // After a quarter of an hour nothing of it is left, even where nobody has cleaned up.
  w.now += 15 * 60'000;
  CHECK(w.read(box).status == MeetStatus::unknown);
  CHECK(w.put(box, {8}).status == MeetStatus::unknown);
  CHECK(w.open(box).messages.empty());
  CHECK(w.close(box).status == MeetStatus::ok);

  // Numbers of three digits: each its own, free again when its box goes; a number leads to the box but cannot
  // close it.
  const MeetReply numbered = w.open(box, true);
  REQUIRE(numbered.slot);
  CHECK(*numbered.slot < limits::meet_slots);
  CHECK(w.open(box).slot == numbered.slot);
  MeetRequest by_number;
  by_number.act = MeetAct::put;
  by_number.slot = numbered.slot;
  by_number.message = {5};
  CHECK(w.ask(by_number).status == MeetStatus::ok);
  CHECK(w.read(box).messages.size() == 1);
  CHECK(w.close(box).status == MeetStatus::ok);
  CHECK(w.ask(by_number).status == MeetStatus::unknown);

  // Bounded in number.
  w.config.meet_boxes_max = 3;
  std::vector<MeetBoxId> boxes;
  for (int i = 0; i < 3; ++i) boxes.push_back(w.entropy.id<MeetBoxId>());
  for (const MeetBoxId& b : boxes) CHECK(w.open(b).status == MeetStatus::ok);
  CHECK(w.open(other).status == MeetStatus::busy);
  CHECK(w.open(boxes[0]).status == MeetStatus::ok);
  CHECK(w.close(boxes[1]).status == MeetStatus::ok);
  CHECK(w.open(other).status == MeetStatus::ok);
  w.now += 15 * 60'000;
  CHECK(w.open(boxes[1]).status == MeetStatus::ok);
}

}  // namespace samplan::world
