// Reads FHIR R4 files and says which plan records they would become: one plan for each patient, every other
// CarePlan of that patient a sub-plan (R85, R115). It only reads and reports. It never creates a plan, never
// shares, and never takes a foreign consent for a consent (R24).
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/result.h"

namespace samplan {

// One record to be made in a plan. Kinds and field names are those of the plan model; values are plain UTF-8
// and within the bounds of their field.
struct ImportedRecord {
  std::string kind;
  std::string key;  // names the record inside this plan only, for example "goal-2"
  SectionId section = 0;
  std::vector<std::pair<std::string, std::string>> fields;      // name, value
  std::vector<std::pair<std::string, std::string>> references;  // name, key of the record referred to
};

struct ImportedPlan {
  std::string source_patient;           // for example "Patient/123"
  std::vector<ImportedRecord> records;  // the first is the `plan` record
};

struct ReportLine {
  enum class Level { error, dangling, skipped, info } level = Level::info;
  std::string resource;    // "CarePlan/123"; for a line about several, the type; for a file problem, "line 7"
  std::string message;     // plain English
  std::string message_nb;  // the same in bokmål
  // How many resources this line says were not mapped. 0: a remark about something mapped or about the file.
  std::size_t accounts_for = 0;
};

struct ImportResult {
  std::vector<ImportedPlan> plans;
  std::vector<ReportLine> report;                       // errors first, then dangling, skipped, info
  std::map<std::string, std::size_t> resources_seen;    // by resource type, contained ones too, bundles not
  std::map<std::string, std::size_t> resources_mapped;  // of those, the ones whose words went into a record
};

// Reads a Bundle, a single resource, or NDJSON of either.
//   shape    text: at most limits::fhir_bytes_max bytes of UTF-8 JSON, each document at most json_depth_max
//   deep. bundles  each Bundle is a room of its own for references; what it lacks is looked for in the rest
//   of the
//            file. A bad NDJSON line is reported with its number and the others are read.
//   dates    "2024" and "2024-05" become the first day of the year or month, the last day where they end a
//            period; each time reported. A time keeps the day its author wrote, whatever the zone.
//   errors   too_large, malformed (empty, not JSON, not FHIR), not_utf8. Cannot fail otherwise: what is well
//            formed and cannot be used stands in the report.
//   source   https://hl7.org/fhir/R4/
Result<ImportResult> import_fhir(std::string_view file_text);

// The same for several files that belong together, each given as name and text. A file that cannot be read is
// reported under its name and the others are read; an error only when none can.
//   errors   as import_fhir; too_large also when the files together exceed limits::fhir_bytes_max.
Result<ImportResult> import_fhir_files(const std::vector<std::pair<std::string, std::string_view>>& files);

// Whether every resource seen was either mapped or accounted for by the report, type by type.
bool accounting_is_complete(const ImportResult& result);

}  // namespace samplan
