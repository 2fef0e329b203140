#include "client-core/plan/op.h"

#include <array>

#include "client-core/plan/limits.h"
#include "sync/merge/limits.h"

namespace samplan::plan {
namespace {

constexpr std::size_t set_refs_max = merge::bounds::live_values_max;
constexpr std::size_t keep_refs_max = merge::bounds::removals_max + merge::bounds::keeps_max;

//   entity kind   field  anchors runs   text                          refs
constexpr std::array<OpShape, 12> shapes{{
    {true, true, false, false, false, 0, 0},                                             // create
    {true, false, true, false, false, limits::text_bytes_max, set_refs_max},             // set
    {true, false, false, false, false, 0, bounds::removal_overwrites_max},               // remove
    {true, false, false, false, false, 0, keep_refs_max},                                // keep
    {true, false, true, false, false, bounds::set_member_bytes_max, 0},                  // set_add
    {true, false, true, false, false, 0, bounds::set_overwrites_max},                    // set_remove
    {false, false, false, false, false, 0, bounds::targets_max},                         // accept
    {false, false, false, false, false, bounds::reason_bytes_max, bounds::targets_max},  // decline
    {false, false, false, false, false, bounds::reason_bytes_max, 0},                    // note
    {true, false, false, true, false, 0, 1},                                             // place
    {true, false, true, false, true, 0, 0},  // text
    {true, false, true, false, false, 0, bounds::reviewed_max},  // review
}};

}  // namespace

const OpShape* shape_of(OpKind kind) {
  const auto number = static_cast<std::size_t>(kind);
  return number >= 1 && number <= shapes.size() ? &shapes[number - 1] : nullptr;
}

std::string_view op_name(OpKind kind) {
  static constexpr std::array<std::string_view, shapes.size()> names{
      "create", "set", "remove", "keep", "set_add", "set_remove", "accept", "decline", "note", "place", "text", "review"};
  return shape_of(kind) == nullptr ? std::string_view("other") : names[static_cast<std::size_t>(kind) - 1];
}

}  // namespace samplan::plan
