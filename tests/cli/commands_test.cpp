// What each command asks of the core, and what it says about the answer.
#include "tests/cli/cli_world.h"

using namespace samplan;
using namespace samplan::cli;

namespace {

struct World : CliWorld {
  World() {
    book.answers["plans"] = one_plan();
    book.answers["add"] = {{"ok", true}, {"entity", std::string(32, 'e')}};
    book.answers["edit"] = {{"ok", true}, {"entity", std::string(32, 'e')}, {"proposal", false}};
    const std::string measure = "bbbb2222" + std::string(24, '0');
    book.answers["plan_show"] = {
        {"ok", true},
        {"sections", {{"bolig", {{"records", {{"measure", {{{"id", measure}, {"kind", "measure"}}}}}}}}}}};
  }
};

}  // namespace

TEST_CASE("With one plan on the device it need not be named") {
  World w;
  REQUIRE(w.run({"plan", "edit", "plan", "matters_most", "Å bo hjemme"}) == exit_good);
  CHECK(w.last("edit") == json{{"do", "edit"},
                               {"plan", plan_hex()},
                               {"entity", std::string(32, '0')},
                               {"field", "matters_most"},
                               {"value", "Å bo hjemme"}});
  CHECK(has(w.out.str(), "Lagret på enheten, ikke sendt."));
  REQUIRE(w.run({"plan", "edit", "bbbb2222", "omfang", "2 ganger i uka", "--plan", "aud marie"}) ==
          exit_good);
  CHECK(w.last("edit")["field"] == "extent");
}

TEST_CASE("With several plans one must be chosen, and the choice is listed") {
  World w;
  json other = w.book.answers["plans"]["plans"][0];
  other["plan"] = "77777777" + std::string(56, '0');
  other["owner"] = "Odd Hansen";
  w.book.answers["plans"]["plans"].push_back(other);
  CHECK(w.run({"consent", "list"}) == exit_refused);
  CHECK(has(w.err.str(), "Hvilken plan?"));
  CHECK(has(w.err.str(), "77777777"));
  CHECK(w.run({"consent", "list", "--plan", "7777"}) == exit_good);
  CHECK(w.last("participants")["plan"] == other["plan"]);
  CHECK(w.run({"consent", "list", "--plan", "ukjent"}) == exit_refused);
  CHECK(has(w.err.str(), "Fant ingen plan som heter «ukjent»"));
  w.book.answers["plans"]["plans"] = json::array();
  CHECK(w.run({"consent", "list"}) == exit_refused);
}

TEST_CASE("A note about a measure lies where the measure lies") {
  World w;
  REQUIRE(w.run({"note", "add", "Alt gikk bra", "--measure", "bbbb22"}) == exit_good);
  const json asked = w.last("add");
  CHECK(asked["kind"] == "note");
  CHECK(asked["section"] == "bolig");
  CHECK(asked["fields"] == json{{"text", "Alt gikk bra"}, {"measure", "bbbb2222" + std::string(24, '0')}});
  CHECK(w.last("plan_show")["record_access"] == false);
  CHECK(w.run({"note", "add", "Uten sted"}) == exit_usage);
  CHECK(w.run({"note", "add", "Feil tiltak", "--measure", "9999"}) == exit_refused);
}

TEST_CASE("Goals, measures and other records take their fields as options or as name=value") {
  World w;
  REQUIRE(w.run({"goal", "add", "Gå til butikken", "--section", "Helse", "--status", "pågår", "--priority",
                 "1"}) == exit_good);
  CHECK(w.last("add")["fields"] == json{{"text", "Gå til butikken"}, {"status", "pagar"}, {"priority", "1"}});
  REQUIRE(w.run({"plan", "add", "behov", "text=Hjelp = bra", "--section", "økonomi", "--propose"}) ==
          exit_good);
  CHECK(w.last("add") == json{{"do", "add"},
                              {"plan", plan_hex()},
                              {"kind", "need"},
                              {"section", "okonomi"},
                              {"fields", {{"text", "Hjelp = bra"}}},
                              {"propose", true}});
  CHECK(has(w.out.str(), "Forslaget er lagret"));
  CHECK(w.run({"plan", "add", "need", "uten likhetstegn"}) == exit_usage);
}

