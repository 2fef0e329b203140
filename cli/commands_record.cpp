// Commands that write in a plan: add, edit, move, remove, keep, and the short forms for notes, goals and
// measures.
#include "cli/choose.h"
#include "cli/command.h"
#include "cli/human.h"
#include "cli/json_read.h"
#include "cli/print_plan.h"
#include "cli/words.h"

namespace samplan::cli {
namespace {

using nlohmann::json;

constexpr Phrase saved{"Lagret på enheten, ikke sendt. %1 %2", "Saved on this device, not sent. %1 %2"};
constexpr Phrase proposed{"Forslaget er lagret på enheten, ikke sendt. %1 %2",
                          "The proposal is saved on this device, not sent. %1 %2"};
constexpr Phrase bad_field{"Skriv felt som NAVN=VERDI, ikke «%1».", "Write fields as NAME=VALUE, not “%1”."};
constexpr Phrase section_missing{
    "Velg livsområde med --section: helse, dagtid, bolig, fritid, okonomi, sosialt, familie eller annet.",
    "Choose a life area with --section: helse, dagtid, bolig, fritid, okonomi, sosialt, familie or annet."};
constexpr Phrase no_such_measure{"Fant ikke tiltaket «%1».", "Did not find the measure “%1”."};
constexpr Phrase edit_how{"Skriv en verdi, eller bruk --add, --remove eller --clear.",
                          "Write a value, or use --add, --remove or --clear."};
constexpr Phrase move_how{"Velg én av --after, --first, --under og --no-goal.",
                          "Choose one of --after, --first, --under and --no-goal."};

// The plan's own record can be written as "plan".
std::string entity_for(const std::string& written) {
  return written == "plan" ? std::string(32, '0') : written;
}

int say_saved(Visit& v, const json& answer, const std::string& what) {
  const bool is_proposal = flag_of(answer, "proposal");
  v.page.line(v.say(is_proposal ? proposed : saved, {what, short_id(text_of(answer, "entity"))}));
  return exit_good;
}

int send(Visit& v, json request, const std::string& what) {
  const auto plan = v.plan_id();
  if (!plan.ok()) return v.refuse(plan.error());
  request["plan"] = *plan;
  if (v.args.has("propose")) request["propose"] = true;
  const json answer = v.call(request);
  if (!is_good(answer)) return v.refuse(answer);
  json shown = answer;
  if (v.args.has("propose")) shown["proposal"] = true;
  return say_saved(v, shown, what);
}

std::string value_for(const std::string& field, const std::string& written) {
  return choice_code_for(field, written);
}

// Adds "name=value" or, for a set, one more member of it.
Status put_field(Visit& v, json& fields, const std::string& item) {
  const std::size_t equals = item.find('=');
  if (equals == std::string::npos || equals == 0)
    return Error{Errc::invalid_argument, "cli.field", v.say(bad_field, {item})};
  const std::string name = field_code_for(item.substr(0, equals));
  const std::string value = value_for(name, item.substr(equals + 1));
  if (!fields.contains(name)) {
    fields[name] = value;
  } else {
    if (fields[name].is_string()) fields[name] = json::array({fields[name]});
    fields[name].push_back(value);
  }
  return {};
}

int run_add(Visit& v) {
  const std::string kind = kind_code_for(v.args.words[0]);
  json fields = json::object();
  for (std::size_t i = 1; i < v.args.words.size(); ++i)
    if (const Status put = put_field(v, fields, v.args.words[i]); !put.ok())
      return v.misused(put.error().detail);
  json request = {{"do", "add"}, {"kind", kind}, {"fields", fields}};
  if (v.args.has("section")) request["section"] = section_code_for(v.args.text("section"));
  return send(v, std::move(request), kind_label(kind, v.language()));
}

void take_options(const Visit& v, json& fields,
                  std::initializer_list<std::pair<const char*, const char*>> options) {
  for (const auto& [option, field] : options)
    if (v.args.has(option)) fields[field] = value_for(field, v.args.text(option));
}

// Whole ids for the beginnings that people write: references inside records must be whole.
Result<std::string> whole_id(Visit& v, const std::string& plan, const std::string& written,
                             std::string& section) {
  const json shown = v.call({{"do", "plan_show"}, {"plan", plan}, {"record_access", false}});
  if (!is_good(shown)) return error_from(shown);
  std::string found;
  for (const auto& [code, view] : object_of(shown, "sections").items()) {
    for (const auto& [kind, list] : object_of(view, "records").items()) {
      if (!list.is_array()) continue;
      for (const json& record : list) {
        const std::string id = text_of(record, "id");
        if (written.size() < 4 || id.compare(0, written.size(), written) != 0) continue;
        if (!found.empty() && found != id)
          return Error{Errc::invalid_argument, "cli.id", v.say(no_such_measure, {written})};
        found = id;
        section = code;
      }
      (void)kind;
    }
  }
  if (found.empty()) return Error{Errc::not_found, "cli.id", v.say(no_such_measure, {written})};
  return found;
}

int add_in_life_area(Visit& v, const char* kind, json fields, const char* reference, const char* field) {
  const auto plan = v.plan_id();
  if (!plan.ok()) return v.refuse(plan.error());
  std::string section = v.args.has("section") ? section_code_for(v.args.text("section")) : std::string();
  if (reference != nullptr && v.args.has(reference)) {
    std::string where;
    const auto id = whole_id(v, *plan, v.args.text(reference), where);
    if (!id.ok()) return v.refuse(id.error());
    fields[field] = *id;
    if (section.empty()) section = where;
  }
  if (section.empty()) return v.misused(v.say(section_missing));
  return send(v, {{"do", "add"}, {"kind", kind}, {"section", section}, {"fields", std::move(fields)}},
              kind_label(kind, v.language()));
}

int run_note(Visit& v) {
  json fields = {{"text", v.args.words[0]}};
  take_options(v, fields, {{"visited", "visited_at"}});
  return add_in_life_area(v, "note", std::move(fields), "measure", "measure");
}

int run_goal(Visit& v) {
  json fields = {{"text", v.args.words[0]}};
  take_options(v, fields,
               {{"whose-words", "whose_words"},
                {"priority", "priority"},
                {"target-date", "target_date"},
                {"status", "status"},
                {"term", "term"}});
  return add_in_life_area(v, "goal", std::move(fields), "parent", "parent");
}

int run_measure(Visit& v) {
  json fields = {{"text", v.args.words[0]}};
  take_options(v, fields,
               {{"kind", "kind"},
                {"extent", "extent"},
                {"responsible", "responsible"},
                {"how", "how"},
                {"where", "where"},
                {"by-whom", "by_whom"},
                {"start", "start_date"},
                {"end", "end_date"},
                {"status", "status"}});
  return add_in_life_area(v, "measure", std::move(fields), "goal", "goals");
}

int run_edit(Visit& v) {
  const std::string field = field_code_for(v.args.words[1]);
  const std::string label = v.args.words[1];
  json request = {{"entity", entity_for(v.args.words[0])}, {"field", field}};
  const bool has_value = v.args.words.size() > 2;
  const int ways = static_cast<int>(has_value) + static_cast<int>(v.args.has("add")) +
                   static_cast<int>(v.args.has("remove")) + static_cast<int>(v.args.has("clear"));
  if (ways != 1) return v.misused(v.say(edit_how));
  for (const char* way : {"add", "remove"}) {
    if (!v.args.has(way)) continue;
    const auto plan = v.plan_id();
    if (!plan.ok()) return v.refuse(plan.error());
    std::string section;
    const auto member = whole_id(v, *plan, v.args.text(way), section);
    request["do"] = std::string("set_") + way;
    request["value"] = member.ok() ? *member : v.args.text(way);
    return send(v, std::move(request), label);
  }
  request["do"] = "edit";
  request["value"] = has_value ? value_for(field, v.args.words[2]) : std::string();
  if (v.args.has("note")) request["note"] = v.args.text("note");
  return send(v, std::move(request), label);
}

int run_propose(Visit& v) {
  const std::string field = field_code_for(v.args.words[1]);
  json request = {{"do", "edit"},
                  {"entity", entity_for(v.args.words[0])},
                  {"field", field},
                  {"value", value_for(field, v.args.words[2])},
                  {"propose", true}};
  if (v.args.has("note")) request["note"] = v.args.text("note");
  return send(v, std::move(request), v.args.words[1]);
}

int run_remove(Visit& v) {
  return send(v, {{"do", "remove"}, {"entity", entity_for(v.args.words[0])}}, v.say({"Fjernet", "Removed"}));
}
int run_keep(Visit& v) {
  return send(v, {{"do", "keep"}, {"entity", entity_for(v.args.words[0])}}, v.say({"Beholdt", "Kept"}));
}

int run_move(Visit& v) {
  const int ways = static_cast<int>(v.args.has("after")) + static_cast<int>(v.args.has("first")) +
                   static_cast<int>(v.args.has("under")) + static_cast<int>(v.args.has("no-goal"));
  if (ways != 1) return v.misused(v.say(move_how));
  json request = {{"do", "move"}, {"entity", entity_for(v.args.words[0])}};
  if (v.args.has("after")) request["after"] = v.args.text("after");
  if (v.args.has("first")) request["first"] = true;
  if (v.args.has("under")) request["under"] = v.args.text("under");
  if (v.args.has("no-goal")) request["under"] = "";
  return send(v, std::move(request), v.say({"Flyttet", "Moved"}));
}

OptionSpec section_option() {
  return {"section",
          {"OMRÅDE", "AREA"},
          {"livsområde: helse, dagtid, bolig, fritid, okonomi, sosialt, familie, annet",
           "life area: helse, dagtid, bolig, fritid, okonomi, sosialt, familie, annet"}};
}
OptionSpec propose_option() {
  return {"propose",
          {"", ""},
          {"skriv det som et forslag, selv om du kan endre",
           "write it as a proposal, even where you may change"}};
}
OptionSpec note_option() {
  return {"note",
          {"TEKST", "TEXT"},
          {"hvorfor, til den som svarer på forslaget", "why, for whoever answers the proposal"}};
}
OptionSpec text_option(std::string_view name, Phrase about) { return {name, {"TEKST", "TEXT"}, about}; }
OptionSpec date_option(std::string_view name, Phrase about) { return {name, {"DATO", "DATE"}, about}; }

}  // namespace

std::vector<CommandSpec> record_commands() {
  constexpr Phrase id_help{
      "POST er id-en foran i «samplan plan show», eller «plan» for planen selv.",
      "RECORD is the id in front in “samplan plan show”, or “plan” for the plan itself."};
  return {
      {"note add",
       {"TEKST", "TEXT"},
       {"Skriv et notat fra et besøk.", "Write a note from a visit."},
       {"Med --measure følger livsområdet av tiltaket. Et notat endres ikke etterpå.\n"
        "Eksempel: samplan note add \"Alt gikk som avtalt.\" --measure 3f2a91bc",
        "With --measure the life area follows from the measure. A note is not changed afterwards.\n"
        "Example: samplan note add \"All went as agreed.\" --measure 3f2a91bc"},
       1,
       1,
       {plan_option(),
        section_option(),
        {"measure", {"TILTAK", "MEASURE"}, {"tiltaket notatet gjelder", "the measure it is about"}},
        {"visited",
         {"TID", "TIME"},
         {"når besøket var, som 2026-11-22T09:05Z", "when the visit was, as 2026-11-22T09:05Z"}}},
       run_note},
      {"goal add",
       {"TEKST", "TEXT"},
       {"Legg til et mål.", "Add a goal."},
       {"Skriv målet med personens egne ord. Eksempel: samplan goal add \"Jeg vil gå til butikken selv\" "
        "--section helse",
        "Write the goal in the person's own words. Example: samplan goal add \"I want to walk to the shop\" "
        "--section helse"},
       1,
       1,
       {plan_option(),
        section_option(),
        text_option("whose-words", {"hvem sine ord det er", "whose words they are"}),
        text_option("priority", {"tall, 1 først", "a number, 1 first"}),
        date_option("target-date", {"måldato", "target date"}),
        text_option("status", {"f.eks. enig, pågår, nådd", "e.g. agreed, under way, reached"}),
        text_option("term", {"langsiktig eller delmål", "long-term or sub-goal"}),
        {"parent", {"MÅL", "GOAL"}, {"målet dette er et delmål av", "the goal this is a part of"}},
        propose_option()},
       run_goal},
      {"measure add",
       {"TEKST", "TEXT"},
       {"Legg til et tiltak.", "Add a measure."},
       {"Med --goal følger livsområdet av målet. Eksempel: samplan measure add \"Gå i trapp\" --goal "
        "3f2a91bc --extent \"2 ganger i uka\"",
        "With --goal the life area follows from the goal. Example: samplan measure add \"Climb stairs\" "
        "--goal 3f2a91bc --extent \"twice a week\""},
       1,
       1,
       {plan_option(),
        section_option(),
        {"goal", {"MÅL", "GOAL"}, {"målet tiltaket gjelder", "the goal it serves"}},
        text_option("responsible", {"ansvarlig", "who is responsible"}),
        text_option("extent", {"omfang", "extent"}),
        text_option("how", {"hvordan", "how"}),
        text_option("where", {"hvor", "where"}),
        text_option("by-whom", {"av hvem", "by whom"}),
        text_option("kind", {"type tiltak, f.eks. helsetjeneste", "kind, e.g. health service"}),
        text_option("status", {"f.eks. ønsket, vedtatt, pågår", "e.g. wished for, decided, under way"}),
        date_option("start", {"starter", "starts"}),
        date_option("end", {"slutter", "ends"}),
        propose_option()},
       run_measure},
      {"plan add",
       {"TYPE [FELT=VERDI ...]", "KIND [FIELD=VALUE ...]"},
       {"Legg til hva som helst i planen.", "Add anything to the plan."},
       {"Typer og felt står i «samplan api». Eksempel: samplan plan add need text=\"Hjelp til innkjøp\" "
        "--section bolig",
        "Kinds and fields stand in “samplan api”. Example: samplan plan add need text=\"Help with shopping\" "
        "--section bolig"},
       1,
       64,
       {plan_option(), section_option(), propose_option()},
       run_add},
      {"plan edit",
       {"POST FELT [VERDI]", "RECORD FIELD [VALUE]"},
       {"Endre et felt.", "Change a field."},
       {"POST er id-en foran i «samplan plan show», eller «plan» for planen selv. FELT er feltets navn.\n"
        "Eksempel: samplan plan edit 3f2a91bc omfang \"2 ganger i uka\"\n"
        "Eksempel: samplan plan edit plan matters_most \"At jeg får bo hjemme\"",
        "RECORD is the id in front in “samplan plan show”, or “plan” for the plan itself. FIELD is the "
        "field's name.\n"
        "Example: samplan plan edit 3f2a91bc extent \"twice a week\"\n"
        "Example: samplan plan edit plan matters_most \"That I can live at home\""},
       2,
       3,
       {plan_option(),
        text_option("add", {"legg til i et felt med flere verdier", "add to a field that holds several"}),
        text_option("remove",
                    {"ta ut av et felt med flere verdier", "take out of a field that holds several"}),
        {"clear", {"", ""}, {"tøm feltet", "empty the field"}},
        propose_option(),
        note_option()},
       run_edit},
      {"plan move",
       {"POST --after POST", "RECORD --after RECORD"},
       {"Endre rekkefølgen, eller hvilket mål noe hører under.",
        "Change the order, or the goal something is under."},
       {"Flytter et mål, et tiltak eller annet i en liste. Det som står i posten, endres ikke.\n"
        "Eksempel: samplan plan move 3f2a91bc --after 77aa01bc\n"
        "Eksempel: samplan plan move 3f2a91bc --under 1f3a77c0",
        "Moves a goal, a measure or another item of a list. What the record says is not changed.\n"
        "Example: samplan plan move 3f2a91bc --after 77aa01bc\n"
        "Example: samplan plan move 3f2a91bc --under 1f3a77c0"},
       1,
       1,
       {plan_option(),
        {"after", {"POST", "RECORD"}, {"hit, rett etter denne", "directly after this one"}},
        {"first", {"", ""}, {"før alle andre av samme slag", "before all others of its kind"}},
        {"under", {"MÅL", "GOAL"}, {"hit, under dette målet", "under this goal"}},
        {"no-goal", {"", ""}, {"ut fra målet det hører under", "out from under its goal"}},
        propose_option()},
       run_move},
      {"plan remove",
       {"POST", "RECORD"},
       {"Fjern noe fra planen.", "Remove something from the plan."},
       {"Historikken beholdes. Det kan hentes tilbake med «samplan plan keep».",
        "History is kept. “samplan plan keep” brings it back."},
       1,
       1,
       {plan_option(), propose_option()},
       run_remove},
      {"plan keep",
       {"POST", "RECORD"},
       {"Behold eller hent tilbake noe som er fjernet.", "Keep or bring back something that was removed."},
       id_help,
       1,
       1,
       {plan_option()},
       run_keep},
      {"propose",
       {"POST FELT VERDI", "RECORD FIELD VALUE"},
       {"Foreslå en endring.", "Propose a change."},
       {"Planeier eller de som kan endre, svarer. Eksempel: samplan propose 3f2a91bc omfang \"3 ganger i "
        "uka\" --note \"Hun klarer mer nå\"",
        "The owner or those who may change answer. Example: samplan propose 3f2a91bc extent \"3 times a "
        "week\" --note \"She manages more now\""},
       3,
       3,
       {plan_option(), note_option()},
       run_propose},
  };
}

}  // namespace samplan::cli
