// The old device's side of adding a new one to its person. Where the conversation stands is a sealed item, so it
// outlives the process; there is one at a time. Sans-I/O: the host carries requests to POST /v1/meet and syncs when
// told to.
//
//   waiting   the code is taken; the new device has not shown itself yet
//   offered   it has, with the keys that the code names; it is told whom it would join
//   compare   it has proved its keys and sees the same words; the person decides
//   sync      the person has confirmed: the record is on this disk and must reach the server
//   granting  the server has it; the log goes to the new device
//   done, failed
#pragma once

#include <optional>
#include <string>

#include "client-core/context.h"
#include "client-core/enrolment.h"

namespace samplan {

// What people and programs see of it.
struct AddingView {
  std::string state;   // as above, or "none"
  std::string name;    // of the new device; from `compare` on
  std::string words;
  Error error;         // failed: why
};

// errors: malformed, unknown_version, invalid_argument (another server), too_large (no room for more devices).
Status begin_adding(Context& ctx, std::string_view link);
Result<AddingView> adding(Context& ctx);
// Nothing to send: see the state. errors: those of the disk; unknown_version ...
Result<std::optional<Bytes>> next_meet_request(Context& ctx);
// errors: malformed ... (no reply), try_later. Everything else is in the state.
Status on_meet_reply(Context& ctx, ByteView reply);
// The person has compared the words. errors: not_allowed (nothing to confirm), not_found (too late).
Status confirm_adding(Context& ctx);
// Gives it up: the box is closed with the next request. Once confirmed there is nothing to cancel; close the device.
Status cancel_adding(Context& ctx);

}  // namespace samplan
