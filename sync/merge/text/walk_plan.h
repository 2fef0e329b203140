// The part of an event graph that is to be walked, cut into pieces so that every version in it is the end of
// some piece: each piece is then shown, hidden and applied whole. And the order in which to walk them: along
// each branch as far as it goes, shorter branches first, because every change of branch costs.
#pragma once

#include <cstdint>
#include <vector>

#include "sync/merge/text/event_graph.h"

namespace samplan::merge::text {

class WalkPlan {
 public:
  static constexpr std::uint32_t outside = 0xffffffffU;

  struct Piece {
    Lv start = 0;
    Lv end = 0;
    std::uint32_t parents = 0;  // index in the pool; only those inside the plan
    std::uint32_t parent_count = 0;
    bool known = false;  // the text has it already
  };
  // Pieces [first, last) between two critical versions.
  struct Stretch {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
    bool sequential() const { return last - first == 1; }
  };

  // Everything in `ranges` (ascending), `known` of it (ascending, too) without effect on the text.
  WalkPlan(const EventGraph& graph, const std::vector<LvRange>& ranges, const std::vector<LvRange>& known);

  const std::vector<Piece>& pieces() const { return pieces_; }
  const std::vector<Stretch>& stretches() const { return stretches_; }
  const std::uint32_t* parents(const Piece& piece) const { return parent_pool_.data() + piece.parents; }

  // The pieces of a stretch in the order to walk: first what is known.
  std::vector<std::uint32_t> order(const Stretch& stretch) const;
  // Takes the tracker from just after `from` to the version `to` was made in. `hide` and `show` are appended
  // to.
  void difference(std::uint32_t from, std::uint32_t to, std::uint32_t stretch_first,
                  std::vector<std::uint32_t>& hide, std::vector<std::uint32_t>& show);

 private:
  void cut(const EventGraph& graph, const std::vector<LvRange>& ranges, const std::vector<LvRange>& known);
  void find_stretches();
  std::uint32_t piece_ending(Lv lv) const;

  std::vector<Piece> pieces_;
  std::vector<std::uint32_t> parent_pool_;
  std::vector<Stretch> stretches_;
  std::vector<std::uint64_t> heap_;
};

}  // namespace samplan::merge::text
