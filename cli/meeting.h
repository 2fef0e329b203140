// Two devices that meet through the server, as the command line drives them; used by the commands and by the `call`
// protocol alike.
#pragma once

#include <memory>
#include <string>

#include "cli/visit.h"
#include "client-core/native/os_entropy.h"
#include "client-core/new_device.h"

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

}  // namespace samplan::cli
