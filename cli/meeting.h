// Two devices that meet through the server, as the command line drives them; used by the commands and by the `call`
// protocol alike.
#pragma once

#include <memory>
#include <string>

#include "cli/visit.h"
#include "client-core/native/os_entropy.h"
#include "client-core/new_device.h"
#include "client-core/phone_join.h"

namespace samplan::cli {

// How long between two questions to the server whether the other side has said something.
inline constexpr std::int64_t meeting_pause_ms = 1'500;

// This side is the new device. It has no home until `finish`.
class NewMeeting {
 public:
  // Asks the server for its key and makes the code. errors: already_exists (someone has begun in this folder), offline ...
  static Result<std::unique_ptr<NewMeeting>> start(Visit& visit, const std::string& server_url, const std::string& name);

  const NewDevice& device() const { return device_; }
  // One exchange. No contact just now is not an error: the next may have it.
  Status step(Visit& visit);
  // Makes the home; the visit's desk is the new device afterwards.
  Status finish(Visit& visit, const std::string& passphrase);
  void cancel(Visit& visit);

 private:
  NewMeeting(NewDevice device, std::string server_url) : device_(std::move(device)), url_(std::move(server_url)) {}
  NewDevice device_;
  const std::string url_;
  native::OsEntropy entropy_;
};

// This side is the old device: one step of what `device_adding` says is next, an exchange or a sync. Answers with the
// state after it.
nlohmann::json adding_step(Visit& visit);

// This side types a code that was read out by telephone. Its home, if it has none yet, is made by `finish`.
class PhoneMeeting {
 public:
  // `server_url` empty: that of the home. Everything that a home needs is asked for and looked at before the code is
  // tried, because a code can be used only once. errors: malformed (the code), invalid_argument, not_found, offline ...
  static Result<std::unique_ptr<PhoneMeeting>> start(Visit& visit, const std::string& server_url,
                                                     const std::string& typed, const std::string& name);

  const PhoneJoin& phone() const { return phone_; }
  // One exchange. No contact just now is not an error, no contact for a minute is.
  Status step(Visit& visit);
  // When ready: asks to join by the invitation, and lets the inviter know. The answer is that of `join`.
  nlohmann::json finish(Visit& visit, const std::string& unit);

 private:
  PhoneMeeting(PhoneJoin phone, std::string server_url, std::string name, std::string passphrase)
      : phone_(std::move(phone)), url_(std::move(server_url)), name_(std::move(name)), passphrase_(std::move(passphrase)) {}
  PhoneJoin phone_;
  const std::string url_;
  const std::string name_;
  const std::string passphrase_;
  int silent_ = 0;
  native::OsEntropy entropy_;
};

// The other side of it: one step of what `phone_calling` says is next, an exchange or a sync. Answers with the state
// after it.
nlohmann::json calling_step(Visit& visit);

}  // namespace samplan::cli
