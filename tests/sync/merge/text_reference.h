// A second, slow merge of text to compare the real one with: one node per character in a FugueMax tree
// (Weidner and Kleppmann 2023), written from the definition, without runs, trackers or critical versions. And
// histories of people who edit without seeing each other.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sync/merge/text/event_graph.h"

namespace samplan::text_test {

struct UnitEvent {
  std::string agent;
  std::uint32_t counter = 0;
  std::vector<std::size_t> parents;  // events
  bool insertion = false;
  std::uint32_t pos = 0;
  std::string text;  // one code point
};

class FugueTree {
 public:
  // Events in an order in which parents come first.
  explicit FugueTree(const std::vector<UnitEvent>& events) : events_(events) {
    nodes_.resize(events.size());
    history_.resize(events.size());
    for (std::size_t e = 0; e < events.size(); ++e) {
      std::set<std::size_t> seen;
      for (const std::size_t p : events[e].parents) {
        seen.insert(history_[p].begin(), history_[p].end());
        seen.insert(p);
      }
      apply(e, seen);
      history_[e] = std::move(seen);
    }
  }

  std::string text() const {
    std::set<std::size_t> all;
    for (std::size_t e = 0; e < events_.size(); ++e) all.insert(e);
    return text_of(all);
  }
  std::string text_at(const std::vector<std::size_t>& heads) const {
    std::set<std::size_t> seen;
    for (const std::size_t h : heads) {
      seen.insert(history_[h].begin(), history_[h].end());
      seen.insert(h);
    }
    return text_of(seen);
  }
  std::size_t length_at(const std::vector<std::size_t>& heads) const {
    std::set<std::size_t> seen;
    for (const std::size_t h : heads) {
      seen.insert(history_[h].begin(), history_[h].end());
      seen.insert(h);
    }
    return visible(seen).size();
  }

 private:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);
  struct TreeNode {
    bool exists = false;
    std::size_t target = none;  // of a deletion
    std::size_t parent = none;
    bool right_child = true;
    std::size_t right_origin = none;
  };

  bool smaller_id(std::size_t a, std::size_t b) const {
    if (events_[a].agent != events_[b].agent) return events_[a].agent < events_[b].agent;
    return events_[a].counter < events_[b].counter;
  }

  // All characters, deleted ones too, in text order.
  void visit(std::size_t node, std::vector<std::size_t>& out) const {
    std::vector<std::size_t> left;
    std::vector<std::size_t> right;
    for (std::size_t n = 0; n < nodes_.size(); ++n) {
      if (!nodes_[n].exists || nodes_[n].parent != node || n == node) continue;
      (nodes_[n].right_child ? right : left).push_back(n);
    }
    std::sort(left.begin(), left.end(), [&](std::size_t a, std::size_t b) { return smaller_id(a, b); });
    if (right.size() > 1) {
      // Those whose right origin stands further right come first. Their right origins are older than they
      // are.
      const auto rank = [&](std::size_t n) {
        return nodes_[n].right_origin == none ? none : position_.at(nodes_[n].right_origin);
      };
      std::sort(right.begin(), right.end(), [&](std::size_t a, std::size_t b) {
        return rank(a) != rank(b) ? rank(a) > rank(b) : smaller_id(a, b);
      });
    }
    for (const std::size_t n : left) visit(n, out);
    if (node != none) out.push_back(node);
    for (const std::size_t n : right) visit(n, out);
  }

  std::vector<std::size_t> visible(const std::set<std::size_t>& seen) const {
    std::set<std::size_t> gone;
    for (const std::size_t e : seen) {
      if (nodes_[e].target != none) gone.insert(nodes_[e].target);
    }
    std::vector<std::size_t> out;
    for (const std::size_t n : order_) {
      if (seen.count(n) != 0 && gone.count(n) == 0) out.push_back(n);
    }
    return out;
  }

  std::string text_of(const std::set<std::size_t>& seen) const {
    std::string out;
    for (const std::size_t n : visible(seen)) out += events_[n].text;
    return out;
  }

  void apply(std::size_t e, const std::set<std::size_t>& seen) {
    const std::vector<std::size_t> shown = visible(seen);
    TreeNode& node = nodes_[e];
    if (!events_[e].insertion) {
      node.target = shown[events_[e].pos];
      return;
    }
    const std::size_t left = events_[e].pos == 0 ? none : shown[events_[e].pos - 1];
    // The next character in the author's view, deleted or not.
    bool passed = left == none;
    for (const std::size_t n : order_) {
      if (seen.count(n) == 0) continue;
      if (passed) {
        node.right_origin = n;
        break;
      }
      passed = n == left;
    }
    bool has_right_child = false;
    for (const std::size_t n : seen) {
      has_right_child =
          has_right_child || (nodes_[n].exists && nodes_[n].parent == left && nodes_[n].right_child);
    }
    node.exists = true;
    node.right_child = !has_right_child;
    node.parent = has_right_child ? node.right_origin : left;
    position_.clear();
    for (std::size_t i = 0; i < order_.size(); ++i) position_[order_[i]] = i;
    std::vector<std::size_t> order;
    visit(none, order);
    order_ = std::move(order);
  }

