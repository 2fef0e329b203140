// Commands about the device's folder itself: a new passphrase, and taking everything away.
#include <sys/stat.h>

#include "cli/choose.h"
#include "cli/command.h"
#include "cli/human.h"
#include "cli/json_read.h"
#include "cli/words.h"
#include "client-core/native/native_home.h"

namespace samplan::cli {
namespace {

using nlohmann::json;

constexpr Phrase nobody_here{"I «%1» er ingen begynt med Samplan.", "Nobody has begun with Samplan in “%1”."};
constexpr Phrase changed{"Passordet er byttet. Det gamle åpner ikke mappen lenger.",
                         "The passphrase is changed. The old one no longer opens the folder."};
constexpr Phrase lies_only_here{"Dette er ikke sendt, og finnes bare på denne enheten:",
                                "This is not sent, and is on this device only:"};
constexpr Phrase one_change{"1 endring", "1 change"};
constexpr Phrase many_changes{"%1 endringer", "%1 changes"};
constexpr Phrase one_draft{"1 halvskrevet tekst", "1 half-written text"};
constexpr Phrase many_drafts{"%1 halvskrevne tekster", "%1 half-written texts"};
constexpr Phrase one_kept{"1 egen tekst som ikke kunne sendes («samplan quarantine list»)",
                          "1 text of yours that could not be sent (“samplan quarantine list”)"};
constexpr Phrase many_kept{"%1 egne tekster som ikke kunne sendes («samplan quarantine list»)",
                           "%1 texts of yours that could not be sent (“samplan quarantine list”)"};
constexpr Phrase one_mail{"1 brev eller invitasjon", "1 letter or invitation"};
constexpr Phrase many_mail{"%1 brev eller invitasjoner", "%1 letters or invitations"};
constexpr Phrase plan_draft{"utkast, delt med ingen", "a draft, shared with nobody"};
constexpr Phrase send_first{
    "Send det først («samplan sync»), eller si at også det skal bort: --also-unsent. "
    "Ingenting er fjernet.",
    "Send it first (“samplan sync”), or say that it too shall go: --also-unsent. "
    "Nothing was removed."};
constexpr Phrase say_yes{"Si --yes for å fjerne alt i «%1». Ingenting er fjernet.",
                         "Say --yes to remove everything in “%1”. Nothing was removed."};
constexpr Phrase consequence{
    "Alt Samplan har i «%1», fjernes: planer, nøkler og tekster. Det kan ikke angres her.",
    "All that Samplan has in “%1” is removed: plans, keys and texts. It cannot be undone here."};
constexpr Phrase wiped{"Mappen er tømt.", "The folder is emptied."};

int run_passphrase(Visit& v) {
  if (!native::NativeHome::is_begun(v.settings.home))
    return v.refuse(Error{Errc::not_found, "home", v.say(nobody_here, {v.settings.home})});
  const auto old_one = v.passphrase(false);
  if (!old_one.ok()) return v.refuse(old_one.error());
  const auto new_one = v.args.has("new-passphrase-file") ? v.passphrase_in(v.args.text("new-passphrase-file"))
                                                         : v.ask_new_passphrase_here();
  if (!new_one.ok()) return v.refuse(new_one.error());
  const Status done = Device::change_passphrase(v.settings.home, *old_one, *new_one, v.machine());
  if (!done.ok()) return v.refuse(done.error());
  v.page.line(v.say(changed));
  return exit_good;
}

// What would be lost, a line for each; by plan where it is in one.
std::vector<std::string> only_here(const Visit& v, const json& status) {
  std::vector<std::string> out;
  const auto count = [&](const char* name, const Phrase& one, const Phrase& many) {
    const auto number = static_cast<std::size_t>(number_of(status, name));
    if (number > 0) out.push_back(count_text(number, one, many, v.language()));
  };
  for (const json& plan : list_of(status, "plans")) {
    const auto waiting = static_cast<std::size_t>(number_of(plan, "waiting") + number_of(plan, "intents"));
    const bool is_draft = text_of(plan, "holding") == "draft";
    if (waiting == 0 && !is_draft) continue;
    std::string line = short_id(text_of(plan, "plan"));
    if (!text_of(plan, "owner").empty()) line += "  " + text_of(plan, "owner");
    line += is_draft ? "  " + v.say(plan_draft)
                     : "  " + count_text(waiting, one_change, many_changes, v.language());
    out.push_back(std::move(line));
  }
  count("drafts", one_draft, many_drafts);
  count("quarantine", one_kept, many_kept);
  count("mail", one_mail, many_mail);
  return out;
}

int run_wipe(Visit& v) {
  const std::string& home = v.settings.home;
  if (native::NativeHome::is_begun(home)) {
    const json status = v.call({{"do", "status"}});
    if (!is_good(status)) return v.refuse(status);
    const std::vector<std::string> unsent = only_here(v, status);
    if (!unsent.empty()) {
      v.aside.line(v.say(lies_only_here), 0, Tone::bad);
      for (const std::string& line : unsent) v.aside.line(line, 2);
    }
    if (!unsent.empty() && !v.args.has("also-unsent")) {
      v.aside.line(v.say(send_first));
      return exit_refused;
    }
    if (!v.args.has("yes") && !v.terminal().is_in_terminal) {
      v.aside.line(v.say(say_yes, {home}), 0, Tone::bad);
      return exit_refused;
    }
    if (!is_sure(v, v.say(consequence, {home}))) return exit_refused;
  } else {
    // Without keys nothing of it can be read: what an earlier call that was interrupted has left.
    struct stat info {};
    if (::stat((home + "/replica.db").c_str(), &info) != 0)
      return v.refuse(Error{Errc::not_found, "home", v.say(nobody_here, {home})});
  }
  v.leave();
  const Status done = native::NativeHome::wipe(home);
  if (!done.ok()) return v.refuse(done.error());
  v.page.line(v.say(wiped));
  return exit_good;
}

}  // namespace

std::vector<CommandSpec> home_commands() {
  return {
      {"passphrase",
       {"", ""},
       {"Bytt passord eller PIN.", "Change the passphrase or PIN."},
       {"Det gamle oppgis som ellers, eller spørres det om; det nye spørres det om to ganger, eller står i "
        "en fil.",
        "The old one is given as always, or asked for; the new one is asked for twice, or stands in a file."},
       0,
       0,
       {{"new-passphrase-file",
         {"FIL", "FILE"},
         {"det nye passordet er første linje i filen", "the new passphrase is the file's first line"}}},
       run_passphrase},
      {"wipe",
       {"", ""},
       {"Fjern alt Samplan har på denne enheten.", "Remove all that Samplan has on this device."},
       {"Sier først hva som ikke er sendt, og fjerner det ikke uten --also-unsent. Planene finnes fortsatt "
        "hos de andre.",
        "Says first what is not sent, and does not remove that without --also-unsent. Others still have the "
        "plans."},
       0,
       0,
       {{"yes", {"", ""}, {"ikke spør", "do not ask"}},
        {"also-unsent", {"", ""}, {"også det som ikke er sendt", "also what is not sent"}}},
       run_wipe},
  };
}

}  // namespace samplan::cli
