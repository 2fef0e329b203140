#include "sync/merge/text/text_doc.h"

#include <algorithm>

#include "base/planted.h"
#include "base/utf8.h"
#include "sync/merge/text/edit_merge.h"

namespace samplan::merge::text {
namespace {

// Merging hides and shows characters; an edit that asks for much of that must have been paid for by edits of
// this field, or somebody could make every device work for hours with a few bytes. What the log can pay for
// is part of the format. An honest device that was away for months needs a few thousand; these allow for a
// million.
constexpr std::uint64_t credit_first = 1U << 20;
constexpr std::uint64_t credit_max = 1U << 22;
constexpr std::uint64_t credit_per_edit = 2048;
constexpr std::uint64_t credit_per_byte = 64;
constexpr std::uint64_t unseen_per_unit = 16;

constexpr std::string_view magic = "STD2";

bool is_acceptable(const TextEdit& edit) {
  if (edit.seq == 0 || edit.op.counter == 0 || edit.runs.size() > edit_runs_max) return false;
  std::size_t bytes = 0;
  for (const TextRun& run : edit.runs) {
    bytes += run.inserted.size();
    if (bytes > limits::text_bytes_max || !is_utf8(run.inserted)) return false;
  }
  return true;
}

Error corrupt() { return {Errc::corrupt, "text_doc: text and log differ"}; }

std::size_t inserted_bytes(const TextEdit& edit) {
  std::size_t bytes = 0;
  for (const TextRun& run : edit.runs) bytes += run.inserted.size();
  return bytes;
}

bool is_same(const std::vector<LogRun>& kept, const std::vector<TextRun>& given) {
  return std::equal(kept.begin(), kept.end(), given.begin(), given.end(),
                    [](const LogRun& a, const TextRun& b) { return a.pos == b.pos && a.deleted == b.deleted; });
}

}  // namespace

struct TextDoc::Merging {
  explicit Merging(const EditLog& l) : log(l.decoded()), merge(log) {}
  DecodedLog log;
  EditMerge merge;
  bool started = false;
};

TextDoc::TextDoc() : credit_(credit_first) {}
TextDoc::~TextDoc() = default;
TextDoc::TextDoc(const TextDoc& other)
    : text_(other.text_),
      log_(other.log_),
      credit_(other.credit_),
      reviewed_(other.reviewed_),
      contested_(other.contested_),
      words_(other.words_) {}
TextDoc& TextDoc::operator=(const TextDoc& other) {
  if (this != &other) *this = TextDoc(other);
  return *this;
}
// What merging keeps points into the document it was made for.
TextDoc::TextDoc(TextDoc&& other) noexcept
    : text_(std::move(other.text_)),
      log_(std::move(other.log_)),
      credit_(other.credit_),
      reviewed_(std::move(other.reviewed_)),
      contested_(other.contested_),
      words_(std::move(other.words_)) {
  other = TextDoc();
}
TextDoc& TextDoc::operator=(TextDoc&& other) noexcept {
  if (this == &other) return *this;
  merging_.reset();
  other.merging_.reset();
  text_ = std::move(other.text_);
  log_ = std::move(other.log_);
  credit_ = other.credit_;
  reviewed_ = std::move(other.reviewed_);
  contested_ = other.contested_;
  words_ = std::move(other.words_);
  return *this;
}

void TextDoc::settle() { merging_.reset(); }

TextDoc::Merging* TextDoc::merging() {
  if (merging_ == nullptr) merging_ = std::make_unique<Merging>(log_);
  if (!log_.decode_more(merging_->log)) settle();
  return merging_.get();
}

Result<TextOutcome> TextDoc::apply(const TextEdit& given) {
  TextOutcome nothing;
  nothing.kind = TextOutcome::Kind::refused;
  if (!is_acceptable(given) || given.seq < log_.last_seq()) return nothing;
  LogEdit edit;
  edit.device = log_.device(given.op.device);
  edit.author = given.author;
  edit.counter = given.op.counter;
  edit.seq = given.seq;
  edit.seen = std::min(given.seen_seq, given.seq - 1);
  edit.own_seen = std::min(given.own_seen, edit.counter - 1);
  if (edit.device < log_.devices().size()) {
    const LogDevice& own = log_.devices()[edit.device];
    if (own.author != edit.author) return nothing;
    edit.saw_all_own = edit.own_seen >= own.max_counter;
    if (edit.saw_all_own) {
      // Who saw an edit saw what that edit had seen.
      edit.seen = std::max(edit.seen, own.max_seen);
    } else {
      const Merging* m = merging();
      if (m == nullptr) return corrupt();
      for (const std::uint32_t i : m->log.by_device[edit.device]) {
        const LogEdit& earlier = m->log.edits[i];
        if (earlier.counter == edit.counter) {
          nothing.kind = TextOutcome::Kind::duplicate;
          return nothing;
        }
        if (earlier.counter <= edit.own_seen) edit.seen = std::max(edit.seen, earlier.seen);
      }
    }
  }
  const std::uint64_t credit_before = credit_;
  credit_ = std::min(credit_max, credit_ + credit_per_edit + credit_per_byte * inserted_bytes(given));
  const bool too_long = text_.bytes() + inserted_bytes(given) > text_hard_bytes_max ||
                        log_.inserted() + inserted_bytes(given) > inserted_max;
  if (log_.surely_sees_all(edit) || SP_PLANTED(text_saw_everything))
    return too_long ? set_aside(edit, given, false) : apply_in_order(edit, given);
  const Merging* m = merging();
  if (m == nullptr) {
    credit_ = credit_before;
    return corrupt();
  }
  const std::uint32_t base = m->log.base_of(edit);
  if (base == log_.size()) return too_long ? set_aside(edit, given, false) : apply_in_order(edit, given);
  if (too_long) return set_aside(edit, given, true);
  auto outcome = apply_concurrent(edit, given, base);
  if (!outcome.ok()) credit_ = credit_before;
  return outcome;
}

TextOutcome TextDoc::apply_in_order(const LogEdit& edit, const TextEdit& given) {
  std::vector<LogRun> kept;
  std::string removed;
  for (const TextRun& run : given.runs) {
    const std::size_t pos = std::min<std::size_t>(run.pos, text_.chars());
    const std::size_t count = std::min<std::size_t>(run.deleted, text_.chars() - pos);
    if (count == 0 && run.inserted.empty()) continue;
    text_.read(pos, count, removed);
    text_.erase(pos, count);
    const std::size_t before = text_.chars();
    text_.insert(pos, run.inserted);
    kept.push_back({static_cast<std::uint32_t>(pos), static_cast<std::uint32_t>(count),
                    static_cast<std::uint32_t>(text_.chars() - before)});
  }
  return finish(edit, given, kept, removed, false);
}

// The merge state covers all edits of the log, and begins where everything earlier is seen by all, the new
// one included.
Status TextDoc::prepare(std::uint32_t base) {
  Merging& m = *merging_;
  if (!m.started || m.merge.first() > base) {
    std::uint32_t first = base;
    for (std::uint32_t i = m.log.size(); i-- > first;) first = std::min(first, m.log.base[i]);
    m.merge.start(first, first == 0 ? 0 : Tracker::unknown_base);
    while (m.merge.walked() < m.log.size()) m.merge.walk();
    m.started = first == 0 || m.merge.close_base(text_.chars());
  }
  while (m.merge.walked() < m.log.size()) m.merge.walk();
  if (!m.started || m.merge.state().tracker().effect_length() != text_.chars()) {
    settle();
    return corrupt();
  }
  return {};
}

Result<TextOutcome> TextDoc::apply_concurrent(const LogEdit& edit, const TextEdit& given,
                                              std::uint32_t base) {
  const DecodedLog& log = merging_->log;
  const std::uint32_t last = EditMerge::last_effective(log, log.size());
  // Besides hiding and showing, an insertion may be compared with each concurrent one.
  std::uint64_t insertions = 0;
  for (const TextRun& run : given.runs) insertions += run.inserted.empty() ? 0U : 1U;
  const std::uint64_t cost =
      EditMerge::cost(log, last, edit) + insertions * (log.size() - base) / unseen_per_unit;
  if (cost > credit_) return set_aside(edit, given, true);
  SP_OK(prepare(base));
  credit_ -= cost;
  for (std::uint32_t j = base; j < log.size() && !contested_; ++j) {
    contested_ = log.edits[j].author != edit.author && !log.edits[j].set_aside && !log.sees(edit, j);
  }
  std::vector<LogRun> kept;
  std::string removed;
  merging_->merge.walk_new(edit, given.op.device, given.runs, text_, kept, removed);
  return finish(edit, given, kept, removed, true);
}

TextOutcome TextDoc::set_aside(LogEdit edit, const TextEdit& given, bool concurrent) {
  edit.set_aside = true;
  std::string wanted;
  for (const TextRun& run : given.runs) wanted += run.inserted;
  return finish(edit, given, {}, wanted, concurrent);
}

// `words`: what it took out of the text; of one that is set aside, what it wanted to insert.
TextOutcome TextDoc::finish(LogEdit edit, const TextEdit& given, const std::vector<LogRun>& kept,
                            std::string_view words, bool concurrent) {
  edit.over_long = !edit.set_aside && over_long();
  edit.clamped = !edit.set_aside && !is_same(kept, given.runs);
  words_.add(log_.size(), words);
  log_.append(edit, given.op.device, kept);
  TextOutcome outcome;
  outcome.kind = edit.set_aside ? TextOutcome::Kind::set_aside : TextOutcome::Kind::applied;
  outcome.concurrent = concurrent;
  outcome.clamped = edit.clamped;
  outcome.over_long = edit.over_long;
  return outcome;
}

Bytes TextDoc::encode() const {
  Bytes out;
  const std::string text = text_.str();
  out.reserve(text.size() + log_.bytes() + 64);
  append(out, ByteView::of(magic));
  append_u8(out, contested_ ? 1 : 0);
  append_varint(out, credit_);
  append_varint(out, reviewed_.size());
  std::uint32_t expected = 0;
  for (const std::uint32_t i : reviewed_) {
    append_varint(out, i - expected);
    expected = i + 1;
  }
  append_varint(out, text.size());
  append(out, ByteView::of(text));
  log_.encode(out);
  return out;
}

Result<TextDoc> TextDoc::decode(ByteView bytes) { return read(bytes, true); }
Result<TextDoc> TextDoc::open(ByteView bytes) { return read(bytes, false); }

Result<TextDoc> TextDoc::read(ByteView bytes, bool strictly) {
  const Error malformed = {Errc::malformed, "text_doc"};
  Reader in(bytes);
  if (in.take(magic.size()).text() != magic) return malformed;
  TextDoc doc;
  const std::uint8_t contested = in.u8();
  doc.credit_ = in.varint();
  const std::uint64_t reviewed = in.varint();
  if (!in.ok() || contested > 1 || doc.credit_ > credit_max || reviewed > in.left()) return malformed;
  doc.contested_ = contested == 1;
  std::uint64_t expected = 0;
  for (std::uint64_t i = 0; i < reviewed; ++i) {
    const std::uint64_t at = expected + in.varint();
    if (at < expected || at > in.left()) return malformed;
    doc.reviewed_.push_back(static_cast<std::uint32_t>(at));
    expected = at + 1;
  }
  const std::uint64_t text_size = in.varint();
  if (!in.ok() || text_size > text_hard_bytes_max || text_size > in.left()) return malformed;
  const std::string_view text = in.take(static_cast<std::size_t>(text_size)).text();
  if (!is_utf8(text)) return Error{Errc::not_utf8, "text_doc"};
  SP_TRY(doc.log_, strictly ? EditLog::decode(in) : EditLog::open(in));
  if (expected > doc.log_.size()) return malformed;
  doc.text_ = TextBuffer(text);
  return doc;
}

}  // namespace samplan::merge::text
