// The newcomer's side of a code told by telephone: looks up the box by its number, answers the call there
// with the digits that were typed, and is given the invitation. All of it is in memory; whoever breaks off
// has changed nothing here. Sans-I/O: the host carries requests to POST /v1/meet until `state` says that it
// is over, lets join_request keep the link, and then lets the inviter know with one request more.
#pragma once

#include <optional>
#include <string>

#include "client-core/invitation.h"
#include "client-core/phone_code.h"
#include "sync/wire/meet.h"

namespace samplan {

class PhoneJoin {
 public:
  // `server_key`: what the server says of itself; another one than the inviter knows gives no key.
  // errors: malformed (with a sentence).
  static Result<PhoneJoin> start(const SignPublicKey& server_key, std::string_view typed, UnixMs now);

  enum class State : std::uint8_t {
    waiting,   // for the inviter's device
    ready,     // the link is here
    thanking,  // the home has it; the inviter has still to hear of it
    over,
    failed,  // see `error`; nothing has been made
  };
  State state() const { return state_; }
  const Error& error() const { return error_; }
  // As the inviter's device counts them; for the sentence only. 0: not known.
  int tries_left() const { return tries_left_; }
  const Invitation& invitation() const { return *invitation_; }
  const std::string& link() const { return link_; }

  Bytes next_request(Entropy& entropy);
  // errors: bad_reply, try_later: ask again. Anything else is in `state`.
  Status on_reply(ByteView reply, UnixMs now);
  // When ready, and the link has been kept.
  void thank() { state_ = state_ == State::ready ? State::thanking : state_; }

 private:
  PhoneJoin() = default;
  void look(const MeetReply& reply);
  void listen(const MeetReply& reply);
  void take_grant(const PhoneMessage& grant);
  void fail(Error error);

  State state_ = State::waiting;
  Error error_;
  int tries_left_ = 0;
  PhoneRun run_;
  UnixMs started_ms_ = 0;
  Bytes call_;    // the one that is being answered, as it lies in the box; empty: none yet
  Bytes share_;   // of it
  Bytes answer_;  // to it
  bool is_answered_ = false;
  std::optional<crypto::CpaceFinish> finish_;
  crypto::Secret32 key_;
  Bytes thanks_;
  std::string link_;
  std::optional<Invitation> invitation_;
};

}  // namespace samplan
