#include "client-core/fhir/patient_file.h"

#include <limits>
#include <tuple>

#include "client-core/fhir/codes.h"
#include "client-core/fhir/words.h"

namespace samplan::fhir {
namespace {

bool is_individuell_plan(const Json& care_plan) {
  for (const Json* category : objects_in(care_plan, "category")) {
    if (folded(string_in(*category, "text")) == "individuell plan") return true;
    for (const Coding& coding : codings_of(*category)) {
      if (folded(coding.display) == "individuell plan") return true;
      if (coding.code == "A02-2" && coding.system == document_type_system) return true;
    }
  }
  return false;
}

UnixMs age_key(const Json& care_plan) {
  const Json* period = member(care_plan, "period");
  const Json* meta = member(care_plan, "meta");
  for (const std::string_view text :
       {period == nullptr ? std::string_view{} : string_in(*period, "start"), string_in(care_plan, "created"),
        meta == nullptr ? std::string_view{} : string_in(*meta, "lastUpdated")}) {
    if (const auto moment = read_moment(text)) return *moment;
  }
  return std::numeric_limits<UnixMs>::min();
}

}  // namespace

NodeId main_care_plan(const Index& index, const std::vector<NodeId>& care_plans) {
  using Rank = std::tuple<bool, bool, UnixMs>;
  NodeId best = no_node;
  Rank best_rank{};
  for (const NodeId id : care_plans) {
    const Json& plan = *index.node(id).resource;
    const Rank rank(is_individuell_plan(plan), string_in(plan, "status") == "active", age_key(plan));
    if (best == no_node || best_rank < rank) {
      best = id;
      best_rank = rank;
    }
  }
  return best;
}

}  // namespace samplan::fhir
