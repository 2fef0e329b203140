// One edit of one text field, as it travels in a section, and what became of it. The author of an edit had
// seen all edits of the field that took effect up to a number of the section, and its own earlier ones: so an
// edit needs no list of parents. Nothing here decides anything.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/limits.h"
#include "sync/merge/stamp.h"

namespace samplan::merge::text {

// Positions count Unicode code points. Runs apply one after the other.
struct TextRun {
  std::uint32_t pos = 0;
  std::uint32_t deleted = 0;  // from pos on, before the insertion
  std::string inserted;       // UTF-8
  friend bool operator==(const TextRun& a, const TextRun& b) {
    return a.pos == b.pos && a.deleted == b.deleted && a.inserted == b.inserted;
  }
};

inline constexpr std::uint64_t all_own = std::numeric_limits<std::uint64_t>::max();

struct TextEdit {
  OpId op;
  std::uint32_t author = 0;    // index in the owning state's table of authors
  std::uint64_t seen_seq = 0;  // everything that took effect up to here had been seen
  // Own edits with a counter up to here had been seen, too. For a proposal that was made beside own proposals
  // that the text on the screen did not show, the last one that it did show.
  std::uint64_t own_seen = all_own;
  std::uint64_t seq = pending_seq;  // where it takes effect
  std::vector<TextRun> runs;
};

// Whatever happened, it is the same on every device that applied the same edits in the order of their
// numbers.
struct TextOutcome {
  enum class Kind : std::uint8_t {
    applied,
    // Kept in the history and without effect on the text: it would make the text longer than
    // text_hard_bytes_max, or placing it would cost more than the edits of this field have paid for
    // (docs/protocol.md).
    set_aside,
    duplicate,  // the same op id again: ignored
    refused  // not an edit: ignored. Bad UTF-8, too large, another person's device, a number before the last
             // one
  };
  Kind kind = Kind::applied;
  bool concurrent = false;  // something it had not seen was already there
  bool clamped = false;     // a position outside the text was moved to its end
  bool over_long = false;   // the text is now longer than limits::text_bytes_max
};

// A text may grow past the limit that the input field shows when several people write at once; not past this.
inline constexpr std::size_t text_hard_bytes_max = 4 * limits::text_bytes_max;
inline constexpr std::size_t edit_runs_max = 4096;

}  // namespace samplan::merge::text
