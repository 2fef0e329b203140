// What must be true, asked from outside. Each check has a stable name; the first that fails ends the world.
//
//   home_opens              a home opens after any crash that left room on the disk
//   refused_changes_nothing a command that did not say "saved" has left no row behind
//   plaintext               no text of a person on a disk, in a store or on the wire
//   spoiled_reply           a cut or changed reply changes nothing
//   frozen                  with an honest server nobody is told that the server lies
//   status                  waiting counts what is really unsent; "all sent" only if the server has it
//   lost                    everything that was saved is in the valid history, waiting, or in quarantine
//   twice                   no operation counts twice
//   converges               who may read a section and has synced has the same bytes
//   cut                     nobody has a key of an epoch that began after the right to read had ended
//   comes_to_rest, all_sent after healing nothing moves and nothing waits
//   doctor                  each device's own examination finds nothing
//   noticed                 whoever a lying server has shown another history knows it when views meet
//   values                  what is shown is what lives, by a second and simpler reckoning (model.cpp)
//   decided                 a withdrawal that was saved takes effect
//   letters                 text that was handed over, and the wish to be let in, reach somebody
#pragma once

#include "tests/sim/world.h"

namespace samplan::sim {

void check_wire(World& world, ByteView frame, const std::string& what);
void check_notices(World& world, Device& d, const SyncOutcome& outcome);
void check_request_error(World& world, Device& d, const Error& error);
void check_after_sync(World& world, Device& d);
void check_everything(World& world, bool at_the_end);

// `sections` as the command plan_show gives them on a device that reads all of the plan.
void check_values(World& world, const json& sections);

// Whether the row still waits on its device.
bool is_pending(World& world, const Written& entry);

}  // namespace samplan::sim
