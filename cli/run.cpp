#include "cli/run.h"

#include <algorithm>
#include <set>
#include <utility>

#include "cli/command.h"

namespace samplan::cli {
namespace {

constexpr Phrase unknown_command{"Ukjent kommando: %1.", "Unknown command: %1."};
constexpr Phrase perhaps{"Mente du: %1?", "Did you mean: %1?"};
constexpr Phrase see_help{"«samplan help» viser alle kommandoer.", "“samplan help” shows all commands."};
constexpr Phrase one_of{"Velg en av:", "Choose one of:"};
constexpr Phrase too_few{"Her mangler noe: samplan %1", "Something is missing: samplan %1"};
constexpr Phrase too_many{"Her er det for mange ord: samplan %1. Sett tekst med mellomrom i anførselstegn.",
                          "There are too many words: samplan %1. Put text with spaces in quotes."};
constexpr Phrase bad_language{"Ukjent språk: %1. Velg nb eller en.",
                              "Unknown language: %1. Choose nb or en."};
constexpr Phrase bad_time{"Ukjent tid: %1. Skriv for eksempel 2026-11-22T09:00Z.",
                          "Unknown time: %1. Write for example 2026-11-22T09:00Z."};
constexpr Phrase no_home{"Oppgi enhetens mappe med --home eller SAMPLAN_HOME.",
                         "Give the device's folder with --home or SAMPLAN_HOME."};

Language language_of(const Terminal& terminal) {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const auto value = terminal.environment(name);
    if (!value || value->empty()) continue;
    return parse_language(*value).value_or(Language::nb);
  }
  return Language::nb;
}

std::string home_of(const Terminal& terminal) {
  if (const auto home = terminal.environment("SAMPLAN_HOME"); home && !home->empty()) return *home;
  if (const auto home = terminal.environment("HOME"); home && !home->empty()) return *home + "/.samplan";
  return {};
}

int say_wrong(Host& host, const std::string& sentence) {
  Page(host.terminal.err, host.terminal.err_style()).line(sentence, 0, Tone::bad);
  return exit_usage;
}

// The longest command at the start of the words, and how many words it takes. "plan" alone is "plan list".
const CommandSpec* command_in(const std::vector<std::string>& given, std::size_t at, std::size_t& taken) {
  for (std::size_t count = std::min<std::size_t>(2, given.size() - at); count > 0; --count) {
    std::string path = given[at];
    if (count == 2) path += " " + given[at + 1];
    taken = count;
    if (const CommandSpec* found = find_command(path)) return found;
    const bool ends_here = at + count >= given.size() || given[at + count].substr(0, 1) == "-";
    if (count == 1 && ends_here)
      if (const CommandSpec* found = find_command(path + " list")) return found;
  }
  return nullptr;
}

bool is_group(const std::string& word) {
  return std::any_of(all_commands().begin(), all_commands().end(), [&](const CommandSpec& command) {
    return command.path.substr(0, word.size() + 1) == word + " ";
  });
}

int say_unknown(Host& host, Language language, const std::vector<std::string>& given, std::size_t at) {
  Page page(host.terminal.err, host.terminal.err_style());
  const bool has_second = at + 1 < given.size() && given[at + 1].substr(0, 1) != "-";
  if (is_group(given[at]) && !has_second) {
    page.line(one_of.in(language));
    (void)print_help(page, language, given[at]);
    return exit_usage;
  }
  std::set<std::string> first_words;
  std::vector<std::string> choices;
  for (const CommandSpec& command : all_commands()) {
    const std::string path(command.path);
    if (has_second && is_group(given[at])) {
      if (path.substr(0, given[at].size() + 1) == given[at] + " ") choices.push_back(path);
    } else if (first_words.insert(path.substr(0, path.find(' '))).second) {
      choices.push_back(path.substr(0, path.find(' ')));
    }
  }
  const std::string written = has_second && is_group(given[at]) ? given[at] + " " + given[at + 1] : given[at];
  page.line(fill(unknown_command.in(language), {written}), 0, Tone::bad);
  std::string list;
  for (const std::string& near : near_matches(written, choices)) list += (list.empty() ? "" : ", ") + near;
  if (!list.empty()) page.line(fill(perhaps.in(language), {list}));
  page.line(see_help.in(language));
  return exit_usage;
}

int help(Host& host, Language language, const std::string& words) {
  Page page(host.terminal.out, host.terminal.out_style());
  if (words.empty()) {
    print_overview(page, language);
    return exit_good;
  }
  if (print_help(page, language, words)) return exit_good;
  std::vector<std::string> given;
  for (std::size_t from = 0; from <= words.size();) {
    const std::size_t end = std::min(words.find(' ', from), words.size());
    given.push_back(words.substr(from, end - from));
    from = end + 1;
  }
  return say_unknown(host, language, given, 0);
}

Result<Settings> settings_from(const Host& host, Language fallback, const Arguments& args) {
  Settings settings;
  settings.language = fallback;
  const auto wrong = [&](const Phrase& phrase, const std::string& value) {
    return Error{Errc::invalid_argument, "arguments", fill(phrase.in(fallback), {value})};
  };
  if (args.has("lang")) {
    const auto language = parse_language(args.text("lang"));
    if (!language) return wrong(bad_language, args.text("lang"));
    settings.language = *language;
  }
  settings.home = args.has("home") ? args.text("home") : home_of(host.terminal);
  settings.passphrase_file = args.text("passphrase-file");
  if (args.has("now")) {
    settings.now = parse_iso(args.text("now"));
    if (!settings.now) return wrong(bad_time, args.text("now"));
  }
  return settings;
}

}  // namespace

