// A stretch of a field's history laid out character by character, deleted ones included: who inserted and who
// deleted each, and what it says, from the text as it is and from the removed words that are here. It never
// guesses: what is not here is said to be missing.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "sync/merge/text/edit_log.h"
#include "sync/merge/text/edit_merge.h"
#include "sync/merge/text/removed_words.h"

namespace samplan::merge::text {

// What an earlier text said. Words that are not on this device stand as missing_mark.
inline constexpr std::string_view missing_mark = "[\xe2\x80\xa6]";
struct EarlierText {
  std::string text;
  bool missing = false;
  // A stretch of missing words, one mark for all that follow each other.
  void add_missing();
};

class TextItems {
 public:
  // All edits from number `from` on, and as many before it as they need. `log` and `words` outlive this.
  TextItems(const DecodedLog& log, std::uint32_t from, std::string text, const RemovedWords& words);
  // False: text and log differ; then there is nothing to ask.
  bool good() const { return good_; }

  std::uint32_t first() const { return first_; }
  const EditMerge& merge() const { return merge_; }
  const SpanTree& tree() const { return merge_.state().tracker().tree(); }
  // The edit that inserted a span; no_index for what stood there before first().
  std::uint32_t inserted_by(std::uint32_t span) const;
  // Edits that deleted a span, in order, also those that found it deleted.
  const std::vector<std::uint32_t>& deleted_by(std::uint32_t span) const { return deleters_[span]; }
  void append(std::uint32_t span, EarlierText& out) const;
  void append(ItemRange items, EarlierText& out) const;

  // The text of a version: everything before first(), and the edits for which has(index) holds.
  EarlierText version(const std::function<bool(std::uint32_t)>& has) const;

 private:
  struct Words {
    std::string_view text;
    bool here = false;
  };
  void read_text();
  void read_deletions(const RemovedWords& words);
  static void append(const Words& words, EarlierText& out);

  const DecodedLog& log_;
  EditMerge merge_;
  std::string text_;
  std::uint32_t first_ = 0;
  bool good_ = false;
  std::vector<Words> words_;                          // of each span
  std::vector<std::vector<std::uint32_t>> deleters_;  // of each span
};

}  // namespace samplan::merge::text
