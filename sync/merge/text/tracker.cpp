#include "sync/merge/text/tracker.h"

#include <algorithm>

#include "base/check.h"
#include "base/planted.h"

namespace samplan::merge::text {

void Tracker::reset(std::uint32_t base) {
  tree_.reset(base);
  owners_.clear();
  owner_starts_.clear();
}

bool Tracker::close_base(std::uint64_t result_length) {
  // effect_length = placeholder + change, so the earlier text was result_length - change.
  const auto change = static_cast<std::int64_t>(effect_length()) - static_cast<std::int64_t>(first_inserted);
  const std::int64_t base = static_cast<std::int64_t>(result_length) - change;
  if (base < 0 || base >= static_cast<std::int64_t>(first_inserted)) return false;
  return tree_.close_base(static_cast<std::uint32_t>(base));
}

bool Tracker::goes_before(const Owner& a, const Owner& b) const {
  if (a.agent != b.agent) {
    const int order = agents_[a.agent].compare(agents_[b.agent]);
    if (order != 0) return order < 0;
  }
  return a.counter != b.counter ? a.counter < b.counter : a.offset < b.offset;
}

bool Tracker::continues(std::uint32_t span, ItemId left, ItemId right, const Owner& owner) const {
  const Span& s = tree_.at(span);
  if (s.id < first_inserted || s.id + s.length != tree_.next_id() || left != s.id + s.length - 1)
    return false;
  if (s.right != right || s.prepare != 1 || s.deleted) return false;
  const Owner& mine = owners_[s.owner];
  const std::uint32_t typed = s.id + s.length - owner_starts_[s.owner];
  return mine.agent == owner.agent && mine.counter == owner.counter && mine.offset + typed == owner.offset;
}

std::uint32_t Tracker::place(std::uint32_t cursor, ItemId left, ItemId right, const Owner& owner) const {
  std::uint32_t best = cursor;  // insert after this one
  bool scanning = false;
  std::uint32_t after = cursor;
  for (;;) {
    const std::uint32_t at = after == no_index ? tree_.first() : tree_.next(after);
    if (at == no_index) break;
    const Span& other = tree_.at(at);
    if (other.prepare != 0) break;  // the right neighbour
    if (other.left == left) {
      Owner other_owner = owners_[other.owner];
      other_owner.offset += other.id - owner_starts_[other.owner];
      if (other.right == right) {
        if (goes_before(owner, other_owner)) break;
        scanning = false;
      } else if (tree_.is_before(other.right, right)) {
        // Its right neighbour is nearer: ours may go before it, unless a later one decides otherwise.
        if (!scanning) {
          scanning = true;
          best = after;
        }
      } else {
        scanning = false;
      }
    } else if (left != no_item && (other.left == no_item || tree_.is_before(other.left, left))) {
      break;
    }
    after = at;
  }
  return scanning ? best : after;
}

std::uint32_t Tracker::insert(std::uint32_t pos, std::uint32_t length, const Owner& owner) {
  SP_CHECK(pos <= prepare_length());
  std::uint32_t after = no_index;
  ItemId left = no_item;
  ItemId right = no_item;
  std::uint32_t before = 0;  // characters of the result before the insertion
  if (pos > 0) {
    const SpanTree::Place p = tree_.find(pos - 1);
    after = p.span;
    before = p.effect;
    const Span& s = tree_.at(p.span);
    left = s.id + p.offset;
    if (p.offset + 1 < s.length) {
      right = left + 1;
      tree_.split(p.span, p.offset + 1);
    }
  }
  if (right == no_item) {
    std::uint32_t at = after == no_index ? tree_.first() : tree_.next(after);
    const std::uint32_t beside = at;
    while (at != no_index && tree_.at(at).prepare == 0) at = tree_.next(at);
    if (at != no_index) right = tree_.at(at).id;
    if (beside != at && !SP_PLANTED(text_put_anywhere)) {
      const std::uint32_t cursor = after;
      after = place(after, left, right, owner);
      if (after != cursor) before = tree_.effect_before(after);
    }
  }
  if (after != no_index) before += tree_.at(after).effective();
  if (after != no_index && continues(after, left, right, owner)) {
    tree_.extend(after, length);
    return before;
  }
  Span span;
  span.length = length;
  span.left = left;
  span.right = right;
  span.prepare = 1;
  span.owner = static_cast<std::uint32_t>(owners_.size());
  owners_.push_back(owner);
  owner_starts_.push_back(tree_.next_id());
  tree_.insert_after(after, span);
  return before;
}

void Tracker::erase(std::uint32_t pos, std::uint32_t length, std::vector<ItemRange>& targets,
                    std::vector<PlainEdit>& edits) {
  if (length == 0) return;
  SP_CHECK(pos < prepare_length() && length <= prepare_length() - pos);
  const SpanTree::Place p = tree_.find(pos);
  std::uint32_t at = tree_.split(p.span, p.offset);
  std::uint32_t effect = p.effect + (at != p.span ? tree_.at(p.span).effective() : 0);
  const std::size_t own = targets.size();
  while (length > 0) {
    if (tree_.at(at).prepared() == 0) {
      effect += tree_.at(at).effective();
      at = tree_.next(at);
      continue;
    }
    const std::uint32_t here = std::min(length, tree_.at(at).length);
    tree_.split(at, here);
    const ItemRange items = {tree_.at(at).id, here};
    if (targets.size() > own && targets.back().id + targets.back().length == items.id) {
      targets.back().length += here;
    } else {
      targets.push_back(items);
    }
    const bool was_there = !tree_.at(at).deleted;
    tree_.set_deleted(at);
    if (was_there) {
      if (!edits.empty() && edits.back().deleted > 0 && edits.back().pos == effect) {
        edits.back().deleted += here;
      } else {
        edits.push_back({effect, 0, here});
      }
    }
    length -= here;
    at = tree_.next(at);
  }
}

void Tracker::change(const ItemRange& items, bool shown) {
  const std::uint32_t difference = shown ? 1U : 0U - 1U;
  SpanTree::Place p = tree_.find_id(items.id);
  std::uint32_t at = tree_.split(p.span, p.offset);
  std::uint32_t left = items.length;
  while (left > 0) {
    if (tree_.at(at).length > left) tree_.split(at, left);
    const std::uint32_t here = tree_.at(at).length;
    tree_.set_prepare(at, tree_.at(at).prepare + difference);
    left -= here;
    at = tree_.at(at).next_by_id;
  }
}

}  // namespace samplan::merge::text