  const std::vector<UnitEvent>& events_;
  std::vector<TreeNode> nodes_;
  std::vector<std::set<std::size_t>> history_;
  std::vector<std::size_t> order_;
  std::map<std::size_t, std::size_t> position_;
};

// A small generator of its own, so that a seed means the same everywhere.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 1) {}
  std::size_t below(std::size_t n) {
    state_ ^= state_ << 13U;
    state_ ^= state_ >> 7U;
    state_ ^= state_ << 17U;
    return static_cast<std::size_t>((state_ >> 11U) % n);
  }

 private:
  std::uint64_t state_;
};

inline std::string letter(std::size_t i) {
  static const std::vector<std::string> letters = {"a", "b", "c", "d", "e", "f", "g", "h",    "i", "j",
                                                   "k", "æ", "ø", "å", "č", "đ", "ŋ", "🙂", "ا", "\n"};
  return letters[i % letters.size()];
}

// People who write, delete, go offline and come back. Versions are kept small: the newest event of each
// branch.
inline std::vector<UnitEvent> random_history(std::uint64_t seed, std::size_t people, std::size_t steps) {
  Dice dice(seed);
  std::vector<UnitEvent> events;
  std::vector<std::vector<std::size_t>> version(people);
  std::vector<std::set<std::size_t>> seen(people);
  std::vector<std::set<std::size_t>> before;  // history of each event
  std::vector<std::uint32_t> counter(people, 0);
  const auto heads_of = [&](const std::set<std::size_t>& known) {
    std::set<std::size_t> heads = known;
    for (const std::size_t e : known) {
      for (const std::size_t p : before[e]) heads.erase(p);
    }
    return std::vector<std::size_t>(heads.begin(), heads.end());
  };
  for (std::size_t step = 0; step < steps; ++step) {
    const std::size_t who = dice.below(people);
    if (dice.below(4) == 0) {
      const std::size_t other = dice.below(people);
      seen[who].insert(seen[other].begin(), seen[other].end());
      version[who] = heads_of(seen[who]);
      continue;
    }
    const FugueTree tree(events);
    std::size_t length = tree.length_at(version[who]);
    const bool insertion = length == 0 || dice.below(5) < 3;
    const std::size_t run = 1 + dice.below(3);
    const bool backwards = dice.below(3) == 0;
    std::size_t pos = dice.below(insertion ? length + 1 : length);
    for (std::size_t i = 0; i < run; ++i) {
      if (!insertion && pos >= length) break;
      UnitEvent e;
      e.agent = std::string(1, static_cast<char>('A' + (who * 7 + 3) % people));
      e.counter = counter[who]++;
      e.parents = version[who];
      e.insertion = insertion;
      e.pos = static_cast<std::uint32_t>(pos);
      if (insertion) e.text = letter(dice.below(40));
      before.push_back(seen[who]);
      events.push_back(e);
      seen[who].insert(events.size() - 1);
      version[who] = {events.size() - 1};
      if (insertion) {
        ++length;
        pos += backwards ? 0 : 1;
      } else {
        --length;
        if (backwards && pos > 0) --pos;
      }
    }
  }
  return events;
}

// The same events in another order that respects causality.
inline std::vector<std::size_t> random_order(const std::vector<UnitEvent>& events, Dice& dice) {
  std::vector<std::size_t> out;
  std::vector<bool> done(events.size(), false);
  while (out.size() < events.size()) {
    std::vector<std::size_t> ready;
    for (std::size_t e = 0; e < events.size(); ++e) {
      if (done[e]) continue;
      bool free = true;
      for (const std::size_t p : events[e].parents) free = free && done[p];
      if (free) ready.push_back(e);
    }
    const std::size_t pick = ready[dice.below(ready.size())];
    done[pick] = true;
    out.push_back(pick);
  }
  return out;
}

struct BuiltGraph {
  merge::text::EventGraph graph;
  std::vector<merge::text::Lv> lv;  // of each event
  merge::text::Version version(const std::vector<std::size_t>& heads) const {
    merge::text::Version out;
    for (const std::size_t h : heads) out.push_back(lv[h]);
    std::sort(out.begin(), out.end());
    return out;
  }
};

inline BuiltGraph build_graph(const std::vector<UnitEvent>& events, const std::vector<std::size_t>& order) {
  BuiltGraph out;
  out.lv.resize(events.size());
  for (const std::size_t e : order) {
    const UnitEvent& event = events[e];
    const auto parents = out.version(event.parents);
    const std::uint32_t agent = out.graph.agent(event.agent);
    const auto lv = event.insertion ? out.graph.insert(agent, parents, event.pos, event.text)
                                    : out.graph.erase(agent, parents, event.pos, 1);
    out.lv[e] = lv.ok() ? *lv : 0xffffffffU;
  }
  return out;
}

}  // namespace samplan::text_test
