// Makes text anew from a field's log: any earlier version, and what each edit deleted and inserted. Stretches
// that nothing was concurrent to are applied as they stand; the others go through a merge.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sync/merge/text/buffer.h"
#include "sync/merge/text/edit_log.h"
#include "sync/merge/text/edit_merge.h"

namespace samplan::merge::text {

struct ReplayedRun {
  std::uint32_t pos = 0;  // in its author's text
  std::string deleted;
  std::string inserted;
};
// Called for each edit that had an effect, in order.
using OnEdit = std::function<void(std::uint32_t edit, std::vector<ReplayedRun> runs)>;

class LogReplay {
 public:
  LogReplay(const DecodedLog& log, const Bytes& bytes) : log_(log), bytes_(bytes) {}
  // The text after the first `end` edits.
  TextBuffer text(std::uint32_t end, const OnEdit* on_edit = nullptr) const;

 private:
  void apply_plainly(std::uint32_t edit, TextBuffer& text, const OnEdit* on_edit) const;
  void report(std::uint32_t edit, const EditMerge& merge, const TextBuffer& base,
              const OnEdit& on_edit) const;
  std::string_view inserted(const LogRun& run) const {
    return ByteView(bytes_).sub(run.offset, run.bytes).text();
  }

  const DecodedLog& log_;
  const Bytes& bytes_;
};

// The edits for which keep(index) holds, which have seen none of the others.
DecodedLog part_of(const DecodedLog& log, const std::function<bool(std::uint32_t)>& keep);

// Appends what stood at items: those of the text before the merge, or inserted ones.
void append_items(ItemRange items, const EditMerge& merge, const TextBuffer& base, std::string& out);

}  // namespace samplan::merge::text
