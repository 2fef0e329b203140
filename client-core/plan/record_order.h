// The order of a section's records: one list that every device builds alike, because all fold the same
// operations in the same sequence. It knows where each record stands and nothing of what a record is; it
// never loses one.
//
// Every record has exactly one place from its creation on: new ones come last, a move takes a record from
// where it stands and puts it beside its anchor as the list is at that point. Removed records and kinds that
// this version does not know keep their place, so they still serve as anchors and come back where they stood.
//
// Why not slots in a Fugue list with a last-writer register (Kleppmann, "Moving Elements in List CRDTs",
// PaPoC 2020; Weidner and Kleppmann, "The Art of the Fugue", 2023)? Those give replicas that receive
// operations in different orders the same list. Here the server numbers a section's envelopes and everybody
// folds them by number, so inserting into the list itself already gives the same result everywhere, and
//   - one place for each element, the last move in section order wins: by construction, without tombstone
//   slots;
//   - two people's runs do not interleave, in either direction: a record is put directly after its anchor, or
//     directly before the record that followed there if that one is part of the run being made (Op::before;
//     the part of Fugue's right origin that still matters);
//   - a move is O(1) and stores one stamp, where slots grow with every move that was ever made;
//   - a list has no depth, so no cycle can be written.
// What differs: when a record and its anchor are moved at the same time, the record stands either beside the
// anchor's new place or where the anchor was, as the section's order has it; slots always give the latter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/ids.h"

namespace samplan::plan {

class RecordOrder {
 public:
  using Slot = std::uint32_t;  // a record's number here, in order of append(); never used again for another
  static constexpr Slot none = 0xffffffffU;

  Slot append(const EntityId& id);
  // The slots are of this list; moving a record beside itself changes nothing.
  void move_first(Slot slot);
  void move_after(Slot slot, Slot anchor);
  void move_before(Slot slot, Slot anchor);

  Slot first() const { return first_; }
  Slot next(Slot slot) const { return nodes_[slot].next; }
  const EntityId& id(Slot slot) const { return nodes_[slot].id; }
  std::size_t size() const { return nodes_.size(); }

 private:
  struct Node {
    EntityId id;
    Slot before = none;
    Slot next = none;
  };
  void take_out(Slot slot);
  // Between two neighbours, `none` at the ends.
  void put(Slot slot, Slot before, Slot next);

  std::vector<Node> nodes_;
  Slot first_ = none;
  Slot last_ = none;
};

}  // namespace samplan::plan
