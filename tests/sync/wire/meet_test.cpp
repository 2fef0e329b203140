#include "sync/wire/meet.h"

#include <catch2/catch.hpp>

#include "base/limits.h"
#include "base/tlv.h"
#include "tests/support/seeded_entropy.h"

using namespace samplan;

namespace {

MeetRequest putting(std::size_t bytes) {
  SeededEntropy e(3);
  MeetRequest q;
  q.act = MeetAct::put;
  q.box = e.id<MeetBoxId>();
  q.after = 2;
  q.message = Bytes(bytes, 7);
  return q;
}

}  // namespace

TEST_CASE("a request to the meeting place comes back as it was written, whatever it asks") {
  for (const MeetAct act : {MeetAct::open, MeetAct::put, MeetAct::read, MeetAct::close}) {
    MeetRequest q = putting(act == MeetAct::put ? 1 : 0);
    q.act = act;
    q.wants_slot = act == MeetAct::open;
    const auto read = read_meet_request(write_meet_request(q));
    REQUIRE(read.ok());
    CHECK(read->act == act);
    CHECK(read->box == q.box);
    CHECK(read->after == 2);
    CHECK(read->wants_slot == q.wants_slot);
    CHECK(read->message == q.message);
  }
  MeetRequest by_number = putting(3);
  by_number.box = {};
  by_number.slot = 999;
  CHECK(read_meet_request(write_meet_request(by_number))->slot == 999);
}

TEST_CASE("a request to the meeting place that breaks a bound is refused") {
  CHECK(read_meet_request(write_meet_request(putting(limits::meet_message_bytes_max))).ok());
  CHECK(read_meet_request(write_meet_request(putting(limits::meet_message_bytes_max + 1))).code() ==
        Errc::too_large);
  CHECK(read_meet_request(Bytes(1 << 20)).code() == Errc::too_large);
  CHECK(read_meet_request(write_meet_request(putting(0))).code() == Errc::malformed);
  MeetRequest q = putting(1);
  q.box = {};
  CHECK_FALSE(read_meet_request(write_meet_request(q)).ok());
  q.slot = limits::meet_slots;
  CHECK_FALSE(read_meet_request(write_meet_request(q)).ok());
  // A number neither opens nor closes.
  for (const MeetAct act : {MeetAct::open, MeetAct::close}) {
    q = putting(0);
    q.slot = 5;
    q.act = act;
    CHECK_FALSE(read_meet_request(write_meet_request(q)).ok());
  }
  q = putting(1);
  q.wants_slot = true;
  CHECK_FALSE(read_meet_request(write_meet_request(q)).ok());
  q = putting(1);
  q.act = static_cast<MeetAct>(9);
  CHECK_FALSE(read_meet_request(write_meet_request(q)).ok());
}

TEST_CASE("every truncation of a request and of a reply is refused, and so is another version") {
  Bytes request = write_meet_request(putting(40));
  for (std::size_t n = 0; n < request.size(); ++n)
    CHECK_FALSE(read_meet_request(ByteView(request).sub(0, n)).ok());
  request[5] ^= 0x40;  // the version, after its tag and length
  CHECK(read_meet_request(request).code() == Errc::unknown_version);

  MeetReply a;
  a.slot = 7;
  a.expires_ms = 1'780'000'900'000;
  a.server_ms = 1'780'000'000'000;
  a.messages = {{1, {1, 2}}, {3, {}}};
  const Bytes reply = write_meet_reply(a);
  const auto read = read_meet_reply(reply);
  REQUIRE(read.ok());
  CHECK(read->slot == 7);
  CHECK(read->expires_ms == a.expires_ms);
  CHECK(read->server_ms == a.server_ms);
  REQUIRE(read->messages.size() == 2);
  CHECK(read->messages[1].n == 3);
  CHECK(write_meet_reply(*read) == reply);
  // The list of messages is the last field: without it the rest is a whole reply of its own.
  a.messages.clear();
  const std::size_t whole = write_meet_reply(a).size();
  for (std::size_t n = 0; n < reply.size(); ++n)
    CHECK(read_meet_reply(ByteView(reply).sub(0, n)).ok() == (n == whole));
}

TEST_CASE("a reply whose messages go back, repeat, are too large or too many is refused") {
  const auto with = [](std::vector<MeetMessage> messages) {
    MeetReply a;
    a.messages = std::move(messages);
    return read_meet_reply(write_meet_reply(a));
  };
  CHECK(with({{1, {1}}, {2, {1}}}).ok());
  CHECK_FALSE(with({{2, {1}}, {1, {1}}}).ok());
  CHECK_FALSE(with({{1, {1}}, {1, {1}}}).ok());
  CHECK_FALSE(with({{0, {1}}}).ok());
  CHECK_FALSE(with({{1, Bytes(limits::meet_message_bytes_max + 1)}}).ok());
  std::vector<MeetMessage> many;
  for (std::uint32_t n = 1; n <= limits::meet_messages_max + 1; ++n) many.push_back({n, {1}});
  CHECK_FALSE(with(many).ok());
  MeetReply strange;
  strange.status = static_cast<MeetStatus>(17);
  CHECK_FALSE(read_meet_reply(write_meet_reply(strange)).ok());
}
