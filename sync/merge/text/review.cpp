// Which paragraphs people changed without seeing each other, and the marks that say somebody has looked at
// it.
#include <algorithm>
#include <map>

#include "sync/merge/text/text_doc.h"

namespace samplan::merge::text {
namespace {

// The largest (or smallest) of numbers that belong to people, leaving out any one person.
template <class Better>
class BestOfOthers {
 public:
  explicit BestOfOthers(std::uint64_t worst) : first_(worst), second_(worst) {}
  void add(std::uint32_t author, std::uint64_t value) {
    if (author == author_ && any_) {
      if (Better()(value, first_)) first_ = value;
    } else if (!any_ || Better()(value, first_)) {
      second_ = any_ ? first_ : second_;
      first_ = value;
      author_ = author;
      any_ = true;
    } else if (Better()(value, second_)) {
      second_ = value;
    }
  }
  std::uint64_t without(std::uint32_t author) const { return any_ && author == author_ ? second_ : first_; }

 private:
  bool any_ = false;
  std::uint32_t author_ = 0;
  std::uint64_t first_;
  std::uint64_t second_;
};

// Those of `edits` (ascending) that are concurrent to another one of them by somebody else, where not both
// have been reviewed. An edit is concurrent to an earlier one by another person when that took effect after
// what it had seen.
std::vector<std::uint32_t> contested(const DecodedLog& log, const std::vector<std::uint32_t>& edits,
                                     const std::vector<bool>& reviewed) {
  constexpr std::uint64_t never = std::numeric_limits<std::uint64_t>::max();
  std::vector<bool> involved(edits.size(), false);
  BestOfOthers<std::greater<>> all_seq(0);
  BestOfOthers<std::greater<>> open_seq(0);
  for (std::size_t k = 0; k < edits.size(); ++k) {
    const LogEdit& e = log.edits[edits[k]];
    if (e.set_aside) continue;
    const bool open = !reviewed[edits[k]];
    involved[k] = (open ? all_seq : open_seq).without(e.author) > e.seen;
    all_seq.add(e.author, e.seq);
    if (open) open_seq.add(e.author, e.seq);
  }
  BestOfOthers<std::less<>> all_seen(never);
  BestOfOthers<std::less<>> open_seen(never);
  for (std::size_t k = edits.size(); k-- > 0;) {
    const LogEdit& e = log.edits[edits[k]];
    if (e.set_aside) continue;
    const bool open = !reviewed[edits[k]];
    involved[k] = involved[k] || (open ? all_seen : open_seen).without(e.author) < e.seq;
    all_seen.add(e.author, e.seen);
    if (open) open_seen.add(e.author, e.seen);
  }
  std::vector<std::uint32_t> out;
  for (std::size_t k = 0; k < edits.size(); ++k) {
    if (involved[k]) out.push_back(edits[k]);
  }
  return out;
}

std::vector<bool> marks(const DecodedLog& log, const std::vector<std::uint32_t>& reviewed) {
  std::vector<bool> out(log.size(), false);
  for (const std::uint32_t i : reviewed) {
    if (i < out.size()) out[i] = true;
  }
  return out;
}

std::vector<std::uint32_t> all_edits(const DecodedLog& log) {
  std::vector<std::uint32_t> out(log.size());
  for (std::uint32_t i = 0; i < log.size(); ++i) out[i] = i;
  return out;
}

// A merged text cut into its paragraphs, with everything that was ever there: a piece is a run of characters
// with one fate.
struct Piece {
  std::uint32_t paragraph = 0;
  std::uint32_t inserted_by = no_index;  // an edit; or before the merge
  std::uint32_t span = 0;
  bool deleted = false;
  bool missing = false;
  std::string text;
};

class Paragraphs {
 public:
  Paragraphs(const DecodedLog& log, const TextItems& items) : log_(log), items_(items) { cut(); }

  std::vector<ParagraphConflict> conflicts(const std::vector<bool>& reviewed) const {
    std::vector<ParagraphConflict> out;
    for (std::size_t from = 0; from < pieces_.size();) {
      std::size_t to = from;
      while (to < pieces_.size() && pieces_[to].paragraph == pieces_[from].paragraph) ++to;
      const std::vector<std::uint32_t> touching = touched(from, to);
      const std::vector<std::uint32_t> involved = contested(log_, touching, reviewed);
      if (!involved.empty()) out.push_back(conflict(from, to, involved));
      from = to;
    }
    return out;
  }

 private:
  void cut() {
    const SpanTree& tree = items_.tree();
    std::uint32_t paragraph = 0;
    for (std::uint32_t s = tree.first(); s != no_index; s = tree.next(s)) {
      if (tree.at(s).length == 0) continue;
      Piece piece;
      piece.inserted_by = items_.inserted_by(s);
      piece.span = s;
      piece.deleted = tree.at(s).deleted;
      EarlierText words;
      items_.append(s, words);
      piece.missing = words.missing;
      std::string_view left = words.text;
      do {
        // A newline belongs to the paragraph that it ends; one that has been deleted ends nothing.
        const std::size_t newline = piece.deleted ? std::string_view::npos : left.find('\n');
        const std::size_t size = newline == std::string_view::npos ? left.size() : newline + 1;
        piece.paragraph = paragraph;
        piece.text = left.substr(0, size);
        pieces_.push_back(piece);
        left.remove_prefix(size);
        if (newline != std::string_view::npos) ++paragraph;
      } while (!left.empty());
    }
  }

