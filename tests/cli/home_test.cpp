// The command line on real homes, without a network.
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "client-core/native/home_lock.h"
#include "tests/cli/cli_world.h"

using namespace samplan;
using namespace samplan::cli;

namespace {

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "samplan-cli-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path, ignored);
  }
  std::string path;
};

// Says hello as a server does, and is otherwise out of reach.
class HelloOnly : public NoNetwork {
 public:
  Result<Reply> get(const std::string& url) override {
    asked = url;
    return Reply{200, ByteView::of(body).copy()};
  }
  std::string asked;
  std::string body = "{\"server_key\":\"" + std::string(64, 'a') + "\",\"protocol\":1,\"generation\":0}";
};

struct HomeWorld : CliWorld {
  HomeWorld() {
    has_prepared_desk = false;
    transport = &server;
    environment["SAMPLAN_HOME"] = folder.path + "/dyp/hjem";
    environment["SAMPLAN_PASSPHRASE"] = "hemmelig ord";
  }
  int init() { return run({"init", "--server", "http://127.0.0.1:1/", "--name", "Mona Dahl"}); }
  std::string home() const { return folder.path + "/dyp/hjem"; }
  Folder folder;
  HelloOnly server;
};

}  // namespace

TEST_CASE("init makes a home that only its user can read, and pins the server's key") {
  HomeWorld w;
  REQUIRE(w.init() == exit_good);
  CHECK(w.server.asked == "http://127.0.0.1:1/v1/hello");
  CHECK(has(w.out.str(), "fire ord"));
  struct stat info {};
  REQUIRE(::stat(w.home().c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0700);
  REQUIRE(::stat((w.home() + "/keys").c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  REQUIRE(w.run({"whoami"}) == exit_good);
  CHECK(has(w.out.str(), "Mona Dahl"));
  CHECK(has(w.out.str(), "http://127.0.0.1:1\n"));
  REQUIRE(w.run({"doctor"}) == exit_good);
}

TEST_CASE("A home that is begun is never begun again") {
  HomeWorld w;
  REQUIRE(w.init() == exit_good);
  std::ifstream before(w.home() + "/keys", std::ios::binary);
  const std::string keys((std::istreambuf_iterator<char>(before)), {});
  CHECK(w.init() == exit_refused);
  CHECK(has(w.err.str(), "allerede begynt"));
  std::ifstream after(w.home() + "/keys", std::ios::binary);
  CHECK(std::string((std::istreambuf_iterator<char>(after)), {}) == keys);
}

TEST_CASE("A server with another key than the one given is refused before anything is made") {
  HomeWorld w;
  CHECK(w.run({"init", "--server", "http://127.0.0.1:1", "--name", "Mona", "--server-key",
               std::string(64, 'b')}) == exit_refused);
  CHECK_FALSE(std::filesystem::exists(w.home()));
  w.server.body = "<html>hei</html>";
  CHECK(w.init() == exit_refused);
  w.server.body = "{\"server_key\":\"" + std::string(64, 'a') + "\",\"protocol\":2}";
  CHECK(w.init() == exit_refused);
  CHECK(has(w.err.str(), "Oppdater programmet"));
  CHECK_FALSE(std::filesystem::exists(w.home()));
}

TEST_CASE("Without a server there is no init, and that is exit code 3") {
  HomeWorld w;
  w.transport = &w.no_network;
  CHECK(w.init() == exit_offline);
  CHECK_FALSE(std::filesystem::exists(w.home()));
}

TEST_CASE("A wrong passphrase is told, and opens nothing") {
  HomeWorld w;
  REQUIRE(w.init() == exit_good);
  w.environment["SAMPLAN_PASSPHRASE"] = "feil ord";
  CHECK(w.run({"whoami"}) == exit_refused);
  CHECK(has(w.err.str(), "Feil passord"));
  CHECK(w.out.str().empty());
  CHECK(w.run({"--lang", "en", "whoami"}) == exit_refused);
  CHECK(has(w.err.str(), "Wrong passphrase"));
  w.in.str("{\"do\":\"whoami\"}\n");
  CHECK(w.run({"call"}) == exit_good);
  CHECK(json::parse(w.out.str())["error"] == "wrong_passphrase");
}

TEST_CASE("The passphrase comes from a file, the environment or the person, in that order") {
  HomeWorld w;
  REQUIRE(w.init() == exit_good);
  const std::string file = w.folder.path + "/ord";
  std::ofstream(file) << "hemmelig ord\r\nannen linje\n";
  w.environment["SAMPLAN_PASSPHRASE"] = "feil";
  CHECK(w.run({"whoami", "--passphrase-file", file}) == exit_good);
  w.environment.erase("SAMPLAN_PASSPHRASE");
  CHECK(w.run({"whoami"}) == exit_refused);
  CHECK(has(w.err.str(), "--passphrase-file"));
  w.typed = {"hemmelig ord"};
  CHECK(w.run({"whoami"}) == exit_good);
  CHECK(w.run({"whoami", "--passphrase-file", w.folder.path + "/finnes-ikke"}) == exit_refused);
}

TEST_CASE("A new passphrase is asked for twice, and the two must agree") {
  HomeWorld w;
  w.environment.erase("SAMPLAN_PASSPHRASE");
  w.typed = {"hemmelig", "hemelig"};
  CHECK(w.init() == exit_refused);
  CHECK_FALSE(std::filesystem::exists(w.home()));
  w.typed = {"hemmelig", "hemmelig"};
  CHECK(w.init() == exit_good);
}

TEST_CASE("A home that is not there is told, and is not made by looking") {
  HomeWorld w;
  CHECK(w.run({"plan", "list"}) == exit_refused);
  CHECK(has(w.err.str(), "samplan init"));
  CHECK_FALSE(std::filesystem::exists(w.home()));
  w.in.str("{\"do\":\"plans\"}\n");
  CHECK(w.run({"call"}) == exit_good);
  CHECK(json::parse(w.out.str())["error"] == "not_found");
}

TEST_CASE("A home that another process uses is told, and works again when that process ends") {
  HomeWorld w;
  REQUIRE(w.init() == exit_good);
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t other = ::fork();
  if (other == 0) {
    const auto lock = native::HomeLock::take(w.home());
    (void)!::write(ready[1], lock.ok() ? "y" : "n", 1);
    for (;;) ::pause();
  }
  char answer = 0;
  REQUIRE(::read(ready[0], &answer, 1) == 1);
  REQUIRE(answer == 'y');
  CHECK(w.run({"whoami"}) == exit_refused);
  CHECK(has(w.err.str(), "Et annet Samplan-program bruker mappen"));
  REQUIRE(::kill(other, SIGKILL) == 0);
  REQUIRE(::waitpid(other, nullptr, 0) == other);
  CHECK(w.run({"whoami"}) == exit_good);
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_CASE("What is written offline is there the next time, and is said to be unsent") {
  HomeWorld w;
  REQUIRE(w.init() == exit_good);
  REQUIRE(w.run({"plan", "new", "--owner", "Aud Marie Solberg"}) == exit_good);
  REQUIRE(w.run({"goal", "add", "Gå til butikken selv", "--section", "helse"}) == exit_good);
  REQUIRE(w.run({"plan", "show"}) == exit_good);
  CHECK(has(w.out.str(), "Individuell plan for Aud Marie Solberg"));
  CHECK(has(w.out.str(), "«Gå til butikken selv»"));
  CHECK(has(w.out.str(), "Utkast. Bare på denne enheten"));
  CHECK_FALSE(has(w.out.str(), "\x1b"));
  const std::string file = w.folder.path + "/plan.txt";
  REQUIRE(w.run({"plan", "export", "--output", file}) == exit_good);
  struct stat info {};
  REQUIRE(::stat(file.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0600);
  CHECK(w.run({"sync"}) == exit_offline);
}

TEST_CASE("join refuses what is not an invitation, and makes nothing") {
  HomeWorld w;
  CHECK(w.run({"join", "http://example.no/#/bli-med/00", "--name", "Mona"}) == exit_refused);
  CHECK(has(w.err.str(), "Invitasjonslenken"));
  CHECK_FALSE(std::filesystem::exists(w.home()));
}