int run(const std::vector<std::string>& given, Host& host) {
  Language language = language_of(host.terminal);
  Arguments args;
  std::size_t at = 0;
  if (const Status read = read_arguments(given, at, common_options(), true, language, args); !read.ok())
    return say_wrong(host, read.error().detail);
  if (const auto wanted = parse_language(args.text("lang"))) language = *wanted;
  if (at == given.size()) {
    if (args.has("help")) return help(host, language, "");
    Page page(host.terminal.err, host.terminal.err_style());
    print_overview(page, language);
    return exit_usage;
  }
  std::size_t taken = 0;
  const CommandSpec* const command = command_in(given, at, taken);
  if (command == nullptr) {
    const bool wants_help = args.has("help") || given.back() == "--help" || given.back() == "-h";
    if (wants_help && is_group(given[at])) return help(host, language, given[at]);
    return say_unknown(host, language, given, at);
  }
  const std::size_t at_command = at;
  at += taken;
  std::vector<OptionSpec> options = command->options;
  options.insert(options.end(), common_options().begin(), common_options().end());
  if (const Status read = read_arguments(given, at, options, false, language, args); !read.ok())
    return say_wrong(host, read.error().detail);
  auto settings = settings_from(host, language, args);
  if (!settings.ok()) return say_wrong(host, settings.error().detail);
  language = settings->language;
  // «consent» alone is the list, but whoever asks for help on it wants all that begins so.
  const std::string& first_word = given[at_command];
  if (args.has("help"))
    return help(host, language, taken == 1 && is_group(first_word) ? first_word : std::string(command->path));
  if (command->path == "help") {
    std::string words;
    for (const std::string& word : args.words) words += (words.empty() ? "" : " ") + word;
    return help(host, language, words);
  }
  const std::string form = std::string(command->path) + " " + std::string(command->words.in(language));
  if (args.words.size() < command->words_min) return say_wrong(host, fill(too_few.in(language), {form}));
  if (args.words.size() > command->words_max) return say_wrong(host, fill(too_many.in(language), {form}));
  if (settings->home.empty()) return say_wrong(host, std::string(no_home.in(language)));
  Visit visit(host, std::move(settings).value(), std::move(args));
  return command->run(visit);
}

}  // namespace samplan::cli
