#include "cli/command.h"
#include "cli/words.h"
#include "client-core/core.h"
#include "client-core/plan/schema.h"
#include "tests/cli/cli_world.h"

using namespace samplan;
using namespace samplan::cli;

TEST_CASE("Every command has help in both languages, and each option too") {
  REQUIRE(all_commands().size() > 40);
  for (const CommandSpec& command : all_commands()) {
    INFO(command.path);
    CHECK(command.run != nullptr);
    CHECK(command.words_min <= command.words_max);
    for (const Phrase& phrase : {command.summary, command.help}) {
      CHECK_FALSE(phrase.nb.empty());
      CHECK_FALSE(phrase.en.empty());
    }
    CHECK(command.summary.nb != command.summary.en);
    CHECK(command.words.nb.empty() == command.words.en.empty());
    CHECK((command.words_min == 0 || !command.words.nb.empty()));
    for (const OptionSpec& option : command.options) {
      INFO(option.name);
      CHECK_FALSE(option.about.nb.empty());
      CHECK_FALSE(option.about.en.empty());
      CHECK(option.value.nb.empty() == option.value.en.empty());
    }
  }
}

TEST_CASE("help shows each command by its words, in the language asked for") {
  CliWorld w;
  for (const CommandSpec& command : all_commands()) {
    std::vector<std::string> words = {"help"};
    const std::string path(command.path);
    words.push_back(path.substr(0, path.find(' ')));
    if (path.find(' ') != std::string::npos) words.push_back(path.substr(path.find(' ') + 1));
    INFO(path);
    CHECK(w.run(words) == exit_good);
    CHECK(has(w.out.str(), std::string(command.summary.nb)));
    words.insert(words.begin(), {"--lang", "en"});
    CHECK(w.run(words) == exit_good);
    CHECK(has(w.out.str(), std::string(command.summary.en)));
  }
  CHECK(w.book.asked.empty());
}

TEST_CASE("The overview lists every command and the exit codes") {
  CliWorld w;
  REQUIRE(w.run({"help"}) == exit_good);
  const std::string overview = w.out.str();
  for (const CommandSpec& command : all_commands()) CHECK(has(overview, std::string(command.path)));
  CHECK(has(overview, "3 uten dekning"));
  REQUIRE(w.run({"plan", "edit", "--help"}) == exit_good);
  CHECK(has(w.out.str(), "Bruk: samplan plan edit POST FELT [VERDI]"));
  REQUIRE(w.run({"consent", "--help"}) == exit_good);
  CHECK(has(w.out.str(), "consent withdraw"));
  CHECK(w.run({"help", "tull"}) == exit_usage);
}

TEST_CASE("Every kind, field and choice of the plan model has an English word") {
  for (const plan::KindSpec& kind : plan::all_kinds()) {
    INFO(kind.name);
    CHECK_FALSE(english_word(kind.name).empty());
    for (const plan::FieldSpec& field : kind.fields) {
      INFO(field.name);
      CHECK_FALSE(english_word(std::string(kind.name) + "." + std::string(field.name)).empty());
      for (const plan::Choice& choice : field.choices) {
        INFO(choice.code);
        CHECK_FALSE(english_word(choice.code).empty());
        CHECK(value_label(kind.name, field.name, choice.code, Language::nb) == choice.label);
        CHECK(choice_code_for(field.name, choice.label) == choice.code);
      }
    }
  }
}

TEST_CASE("Every error code has its own sentence in both languages") {
  const Phrase general = error_phrase("no such code");
  std::size_t count = 0;
  for (std::uint16_t number = 1; number < 200; ++number) {
    const std::string_view name = errc_name(static_cast<Errc>(number));
    if (name == "unknown") continue;
    INFO(name);
    ++count;
    CHECK(error_phrase(name).nb != general.nb);
    CHECK_FALSE(error_phrase(name).en.empty());
  }
  CHECK(count > 30);
}

TEST_CASE("Words that people write become codes") {
  CHECK(section_code_for("Økonomi") == "okonomi");
  CHECK(section_code_for("helse") == "helse");
  CHECK(section_code_for("Bolig") == "bolig");
  CHECK(role_code_for("pårørende") == "relative");
  CHECK(rights_code_for("lese og foreslå") == "propose");
  CHECK(field_code_for("Omfang") == "extent");
  CHECK(field_code_for("extent") == "extent");
  CHECK(field_code_for("hva som helst") == "hva som helst");
  CHECK(kind_code_for("tiltak") == "measure");
  CHECK(choice_code_for("status", "fungerer ikke") == "fungerer_ikke");
  CHECK(choice_code_for("extent", "2 ganger i uka") == "2 ganger i uka");
}

TEST_CASE("api prints the schema as JSON, without a home") {
  CliWorld w;
  w.has_prepared_desk = false;
  REQUIRE(w.run({"api"}) == exit_good);
  CHECK(json::parse(w.out.str(), nullptr, false) == api_schema());
}
