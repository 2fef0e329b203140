#include "sync/merge/text/text_diff.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <unordered_map>

#include "sync/merge/text/buffer.h"
#include "sync/merge/text/unicode.h"

namespace samplan::merge::text {
namespace {

// Beyond this many changed clusters two stretches are said to have nothing in common.
constexpr int edits_max = 120;
// What stays between two changes must be worth a further run.
constexpr std::size_t kept_min = 4;

struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
  std::size_t size() const { return end - begin; }
};

// A text as clusters, and clusters grouped to words: what is no ASCII letter or digit separates, unless it is
// a letter of another alphabet.
class Clusters {
 public:
  explicit Clusters(std::string_view text) : text_(text), starts_(cluster_starts(text)) {}
  std::size_t size() const { return starts_.size() - 1; }
  std::string_view at(std::size_t i) const { return range({i, i + 1}); }
  std::string_view range(Range r) const {
    return text_.substr(starts_[r.begin], starts_[r.end] - starts_[r.begin]);
  }
  bool in_word(std::size_t i) const {
    const auto c = static_cast<std::uint8_t>(at(i)[0]);
    return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

 private:
  std::string_view text_;
  std::vector<std::size_t> starts_;
};

struct Change {
  Range before;
  Range after;
};

class Differ {
 public:
  Differ(const Clusters& before, const Clusters& after) : a_(before), b_(after) {}

  std::vector<Change> run() {
    compare({0, a_.size()}, {0, b_.size()}, 0);
    return std::move(out_);
  }

 private:
  void trim(Range& a, Range& b) const {
    while (a.size() > 0 && b.size() > 0 && a_.at(a.begin) == b_.at(b.begin)) {
      ++a.begin;
      ++b.begin;
    }
    while (a.size() > 0 && b.size() > 0 && a_.at(a.end - 1) == b_.at(b.end - 1)) {
      --a.end;
      --b.end;
    }
  }

  void add(Range a, Range b) {
    if (a.size() == 0 && b.size() == 0) return;
    if (!out_.empty() && a.begin - out_.back().before.end < kept_min) {
      out_.back().before.end = a.end;
      out_.back().after.end = b.end;
      return;
    }
    out_.push_back({a, b});
  }

  void compare(Range a, Range b, int depth) {
    trim(a, b);
    if (a.size() == 0 || b.size() == 0) {
      add(a, b);
      return;
    }
    constexpr int depth_max = 32;
    if (depth < depth_max && a.size() + b.size() > 64) {
      const std::vector<Change> anchors = unique_words(a, b);
      if (!anchors.empty()) {
        for (const Change& anchor : anchors) {
          compare({a.begin, anchor.before.begin}, {b.begin, anchor.after.begin}, depth + 1);
          a.begin = anchor.before.end;
          b.begin = anchor.after.end;
        }
        compare(a, b, depth + 1);
        return;
      }
    }
    by_cluster(a, b);
  }

  struct Word {
    std::size_t in_a = 0;
    std::size_t in_b = 0;
    Range a;
    Range b;
  };

  template <class Each>
  static void words(const Clusters& text, Range r, Each each) {
    for (std::size_t i = r.begin; i < r.end;) {
      std::size_t end = i + 1;
      if (text.in_word(i)) {
        while (end < r.end && text.in_word(end)) ++end;
        each(Range{i, end});
      }
      i = end;
    }
  }

  // Words that occur once on both sides, in the same order on both: a longest increasing sequence.
  std::vector<Change> unique_words(Range a, Range b) const {
    std::unordered_map<std::string_view, Word> seen;
    words(a_, a, [&](Range w) {
      Word& word = seen[a_.range(w)];
      ++word.in_a;
      word.a = w;
    });
    std::vector<std::string_view> in_order;
    words(b_, b, [&](Range w) {
      const auto found = seen.find(b_.range(w));
      if (found == seen.end()) return;
      ++found->second.in_b;
      found->second.b = w;
      in_order.push_back(found->first);
    });
    std::vector<Change> pairs;  // ascending in b
    for (const std::string_view name : in_order) {
      const Word& word = seen.find(name)->second;
      if (word.in_a == 1 && word.in_b == 1) pairs.push_back({word.a, word.b});
    }
    std::vector<std::size_t> tails;  // last of the best sequence of each length
    std::vector<std::size_t> previous(pairs.size(), pairs.size());
    for (std::size_t i = 0; i < pairs.size(); ++i) {
      const auto at =
          std::lower_bound(tails.begin(), tails.end(), pairs[i].before.begin,
                           [&](std::size_t t, std::size_t pos) { return pairs[t].before.begin < pos; });
      if (at != tails.begin()) previous[i] = *(at - 1);
      if (at == tails.end()) {
        tails.push_back(i);
      } else {
        *at = i;
      }
    }
    std::vector<Change> out;
    for (std::size_t i = tails.empty() ? pairs.size() : tails.back(); i < pairs.size(); i = previous[i]) {
      out.push_back(pairs[i]);
    }
    std::reverse(out.begin(), out.end());
    return out;
  }

