#include "sync/merge/register.h"

#include <algorithm>
#include <utility>

#include "base/planted.h"
#include "sync/merge/limits.h"
#include "sync/merge/same_text.h"

namespace samplan::merge {
namespace {

// Takes the overwritten values out of `live`, keeping the order of the others.
std::vector<Value> take_overwritten(std::vector<Value>& live, const SeenOps& overwrites) {
  std::vector<Value> taken;
  std::vector<Value> kept;
  for (Value& v : live) (overwrites.has(v.stamp.op) ? taken : kept).push_back(std::move(v));
  live = std::move(kept);
  return taken;
}

void remember_previous(Register& field, std::vector<Value>& overwritten, const std::string& new_text) {
  Value* best = nullptr;
  for (Value& v : overwritten) {
    if (v.text == new_text) continue;
    if (best == nullptr || shows_before(v.stamp, best->stamp)) best = &v;
  }
  if (best == nullptr) return;
  best->stamp.covered = 0;  // it is no longer alive: no removal has to cover it
  field.previous = std::move(*best);
}

}  // namespace

void set(Register& field, Value value, const SeenOps& overwrites) {
  for (const Value& v : field.live)
    if (v.stamp.op == value.stamp.op) return;
  std::vector<Value> overwritten = take_overwritten(field.live, overwrites);
  if (SP_PLANTED(last_writer_wins)) field.live.clear();
  remember_previous(field, overwritten, value.text);
  if (field.live.empty()) {
    field.folded = 0;
  } else if (!field.contested) {
    // As long as it was never contested, all living values are equal, so comparing with one is enough.
    field.contested = !same_text(field.live.front().text, value.text);
  }
  if (field.live.size() == bounds::live_values_max) {
    field.live.erase(field.live.begin());
    if (field.folded < std::numeric_limits<std::uint32_t>::max()) ++field.folded;
  }
  field.live.push_back(std::move(value));
}

bool is_in_conflict(const Register& field) {
  if (field.live.size() < 2) return false;
  if (field.folded > 0) return true;
  return std::any_of(field.live.begin() + 1, field.live.end(),
                     [&](const Value& v) { return !same_text(v.text, field.live.front().text); });
}

}  // namespace samplan::merge
