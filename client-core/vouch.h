// An organisation's word on who somebody is: fetched by the person's own device with a sign-in at the
// organisation, kept here, sent with a request to join, and shown to whoever decides about it. It replaces
// nothing: keys and words are as they were.
#pragma once

#include <optional>
#include <string>

#include "client-core/context.h"
#include "client-core/invitation.h"
#include "sync/wire/vouch.h"

namespace samplan {

// One attempt to be vouched for. The host carries the bytes to POST /v1/vouch and the person through the
// sign-in.
class VouchDialog {
 public:
  explicit VouchDialog(Context& ctx);

  Bytes question() const { return write_vouch_question(asked_); }
  // errors: forged (not our server), bad_reply; not_found: nobody vouches there.
  Result<VouchSettings> on_settings(Context& ctx, ByteView reply) const;
  // For the sign-in; the token must come back with it.
  std::string nonce(const Context& ctx) const { return vouch_nonce(ctx.person, ctx.keys.id(), random_); }
  Result<Bytes> request(Context& ctx, const std::string& id_token);
  // Keeps the statement. errors: forged, bad_reply; refused, try_later: `detail` says why, in bokmål.
  Result<Vouch> on_outcome(Context& ctx, ByteView reply) const;

 private:
  VouchRandom asked_{};
  VouchRandom random_{};
  Hash sent_;
};

// This device's statement, if it has one that still holds.
struct OwnVouch {
  Bytes statement;
  Vouch vouch;
};
Result<std::optional<OwnVouch>> own_vouch(Context& ctx);

// What came with somebody's request. `fault` empty: it holds.
struct JudgedVouch {
  std::string
      fault;    // "unreadable", "foreign" (another server's, or about another person or device), "expired"
  Vouch vouch;  // unless unreadable or foreign
};
// errors: those of the home.
Result<JudgedVouch> judge_vouch(Context& ctx, const JoinLetter& letter);

}  // namespace samplan
