// Who has seen the plan: access-log.
#include <algorithm>

#include "cli/choose.h"
#include "cli/command.h"
#include "cli/human.h"
#include "cli/json_read.h"
#include "cli/words.h"

namespace samplan::cli {
namespace {

using nlohmann::json;

constexpr Phrase opened_title{"Åpnet", "Opened"};
constexpr Phrase opened_means{"Enheten til den som åpnet, har signert det.",
                              "Signed by the device of whoever opened it."};
constexpr Phrase never_opened{"Ingen har åpnet planen ennå.", "Nobody has opened the plan yet."};
constexpr Phrase fetched_title{"Hentet, kan ha lest", "Fetched, could have read"};
constexpr Phrase fetched_means{
    "Serveren noterer hvem den ga hva. Enheter henter av seg selv når de synkroniserer; at noe er hentet, "
    "betyr ikke at "
    "noen har lest det.",
    "The server notes whom it gave what. Devices fetch by themselves when they sync; that something was "
    "fetched does not "
    "mean that anybody has read it."};
constexpr Phrase never_fetched{"Serveren har ikke gitt noe fra planen til noen andre ennå.",
                               "The server has given nothing of the plan to anybody yet."};
constexpr Phrase denied_title{"Avvist", "Refused"};
constexpr Phrase denied_means{"Ba om planen uten å ha tilgang, og fikk ingenting.",
                              "Asked for the plan without access, and got nothing."};
constexpr Phrase recovered_title{"Kom tilbake med gjenopprettingskode", "Came back with a recovery code"};
constexpr Phrase no_contact{
    "Fikk ikke kontakt med serveren. Det nyeste den har notert, mangler her.",
    "The server could not be reached. The newest of what it has noted is missing here."};
constexpr Phrase log_differs{
    "Serveren sier nå noe annet om det som har stått i loggen før, eller har fjernet noe. Det som står her, "
    "er det den sa "
    "først. Si fra til driften.",
    "The server now says something else about what stood in the log before, or has removed something. What "
    "stands here is "
    "what it said first. Tell those who run it."};

std::string sections_of(const Visit& v, const json& item) {
  std::string out;
  for (const json& code : list_of(item, "sections"))
    if (code.is_string())
      out += (out.empty() ? "" : ", ") + section_label(code.get<std::string>(), v.language());
  return out;
}

// Newest first; the list of a long life is long.
void print_list(Visit& v, const json& answer, std::string_view list, std::size_t most) {
  std::vector<const json*> items;
  for (const json& item : list_of(answer, list)) items.push_back(&item);
  std::stable_sort(items.begin(), items.end(), [](const json* a, const json* b) {
    return number_of(*a, "time_ms") > number_of(*b, "time_ms");
  });
  for (std::size_t i = 0; i < std::min(items.size(), most); ++i) {
    const json& item = *items[i];
    std::string by = text_of(item, "name");
    if (!text_of(item, "on_behalf").empty()) by += v.say({" for ", " for "}) + text_of(item, "on_behalf");
    const std::string sections = sections_of(v, item);
    v.page.line({{when_text(number_of(item, "time_ms"), v.now(), v.language()) + "  ", Tone::quiet},
                 {by, Tone::strong},
                 {sections.empty() ? "" : " · " + sections}},
                2);
  }
  if (items.size() > most)
    v.page.line(v.say({"… og %1 til. --all viser alle.", "… and %1 more. --all shows them."},
                      {std::to_string(items.size() - most)}),
                2, Tone::quiet);
}

int run_access_log(Visit& v) {
  const auto plan = v.plan_id(v.args.words.empty() ? "" : v.args.words[0]);
  if (!plan.ok()) return v.refuse(plan.error());
  const json asked = v.call({{"do", "access_log_fetch"}, {"plan", *plan}});
  if (!is_good(asked)) return v.refuse(asked);
  const auto desk = v.desk();
  if (!desk.ok()) return v.refuse(desk.error());
  SyncWish wish;
  if (const auto id = PlanId::parse(*plan)) wish.plans.push_back(*id);
  const bool is_fresh = (*desk)->sync(wish, {}).ok();
  const json answer = v.call({{"do", "access_log"}, {"plan", *plan}});
  if (!is_good(answer)) return v.refuse(answer);
  const std::size_t most = v.args.has("all") ? SIZE_MAX : 40;

  if (flag_of(answer, "differs")) v.aside.line(v.say(log_differs), 0, Tone::bad);
  v.page.heading(v.say(opened_title));
  v.page.line(v.say(list_of(answer, "opened").empty() ? never_opened : opened_means), 2, Tone::quiet);
  print_list(v, answer, "opened", most);
  v.page.heading(v.say(fetched_title));
  v.page.line(v.say(list_of(answer, "fetched").empty() ? never_fetched : fetched_means), 2, Tone::quiet);
  print_list(v, answer, "fetched", most);
  if (!list_of(answer, "denied").empty()) {
    v.page.heading(v.say(denied_title));
    v.page.line(v.say(denied_means), 2, Tone::bad);
    print_list(v, answer, "denied", most);
  }
  if (!list_of(answer, "recovered").empty()) {
    v.page.heading(v.say(recovered_title));
    print_list(v, answer, "recovered", most);
  }
  if (!is_fresh) v.aside.line(v.say(no_contact), 0, Tone::waiting);
  return exit_good;
}

}  // namespace

std::vector<CommandSpec> access_commands() {
  return {
      {"access-log",
       {"[PLAN]", "[PLAN]"},
       {"Hvem som har sett planen.", "Who has seen the plan."},
       {"For planeieren og koordinatoren. Viser hvem som har åpnet planen (enheten deres signerer det), hvem "
        "serveren har gitt\n"
        "noe av den, hvem som ble avvist, og hvem som har kommet tilbake med gjenopprettingskode.",
        "For the owner and the coordinator. Shows who has opened the plan (their devices sign it), to whom "
        "the server has\n"
        "given any of it, who was refused, and who has come back with a recovery code."},
       0,
       1,
       {plan_option(), {"all", {"", ""}, {"vis alle linjer", "show all lines"}}},
       run_access_log},
  };
}

}  // namespace samplan::cli