TEST_CASE("An edit is a value, a member more or less, or an empty field, never two of them") {
  World w;
  REQUIRE(w.run({"plan", "edit", "aaaa", "goals", "--add", "bbbb2222"}) == exit_good);
  CHECK(w.last("set_add")["value"] == "bbbb2222" + std::string(24, '0'));
  REQUIRE(w.run({"plan", "edit", "aaaa", "extent", "--clear"}) == exit_good);
  CHECK(w.last("edit")["value"] == "");
  CHECK(w.run({"plan", "edit", "aaaa", "extent"}) == exit_usage);
  CHECK(w.run({"plan", "edit", "aaaa", "extent", "x", "--clear"}) == exit_usage);
}

TEST_CASE(
    "Withdrawing consent names one participant or says the whole plan, never by leaving something out") {
  World w;
  CHECK(w.run({"consent", "withdraw"}) == exit_usage);
  CHECK(w.run({"consent", "withdraw", "Silje", "--whole-plan"}) == exit_usage);
  CHECK(w.last("consent_withdraw").is_null());
  REQUIRE(w.run({"consent", "withdraw", "Silje", "--sections", "helse, bolig"}) == exit_good);
  CHECK(w.last("consent_withdraw") == json{{"do", "consent_withdraw"},
                                           {"plan", plan_hex()},
                                           {"participant", "Silje"},
                                           {"sections", {"helse", "bolig"}}});
  CHECK(has(w.err.str(), "kan vi ikke ta tilbake"));
  REQUIRE(w.run({"consent", "withdraw", "--whole-plan"}) == exit_good);
  CHECK_FALSE(w.last("consent_withdraw").contains("participant"));
}

TEST_CASE("On a terminal, only a clear yes withdraws consent") {
  World w;
  w.is_terminal = true;
  w.in.str("nei\n");
  CHECK(w.run({"consent", "withdraw", "Silje"}) == exit_refused);
  CHECK(w.last("consent_withdraw").is_null());
  w.in.clear();
  w.in.str("ja\n");
  CHECK(w.run({"consent", "withdraw", "Silje"}) == exit_good);
  CHECK_FALSE(w.last("consent_withdraw").is_null());
}

TEST_CASE("Consent is given with what, who, use and consequence") {
  World w;
  w.book.answers["consent_give"] = {{"ok", true}, {"takes_effect", "next_sync"}};
  REQUIRE(w.run({"consent", "give", "Mona Dahl", "--sections", "grunnlag,helse", "--rights", "skrive",
                 "--what", "Helse", "--who", "Mona", "--use", "Hjelp", "--consequence", "Ingen", "--until",
                 "2027-02-28"}) == exit_good);
  const json asked = w.last("consent_give");
  CHECK(asked["sections"] == json{"grunnlag", "helse"});
  CHECK(asked["until"] == "2027-02-28");
  CHECK(asked["what"] == "Helse");
  CHECK(has(w.out.str(), "Det åpner for Mona Dahl når du har sendt."));
}

TEST_CASE("A version is chosen by its number in the list, and the core gets its operation") {
  World w;
  const std::string op_a = std::string(32, 'b') + ":7";
  const std::string op_b = std::string(32, 'c') + ":9";
  w.book.answers["conflicts"] = {
      {"ok", true},
      {"conflicts",
       {{{"type", "values"},
         {"id", "bbbb2222" + std::string(24, '0')},
         {"kind", "measure"},
         {"field", "extent"},
         {"plan", plan_hex()},
         {"versions", {{{"value", "2"}, {"op", op_a}}, {{"value", "3"}, {"op", op_b}}}}}}}};
  REQUIRE(w.run({"resolve", "bbbb2222", "omfang", "--version", "2"}) == exit_good);
  CHECK(w.last("resolve")["version"] == op_b);
  REQUIRE(w.run({"resolve", "bbbb2222", "omfang", "--version", "bbbbbbbb:7"}) == exit_good);
  CHECK(w.last("resolve")["version"] == op_a);
  REQUIRE(w.run({"resolve", "bbbb2222", "omfang", "4 ganger"}) == exit_good);
  CHECK(w.last("resolve")["value"] == "4 ganger");
  CHECK(w.run({"resolve", "bbbb2222", "omfang", "--version", "3"}) == exit_refused);
  CHECK(w.run({"resolve", "bbbb2222", "status", "--version", "1"}) == exit_refused);
  CHECK(w.run({"resolve", "bbbb2222", "omfang"}) == exit_usage);
}

