// A multi-value register: one field of one record. It keeps every value that nobody has overwritten, so two
// people who changed it without seeing each other lose nothing. It never chooses between them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sync/merge/stamp.h"

namespace samplan::merge {

struct Value {
  std::string text;
  Stamp stamp;
  friend bool operator==(const Value&, const Value&) = default;
};

struct Register {
  std::vector<Value> live;        // in the order in which they were applied, oldest first
  std::optional<Value> previous;  // what was last overwritten by something else: "what it was before"
  std::uint32_t folded = 0;  // values that fell out beyond bounds::live_values_max since it was last settled
  bool contested = false;    // differing values have lived side by side at some time: a lasting mark (R105)
  friend bool operator==(const Register&, const Register&) = default;
};

// Replaces exactly the living values whose operation is in `overwrites`, and adds `value`.
// An id in `overwrites` that is not alive here is ignored, not remembered: operations are applied in section
// order, so what an honest author had seen is either alive or already overwritten, and memory stays bounded.
// (Values that wait in a proposal are the one exception; the section state marks those itself.) An operation
// that is already alive here is not added again.
void set(Register& field, Value value, const SeenOps& overwrites);

// Whether living values differ by more than letter case and white space.
bool is_in_conflict(const Register& field);

}  // namespace samplan::merge
