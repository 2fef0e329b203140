// One operation on a plan: the smallest thing a person does. It says what was done and what its author had
// seen; it never says what the result is, that is the fold's business (section_state.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "client-core/plan/schema.h"

namespace samplan::plan {

// Numbers are for ever. A reader that does not know one refuses the batch with unknown_version.
enum class OpKind : std::uint8_t {
  create = 1,  // entity, record_kind
  set = 2,     // entity, field, text, refs = operations whose values (or removals of the record) it replaces
  remove = 3,  // entity, refs = every living operation of the record, and removals, that the remover had seen
  keep = 4,    // entity, refs = the removals (and earlier keeps) that it takes back
  set_add = 5,     // entity, field, text = the member
  set_remove = 6,  // entity, field, refs = additions seen
  accept = 7,      // refs = proposals
  decline = 8,     // refs = proposals, text = the reason
  note = 9,        // text: what the author wants to say about the proposal that this batch is
};

struct Op {
  OpId id;
  OpKind kind = OpKind::set;
  EntityId entity = {};
  RecordKind record_kind = 0;
  FieldId field = 0;
  std::string text = {};
  std::vector<OpId> refs = {};  // no id twice; written in ascending order
  friend bool operator==(const Op&, const Op&) = default;
};

// Which of the members above an operation of this kind has; the others stay empty and are not written.
struct OpShape {
  bool entity = false;
  bool record_kind = false;
  bool field = false;
  std::size_t text_max = 0;  // bytes; 0 = no text
  std::size_t refs_max = 0;  // 0 = no refs
};

// Null for a number that is no operation.
const OpShape* shape_of(OpKind kind);

}  // namespace samplan::plan
