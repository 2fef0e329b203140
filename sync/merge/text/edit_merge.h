// Walks a field's edits in the order of their numbers through a merge state: for each, first hides what its
// author had not seen and shows what it had. It says what that costs beforehand, from the log alone, so that
// every device can refuse the same edit.
#pragma once

#include <cstdint>
#include <vector>

#include "base/bytes.h"
#include "sync/merge/text/buffer.h"
#include "sync/merge/text/edit_log.h"
#include "sync/merge/text/merge_state.h"

namespace samplan::merge::text {

class EditMerge {
 public:
  // Both outlive the merge; the log may grow.
  EditMerge(const DecodedLog& log, const Bytes& bytes) : log_(log), bytes_(bytes) {}

  // Begins before edit `first`, which with all after it has seen everything earlier, over a text of `base`
  // characters or Tracker::unknown_base.
  void start(std::uint32_t first, std::uint32_t base);
  std::uint32_t first() const { return first_; }
  std::uint32_t walked() const { return first_ + static_cast<std::uint32_t>(done_.size()); }

  // The next edit, walked(). Positions outside are clamped. With `text`, its effect is applied there.
  void walk(TextBuffer* text);
  // An edit that is not in the log: what remains of its runs is put in `kept`. To be appended to the log at
  // once.
  void walk_new(const LogEdit& edit, const DeviceId& device, const std::vector<TextRun>& runs,
                TextBuffer& text, std::vector<TextRun>& kept);
  bool close_base(std::uint64_t length) { return state_.close_base(length); }

  const MergeState& state() const { return state_; }
  const MergeState::Done& done(std::uint32_t edit) const { return done_[edit - first_]; }
  // Which edit an inserted item came with. This and the next: not for items that walk_new() inserted.
  std::uint32_t edit_of(ItemId id) const;
  // The text of inserted items.
  void append_text(ItemRange items, std::string& out) const;

  // The last edit before `end` that had an effect; no_index if there is none.
  static std::uint32_t last_effective(const DecodedLog& log, std::uint32_t end);
  // Characters to hide and show between just after `last` and the version of `next` (which stands at the
  // log's end), and edits to look at for that.
  static std::uint64_t cost(const DecodedLog& log, std::uint32_t last, const LogEdit& next);

 private:
  void move_to(const LogEdit& next, std::uint32_t next_index);
  void insert(const LogEdit& edit, std::uint32_t pos, std::string_view utf8, std::uint32_t chars,
              TextBuffer* text);
  void erase(std::uint32_t pos, std::uint32_t count, TextBuffer* text);

  const DecodedLog& log_;
  const Bytes& bytes_;
  MergeState state_;
  std::uint32_t first_ = 0;
  std::uint32_t last_ = no_index;  // the last that was applied
  std::uint32_t typed_ = 0;        // characters the current edit has inserted
  std::vector<MergeState::Done> done_;
  std::vector<PlainEdit> edits_;
  // From which item on inserted text stands where: ascending.
  struct Source {
    ItemId first = 0;
    std::uint32_t offset = 0;
    std::uint32_t bytes = 0;
    std::uint32_t edit = 0;
  };
  std::vector<Source>::const_iterator source_of(ItemId id) const;
  std::vector<Source> sources_;
};

}  // namespace samplan::merge::text
