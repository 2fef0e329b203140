// Carrying out the steps of a story: what people do (workload.cpp) and what happens to them (faults.cpp).
#pragma once

#include "tests/sim/world.h"

namespace samplan::sim {

void perform(World& world, const Step& step);
void perform_work(World& world, Device& d, Do what, Luck& luck);
void perform_with_devices(World& world, Device& d, Do what, Luck& luck);
void perform_help(World& world, Device& d, Do what, Luck& luck);
void perform_fault(World& world, Device& d, Do what, Luck& luck);

// What a code gives when somebody types it, on a good network; no value if it cannot be read or the server has no room.
std::optional<Recovery> use_paper(World& world, const PaperCode& paper);

// The participants of the story's plan as this device sees them; none if it does not.
json participants(World& world, Device& d);
// Whoever coordinates, by the own view; nullptr if nobody's machine is on.
Device* coordinating(World& world);

// A new person's machine asks to join by an invitation link; nullptr if its home cannot begin.
Device* join_by(World& world, const std::string& link, std::size_t inviter);

// Ends every fault and lets everybody sync until nothing moves any more.
void heal(World& world);

// Who is who in every world; the cast's devices come first, in this order.
enum Who : std::size_t {
  coordinator = 0,
  owner = 1,
  provider = 2,
  registrar = 3,
  member = 4,
  relative = 5,
  cast_size = 6
};

// A plan with some records, shared and consented to, everyone synced; `staff` more members of the unit.
// `with_later`: and the same a year later.
Beginning begin_world(std::uint64_t seed, std::size_t staff, bool with_later = false);
// The same, without staff, on a server that others use as well; the beginning then holds no store.
Beginning begin_neighbourhood(std::uint64_t seed, const std::shared_ptr<Server>& server);

// Signs a snapshot that says that the section is empty, as a changed program could, and puts it into the
// outbox.
void sign_false_snapshot(World& world, Device& d);

}  // namespace samplan::sim