TEST_CASE("Proposals are answered by the beginning of their id, and a no needs a reason") {
  World w;
  const std::string id = std::string(32, 'd') + ":17";
  w.book.answers["proposals"] = {
      {"ok", true},
      {"proposals",
       {{{"id", id}, {"plan", plan_hex()}, {"state", "open"}},
        {{"id", std::string(32, 'd') + ":170"}, {"plan", plan_hex()}, {"state", "open"}}}}};
  REQUIRE(w.run({"accept", "dddddddd:17"}) == exit_good);
  CHECK(w.last("accept") == json{{"do", "accept"}, {"plan", plan_hex()}, {"proposals", {id}}});
  CHECK(w.run({"decline", "dddddddd:17"}) == exit_usage);
  REQUIRE(w.run({"decline", "dddddddd:17", "--reason", "Ikke nå"}) == exit_good);
  CHECK(w.last("decline")["reason"] == "Ikke nå");
  CHECK(w.run({"accept", "dddd"}) == exit_refused);
  CHECK(has(w.err.str(), "Flere begynner med"));
}

TEST_CASE("A refusal is said on standard error and is exit code 1; being offline is calm and 3") {
  World w;
  w.book.answers["edit"] = {{"ok", false},
                            {"error", "not_allowed"},
                            {"where", "write"},
                            {"message", "Samtykket åpner ikke for det."}};
  CHECK(w.run({"plan", "edit", "aaaa", "text", "x"}) == exit_refused);
  CHECK(w.err.str() == "Samtykket åpner ikke for det.\n");
  CHECK(w.out.str().empty());
  CHECK(w.run({"--lang", "en", "plan", "edit", "aaaa", "text", "x"}) == exit_refused);
  CHECK(has(w.err.str(), "You may not do this."));

  w.book.sync_result = Error{Errc::offline, "test"};
  w.book.answers["status"] = {{"ok", true}, {"waiting", 0}, {"intents", 0}, {"last_sync_ms", nullptr}};
  CHECK(w.run({"sync"}) == exit_offline);
  CHECK(w.err.str() == "Uten dekning. Du kan jobbe som vanlig.\n");
  w.book.answers["status"]["waiting"] = 2;
  CHECK(w.run({"sync"}) == exit_offline);
  CHECK(w.err.str() == "Uten dekning. Lagret på enheten, ikke sendt. 2 endringer venter.\n");
  w.book.sync_result =
      Error{Errc::forged, "test", "Svaret kom ikke fra serveren denne enheten kjenner. Ingenting er endret."};
  CHECK(w.run({"sync"}) == exit_refused);
}

TEST_CASE("Sync shows progress on standard error of a terminal only, and takes it away again") {
  World w;
  w.book.answers["status"] = {
      {"ok", true}, {"waiting", 0}, {"intents", 0}, {"last_sync_ms", 1'795'340'000'000}};
  native::SyncReport report;
  report.confirmed = 3;
  report.received = 1;
  w.book.sync_result = report;
  REQUIRE(w.run({"sync", "--wait", "--plan", "3f2a"}) == exit_good);
  CHECK(w.err.str().empty());
  CHECK(w.book.wish.is_patient);
  REQUIRE(w.book.wish.plans.size() == 1);
  CHECK(w.book.wish.plans[0].hex() == plan_hex());
  CHECK(has(w.out.str(), "Sendt: 3 endringer.\nHentet: 1 endring fra andre.\nSendt kl. "));
  w.is_terminal = true;
  REQUIRE(w.run({"sync"}) == exit_good);
  CHECK(has(w.err.str(), "Sender og henter"));
  const std::string clear = "\r\x1b[K";
  CHECK(w.err.str().substr(w.err.str().size() - clear.size()) == clear);
}

TEST_CASE("Colours are for terminals, and NO_COLOR turns them off") {
  World w;
  REQUIRE(w.run({"plan", "list"}) == exit_good);
  CHECK_FALSE(has(w.out.str(), "\x1b"));
  w.is_terminal = true;
  REQUIRE(w.run({"plan", "list"}) == exit_good);
  CHECK(has(w.out.str(), "\x1b["));
  w.environment["NO_COLOR"] = "1";
  REQUIRE(w.run({"plan", "list"}) == exit_good);
  CHECK_FALSE(has(w.out.str(), "\x1b"));
}

TEST_CASE("A file that cannot be read stops an import before the core is asked") {
  World w;
  CHECK(w.run({"import-fhir", "/nowhere/x.json"}) == exit_refused);
  CHECK(has(w.err.str(), "/nowhere/x.json"));
  CHECK(w.last("import_fhir").is_null());
}
