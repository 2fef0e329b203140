// The state of a merge: which characters exist, which of them the author of the next event saw, and where its
// insertion belongs among concurrent ones. It turns events, in any order that respects causality, into edits
// of the plain text. It never reads a character and knows no version graph: whoever walks the events says
// what to hide and show again.
//
// Order of concurrent insertions: FugueMax (Weidner and Kleppmann, "The Art of the Fugue", 2023), in the form
// of a list scan as in Gentle's YjsMod; equal neighbours on both sides are ordered by agent id (bytes), then
// counter. That order is part of the format and frozen by tests/vectors/text.txt.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sync/merge/text/span_tree.h"

namespace samplan::merge::text {

// An edit of the plain text, in code points; edits apply one after the other.
struct PlainEdit {
  std::uint32_t pos = 0;
  std::uint32_t inserted = 0;
  std::uint32_t deleted = 0;  // either this or `inserted`
};

struct ItemRange {
  ItemId id = 0;
  std::uint32_t length = 0;
};

class Tracker {
 public:
  static constexpr std::uint32_t unknown_base = SpanTree::unknown_base;
  // Begins anew, over a text of `base` characters that everyone has seen.
  void reset(std::uint32_t base);
  // Once the result's length is known: what the earlier text's length must have been. False when that cannot
  // be.
  bool close_base(std::uint64_t result_length);

  // Agents are given in the order of their numbers.
  void add_agent(std::string id) { agents_.push_back(std::move(id)); }
  std::size_t agents() const { return agents_.size(); }

  std::uint32_t prepare_length() const { return tree_.prepare_total(); }
  std::uint32_t effect_length() const { return tree_.effect_total(); }

  // The name of an insertion's first character; those after it have the next offsets.
  struct Owner {
    std::uint32_t agent = 0;
    std::uint64_t counter = 0;
    std::uint32_t offset = 0;
  };
  // Inserts `length` > 0 characters before the visible one at `pos` <= prepare_length(). The new items' ids
  // are next_id() and following. Returns where in the plain text they go.
  std::uint32_t insert(std::uint32_t pos, std::uint32_t length, const Owner& owner);
  ItemId next_id() const { return tree_.next_id(); }
  // Deletes visible characters [pos, pos + length), which exist. Appends the items to `targets` and, for
  // those that the plain text still had, edits to `edits`.
  void erase(std::uint32_t pos, std::uint32_t length, std::vector<ItemRange>& targets,
             std::vector<PlainEdit>& edits);

  // Puts an insertion or a deletion back into the prepare version, or takes it out.
  void change(const ItemRange& items, bool shown);

  const SpanTree& tree() const { return tree_; }

 private:
  // The span after which an insertion between these neighbours goes, beginning after `cursor`.
  std::uint32_t place(std::uint32_t cursor, ItemId left, ItemId right, const Owner& owner) const;
  bool goes_before(const Owner& a, const Owner& b) const;
  // Whether such an insertion only goes on typing at the end of this span.
  bool continues(std::uint32_t span, ItemId left, ItemId right, const Owner& owner) const;

  SpanTree tree_;
  std::vector<Owner> owners_;
  std::vector<ItemId> owner_starts_;  // first id of each owner's insertion
  std::vector<std::string> agents_;
};

}  // namespace samplan::merge::text
