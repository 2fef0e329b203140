#include "cli/command.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace samplan::cli {
namespace {

struct Group {
  Phrase title;
  std::vector<CommandSpec> (*commands)();
};

constexpr Group groups[] = {
    {{"Kom i gang", "Begin"}, start_commands},
    {{"Enhetene dine", "Your devices"}, device_commands},
    {{"Når alle enhetene er borte", "When all devices are gone"}, recovery_commands},
    {{"Folk, enheter og invitasjoner", "People, units and invitations"}, people_commands},
    {{"Bekreftelse fra organisasjonen", "The organisation's word"}, vouch_commands},
    {{"Planer", "Plans"}, plan_commands},
    {{"Skriv i en plan", "Write in a plan"}, record_commands},
    {{"Historikk", "History"}, history_commands},
    {{"Deltakere og samtykke", "Participants and consent"}, consent_commands},
    {{"Når en deltaker mister telefonen", "When a participant loses a phone"}, lost_commands},
    {{"Hvem har sett planen", "Who has seen the plan"}, access_commands},
    {{"Forslag og to versjoner", "Proposals and two versions"}, answer_commands},
    {{"Sende og hente", "Send and fetch"}, sync_commands},
    {{"Tekst som ikke ble sendt", "Text that was not sent"}, unsent_commands},
    {{"Mappen på denne enheten", "This device's folder"}, home_commands},
    {{"Import, tilsyn og programmer", "Import, supervision and programs"}, upkeep_commands},
};

constexpr Phrase usage{"Bruk: samplan [VALG] KOMMANDO ...", "Usage: samplan [OPTIONS] COMMAND ..."};
constexpr Phrase usage_of{"Bruk: samplan %1", "Usage: samplan %1"};
constexpr Phrase about{
    "Samplan er individuell plan på hver enhet, kryptert. Alt virker uten nett; «sync» sender og henter.",
    "Samplan keeps the individual plan on each device, encrypted. All works offline; “sync” sends and "
    "fetches."};
constexpr Phrase more{
    "«samplan help KOMMANDO» forklarer en kommando. Returkoder: 0 utført, 1 avslått eller feilet, "
    "2 feil bruk, 3 uten dekning.",
    "“samplan help COMMAND” explains one. Exit codes: 0 done, 1 refused or failed, 2 wrong use, "
    "3 no connection."};
constexpr Phrase options_title{"Valg", "Options"};
constexpr Phrase common_title{"Valg for alle kommandoer", "Options for all commands"};

void print_options(Page& page, Language language, const std::vector<OptionSpec>& options) {
  std::size_t widest = 0;
  const auto left_of = [&](const OptionSpec& option) {
    std::string left = "--" + std::string(option.name);
    if (!option.value.nb.empty()) left += " " + std::string(option.value.in(language));
    return left;
  };
  for (const OptionSpec& option : options) widest = std::max(widest, columns_of(left_of(option)));
  for (const OptionSpec& option : options) {
    std::string left = left_of(option);
    left.append(widest + 2 - columns_of(left), ' ');
    page.line({{left, Tone::plain}, {std::string(option.about.in(language)), Tone::quiet}}, 2);
  }
}

void print_summary(Page& page, Language language, const CommandSpec& command, std::size_t widest) {
  std::string left(command.path);
  left.append(widest + 2 - left.size(), ' ');
  page.line({{left, Tone::plain}, {std::string(command.summary.in(language)), Tone::quiet}}, 2);
}

std::size_t widest_path() {
  std::size_t widest = 0;
  for (const CommandSpec& command : all_commands()) widest = std::max(widest, command.path.size());
  return widest;
}

void print_one(Page& page, Language language, const CommandSpec& command) {
  std::string line(command.path);
  if (!command.words.nb.empty()) line += " " + std::string(command.words.in(language));
  page.line(fill(usage_of.in(language), {line}), 0, Tone::strong);
  page.blank();
  page.line(command.summary.in(language));
  if (!command.help.nb.empty()) page.line(command.help.in(language));
  if (command.options.empty()) return;
  page.heading(options_title.in(language));
  print_options(page, language, command.options);
}

}  // namespace

const std::vector<CommandSpec>& all_commands() {
  static const std::vector<CommandSpec> all = [] {
    std::vector<CommandSpec> out;
    for (const Group& group : groups) {
      std::vector<CommandSpec> part = group.commands();
      std::move(part.begin(), part.end(), std::back_inserter(out));
    }
    return out;
  }();
  return all;
}

const CommandSpec* find_command(std::string_view path) {
  for (const CommandSpec& command : all_commands())
    if (command.path == path) return &command;
  return nullptr;
}

const std::vector<OptionSpec>& common_options() {
  static const std::vector<OptionSpec> options = {
      {"home",
       {"MAPPE", "DIR"},
       {"enhetens mappe ($SAMPLAN_HOME, ellers ~/.samplan)",
        "the device's folder ($SAMPLAN_HOME, else ~/.samplan)"}},
      {"lang", {"SPRÅK", "LANG"}, {"nb eller en (ellers etter LANG)", "nb or en (else from LANG)"}},
      {"now",
       {"TID", "TIME"},
       {"la klokka være dette, f.eks. 2026-11-22T09:00Z", "let the clock be this, e.g. 2026-11-22T09:00Z"}},
      {"passphrase-file",
       {"FIL", "FILE"},
       {"passordet er første linje i filen (ellers $SAMPLAN_PASSPHRASE)",
        "the passphrase is the file's first line (else $SAMPLAN_PASSPHRASE)"}},
      {"help", {"", ""}, {"vis hjelp", "show help"}},
  };
  return options;
}

OptionSpec plan_option() {
  return {"plan",
          {"PLAN", "PLAN"},
          {"id, tittel eller navn på planeier; kan utelates når det bare er én plan",
           "id, title or owner's name; may be left out when there is only one plan"}};
}

void print_overview(Page& page, Language language) {
  page.line(about.in(language));
  page.line(usage.in(language));
  const std::size_t widest = widest_path();
  for (const Group& group : groups) {
    page.heading(group.title.in(language));
    for (const CommandSpec& command : group.commands()) print_summary(page, language, command, widest);
  }
  page.heading(common_title.in(language));
  print_options(page, language, common_options());
  page.blank();
  page.line(more.in(language));
}

bool print_help(Page& page, Language language, std::string_view words) {
  const CommandSpec* const whole = find_command(words);
  const std::string beginning = std::string(words) + " ";
  std::vector<const CommandSpec*> below;
  for (const CommandSpec& command : all_commands())
    if (command.path.substr(0, beginning.size()) == beginning) below.push_back(&command);
  if (whole == nullptr && below.empty()) return false;
  if (whole != nullptr) print_one(page, language, *whole);
  if (whole != nullptr && !below.empty()) page.blank();
  for (const CommandSpec* command : below) print_summary(page, language, *command, widest_path());
  if (whole != nullptr && below.empty()) {
    page.heading(common_title.in(language));
    print_options(page, language, common_options());
  }
  return true;
}

}  // namespace samplan::cli
