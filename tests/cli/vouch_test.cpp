// How the command line lets an organisation vouch, and what it says of it to whoever decides.
#include "tests/cli/cli_world.h"

using namespace samplan;
using namespace samplan::cli;

namespace {

json request(const char* name) {
  return {{"request", "aa"},
          {"person", std::string(64, '1')},
          {"name", name},
          {"invited_name", name},
          {"words", "ask bjørk elv fjord"},
          {"for", "unit"},
          {"unit_name", "Hjemmetjenesten"}};
}
json vouch(const char* name, bool same) {
  return {{"organisation", "Lier kommune"},         {"name", name},
          {"issuer", "https://login.lier.example"}, {"issued_ms", 1'795'341'240'000},
          {"expires_ms", 1'795'946'040'000},        {"same_name", same}};
}
json answer(const json& one) { return {{"ok", true}, {"requests", json::array({one})}}; }

}  // namespace

TEST_CASE("Who asks to join stands with the organisation's word beside the four words") {
  CliWorld w;
  json one = request("Kari Lunde");
  w.book.answers["requests"] = answer(one);
  REQUIRE(w.run({"requests"}) == exit_good);
  CHECK_FALSE(has(w.out.str(), "ekreftet"));
  CHECK(has(w.out.str(), "ask bjørk elv fjord"));

  one["vouch"] = vouch("Kari Lunde", true);
  w.book.answers["requests"] = answer(one);
  REQUIRE(w.run({"requests"}) == exit_good);
  CHECK(has(w.out.str(), "Bekreftet av Lier kommune: Kari Lunde, 22. november 2026"));
  CHECK(has(w.out.str(), "ask bjørk elv fjord"));
  CHECK_FALSE(has(w.out.str(), "Obs"));
  REQUIRE(w.run({"--lang", "en", "requests"}) == exit_good);
  CHECK(has(w.out.str(), "Vouched for by Lier kommune: Kari Lunde, 22 November 2026"));

  one["vouch"] = vouch("Per Hansen", false);
  w.book.answers["requests"] = answer(one);
  REQUIRE(w.run({"requests"}) == exit_good);
  CHECK(has(w.out.str(), "Bekreftet av Lier kommune: Per Hansen"));
  CHECK(has(w.out.str(), "Obs: navnet"));
}

TEST_CASE("A word that counts for nothing is none, and it is said why") {
  CliWorld w;
  for (const auto& [fault, words] : {std::pair<const char*, const char*>{"expired", "gått ut på dato"},
                                     {"foreign", "en annen person eller enhet"},
                                     {"unreadable", "kan ikke leses"}}) {
    json one = request("Kari Lunde");
    one["vouch_fault"] = fault;
    w.book.answers["requests"] = answer(one);
    REQUIRE(w.run({"requests"}) == exit_good);
    CHECK(has(w.out.str(), "Ikke bekreftet"));
    CHECK(has(w.out.str(), words));
    CHECK_FALSE(has(w.out.str(), "Bekreftet av"));
  }
}

TEST_CASE("vouch shows the address to sign in at, and says what came of it") {
  CliWorld w;
  CHECK(w.run({"vouch"}) == exit_refused);
  CHECK(has(w.err.str(), "https://login.lier.example/auth?state=x"));
  CHECK(has(w.err.str(), "Ingen bekrefter ansatte her."));
  Vouch given;
  given.organisation = "Lier kommune";
  given.name = "Kari Lunde";
  given.expires_ms = w.now + 1000;
  w.book.vouch = given;
  CHECK(w.run({"vouch"}) == exit_good);
  CHECK(has(w.out.str(), "Lier kommune har bekreftet at du er Kari Lunde"));
  CHECK(has(w.out.str(), "De fire ordene skal likevel leses"));
  w.book.vouch = Error{Errc::offline, "test", "Får ikke kontakt."};
  CHECK(w.run({"vouch"}) == exit_offline);
}
