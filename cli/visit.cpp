#include "cli/visit.h"

#include <utility>

#include "cli/json_read.h"
#include "cli/words.h"
#include "client-core/native/atomic_file.h"
#include "client-core/native/opening_count.h"

namespace samplan::cli {
namespace {

using nlohmann::json;

constexpr std::size_t passphrase_file_bytes_max = 64U << 10;

constexpr Phrase ask_passphrase{"Passord eller PIN: ", "Passphrase or PIN: "};
constexpr Phrase ask_new_passphrase{"Velg et passord eller en PIN for denne enheten: ",
                                    "Choose a passphrase or PIN for this device: "};
constexpr Phrase ask_again{"En gang til: ", "Once more: "};
constexpr Phrase not_the_same{"De to var ikke like. Ingenting er laget.",
                              "The two were not the same. Nothing was made."};
constexpr Phrase nobody_to_ask{"Oppgi passordet med --passphrase-file FIL eller i SAMPLAN_PASSPHRASE.",
                               "Give the passphrase with --passphrase-file FILE or in SAMPLAN_PASSPHRASE."};
constexpr Phrase no_passphrase_file{"Kan ikke lese passordfilen «%1».",
                                    "Cannot read the passphrase file “%1”."};
constexpr Phrase no_plans{"Det er ingen planer på denne enheten ennå.",
                          "There are no plans on this device yet."};
constexpr Phrase which_plan{"Hvilken plan? Velg med --plan:", "Which plan? Choose with --plan:"};
constexpr Phrase no_such_plan{"Fant ingen plan som heter «%1». Disse finnes:",
                              "No plan is called “%1”. There are:"};

std::string first_line(std::string text) {
  text.resize(std::min(text.find('\n'), text.size()));
  if (!text.empty() && text.back() == '\r') text.pop_back();
  return text;
}

bool begins(const std::string& text, const std::string& prefix) {
  return text.compare(0, prefix.size(), prefix) == 0;
}

bool is_named(const json& plan, const std::string& written) {
  constexpr std::size_t prefix_digits_min = 4;
  if (written.size() >= prefix_digits_min && begins(text_of(plan, "plan"), written)) return true;
  const std::string wanted = plain_letters(written);
  return plain_letters(text_of(plan, "title")).find(wanted) != std::string::npos ||
         plain_letters(text_of(plan, "owner")).find(wanted) != std::string::npos;
}

std::string with_list(std::string sentence, const std::vector<const json*>& plans) {
  for (const json* plan : plans) {
    std::string name = text_of(*plan, "title");
    if (name.empty()) name = text_of(*plan, "owner");
    sentence += "\n  " + short_id(text_of(*plan, "plan")) + "  " + name;
  }
  return sentence;
}

}  // namespace

Visit::Visit(Host& host, Settings wanted, Arguments arguments)
    : settings(std::move(wanted)),
      args(std::move(arguments)),
      page(host.terminal.out, host.terminal.out_style()),
      aside(host.terminal.err, host.terminal.err_style()),
      host_(host),
      machine_(host.machine) {
  machine_.real_clock = host.machine.clock;
  if (settings.now) machine_.clock = [now = *settings.now] { return now; };
}

Result<std::string> Visit::passphrase(bool is_new) {
  if (!settings.passphrase_file.empty()) return passphrase_in(settings.passphrase_file);
  if (const auto given = host_.terminal.environment("SAMPLAN_PASSPHRASE")) return *given;
  if (is_new) return ask_new_passphrase_here();
  auto answer = host_.terminal.ask_secretly(say(ask_passphrase));
  if (!answer.ok()) return Error{Errc::locked, "passphrase", say(nobody_to_ask)};
  return answer;
}

Result<std::string> Visit::passphrase_in(const std::string& path) const {
  const auto file = native::read_file(path, passphrase_file_bytes_max);
  if (!file.ok()) return Error{file.code(), "passphrase file", say(no_passphrase_file, {path})};
  return first_line(std::string(ByteView(*file).text()));
}

Result<std::string> Visit::ask_new_passphrase_here() {
  auto answer = host_.terminal.ask_secretly(say(ask_new_passphrase));
  if (!answer.ok()) return Error{Errc::locked, "passphrase", say(nobody_to_ask)};
  const auto again = host_.terminal.ask_secretly(say(ask_again));
  if (!again.ok() || *again != *answer) return Error{Errc::invalid_argument, "passphrase", say(not_the_same)};
  return answer;
}

Status Visit::check_nobody_here() const {
  if (!native::NativeHome::is_begun(settings.home)) return Status::good();
  return Error{Errc::already_exists, "cli.home",
               say({"Her er det allerede begynt: «%1». Bruk en annen mappe med --home.",
                    "Someone has begun here already: “%1”. Use another folder with --home."},
                   {settings.home})};
}

Result<Desk*> Visit::desk() {
  if (desk_) return desk_.get();
  if (no_desk_) return *no_desk_;
  if (host_.open_desk) {
    SP_TRY(desk_, host_.open_desk());
    return desk_.get();
  }
  if (!native::NativeHome::is_begun(settings.home)) {
    return Error{Errc::not_found, "home",
                 say({"I «%1» er ingen begynt med Samplan. Begynn med «samplan init» eller «samplan join».",
                      "Nobody has begun with Samplan in “%1”. Begin with “samplan init” or “samplan join”."},
                     {settings.home})};
  }
  SP_TRY(const std::string secret, passphrase(false));
  auto opened = Device::open(settings.home, secret, machine_);
  if (!opened.ok()) {
    if (opened.code() == Errc::wrong_passphrase || opened.code() == Errc::locked_out) no_desk_ = opened.error();
    return opened.error();
  }
  desk_ = std::move(opened).value();
  return desk_.get();
}

json Visit::call(const json& request) {
  const auto device = desk();
  if (device.ok()) return (*device)->call(request);
  json answer = error_json(device.error());
  // A program is told when the next passphrase is tried at all.
  if (device.code() == Errc::wrong_passphrase || device.code() == Errc::locked_out)
    answer["locked_until_ms"] = native::OpeningCount(settings.home).open_from(machine_.real_clock());
  return answer;
}

Result<std::string> Visit::plan_id(const std::string& written) {
  const std::string wanted = written.empty() ? args.text("plan") : written;
  const json answer = call({{"do", "plans"}});
  if (!is_good(answer)) return error_from(answer);
  std::vector<const json*> all;
  std::vector<const json*> named;
  for (const json& plan : list_of(answer, "plans")) {
    all.push_back(&plan);
    if (wanted.empty() || is_named(plan, wanted)) named.push_back(&plan);
  }
  if (named.size() == 1) return text_of(*named.front(), "plan");
  if (all.empty()) return Error{Errc::not_found, "plan", say(no_plans)};
  if (named.empty()) return Error{Errc::not_found, "plan", with_list(say(no_such_plan, {wanted}), all)};
  return Error{Errc::invalid_argument, "plan", with_list(say(which_plan), named)};
}

int Visit::refuse(const Error& error) { return refuse(errc_name(error.code), error.where, error.detail); }

int Visit::refuse(const json& answer) {
  return refuse(text_of(answer, "error"), text_of(answer, "where"), text_of(answer, "message"));
}

// The core's sentences are in bokmål; our own are in the language asked for. In English, the code's own
// sentence is used unless the sentence is ours.
int Visit::refuse(std::string_view code, std::string_view where, std::string_view sentence) {
  const Phrase general = error_phrase(code);
  std::string text(sentence);
  const std::string_view english = place_in_english(where);
  if (language() == Language::en && !english.empty()) text = english;
  const bool is_ours = !english.empty() || where == "plan" || where == "home" || where == "passphrase" ||
                       where == "passphrase file" || where.substr(0, 4) == "cli.";
  if (text.empty() || (language() == Language::en && !is_ours)) {
    text = general.in(language());
    if (language() == Language::en && !where.empty()) text += " (" + std::string(where) + ")";
  }
  aside.line(text, 0, Tone::bad);
  if (code == errc_name(Errc::invalid_argument) && where == "arguments") return exit_usage;
  return code == errc_name(Errc::offline) || code == errc_name(Errc::try_later) ? exit_offline : exit_refused;
}

int Visit::misused(const std::string& sentence) {
  aside.line(sentence, 0, Tone::bad);
  return exit_usage;
}

json error_json(const Error& error) {
  std::string message =
      error.detail.empty() ? std::string(error_phrase(errc_name(error.code)).nb) : error.detail;
  return {{"ok", false},
          {"error", errc_name(error.code)},
          {"where", error.where},
          {"message", std::move(message)}};
}

}  // namespace samplan::cli
