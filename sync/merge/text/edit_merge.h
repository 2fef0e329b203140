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
  // The log outlives the merge; it may grow.
  explicit EditMerge(const DecodedLog& log) : log_(log) {}

  // Begins before edit `first`, which with all after it has seen everything earlier, over a text of `base`
  // characters or Tracker::unknown_base.
  void start(std::uint32_t first, std::uint32_t base);
  std::uint32_t first() const { return first_; }
  std::uint32_t walked() const { return first_ + static_cast<std::uint32_t>(done_.size()); }

  // The next edit, walked(). Positions outside are clamped; in a log that apply() has written there are none.
  void walk();
  bool clamped() const { return clamped_; }
  // An edit that is not in the log, applied to `text` as well: what remains of its runs is put in `kept`, what
  // it takes out of the text in `removed`. To be appended to the log at once.
  void walk_new(const LogEdit& edit, const DeviceId& device, const std::vector<TextRun>& runs,
                TextBuffer& text, std::vector<LogRun>& kept, std::string& removed);
  bool close_base(std::uint64_t length) { return state_.close_base(length); }

  const MergeState& state() const { return state_; }
  const MergeState::Done& done(std::uint32_t edit) const { return done_[edit - first_]; }
  // Which edit an inserted item came with. Not for items that walk_new() inserted.
  std::uint32_t edit_of(ItemId id) const;

  // The last edit before `end` that had an effect; no_index if there is none.
  static std::uint32_t last_effective(const DecodedLog& log, std::uint32_t end);
  // Characters to hide and show between just after `last` and the version of `next` (which stands at the
  // log's end), and edits to look at for that.
  static std::uint64_t cost(const DecodedLog& log, std::uint32_t last, const LogEdit& next);

 private:
  void move_to(const LogEdit& next, std::uint32_t next_index);
  std::uint32_t insert(const LogEdit& edit, std::uint32_t pos, std::uint32_t chars);
  void erase(std::uint32_t pos, std::uint32_t count);

  const DecodedLog& log_;
  MergeState state_;
  std::uint32_t first_ = 0;
  std::uint32_t last_ = no_index;  // the last that was applied
  std::uint32_t typed_ = 0;        // characters the current edit has inserted
  bool clamped_ = false;
  std::vector<MergeState::Done> done_;
  std::vector<PlainEdit> edits_;
  // From which item on inserted items came with which edit: ascending.
  struct Source {
    ItemId first = 0;
    std::uint32_t edit = 0;
  };
  std::vector<Source> sources_;
};

}  // namespace samplan::merge::text
