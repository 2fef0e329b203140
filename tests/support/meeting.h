// Two devices that meet: one of a person who has a home, and a new one that shows a code. Steps are taken one by one, so
// that a test can change what the server answers in between.
#pragma once

#include "client-core/new_device.h"
#include "tests/support/core_world.h"

namespace samplan::world {

class Meeting {
 public:
  // `post`: what carries a request to the meeting place.
  Meeting(CoreWorld& world, std::string old_name, SendRequest post, const std::string& new_name = "Telefon")
      : w(world), old(std::move(old_name)), post_(std::move(post)), device(start(new_name)) {}

  // One exchange of the new device.
  Status step_new() {
    w.now += 1000;
    SP_TRY(const Bytes reply, post_(device.next_request(w.entropy())));
    return device.on_reply(reply, w.now);
  }
  // One exchange of the old device; false when it has nothing to send.
  Result<bool> step_old() {
    w.now += 1000;
    SP_TRY(const std::optional<Bytes> request, w.core(old).next_meet(w.now));
    if (!request) return false;
    SP_TRY(const Bytes reply, post_(*request));
    SP_OK(w.core(old).on_meet_reply(reply, w.now));
    return true;
  }
  // Costs no time.
  json adding() {
    json answer = w.core(old).call({{"do", "device_adding"}}, w.now);
    INFO(answer.dump());
    REQUIRE(answer["ok"] == true);
    return answer;
  }
  std::string state() { return adding()["state"]; }
  std::string failure() {
    const json view = adding();
    return view.contains("failure") ? view["failure"]["error"].get<std::string>() : std::string();
  }

  // Both until the words can be compared, or one of them has given up.
  void until_words() {
    for (int i = 0; i < 3; ++i) REQUIRE(step_new().ok());
    w.ok(old, {{"do", "device_add"}, {"link", device.link()}});
    for (int i = 0; i < 6 && device.state() != NewDevice::State::failed && state() == "waiting"; ++i) {
      REQUIRE(step_old().ok());
      REQUIRE(step_new().ok());
    }
  }
  void confirm() {
    w.ok(old, {{"do", "device_add_confirm"}});
    w.sync(old);
    for (int i = 0; i < 20 && state() != "done" && state() != "failed"; ++i) REQUIRE(step_old().ok());
    for (int i = 0; i < 3; ++i) REQUIRE(step_new().ok());
  }
  // Everything, as it goes when nobody is in the way.
  Core& whole(const std::string& name) {
    until_words();
    REQUIRE(state() == "compare");
    confirm();
    REQUIRE(state() == "done");
    REQUIRE(device.state() == NewDevice::State::ready);
    const auto made = w.try_enrol(name, device);
    INFO((made.ok() ? "" : made.error().where));
    REQUIRE(made.ok());
    return **made;
  }

 private:
  NewDevice start(const std::string& name) {
    auto made = NewDevice::start(w.url(), w.server_key(), name, w.entropy(), w.now);
    REQUIRE(made.ok());
    return std::move(made).value();
  }

 public:
  CoreWorld& w;
  const std::string old;

 private:
  SendRequest post_;

 public:
  NewDevice device;
};

}  // namespace samplan::world
