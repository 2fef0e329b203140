// Commands about losing everything: recovery, recovery new, recover.
#include <sstream>

#include "cli/choose.h"
#include "cli/command.h"
#include "cli/human.h"
#include "cli/json_read.h"
#include "cli/print_sync.h"
#include "cli/recovering.h"
#include "client-core/native/atomic_file.h"
#include "client-core/paper.h"
#include "client-core/recovery_code.h"

namespace samplan::cli {
namespace {

using nlohmann::json;

constexpr std::size_t code_file_bytes_max = 4096;
constexpr std::size_t groups_in_line = 4;
constexpr int tries_max = 5;

constexpr Phrase no_code{"Du har ingen gjenopprettingskode. Lag en med «samplan recovery new».",
                         "You have no recovery code. Make one with “samplan recovery new”."};
constexpr Phrase code_made{"Gjenopprettingskode laget %1", "Recovery code made %1"};
constexpr Phrase not_sent{"gjelder først når du har sendt («samplan sync»)",
                          "holds only when you have sent (“samplan sync”)"};
constexpr Phrase replaces{"Den gamle koden slutter å gjelde.", "The earlier code holds no longer."};
constexpr Phrase sheet_title{"Gjenopprettingskode for Samplan", "Recovery code for Samplan"};
constexpr Phrase part_title{"Del %1 av 3", "Part %1 of 3"};
constexpr Phrase where_to_keep{
    "Den som har koden, kan lese og skrive alt du kan. Skriv den på papir og legg den trygt, ikke på "
    "telefonen. "
    "Den vises bare nå.",
    "Whoever has the code can read and write all that you can. Write it on paper and keep it safe, not on "
    "the phone. "
    "It is shown only now."};
constexpr Phrase where_parts{
    "To av de tre delene trengs. Gi én til koordinatoren og én til en du stoler på, og behold én. De vises "
    "bare nå.",
    "Two of the three parts are needed. Give one to the coordinator and one to somebody you trust, and keep "
    "one. They are "
    "shown only now."};
constexpr Phrase how_to_use{"Når du ikke har noen enhet igjen: samplan recover --server %1",
                            "When you have no device left: samplan recover --server %1"};
constexpr Phrase holds_now{"Koden gjelder nå.", "The code holds now."};
constexpr Phrase holds_later{"Koden gjelder når du har sendt: «samplan sync».",
                             "The code holds when you have sent: “samplan sync”."};

constexpr Phrase server_missing{"Skriv serverens adresse med --server. Den står på papiret.",
                                "Give the server's address with --server. It is on the paper."};
constexpr Phrase name_missing{"Skriv navnet ditt med --name.", "Give your name with --name."};
constexpr Phrase nobody_to_ask{"Oppgi koden med --code-file FIL.", "Give the code with --code-file FILE."};
constexpr Phrase unreadable{"Kan ikke lese filen «%1».", "Cannot read the file “%1”."};
constexpr Phrase type_code{"Koden fra papiret, eller den ene delen: ",
                           "The code on the paper, or one part: "};
constexpr Phrase type_part{"En del til: ", "Another part: "};
constexpr Phrase is_back{"Du er tilbake som %1. Mappen er «%2».", "You are back as %1. The folder is “%2”."};
constexpr Phrase fetch_later{
    "Planene er ikke hentet ennå. Kjør «samplan sync», lukk enhetene du har mistet («samplan devices»), og "
    "lag en ny kode "
    "(«samplan recovery new»).",
    "The plans are not fetched yet. Run “samplan sync”, close the devices you have lost (“samplan devices”), "
    "and make a new "
    "code (“samplan recovery new”)."};
constexpr Phrase is_it_lost{"Er «%1», lagt til %2, mistet? Da lukkes den for godt.",
                            "Is “%1”, added %2, lost? Then it is closed for good."};
constexpr Phrase still_open{"«%1» er fortsatt åpen. Er den mistet: samplan device close %2",
                            "“%1” is still open. If it is lost: samplan device close %2"};
constexpr Phrase is_closing{"«%1» lukkes.", "“%1” is being closed."};

void print_code(Visit& v, const std::string& code) {
  std::istringstream groups(code);
  std::string line;
  std::string group;
  for (std::size_t n = 1; groups >> group; ++n) {
    line += (line.empty() ? "" : "  ") + group;
    if (n % groups_in_line != 0) continue;
    v.page.line(line, 2, Tone::strong);
    line.clear();
  }
  if (!line.empty()) v.page.line(line, 2, Tone::strong);
}

void print_sheet(Visit& v, const json& made) {
  v.page.title(v.say(sheet_title));
  std::size_t part = 0;
  for (const json& share : list_of(made, "shares")) {
    v.page.heading(v.say(part_title, {std::to_string(++part)}));
    print_code(v, share.get<std::string>());
  }
  if (part == 0) print_code(v, text_of(made, "code"));
  v.page.blank();
  v.page.line(v.say(part == 0 ? where_to_keep : where_parts));
  v.page.line(v.say(how_to_use, {text_of(made, "server")}));
}

// Makes the code, shows it and sends what makes it hold.
int new_code(Visit& v, bool in_shares) {
  const json made = v.call({{"do", "recovery_new"}, {"shares", in_shares}});
  if (!is_good(made)) return v.refuse(made);
  print_sheet(v, made);
  const auto desk = v.desk();
  if (!desk.ok()) return v.refuse(desk.error());
  const auto report = (*desk)->sync({}, {});
  v.aside.line(v.say(report.ok() ? holds_now : holds_later), 0, report.ok() ? Tone::good : Tone::waiting);
  return exit_good;
}

int run_recovery(Visit& v) {
  const json answer = v.call({{"do", "recovery"}});
  if (!is_good(answer)) return v.refuse(answer);
  for (const json& code : list_of(answer, "codes")) {
    std::string line = v.say(code_made, {when_text(number_of(code, "made_ms"), v.now(), v.language())});
    if (flag_of(code, "unsent")) line += ", " + v.say(not_sent);
    v.page.line(line);
  }
  if (list_of(answer, "codes").empty()) v.page.line(v.say(no_code), 0, Tone::waiting);
  return exit_good;
}

int run_recovery_new(Visit& v) {
  const json before = v.call({{"do", "recovery"}});
  if (!is_good(before)) return v.refuse(before);
  if (!list_of(before, "codes").empty() && !is_sure(v, v.say(replaces))) return exit_refused;
  return new_code(v, v.args.has("shares"));
}

Result<std::vector<std::string>> codes_in(Visit& v, const std::string& path) {
  const auto file = native::read_file(path, code_file_bytes_max);
  if (!file.ok()) return Error{file.code(), "cli.code", v.say(unreadable, {path})};
  std::istringstream lines(std::string(ByteView(*file).text()));
  std::vector<std::string> out;
  for (std::string line; std::getline(lines, line);)
    if (line.find_first_not_of(" \t\r") != std::string::npos) out.push_back(line);
  // A code may be broken over lines; parts are two that each begin as one.
  if (!out.empty() && code_kind(out[0]) == CodeKind::share) return out;
  std::string whole;
  for (const std::string& line : out) whole += line + " ";
  return std::vector<std::string>{whole};
}

template <class Read>
Status readable(const Read& read) {
  return read.ok() ? Status::good() : Status(read.error());
}

// Asks until it can be read: who types 70 characters from paper slips once in a while.
Result<std::vector<std::string>> typed_codes(Visit& v) {
  Terminal& terminal = v.terminal();
  std::vector<std::string> out;
  for (int tries = 0;;) {
    terminal.err << printable(v.say(out.empty() ? type_code : type_part)) << std::flush;
    std::string line;
    if (!std::getline(terminal.in, line))
      return Error{Errc::invalid_argument, "cli.code", v.say(nobody_to_ask)};
    const bool is_part = code_kind(line) == CodeKind::share;
    const Status one =
        is_part || !out.empty() ? readable(read_share_code(line)) : readable(read_recovery_code(line));
    if (!one.ok()) {
      if (++tries == tries_max) return one.error();
      v.aside.line(one.error().detail, 0, Tone::bad);
      continue;
    }
    out.push_back(line);
    if (!is_part || out.size() == 2) return out;
  }
}

// What the person had before: the paper always goes, each device if it is lost.
int close_what_is_lost(Visit& v) {
  const json answer = v.call({{"do", "devices"}});
  if (!is_good(answer)) return v.refuse(answer);
  const std::string lost = v.args.text("lost");
  for (const json& d : list_of(answer, "devices")) {
    if (flag_of(d, "this") || flag_of(d, "closed") || flag_of(d, "closing")) continue;
    const std::string id = text_of(d, "device");
    const std::string name = text_of(d, "name");
    bool goes = flag_of(d, "paper") || lost == "alle" || lost == "all";
    if (!goes && lost.empty() && v.terminal().is_in_terminal)
      goes =
          is_sure(v, v.say(is_it_lost, {name, when_text(number_of(d, "added_ms"), v.now(), v.language())}));
    if (!goes) {
      v.page.line(v.say(still_open, {name, short_id(id)}), 0, Tone::waiting);
      continue;
    }
    const json closed = v.call({{"do", "device_close"}, {"device", id}});
    if (!is_good(closed)) return v.refuse(closed);
    v.page.line(v.say(is_closing, {name}));
  }
  return exit_good;
}

int run_recover(Visit& v) {
  const std::string lost = v.args.text("lost");
  if (v.args.text("server").empty()) return v.misused(v.say(server_missing));
  if (v.args.text("name").empty()) return v.misused(v.say(name_missing));
  if (!lost.empty() && lost != "alle" && lost != "all" && lost != "ingen" && lost != "none")
    return v.misused(v.say({"--lost er «alle» eller «ingen».", "--lost is “all” or “none”."}));
  if (!v.args.has("code-file") && !v.terminal().is_in_terminal) return v.misused(v.say(nobody_to_ask));
  const auto codes = v.args.has("code-file") ? codes_in(v, v.args.text("code-file")) : typed_codes(v);
  if (!codes.ok()) return v.refuse(codes.error());
  const std::string name = v.args.text("name");
  const Status done = recover(v, {v.args.text("server"), name, *codes});
  if (!done.ok()) return v.refuse(done.error());
  v.page.line(v.say(is_back, {name, v.settings.home}), 0, Tone::good);
  const auto desk = v.desk();
  if (!desk.ok()) return v.refuse(desk.error());
  const auto report = (*desk)->sync({}, {});
  if (!report.ok()) {
    v.aside.line(v.say(fetch_later), 0, Tone::waiting);
    return v.refuse(report.error());
  }
  print_report(v.page, *report, v.language());
  if (const int closed = close_what_is_lost(v); closed != exit_good) return closed;
  v.page.blank();
  return new_code(v, v.args.has("shares"));
}

}  // namespace

std::vector<CommandSpec> recovery_commands() {
  const OptionSpec shares{
      "shares", {"", ""}, {"i tre deler, der to trengs", "in three parts, of which two are needed"}};
  return {
      {"recovery",
       {"", ""},
       {"Om du har en gjenopprettingskode.", "Whether you have a recovery code."},
       {"Koden er på papir. Med den kommer du tilbake til planene dine når alle enhetene er borte.",
        "The code is on paper. With it you come back to your plans when all your devices are gone."},
       0,
       0,
       {},
       run_recovery},
      {"recovery new",
       {"", ""},
       {"Lag en gjenopprettingskode til å skrive på papir.", "Make a recovery code to write on paper."},
       {"Den gamle koden slutter å gjelde. Alle enhetene dine får vite at det er laget en ny.\n"
        "Med --shares får du tre deler: to hvilke som helst av dem trengs, én alene åpner ingenting.",
        "The earlier code holds no longer. All your devices are told that there is a new one.\n"
        "With --shares you get three parts: any two of them are needed, one alone opens nothing."},
       0,
       0,
       {shares, {"yes", {"", ""}, {"ikke spør", "do not ask"}}},
       run_recovery_new},
      {"recover",
       {"--server URL --name NAVN", "--server URL --name NAME"},
       {"Kom tilbake med gjenopprettingskoden.", "Come back with the recovery code."},
       {"Lager en ny enhet for deg her, henter planene, lukker det du har mistet og gir deg en ny kode. Den "
        "brukte koden\n"
        "slutter å gjelde. Alle som deler en plan med deg, kan se at det er gjort.",
        "Makes a new device of yours here, fetches the plans, closes what you have lost and gives you a new "
        "code. The code\n"
        "that was used holds no longer. Everybody who shares a plan with you can see that it was done."},
       0,
       0,
       {{"server",
         {"URL", "URL"},
         {"serverens adresse, fra papiret", "the server's address, from the paper"}},
        {"name", {"NAVN", "NAME"}, {"hva du heter", "what you are called"}},
        {"code-file",
         {"FIL", "FILE"},
         {"koden står i filen, eller to deler på hver sin linje",
          "the code is in the file, or two parts on a line each"}},
        {"lost",
         {"HVA", "WHAT"},
         {"alle: lukk alle de andre enhetene; ingen: ikke lukk noen",
          "all: close all other devices; none: close none"}},
        shares},
       run_recover},
  };
}

}  // namespace samplan::cli
