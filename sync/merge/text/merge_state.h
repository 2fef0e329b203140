// A tracker together with what has been done to it, piece by piece, so that a whole piece of history can be
// hidden from and shown again to the author of the next event. It knows neither the graph nor the characters.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sync/merge/text/tracker.h"

namespace samplan::merge::text {

class MergeState {
 public:
  // What one piece did: a range of actions.
  struct Done {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
  };
  struct Action {
    bool insertion = false;
    std::uint32_t first = 0;  // an insertion's first item; a deletion's first target
    std::uint32_t count = 0;  // characters; targets
  };

  void reset(std::uint32_t base) {
    tracker_.reset(base);
    targets_.clear();
    actions_.clear();
  }
  bool close_base(std::uint64_t result_length) { return tracker_.close_base(result_length); }
  void add_agent(std::string id) { tracker_.add_agent(std::move(id)); }

  const Tracker& tracker() const { return tracker_; }
  std::uint32_t length() const { return tracker_.prepare_length(); }

  // A piece: begin(), its operations, end().
  void begin() { begun_ = count(); }
  Done end() const { return {begun_, count()}; }
  // As in tracker.h; positions lie inside the text.
  std::uint32_t insert(std::uint32_t pos, std::uint32_t length, const Tracker::Owner& owner) {
    actions_.push_back({true, tracker_.next_id(), length});
    return tracker_.insert(pos, length, owner);
  }
  void erase(std::uint32_t pos, std::uint32_t length, std::vector<PlainEdit>& edits) {
    const auto first = static_cast<std::uint32_t>(targets_.size());
    tracker_.erase(pos, length, targets_, edits);
    actions_.push_back({false, first, static_cast<std::uint32_t>(targets_.size()) - first});
  }

  void hide(const Done& done) { toggle(done, false); }
  void show(const Done& done) { toggle(done, true); }

  const Action& action(std::uint32_t index) const { return actions_[index]; }
  const ItemRange& target(std::uint32_t index) const { return targets_[index]; }

 private:
  std::uint32_t count() const { return static_cast<std::uint32_t>(actions_.size()); }
  void toggle(const Done& done, bool shown) {
    for (std::uint32_t a = done.first; a < done.last; ++a) {
      const Action& action = actions_[a];
      // One more or one fewer: an insertion, then each deletion, count one each.
      if (action.insertion) {
        tracker_.change({action.first, action.count}, shown);
        continue;
      }
      for (std::uint32_t t = action.first; t < action.first + action.count; ++t) {
        tracker_.change(targets_[t], shown);
      }
    }
  }

  Tracker tracker_;
  std::vector<ItemRange> targets_;
  std::vector<Action> actions_;
  std::uint32_t begun_ = 0;
};

}  // namespace samplan::merge::text
