// What a sync did, in words and as JSON.
#pragma once

#include <nlohmann/json.hpp>

#include "cli/language.h"
#include "cli/page.h"
#include "client-core/native/sync_runner.h"

namespace samplan::cli {

void print_report(Page& page, const native::SyncReport& report, Language language);
nlohmann::json report_json(const native::SyncReport& report);
// One line for the terminal while it goes on.
std::string progress_text(const native::SyncProgress& progress, Language language);

}  // namespace samplan::cli
