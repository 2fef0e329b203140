// The items of a text that is being merged, in text order: runs of characters ("spans") in a B+ tree that
// counts two things at once, the characters visible in the version in which the next event was made
// ("prepare") and those visible in the text that results ("effect"). Spans are found by place or by item id.
// It knows nothing of how concurrent insertions are ordered (tracker.h), nor of their characters.
//
// Source of the two counts: Gentle and Kleppmann, "Collaborative Text Editing with Eg-walker", EuroSys 2025.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace samplan::merge::text {

// One character. Below `first_inserted` the characters of the text before the merge, by position; from there
// on those inserted during it, numbered as they come.
using ItemId = std::uint32_t;
inline constexpr ItemId no_item =
    0xffffffffU;  // the start of the text as a left, its end as a right neighbour
inline constexpr ItemId first_inserted = 1U << 30;
inline constexpr std::uint32_t no_index = 0xffffffffU;

// Characters with consecutive ids that stand beside each other and share one state.
struct Span {
  ItemId id = 0;
  std::uint32_t length = 0;
  // What stood left of the first and right of the last character when they were inserted. Within a span the
  // left neighbour of a character is the one before it.
  ItemId left = no_item;
  ItemId right = no_item;
  std::uint32_t owner =
      no_index;               // the insertion it belongs to, in the tracker's table; none for earlier text
  std::uint32_t prepare = 0;  // 0 not inserted, 1 visible, n deleted by n - 1 events, in the prepare version
  std::uint32_t leaf = 0;
  std::uint32_t next_by_id = no_index;
  bool deleted = false;  // in the effect version

  std::uint32_t prepared() const { return prepare == 1 ? length : 0; }
  std::uint32_t effective() const { return deleted ? 0 : length; }
};

class SpanTree {
 public:
  static constexpr std::uint32_t unknown_base = no_index;
  // Begins anew with a text of `base` characters, fewer than first_inserted; or of a length that is not known
  // yet.
  void reset(std::uint32_t base);
  // The length of the earlier text, once it is known. False when more of it has been used than there is.
  bool close_base(std::uint32_t base);

  struct Place {
    std::uint32_t span = no_index;
    std::uint32_t offset = 0;
    std::uint32_t effect = 0;  // characters visible in the result before the span; find() only
  };

  const Span& at(std::uint32_t span) const { return spans_[span]; }
  std::uint32_t prepare_total() const { return prepare_total_; }
  std::uint32_t effect_total() const { return effect_total_; }
  std::uint32_t size() const { return static_cast<std::uint32_t>(spans_.size()); }
  std::uint32_t next_id() const { return next_id_; }

  std::uint32_t first() const;
  std::uint32_t next(std::uint32_t span) const;  // in text order; no_index after the last
  // The visible character (prepare) with this index, which is below prepare_total().
  Place find(std::uint32_t index) const;
  Place find_id(ItemId id) const;
  // Whether a stands before b in the text; both are items.
  bool is_before(ItemId a, ItemId b) const;
  // Characters visible in the result before this span.
  std::uint32_t effect_before(std::uint32_t span) const;

  // Cuts a span before `offset`, unless that is its start or end. Returns the span that starts there, or the
  // one itself for offset 0; the second half gets the new index.
  std::uint32_t split(std::uint32_t span, std::uint32_t offset);
  // Puts a new span with ids from next_id() after `after`, or at the start for no_index.
  std::uint32_t insert_after(std::uint32_t after, Span span);
  // Makes an inserted span that ends with the newest id longer.
  void extend(std::uint32_t span, std::uint32_t length);
  void set_prepare(std::uint32_t span, std::uint32_t prepare);
  // The next event deletes a visible span: in the result, too.
  void set_deleted(std::uint32_t span);

 private:
  static constexpr std::size_t leaf_capacity = 32;
  static constexpr std::size_t node_capacity = 16;
  static constexpr std::uint32_t bucket_size = 64;
  struct Leaf {
    std::uint32_t parent = 0;
    std::uint32_t next = no_index;
    std::uint32_t count = 0;
    std::array<std::uint32_t, leaf_capacity> spans;
  };
  struct Node {
    std::uint32_t parent = no_index;
    std::uint32_t count = 0;
    bool over_leaves = true;
    std::array<std::uint32_t, node_capacity> child;
    std::array<std::uint32_t, node_capacity> prepare;
    std::array<std::uint32_t, node_capacity> effect;
  };

  std::uint32_t slot_in_leaf(std::uint32_t span) const;
  std::uint32_t slot_of(const Node& node, std::uint32_t child) const;
  std::uint32_t parent_of(bool leaf, std::uint32_t index) const {
    return leaf ? leaves_[index].parent : nodes_[index].parent;
  }
  void set_parent(bool leaf, std::uint32_t index, std::uint32_t parent);
  // Differences wrap around, as unsigned numbers do.
  void add(std::uint32_t leaf, std::uint32_t prepare, std::uint32_t effect);
  void add_above(std::uint32_t child, std::uint32_t parent, std::uint32_t prepare, std::uint32_t effect);
  void put_in_leaf(std::uint32_t leaf, std::uint32_t slot, std::uint32_t span);
  void split_leaf(std::uint32_t leaf);
  void insert_child(std::uint32_t node, std::uint32_t slot, std::uint32_t child, std::uint32_t prepare,
                    std::uint32_t effect);
  void split_node(std::uint32_t node);
  void index_ids(std::uint32_t span);
  void append_base(ItemId id, std::uint32_t length);
  void cover_base(ItemId id);

  std::vector<Span> spans_;
  std::vector<Leaf> leaves_;
  std::vector<Node> nodes_;
  std::uint32_t root_ = 0;
  std::uint32_t first_leaf_ = 0;
  std::uint32_t prepare_total_ = 0;
  std::uint32_t effect_total_ = 0;
  ItemId next_id_ = first_inserted;
  std::uint32_t base_tail_ = 0;  // the span that ends the earlier text
  // The span that holds every 64th id; from there the chain next_by_id leads on. Of the earlier text only as
  // far as it has been cut; beyond that everything is base_tail_.
  std::vector<std::uint32_t> base_index_;
  std::vector<std::uint32_t> inserted_index_;
};

}  // namespace samplan::merge::text
