// What the judgements of governance records share.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <vector>

#include "sync/log/governance.h"

namespace samplan::governance {

inline Error bad(const char* what) { return Error{Errc::bad_record, what}; }

// Somebody who still has a say acts in one of these roles.
inline bool has_role(const std::vector<const Participant*>& signers, std::initializer_list<Role> roles) {
  return std::any_of(signers.begin(), signers.end(), [&](const Participant* p) {
    return !p->has_left() && std::find(roles.begin(), roles.end(), *p->role.latest()) != roles.end();
  });
}

inline bool includes(const std::vector<const Participant*>& signers, std::uint16_t number) {
  return std::any_of(signers.begin(), signers.end(), [&](const Participant* p) { return p->number == number; });
}

// Exactly these sections rotate, no more and no fewer.
inline bool rotates_exactly(const std::vector<Rotation>& rotations, const std::vector<SectionId>& sections) {
  return std::equal(rotations.begin(), rotations.end(), sections.begin(), sections.end(),
                    [](const Rotation& r, SectionId s) { return r.section == s; });
}

}  // namespace samplan::governance
