// Target of a code told by telephone: what is typed, and what a server may put where the two sides meet.
#include <cstdlib>
#include <string>

#include "base/limits.h"
#include "client-core/phone_join.h"
#include "fuzz/targets.h"
#include "tests/support/seeded_entropy.h"

namespace samplan::fuzz {
namespace {

// What must hold; libFuzzer keeps the input that breaks it.
void must(bool condition) {
  if (!condition) std::abort();
}

// Two calls that nobody honest made, and the bytes between and after them: no link comes of it.
void answer_calls(ByteView bytes) {
  SeededEntropy entropy(1);
  auto newcomer = PhoneJoin::start({}, "482915637", 1'000);
  must(newcomer.ok());
  MeetReply reply;
  reply.messages.push_back({1, bytes.copy()});
  for (int step = 0; step < 4; ++step) {
    const auto request = read_meet_request(newcomer->next_request(entropy));
    must(request.ok());
    const auto n = static_cast<std::uint32_t>(reply.messages.size() + 1);
    if (request->act == MeetAct::put) reply.messages.push_back({n, request->message});
    if (step == 2)
      reply.messages.push_back({static_cast<std::uint32_t>(reply.messages.size() + 1), bytes.copy()});
    must(newcomer->on_reply(write_meet_reply(reply), 2'000).ok());
    must(newcomer->link().empty());
  }
}

}  // namespace

void phone(ByteView bytes) {
  const auto code = read_phone_code(bytes.text());
  if (code.ok()) {
    must(looks_like_phone_code(bytes.text()));
    must(code->slot < 1000 && code->secret < 1'000'000);
    must(read_phone_code(code->spoken())->digits() == code->digits());
  }
  const auto message = read_phone_message(bytes);
  if (message.ok()) must(ByteView(write_phone_message(*message)) == bytes);
  if (bytes.size() <= limits::meet_message_bytes_max) answer_calls(bytes);
}

}  // namespace samplan::fuzz
