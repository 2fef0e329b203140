// One operation on a plan: the smallest thing a person does. It says what was done and what its author had
// seen; it never says what the result is, that is the fold's business (section_state.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "client-core/plan/schema.h"
#include "sync/merge/text/text_edit.h"

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
  place = 10,  // entity, after, before: where the record stands among the section's records (record_order.h)
  text = 11,   // entity, field, seen, runs: an edit of a text, merged character by character
  review = 12,  // entity, field, refs = text operations that somebody has looked at, merged as they are
};

struct Op {
  OpId id;
  OpKind kind = OpKind::set;
  EntityId entity = {};
  RecordKind record_kind = 0;
  FieldId field = 0;
  std::string text = {};
  std::vector<OpId> refs = {};  // no id twice; written in ascending order
  // Of a place: the record goes directly after `after`, or to the beginning without it. But if `before` is
  // named and the one id in refs is still the move that put that record where it stands, it goes directly
  // before it: that is how a run which somebody builds from its end stays together. Without `before` refs is
  // empty.
  std::optional<EntityId> after = {};
  std::optional<EntityId> before = {};
  // Of a text operation: the number of the section's last envelope whose edits its author had seen, beside the own
  // earlier ones; and the changes, each in the text that the ones before it leave (sync/merge/text/text_edit.h).
  std::uint64_t seen = 0;
  std::vector<merge::text::TextRun> runs = {};
  friend bool operator==(const Op&, const Op&) = default;
};

// Which of the members above an operation of this kind has; the others stay empty and are not written.
struct OpShape {
  bool entity = false;
  bool record_kind = false;
  bool field = false;
  bool anchors = false;      // after, before
  bool runs = false;         // seen, runs
  std::size_t text_max = 0;  // bytes; 0 = no text
  std::size_t refs_max = 0;  // 0 = no refs
};

// Null for a number that is no operation.
const OpShape* shape_of(OpKind kind);

// "set_add" and so on, as in JSON; "other" for a number that is no operation.
std::string_view op_name(OpKind kind);

}  // namespace samplan::plan
