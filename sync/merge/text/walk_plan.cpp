#include "sync/merge/text/walk_plan.h"

#include <algorithm>

namespace samplan::merge::text {

WalkPlan::WalkPlan(const EventGraph& graph, const std::vector<LvRange>& ranges,
                   const std::vector<LvRange>& known) {
  cut(graph, ranges, known);
  find_stretches();
}

std::uint32_t WalkPlan::piece_ending(Lv lv) const {
  const auto after =
      std::upper_bound(pieces_.begin(), pieces_.end(), lv, [](Lv x, const Piece& p) { return x < p.start; });
  return static_cast<std::uint32_t>(after - pieces_.begin()) - 1;
}

void WalkPlan::cut(const EventGraph& graph, const std::vector<LvRange>& ranges,
                   const std::vector<LvRange>& known) {
  if (ranges.empty()) return;
  const Lv begin = ranges.front().start;
  const std::vector<GraphRun>& runs = graph.graph();
  std::vector<Lv> cuts;
  for (std::size_t i = graph.graph_run(begin); i < runs.size() && runs[i].start < ranges.back().end; ++i) {
    for (std::uint32_t p = 0; p < runs[i].parent_count; ++p) {
      if (graph.parents(runs[i])[p] >= begin) cuts.push_back(graph.parents(runs[i])[p] + 1);
    }
  }
  for (const LvRange& r : known) {
    cuts.push_back(r.start);
    cuts.push_back(r.end);
  }
  std::sort(cuts.begin(), cuts.end());
  std::size_t next_cut = 0;
  std::size_t next_known = 0;
  pieces_.reserve(cuts.size() + 1);
  for (const LvRange& range : ranges) {
    Lv at = range.start;
    for (std::size_t i = graph.graph_run(at); at < range.end; ++i) {
      const GraphRun& run = runs[i];
      const Lv stop = std::min(run.end, range.end);
      while (at < stop) {
        while (next_cut < cuts.size() && cuts[next_cut] <= at) ++next_cut;
        Piece piece;
        piece.start = at;
        piece.end = next_cut < cuts.size() ? std::min(stop, cuts[next_cut]) : stop;
        piece.parents = static_cast<std::uint32_t>(parent_pool_.size());
        while (next_known < known.size() && known[next_known].end <= at) ++next_known;
        piece.known = next_known < known.size() && known[next_known].start <= at;
        const bool starts_run = at == run.start;
        const Lv previous = at - 1;
        const Lv* from = starts_run ? graph.parents(run) : &previous;
        const std::uint32_t count = starts_run ? run.parent_count : 1;
        for (std::uint32_t p = 0; p < count; ++p) {
          // The critical version before the plan is in everything's history and needs no mention.
          if (from[p] >= begin) parent_pool_.push_back(piece_ending(from[p]));
        }
        piece.parent_count = static_cast<std::uint32_t>(parent_pool_.size()) - piece.parents;
        pieces_.push_back(piece);
        at = piece.end;
      }
    }
  }
}

// A stretch ends before a piece when it and all later ones have everything earlier in their history: the
// tracker can begin anew there. Two ways to see that: everything later builds on the piece before, which is
// the only head; or the piece itself joins all heads, and everything later builds on it.
void WalkPlan::find_stretches() {
  const auto count = static_cast<std::uint32_t>(pieces_.size());
  // low[i]: the earliest parent of pieces i and later, plus one; 0 stands for the version before the plan.
  std::vector<std::uint32_t> low(count + 1, count);
  for (std::uint32_t i = count; i-- > 0;) {
    low[i] = pieces_[i].parent_count == 0 ? 0 : low[i + 1];
    for (std::uint32_t p = 0; p < pieces_[i].parent_count; ++p)
      low[i] = std::min(low[i], parents(pieces_[i])[p] + 1);
  }
  std::vector<bool> is_head(count, false);
  std::uint32_t heads = 0;
  std::uint32_t first = 0;
  for (std::uint32_t i = 0; i < count; ++i) {
    const Piece& piece = pieces_[i];
    std::uint32_t joined = 0;
    for (std::uint32_t p = 0; p < piece.parent_count; ++p) joined += is_head[parents(piece)[p]] ? 1U : 0U;
    const bool builds_on_last = heads == 1 && is_head[i - 1] && low[i] >= i;
    if (i > 0 && (builds_on_last || (joined == heads && low[i + 1] > i))) {
      stretches_.push_back({first, i});
      first = i;
    }
    for (std::uint32_t p = 0; p < piece.parent_count; ++p) is_head[parents(piece)[p]] = false;
    is_head[i] = true;
    heads += 1 - joined;
  }
  if (count > 0) stretches_.push_back({first, count});
}

std::vector<std::uint32_t> WalkPlan::order(const Stretch& stretch) const {
  const std::uint32_t first = stretch.first;
  const std::uint32_t count = stretch.last - first;
  std::vector<std::uint32_t> waits(count, 0);
  std::vector<std::uint32_t> child_start(count + 1, 0);
  for (std::uint32_t i = 0; i < count; ++i) {
    const Piece& piece = pieces_[first + i];
    for (std::uint32_t p = 0; p < piece.parent_count; ++p) {
      const std::uint32_t parent = parents(piece)[p];
      if (parent < first) continue;
      ++waits[i];
      ++child_start[parent - first + 1];
    }
  }
  for (std::uint32_t i = 0; i < count; ++i) child_start[i + 1] += child_start[i];
  std::vector<std::uint32_t> children(child_start[count]);
  std::vector<std::uint32_t> fill(child_start.begin(), child_start.end() - 1);
  // How much hangs on a piece alone: decides which branch is walked first.
  std::vector<std::uint64_t> weight(count, 0);
  for (std::uint32_t i = count; i-- > 0;) {
    const Piece& piece = pieces_[first + i];
    weight[i] += piece.end - piece.start;
    for (std::uint32_t p = 0; p < piece.parent_count; ++p) {
      const std::uint32_t parent = parents(piece)[p];
      if (parent < first) continue;
      children[fill[parent - first]++] = i;
      if (waits[i] == 1) weight[parent - first] += weight[i];
    }
  }
  std::vector<std::uint32_t> out;
  out.reserve(count);
  std::vector<std::uint32_t> ready;
  std::vector<std::uint32_t> later;  // not known yet to the text, but ready
  const auto heavier = [&](std::uint32_t a, std::uint32_t b) {
    return weight[a] != weight[b] ? weight[a] > weight[b] : a > b;
  };
  for (std::uint32_t i = 0; i < count; ++i) {
    if (waits[i] == 0) ready.push_back(i);
  }
  std::sort(ready.begin(), ready.end(), heavier);
  bool known_only = true;
  while (known_only || !ready.empty()) {
    if (ready.empty()) {
      known_only = false;
      ready.swap(later);
      std::sort(ready.begin(), ready.end(), heavier);
      continue;
    }
    const std::uint32_t i = ready.back();
    ready.pop_back();
    if (known_only && !pieces_[first + i].known) {
      later.push_back(i);
      continue;
    }
    out.push_back(first + i);
    const std::size_t from = ready.size();
    for (std::uint32_t c = child_start[i]; c < child_start[i + 1]; ++c) {
      if (--waits[children[c]] == 0) ready.push_back(children[c]);
    }
    std::sort(ready.begin() + static_cast<std::ptrdiff_t>(from), ready.end(), heavier);
  }
  return out;
}

void WalkPlan::difference(std::uint32_t from, std::uint32_t to, std::uint32_t stretch_first,
                          std::vector<std::uint32_t>& hide, std::vector<std::uint32_t>& show) {
  const Piece& target = pieces_[to];
  if (target.parent_count == 1 && parents(target)[0] == from) return;
  // A heap of pieces with the sides they belong to, the newest on top: once all that is left belongs to both,
  // done.
  constexpr std::uint64_t side_from = 1;
  constexpr std::uint64_t side_to = 2;
  heap_.clear();
  std::size_t single = 0;
  const auto push = [&](std::uint32_t piece, std::uint64_t sides) {
    if (piece < stretch_first) return;
    heap_.push_back(static_cast<std::uint64_t>(piece) << 2U | sides);
    std::push_heap(heap_.begin(), heap_.end());
    single += sides != 3 ? 1U : 0U;
  };
  push(from, side_from);
  for (std::uint32_t p = 0; p < target.parent_count; ++p) push(parents(target)[p], side_to);
  const std::size_t shown_before = show.size();
  while (single > 0) {
    const auto piece = static_cast<std::uint32_t>(heap_.front() >> 2U);
    std::uint64_t sides = 0;
    while (!heap_.empty() && (heap_.front() >> 2U) == piece) {
      single -= (heap_.front() & 3U) != 3 ? 1U : 0U;
      sides |= heap_.front() & 3U;
      std::pop_heap(heap_.begin(), heap_.end());
      heap_.pop_back();
    }
    if (sides == side_from) hide.push_back(piece);
    if (sides == side_to) show.push_back(piece);
    for (std::uint32_t p = 0; p < pieces_[piece].parent_count; ++p) push(parents(pieces_[piece])[p], sides);
  }
  std::reverse(show.begin() + static_cast<std::ptrdiff_t>(shown_before), show.end());
}

}  // namespace samplan::merge::text
