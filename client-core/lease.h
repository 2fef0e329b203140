// How long a plan stays open on a device that has had no contact with the server (R101). A withdrawal of
// consent takes effect on a device when it is told; a device that is never told closes the plan by itself.
// Nothing is deleted: what is unsent stays, and the next sync opens the plan again.
//
// Time is reckoned in the server's time as far as this device has seen it. A mark is kept of the latest time
// seen and of what the device's clock said then: a clock that is set back makes time go on from the mark, not
// begin again. Only the server's signed time, at a sync, sets the mark back; so a clock that once jumped
// years ahead closes plans until then, and not for ever.
#pragma once

#include <set>
#include <string>

#include "client-core/plan_file.h"
#include "sync/wire/message.h"

namespace samplan {

struct Lease {
  bool applies = false;  // false: a draft, or access has ended
  bool ended = false;
  bool expired = false;    // the server has said that the access has run out
  bool ends_soon = false;  // within three days
  bool reopened = false;   // by the owner, without contact
  bool is_owner = false;   // may reopen
  int days = 0;            // of the plan's policy
  int days_away = 0;       // whole days since the last contact
  UnixMs now_ms = 0;       // the time as reckoned here
  UnixMs ends_ms = 0;
};

// Days without contact that the plan's policy gives this device: «staff» for who takes part as a
// professional, «others» for the owner, guardians and relatives; the shorter for one who takes part as both.
// A policy of 0 counts as 1, since no plan can be read in no time.
int lease_days(const Context& ctx, const PlanFile& file);

Result<Lease> lease_of(Context& ctx, const PlanFile& file);
// errors: lease_ended, with what to do in words.
Status check_lease(Context& ctx, const PlanFile& file);

// Notes what the device's clock says, so that setting it back later gains nothing. Written only when it has
// gone on for some minutes, or back.
Status note_time(Context& ctx);

// Has the access of this device run out by the dates in the log? The server's word that it has closes nothing without one.
bool has_run_out(const Context& ctx, const PlanFile& file, UnixMs server_ms);

// What a reply says of plans beside what it brings.
struct Heard {
  std::set<PlanId> untaken;  // the reply could not be taken
  std::set<PlanId> run_out;  // access has ended by its date, says the server, and so does the log
  bool asked_all = false;    // the request asked for news of all plans: silence about one says that there is none
};
// Contact: the server's signed reply was taken.
Status note_contact(Context& ctx, const SyncReply& reply, const Heard& heard);

// Plans of which the server has said that the access has run out: asked for by name, since it is silent about what has not
// changed, and it may have been a server's error.
Result<std::vector<PlanId>> expired_plans(Context& ctx);

// The owner's plan is the owner's: without any server it is opened again for as long as a contact would have.
// errors: not_allowed for anybody else.
Status reopen_lease(Context& ctx, const PlanFile& file);

Status forget_lease(Context& ctx, const PlanId& plan);

}  // namespace samplan
