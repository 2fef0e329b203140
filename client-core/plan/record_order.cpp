#include "client-core/plan/record_order.h"

namespace samplan::plan {

RecordOrder::Slot RecordOrder::append(const EntityId& id) {
  const auto slot = static_cast<Slot>(nodes_.size());
  nodes_.push_back({id, none, none});
  put(slot, last_, none);
  return slot;
}

void RecordOrder::move_first(Slot slot) {
  if (slot == first_) return;
  take_out(slot);
  put(slot, none, first_);
}

void RecordOrder::move_after(Slot slot, Slot anchor) {
  if (slot == anchor) return;
  take_out(slot);
  put(slot, anchor, nodes_[anchor].next);
}

void RecordOrder::move_before(Slot slot, Slot anchor) {
  if (slot == anchor) return;
  take_out(slot);
  put(slot, nodes_[anchor].before, anchor);
}

void RecordOrder::take_out(Slot slot) {
  const Node& node = nodes_[slot];
  (node.before == none ? first_ : nodes_[node.before].next) = node.next;
  (node.next == none ? last_ : nodes_[node.next].before) = node.before;
}

void RecordOrder::put(Slot slot, Slot before, Slot next) {
  nodes_[slot].before = before;
  nodes_[slot].next = next;
  (before == none ? first_ : nodes_[before].next) = slot;
  (next == none ? last_ : nodes_[next].before) = slot;
}

}  // namespace samplan::plan
