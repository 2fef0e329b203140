// The inviter's side of a code told by telephone: it opens a numbered box, calls into it, and gives the
// invitation to the first who answers with the right digits. Where it stands is a sealed item, so it outlives
// the process; there is one at a time, a new one takes the place of the old. Sans-I/O: the host carries
// requests to POST /v1/meet and syncs when told to.
//
//   sync      the invitation has been made; the server must have it before anybody can use it
//   opening   the box has no number yet
//   waiting   the code can be read out; `tries_left` says how many wrong ones it still bears
//   granting  the right digits came; the invitation is on its way
//   closing   the last wrong digits came; the newcomer is being told
//   done      the newcomer has it and has asked to join
//   failed    see `error`; unless the invitation had been handed over, it has been withdrawn as well
#pragma once

#include <optional>
#include <string>

#include "client-core/context.h"
#include "client-core/phone_code.h"

namespace samplan {

struct CallView {
  std::string state;  // as above, or "none", or "cancelled": the box is being closed
  std::string code;   // "482 915 637"; from `waiting` on
  std::string name;   // who is invited
  BoxId invitation;
  UnixMs expires_ms = 0;  // by this device's clock
  int tries_left = 0;
  Error error;
};

// `invitation`: kept by own_invites.h. errors: too_large (a link that no message holds).
Status begin_call(Context& ctx, const BoxId& invitation, const std::string& link, const std::string& name);
Result<CallView> calling(Context& ctx);
// Nothing to send: see the state. errors: those of the disk.
Result<std::optional<Bytes>> next_call_request(Context& ctx);
// errors: malformed ... (no reply), try_later. Everything else is in the state.
Status on_call_reply(Context& ctx, ByteView reply);
// Gives it up: the box is closed with the next request, and the invitation withdrawn. Good if there is none.
Status cancel_call(Context& ctx);

}  // namespace samplan
