// Commands about a participant's lost phone: pause, resume, recover, recover-approve, recover-stop.
#include "cli/choose.h"
#include "cli/command.h"
#include "cli/json_read.h"

namespace samplan::cli {
namespace {

using nlohmann::json;

constexpr Phrase pause_means{
    "%1 kommer ikke inn i planen, heller ikke med andre enheter, før den tapte er lukket. Alle deler får nye "
    "nøkler.",
    "%1 cannot get into the plan, not with other devices either, until the lost one is closed. All parts get "
    "new keys."};
constexpr Phrase paused{
    "Tilgangen hviler i %1 plan(er). Den tapte enheten stanses når du har sendt: «samplan sync».",
    "Access rests in %1 plan(s). The lost device is stopped when you have sent: “samplan sync”."};
constexpr Phrase resumed{"%1 får tilgangen tilbake i %2 plan(er) når du har sendt: «samplan sync».",
                         "%1 gets the access back in %2 plan(s) when you have sent: “samplan sync”."};
constexpr Phrase asked{
    "Når du har sendt, får alle i planen vite det. De fire ordene på den nye enheten skal være: %1\n"
    "En annen enn deg kan godkjenne etter %2 timer: «samplan participant recover-approve».",
    "When you have sent, everybody in the plan is told. The four words on the new device must be: %1\n"
    "Somebody else than you can approve after %2 hours: “samplan participant recover-approve”."};
constexpr Phrase approve_means{
    "«%1» overtar alt som «%2» har i planen. Har du selv snakket med vedkommende, og er de fire ordene %3?",
    "“%1” takes over all that “%2” has in the plan. Have you talked to the person yourself, and are the four "
    "words %3?"};
constexpr Phrase approved{
    "%1 får tilgang på den nye enheten når du har sendt: «samplan sync». Den gamle stenges ute.",
    "%1 has access on the new device when you have sent: “samplan sync”. The old one is shut out."};
constexpr Phrase stopped{"Stoppet. Det gjelder når du har sendt: «samplan sync».",
                         "Stopped. It holds when you have sent: “samplan sync”."};

OptionSpec yes_option() {
  return {"yes", {"", ""}, {"spør ikke om jeg er sikker", "do not ask whether I am sure"}};
}

json about(const Visit& v, const char* command) {
  return {{"do", command}, {"participant", v.args.words[0]}};
}

// In the plan that is named, or in every plan that this person leads.
Status add_plan(Visit& v, json& request) {
  if (!v.args.has("plan")) return Status::good();
  SP_TRY(const std::string plan, v.plan_id());
  request["plan"] = plan;
  return Status::good();
}

int run_pause(Visit& v) {
  json request = about(v, "participant_suspend");
  const Status named = add_plan(v, request);
  if (!named.ok()) return v.refuse(named.error());
  if (!is_sure(v, v.say(pause_means, {v.args.words[0]}))) return exit_refused;
  const json answer = v.call(request);
  if (!is_good(answer)) return v.refuse(answer);
  v.page.line(v.say(paused, {std::to_string(list_of(answer, "plans").size())}));
  return exit_good;
}

int run_resume(Visit& v) {
  json request = about(v, "participant_resume");
  const Status named = add_plan(v, request);
  if (!named.ok()) return v.refuse(named.error());
  const json answer = v.call(request);
  if (!is_good(answer)) return v.refuse(answer);
  v.page.line(v.say(resumed, {v.args.words[0], std::to_string(list_of(answer, "plans").size())}));
  return exit_good;
}

int run_recover(Visit& v) {
  return with_plan(v, [&](const std::string& plan) {
    json request = about(v, "recovery_ask");
    request["plan"] = plan;
    request["heir"] = v.args.words[1];
    const json answer = v.call(request);
    if (!is_good(answer)) return v.refuse(answer);
    v.page.line(v.say(asked, {text_of(answer, "words"), std::to_string(number_of(answer, "wait_hours"))}));
    return static_cast<int>(exit_good);
  });
}

int run_approve(Visit& v) {
  return with_plan(v, [&](const std::string& plan) {
    const json shown = v.call({{"do", "participants"}, {"plan", plan}});
    if (!is_good(shown)) return v.refuse(shown);
    for (const json& person : list_of(shown, "participants")) {
      const json& recovery = object_of(person, "recovery");
      const bool is_meant = text_of(person, "name") == v.args.words[0] ||
                            text_of(person, "principal").find(v.args.words[0]) == 0;
      if (recovery.empty() || !is_meant) continue;
      if (!is_sure(v, v.say(approve_means, {text_of(recovery, "heir_name"), text_of(person, "name"),
                                            text_of(recovery, "words")})))
        return static_cast<int>(exit_refused);
    }
    json request = about(v, "recovery_complete");
    request["plan"] = plan;
    return change(v, request, v.say(approved, {v.args.words[0]}));
  });
}

int run_stop(Visit& v) {
  return with_plan(v, [&](const std::string& plan) {
    json request = about(v, "recovery_cancel");
    request["plan"] = plan;
    return change(v, request, v.say(stopped));
  });
}

}  // namespace

std::vector<CommandSpec> lost_commands() {
  return {
      {"participant pause",
       {"DELTAKER", "PARTICIPANT"},
       {"Deltakerens telefon er tapt: la tilgangen hvile.",
        "The participant's phone is lost: let the access rest."},
       {"For koordinatoren og planeieren. Uten --plan gjelder det alle planer du leder. Samtykket står, og "
        "tilgangen\n"
        "kommer tilbake når den tapte enheten er lukket fra en annen: «samplan participant resume».",
        "For the coordinator and the owner. Without --plan in every plan that you lead. Consent stands, and "
        "access\n"
        "comes back when the lost device has been closed from another one: “samplan participant resume”."},
       1,
       1,
       {plan_option(), yes_option()},
       run_pause},
      {"participant resume",
       {"DELTAKER", "PARTICIPANT"},
       {"Den tapte enheten er lukket: gi tilgangen tilbake.",
        "The lost device is closed: give the access back."},
       {"Går ikke før deltakeren har lukket den tapte enheten («samplan device close») og begge har "
        "synkronisert.\n"
        "Har deltakeren ingen enhet igjen, bruk «samplan participant recover».",
        "Does not work before the participant has closed the lost device (“samplan device close”) and both "
        "have synced.\n"
        "If the participant has no device left, use “samplan participant recover”."},
       1,
       1,
       {plan_option()},
       run_resume},
      {"participant recover",
       {"DELTAKER NY", "PARTICIPANT NEW"},
       {"En deltaker har ingen enhet igjen: be om at en ny overtar.",
        "A participant has no device left: ask that a new one takes over."},
       {"Inviter først den nye enheten som om den var en ny person («samplan invite»), og bekreft ansikt til "
        "ansikt. NY er\n"
        "navnet den ble med under. Så begynner ventetiden, alle i planen får beskjed, og en annen enn du må "
        "godkjenne.\n"
        "En av de to må være koordinatoren. Samtykker som er gitt, gjelder videre.",
        "First invite the new device as if it were a new person (“samplan invite”), and confirm face to "
        "face. NEW is the\n"
        "name under which it joined. Then the waiting time begins, everybody in the plan is told, and "
        "somebody else than you\n"
        "must approve. One of the two must be the coordinator. Consents that were given go on."},
       2,
       2,
       {plan_option()},
       run_recover},
      {"participant recover-approve",
       {"DELTAKER", "PARTICIPANT"},
       {"Godkjenn at en ny enhet overtar, etter ventetiden.",
        "Approve that a new device takes over, after the waiting time."},
       {"Av en annen enn den som ba om det. Snakk med vedkommende selv, og sammenlign de fire ordene.",
        "By somebody else than who asked for it. Talk to the person yourself, and compare the four words."},
       1,
       1,
       {plan_option(), yes_option()},
       run_approve},
      {"participant recover-stop",
       {"DELTAKER", "PARTICIPANT"},
       {"Stopp at en ny enhet overtar.", "Stop a new device from taking over."},
       {"Av deltakeren selv, koordinatoren, planeieren eller den som ba om det.",
        "By the participant, the coordinator, the owner or whoever asked for it."},
       1,
       1,
       {plan_option()},
       run_stop},
  };
}

}  // namespace samplan::cli
