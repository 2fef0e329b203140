#include "cli/arguments.h"

#include "tests/cli/cli_world.h"

using namespace samplan;
using namespace samplan::cli;

namespace {

const std::vector<OptionSpec> options = {{"name", {"NAVN", "NAME"}, {"", ""}}, {"all", {"", ""}, {"", ""}}};

Status read(const std::vector<std::string>& given, Arguments& into) {
  std::size_t at = 0;
  return read_arguments(given, at, options, false, Language::nb, into);
}

}  // namespace

TEST_CASE("Options stand anywhere among the words, with a space or an equals sign") {
  Arguments args;
  REQUIRE(read({"en", "--name", "Aud Marie", "to", "--all"}, args).ok());
  CHECK(args.words == std::vector<std::string>{"en", "to"});
  CHECK(args.text("name") == "Aud Marie");
  CHECK(args.has("all"));
  Arguments other;
  REQUIRE(read({"--name=a=b"}, other).ok());
  CHECK(other.text("name") == "a=b");
  CHECK_FALSE(other.has("all"));
}

TEST_CASE("Two dashes end the options, and a single dash is a word") {
  Arguments args;
  REQUIRE(read({"-", "-5", "--", "--name", "x"}, args).ok());
  CHECK(args.words == std::vector<std::string>{"-", "-5", "--name", "x"});
}

TEST_CASE("An option that is unknown, lacks its value or gets one too many is told") {
  Arguments args;
  const Status unknown = read({"--nmae", "x"}, args);
  REQUIRE(unknown.code() == Errc::invalid_argument);
  CHECK(has(unknown.error().detail, "--nmae"));
  CHECK(has(unknown.error().detail, "Mente du --name?"));
  CHECK(has(read({"--name"}, args).error().detail, "trenger en verdi"));
  CHECK(has(read({"--all=ja"}, args).error().detail, "tar ingen verdi"));
}

TEST_CASE("Near matches are the near ones only, nearest first") {
  const std::vector<std::string> choices = {"plan", "propose", "proposals", "participants", "sync", "status"};
  CHECK(near_matches("snyc", choices) == std::vector<std::string>{"sync"});
  CHECK(near_matches("paln", choices) == std::vector<std::string>{"plan"});
  CHECK(near_matches("part", choices) == std::vector<std::string>{"participants"});
  CHECK(near_matches("xyzzy", choices).empty());
  CHECK(near_matches(std::string(100'000, 'a'), choices).empty());
}

TEST_CASE("An unknown command is told with the ones that look like it, and nothing is run") {
  CliWorld w;
  CHECK(w.run({"snyc"}) == exit_usage);
  CHECK(has(w.err.str(), "Ukjent kommando: snyc."));
  CHECK(has(w.err.str(), "sync"));
  CHECK(w.run({"plan", "edti", "x"}) == exit_usage);
  CHECK(has(w.err.str(), "Mente du: plan edit?"));
  CHECK(w.run({"--lang", "en", "plan", "edti"}) == exit_usage);
  CHECK(has(w.err.str(), "Did you mean: plan edit?"));
  CHECK(w.run({}) == exit_usage);
  CHECK(w.out.str().empty());
  CHECK(w.book.asked.empty());
}

TEST_CASE("Too few or too many words, a bad language and a bad time are wrong use") {
  CliWorld w;
  CHECK(w.run({"note", "add"}) == exit_usage);
  CHECK(has(w.err.str(), "note add TEKST"));
  CHECK(w.run({"whoami", "x"}) == exit_usage);
  CHECK(w.run({"status", "--lang", "xx"}) == exit_usage);
  CHECK(w.run({"status", "--now", "i dag"}) == exit_usage);
  CHECK(w.run({"status", "--plassord", "x"}) == exit_usage);
  CHECK(w.book.asked.empty());
}

TEST_CASE("The language follows --lang, then the environment, and is bokmål otherwise") {
  CliWorld w;
  w.book.answers["plans"] = {{"ok", true}, {"plans", json::array()}};
  CHECK(w.run({"plan", "list"}) == exit_good);
  CHECK(has(w.out.str(), "Ingen planer"));
  w.environment["LANG"] = "en_GB.UTF-8";
  CHECK(w.run({"plan", "list"}) == exit_good);
  CHECK(has(w.out.str(), "No plans"));
  CHECK(w.run({"--lang", "nb", "plan"}) == exit_good);
  CHECK(has(w.out.str(), "Ingen planer"));
  w.environment["LANG"] = "C.UTF-8";
  CHECK(w.run({"plan", "list"}) == exit_good);
  CHECK(has(w.out.str(), "Ingen planer"));
}

TEST_CASE("--now is the time that commands are given") {
  CliWorld w;
  w.book.answers["status"] = {
      {"ok", true}, {"waiting", 0}, {"intents", 0}, {"last_sync_ms", 1'795'341'240'000}, {"all_sent", true}};
  CHECK(w.run({"status", "--lang", "en", "--now", "2027-01-05"}) == exit_good);
  CHECK(has(w.out.str(), "22 November 2026"));
  CHECK(w.run({"status", "--lang", "en"}) == exit_good);
  CHECK_FALSE(has(w.out.str(), "November"));
}
