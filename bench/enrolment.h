// What it costs that somebody with many plans takes a phone into use, and closes it when it is lost.
#pragma once

#include "bench/stage.h"

namespace samplan::bench {

// Everybody of the company is synced before; waiting for people is not measured.
nlohmann::json enrolment_figures(Server& server, const Company& company, const std::string& folder);

}  // namespace samplan::bench
