// Commands about who takes part and what the owner has consented to.
#include "cli/choose.h"
#include "cli/command.h"
#include "cli/human.h"
#include "cli/json_read.h"
#include "cli/print_lost.h"
#include "cli/words.h"

namespace samplan::cli {
namespace {

using nlohmann::json;

constexpr Phrase plan_consent_done{
    "Samtykket til planen er registrert. Planen sendes neste gang du har dekning.",
    "Consent to the plan is recorded. The plan is sent when you next have a connection."};
constexpr Phrase given_now{"Samtykket er registrert.", "Consent is recorded."};
constexpr Phrase given_later{"Samtykket er lagret på enheten. Det åpner for %1 når du har sendt.",
                             "Consent is saved on this device. It opens for %1 when you have sent."};
constexpr Phrase withdraw_one{
    "%1 får ikke lenger se nye opplysninger. Det %1 alt har lest, kan vi ikke ta tilbake.",
    "%1 will see no new information. What %1 has already read cannot be taken back."};
constexpr Phrase withdraw_all{
    "Ingen får lenger se nye opplysninger i planen. Det de alt har lest, kan vi ikke ta tilbake.",
    "Nobody will see new information in the plan. What they have already read cannot be taken back."};
constexpr Phrase withdrawn{
    "Samtykket er trukket. Lagret på enheten; det stenges når du har dekning og har sendt.",
    "Consent is withdrawn. Saved on this device; it closes when you have a connection and have sent."};
constexpr Phrase which_withdrawal{"Skriv hvem det gjelder, eller --whole-plan for hele planen.",
                                  "Write whom it concerns, or --whole-plan for the whole plan."};
constexpr Phrase nobody{"Ingen deltakere ennå.", "No participants yet."};
constexpr Phrase sees_nothing{"ser ingenting", "sees nothing"};
constexpr Phrase you{" (deg)", " (you)"};
constexpr Phrase offered{"Tilbudet er lagret. %1 svarer med «samplan coordinator accept».",
                         "The offer is saved. %1 answers with “samplan coordinator accept”."};
constexpr Phrase accepted{"Du er koordinator når du har sendt.",
                          "You are the coordinator when you have sent."};

json request_for(Visit& v, const char* what, const std::string& plan) {
  json request = {{"do", what}, {"plan", plan}};
  for (const char* option : {"form", "document", "witness"})
    if (v.args.has(option)) request[option] = v.args.text(option);
  return request;
}

int run_consent_plan(Visit& v) {
  return with_plan(v, [&](const std::string& plan) {
    return change(v, request_for(v, "consent_plan", plan), v.say(plan_consent_done));
  });
}

json section_list(const std::string& written) {
  json out = json::array();
  for (const std::string& item : split_list(written)) out.push_back(section_code_for(item));
  return out;
}

int run_consent_give(Visit& v) {
  return with_plan(v, [&](const std::string& plan) {
    json request = request_for(v, "consent_give", plan);
    request["participant"] = v.args.words[0];
    request["sections"] = section_list(v.args.text("sections"));
    request["rights"] = v.args.has("rights") ? rights_code_for(v.args.text("rights")) : "read";
    for (const char* option : {"history", "until", "what", "who", "use", "consequence"})
      if (v.args.has(option)) request[option] = v.args.text(option);
    const json answer = v.call(request);
    if (!is_good(answer)) return v.refuse(answer);
    const bool is_now = text_of(answer, "takes_effect") == "now";
    v.page.line(is_now ? v.say(given_now) : v.say(given_later, {v.args.words[0]}));
    return static_cast<int>(exit_good);
  });
}

int run_consent_withdraw(Visit& v) {
  const bool is_whole = v.args.has("whole-plan");
  if (v.args.words.empty() != is_whole) return v.misused(v.say(which_withdrawal));
  return with_plan(v, [&](const std::string& plan) {
    json request = {{"do", "consent_withdraw"}, {"plan", plan}};
    if (!is_whole) request["participant"] = v.args.words[0];
    if (v.args.has("sections")) request["sections"] = section_list(v.args.text("sections"));
    if (!is_sure(v, is_whole ? v.say(withdraw_all) : v.say(withdraw_one, {v.args.words[0]})))
      return static_cast<int>(exit_refused);
    return change(v, request, v.say(withdrawn));
  });
}

std::string rights_text(const json& rights, Language language) {
  std::string out;
  for (const std::string& code : section_codes()) {
    const std::string right = text_of(rights, code);
    if (right.empty()) continue;
    out += (out.empty() ? "" : "; ") + section_label(code, language) + ": " + rights_label(right, language);
  }
  return out;
}

int run_participants(Visit& v) {
  const auto plan = v.plan_id(v.args.words.empty() ? "" : v.args.words[0]);
  if (!plan.ok()) return v.refuse(plan.error());
  const json answer = v.call({{"do", "participants"}, {"plan", *plan}});
  if (!is_good(answer)) return v.refuse(answer);
  if (list_of(answer, "participants").empty()) v.page.line(v.say(nobody));
  for (const json& person : list_of(answer, "participants")) {
    std::string line = " · " + role_label(text_of(person, "role"), v.language());
    if (flag_of(person, "unit")) line += v.say({" · enhet", " · unit"});
    if (flag_of(person, "me")) line += v.say(you);
    v.page.line({{short_id(text_of(person, "principal")) + "  ", Tone::quiet},
                 {text_of(person, "name"), Tone::strong},
                 {line}});
    const std::string rights = rights_text(object_of(person, "rights"), v.language());
    v.page.line(rights.empty() ? v.say(sees_nothing) : rights, 10, Tone::quiet);
    print_lost(v, person);
  }
  return exit_good;
}

int run_consent_list(Visit& v) {
  const auto plan = v.plan_id();
  if (!plan.ok()) return v.refuse(plan.error());
  const json answer = v.call({{"do", "participants"}, {"plan", *plan}});
  if (!is_good(answer)) return v.refuse(answer);
  const std::string state = text_of(answer, "consent");
  v.page.line(state == "given"       ? v.say({"1 At planen blir laget: samtykke er gitt.",
                                              "1 That the plan is made: consent is given."})
              : state == "withdrawn" ? v.say({"1 At planen blir laget: samtykket er trukket.",
                                              "1 That the plan is made: consent is withdrawn."})
                                     : v.say({"1 At planen blir laget: ikke samtykket ennå.",
                                              "1 That the plan is made: no consent yet."}));
  v.page.line(v.say({"2 At deltakerne får se opplysninger:", "2 That participants see information:"}));
  for (const json& person : list_of(answer, "participants")) {
    const json& consent = object_of(person, "consent");
    if (consent.empty()) continue;
    v.page.line({{text_of(person, "name"), Tone::strong}}, 2);
    const std::string rights = rights_text(object_of(person, "rights"), v.language());
    v.page.line(rights.empty() ? v.say(sees_nothing) : rights, 4);
    std::string line =
        v.say({"Gitt %1", "Given %1"}, {when_text(number_of(consent, "given_ms"), v.now(), v.language())});
    line += " · " + value_label("consent", "form", text_of(consent, "form"), v.language());
    line += text_of(consent, "history") == "full" ? v.say({" · med historikk", " · with history"})
                                                  : v.say({" · fra da av", " · from then on"});
    const std::int64_t until = number_of(consent, "until_ms");
    // The bound is the first moment after the last day.
    if (until > 0) line += v.say({" · til %1", " · until %1"}, {date_text(date_of(until - 1), v.language())});
    v.page.line(line, 4, Tone::quiet);
  }
  return exit_good;
}

int run_participant_add(Visit& v) {
  return with_plan(v, [&](const std::string& plan) {
    json request = {{"do", "participant_add"},
                    {"plan", plan},
                    {"principal", v.args.words[0]},
                    {"role", role_code_for(v.args.has("role") ? v.args.text("role") : "provider")}};
    if (v.args.has("name")) request["name"] = v.args.text("name");
    return change(v, request,
                  v.say({"%1 er tatt inn, og ser ingenting før planeieren samtykker.",
                         "%1 is added, and sees nothing before the owner consents."},
                        {v.args.words[0]}));
  });
}

int run_participant_role(Visit& v) {
  return with_plan(v, [&](const std::string& plan) {
    json request = {{"do", "role_change"},
                    {"plan", plan},
                    {"participant", v.args.words[0]},
                    {"role", role_code_for(v.args.words[1])}};
    if (v.args.has("rights")) request["rights"] = rights_code_for(v.args.text("rights"));
    if (v.args.has("sections")) request["sections"] = section_list(v.args.text("sections"));
    return change(v, request,
                  v.say({"Rollen er endret. Det gjelder fra du har sendt.",
                         "The role is changed. It holds from when you have sent."}));
  });
}

int run_offer(Visit& v) {
  return with_plan(v, [&](const std::string& plan) {
    return change(v, {{"do", "coordinator_offer"}, {"plan", plan}, {"participant", v.args.words[0]}},
                  v.say(offered, {v.args.words[0]}));
  });
}

int run_accept(Visit& v) {
  return with_plan(v, [&](const std::string& plan) {
    return change(v, {{"do", "coordinator_accept"}, {"plan", plan}}, v.say(accepted));
  });
}

OptionSpec form_option() {
  return {"form",
          {"FORM", "FORM"},
          {"signed (eget samtykke), written eller oral", "signed (one's own), written or oral"}};
}
OptionSpec document_option() {
  return {"document", {"TEKST", "TEXT"}, {"hva som ble signert eller sagt", "what was signed or said"}};
}
OptionSpec witness_option() {
  return {"witness", {"NAVN", "NAME"}, {"vitne til et muntlig samtykke", "witness to an oral consent"}};
}
OptionSpec sections_option() {
  return {"sections",
          {"A,B", "A,B"},
          {"deler av planen, med komma: grunnlag,samordning,helse,…",
           "parts of the plan, with commas: grunnlag,samordning,helse,…"}};
}
OptionSpec rights_option() {
  return {"rights",
          {"RETT", "RIGHT"},
          {"read (lese), propose (foreslå) eller write (skrive)", "read, propose or write"}};
}

}  // namespace

std::vector<CommandSpec> consent_commands() {
  return {
      {"participants",
       {"[PLAN]", "[PLAN]"},
       {"Deltakerne, og hva de ser.", "The participants, and what they see."},
       {"Rettighetene følger av planeierens samtykke.", "The rights follow from the owner's consent."},
       0,
       1,
       {plan_option()},
       run_participants},
      {"participant add",
       {"HVEM", "WHO"},
       {"Ta inn en kjent person eller enhet.", "Add a known person or unit."},
       {"HVEM er navn eller id fra «samplan people». Nye inviteres med «samplan invite».",
        "WHO is a name or id from “samplan people”. Invite newcomers with “samplan invite”."},
       1,
       1,
       {plan_option(),
        {"role", {"ROLLE", "ROLE"}, {"ellers provider (tjenesteyter)", "default provider"}},
        {"name", {"NAVN", "NAME"}, {"navnet i planen", "the name in the plan"}}},
       run_participant_add},
      {"participant role",
       {"DELTAKER ROLLE", "PARTICIPANT ROLE"},
       {"Endre en rolle, eller rettigheter innenfor samtykket.",
        "Change a role, or rights within the consent."},
       {"Mer innsyn enn samtykket åpner for, krever nytt samtykke.",
        "More access than the consent opens needs new consent."},
       2,
       2,
       {plan_option(), rights_option(), sections_option()},
       run_participant_role},
      {"consent plan",
       {"", ""},
       {"Registrer planeierens samtykke til at planen blir laget.",
        "Record the owner's consent to the plan being made."},
       {"Før dette deles planen med ingen. Planeieren signerer på egen enhet; koordinatoren kan registrere "
        "et skriftlig eller\n"
        "muntlig samtykke. Eksempel: samplan consent plan --form written --document \"Signert skjema 1. mars "
        "2026\"",
        "Before this the plan is shared with nobody. The owner signs on their own device; the coordinator "
        "can record a\n"
        "written or oral consent. Example: samplan consent plan --form written --document \"Form signed 1 "
        "March 2026\""},
       0,
       0,
       {plan_option(), form_option(), document_option(), witness_option()},
       run_consent_plan},
      {"consent give",
       {"DELTAKER --sections A,B", "PARTICIPANT --sections A,B"},
       {"Åpne deler av planen for en deltaker.", "Open parts of the plan to a participant."},
       {"Samtykket skal si hvilke opplysninger det gjelder (--what), hvem som får dem (--who), hva de brukes "
        "til (--use)\n"
        "og hva det fører til (--consequence). Planeieren signerer på egen enhet.",
        "The consent must say which information (--what), who gets it (--who), what it is used for (--use) "
        "and what\n"
        "follows (--consequence). The owner signs on their own device."},
       1,
       1,
       {plan_option(),
        sections_option(),
        rights_option(),
        {"history",
         {"full|from_now", "full|from_now"},
         {"også det som alt står der, eller bare fra nå", "what is there already too, or only from now"}},
        {"until", {"DATO", "DATE"}, {"siste dag samtykket gjelder", "the last day it holds"}},
        {"what", {"TEKST", "TEXT"}, {"hvilke opplysninger", "which information"}},
        {"who", {"TEKST", "TEXT"}, {"hvem som får dem", "who gets it"}},
        {"use", {"TEKST", "TEXT"}, {"hva de brukes til", "what it is used for"}},
        {"consequence", {"TEKST", "TEXT"}, {"hva det fører til", "what follows"}},
        form_option(),
        document_option(),
        witness_option()},
       run_consent_give},
      {"consent withdraw",
       {"DELTAKER | --whole-plan", "PARTICIPANT | --whole-plan"},
       {"Trekk samtykke tilbake.", "Withdraw consent."},
       {"Gjelder straks du har sendt; lagres også uten dekning. Det noen alt har lest, kan ikke tas tilbake.",
        "Holds at once when you have sent; it is saved offline too. What someone has read cannot be taken "
        "back."},
       0,
       1,
       {plan_option(),
        sections_option(),
        {"whole-plan", {"", ""}, {"samtykket til hele planen", "consent to the whole plan"}},
        {"yes", {"", ""}, {"spør ikke om jeg er sikker", "do not ask whether I am sure"}}},
       run_consent_withdraw},
      {"consent list",
       {"", ""},
       {"Samtykkene i en plan.", "The consents of a plan."},
       {"Det er to: at planen blir laget, og at deltakerne får se opplysninger.",
        "There are two: that the plan is made, and that participants see information."},
       0,
       0,
       {plan_option()},
       run_consent_list},
      {"coordinator offer",
       {"DELTAKER", "PARTICIPANT"},
       {"Tilby en deltaker å bli koordinator.", "Offer a participant to become coordinator."},
       {"Du er koordinator til den andre har takket ja.", "You remain coordinator until the other accepts."},
       1,
       1,
       {plan_option()},
       run_offer},
      {"coordinator accept",
       {"", ""},
       {"Ta over som koordinator.", "Take over as coordinator."},
       {"Når du har fått tilbud om det.", "When you have been offered it."},
       0,
       0,
       {plan_option()},
       run_accept},
  };
}

}  // namespace samplan::cli
