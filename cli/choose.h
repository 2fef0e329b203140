// Finds what a person means by a few digits or a name in a list that the device gives.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cli/visit.h"

namespace samplan::cli {

struct ListQuery {
  nlohmann::json request;               // gives the list
  std::string_view list;                // its name in the answer
  std::string_view id;                  // the member that holds the id
  std::vector<std::string_view> names;  // members that a person may write instead, whole
};

// The one item that `written` names: by the beginning of its id, at least two digits, or a name.
// errors: not_found, invalid_argument (several fit), and what the device says.
Result<nlohmann::json> choose(Visit& visit, const ListQuery& query, const std::string& written);

// How a proposal or version is printed: its operation id cut short, "a1b2c3d4:17". choose() finds it again.
std::string short_op(std::string_view op);

// Runs a request that changes something and says `done` when it worked.
int change(Visit& visit, const nlohmann::json& request, const std::string& done);

// With the plan's whole id filled in.
template <class Run>
int with_plan(Visit& v, Run run) {
  const auto plan = v.plan_id();
  if (!plan.ok()) return v.refuse(plan.error());
  return run(*plan);
}

// Asks the person on the terminal, and takes only a clear yes. Without a terminal, or with --yes, it is a
// yes.
bool is_sure(Visit& visit, const std::string& consequence);

// "a, b,c" as a list without empty items.
std::vector<std::string> split_list(std::string_view text);

}  // namespace samplan::cli
