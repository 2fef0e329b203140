// An observed-remove set: the links of a record. Adding wins over a removal that had not seen the addition.
// The order of its members means nothing.
#pragma once

#include <string>
#include <vector>

#include "sync/merge/stamp.h"

namespace samplan::merge {

struct Addition {
  std::string member;
  Stamp stamp;
  friend bool operator==(const Addition&, const Addition&) = default;
};

struct ObservedSet {
  std::vector<Addition> additions;  // alive, in the order in which they were applied
  friend bool operator==(const ObservedSet&, const ObservedSet&) = default;
};

// False, and nothing changes, when bounds::set_adds_max additions are alive or this operation already is.
bool add(ObservedSet& set, Addition addition);
// Removes exactly the additions named; others of the same member stay.
void remove(ObservedSet& set, const SeenOps& additions);
// Each member once, ascending.
std::vector<std::string> members(const ObservedSet& set);
bool contains(const ObservedSet& set, const std::string& member);

}  // namespace samplan::merge
