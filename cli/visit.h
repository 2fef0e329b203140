// One call of the command line: who asked for what, and what a command needs to answer. A command reads its
// arguments, asks the desk, prints a page and returns an exit code.
#pragma once

#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "cli/arguments.h"
#include "cli/desk.h"
#include "cli/device.h"
#include "cli/language.h"
#include "cli/page.h"
#include "cli/terminal.h"

namespace samplan::cli {

// Documented in docs/cli.md and in the help.
enum ExitCode : int { exit_good = 0, exit_refused = 1, exit_usage = 2, exit_offline = 3 };

// The world around the command line; tests give their own.
struct Host {
  Terminal terminal;
  Machine machine;
  // Instead of opening the home; only for tests of what is printed.
  std::function<Result<std::unique_ptr<Desk>>()> open_desk;
};

struct Settings {
  Language language = Language::nb;
  std::string home;
  std::string passphrase_file;
  std::optional<UnixMs> now;  // a clock that stands still at this time
};

class Visit {
 public:
  Visit(Host& host, Settings settings, Arguments arguments);

  const Settings settings;
  const Arguments args;
  Page page;   // standard output: the answer
  Page aside;  // standard error: what is not the answer

  Language language() const { return settings.language; }
  std::string say(const Phrase& phrase, std::initializer_list<std::string_view> values = {}) const {
    return fill(phrase.in(settings.language), values);
  }
  Terminal& terminal() { return host_.terminal; }
  const Machine& machine() const { return machine_; }
  UnixMs now() const { return machine_.clock(); }

  // The device behind this call; opened, and its passphrase asked for, the first time.
  Result<Desk*> desk();
  void use(std::unique_ptr<Desk> desk) { desk_ = std::move(desk); }
  // Closes the device, so that another may open its home.
  void leave() { desk_.reset(); }
  // Asks the device. What stops it from being opened is an answer with "ok": false too.
  nlohmann::json call(const nlohmann::json& request);

  // From --passphrase-file, $SAMPLAN_PASSPHRASE or the person; `is_new`: asked for twice.
  Result<std::string> passphrase(bool is_new);
  // The first line of a file. errors: those of reading it.
  Result<std::string> passphrase_in(const std::string& file) const;
  // Asked for twice, on the terminal only.
  Result<std::string> ask_new_passphrase_here();

  // errors: already_exists (someone has begun in this folder).
  Status check_nobody_here() const;

  // The plan this call is about: the one that --plan or `written` names by id, title or owner, or the only
  // one. Returns the whole id. errors: not_found, invalid_argument; `detail` lists the plans there are.
  Result<std::string> plan_id(const std::string& written = {});

  // Prints what went wrong, and gives the exit code for it.
  int refuse(const Error& error);
  int refuse(const nlohmann::json& answer);
  // A mistake in how the command was written.
  int misused(const std::string& sentence);

 private:
  int refuse(std::string_view code, std::string_view where, std::string_view sentence);

  Host& host_;
  Machine machine_;
  std::unique_ptr<Desk> desk_;
  std::optional<Error> no_desk_;  // a wrong passphrase is tried once, however much is asked of the device
};

inline bool is_good(const nlohmann::json& answer) { return answer.is_object() && answer.value("ok", false); }

// An error as an answer of the `call` protocol, with bokmål in "message".
nlohmann::json error_json(const Error& error);

// What an error code means, for people who read it without a sentence of its own. Every code has one.
Phrase error_phrase(std::string_view code);
// The sentence of one place in English, where it has one of its own; empty otherwise.
std::string_view place_in_english(std::string_view where);

}  // namespace samplan::cli