  std::vector<std::uint32_t> touched(std::size_t from, std::size_t to) const {
    std::vector<std::uint32_t> out;
    for (std::size_t p = from; p < to; ++p) {
      if (pieces_[p].inserted_by != no_index) out.push_back(pieces_[p].inserted_by);
      const auto& gone = items_.deleted_by(pieces_[p].span);
      out.insert(out.end(), gone.begin(), gone.end());
    }
    std::sort(out.begin(), out.end());
    out.erase(std::unique(out.begin(), out.end()), out.end());
    return out;
  }

  // A version as the last edits of a person's devices that belong to the conflict.
  using Tips = std::vector<std::uint32_t>;
  bool in_version(const Tips& tips, std::uint32_t edit) const {
    return std::any_of(tips.begin(), tips.end(), [&](std::uint32_t tip) {
      return edit == tip || (edit < tip && log_.sees(log_.edits[tip], edit));
    });
  }
  bool has(const Tips& tips, const Piece& piece) const {
    return piece.inserted_by == no_index || in_version(tips, piece.inserted_by);
  }
  bool lacks(const Tips& tips, const Piece& piece) const {
    const auto& gone = items_.deleted_by(piece.span);
    return std::any_of(gone.begin(), gone.end(), [&](std::uint32_t e) { return in_version(tips, e); });
  }

  ParagraphConflict conflict(std::size_t from, std::size_t to,
                             const std::vector<std::uint32_t>& involved) const {
    ParagraphConflict out;
    out.paragraph = pieces_[from].paragraph;
    std::vector<Tips> tips;
    std::map<std::uint32_t, std::size_t> side_of;
    for (const std::uint32_t e : involved) {
      const LogEdit& edit = log_.edits[e];
      const auto [at, fresh] = side_of.try_emplace(edit.author, out.sides.size());
      if (fresh) {
        out.sides.emplace_back();
        out.sides.back().author = edit.author;
        tips.emplace_back();
      }
      out.sides[at->second].ops.push_back({log_.devices[edit.device].id, edit.counter});
      Tips& mine = tips[at->second];
      // The newest edit of each device says what that device had.
      const auto same = std::find_if(mine.begin(), mine.end(),
                                     [&](std::uint32_t t) { return log_.edits[t].device == edit.device; });
      if (same == mine.end() || !log_.sees(edit, *same)) {
        mine.push_back(e);
      } else {
        *same = e;
      }
    }
    for (std::size_t p = from; p < to; ++p) {
      const Piece& piece = pieces_[p];
      std::size_t with = 0;
      bool deleted_for_all = true;
      for (std::size_t s = 0; s < tips.size(); ++s) {
        const bool there = has(tips[s], piece);
        if (there && !lacks(tips[s], piece)) add(out.sides[s].text, piece);
        with += there ? 1U : 0U;
      }
      const auto& gone = items_.deleted_by(piece.span);
      deleted_for_all = std::any_of(gone.begin(), gone.end(), [&](std::uint32_t e) {
        return std::all_of(tips.begin(), tips.end(), [&](const Tips& t) { return in_version(t, e); });
      });
      if (with == tips.size() && !deleted_for_all) add(out.base, piece);
      if (!piece.deleted) out.now += piece.text;
    }
    for (std::string* text : {&out.now, &out.base.text}) drop_newline(*text);
    for (ParagraphConflict::Side& side : out.sides) drop_newline(side.text.text);
    return out;
  }

  static void add(EarlierText& to, const Piece& piece) {
    if (piece.missing)
      to.add_missing();
    else
      to.text += piece.text;
  }
  static void drop_newline(std::string& text) {
    if (!text.empty() && text.back() == '\n') text.pop_back();
  }

  const DecodedLog& log_;
  const TextItems& items_;
  std::vector<Piece> pieces_;  // in text order
};

}  // namespace

bool TextDoc::find_contested(const DecodedLog& log) const {
  return !contested(log, all_edits(log), marks(log, reviewed_)).empty();
}

void TextDoc::mark_reviewed(const std::vector<OpId>& ops) {
  const DecodedLog log = log_.decoded();
  for (const OpId& op : ops) {
    const std::uint32_t device = log_.device(op.device);
    if (device >= log.by_device.size()) continue;
    for (const std::uint32_t i : log.by_device[device]) {
      if (log.edits[i].counter == op.counter) reviewed_.push_back(i);
    }
  }
  std::sort(reviewed_.begin(), reviewed_.end());
  reviewed_.erase(std::unique(reviewed_.begin(), reviewed_.end()), reviewed_.end());
  contested_ = find_contested(log);
}

std::vector<ParagraphConflict> TextDoc::concurrent_paragraphs() const {
  if (!contested_) return {};
  const DecodedLog log = log_.decoded();
  const std::vector<bool> reviewed = marks(log, reviewed_);
  const std::vector<std::uint32_t> involved = contested(log, all_edits(log), reviewed);
  if (involved.empty()) return {};
  const TextItems items(log, involved.front(), text_.str(), words_);
  if (!items.good()) return {};
  return Paragraphs(log, items).conflicts(reviewed);
}

}  // namespace samplan::merge::text
