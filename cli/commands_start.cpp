// Commands for the first minutes on a device: init, join, whoami, help, version.
#include "cli/begin.h"
#include "cli/command.h"
#include "cli/json_read.h"
#include "cli/phone.h"
#include "client-core/phone_code.h"
#include "cli/vouch.h"

namespace samplan::cli {
namespace {

using nlohmann::json;

constexpr Phrase ready{"Enheten er klar. Mappen er «%1».", "The device is ready. Its folder is “%1”."};
constexpr Phrase your_words{"Dine fire ord: %1. Les dem høyt for den som skal slippe deg inn.",
                            "Your four words: %1. Read them aloud to whoever lets you in."};
constexpr Phrase sync_next{"Neste: «samplan sync» sender den til serveren.",
                           "Next: “samplan sync” sends it to the server."};
constexpr Phrase asked{"Du ber om å bli med. %1 får se det når du har sendt.",
                       "You ask to join. %1 will see it when you have sent."};

constexpr Phrase one_link{"Skriv én lenke, eller en kode på ni sifre.", "Write one link, or a code of nine digits."};

int run_init(Visit& v) {
  const Status begun =
      begin(v, {v.args.text("server"), v.args.text("server-key"), v.args.text("code"), v.args.text("name")});
  if (!begun.ok()) return v.refuse(begun.error());
  const json who = v.call({{"do", "whoami"}});
  if (!is_good(who)) return v.refuse(who);
  v.page.line(v.say(ready, {v.settings.home}));
  v.page.line(v.say(your_words, {text_of(who, "words")}));
  v.page.line(v.say(sync_next));
  return exit_good;
}

int run_join(Visit& v) {
  std::string typed;
  for (const std::string& word : v.args.words) typed += (typed.empty() ? "" : " ") + word;
  const bool is_code = looks_like_phone_code(typed);
  if (!is_code && v.args.words.size() > 1) return v.misused(v.say(one_link));
  const json answer = is_code ? join_by_phone(v, typed) : join(v, typed, v.args.text("name"), v.args.text("unit"), {}, v.args.has("vouch"));
  if (!is_good(answer)) return v.refuse(answer);
  v.page.line(v.say(asked, {text_of(answer, "inviter")}));
  if (answer.contains("vouch")) v.page.line(vouch_line(v, answer["vouch"]), 0, Tone::good);
  v.page.line(v.say(your_words, {text_of(answer, "words")}));
  v.page.line(v.say(sync_next));
  return exit_good;
}

int run_whoami(Visit& v) {
  const json who = v.call({{"do", "whoami"}});
  if (!is_good(who)) return v.refuse(who);
  v.page.title(text_of(who, "name"));
  v.page.fact(v.say({"Fire ord", "Four words"}), text_of(who, "words"));
  v.page.fact(v.say({"Person", "Person"}), short_id(text_of(who, "person")));
  v.page.fact(v.say({"Enhet", "Device"}), short_id(text_of(who, "device")));
  v.page.fact(v.say({"Server", "Server"}), text_of(who, "server"));
  if (who.contains("vouch")) v.page.line(vouch_line(v, who["vouch"]), 0, Tone::good);
  for (const json& unit : list_of(who, "units"))
    v.page.fact(v.say({"Medlem av", "Member of"}),
                text_of(unit, "name") + " (" + short_id(text_of(unit, "unit")) + ")");
  return exit_good;
}

// Answered before a visit begins, see run.cpp.
int run_help(Visit&) { return exit_good; }

int run_version(Visit& v) {
  v.page.line("samplan " SAMPLAN_VERSION);
  return exit_good;
}

}  // namespace

std::vector<CommandSpec> start_commands() {
  return {
      {"init",
       {"--server URL --name NAVN", "--server URL --name NAME"},
       {"Begynn på denne enheten, med adressen til en server.",
        "Begin on this device, with a server's address."},
       {"Lager mappen og nøklene, og husker serverens nøkkel. Har du fått en invitasjon, bruk «samplan "
        "join».\n"
        "Eksempel: samplan init --server http://127.0.0.1:8787 --name \"Kari Lunde\"",
        "Makes the folder and the keys, and remembers the server's key. With an invitation, use “samplan "
        "join”.\n"
        "Example: samplan init --server http://127.0.0.1:8787 --name \"Kari Lunde\""},
       0,
       0,
       {{"server", {"URL", "URL"}, {"serverens adresse", "the server's address"}},
        {"name", {"NAVN", "NAME"}, {"hva du heter", "what you are called"}},
        {"code",
         {"KODE", "CODE"},
         {"koden serveren krever av nye, om den gjør det", "the code the server asks of newcomers, if any"}},
        {"server-key",
         {"HEX", "HEX"},
         {"nøkkelen serveren skal ha; en annen avvises",
          "the key the server must have; another is refused"}}},
       run_init},
      {"join",
       {"LENKE|KODE --name NAVN", "LINK|CODE --name NAME"},
       {"Be om å bli med, med en invitasjonslenke eller en kode du får på telefon.",
        "Ask to join, with an invitation link or a code you are told by telephone."},
       {"Er du ny her, lages mappen og nøklene først. Den som inviterte, sammenligner de fire ordene med deg "
        "og\n"
        "slipper deg inn med «samplan confirm». En kode har ni sifre; la den som leste den opp, vente til du er "
        "ferdig.\n"
        "Eksempel: samplan join 482 915 637 --server http://127.0.0.1:8480 --name \"Ola Nordmann\"",
        "If you are new here, the folder and the keys are made first. The one who invited you compares the "
        "four words\n"
        "with you and lets you in with “samplan confirm”. A code has nine digits; whoever read it out waits until "
        "you are done.\n"
        "Example: samplan join 482 915 637 --server http://127.0.0.1:8480 --name \"Ola Nordmann\""},
       1,
       9,
       {{"name", {"NAVN", "NAME"}, {"hva du heter", "what you are called"}},
        {"server", {"URL", "URL"}, {"serverens adresse, til en kode", "the server's address, with a code"}},
        {"unit",
         {"ENHET", "UNIT"},
         {"be om at denne enheten din blir deltaker, ikke du selv",
          "ask that this unit of yours takes part, not you"}},
        {"vouch",
         {"", ""},
         {"la organisasjonen bekrefte at du er ansatt der, først (se «samplan vouch»)",
          "let the organisation vouch that you work there, first (see “samplan vouch”)"}}},
       run_join},
      {"whoami",
       {"", ""},
       {"Hvem du er på denne enheten, og dine fire ord.", "Who you are on this device, and your four words."},
       {"De fire ordene er de samme hos alle som kjenner deg.",
        "The four words are the same for all who know you."},
       0,
       0,
       {},
       run_whoami},
      {"help",
       {"[KOMMANDO]", "[COMMAND]"},
       {"Forklar en kommando.", "Explain a command."},
       {"Eksempel: samplan help plan edit", "Example: samplan help plan edit"},
       0,
       3,
       {},
       run_help},
      {"version",
       {"", ""},
       {"Hvilken utgave dette er.", "Which version this is."},
       {"Oppgi den når du melder feil.", "Give it when you report a fault."},
       0,
       0,
       {},
       run_version},
  };
}

}  // namespace samplan::cli
