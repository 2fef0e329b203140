// Commands about people: service units, invitations, and who asks to join.
#include "cli/choose.h"
#include "cli/command.h"
#include "cli/human.h"
#include "cli/json_read.h"
#include "cli/meeting.h"
#include "cli/phone.h"
#include "cli/show_link.h"
#include "cli/vouch.h"
#include "cli/words.h"

namespace samplan::cli {
namespace {

using nlohmann::json;

constexpr Phrase unit_made{"Enheten «%1» er laget: %2", "The unit “%1” is made: %2"};
constexpr Phrase no_units{"Du er ikke med i noen enhet.", "You are in no unit."};
constexpr Phrase member_removed{"%1 er ikke lenger med i enheten. Det gjelder fra du har sendt.",
                                "%1 is no longer in the unit. It holds from when you have sent."};
constexpr Phrase link_is{"Gi denne lenken til %1, og bare til %1:", "Give this link to %1, and only to %1:"};
constexpr Phrase link_lasts{"Den gjelder til %1. Send med «samplan sync» først.",
                            "It is valid until %1. Send with “samplan sync” first."};
constexpr Phrase no_invites{"Ingen invitasjoner ute.", "No invitations given."};
constexpr Phrase invite_open{"åpen til %1", "open until %1"};
constexpr Phrase invite_unsent{"ikke sendt ennå: «samplan sync»", "not sent yet: “samplan sync”"};
constexpr Phrase invite_asked{"noen ber om å bli med: «samplan requests»", "somebody asks to join: “samplan requests”"};
constexpr Phrase invite_calling{"venter på kode %1 på telefon", "waits for code %1 by telephone"};
constexpr Phrase invite_expired{"utløpt %1; lag en ny med «samplan invite»", "expired %1; make a new one with “samplan invite”"};
constexpr Phrase no_requests{"Ingen ber om å bli med.", "Nobody asks to join."};
constexpr Phrase asks{"%1 ber om å bli med", "%1 asks to join"};
constexpr Phrase compare{"Fire ord: %1. Spør om det er disse ordene %2 ser.",
                         "Four words: %1. Ask whether these are the words %2 sees."};
constexpr Phrase confirmed{"%1 er sluppet inn. Det gjelder fra du har sendt.",
                           "%1 is let in. It holds from when you have sent."};
constexpr Phrase nobody_known{"Du kjenner ingen her ennå.", "You know nobody here yet."};
constexpr Phrase them{"den du inviterer", "the one you invite"};

int run_unit_create(Visit& v) {
  const json answer = v.call({{"do", "unit_create"}, {"name", v.args.words[0]}});
  if (!is_good(answer)) return v.refuse(answer);
  v.page.line(v.say(unit_made, {v.args.words[0], short_id(text_of(answer, "unit"))}));
  return exit_good;
}

int run_unit_list(Visit& v) {
  const json who = v.call({{"do", "whoami"}});
  if (!is_good(who)) return v.refuse(who);
  if (list_of(who, "units").empty()) v.page.line(v.say(no_units));
  for (const json& unit : list_of(who, "units")) {
    v.page.line(
        {{short_id(text_of(unit, "unit")) + "  ", Tone::quiet}, {text_of(unit, "name"), Tone::strong}});
    for (const json& member : list_of(unit, "members")) {
      const std::string note =
          flag_of(member, "registrar") ? v.say({" · registrerer medlemmer", " · registers members"}) : "";
      v.page.line(
          {{short_id(text_of(member, "person")) + "  ", Tone::quiet}, {text_of(member, "name") + note}}, 4);
    }
  }
  return exit_good;
}

int run_unit_remove(Visit& v) {
  const json request = {{"do", "unit_remove_member"}, {"unit", v.args.words[0]}, {"member", v.args.words[1]}};
  return change(v, request, v.say(member_removed, {v.args.words[1]}));
}

int print_invitation(Visit& v, json request) {
  if (v.args.has("name")) request["name"] = v.args.text("name");
  if (v.args.has("days")) request["days"] = v.args.text("days");
  if (v.args.has("phone")) return invite_by_phone(v, std::move(request));
  request["do"] = "invite";
  const json answer = v.call(request);
  if (!is_good(answer)) return v.refuse(answer);
  const std::string name = v.args.has("name") ? v.args.text("name") : v.say(them);
  v.page.line(v.say(link_is, {name}));
  show_link(v, text_of(answer, "link"));
  v.page.line(v.say(link_lasts, {when_text(number_of(answer, "expires_ms"), v.now(), v.language())}));
  return exit_good;
}

int run_unit_invite(Visit& v) {
  json request = {{"for", "unit"}, {"unit", v.args.words[0]}};
  if (v.args.has("registrar")) request["registrar"] = true;
  return print_invitation(v, std::move(request));
}

int run_invite(Visit& v) {
  const auto plan = v.plan_id();
  if (!plan.ok()) return v.refuse(plan.error());
  json request = {{"for", "plan"}, {"plan", *plan}};
  if (v.args.has("role")) request["role"] = role_code_for(v.args.text("role"));
  return print_invitation(v, std::move(request));
}

std::string purpose_of(Visit& v, const json& item) {
  if (text_of(item, "for") == "unit")
    return v.say({"enheten %1", "the unit %1"}, {text_of(item, "unit_name")});
  return v.say({"plan %1 som %2", "plan %1 as %2"},
               {short_id(text_of(item, "plan")), role_label(text_of(item, "role"), v.language())});
}

std::string invite_state(Visit& v, const json& item) {
  const std::string state = text_of(item, "state");
  const std::string until = when_text(number_of(item, "expires_ms"), v.now(), v.language());
  if (state == "asked") return v.say(invite_asked);
  if (state == "expired") return v.say(invite_expired, {until});
  if (state == "calling") return v.say(invite_calling, {text_of(item, "code")});
  return state == "unsent" ? v.say(invite_unsent) : v.say(invite_open, {until});
}

int run_invites(Visit& v) {
  const json answer = v.call({{"do", "invites"}});
  if (!is_good(answer)) return v.refuse(answer);
  if (list_of(answer, "invites").empty()) v.page.line(v.say(no_invites));
  for (const json& item : list_of(answer, "invites")) {
    const bool is_expired = text_of(item, "state") == "expired";
    v.page.line({{short_id(text_of(item, "box")) + "  ", Tone::quiet},
                 {text_of(item, "name") + " · " + purpose_of(v, item) + " · "},
                 {invite_state(v, item), is_expired ? Tone::waiting : Tone::plain}});
  }
  return exit_good;
}

int run_invite_cancel(Visit& v) {
  const auto chosen = choose(v, {{{"do", "invites"}}, "invites", "box", {"name"}}, v.args.words[0]);
  if (!chosen.ok()) return v.refuse(chosen.error());
  const int code = change(v, {{"do", "invite_cancel"}, {"box", text_of(*chosen, "box")}},
                          v.say({"Invitasjonen er trukket. Det gjelder fra du har sendt.",
                                 "The invitation is withdrawn. It holds from when you have sent."}));
  // A code that was read out stops at once if there is contact, and by itself within a quarter of an hour.
  if (code == exit_good && text_of(*chosen, "state") == "calling") (void)calling_step(v);
  return code;
}

int run_requests(Visit& v) {
  const json answer = v.call({{"do", "requests"}});
  if (!is_good(answer)) return v.refuse(answer);
  if (list_of(answer, "requests").empty()) v.page.line(v.say(no_requests));
  for (const json& item : list_of(answer, "requests")) {
    const std::string name = text_of(item, "name");
    v.page.line({{short_id(text_of(item, "person")) + "  ", Tone::quiet},
                 {v.say(asks, {name}), Tone::strong},
                 {" · " + purpose_of(v, item)}});
    const std::string invited = text_of(item, "invited_name");
    if (!invited.empty() && invited != name)
      v.page.line(v.say({"Invitert som: %1", "Invited as: %1"}, {invited}), 10);
    print_vouch(v, item, 10);
    v.page.line(v.say(compare, {text_of(item, "words"), name}), 10);
  }
  return exit_good;
}

Result<json> request_named(Visit& v) {
  return choose(v, {{{"do", "requests"}}, "requests", "person", {"name"}}, v.args.words[0]);
}

int run_confirm(Visit& v) {
  const auto chosen = request_named(v);
  if (!chosen.ok()) return v.refuse(chosen.error());
  return change(v, {{"do", "confirm"}, {"request", text_of(*chosen, "request")}},
                v.say(confirmed, {text_of(*chosen, "name")}));
}

int run_requests_decline(Visit& v) {
  const auto chosen = request_named(v);
  if (!chosen.ok()) return v.refuse(chosen.error());
  return change(v, {{"do", "decline_request"}, {"request", text_of(*chosen, "request")}},
                v.say({"Avvist. Invitasjonen er brukt opp.", "Turned down. The invitation is used up."}));
}

int run_people(Visit& v) {
  const json answer = v.call({{"do", "people"}});
  if (!is_good(answer)) return v.refuse(answer);
  if (list_of(answer, "people").empty()) v.page.line(v.say(nobody_known));
  for (const json& item : list_of(answer, "people")) {
    const std::string note = flag_of(item, "unit") ? v.say({" · enhet", " · unit"}) : "";
    v.page.line({{short_id(text_of(item, "person")) + "  ", Tone::quiet}, {text_of(item, "name") + note}});
  }
  return exit_good;
}

OptionSpec name_option() { return {"name", {"NAVN", "NAME"}, {"hvem som inviteres", "who is invited"}}; }
OptionSpec days_option() {
  return {"days",
          {"DAGER", "DAYS"},
          {"hvor mange dager den gjelder, høyst 7", "for how many days it is valid, at most 7"}};
}

}  // namespace

std::vector<CommandSpec> people_commands() {
  return {
      {"unit create",
       {"NAVN", "NAME"},
       {"Lag en enhet, for eksempel en tjeneste.", "Make a unit, for example a service."},
       {"Du registrerer medlemmene. En enhet kan være deltaker i en plan; da ser medlemmene planen.",
        "You register its members. A unit can take part in a plan; its members then see the plan."},
       1,
       1,
       {},
       run_unit_create},
      {"unit list",
       {"", ""},
       {"Enhetene dine og medlemmene.", "Your units and their members."},
       {"Id-ene foran kan brukes i andre kommandoer.", "The ids in front can be used in other commands."},
       0,
       0,
       {},
       run_unit_list},
      {"unit invite",
       {"ENHET", "UNIT"},
       {"Lag en invitasjonslenke til en enhet.", "Make an invitation link to a unit."},
       {"Eksempel: samplan unit invite Hjemmetjenesten --name \"Mona Dahl\"",
        "Example: samplan unit invite Hjemmetjenesten --name \"Mona Dahl\""},
       1,
       1,
       {name_option(),
        {"registrar", {"", ""}, {"skal også registrere medlemmer", "is to register members as well"}},
        days_option(),
        phone_option(),
        qr_option()},
       run_unit_invite},
      {"unit remove",
       {"ENHET MEDLEM", "UNIT MEMBER"},
       {"Ta et medlem ut av en enhet.", "Take a member out of a unit."},
       {"Enheten får ny nøkkel, og den som gikk ut, får ikke nye opplysninger.",
        "The unit gets a new key, and who left gets no new information."},
       2,
       2,
       {},
       run_unit_remove},
      {"invite",
       {"--role ROLLE --name NAVN", "--role ROLE --name NAME"},
       {"Lag en invitasjonslenke til en plan.", "Make an invitation link to a plan."},
       {"Med --phone får du ni sifre å lese opp i stedet for en lenke.\n"
        "Roller: owner (planeier), provider (tjenesteyter), relative (pårørende), guardian (verge), adviser "
        "(rådgiver),\n"
        "other_service, coordinating_unit. Den inviterte ser ingenting før planeieren samtykker (planeieren "
        "selv ser alt).",
        "With --phone you get nine digits to read out instead of a link.\n"
        "Roles: owner, provider, relative, guardian, adviser, other_service, coordinating_unit. The invited "
        "see nothing\n"
        "before the owner consents (the owner sees all)."},
       0,
       0,
       {plan_option(),
        {"role", {"ROLLE", "ROLE"}, {"rollen i planen", "the role in the plan"}},
        name_option(),
        days_option(),
        phone_option(),
        qr_option()},
       run_invite},
      {"invites",
       {"", ""},
       {"Invitasjoner du har ute.", "Invitations you have given."},
       {"Med hva som er blitt av dem. De forsvinner når de er brukt eller trukket, og to uker etter at de er "
        "utløpt.",
        "With what has become of them. They disappear when used or withdrawn, and two weeks after they expire."},
       0,
       0,
       {},
       run_invites},
      {"invite wait",
       {"", ""},
       {"Vent videre på den du har lest opp en kode for.", "Go on waiting for the one you read a code out to."},
       {"Når «samplan invite --phone» er avbrutt. Koden er den samme og gjelder ikke lenger enn før.",
        "When “samplan invite --phone” was interrupted. The code is the same and lasts no longer than before."},
       0,
       0,
       {},
       run_invite_wait},
      {"invite cancel",
       {"INVITASJON", "INVITATION"},
       {"Trekk en invitasjon.", "Withdraw an invitation."},
       {"INVITASJON er navnet eller id-en fra «samplan invites».",
        "INVITATION is the name or id from “samplan invites”."},
       1,
       1,
       {},
       run_invite_cancel},
      {"requests",
       {"", ""},
       {"Hvem som ber om å bli med, med fire ord å sammenligne.",
        "Who asks to join, with four words to compare."},
       {"Ring eller spør ansikt til ansikt om ordene er like, før du slipper noen inn.",
        "Ask by telephone or face to face whether the words agree, before you let anyone in."},
       0,
       0,
       {},
       run_requests},
      {"requests decline",
       {"HVEM", "WHO"},
       {"Avvis en som ber om å bli med.", "Turn down someone who asks to join."},
       {"HVEM er navnet eller id-en fra «samplan requests».",
        "WHO is the name or id from “samplan requests”."},
       1,
       1,
       {},
       run_requests_decline},
      {"confirm",
       {"HVEM", "WHO"},
       {"Slipp inn en som ber om å bli med, når ordene stemmer.",
        "Let someone in who asks to join, when the words agree."},
       {"HVEM er navnet eller id-en fra «samplan requests».",
        "WHO is the name or id from “samplan requests”."},
       1,
       1,
       {},
       run_confirm},
      {"people",
       {"", ""},
       {"Personer og enheter denne enheten kjenner.", "People and units that this device knows."},
       {"Navnene er slik du kjenner dem; nøklene er bekreftet.",
        "The names are as you know them; the keys are verified."},
       0,
       0,
       {},
       run_people},
  };
}

}  // namespace samplan::cli
