// FHIR import: files become draft plans on this device, shared with nobody until the owner's consent is recorded (R24).
#include <map>

#include "client-core/commands.h"
#include "client-core/fhir/import.h"
#include "client-core/local_facts.h"
#include "client-core/plan/edit.h"

namespace samplan::handlers {
namespace {

using nlohmann::json;

std::string_view level_code(ReportLine::Level level) {
  switch (level) {
    case ReportLine::Level::error: return "error";
    case ReportLine::Level::dangling: return "dangling";
    case ReportLine::Level::skipped: return "skipped";
    case ReportLine::Level::info: return "info";
  }
  return "info";
}

Result<json> make_plan(CommandCall& call, const ImportedPlan& imported, std::vector<json>& report) {
  Context& ctx = call.ctx;
  SP_TRY(std::unique_ptr<PlanFile> made, PlanFile::create(ctx));
  PlanFile& file = call.plans.add(std::move(made));
  // Ids first, so that records may refer to each other in any order.
  std::map<std::string, EntityId> ids;
  std::map<SectionId, std::vector<const ImportedRecord*>> by_section;
  std::string owner;
  for (const ImportedRecord& r : imported.records) {
    const plan::KindSpec* kind = plan::find_kind(r.kind);
    ids[r.key] = kind != nullptr && kind->single ? plan::plan_entity() : ctx.entropy.id<EntityId>();
    by_section[r.section].push_back(&r);
    if (r.kind == "plan")
      for (const auto& f : r.fields)
        if (f.first == "owner_name") owner = f.second;
  }
  std::size_t count = 0;
  for (const auto& entry : by_section) {
    SP_TRY(const plan::SectionState* shown, file.shown(ctx, entry.first));
    plan::Editor editor(*shown, {ctx.keys.id(), ctx.person, false});
    for (const ImportedRecord* r : entry.second) {
      std::vector<std::pair<std::string, std::string>> values = r->fields;
      for (const auto& ref : r->references) {
        const auto target = ids.find(ref.second);
        if (target != ids.end()) values.emplace_back(ref.first, target->second.hex());
      }
      std::vector<plan::FieldInput> inputs;
      for (const auto& v : values) inputs.push_back({v.first, v.second});
      const Status created = editor.create_record(r->kind, ids[r->key], inputs);
      if (created.ok()) {
        ++count;
      } else {
        // Said, never dropped in silence.
        report.push_back({{"level", "error"}, {"resource", imported.source_patient + " " + r->key},
                          {"message", std::string("not entered: ") + created.error().where}, {"message_nb", "Ikke tatt inn: " + created.error().detail}});
      }
    }
    for (std::vector<plan::Op>& part : plan::split_ops(editor.take())) SP_OK(file.write(ctx, entry.first, std::move(part), false));
  }
  SP_TRY(const std::string me, text_fact(ctx, fact::name));
  SP_OK(add_record(call, file, 1, "participant", {{"name", me}, {"role", "coordinator"}, {"principal", ctx.person.hex()}}, false));
  return json{{"plan", file.id().hex()}, {"owner", owner}, {"records", count}, {"source", imported.source_patient}};
}

}  // namespace

Result<json> import_fhir_file(CommandCall& call) {
  std::vector<std::pair<std::string, std::string_view>> files;
  if (call.has("files")) {
    for (const json& f : *call.args.find("files")) {
      const auto name = f.find("name");
      const auto text = f.find("text");
      if (!f.is_object() || name == f.end() || text == f.end() || !name->is_string() || !text->is_string())
        return Error{Errc::invalid_argument, "files", "Hver fil må ha «name» og «text»."};
      files.emplace_back(name->get_ref<const std::string&>(), text->get_ref<const std::string&>());
    }
  }
  const std::string single = call.text("text");
  if (files.empty() == single.empty()) return Error{Errc::invalid_argument, "text", "Oppgi enten «text» eller «files»."};
  SP_TRY(const ImportResult imported, files.empty() ? import_fhir(single) : import_fhir_files(files));
  std::vector<json> report;
  for (const ReportLine& line : imported.report)
    report.push_back({{"level", level_code(line.level)}, {"resource", line.resource}, {"message", line.message}, {"message_nb", line.message_nb}});
  json plans = json::array();
  for (const ImportedPlan& p : imported.plans) {
    SP_TRY(json made, make_plan(call, p, report));
    plans.push_back(std::move(made));
  }
  return json{{"plans", plans}, {"report", report}, {"resources_seen", imported.resources_seen},
              {"resources_mapped", imported.resources_mapped}};
}

}  // namespace samplan::handlers
