// Recovery codes on the command line.
#include <fstream>

#include "client-core/recovery_code.h"
#include "tests/cli/cli_world.h"
#include "tests/support/core_world.h"

using namespace samplan;
using namespace samplan::cli;

namespace {

std::string a_code() { return write_recovery_code(crypto::Secret32::from(Bytes(32, 7))); }

json made() { return {{"ok", true}, {"server", "http://example.no"}, {"code", a_code()}}; }

}  // namespace

TEST_CASE("recovery new shows the code in groups and how to use it, sends it, and says when it holds") {
  CliWorld w;
  w.book.answers["recovery"] = {{"ok", true}, {"codes", json::array()}};
  w.book.answers["recovery_new"] = made();
  CHECK(w.run({"recovery", "new"}) == exit_good);
  CHECK(has(w.out.str(), a_code().substr(0, 5)));
  CHECK(has(w.out.str(), "samplan recover --server http://example.no"));
  CHECK(has(w.out.str(), "Den vises bare nå."));
  CHECK(has(w.err.str(), "Koden gjelder nå."));
  CHECK(w.book.syncs == 1);
  // What is shown can be typed again.
  std::string shown;
  std::istringstream lines(w.out.str());
  for (std::string line; std::getline(lines, line);)
    if (line.substr(0, 2) == "  ") shown += line + "\n";
  const auto read = read_recovery_code(shown);
  REQUIRE(read.ok());
  CHECK(read->same_as(crypto::Secret32::from(Bytes(32, 7))));

  w.book.sync_result = Error{Errc::offline, "test"};
  CHECK(w.run({"--lang", "en", "recovery", "new"}) == exit_good);
  CHECK(has(w.err.str(), "holds when you have sent"));
}

TEST_CASE("recovery new asks before it replaces a code, and shows parts as three") {
  CliWorld w;
  w.is_terminal = true;
  w.in.str("nei\n");
  w.book.answers["recovery"] = {{"ok", true},
                                {"codes", {{{"device", "aa"}, {"made_ms", w.now}, {"unsent", false}}}}};
  w.book.answers["recovery_new"] = {
      {"ok", true}, {"server", "http://example.no"}, {"shares", {"D1", "D2", "D3"}}};
  CHECK(w.run({"recovery", "new", "--shares"}) == exit_refused);
  CHECK(w.last("recovery_new").is_null());
  CHECK(w.run({"recovery", "new", "--shares", "--yes"}) == exit_good);
  CHECK(w.last("recovery_new")["shares"] == true);
  CHECK(has(w.out.str(), "Del 3 av 3"));
  CHECK(has(w.out.str(), "To av de tre delene trengs"));
}

TEST_CASE("recovery says whether there is a code") {
  CliWorld w;
  w.book.answers["recovery"] = {{"ok", true}, {"codes", json::array()}};
  CHECK(w.run({"recovery"}) == exit_good);
  CHECK(has(w.out.str(), "Du har ingen gjenopprettingskode"));
  w.book.answers["recovery"] = {{"ok", true},
                                {"codes", {{{"device", "aa"}, {"made_ms", w.now}, {"unsent", true}}}}};
  CHECK(w.run({"recovery"}) == exit_good);
  CHECK(has(w.out.str(), "gjelder først når du har sendt"));
}

TEST_CASE("recover wants a server, a name and a code, and says what is wrong with a code") {
  CliWorld w;
  world::TempFolder folder;
  const std::string home = folder.path() + "/home";
  const std::string file = folder.path() + "/code";
  w.environment["SAMPLAN_HOME"] = home;
  w.environment["SAMPLAN_PASSPHRASE"] = "passord";
  CHECK(w.run({"recover"}) == exit_usage);
  CHECK(has(w.err.str(), "--server"));
  CHECK(w.run({"recover", "--server", "http://example.no"}) == exit_usage);
  CHECK(has(w.err.str(), "--name"));
  CHECK(w.run({"recover", "--server", "http://example.no", "--name", "Ola"}) == exit_usage);
  CHECK(has(w.err.str(), "--code-file"));
  CHECK(w.run({"recover", "--server", "http://example.no", "--name", "Ola", "--lost", "noen"}) == exit_usage);
  const auto with = [&](const std::string& code) {
    std::ofstream(file) << code;
    return w.run({"recover", "--server", "http://example.no", "--name", "Ola", "--code-file", file});
  };
  std::string wrong = a_code();
  wrong[7] = wrong[7] == 'A' ? 'B' : 'A';
  CHECK(with(wrong) == exit_refused);
  CHECK(has(w.err.str(), "gruppe 2"));
  CHECK(with("") == exit_refused);
  CHECK(with(a_code()) == exit_offline);  // a good code, and no network
  CHECK_FALSE(native::NativeHome::is_begun(home));
}

TEST_CASE("a slip while typing the code is said at once and asked for again") {
  CliWorld w;
  w.is_terminal = true;
  w.environment["SAMPLAN_PASSPHRASE"] = "passord";
  std::string wrong = a_code();
  wrong[7] = wrong[7] == 'A' ? 'B' : 'A';
  w.in.str(wrong + "\n" + a_code() + "\n");
  CHECK(w.run({"recover", "--server", "http://example.no", "--name", "Ola"}) == exit_offline);
  CHECK(has(w.err.str(), "gruppe 2"));
}
