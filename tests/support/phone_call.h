// Two who talk on the telephone: one has a home and reads a code out, the other types it. Steps are taken one
// by one, so that a test can change what the server answers in between.
#pragma once

#include "client-core/phone_join.h"
#include "tests/support/core_world.h"

namespace samplan::world {

class PhoneCall {
 public:
  // `post`: what carries a request to the meeting place.
  PhoneCall(CoreWorld& world, std::string inviter_name, SendRequest post)
      : w(world), inviter(std::move(inviter_name)), post_(std::move(post)) {}

  // Invites and goes on until there are digits to read out.
  std::string read_out(json invitation) {
    invitation["do"] = "phone_invite";
    w.ok(inviter, invitation);
    CHECK(state() == "sync");
    CHECK_FALSE(*step_inviter());  // the server must have the invitation first
    w.sync(inviter);
    CHECK(state() == "opening");
    for (int i = 0; i < 2; ++i) REQUIRE(step_inviter().ok());
    REQUIRE(state() == "waiting");
    return view()["code"];
  }
  // Costs no time.
  json view() {
    json answer = w.core(inviter).call({{"do", "phone_calling"}}, w.now);
    INFO(answer.dump());
    REQUIRE(answer["ok"] == true);
    return answer;
  }
  std::string state() { return view()["state"]; }
  std::string failure() {
    const json now = view();
    return now.contains("failure") ? now["failure"]["where"].get<std::string>() : std::string();
  }
  // One exchange; false when there is nothing to send.
  Result<bool> step_inviter() {
    w.now += 1000;
    SP_TRY(const std::optional<Bytes> request, w.core(inviter).next_call(w.now));
    if (!request) return false;
    SP_TRY(const Bytes reply, post_(*request));
    SP_OK(w.core(inviter).on_call_reply(reply, w.now));
    return true;
  }

  PhoneJoin types(const std::string& typed) {
    auto made = PhoneJoin::start(w.server_key(), typed, w.now);
    REQUIRE(made.ok());
    return std::move(made).value();
  }
  Status step(PhoneJoin& newcomer) {
    w.now += 1000;
    SP_TRY(const Bytes reply, post_(newcomer.next_request(w.entropy())));
    return newcomer.on_reply(reply, w.now);
  }
  // Both, until the newcomer knows what came of it.
  void both(PhoneJoin& newcomer) {
    for (int i = 0; i < 8 && newcomer.state() == PhoneJoin::State::waiting; ++i) {
      REQUIRE(step(newcomer).ok());
      REQUIRE(step_inviter().ok());
    }
  }
  // The newcomer has kept the link, and says so.
  void thank(PhoneJoin& newcomer) {
    newcomer.thank();
    REQUIRE(step(newcomer).ok());
    CHECK(newcomer.state() == PhoneJoin::State::over);
    REQUIRE(step_inviter().ok());
  }

  CoreWorld& w;
  const std::string inviter;

 private:
  SendRequest post_;
};

// Nine digits of which one of the secret six is another.
inline std::string mistyped(std::string code, int how = 1) {
  char& last = code.back();
  last = static_cast<char>('0' + (last - '0' + how) % 10);
  return code;
}

}  // namespace samplan::world
