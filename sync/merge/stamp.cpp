#include "sync/merge/stamp.h"

#include <algorithm>
#include <utility>

namespace samplan::merge {

bool shows_before(const Stamp& a, const Stamp& b) {
  if (a.seq != b.seq) return a.seq > b.seq;
  return b.op < a.op;
}

SeenOps::SeenOps(std::vector<OpId> ids) : ids_(std::move(ids)) {
  if (!std::is_sorted(ids_.begin(), ids_.end())) std::sort(ids_.begin(), ids_.end());
}

bool SeenOps::has(const OpId& id) const { return std::binary_search(ids_.begin(), ids_.end(), id); }

}  // namespace samplan::merge
