#include "tests/client-core/fhir/fhir_helpers.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <set>

#include "base/limits.h"
#include "base/time.h"
#include "base/utf8.h"

namespace samplan::test {
namespace {

// The kinds and fields of the plan model that an import may use: field, then its type or its choices.
using Fields = std::map<std::string, std::string>;
const std::map<std::string, Fields>& model() {
  static const std::map<std::string, Fields> kinds = {
      {"plan",
       {{"title", "line"},
        {"status", "utkast"},
        {"period_start", "date"},
        {"period_end", "date"},
        {"owner_name", "line"},
        {"birth_date", "date"},
        {"contact", "line"},
        {"address", "text"},
        {"language", "line"},
        {"reference", "line"}}},
      {"participant",
       {{"name", "line"},
        {"role", "owner|coordinator|provider|relative|guardian|adviser|other_service|coordinating_unit"},
        {"on_behalf_of", "line"},
        {"contact", "line"},
        {"period_start", "date"},
        {"period_end", "date"}}},
      {"contribution", {{"who", "line"}, {"text", "text"}}},
      {"sub_plan",
       {{"kind", "line"},
        {"title", "line"},
        {"organisation", "line"},
        {"period_start", "date"},
        {"period_end", "date"},
        {"status", "line"},
        {"reference", "line"}}},
      {"need", {{"text", "text"}, {"date", "date"}, {"reference", "line"}}},
      {"goal",
       {{"text", "text"},
        {"whose_words", "line"},
        {"priority", "1|2|3"},
        {"target_date", "date"},
        {"status", "foreslatt|enig|pagar|nadd|delvis_nadd|ikke_nadd|avsluttet"},
        {"achievement", "text"},
        {"needs", "ref need"},
        {"reference", "line"}}},
      {"measure",
       {{"text", "text"},
        {"kind",
         "helsetjeneste|teknisk_hjelpemiddel|praktisk_tilrettelegging|sosialtjeneste|stottekontakt|stonad|"
         "opplaring|attforing|annet"},
        {"extent", "line"},
        {"responsible", "line"},
        {"how", "text"},
        {"where", "text"},
        {"by_whom", "text"},
        {"start_date", "date"},
        {"end_date", "date"},
        {"goals", "ref goal"},
        {"status", "onsket|sokt|vedtatt|pagar|fungerer_ikke|utfort|avsluttet|avslatt"},
        {"code", "line"},
        {"reference", "line"}}},
      {"note", {{"text", "text"}, {"measure", "ref measure"}, {"visited_at", "time"}}},
  };
  return kinds;
}

bool is_one_of(const std::string& value, const std::string& choices) {
  return ("|" + choices + "|").find("|" + value + "|") != std::string::npos;
}

bool fits(const std::string& value, const std::string& type) {
  if (value.empty() || !is_plain_text(value)) return false;
  if (type == "text") return value.size() <= limits::text_bytes_max;
  if (type == "line") return value.size() <= limits::name_bytes_max && value.find('\n') == std::string::npos;
  if (type == "date") return parse_date(value).has_value();
  if (type == "time") return value.size() == 20 && parse_iso(value).has_value();
  return is_one_of(value, type);
}

void check_record(const ImportedRecord& record, const std::map<std::string, std::string>& kind_by_key) {
  INFO(shown(record));
  const auto kind = model().find(record.kind);
  if (kind == model().end()) FAIL("unknown kind " << record.kind);
  std::set<std::string> seen;
  for (const auto& [name, value] : record.fields) {
    INFO(name);
    CHECK(seen.insert(name).second);
    const auto type = kind->second.find(name);
    if (type == kind->second.end()) FAIL("unknown field " << name);
    CHECK(fits(value, type->second));
  }
  for (const auto& [name, key] : record.references) {
    INFO(name << " -> " << key);
    const auto type = kind->second.find(name);
    const auto target = kind_by_key.find(key);
    if (type == kind->second.end() || target == kind_by_key.end()) FAIL("unknown reference " << name);
    CHECK(type->second == "ref " + target->second);
  }
  const bool is_frame = record.kind == "plan" || record.kind == "participant" || record.kind == "sub_plan" ||
                        record.kind == "contribution";
  CHECK(is_frame == (record.section == 1));
  CHECK((is_frame || (record.section >= 3 && record.section <= 10)));
}

}  // namespace

std::string bundle(const std::vector<std::string>& resources) {
  std::string out = R"({"resourceType":"Bundle","type":"collection","entry":[)";
  for (std::size_t i = 0; i < resources.size(); ++i) {
    out += std::string(i == 0 ? "" : ",") + R"({"resource":)" + resources[i] + "}";
  }
  return out + "]}";
}

std::string patient() {
  return R"({"resourceType":"Patient","id":"p","name":[{"family":"Prøve","given":["Ola"]}],"birthDate":"1950-03-01"})";
}

std::string of_patient(const std::string& type, const std::string& members) {
  return R"({"resourceType":")" + type + R"(","subject":{"reference":"Patient/p"},)" + members + "}";
}

std::string main_plan(const std::string& more) {
  return of_patient("CarePlan", R"("id":"main","status":"active","category":[{"text":"Individuell plan"}])" +
                                    (more.empty() ? "" : "," + more));
}

void check_whole(const ImportResult& result) {
  CHECK(accounting_is_complete(result));
  for (const ReportLine& line : result.report) {
    INFO(line.message);
    CHECK(!line.resource.empty());
    CHECK(!line.message_nb.empty());
    CHECK(is_plain_text(line.message));
    CHECK(is_plain_text(line.message_nb));
  }
  for (const ImportedPlan& plan : result.plans) {
    std::map<std::string, std::string> kind_by_key;
    for (const ImportedRecord& record : plan.records) {
      CHECK(kind_by_key.emplace(record.key, record.kind).second);
    }
    REQUIRE(!plan.records.empty());
    CHECK(plan.records[0].kind == "plan");
    CHECK(records(plan, "plan").size() == 1);
    for (const ImportedRecord& record : plan.records) check_record(record, kind_by_key);
  }
}

ImportResult imported(std::string_view text) {
  auto result = import_fhir(text);
  if (!result.ok()) FAIL(result.error().where << ": " << result.error().detail);
  check_whole(*result);
  return *result;
}

std::vector<ImportedRecord> records(const ImportedPlan& plan, const std::string& kind) {
  std::vector<ImportedRecord> out;
  for (const ImportedRecord& record : plan.records) {
    if (record.kind == kind) out.push_back(record);
  }
  return out;
}

ImportedRecord only(const ImportResult& result, const std::string& kind) {
  REQUIRE(result.plans.size() == 1);
  const auto found = records(result.plans[0], kind);
  REQUIRE(found.size() == 1);
  return found[0];
}

std::string field(const ImportedRecord& record, const std::string& name) {
  for (const auto& [known, value] : record.fields) {
    if (known == name) return value;
  }
  return {};
}

std::vector<std::string> references(const ImportedRecord& record, const std::string& name) {
  std::vector<std::string> out;
  for (const auto& [known, key] : record.references) {
    if (known == name) out.push_back(key);
  }
  return out;
}

std::string shown(const ImportedRecord& record) {
  std::string out = record.key + " " + std::to_string(record.section);
  for (const auto& [name, value] : record.fields) out += "; " + name + "=" + value;
  for (const auto& [name, key] : record.references) out += "; " + name + "->" + key;
  return out;
}

bool reported(const ImportResult& result, ReportLine::Level level, const std::string& resource,
              const std::string& words) {
  for (const ReportLine& line : result.report) {
    if (line.level == level && line.resource == resource && line.message.find(words) != std::string::npos)
      return true;
  }
  return false;
}

std::size_t lines_with(const ImportResult& result, const std::string& words) {
  std::size_t count = 0;
  for (const ReportLine& line : result.report) count += line.message.find(words) != std::string::npos;
  return count;
}

std::string read_whole(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) FAIL("cannot read " << path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::string sample_file(const std::string& name) {
  return read_whole(std::string(SAMPLAN_SOURCE_DIR) + "/samples/fhir/" + name);
}

std::string shared_fhir_folder() {
  const char* named = std::getenv("SAMPLAN_SHARED");
  const std::string shared = named != nullptr ? named : std::string(SAMPLAN_SOURCE_DIR) + "/../shared";
  const std::string folder = shared + "/data/fhir";
  if (std::ifstream(folder + "/synthea-r4/careplan-subset.ndjson")) return folder;
  std::cout << "Not tested here: no shared FHIR data in " << folder << " (set SAMPLAN_SHARED).\n";
  return {};
}

}  // namespace samplan::test
