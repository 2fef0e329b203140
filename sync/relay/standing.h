// What a device is in a plan at this moment, by the server's clock: who it acts for, what it may read, or
// when its access ended and how much of the logs it may still see.
#pragma once

#include <vector>

#include "sync/relay/plan_view.h"

namespace samplan::relay {

struct Standing {
  enum class Kind : std::uint8_t {
    foreign,  // never had to do with the plan
    active,
    ended,  // withdrawn, left its unit, or past the end date
  };
  Kind kind = Kind::foreign;

  // active
  std::vector<const Participant*> acting;
  UnixMs expires_ms = 0;  // the nearest end date among them; 0: none

  // ended
  std::uint64_t last_gov_seq = 0;     // the record that ended it, or the last one before
  std::uint64_t last_identity_n = 0;  // as much of the identity feed as belongs to that
  UnixMs ended_ms = 0;

  std::uint8_t mask(SectionId section) const;
  bool may_read(SectionId section) const { return (mask(section) & right_read) != 0; }
  // After which number reading begins: 0, or the cut of a grant "from now".
  std::uint64_t read_from(SectionId section) const;
};

// The pointers in the result live as long as the view's log is unchanged.
Result<Standing> standing_of(Store& store, const PlanView& view, const IdentityBook& book,
                             const DeviceId& device, UnixMs now);

// Sections in which nothing may be written until a new key is recorded, because somebody was removed from an
// identity log since the plan last took note of it.
std::vector<SectionId> sections_awaiting_rotation(const GovState& gov, const IdentityBook& book);

}  // namespace samplan::relay
