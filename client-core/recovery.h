// Coming back with nothing but a recovery code: the paper device (client-core/paper.h) fetches the person's
// identity log, adds a fresh device to it, and that device's home is made from the log as if another device
// had handed it over. Nothing is kept before the server has the record, so whoever breaks off can begin again
// with the same code. Closing the paper and what was lost is the fresh device's, with the ordinary command.
// Sans-I/O: the host carries requests to POST /v1/sync until `state` says that it is over.
#pragma once

#include <string>
#include <vector>

#include "client-core/device_keys.h"
#include "sync/log/identity.h"
#include "sync/wire/message.h"

namespace samplan {

class Recovery {
 public:
  // `server_key`: what the server says of itself; it is pinned by the home that is made. errors:
  // invalid_argument.
  static Result<Recovery> start(const std::string& server_url, const SignPublicKey& server_key,
                                const crypto::Secret32& secret, Entropy& entropy);

  enum class State : std::uint8_t {
    fetching,  // the log
    adding,    // the fresh device
    ready,     // Core::recover makes the home
    failed,    // see `error`
  };
  State state() const { return state_; }
  const Error& error() const { return error_; }

  Bytes next_request(UnixMs now);
  // errors: forged, malformed (not this server's answer), try_later (it has no room just now): ask again.
  // Anything else is in `state`.
  Status on_reply(ByteView reply);

  // For Core::recover, when ready.
  const PrincipalId& person() const { return person_; }
  const std::vector<Bytes>& log() const { return log_; }
  const std::string& server_url() const { return server_url_; }
  const SignPublicKey& server_key() const { return server_key_; }
  DeviceKeys take_keys() { return std::move(fresh_); }

 private:
  Recovery(DeviceKeys paper, DeviceKeys fresh) : paper_(std::move(paper)), fresh_(std::move(fresh)) {}
  bool take_log(const std::vector<Bytes>& records);
  Status check_log();
  Result<Bytes> add_record(UnixMs now) const;
  Status take_answer(const SyncReply& reply);
  void fail(Error error);

  DeviceKeys paper_;
  DeviceKeys fresh_;
  std::string server_url_;
  SignPublicKey server_key_;
  RequestNonce nonce_{};
  Hash asked_;  // the request that the next reply answers
  State state_ = State::fetching;
  Error error_;
  IdentityBook book_;
  PrincipalId person_;
  std::vector<Bytes> log_;
  Bytes key_wrap_;  // the newest sealed to the paper
  Bytes record_;    // that adds the fresh device
  int conflicts_ = 0;
};

}  // namespace samplan