  // Myers' greedy algorithm, forward only, giving up after edits_max.
  void by_cluster(Range a, Range b) {
    const auto n = static_cast<std::int64_t>(a.size());
    const auto m = static_cast<std::int64_t>(b.size());
    const std::int64_t limit = std::min<std::int64_t>(n + m, edits_max);
    std::vector<std::int64_t> furthest(static_cast<std::size_t>(2 * limit + 3), 0);
    std::vector<std::vector<std::int64_t>> history;
    const auto slot = [limit](std::int64_t k) { return static_cast<std::size_t>(k + limit + 1); };
    std::int64_t found = -1;
    for (std::int64_t d = 0; d <= limit && found < 0; ++d) {
      history.push_back(furthest);
      for (std::int64_t k = -d; k <= d; k += 2) {
        const bool down = k == -d || (k != d && furthest[slot(k - 1)] < furthest[slot(k + 1)]);
        std::int64_t x = down ? furthest[slot(k + 1)] : furthest[slot(k - 1)] + 1;
        while (x < n && x - k >= 0 && x - k < m && same(a, b, x, x - k)) ++x;
        furthest[slot(k)] = x;
        if (x >= n && x - k >= m) {
          found = d;
          break;
        }
      }
    }
    if (found < 0) {
      add(a, b);
      return;
    }
    // Back along the path: single insertions and deletions, from the end.
    std::vector<Change> steps;
    std::int64_t x = n;
    std::int64_t y = m;
    for (std::int64_t d = found; d > 0; --d) {
      const std::vector<std::int64_t>& v = history[static_cast<std::size_t>(d)];
      const std::int64_t k = x - y;
      const bool down = k == -d || (k != d && v[slot(k - 1)] < v[slot(k + 1)]);
      const std::int64_t from_k = down ? k + 1 : k - 1;
      const std::int64_t from_x = v[slot(from_k)];
      const std::int64_t from_y = from_x - from_k;
      const auto ax = a.begin + static_cast<std::size_t>(from_x);
      const auto by = b.begin + static_cast<std::size_t>(from_y);
      steps.push_back(down ? Change{{ax, ax}, {by, by + 1}} : Change{{ax, ax + 1}, {by, by}});
      x = from_x;
      y = from_y;
    }
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) add(step->before, step->after);
  }

  bool same(Range a, Range b, std::int64_t x, std::int64_t y) const {
    return a_.at(a.begin + static_cast<std::size_t>(x)) == b_.at(b.begin + static_cast<std::size_t>(y));
  }

  const Clusters& a_;
  const Clusters& b_;
  std::vector<Change> out_;
};

bool is_ascii(char c) { return (static_cast<std::uint8_t>(c) & 0x80U) == 0; }

// Whether a cluster surely begins at byte `at`: between two ASCII characters that are no line end of two, and
// at the ends.
bool surely_starts(std::string_view text, std::size_t at) {
  if (at == 0 || at == text.size()) return true;
  return is_ascii(text[at - 1]) && is_ascii(text[at]) && !(text[at - 1] == '\r' && text[at] == '\n');
}

}  // namespace

std::vector<TextRun> text_diff(std::string_view before, std::string_view after) {
  // What is equal at both ends needs no clusters. The ends are moved to where a cluster begins in both texts.
  std::size_t head = 0;
  const std::size_t shorter = std::min(before.size(), after.size());
  while (head < shorter && before[head] == after[head]) ++head;
  if (head == before.size() && head == after.size()) return {};
  while (!surely_starts(before, head) || !surely_starts(after, head)) --head;
  std::size_t tail = 0;
  while (tail < shorter - head && before[before.size() - 1 - tail] == after[after.size() - 1 - tail]) ++tail;
  while (!surely_starts(before, before.size() - tail) || !surely_starts(after, after.size() - tail)) --tail;

  const Clusters a(before.substr(head, before.size() - head - tail));
  const Clusters b(after.substr(head, after.size() - head - tail));
  std::vector<TextRun> runs;
  std::size_t pos = count_chars(before.substr(0, head));
  std::size_t at = 0;  // cluster of b up to which `pos` counts
  for (const Change& change : Differ(a, b).run()) {
    pos += count_chars(b.range({at, change.after.begin}));
    TextRun run;
    run.pos = static_cast<std::uint32_t>(pos);
    run.deleted = static_cast<std::uint32_t>(count_chars(a.range(change.before)));
    run.inserted = b.range(change.after);
    pos += count_chars(run.inserted);
    at = change.after.end;
    runs.push_back(std::move(run));
  }
  return runs;
}

}  // namespace samplan::merge::text
