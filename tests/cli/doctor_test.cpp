// What `samplan doctor` says of the server.
#include "cli/words.h"
#include "tests/cli/cli_world.h"

using namespace samplan;
using namespace samplan::cli;

namespace {

struct DoctorWorld : CliWorld {
  DoctorWorld() {
    book.answers["doctor"] = {{"ok", true},
                              {"checks", {{{"name", "database"}, {"ok", true}, {"detail", ""}}}},
                              {"all_good", true}};
  }
};

ProofReport good() {
  ProofReport r;
  r.has_checkpoint = true;
  r.generation = 1;
  r.size = 12;
  r.size_before = 11;
  r.made_ms = 1'795'341'000'000;
  r.code = "0123 4567 89ab cdef";
  r.note = "navn\n12\nrot\n\nsignatur to\n";
  r.before = "navn\n11\nrot\n\nsignatur en\n";
  r.plans = 2;
  r.chains = 9;
  return r;
}

}  // namespace

TEST_CASE("doctor says what held, and how to compare it") {
  DoctorWorld w;
  w.book.proof = good();
  CHECK(w.run({"doctor"}) == exit_good);
  CHECK(has(w.out.str(), "fortsetter det denne enheten så sist (11)"));
  CHECK(has(w.out.str(), "slik de er her: 9."));
  CHECK(has(w.out.str(), "Nummer 12 har koden 0123 4567 89ab cdef"));
  CHECK(has(w.out.str(), "Alt er i orden."));
  CHECK_FALSE(has(w.out.str(), "Ikke hentet"));
  ProofReport first = good();
  first.size_before = 0;
  first.behind = 2;
  first.too_new = 3;
  first.unanswered = 4;
  first.forgotten = 5;
  w.book.proof = first;
  CHECK(w.run({"--lang", "en", "doctor"}) == exit_good);
  CHECK(has(w.out.str(), "the first that this device sees"));
  CHECK(has(w.out.str(), "Not fetched here yet: 2."));
  CHECK(has(w.out.str(), "Newer than the checkpoint, and therefore not in it: 3."));
  CHECK(has(w.out.str(), "said nothing: 4."));
  CHECK(has(w.out.str(), "therefore not checked: 5."));
  ProofReport restored = good();
  restored.restored = true;
  restored.generation = 2;
  w.book.proof = restored;
  CHECK(w.run({"doctor"}) == exit_good);
  CHECK(has(w.out.str(), "sikkerhetskopi (generasjon 2)"));
}

TEST_CASE("doctor says that it could not look, and does not call that an error") {
  DoctorWorld w;
  CHECK(w.run({"doctor"}) == exit_good);
  CHECK(has(w.out.str(), "ikke sett på"));
  CHECK(has(w.out.str(), "Uten kontakt"));
  w.book.proof = ProofReport{};
  CHECK(w.run({"doctor"}) == exit_good);
  CHECK(has(w.out.str(), "ikke laget noe kontrollpunkt ennå"));
  // Whoever does not want the server asked says so.
  w.book.proof = Error{Errc::forged, "test"};
  CHECK(w.run({"doctor", "--offline"}) == exit_good);
  CHECK_FALSE(has(w.out.str(), "tjener"));
  CHECK(w.run({"doctor"}) == exit_refused);
  CHECK(has(w.out.str(), "ikke signert av tjeneren denne enheten kjenner"));
}

TEST_CASE("doctor says in plain words what a lie is, what to do, and shows what was signed") {
  for (const char* what : {"note", "gone", "generation", "smaller", "history", "day", "stale", "receipt", "head", "missing", "ahead"}) {
    for (const char* language : {"nb", "en"}) {
      DoctorWorld w;
      ProofReport r = good();
      r.faults = {{what, {}, 0, "detail"}};
      w.book.proof = r;
      INFO(what << " " << language);
      CHECK(w.run({"--lang", language, "doctor"}) == exit_refused);
      // A sentence, not the code.
      CHECK(has(w.out.str(), language == std::string("nb") ? "jeneren" : "server"));
      CHECK_FALSE(has(w.out.str(), std::string("  ") + what + "\n"));
      CHECK(has(w.out.str(), language == std::string("nb") ? "Ring koordinatoren" : "Telephone the coordinator"));
      CHECK(has(w.out.str(), "signatur en\n"));
      CHECK(has(w.out.str(), "signatur to\n"));
      CHECK_FALSE(has(w.out.str(), language == std::string("nb") ? "satt på vent" : "on hold"));
    }
  }
  DoctorWorld w;
  ProofReport r = good();
  r.note = "navn\x1b[2J\n";
  r.faults = {{"history", {}, 0, ""}};
  PlanId plan;
  plan.bytes.fill(0xab);
  r.faults.push_back({"head", plan, 3, ""});
  r.faults.push_back({"missing", plan, 0, ""});
  w.book.proof = r;
  CHECK(w.run({"doctor"}) == exit_refused);
  CHECK(has(w.out.str(), "Tjeneren viser en annen historie enn før."));
  CHECK(has(w.out.str(), "(plan abababab, " + section_label("helse", Language::nb) + ")"));
  CHECK(has(w.out.str(), "(plan abababab, loggen)"));
  CHECK(has(w.out.str(), "satt på vent"));
  CHECK_FALSE(has(w.out.str(), "\x1b"));
}

TEST_CASE("a program gets the same as JSON") {
  DoctorWorld w;
  ProofReport r = good();
  r.faults = {{"history", {}, 0, "11"}};
  w.book.proof = r;
  w.in.str("{\"do\":\"prove\"}\n{\"do\":\"prove\",\"x\":1}\n");
  CHECK(w.run({"call"}) == exit_good);
  std::istringstream lines(w.out.str());
  std::string line;
  REQUIRE(std::getline(lines, line));
  const json answer = json::parse(line);
  CHECK(answer["ok"] == true);
  CHECK(answer["all_good"] == false);
  CHECK(answer["size"] == 12);
  CHECK(answer["faults"][0]["what"] == "history");
  REQUIRE(std::getline(lines, line));
  CHECK(json::parse(line)["ok"] == false);
}
