// Commands that send and fetch, and that say what is sent and what waits.
#include "cli/choose.h"
#include "cli/command.h"
#include "cli/human.h"
#include "cli/json_read.h"
#include "cli/print_plan.h"
#include "cli/print_sync.h"
#include "cli/progress.h"
#include "cli/words.h"

namespace samplan::cli {
namespace {

using nlohmann::json;

constexpr Phrase offline_calm{"Uten dekning. Du kan jobbe som vanlig.",
                              "No connection. You can work as usual."};
constexpr Phrase offline_waiting{"Uten dekning. ", "No connection. "};
constexpr Phrase busy_server{"Får ikke sendt nå. ", "Cannot send now. "};
constexpr Phrase attention_one{"1 ting trenger at du ser på den: «samplan refused».",
                               "1 thing needs you to look at it: “samplan refused”."};
constexpr Phrase attention_many{"%1 ting trenger at du ser på dem: «samplan refused».",
                                "%1 things need you to look at them: “samplan refused”."};
constexpr Phrase quarantine_one{"1 egen tekst ble ikke sendt: «samplan quarantine list».",
                                "1 text of yours was not sent: “samplan quarantine list”."};
constexpr Phrase quarantine_many{"%1 egne tekster ble ikke sendt: «samplan quarantine list».",
                                 "%1 texts of yours were not sent: “samplan quarantine list”."};
constexpr Phrase requests_one{"1 ber om å bli med: «samplan requests».",
                              "1 asks to join: “samplan requests”."};
constexpr Phrase requests_many{"%1 ber om å bli med: «samplan requests».",
                               "%1 ask to join: “samplan requests”."};
constexpr Phrase letters_one{"1 overlevering venter på svar: «samplan hand-overs».",
                             "1 hand-over waits for an answer: “samplan hand-overs”."};
constexpr Phrase letters_many{"%1 overleveringer venter på svar: «samplan hand-overs».",
                              "%1 hand-overs wait for an answer: “samplan hand-overs”."};
constexpr Phrase mail_one{"1 brev eller invitasjon er ikke sendt.", "1 letter or invitation is not sent."};
constexpr Phrase mail_many{"%1 brev eller invitasjoner er ikke sendt.",
                           "%1 letters or invitations are not sent."};
struct JoinPhrase {
  std::string_view state;
  Phrase text;
  Tone tone;
};
constexpr JoinPhrase join_phrases[] = {
    {"unsent",
     {"Du ber %1 om å bli med. Det er ikke sendt ennå: «samplan sync».",
      "You ask %1 to join. It is not sent yet: “samplan sync”."},
     Tone::waiting},
    {"waiting",
     {"Du har bedt %1 om å bli med, og venter på bekreftelse.", "You have asked %1 to join, and wait to be confirmed."},
     Tone::waiting},
    {"declined",
     {"%1 har avslått at du blir med. Ring og spør, og be om en ny invitasjon.",
      "%1 has turned you down. Call and ask, and ask for a new invitation."},
     Tone::bad},
    {"withdrawn",
     {"%1 har trukket invitasjonen. Ring og spør, og be om en ny.",
      "%1 has withdrawn the invitation. Call and ask, and ask for a new one."},
     Tone::bad},
    {"used",
     {"Invitasjonen fra %1 er brukt av noen andre. Be om en ny.",
      "The invitation from %1 was used by somebody else. Ask for a new one."},
     Tone::bad},
    {"expired",
     {"Invitasjonen fra %1 er utløpt eller trukket. Be om en ny.",
      "The invitation from %1 has expired or was withdrawn. Ask for a new one."},
     Tone::bad},
    {"unanswered",
     {"%1 har ikke svart på en uke. Ring og spør, eller be om en ny invitasjon.",
      "%1 has not answered for a week. Call and ask, or ask for a new invitation."},
     Tone::bad},
};

// Who has been let in sees the plan.
void print_joining(Visit& v, const json& status) {
  for (const json& wish : list_of(status, "joining"))
    for (const JoinPhrase& known : join_phrases)
      if (text_of(wish, "state") == known.state) v.page.line(v.say(known.text, {text_of(wish, "inviter")}), 0, known.tone);
}

constexpr Phrase not_all{"Noe er ikke sendt ennå. Kjør «samplan sync» når du har dekning.",
                         "Something is not sent yet. Run “samplan sync” when you have a connection."};

// Offline is normal: said calmly, with what waits and how old what is seen is.
int say_offline(Visit& v, const Error& error) {
  const json status = v.call({{"do", "status"}});
  const bool is_waiting = number_of(status, "waiting") + number_of(status, "intents") > 0;
  if (error.code == Errc::offline && !is_waiting) {
    v.aside.line(v.say(offline_calm));
    return exit_offline;
  }
  const Piece state = state_line(status, v.now(), v.language());
  v.aside.line({{v.say(error.code == Errc::offline ? offline_waiting : busy_server), Tone::waiting}, state});
  return exit_offline;
}

int run_sync(Visit& v) {
  const auto desk = v.desk();
  if (!desk.ok()) return v.refuse(desk.error());
  SyncWish wish;
  wish.is_patient = v.args.has("wait");
  if (v.args.has("plan")) {
    const auto plan = v.plan_id();
    if (!plan.ok()) return v.refuse(plan.error());
    if (const auto id = PlanId::parse(*plan)) wish.plans.push_back(*id);
  }
  ProgressLine line(v.terminal());
  const auto report =
      (*desk)->sync(wish, [&](const native::SyncProgress& p) { line.show(progress_text(p, v.language())); });
  line.clear();
  if (!report.ok()) {
    const bool is_offline = report.code() == Errc::offline || report.code() == Errc::try_later;
    return is_offline ? say_offline(v, report.error()) : v.refuse(report.error());
  }
  print_report(v.page, *report, v.language());
  const json status = v.call({{"do", "status"}});
  if (is_good(status)) v.page.line({state_line(status, v.now(), v.language())});
  return exit_good;
}

int run_status(Visit& v) {
  const json status = v.call({{"do", "status"}});
  if (!is_good(status)) return v.refuse(status);
  v.page.line({state_line(status, v.now(), v.language())});
  print_joining(v, status);
  const auto count = [&](const char* name, const Phrase& one, const Phrase& many, Tone tone) {
    const auto number = static_cast<std::size_t>(number_of(status, name));
    if (number > 0) v.page.line(count_text(number, one, many, v.language()), 0, tone);
  };
  count("mail", mail_one, mail_many, Tone::waiting);
  count("requests", requests_one, requests_many, Tone::question);
  count("letters", letters_one, letters_many, Tone::question);
  count("attention", attention_one, attention_many, Tone::bad);
  count("quarantine", quarantine_one, quarantine_many, Tone::bad);
  const bool is_waiting =
      number_of(status, "waiting") + number_of(status, "intents") + number_of(status, "mail") > 0;
  if (!flag_of(status, "all_sent") && !is_waiting && number_of(status, "attention") == 0)
    v.page.line(v.say(not_all), 0, Tone::waiting);
  for (const json& plan : list_of(status, "plans")) {
    const std::string owner = text_of(plan, "owner");
    json state = plan;
    state["last_sync_ms"] = number_of(status, "last_sync_ms");
    v.page.line({{short_id(text_of(plan, "plan")) + "  ", Tone::quiet},
                 {(owner.empty() ? text_of(plan, "title") : owner) + "  "},
                 state_line(state, v.now(), v.language())},
                2);
    if (const auto lease = lease_line(plan, v.language())) v.page.line({*lease}, 12);
  }
  return exit_good;
}

Phrase event_phrase(const std::string& kind) {
  if (kind == "genesis") return {"Planen ble laget", "The plan was made"};
  if (kind == "participant_add") return {"Ny deltaker", "New participant"};
  if (kind == "consent_plan") return {"Samtykke til planen", "Consent to the plan"};
  if (kind == "consent_grant") return {"Samtykke gitt", "Consent given"};
  if (kind == "consent_withdraw") return {"Samtykke trukket", "Consent withdrawn"};
  if (kind == "role_change") return {"Rolle endret", "Role changed"};
  if (kind == "coordinator_offer") return {"Tilbud om å koordinere", "Coordination offered"};
  if (kind == "coordinator_accept") return {"Ny koordinator", "New coordinator"};
  if (kind == "suspend") return {"Tilgangen hviler, en enhet er tapt", "Access rests, a device is lost"};
  if (kind == "resume") return {"Tilgangen er tilbake", "Access is back"};
  if (kind == "recovery_ask") return {"Bedt om ny tilgang etter tapt enhet", "New access asked for after a lost device"};
  if (kind == "recovery_complete") return {"Ny tilgang godkjent etter tapt enhet", "New access approved after a lost device"};
  if (kind == "recovery_cancel") return {"Ny tilgang stoppet", "New access stopped"};
  if (kind == "identity_update") return {"Medlemmer i en enhet er oppdatert", "Members of a unit updated"};
  return {"Nye nøkler", "New keys"};
}

int run_log(Visit& v) {
  const auto plan = v.plan_id(v.args.words.empty() ? "" : v.args.words[0]);
  if (!plan.ok()) return v.refuse(plan.error());
  const json answer = v.call({{"do", "log"}, {"plan", *plan}});
  if (!is_good(answer)) return v.refuse(answer);
  v.page.title(v.say({"Beslutninger", "Decisions"}));
  for (const json& entry : list_of(answer, "governance")) {
    std::string line = v.say(event_phrase(text_of(entry, "kind")));
    if (!text_of(entry, "about").empty()) line += ": " + text_of(entry, "about");
    if (entry.contains("recv_ms") && entry["recv_ms"].is_null())
      line += v.say({" · ikke sendt", " · not sent"});
    v.page.line({{std::to_string(number_of(entry, "seq")) + "  ", Tone::quiet},
                 {when_text(number_of(entry, "time_ms"), v.now(), v.language()) + "  ", Tone::quiet},
                 {text_of(entry, "who") + "  ", Tone::strong},
                 {line}},
                2);
  }
  v.page.heading(v.say({"Endringer", "Changes"}));
  for (const json& entry : list_of(answer, "content")) {
    const std::int64_t ops = number_of(entry, "ops");
    std::string line = section_label(text_of(entry, "section"), v.language());
    if (ops > 0)
      line += " · " + count_text(static_cast<std::size_t>(ops), {"1 endring", "1 change"},
                                 {"%1 endringer", "%1 changes"}, v.language());
    if (flag_of(entry, "proposal")) line += v.say({" · forslag", " · proposal"});
    if (text_of(entry, "verdict") != "valid") line += v.say({" · gjelder ikke", " · does not count"});
    v.page.line({{std::to_string(number_of(entry, "seq")) + "  ", Tone::quiet},
                 {when_text(number_of(entry, "time_ms"), v.now(), v.language()) + "  ", Tone::quiet},
                 {text_of(entry, "who") + "  ", Tone::strong},
                 {line}},
                2);
  }
  return exit_good;
}

}  // namespace

std::vector<CommandSpec> sync_commands() {
  return {
      {"sync",
       {"", ""},
       {"Send det som venter, og hent nytt.", "Send what waits, and fetch what is new."},
       {"Uten dekning sier den fra og gir returkode 3; ingenting går tapt.",
        "Without a connection it says so and exits with 3; nothing is lost."},
       0,
       0,
       {plan_option(),
        {"wait",
         {"", ""},
         {"prøv igjen i noen minutter uten dekning", "try again for some minutes without a connection"}}},
       run_sync},
      {"status",
       {"", ""},
       {"Hva som er sendt, og hva som venter.", "What is sent, and what waits."},
       {"Tallene telles nå, fra det som ligger på enheten.",
        "The numbers are counted now, from what lies on the device."},
       0,
       0,
       {},
       run_status},
      {"log",
       {"[PLAN]", "[PLAN]"},
       {"Beslutninger og endringer i en plan, i rekkefølge.", "A plan's decisions and changes, in order."},
       {"Rekkefølgen er den alle enheter er enige om.", "The order is the one all devices agree on."},
       0,
       1,
       {plan_option()},
       run_log},
  };
}

}  // namespace samplan::cli
