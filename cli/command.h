// The table of commands: what each is called, what it takes, its help in both languages, and the function
// that does it. Help, suggestions and the tests all read this table.
#pragma once

#include <string_view>
#include <vector>

#include "cli/visit.h"

namespace samplan::cli {

struct CommandSpec {
  std::string_view path;  // "plan edit"
  Phrase words;           // the words after it: "POST FELT VERDI"
  Phrase summary;         // one line
  Phrase help;            // the rest: what it means, an example
  std::size_t words_min = 0;
  std::size_t words_max = 0;
  std::vector<OptionSpec> options;
  int (*run)(Visit&) = nullptr;
};

// In the order in which help lists them.
const std::vector<CommandSpec>& all_commands();
const CommandSpec* find_command(std::string_view path);

// Options that every command takes: --home, --lang, --now, --passphrase-file, --help.
const std::vector<OptionSpec>& common_options();
// The option that commands about one plan take.
OptionSpec plan_option();

// Everything: groups and one line for each command.
void print_overview(Page& page, Language language);
// One command, or all commands that begin with these words. False if there is none.
bool print_help(Page& page, Language language, std::string_view words);

// By topic, one file each.
std::vector<CommandSpec> start_commands();
std::vector<CommandSpec> device_commands();
std::vector<CommandSpec> recovery_commands();
std::vector<CommandSpec> people_commands();
std::vector<CommandSpec> vouch_commands();
std::vector<CommandSpec> plan_commands();
std::vector<CommandSpec> record_commands();
std::vector<CommandSpec> history_commands();
std::vector<CommandSpec> consent_commands();
std::vector<CommandSpec> lost_commands();
std::vector<CommandSpec> answer_commands();
std::vector<CommandSpec> sync_commands();
std::vector<CommandSpec> unsent_commands();
std::vector<CommandSpec> access_commands();
std::vector<CommandSpec> home_commands();
std::vector<CommandSpec> upkeep_commands();

}  // namespace samplan::cli
