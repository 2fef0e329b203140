// Commands for import, supervision and programs: import-fhir, doctor, call, api.
#include "base/limits.h"
#include "cli/call_protocol.h"
#include "cli/choose.h"
#include "cli/command.h"
#include "cli/human.h"
#include "cli/json_read.h"
#include "cli/print_proof.h"
#include "cli/progress.h"
#include "cli/words.h"
#include "client-core/native/atomic_file.h"

namespace samplan::cli {
namespace {

using nlohmann::json;

constexpr Phrase cannot_read{"Kan ikke lese «%1».", "Cannot read “%1”."};
constexpr Phrase reading{"Leser %1 …", "Reading %1 …"};
constexpr Phrase making{"Lager planer …", "Making plans …"};
constexpr Phrase one_record{"1 opplysning", "1 record"};
constexpr Phrase many_records{"%1 opplysninger", "%1 records"};
constexpr Phrase draft_note{
    "Planene er utkast på denne enheten. De deles med ingen før planeieren har samtykket.",
    "The plans are drafts on this device. They are shared with nobody before the owner has consented."};
constexpr Phrase no_plans{"Fant ingen personer å lage planer for.", "Found no persons to make plans for."};
constexpr Phrase account{"%1 av %2 ressurser ble med i planene. Resten står i rapporten:",
                         "%1 of %2 resources went into the plans. The rest is reported:"};
constexpr Phrase account_whole{"Alle %1 ressurser ble med i planene.",
                               "All %1 resources went into the plans."};
constexpr Phrase more_lines{"… og %1 linjer til: bruk --report", "… and %1 more lines: use --report"};
constexpr Phrase all_good{"Alt er i orden.", "All is well."};
constexpr Phrase not_good{"Noe er galt. Ta vare på mappen, og si fra til driften.",
                          "Something is wrong. Keep the folder, and tell those who run it."};

constexpr std::size_t report_lines_max = 12;

std::string file_name(const std::string& path) { return path.substr(path.find_last_of('/') + 1); }

std::int64_t sum_of(const json& counts) {
  std::int64_t sum = 0;
  for (const auto& [type, count] : counts.items()) {
    (void)type;
    if (count.is_number_integer()) sum += count.get<std::int64_t>();
  }
  return sum;
}

int run_import(Visit& v) {
  ProgressLine line(v.terminal());
  json files = json::array();
  for (const std::string& path : v.args.words) {
    line.show(v.say(reading, {file_name(path)}));
    const auto file = native::read_file(path, limits::fhir_bytes_max);
    if (!file.ok()) {
      line.clear();
      return v.refuse(Error{file.code(), "cli.file",
                            v.say(cannot_read, {path}) + " " + v.say(error_phrase(errc_name(file.code())))});
    }
    files.push_back({{"name", file_name(path)}, {"text", std::string(ByteView(*file).text())}});
  }
  line.show(v.say(making));
  const json answer = v.call({{"do", "import_fhir"}, {"files", std::move(files)}});
  line.clear();
  if (!is_good(answer)) return v.refuse(answer);
  if (list_of(answer, "plans").empty()) v.page.line(v.say(no_plans));
  for (const json& plan : list_of(answer, "plans")) {
    const auto records = static_cast<std::size_t>(number_of(plan, "records"));
    v.page.line(
        {{short_id(text_of(plan, "plan")) + "  ", Tone::quiet},
         {text_of(plan, "owner") + " · " + count_text(records, one_record, many_records, v.language())}});
  }
  if (!list_of(answer, "plans").empty()) v.page.line(v.say(draft_note));
  const std::string seen = std::to_string(sum_of(object_of(answer, "resources_seen")));
  const std::string mapped = std::to_string(sum_of(object_of(answer, "resources_mapped")));
  v.page.line(seen == mapped ? v.say(account_whole, {seen}) : v.say(account, {mapped, seen}));
  const json& report = list_of(answer, "report");
  std::size_t count = 0;
  for (const json& item : report) {
    if (!v.args.has("report") && count == report_lines_max) {
      v.page.line(v.say(more_lines, {std::to_string(report.size() - count)}), 2, Tone::quiet);
      break;
    }
    ++count;
    const Tone tone = text_of(item, "level") == "error" ? Tone::bad : Tone::quiet;
    v.page.line({{text_of(item, "resource") + ": ", Tone::plain},
                 {text_of(item, v.language() == Language::nb ? "message_nb" : "message"), tone}},
                2);
  }
  return exit_good;
}

int run_doctor(Visit& v) {
  const json answer = v.call({{"do", "doctor"}});
  if (!is_good(answer)) return v.refuse(answer);
  bool is_well = true;
  for (const json& check : list_of(answer, "checks")) {
    const bool is_ok = flag_of(check, "ok");
    is_well = is_well && is_ok;
    const std::string detail = text_of(check, "detail");
    v.page.line({{is_ok ? "ok    " : v.say({"FEIL  ", "WRONG "}), is_ok ? Tone::good : Tone::bad},
                 {text_of(check, "name") + (detail.empty() ? "" : " · " + detail)}},
                2);
  }
  const auto device = v.desk();
  if (!device.ok()) return v.refuse(device.error());
  if (!v.args.has("offline") && !print_proof(v, (*device)->prove())) is_well = false;
  v.page.line(v.say(is_well ? all_good : not_good), 0, is_well ? Tone::good : Tone::bad);
  return is_well ? exit_good : exit_refused;
}

int run_api(Visit& v) {
  v.page.raw(api_schema().dump(2) + "\n");
  return exit_good;
}

}  // namespace

std::vector<CommandSpec> upkeep_commands() {
  return {
      {"import-fhir",
       {"FIL ...", "FILE ..."},
       {"Lag planer av FHIR R4-filer.", "Make plans from FHIR R4 files."},
       {"En plan for hver person; andre planer blir delplaner. Planene er utkast til planeieren har "
        "samtykket. Det som ikke\n"
        "kan brukes, meldes, og forsvinner aldri i stillhet.",
        "One plan for each person; other plans become sub-plans. They are drafts until the owner has "
        "consented. What\n"
        "cannot be used is reported, never dropped in silence."},
       1,
       1000,
       {{"report", {"", ""}, {"vis hele rapporten", "show the whole report"}}},
       run_import},
      {"doctor",
       {"", ""},
       {"Undersøk om mappen er hel, og om tjeneren står ved det den har sagt.",
        "Check that the folder is whole, and that the server stands by what it has said."},
       {"Leser alt om igjen og regner etter. Med kontakt hentes også tjenerens siste kontrollpunkt, en underskrift på "
        "hva alle planer\nsto på den dagen: det skal fortsette det forrige og stemme med det du har.",
        "Reads everything again and checks the sums. With a connection, the server's newest checkpoint is fetched too, a "
        "signature\non where every plan stood that day: it must continue the one before and agree with what you have."},
       0,
       0,
       {{"offline", {"", ""}, {"spør ikke tjeneren", "do not ask the server"}}},
       run_doctor},
      {"call",
       {"", ""},
       {"For programmer: en JSON-kommando per linje inn, ett svar per linje ut.",
        "For programs: one JSON command a line in, one result a line out."},
       {"Kommandoene står i «samplan api»; i tillegg init, join og sync. Eksempel:\n  echo "
        "'{\"do\":\"status\"}' | samplan call",
        "The commands stand in “samplan api”; besides them init, join and sync. Example:\n  echo "
        "'{\"do\":\"status\"}' | samplan call"},
       0,
       0,
       {},
       run_call_protocol},
      {"api",
       {"", ""},
       {"Alle kommandoer og felt som JSON Schema.", "All commands and fields as JSON Schema."},
       {"For dem som lager programmer rundt «samplan call».",
        "For those who write programs around “samplan call”."},
       0,
       0,
       {},
       run_api},
  };
}

}  // namespace samplan::cli
