#include "sync/merge/observed_set.h"

#include <algorithm>
#include <utility>

#include "base/planted.h"
#include "sync/merge/limits.h"

namespace samplan::merge {

bool add(ObservedSet& set, Addition addition) {
  if (set.additions.size() >= bounds::set_adds_max) return false;
  for (const Addition& a : set.additions)
    if (a.stamp.op == addition.stamp.op) return false;
  set.additions.push_back(std::move(addition));
  return true;
}

void remove(ObservedSet& set, const SeenOps& additions) {
  const auto gone = [&](const Addition& a) { return additions.has(a.stamp.op) || SP_PLANTED(set_remove_takes_all); };
  set.additions.erase(std::remove_if(set.additions.begin(), set.additions.end(), gone), set.additions.end());
}

std::vector<std::string> members(const ObservedSet& set) {
  std::vector<std::string> out;
  for (const Addition& a : set.additions) out.push_back(a.member);
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

bool contains(const ObservedSet& set, const std::string& member) {
  return std::any_of(set.additions.begin(), set.additions.end(),
                     [&](const Addition& a) { return a.member == member; });
}

}  // namespace samplan::merge
