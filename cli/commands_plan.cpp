// Commands about whole plans: list, new, show, export.
#include <sstream>

#include "cli/choose.h"
#include "cli/command.h"
#include "cli/json_read.h"
#include "cli/print_plan.h"
#include "cli/words.h"
#include "client-core/native/atomic_file.h"

namespace samplan::cli {
namespace {

using nlohmann::json;

constexpr Phrase no_plans{"Ingen planer på denne enheten ennå.", "No plans on this device yet."};
constexpr Phrase plan_made{
    "Planen er laget: %1. Den er et utkast på denne enheten til samtykket er registrert.",
    "The plan is made: %1. It is a draft on this device until consent is recorded."};
constexpr Phrase exported{
    "Planen er skrevet til «%1». Filen er ikke kryptert. Slett den når du er ferdig.",
    "The plan is written to “%1”. The file is not encrypted. Delete it when you are done."};
constexpr Phrase forgotten{"Planen er fjernet fra denne enheten. Den kan hentes igjen med «samplan sync».",
                           "The plan is removed from this device. “samplan sync” fetches it again."};
constexpr Phrase bad_format{"Ukjent format: %1. Velg text eller json.",
                            "Unknown format: %1. Choose text or json."};
constexpr Phrase one_question{"To versjoner på ett sted", "Two versions in one place"};
constexpr Phrase many_questions{"To versjoner på %1 steder", "Two versions in %1 places"};
constexpr Phrase many_proposals{"%1 forslag", "%1 proposals"};
constexpr Phrase reopened{"Planen er åpen igjen på denne enheten.", "The plan is open again on this device."};
constexpr Phrase one_proposal{"1 forslag", "1 proposal"};

int run_plan_list(Visit& v) {
  const json answer = v.call({{"do", "plans"}});
  if (!is_good(answer)) return v.refuse(answer);
  const json status = v.call({{"do", "status"}});
  if (list_of(answer, "plans").empty()) v.page.line(v.say(no_plans));
  for (const json& plan : list_of(answer, "plans")) {
    const std::string owner = text_of(plan, "owner");
    const std::string title = text_of(plan, "title");
    std::string rest = " · " + role_label(text_of(plan, "role"), v.language());
    if (!title.empty() && !owner.empty()) rest = " · " + title + rest;
    v.page.line({{short_id(text_of(plan, "plan")) + "  ", Tone::quiet},
                 {owner.empty() ? title : owner, Tone::strong},
                 {rest}});
    json state = plan;
    state["last_sync_ms"] = number_of(status, "last_sync_ms");
    v.page.line({state_line(state, v.now(), v.language())}, 10);
    if (const auto lease = lease_line(plan, v.language())) v.page.line({*lease}, 10);
    const auto conflicts = static_cast<std::size_t>(number_of(plan, "conflicts"));
    if (conflicts > 0)
      v.page.line(count_text(conflicts, one_question, many_questions, v.language()), 10, Tone::question);
    const auto proposals = static_cast<std::size_t>(number_of(plan, "proposals"));
    if (proposals > 0)
      v.page.line(count_text(proposals, one_proposal, many_proposals, v.language()), 10, Tone::proposal);
  }
  return exit_good;
}

int run_plan_new(Visit& v) {
  json request = {{"do", "plan_new"}, {"owner_name", v.args.text("owner")}};
  if (v.args.has("birth-date")) request["birth_date"] = v.args.text("birth-date");
  if (v.args.has("title")) request["title"] = v.args.text("title");
  const json answer = v.call(request);
  if (!is_good(answer)) return v.refuse(answer);
  v.page.line(v.say(plan_made, {short_id(text_of(answer, "plan"))}));
  return exit_good;
}

std::string written_plan(const Visit& v) { return v.args.words.empty() ? std::string() : v.args.words[0]; }

// What a page of the plan needs. That it was read is noted for the access log.
struct Shown {
  json plan;
  json log;
};
Result<Shown> ask_for_plan(Visit& v) {
  SP_TRY(const std::string id, v.plan_id(written_plan(v)));
  Shown shown{v.call({{"do", "plan_show"}, {"plan", id}}), json::object()};
  if (!is_good(shown.plan)) return error_from(shown.plan);
  shown.log = v.call({{"do", "log"}, {"plan", id}});
  if (!is_good(shown.log)) shown.log = json::object();
  return shown;
}

int run_plan_show(Visit& v) {
  const auto shown = ask_for_plan(v);
  if (!shown.ok()) return v.refuse(shown.error());
  print_plan(v.page, {shown->plan, shown->log, v.now(), v.language(), v.args.has("all")});
  return exit_good;
}

int run_plan_export(Visit& v) {
  const std::string format = v.args.has("format") ? v.args.text("format") : "text";
  if (format != "text" && format != "json") return v.misused(v.say(bad_format, {format}));
  const auto shown = ask_for_plan(v);
  if (!shown.ok()) return v.refuse(shown.error());
  std::ostringstream text;
  if (format == "json") {
    text << shown->plan.dump(2, ' ', false, json::error_handler_t::replace) << '\n';
  } else {
    Page page(text, {});
    print_plan(page, {shown->plan, json::object(), v.now(), v.language(), true});
  }
  if (!v.args.has("output")) {
    v.page.raw(text.str());
    return exit_good;
  }
  const std::string path = v.args.text("output");
  const std::string content = text.str();
  if (const Status written = native::write_file(path, ByteView::of(content)); !written.ok())
    return v.refuse(written.error());
  v.aside.line(v.say(exported, {path}));
  return exit_good;
}

int run_plan_forget(Visit& v) {
  const auto plan = v.plan_id(v.args.words[0]);
  if (!plan.ok()) return v.refuse(plan.error());
  return change(v, {{"do", "forget"}, {"plan", *plan}}, v.say(forgotten));
}

int run_plan_reopen(Visit& v) {
  const auto plan = v.plan_id(v.args.words.empty() ? "" : v.args.words[0]);
  if (!plan.ok()) return v.refuse(plan.error());
  return change(v, {{"do", "plan_reopen"}, {"plan", *plan}}, v.say(reopened));
}

}  // namespace

std::vector<CommandSpec> plan_commands() {
  return {
      {"plan list",
       {"", ""},
       {"Planene på denne enheten.", "The plans on this device."},
       {"Id-en foran kan brukes med --plan; tittel eller navn virker også.",
        "The id in front can be used with --plan; title or name works as well."},
       0,
       0,
       {},
       run_plan_list},
      {"plan new",
       {"--owner NAVN", "--owner NAME"},
       {"Begynn en ny plan.", "Begin a new plan."},
       {"Den er et utkast på denne enheten til planeieren har samtykket («samplan consent plan»).\n"
        "Eksempel: samplan plan new --owner \"Aud Marie Solberg\"",
        "It is a draft on this device until the owner has consented (“samplan consent plan”).\n"
        "Example: samplan plan new --owner \"Aud Marie Solberg\""},
       0,
       0,
       {{"owner", {"NAVN", "NAME"}, {"hvem planen er for", "whom the plan is for"}},
        {"birth-date", {"DATO", "DATE"}, {"fødselsdato, som 1941-05-17", "date of birth, as 1941-05-17"}},
        {"title",
         {"TITTEL", "TITLE"},
         {"tittel, ellers «Individuell plan»", "title, else “Individuell plan”"}}},
       run_plan_new},
      {"plan show",
       {"[PLAN]", "[PLAN]"},
       {"Vis en plan som en lesbar side.", "Show a plan as a readable page."},
       {"At du åpnet planen, står i innsynsloggen. Id-ene foran mål og tiltak brukes i andre kommandoer.",
        "That you opened the plan is noted in the access log. The ids in front of goals and measures are "
        "used elsewhere."},
       0,
       1,
       {plan_option(),
        {"all", {"", ""}, {"alle notater, ikke bare de siste", "all notes, not only the latest"}}},
       run_plan_show},
      {"plan export",
       {"[PLAN]", "[PLAN]"},
       {"Skriv en plan som tekst eller JSON.", "Write a plan as text or JSON."},
       {"Det som skrives ut, er ikke kryptert.", "What is written is not encrypted."},
       0,
       1,
       {plan_option(),
        {"output",
         {"FIL", "FILE"},
         {"hit i stedet for til skjermen; bare du kan lese filen",
          "here instead of to the screen; only you can read the file"}},
        {"format", {"FORMAT", "FORMAT"}, {"text (ellers) eller json", "text (default) or json"}}},
       run_plan_export},
      {"plan reopen",
       {"[PLAN]", "[PLAN]"},
       {"Åpne din egen plan uten nett.", "Open your own plan without a connection."},
       {"En plan som lenge ikke har hatt kontakt med tjeneren, lukkes på enheten, og «samplan sync» åpner den. "
        "Planeieren\n"
        "kan også åpne sin egen uten nett, for like lenge som etter en synkronisering.",
        "A plan that has long had no contact with the server closes on the device, and “samplan sync” opens it. "
        "The owner\n"
        "may also open her own without a connection, for as long as after a sync."},
       0,
       1,
       {plan_option()},
       run_plan_reopen},
      {"plan forget",
       {"PLAN", "PLAN"},
       {"Fjern en plan fra denne enheten.", "Remove a plan from this device."},
       {"For en maskin som flere bruker. Det som ikke er sendt, må sendes først. Andre merker ingenting.",
        "For a machine that several use. What is not sent must be sent first. Others notice nothing."},
       1,
       1,
       {},
       run_plan_forget},
  };
}

}  // namespace samplan::cli
