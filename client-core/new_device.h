// The new device's side of being added to a person: it shows a code, meets an old device of that person, and is given
// the person's identity log. It has no home yet, so all of it is in memory; whoever breaks off has changed nothing here.
// Sans-I/O: the host carries requests to POST /v1/meet until `state` says that it is over.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/time.h"
#include "client-core/device_keys.h"
#include "client-core/enrolment.h"

namespace samplan {

class NewDevice {
 public:
  // `server_key`: what the server says of itself; must be what the old device knows. `name`: of this device.
  // errors: invalid_argument.
  static Result<NewDevice> start(const std::string& server_url, const SignPublicKey& server_key, std::string_view name,
                                 Entropy& entropy, UnixMs now);

  std::string link() const { return write_enrolment_code(code_); }

  enum class State : std::uint8_t {
    waiting,  // nobody has taken the code yet
    compare,  // the words are known; the person confirms on the old device
    ready,    // all is here: Core::enrol makes the home
    failed,   // see `error`; the code is worth nothing any more
  };
  State state() const;
  const Error& error() const { return error_; }
  std::string words() const;                     // from `compare` on
  const std::string& person_name() const { return offer_.name; }

  Bytes next_request(Entropy& entropy);
  // errors: bad_reply, try_later (the server has no room just now): ask again. Anything else is in `state`.
  Status on_reply(ByteView reply, UnixMs now);
  // Tells the other side that it is over.
  Bytes cancel_request() const;

  // For Core::enrol, when ready.
  const EnrolmentOffer& offer() const { return offer_; }
  const EnrolmentCode& code() const { return code_; }
  const std::string& device_name() const { return name_; }
  Result<EnrolmentGrant> grant() const;
  DeviceKeys take_keys() { return std::move(keys_); }

 private:
  explicit NewDevice(DeviceKeys keys) : keys_(std::move(keys)) {}
  Status take(ByteView message);
  Status take_offer(ByteView message, ByteView content);
  Status take_part(ByteView content);
  void fail(Error error);

  DeviceKeys keys_;
  EnrolmentCode code_;
  SignPublicKey server_key_;
  std::string name_;
  UnixMs started_ms_ = 0;
  enum class Stage : std::uint8_t { opening, greeting, looking, proving, receiving, over };
  Stage stage_ = Stage::opening;
  Bytes hello_;        // as it lies in the box
  Bytes proof_;
  Bytes offer_bytes_;  // the first that came
  EnrolmentOffer offer_;
  std::map<std::uint8_t, Bytes> parts_;
  std::uint8_t parts_all_ = 0;
  Error error_;
  bool failed_ = false;
};

// What the code of both sides lives.
inline constexpr UnixMs enrolment_ms = 15 * 60'000;

}  // namespace samplan
