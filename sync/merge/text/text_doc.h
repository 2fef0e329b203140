// One text field of a plan as every device has it: the text, and where and how much each edit inserted and
// deleted, as bytes that are read only when an edit arrives that had not seen all others. Devices that applied
// the same edits, in the order of their numbers, have the same bytes, whatever they stored and opened in
// between. Words that are gone from the text are not in these bytes; a device may remember some beside them. It
// asks nobody's permission and knows no person's rights.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "sync/merge/text/buffer.h"
#include "sync/merge/text/edit_log.h"
#include "sync/merge/text/removed_words.h"
#include "sync/merge/text/text_edit.h"
#include "sync/merge/text/text_items.h"

namespace samplan::merge::text {

struct HistoryChange {
  std::uint32_t pos = 0;  // in the text its author had, after the changes before this one
  std::string deleted;
  std::string inserted;
};

struct HistoryEntry {
  OpId op;
  std::uint32_t author = 0;
  std::uint64_t seq = 0;
  std::uint64_t seen_seq = 0;
  bool concurrent = false;
  bool clamped = false;
  bool set_aside = false;  // then `changes` says what it wanted to insert, not where
  bool reviewed = false;
  bool missing = false;  // not all of its words are on this device: missing_mark stands for them
  std::vector<HistoryChange> changes;
};

// A paragraph that people changed without seeing each other's change.
struct ParagraphConflict {
  struct Side {
    std::uint32_t author = 0;
    std::vector<OpId> ops;  // in the order of their numbers
    EarlierText text;       // the paragraph as this person had it
  };
  std::size_t paragraph = 0;  // index in the text as it is now, split at newlines
  std::string now;
  EarlierText base;  // as it was before all sides
  std::vector<Side> sides;
};

class TextDoc {
 public:
  TextDoc();
  ~TextDoc();
  // A copy costs its text and log bytes: for showing own edits on top that are not confirmed yet.
  TextDoc(const TextDoc& other);
  TextDoc& operator=(const TextDoc& other);
  TextDoc(TextDoc&&) noexcept;
  TextDoc& operator=(TextDoc&&) noexcept;

  // Edits come in the order of their numbers; those of one number in the order of their envelope. One that
  // has seen everything costs its own size; another one, the first time after opening, reading the log.
  // corrupt: the stored bytes contradict themselves; nothing has changed.
  Result<TextOutcome> apply(const TextEdit& edit);

  std::string text() const { return text_.str(); }
  std::size_t text_bytes() const { return text_.bytes(); }
  std::size_t chars() const { return text_.chars(); }
  bool over_long() const { return text_.bytes() > limits::text_bytes_max; }
  std::uint32_t edits() const { return log_.size(); }
  std::uint64_t last_seq() const { return log_.last_seq(); }

  // Marks edits as looked at by a person; unknown ids are ignored. Two concurrent edits need no attention any
  // more when both are marked.
  void mark_reviewed(const std::vector<OpId>& ops);
  // Whether concurrent_paragraphs() could be other than empty: costs nothing.
  bool may_need_review() const { return contested_; }

  // Canonical bytes: the text as it is, and no other word.
  Bytes encode() const;
  // Beside them, for this device's own store: the removed words that are here.
  const RemovedWords& removed_words() const { return words_; }
  void set_removed_words(RemovedWords words) { words_ = std::move(words); }
  // For telling history: forgets no word from here on.
  void keep_all_words() { words_.keep_all(); }
  // Strict, and linear in the bytes. Whether the text is what the log makes of it is not checked: see
  // verify().
  static Result<TextDoc> decode(ByteView bytes);
  // The same for bytes that this device wrote and sealed itself: does not look at the edits, so that opening
  // takes as long for a field with years of history as for a new one.
  static Result<TextDoc> open(ByteView bytes);
  // Merges the whole log anew and compares what can be known without its characters: every length and position,
  // the open questions, and whether the removed words fit. For bytes somebody else made.
  Status verify() const;

  // These read the whole log, and say where words are missing. Empty when text and log differ.
  std::vector<HistoryEntry> history() const;
  // After all edits with numbers up to `seq`.
  EarlierText text_at(std::uint64_t seq) const;
  // As the author had it just after this edit; not_found.
  Result<EarlierText> text_after(const OpId& op) const;
  std::vector<ParagraphConflict> concurrent_paragraphs() const;

  // Drops what merging keeps in memory. Call it when no more edits are coming for now.
  void settle();

 private:
  struct Merging;

  TextOutcome apply_in_order(const LogEdit& edit, const TextEdit& given);
  Result<TextOutcome> apply_concurrent(const LogEdit& edit, const TextEdit& given, std::uint32_t base);
  TextOutcome set_aside(LogEdit edit, const TextEdit& given, bool concurrent);
  TextOutcome finish(LogEdit edit, const TextEdit& given, const std::vector<LogRun>& kept,
                     std::string_view words, bool concurrent);
  static Result<TextDoc> read(ByteView bytes, bool strictly);
  // nullptr: the stored log contradicts itself.
  Merging* merging();
  Status prepare(std::uint32_t base);
  bool find_contested(const DecodedLog& log) const;

  TextBuffer text_;
  EditLog log_;
  std::uint64_t credit_;
  std::vector<std::uint32_t> reviewed_;  // indices in the log, ascending
  bool contested_ = false;
  RemovedWords words_;
  std::unique_ptr<Merging> merging_;
};

}  // namespace samplan::merge::text
