// Commands about one's own devices: devices, device new, device add, device close, device name.
#include <ostream>

#include "cli/choose.h"
#include "cli/command.h"
#include "cli/human.h"
#include "cli/json_read.h"
#include "cli/meeting.h"
#include "cli/show_link.h"

namespace samplan::cli {
namespace {

using nlohmann::json;

constexpr Phrase server_missing{"Skriv serverens adresse med --server.", "Give the server's address with --server."};
constexpr Phrase a_new_device{"Ny enhet", "New device"};
constexpr Phrase take_this{"Ta denne koden på en enhet du har fra før, med «samplan device add KODE»:",
                           "Take this code on a device you already have, with “samplan device add CODE”:"};
constexpr Phrase code_lasts{"Den gjelder i et kvarter og kan brukes én gang. La denne stå til det er gjort.",
                            "It holds for a quarter of an hour and can be used once. Leave this running until it is done."};
constexpr Phrase four_words_are{"Fire ord: %1", "Four words: %1"};
constexpr Phrase joins_person{"Enheten blir en av enhetene til %1. Bekreft på den andre enheten når ordene er de samme.",
                              "This becomes one of the devices of %1. Confirm on the other device when the words are the same."};
constexpr Phrase same_here{"Viste den andre enheten de samme fire ordene, og er du %1?",
                           "Did the other device show the same four words, and are you %1?"};
constexpr Phrase is_ready{"Enheten er klar. Mappen er «%1». Neste: «samplan sync» henter planene.",
                          "The device is ready. Its folder is “%1”. Next: “samplan sync” fetches the plans."};
constexpr Phrase waits_for{"Venter på den nye enheten …", "Waiting for the new device …"};
constexpr Phrase gives_access{"«%1» får lese og skrive i %2 som deg. Bekreft bare om den nye enheten ligger foran deg og "
                              "viser de samme ordene.",
                              "“%1” will read and write in %2 as you. Confirm only if the new device is in front of you "
                              "and shows the same words."};
constexpr Phrase one_plan{"1 plan", "1 plan"};
constexpr Phrase many_plans{"%1 planer", "%1 plans"};
constexpr Phrase nobody_to_ask{"Her er ingen å spørre. Sammenlign ordene og bruk --yes.",
                               "There is nobody to ask here. Compare the words and use --yes."};
constexpr Phrase is_added{"«%1» er lagt til. De andre enhetene dine får vite det.",
                          "“%1” has been added. Your other devices are told."};
constexpr Phrase broken_off{"Avbrutt. Ingenting er endret.", "Broken off. Nothing was changed."};
constexpr Phrase is_closed{"«%1» lukkes. Det gjelder fra du har sendt, og da får %2 nye nøkler.",
                           "“%1” is being closed. It holds from when you have sent, and then %2 get new keys."};
constexpr Phrase will_close{"«%1» mister tilgangen for godt. Det som ikke er sendt fra den, blir bare liggende der.",
                            "“%1” loses its access for good. What it has not sent stays there only."};

// Compared by a person, or by a program that has said so.
enum class Compared : std::uint8_t { yes, no, nobody };
Compared compared(Visit& v, const std::string& question) {
  if (!v.args.has("yes") && !v.terminal().is_in_terminal) return Compared::nobody;
  return is_sure(v, question) ? Compared::yes : Compared::no;
}

void pause(Visit& v) {
  v.terminal().out << std::flush;  // somebody is waiting to read it, also through a pipe
  if (v.machine().sleep) v.machine().sleep(meeting_pause_ms);
}

int run_new(Visit& v) {
  const std::string server = v.args.text("server");
  if (server.empty()) return v.misused(v.say(server_missing));
  const std::string name = v.args.has("name") ? v.args.text("name") : v.say(a_new_device);
  if (!v.args.has("yes") && !v.terminal().is_in_terminal) return v.misused(v.say(nobody_to_ask));
  const auto secret = v.passphrase(true);
  if (!secret.ok()) return v.refuse(secret.error());
  const auto begun = NewMeeting::start(v, server, name);
  if (!begun.ok()) return v.refuse(begun.error());
  NewMeeting& meeting = **begun;
  bool is_shown = false;
  for (int step = 0; meeting.device().state() != NewDevice::State::ready; ++step) {
    if (const Status done = meeting.step(v); !done.ok()) return v.refuse(done.error());
    const NewDevice::State state = meeting.device().state();
    if (state == NewDevice::State::failed) return v.refuse(meeting.device().error());
    // The server has the box before anybody is asked to look into it.
    if (step == 1) {
      v.page.line(v.say(take_this));
      show_link(v, meeting.device().link());
      v.page.line(v.say(code_lasts));
    }
    if (state == NewDevice::State::compare && !is_shown) {
      is_shown = true;
      v.page.line(v.say(four_words_are, {meeting.device().words()}), 0, Tone::strong);
      v.page.line(v.say(joins_person, {meeting.device().person_name()}));
    }
    if (step > 1 && state != NewDevice::State::ready) pause(v);
  }
  if (compared(v, v.say(same_here, {meeting.device().person_name()})) != Compared::yes) return exit_refused;
  if (const Status made = meeting.finish(v, *secret); !made.ok()) return v.refuse(made.error());
  v.page.line(v.say(is_ready, {v.settings.home}));
  return exit_good;
}

int give_up(Visit& v) {
  (void)v.call({{"do", "device_add_cancel"}});
  (void)adding_step(v);
  v.aside.line(v.say(broken_off));
  return exit_refused;
}

int run_add(Visit& v) {
  json view = v.call({{"do", "device_add"}, {"link", v.args.words[0]}});
  if (!is_good(view)) return v.refuse(view);
  v.aside.line(v.say(waits_for));
  while (is_good(view) && text_of(view, "state") == "waiting") {
    view = adding_step(v);
    if (text_of(view, "state") == "waiting") pause(v);
  }
  if (text_of(view, "state") == "compare") {
    v.page.line(v.say(four_words_are, {text_of(view, "words")}), 0, Tone::strong);
    const std::string plans =
        count_text(static_cast<std::size_t>(number_of(view, "plans")), one_plan, many_plans, v.language());
    const Compared answer = compared(v, v.say(gives_access, {text_of(view, "name"), plans}));
    if (answer != Compared::yes) {
      (void)give_up(v);
      return answer == Compared::nobody ? v.misused(v.say(nobody_to_ask)) : exit_refused;
    }
    view = v.call({{"do", "device_add_confirm"}});
    while (is_good(view) && (text_of(view, "state") == "sync" || text_of(view, "state") == "granting"))
      view = adding_step(v);
  }
  if (!is_good(view)) return v.refuse(view);
  if (text_of(view, "state") != "done") return v.refuse(object_of(view, "failure"));
  v.page.line(v.say(is_added, {text_of(view, "name")}), 0, Tone::good);
  return exit_good;
}

int run_devices(Visit& v) {
  const json answer = v.call({{"do", "devices"}});
  if (!is_good(answer)) return v.refuse(answer);
  for (const json& d : list_of(answer, "devices")) {
    std::string line = v.say({"lagt til %1", "added %1"}, {when_text(number_of(d, "added_ms"), v.now(), v.language())});
    if (number_of(d, "last_wrote_ms") != 0)
      line += v.say({" · skrev sist %1", " · last wrote %1"},
                    {when_text(number_of(d, "last_wrote_ms"), v.now(), v.language())});
    if (flag_of(d, "this")) line += v.say({" · denne enheten", " · this device"});
    if (flag_of(d, "closing"))
      line += v.say({" · lukkes når du sender", " · closes when you send"});
    else if (flag_of(d, "closed"))
      line += v.say({" · lukket %1", " · closed %1"}, {when_text(number_of(d, "closed_ms"), v.now(), v.language())});
    if (flag_of(d, "unsent")) line += v.say({" · ikke sendt ennå", " · not sent yet"});
    v.page.line({{short_id(text_of(d, "device")) + "  ", Tone::quiet},
                 {text_of(d, "name") + "  ", Tone::strong},
                 {line, flag_of(d, "closed") ? Tone::quiet : Tone::plain}});
  }
  return exit_good;
}

Result<json> chosen(Visit& v) { return choose(v, {{{"do", "devices"}}, "devices", "device", {"name"}}, v.args.words[0]); }

int run_close(Visit& v) {
  const auto device = chosen(v);
  if (!device.ok()) return v.refuse(device.error());
  if (!is_sure(v, v.say(will_close, {text_of(*device, "name")}))) return exit_refused;
  const json answer = v.call({{"do", "device_close"}, {"device", text_of(*device, "device")}});
  if (!is_good(answer)) return v.refuse(answer);
  const std::string plans =
      count_text(static_cast<std::size_t>(number_of(answer, "plans")), one_plan, many_plans, v.language());
  v.page.line(v.say(is_closed, {text_of(answer, "name"), plans}));
  return exit_good;
}

int run_name(Visit& v) {
  const auto device = chosen(v);
  if (!device.ok()) return v.refuse(device.error());
  return change(v, {{"do", "device_rename"}, {"device", text_of(*device, "device")}, {"name", v.args.words[1]}},
                v.say({"Enheten heter nå «%1» her.", "The device is now called “%1” here."}, {v.args.words[1]}));
}

}  // namespace

std::vector<CommandSpec> device_commands() {
  const OptionSpec yes{"yes", {"", ""}, {"ordene er sammenlignet; ikke spør", "the words are compared; do not ask"}};
  return {
      {"devices",
       {"", ""},
       {"Enhetene dine.", "Your devices."},
       {"Med når hver ble lagt til, når den sist skrev noe du har fått, og om den er lukket.",
        "With when each was added, when it last wrote something you have received, and whether it is closed."},
       0,
       0,
       {},
       run_devices},
      {"device new",
       {"--server URL", "--server URL"},
       {"Gjør dette til en ny enhet for deg, med en du har fra før.",
        "Make this a new device of yours, with one you already have."},
       {"Viser en kode som du tar på den gamle enheten med «samplan device add». Begge viser fire ord; er de like, "
        "bekrefter\n"
        "du på den gamle. Den nye får alle planene dine.\n"
        "Eksempel: samplan device new --server http://127.0.0.1:8787 --name \"Telefonen min\"",
        "Shows a code that you take on the old device with “samplan device add”. Both show four words; if they are the "
        "same,\n"
        "you confirm on the old one. The new one gets all your plans.\n"
        "Example: samplan device new --server http://127.0.0.1:8787 --name \"My phone\""},
       0,
       0,
       {{"server", {"URL", "URL"}, {"serverens adresse", "the server's address"}},
        {"name", {"NAVN", "NAME"}, {"hva enheten skal hete", "what to call the device"}},
        yes,
        qr_option()},
       run_new},
      {"device add",
       {"KODE", "CODE"},
       {"Legg til en ny enhet for deg, med koden den viser.", "Add a new device of yours, with the code it shows."},
       {"Den nye enheten kan lese alt du kan. Ta bare koden fra en enhet du har foran deg, aldri en du har fått tilsendt.",
        "The new device can read all that you can. Take the code only from a device in front of you, never one sent to "
        "you."},
       1,
       1,
       {yes},
       run_add},
      {"device close",
       {"ENHET", "DEVICE"},
       {"Lukk en enhet du har mistet.", "Close a device you have lost."},
       {"Serveren slipper den ikke inn mer, og planene får nye nøkler før noen skriver mer. Det kan ikke angres.",
        "The server lets it in no more, and the plans get new keys before anybody writes more. It cannot be undone."},
       1,
       1,
       {{"yes", {"", ""}, {"ikke spør", "do not ask"}}},
       run_close},
      {"device name",
       {"ENHET NAVN", "DEVICE NAME"},
       {"Gi en av enhetene dine et navn.", "Give one of your devices a name."},
       {"Navnet er bare på denne enheten; loggen på serveren har ingen navn.",
        "The name is on this device only; the server's log holds no names."},
       2,
       2,
       {},
       run_name},
  };
}

}  // namespace samplan::cli
