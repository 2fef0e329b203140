// What protects a home at the keyboard: wrong passphrases wait, a passphrase is changed whole, a home is taken away only
// when nothing unsent is lost unasked, and two homes have nothing in common.
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "client-core/native/opening_count.h"
#include "tests/cli/cli_world.h"

using namespace samplan;
using namespace samplan::cli;

namespace {

constexpr UnixMs second_ms = 1000;
constexpr UnixMs minute_ms = 60 * second_ms;
constexpr UnixMs hour_ms = 60 * minute_ms;

class HelloOnly : public NoNetwork {
 public:
  Result<Reply> get(const std::string&) override {
    const std::string body = "{\"server_key\":\"" + std::string(64, 'a') + "\",\"protocol\":1,\"generation\":0}";
    return Reply{200, ByteView::of(body).copy()};
  }
};

struct Protected : CliWorld {
  Protected() {
    std::string pattern = (std::filesystem::temp_directory_path() / "samplan-hjem-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
    has_prepared_desk = false;
    transport = &server;
    sit_at("hjem", "hemmelig ord");
    REQUIRE(run({"init", "--server", "http://127.0.0.1:1/", "--name", "Mona Dahl"}) == exit_good);
  }
  ~Protected() {
    std::error_code ignored;
    std::filesystem::remove_all(folder, ignored);
  }
  void sit_at(const std::string& home, const std::string& passphrase) {
    environment["SAMPLAN_HOME"] = folder + "/" + home;
    environment["SAMPLAN_PASSPHRASE"] = passphrase;
  }
  std::string path(const std::string& name) const { return environment.at("SAMPLAN_HOME") + "/" + name; }
  int try_with(const std::string& passphrase) {
    environment["SAMPLAN_PASSPHRASE"] = passphrase;
    return run({"whoami"});
  }
  std::string file(const std::string& name, const std::string& content) {
    std::ofstream(folder + "/" + name) << content << "\n";
    return folder + "/" + name;
  }
  std::string folder;
  HelloOnly server;
};

}  // namespace

TEST_CASE("[R101] wrong passphrases wait longer and longer, and a right one begins anew") {
  Protected w;
  for (int i = 0; i < 3; ++i) {
    CHECK(w.try_with("feil") == exit_refused);
    CHECK(has(w.err.str(), "Feil passord"));
  }
  // Now a wait: the right one is not even tried.
  CHECK(w.try_with("hemmelig ord") == exit_refused);
  CHECK(has(w.err.str(), "5 sekunder"));
  w.now += 5 * second_ms;
  CHECK(w.try_with("feil") == exit_refused);
  CHECK(has(w.err.str(), "Feil passord"));
  w.now += 29 * second_ms;
  CHECK(w.try_with("hemmelig ord") == exit_refused);
  CHECK(has(w.err.str(), "1 sekund."));
  w.now += second_ms;
  CHECK(w.try_with("hemmelig ord") == exit_good);
  for (int i = 0; i < 3; ++i) CHECK(w.try_with("feil") == exit_refused);
  CHECK(has(w.err.str(), "Feil passord"));
}

TEST_CASE("[R101] after twenty wrong passphrases there is one try a day, and nothing is erased") {
  Protected w;
  for (int i = 0; i < 20; ++i) {
    CHECK(w.try_with("feil") == exit_refused);
    CHECK(has(w.err.str(), "Feil passord"));
    w.now += 30 * minute_ms;
  }
  CHECK(w.try_with("hemmelig ord") == exit_refused);
  CHECK(has(w.err.str(), "24 timer"));
  w.now += 24 * hour_ms;
  CHECK(w.try_with("feil") == exit_refused);
  CHECK(has(w.err.str(), "Feil passord"));
  w.now += 24 * hour_ms;
  CHECK(w.try_with("hemmelig ord") == exit_good);
}

TEST_CASE("[R101] an attempt is counted before it is made, and no clock or damage takes the wait away") {
  Protected w;
  native::OpeningCount count(w.environment["SAMPLAN_HOME"]);
  // Killed in the middle: begun, and never told how it went.
  for (int i = 0; i < 3; ++i) REQUIRE(count.begin(w.now).ok());
  CHECK(count.begin(w.now).code() == Errc::locked_out);
  CHECK(count.open_from(w.now) == w.now + 5 * second_ms);
  // --now is for trying out dates, not for this.
  CHECK(w.run({"--now", "2031-01-01", "whoami"}) == exit_refused);
  // A clock set back: never longer than the wait, and the wait does end.
  const UnixMs early = w.now - 1000 * hour_ms;
  CHECK(count.begin(early).code() == Errc::locked_out);
  CHECK(count.begin(early + 4 * second_ms).code() == Errc::locked_out);
  CHECK(count.begin(early + 5 * second_ms).ok());
  for (const std::string& spoilt : {std::string("SPA1"), std::string(24, 'x'), std::string(5000, '\0')}) {
    std::ofstream(w.path("attempts"), std::ios::trunc) << spoilt;
    CHECK(count.begin(w.now).code() == Errc::locked_out);
    std::filesystem::remove(w.path("attempts"));
  }
}

TEST_CASE("[R101] a program is told of the wait, and guesses once, however much it asks") {
  Protected w;
  w.environment["SAMPLAN_PASSPHRASE"] = "feil";
  w.in.str("{\"do\":\"whoami\"}\n{\"do\":\"whoami\"}\n{\"do\":\"plans\"}\n{\"do\":\"status\"}\n");
  CHECK(w.run({"call"}) == exit_good);
  std::istringstream lines(w.out.str());
  std::string line;
  int answers = 0;
  for (; std::getline(lines, line); ++answers) {
    const json answer = json::parse(line);
    CHECK(answer["error"] == "wrong_passphrase");
    CHECK(answer["locked_until_ms"] == w.now);
  }
  CHECK(answers == 4);
  CHECK(w.try_with("feil") == exit_refused);
  CHECK(w.try_with("feil") == exit_refused);
  w.in.clear();
  w.in.str("{\"do\":\"whoami\"}\n");
  CHECK(w.run({"call"}) == exit_good);
  CHECK(json::parse(w.out.str())["error"] == "locked_out");
  CHECK(json::parse(w.out.str())["locked_until_ms"] == w.now + 5 * second_ms);
}

TEST_CASE("[R101] the passphrase is changed, and a wrong old one changes nothing") {
  Protected w;
  const std::string fresh = w.file("nytt", "et helt nytt ord");
  w.environment["SAMPLAN_PASSPHRASE"] = "feil";
  CHECK(w.run({"passphrase", "--new-passphrase-file", fresh}) == exit_refused);
  CHECK(w.try_with("hemmelig ord") == exit_good);
  CHECK(w.run({"passphrase", "--new-passphrase-file", w.file("kort", "abc")}) == exit_refused);
  CHECK(w.try_with("hemmelig ord") == exit_good);
  // Left by a machine that stopped in the middle of it: the old file holds.
  std::ofstream(w.path("keys.new")) << "halv";
  CHECK(w.try_with("hemmelig ord") == exit_good);
  CHECK(w.run({"passphrase", "--new-passphrase-file", fresh}) == exit_good);
  CHECK(w.try_with("hemmelig ord") == exit_refused);
  CHECK(w.try_with("et helt nytt ord") == exit_good);
  w.typed = {"tredje ord", "tredje ord"};
  CHECK(w.run({"passphrase"}) == exit_good);
  CHECK(w.try_with("tredje ord") == exit_good);
  w.typed = {"fjerde ord", "noe annet"};
  CHECK(w.run({"passphrase"}) == exit_refused);
  CHECK(w.try_with("tredje ord") == exit_good);
}

TEST_CASE("[R111] wipe says what is unsent, asks, and removes it only when told to") {
  Protected w;
  REQUIRE(w.run({"plan", "new", "--owner", "Aud Marie Solberg"}) == exit_good);
  CHECK(w.run({"wipe", "--yes"}) == exit_refused);
  CHECK(has(w.err.str(), "Aud Marie Solberg"));
  CHECK(has(w.err.str(), "utkast"));
  CHECK(w.run({"wipe", "--also-unsent"}) == exit_refused);  // nobody to ask, and no --yes
  CHECK(w.run({"whoami"}) == exit_good);
  w.environment["SAMPLAN_PASSPHRASE"] = "feil";
  CHECK(w.run({"wipe", "--yes", "--also-unsent"}) == exit_refused);
  w.environment["SAMPLAN_PASSPHRASE"] = "hemmelig ord";
  std::ofstream(w.path("min egen fil")) << "ikke Samplans";
  CHECK(w.run({"wipe", "--yes", "--also-unsent"}) == exit_good);
  CHECK_FALSE(std::filesystem::exists(w.path("keys")));
  CHECK_FALSE(std::filesystem::exists(w.path("replica.db")));
  CHECK_FALSE(std::filesystem::exists(w.path("replica.db-wal")));
  CHECK(std::filesystem::exists(w.path("min egen fil")));
  CHECK(w.run({"wipe", "--yes"}) == exit_refused);
  // Interrupted after the keys: the rest goes with the next call.
  std::ofstream(w.path("replica.db")) << "uten nøkler";
  CHECK(w.run({"wipe", "--yes"}) == exit_good);
  CHECK_FALSE(std::filesystem::exists(w.path("replica.db")));
}

TEST_CASE("[R112] two homes on one machine are two users with nothing in common") {
  Protected w;
  REQUIRE(w.run({"plan", "new", "--owner", "Aud Marie Solberg"}) == exit_good);
  const std::string monas = w.environment["SAMPLAN_HOME"];
  w.sit_at("per", "et annet ord");
  REQUIRE(w.run({"init", "--server", "http://127.0.0.1:1/", "--name", "Per Hansen"}) == exit_good);
  const std::string pers = w.environment["SAMPLAN_HOME"];
  REQUIRE(w.run({"plan", "list"}) == exit_good);
  CHECK_FALSE(has(w.out.str(), "Aud"));
  // Per's passphrase does not open Mona's home, and Per's wrong guesses there are not counted in his own.
  w.environment["SAMPLAN_HOME"] = monas;
  for (int i = 0; i < 3; ++i) CHECK(w.run({"whoami"}) == exit_refused);
  CHECK(w.try_with("hemmelig ord") == exit_refused);
  w.sit_at("per", "et annet ord");
  CHECK(w.run({"whoami"}) == exit_good);
  CHECK(has(w.out.str(), "Per Hansen"));
  // Nor does Mona's database open under Per's keys.
  for (const char* name : {"replica.db", "replica.db-wal"}) {
    std::filesystem::remove(pers + "/" + name);
    if (std::filesystem::exists(monas + "/" + name)) std::filesystem::copy_file(monas + "/" + name, pers + "/" + name);
  }
  CHECK(w.run({"plan", "list"}) == exit_refused);
  CHECK_FALSE(has(w.out.str() + w.err.str(), "Aud"));
}
