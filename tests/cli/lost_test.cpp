// Commands about a participant's lost phone: what they ask of the core, and what a person is told.
#include "tests/cli/cli_world.h"

using namespace samplan;
using namespace samplan::cli;

namespace {

struct World : CliWorld {
  World() {
    book.answers["plans"] = one_plan();
    book.answers["participant_suspend"] = {{"ok", true}, {"plans", {plan_hex(), "77"}}};
    book.answers["participant_resume"] = {{"ok", true}, {"plans", {plan_hex()}}};
    book.answers["recovery_ask"] = {{"ok", true}, {"words", "ask bjørk eik furu"}, {"wait_hours", 48}};
    book.answers["participants"] = {{"ok", true}, {"participants", {asked()}}};
  }
  json asked() const {
    return {{"principal", std::string(64, 'a')},
            {"name", "Ola Nordmann"},
            {"role", "owner"},
            {"rights", json::object()},
            {"suspended", false},
            {"recovery",
             {{"heir", std::string(64, 'b')},
              {"heir_name", "Ola på ny telefon"},
              {"words", "ask bjørk eik furu"},
              {"asked_by", "Mona Dahl"},
              {"asked_ms", now - 3'600'000},
              {"ready_ms", now + 47 * 3'600'000}}}};
  }
};

}  // namespace

TEST_CASE("[R113] a lost phone is stopped in every plan that one leads, or in one") {
  World w;
  REQUIRE(w.run({"participant", "pause", "Mona Dahl"}) == exit_good);
  CHECK(w.last("participant_suspend") == json{{"do", "participant_suspend"}, {"participant", "Mona Dahl"}});
  CHECK(has(w.out.str(), "Tilgangen hviler i 2 plan(er)"));
  CHECK(has(w.err.str(), "før den tapte er lukket"));
  REQUIRE(w.run({"participant", "resume", "Mona Dahl", "--plan", "aud marie"}) == exit_good);
  CHECK(w.last("participant_resume")["plan"] == plan_hex());
  CHECK(has(w.out.str(), "Mona Dahl får tilgangen tilbake i 1 plan(er)"));
}

TEST_CASE("[R113] whoever asks for a recovery is told of words, wait and who must approve") {
  World w;
  REQUIRE(w.run({"participant", "recover", "Ola Nordmann", "Ola på ny telefon"}) == exit_good);
  CHECK(w.last("recovery_ask") == json{{"do", "recovery_ask"},
                                       {"plan", plan_hex()},
                                       {"participant", "Ola Nordmann"},
                                       {"heir", "Ola på ny telefon"}});
  CHECK(has(w.out.str(), "ask bjørk eik furu"));
  CHECK(has(w.out.str(), "48 timer"));
  CHECK(w.run({"participant", "recover", "Ola Nordmann"}) == exit_usage);
}

TEST_CASE("[R113] whoever approves sees who takes over, and can say no") {
  World w;
  w.is_terminal = true;
  w.in.str("nei\n");
  CHECK(w.run({"participant", "recover-approve", "Ola Nordmann"}) == exit_refused);
  CHECK(w.last("recovery_complete").is_null());
  CHECK(has(w.out.str() + w.err.str(), "«Ola på ny telefon» overtar alt som «Ola Nordmann» har"));
  w.in.clear();
  w.in.str("ja\n");
  CHECK(w.run({"participant", "recover-approve", "Ola Nordmann"}) == exit_good);
  CHECK(w.last("recovery_complete")["participant"] == "Ola Nordmann");
  REQUIRE(w.run({"participant", "recover-stop", "Ola Nordmann"}) == exit_good);
  CHECK(w.last("recovery_cancel")["participant"] == "Ola Nordmann");
}

TEST_CASE(
    "[R113] the list of participants shows what rests and what is asked for, until when it can be stopped") {
  World w;
  REQUIRE(w.run({"participants"}) == exit_good);
  CHECK(has(w.out.str(), "Mona Dahl har bedt om at «Ola på ny telefon» skal overta"));
  CHECK(has(w.out.str(), "recover-stop"));
  CHECK_FALSE(has(w.out.str(), "recover-approve"));
  json ready = w.asked();
  ready["recovery"]["ready_ms"] = w.now;
  ready["suspended"] = true;
  w.book.answers["participants"]["participants"] = json::array({ready});
  REQUIRE(w.run({"participants", "--lang", "en"}) == exit_good);
  CHECK(has(w.out.str(), "recover-approve"));
  CHECK(has(w.out.str(), "Access rests because a device is lost"));
}
