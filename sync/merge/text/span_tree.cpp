#include "sync/merge/text/span_tree.h"

#include <algorithm>

#include "base/check.h"

namespace samplan::merge::text {

void SpanTree::reset(std::uint32_t base) {
  spans_.clear();
  leaves_.clear();
  nodes_.clear();
  base_index_.clear();
  inserted_index_.clear();
  next_id_ = first_inserted;
  root_ = first_leaf_ = base_tail_ = 0;
  prepare_total_ = effect_total_ = 0;
  leaves_.emplace_back();
  nodes_.emplace_back();
  nodes_[0].count = 1;
  nodes_[0].child[0] = 0;
  nodes_[0].prepare[0] = nodes_[0].effect[0] = 0;
  // Of unknown length: the earlier text is one span that never ends. Else the end is a span of no characters.
  append_base(0, base == unknown_base ? first_inserted : 0);
  if (base != unknown_base) close_base(base);
}

void SpanTree::append_base(ItemId id, std::uint32_t length) {
  const auto fresh = static_cast<std::uint32_t>(spans_.size());
  Span span;
  span.id = id;
  span.length = length;
  span.left = id - 1;  // no_item for the first
  span.prepare = 1;
  spans_.push_back(span);
  std::uint32_t slot = 0;
  if (fresh > 0) {
    const std::uint32_t tail = base_tail_;
    spans_[tail].next_by_id = fresh;
    spans_[fresh].leaf = spans_[tail].leaf;
    slot = slot_in_leaf(tail) + 1;
  }
  base_tail_ = fresh;
  put_in_leaf(spans_[fresh].leaf, slot, fresh);
  add(spans_[fresh].leaf, length, length);
}

bool SpanTree::close_base(std::uint32_t base) {
  Span& tail = spans_[base_tail_];
  if (base < tail.id) return false;
  const std::uint32_t change = base - (tail.id + tail.length);
  tail.length += change;
  add(tail.leaf, tail.prepare == 1 ? change : 0U, tail.deleted ? 0U : change);
  if (tail.length > 0) {
    cover_base(base);
    append_base(base, 0);
  }
  return true;
}

std::uint32_t SpanTree::first() const { return leaves_[first_leaf_].spans[0]; }

std::uint32_t SpanTree::slot_in_leaf(std::uint32_t span) const {
  const Leaf& leaf = leaves_[spans_[span].leaf];
  std::uint32_t slot = 0;
  while (leaf.spans[slot] != span) ++slot;
  return slot;
}

std::uint32_t SpanTree::slot_of(const Node& node, std::uint32_t child) const {
  std::uint32_t slot = 0;
  while (node.child[slot] != child) ++slot;
  return slot;
}

std::uint32_t SpanTree::next(std::uint32_t span) const {
  const Leaf& leaf = leaves_[spans_[span].leaf];
  const std::uint32_t slot = slot_in_leaf(span) + 1;
  if (slot < leaf.count) return leaf.spans[slot];
  return leaf.next == no_index ? no_index : leaves_[leaf.next].spans[0];
}

SpanTree::Place SpanTree::find(std::uint32_t index) const {
  SP_CHECK(index < prepare_total_);
  std::uint32_t at = root_;
  std::uint32_t effect = 0;
  for (;;) {
    const Node& node = nodes_[at];
    std::uint32_t slot = 0;
    while (index >= node.prepare[slot]) {
      index -= node.prepare[slot];
      effect += node.effect[slot++];
    }
    at = node.child[slot];
    if (node.over_leaves) break;
  }
  const Leaf& leaf = leaves_[at];
  for (std::uint32_t slot = 0;; ++slot) {
    const Span& span = spans_[leaf.spans[slot]];
    const std::uint32_t here = span.prepared();
    if (index < here) return {leaf.spans[slot], index, effect};
    index -= here;
    effect += span.effective();
  }
}

SpanTree::Place SpanTree::find_id(ItemId id) const {
  std::uint32_t span = base_tail_;
  if (id >= first_inserted) {
    span = inserted_index_[(id - first_inserted) / bucket_size];
  } else if (id / bucket_size < base_index_.size()) {
    span = base_index_[id / bucket_size];
  }
  while (id - spans_[span].id >= spans_[span].length && spans_[span].next_by_id != no_index) {
    span = spans_[span].next_by_id;
  }
  return {span, id - spans_[span].id, 0};
}

bool SpanTree::is_before(ItemId a, ItemId b) const {
  const Place x = find_id(a);
  const Place y = find_id(b);
  if (x.span == y.span) return x.offset < y.offset;
  std::uint32_t p = spans_[x.span].leaf;
  std::uint32_t q = spans_[y.span].leaf;
  if (p == q) return slot_in_leaf(x.span) < slot_in_leaf(y.span);
  bool leaf = true;
  for (;;) {
    const std::uint32_t up = parent_of(leaf, p);
    const std::uint32_t vp = parent_of(leaf, q);
    if (up == vp) return slot_of(nodes_[up], p) < slot_of(nodes_[up], q);
    p = up;
    q = vp;
    leaf = false;
  }
}

std::uint32_t SpanTree::effect_before(std::uint32_t span) const {
  const std::uint32_t leaf_index = spans_[span].leaf;
  const Leaf& leaf = leaves_[leaf_index];
  std::uint32_t sum = 0;
  for (std::uint32_t slot = 0; leaf.spans[slot] != span; ++slot) sum += spans_[leaf.spans[slot]].effective();
  std::uint32_t child = leaf_index;
  for (std::uint32_t at = leaf.parent; at != no_index; at = nodes_[at].parent) {
    const Node& node = nodes_[at];
    for (std::uint32_t slot = 0; node.child[slot] != child; ++slot) sum += node.effect[slot];
    child = at;
  }
  return sum;
}

void SpanTree::add(std::uint32_t leaf, std::uint32_t prepare, std::uint32_t effect) {
  prepare_total_ += prepare;
  effect_total_ += effect;
  add_above(leaf, leaves_[leaf].parent, prepare, effect);
}

void SpanTree::add_above(std::uint32_t child, std::uint32_t parent, std::uint32_t prepare,
                         std::uint32_t effect) {
  for (std::uint32_t at = parent; at != no_index; at = nodes_[at].parent) {
    Node& node = nodes_[at];
    const std::uint32_t slot = slot_of(node, child);
    node.prepare[slot] += prepare;
    node.effect[slot] += effect;
    child = at;
  }
}

void SpanTree::set_parent(bool leaf, std::uint32_t index, std::uint32_t parent) {
  if (leaf) {
    leaves_[index].parent = parent;
  } else {
    nodes_[index].parent = parent;
  }
}

void SpanTree::split_node(std::uint32_t index) {
  const auto fresh = static_cast<std::uint32_t>(nodes_.size());
  nodes_.emplace_back();
  Node& low = nodes_[index];
  Node& high = nodes_[fresh];
  const std::uint32_t keep = low.count / 2;
  high.over_leaves = low.over_leaves;
  high.count = low.count - keep;
  std::uint32_t prepare = 0;
  std::uint32_t effect = 0;
  for (std::uint32_t i = 0; i < high.count; ++i) {
    high.child[i] = low.child[keep + i];
    prepare += high.prepare[i] = low.prepare[keep + i];
    effect += high.effect[i] = low.effect[keep + i];
    set_parent(high.over_leaves, high.child[i], fresh);
  }
  low.count = keep;
  if (low.parent == no_index) {
    const auto top = static_cast<std::uint32_t>(nodes_.size());
    nodes_.emplace_back();
    Node& root = nodes_[top];
    root.over_leaves = false;
    root.count = 1;
    root.child[0] = index;
    root.prepare[0] = prepare;
    root.effect[0] = effect;
    for (std::uint32_t i = 0; i < keep; ++i) {
      root.prepare[0] += nodes_[index].prepare[i];
      root.effect[0] += nodes_[index].effect[i];
    }
    nodes_[index].parent = top;
    root_ = top;
  }
  const std::uint32_t parent = nodes_[index].parent;
  const std::uint32_t slot = slot_of(nodes_[parent], index);
  nodes_[parent].prepare[slot] -= prepare;
  nodes_[parent].effect[slot] -= effect;
  insert_child(parent, slot + 1, fresh, prepare, effect);
}

// What lies above the node counts the child already.
void SpanTree::insert_child(std::uint32_t index, std::uint32_t slot, std::uint32_t child,
                            std::uint32_t prepare, std::uint32_t effect) {
  const bool full = nodes_[index].count == node_capacity;
  if (full) {
    add_above(index, nodes_[index].parent, 0U - prepare, 0U - effect);
    const std::uint32_t keep = nodes_[index].count / 2;
    // The new half is the last node made, unless a new root came after it: look it up by its first child.
    const std::uint32_t first_moved = nodes_[index].child[keep];
    const bool leaf = nodes_[index].over_leaves;
    split_node(index);
    if (slot > keep) {
      slot -= keep;
      index = parent_of(leaf, first_moved);
    }
  }
  Node& node = nodes_[index];
  for (std::uint32_t i = node.count; i > slot; --i) {
    node.child[i] = node.child[i - 1];
    node.prepare[i] = node.prepare[i - 1];
    node.effect[i] = node.effect[i - 1];
  }
  node.child[slot] = child;
  node.prepare[slot] = prepare;
  node.effect[slot] = effect;
  ++node.count;
  set_parent(node.over_leaves, child, index);
  if (full) add_above(index, node.parent, prepare, effect);
}

void SpanTree::split_leaf(std::uint32_t index) {
  const auto fresh = static_cast<std::uint32_t>(leaves_.size());
  leaves_.emplace_back();
  Leaf& low = leaves_[index];
  Leaf& high = leaves_[fresh];
  const std::uint32_t keep = low.count / 2;
  high.count = low.count - keep;
  high.next = low.next;
  low.next = fresh;
  std::uint32_t prepare = 0;
  std::uint32_t effect = 0;
  for (std::uint32_t i = 0; i < high.count; ++i) {
    const std::uint32_t span = high.spans[i] = low.spans[keep + i];
    spans_[span].leaf = fresh;
    prepare += spans_[span].prepared();
    effect += spans_[span].effective();
  }
  low.count = keep;
  const std::uint32_t parent = low.parent;
  const std::uint32_t slot = slot_of(nodes_[parent], index);
  nodes_[parent].prepare[slot] -= prepare;
  nodes_[parent].effect[slot] -= effect;
  insert_child(parent, slot + 1, fresh, prepare, effect);
}

void SpanTree::put_in_leaf(std::uint32_t index, std::uint32_t slot, std::uint32_t span) {
  if (leaves_[index].count == leaf_capacity) {
    split_leaf(index);
    const std::uint32_t keep = leaves_[index].count;
    if (slot > keep) {
      slot -= keep;
      index = leaves_[index].next;
    }
  }
  Leaf& leaf = leaves_[index];
  for (std::uint32_t i = leaf.count; i > slot; --i) leaf.spans[i] = leaf.spans[i - 1];
  leaf.spans[slot] = span;
  ++leaf.count;
  spans_[span].leaf = index;
}

void SpanTree::cover_base(ItemId id) {
  if (base_index_.size() <= id / bucket_size) base_index_.resize(id / bucket_size + 1, base_tail_);
}

void SpanTree::index_ids(std::uint32_t span) {
  const Span& s = spans_[span];
  const bool inserted = s.id >= first_inserted;
  const ItemId start = inserted ? s.id - first_inserted : s.id;
  std::vector<std::uint32_t>& index = inserted ? inserted_index_ : base_index_;
  for (std::uint32_t b = (start + bucket_size - 1) / bucket_size;
       b < index.size() && b * bucket_size < start + s.length; ++b) {
    index[b] = span;
  }
}

std::uint32_t SpanTree::split(std::uint32_t span, std::uint32_t offset) {
  if (offset == 0 || offset == spans_[span].length) return span;
  if (spans_[span].id < first_inserted) cover_base(spans_[span].id + offset);
  const std::uint32_t slot = slot_in_leaf(span) + 1;
  const auto fresh = static_cast<std::uint32_t>(spans_.size());
  Span half = spans_[span];
  half.id += offset;
  half.length -= offset;
  half.left = half.id - 1;
  spans_.push_back(half);
  spans_[span].length = offset;
  spans_[span].next_by_id = fresh;
  if (span == base_tail_) base_tail_ = fresh;
  index_ids(fresh);
  if (leaves_[half.leaf].count < leaf_capacity) {
    put_in_leaf(half.leaf, slot, fresh);
    return fresh;
  }
  // The leaf is cut in two and counted: for that moment the second half is nowhere.
  add(half.leaf, 0U - half.prepared(), 0U - half.effective());
  put_in_leaf(half.leaf, slot, fresh);
  add(spans_[fresh].leaf, half.prepared(), half.effective());
  return fresh;
}

std::uint32_t SpanTree::insert_after(std::uint32_t after, Span span) {
  const auto fresh = static_cast<std::uint32_t>(spans_.size());
  span.id = next_id_;
  span.next_by_id = no_index;
  // The newest id lies in the span at the end of the chain.
  if (!inserted_index_.empty()) spans_[find_id(span.id - 1).span].next_by_id = fresh;
  next_id_ += span.length;
  inserted_index_.resize((next_id_ - first_inserted + bucket_size - 1) / bucket_size, fresh);
  spans_.push_back(span);
  const std::uint32_t leaf = after == no_index ? first_leaf_ : spans_[after].leaf;
  put_in_leaf(leaf, after == no_index ? 0 : slot_in_leaf(after) + 1, fresh);
  add(spans_[fresh].leaf, span.prepared(), span.effective());
  return fresh;
}

void SpanTree::extend(std::uint32_t span, std::uint32_t length) {
  spans_[span].length += length;
  next_id_ += length;
  inserted_index_.resize((next_id_ - first_inserted + bucket_size - 1) / bucket_size, span);
  add(spans_[span].leaf, spans_[span].prepare == 1 ? length : 0U, spans_[span].deleted ? 0U : length);
}

void SpanTree::set_prepare(std::uint32_t span, std::uint32_t prepare) {
  const std::uint32_t before = spans_[span].prepared();
  spans_[span].prepare = prepare;
  const std::uint32_t change = spans_[span].prepared() - before;
  if (change != 0) add(spans_[span].leaf, change, 0);
}

void SpanTree::set_deleted(std::uint32_t span) {
  Span& s = spans_[span];
  const std::uint32_t effect = 0U - s.effective();
  s.prepare = 2;
  s.deleted = true;
  add(s.leaf, 0U - s.length, effect);
}

}  // namespace samplan::merge::text
