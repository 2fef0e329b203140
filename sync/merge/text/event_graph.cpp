#include "sync/merge/text/event_graph.h"

#include <algorithm>

#include "base/utf8.h"
#include "sync/merge/text/buffer.h"

namespace samplan::merge::text {
namespace {

template <class Run>
std::size_t run_of(const std::vector<Run>& runs, Lv lv) {
  const auto after =
      std::upper_bound(runs.begin(), runs.end(), lv, [](Lv x, const Run& r) { return x < r.lv; });
  return static_cast<std::size_t>(after - runs.begin()) - 1;
}

}  // namespace

std::uint32_t EventGraph::agent(std::string_view id) {
  for (std::size_t i = agents_.size(); i-- > 0;) {
    if (agents_[i] == id) return static_cast<std::uint32_t>(i);
  }
  agents_.emplace_back(id);
  agent_state_.emplace_back();
  return static_cast<std::uint32_t>(agents_.size() - 1);
}

std::size_t EventGraph::graph_run(Lv lv) const {
  const auto after =
      std::upper_bound(graph_.begin(), graph_.end(), lv, [](Lv x, const GraphRun& r) { return x < r.start; });
  return static_cast<std::size_t>(after - graph_.begin()) - 1;
}

std::size_t EventGraph::op_run(Lv lv) const { return run_of(ops_, lv); }
std::size_t EventGraph::author_run(Lv lv) const { return run_of(authors_, lv); }

OpRun EventGraph::slice(const OpRun& op, Lv start, Lv end) const {
  OpRun out = op;
  const std::uint32_t skip = start - op.lv;
  out.lv = start;
  out.length = end - start;
  switch (op.kind) {
    case OpKind::erase: break;
    case OpKind::erase_back: out.pos -= skip; break;
    case OpKind::insert:
      out.pos += skip;
      if (out.length == op.length) break;
      if (op.bytes == op.length) {
        out.offset += skip;
        out.bytes = out.length;
      } else {
        const std::string_view text = text_of(op);
        const std::size_t from = offset_of_char(text, skip);
        out.offset += static_cast<std::uint32_t>(from);
        out.bytes = static_cast<std::uint32_t>(offset_of_char(text.substr(from), out.length));
      }
      break;
  }
  return out;
}

// Runs are as long as they can be when events come one by one, so that they do not depend on the pieces they
// came in.
void EventGraph::append_op(Lv lv, OpKind kind, std::uint32_t pos, std::uint32_t count,
                           std::string_view utf8) {
  OpRun* last = ops_.empty() ? nullptr : &ops_.back();
  if (last != nullptr && kind == OpKind::insert && last->kind == OpKind::insert &&
      pos == last->pos + last->length) {
    last->length += count;
    last->bytes += static_cast<std::uint32_t>(utf8.size());
    content_.append(utf8);
    return;
  }
  if (last != nullptr && kind != OpKind::insert && last->kind != OpKind::insert) {
    const bool forward = last->kind == OpKind::erase && pos == last->pos;
    // A run of one deletion may go on in either direction.
    const bool back =
        (last->kind == OpKind::erase_back || last->length == 1) && pos + last->length == last->pos;
    if (forward || back) {
      const std::uint32_t taken = (kind == OpKind::erase) == forward ? count : 1;
      if (back) last->kind = OpKind::erase_back;
      last->length += taken;
      if (taken < count) append_op(lv + 1, kind, kind == OpKind::erase ? pos : pos - 1, count - 1, {});
      return;
    }
  }
  OpRun run;
  run.lv = lv;
  run.length = count;
  run.pos = pos;
  run.kind = count == 1 && kind == OpKind::erase_back ? OpKind::erase : kind;
  if (kind == OpKind::insert) {
    run.offset = static_cast<std::uint32_t>(content_.size());
    run.bytes = static_cast<std::uint32_t>(utf8.size());
    content_.append(utf8);
  }
  ops_.push_back(run);
}

Status EventGraph::append(std::uint32_t agent, const Lv* parents, std::size_t parent_count, OpKind kind,
                          std::uint32_t pos, std::uint32_t count, std::string_view utf8) {
  if (count == 0 || agent >= agents_.size()) return Error{Errc::malformed, "event_graph: empty event"};
  if (kind == OpKind::erase_back && pos < count - 1) return Error{Errc::malformed, "event_graph: position"};
  if (count > events_max - size_ || utf8.size() > events_max - content_.size() || pos > events_max) {
    return Error{Errc::too_large, "event_graph"};
  }
  for (std::size_t i = 0; i < parent_count; ++i) {
    if (parents[i] >= size_ || (i > 0 && parents[i] <= parents[i - 1])) {
      return Error{Errc::malformed, "event_graph: parents"};
    }
  }
  append_op(size_, kind, pos, count, utf8);
  const bool linear = parent_count == 1 && parents[0] + 1 == size_;
  if (linear && !graph_.empty()) {
    graph_.back().end += count;
  } else {
    GraphRun run;
    run.start = size_;
    run.end = size_ + count;
    run.parents = static_cast<std::uint32_t>(parent_pool_.size());
    run.parent_count = static_cast<std::uint32_t>(parent_count);
    parent_pool_.insert(parent_pool_.end(), parents, parents + parent_count);
    graph_.push_back(run);
  }
  Agent& state = agent_state_[agent];
  if (!authors_.empty() && authors_.back().agent == agent) {
    authors_.back().length += count;
  } else {
    state.runs.push_back(static_cast<std::uint32_t>(authors_.size()));
    authors_.push_back({size_, count, agent, state.next});
  }
  state.next += count;
  // The parents are no heads any more.
  if (!(linear && heads_.size() == 1)) {
    std::size_t kept = 0;
    for (const Lv head : heads_) {
      if (!std::binary_search(parents, parents + parent_count, head)) heads_[kept++] = head;
    }
    heads_.resize(kept + 1);
  }
  size_ += count;
  heads_.back() = size_ - 1;
  return {};
}

Result<Lv> EventGraph::insert(std::uint32_t agent, const Version& parents, std::uint32_t pos,
                              std::string_view utf8) {
  if (!is_utf8(utf8)) return Error{Errc::not_utf8, "event_graph"};
  if (utf8.size() > events_max) return Error{Errc::too_large, "event_graph"};
  SP_OK(append(agent, parents.data(), parents.size(), OpKind::insert, pos,
               static_cast<std::uint32_t>(count_chars(utf8)), utf8));
  return size_ - 1;
}

Result<Lv> EventGraph::erase(std::uint32_t agent, const Version& parents, std::uint32_t pos,
                             std::uint32_t count) {
  SP_OK(append(agent, parents.data(), parents.size(), OpKind::erase, pos, count, {}));
  return size_ - 1;
}

bool EventGraph::find(std::uint32_t agent, std::uint32_t counter, Lv& out) const {
  const Agent& state = agent_state_[agent];
  if (counter >= state.next) return false;
  const auto after =
      std::upper_bound(state.runs.begin(), state.runs.end(), counter,
                       [&](std::uint32_t c, std::uint32_t run) { return c < authors_[run].counter; });
  const AgentRun& run = authors_[*(after - 1)];
  out = run.lv + (counter - run.counter);
  return true;
}

Status EventGraph::add_all(const EventGraph& other) {
  std::vector<std::uint32_t> agent_here(other.agents_.size());
  for (std::size_t i = 0; i < agent_here.size(); ++i) agent_here[i] = agent(other.agents_[i]);
  std::size_t op = 0;
  std::size_t author = 0;
  Version parents;
  for (const GraphRun& run : other.graph_) {
    Lv at = run.start;
    while (at < run.end) {
      while (at >= other.ops_[op].lv + other.ops_[op].length) ++op;
      while (at >= other.authors_[author].lv + other.authors_[author].length) ++author;
      const OpRun& o = other.ops_[op];
      const AgentRun& a = other.authors_[author];
      const Lv end = std::min({run.end, o.lv + o.length, a.lv + a.length});
      const std::uint32_t known = agent_state_[agent_here[a.agent]].next;
      const std::uint32_t counter = a.counter + (at - a.lv);
      const Lv start = at + std::min(end - at, known > counter ? known - counter : 0);
      if (start < end) {
        parents.clear();
        const Lv previous = start - 1;
        const Lv* from = start > run.start ? &previous : other.parents(run);
        const std::size_t count = start > run.start ? 1 : run.parent_count;
        for (std::size_t i = 0; i < count; ++i) {
          const AgentRun& p = other.authors_[other.author_run(from[i])];
          Lv lv = 0;
          if (!find(agent_here[p.agent], p.counter + (from[i] - p.lv), lv)) {
            return Error{Errc::malformed, "event_graph: a parent is missing"};
          }
          parents.push_back(lv);
        }
        std::sort(parents.begin(), parents.end());
        const OpRun part = other.slice(o, start, end);
        SP_OK(append(agent_here[a.agent], parents.data(), parents.size(), part.kind, part.pos, part.length,
                     part.kind == OpKind::insert ? other.text_of(part) : std::string_view{}));
      }
      at = end;
    }
  }
  return {};
}

std::vector<LvRange> EventGraph::history(const Version& version, Lv from) const {
  std::vector<LvRange> out;
  if (from >= size_) return out;
  const std::size_t first = graph_run(from);
  std::vector<Lv> reach(graph_.size() - first, 0);  // one past the newest event that is needed of each run
  const auto need = [&](Lv lv) {
    if (lv < from) return;
    Lv& r = reach[graph_run(lv) - first];
    r = std::max(r, lv + 1);
  };
  for (const Lv head : version) need(head);
  for (std::size_t i = graph_.size(); i-- > first;) {
    const Lv end = reach[i - first];
    if (end == 0) continue;
    const GraphRun& run = graph_[i];
    const Lv start = std::max(run.start, from);
    if (!out.empty() && out.back().start == end) {
      out.back().start = start;
    } else {
      out.push_back({start, end});
    }
    for (std::uint32_t p = 0; p < run.parent_count; ++p) need(parents(run)[p]);
  }
  std::reverse(out.begin(), out.end());
  return out;
}

bool EventGraph::last_critical(Lv before, Lv& out) const {
  if (heads_.empty()) return false;
  Lv low = heads_.front();
  for (std::size_t i = graph_.size(); i-- > 0;) {
    const GraphRun& run = graph_[i];
    // Whatever comes after, and every head, has something of at least `low` in its history.
    const Lv candidate = std::min(low, run.end - 1);
    if (candidate >= run.start && before > run.start) {
      out = std::min(candidate, before - 1);
      return true;
    }
    if (run.parent_count == 0) {
      return false;
    }
    low = std::min(low, parents(run)[0]);
  }
  return false;
}

}  // namespace samplan::merge::text
