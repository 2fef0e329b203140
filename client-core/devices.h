// The devices of this device's own person: added with a record, closed with a record and a new key of the person. What is
// closed counts at the server when it has the record, in each plan when the plan has pinned it (docs/protocol.md).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "client-core/context.h"

namespace samplan {

inline constexpr std::size_t device_name_bytes_max = 64;

struct JoiningDevice {
  SignPublicKey sign_key;
  BoxPublicKey box_key;
  Signature proof;  // its own signature over the person
  bool on_paper = false;
};
// Makes and stores the record; the next sync sends it. errors: forged, already_exists, bad_record (no room), no_key.
Status add_device(Context& ctx, const JoiningDevice& device);

// Notes the decision to close a device; the record is made when it can be sent, on the newest log, and again if another
// device of the person was first.
Status decide_to_close(Context& ctx, const DeviceId& device);
// Makes the records that are due, of closings and of recovery codes. Called before anything else of a request.
Status make_due_device_records(Context& ctx);
// Own records that the server did not take because the log had gone on: they are forgotten from `seq` on. Closings, codes
// and new keys of units are made again on the newer log.
Status forget_unaccepted(Context& ctx, const PrincipalId& principal, std::uint64_t seq);

// True once this device has seen the record that closes it.
bool is_closed_here(const Context& ctx);

// What this device calls them; the logs hold no names.
Status remember_device_name(Context& ctx, const DeviceId& device, std::string_view name);
std::string device_name(Context& ctx, const DeviceId& device);

struct OwnDevice {
  DeviceId id;
  std::string name;           // given here or in the meeting; empty if neither
  std::size_t number = 0;     // in the order in which they were added, from 1
  UnixMs added_ms = 0;        // by the clock of the device that added it
  UnixMs last_wrote_ms = 0;   // newest envelope of it that this device has received; 0: none
  UnixMs closed_ms = 0;       // by the clock of the device that closed it
  bool is_this = false;
  bool is_closed = false;
  bool is_closing = false;    // decided here, not sent yet
  bool is_unsent = false;     // added here, not sent yet
  bool is_paper = false;      // a recovery code
  bool is_recovered = false;  // added with a recovery code
};
Result<std::vector<OwnDevice>> own_devices(Context& ctx);

}  // namespace samplan
