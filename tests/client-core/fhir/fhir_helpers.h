// Helpers for the FHIR import tests: building small files, finding records, and the check that every record
// fits the fields of the plan model.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "client-core/fhir/import.h"

namespace samplan::test {

// A collection Bundle of these resources, without fullUrls.
std::string bundle(const std::vector<std::string>& resources);
// A Patient/p with a name and a birth date.
std::string patient();
// A CarePlan/main of Patient/p, an active individuell plan, with these members added (`"goal":[…]`).
std::string main_plan(const std::string& more = {});
// Any resource of Patient/p: `"id":"…"` and the rest in `members`.
std::string of_patient(const std::string& type, const std::string& members);

// Imports, and checks what must hold of every import: it succeeds, each resource is accounted for, each
// record fits the plan model, each reference names a record of the plan.
ImportResult imported(std::string_view text);
void check_whole(const ImportResult& result);

// The records of this kind in the order they were made.
std::vector<ImportedRecord> records(const ImportedPlan& plan, const std::string& kind);
// The only record of this kind of the only plan.
ImportedRecord only(const ImportResult& result, const std::string& kind);
// Empty when the record lacks the field.
std::string field(const ImportedRecord& record, const std::string& name);
// Keys under this name.
std::vector<std::string> references(const ImportedRecord& record, const std::string& name);
// Everything of a record in one string: "kind key section; field=value; …; ref->key".
std::string shown(const ImportedRecord& record);

// Whether some line of this level about this resource holds these words in its English message.
bool reported(const ImportResult& result, ReportLine::Level level, const std::string& resource,
              const std::string& words);
std::size_t lines_with(const ImportResult& result, const std::string& words);

std::string sample_file(const std::string& name);
// The folder of shared example data, or empty (after saying so) when it is not on this machine.
std::string shared_fhir_folder();
std::string read_whole(const std::string& path);

}  // namespace samplan::test
