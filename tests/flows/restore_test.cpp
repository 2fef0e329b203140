#include <cstdlib>

#include "tests/flows/http_world.h"

using namespace samplan;
using namespace samplan::world;

namespace {

int run_server(const std::string& arguments) {
  return std::system((std::string(SAMPLAN_SERVER) + " " + arguments + " > /dev/null 2>&1").c_str());
}

}  // namespace

TEST_CASE("an operator puts a backup back as the page says: devices are told, and what goes by numbers goes on", "[flow]") {
  OverHttp world;
  CoreWorld& w = world.people;
  const std::string store = world.server.folder() + "/store.sqlite";
  const auto prove = [&](const std::string& who) {
    auto report = native::run_proof(w.core(who), world.transport, [&] { return w.now; });
    REQUIRE(report.ok());
    return *report;
  };
  w.start("Jonas");
  w.sync("Jonas");
  const std::string plan = w.ok("Jonas", {{"do", "plan_new"}, {"owner_name", "Ola Nordmann"}})["plan"];
  w.let_in("Jonas", "Ola", {{"for", "plan"}, {"plan", plan}, {"role", "owner"}});
  w.ok("Ola", {{"do", "consent_plan"}, {"plan", plan}});
  w.sync_all({"Ola", "Jonas"});
  CHECK(prove("Ola").generation == 1);

  world.server.stop(SIGTERM);
  std::filesystem::copy_file(store, store + ".backup");
  world.server.start();

  // After the backup: an own record of Ola's, and letters to Jonas.
  const std::string unit = w.ok("Ola", {{"do", "unit_create"}, {"name", "Brukerhjelpen"}})["unit"];
  w.sync("Ola");
  const auto invite = [&](const std::string& name) -> std::string {
    const std::string link = w.ok("Jonas", {{"do", "invite"}, {"for", "plan"}, {"plan", plan}, {"name", name}, {"role", "provider"}})["link"];
    w.sync("Jonas");
    w.join(name, link);
    w.sync(name);
    w.sync("Jonas");
    return w.ok("Jonas", {{"do", "requests"}}).dump();
  };
  CHECK(invite("Nils").find("Nils") != std::string::npos);
  CHECK(invite("Tor").find("Tor") != std::string::npos);

  // No server may be running while it is told.
  CHECK(run_server("--data " + world.server.folder() + " --after-restore") != 0);
  world.server.stop(SIGTERM);
  for (const char* end : {"", "-wal", "-shm"}) std::filesystem::remove(store + end);
  std::filesystem::copy_file(store + ".backup", store);
  REQUIRE(run_server("--data " + world.server.folder() + " --after-restore") == 0);
  world.server.start();

  w.sync("Ola");
  CHECK(w.last_notices.find("restored(2)") != std::string::npos);
  w.sync("Ola");
  CHECK(w.last_notices.find("restored") == std::string::npos);
  w.sync("Jonas");
  CHECK(w.last_notices.find("restored(2)") != std::string::npos);
  // Who comes by a new invitation is heard of, although the server's numbers had begun lower.
  CHECK(invite("Eva").find("Eva") != std::string::npos);
  // The plan goes on.
  w.ok("Jonas", {{"do", "add"}, {"plan", plan}, {"kind", "goal"}, {"section", "helse"}, {"fields", {{"text", "Etter kopien"}}}});
  w.sync_all({"Jonas", "Ola"});
  CHECK(w.digest("Ola", plan) == w.digest("Jonas", plan));
  CHECK(w.show("Ola", plan).dump().find("Etter kopien") != std::string::npos);
  // The unit's log has been sent again: somebody can be let in to it.
  w.let_in("Ola", "Jonas", {{"for", "unit"}, {"unit", unit}});
  const ProofReport report = prove("Ola");
  CHECK(report.faults.empty());
  CHECK(report.restored);
  CHECK(report.generation == 2);
}

TEST_CASE("telling of a restore needs a store", "[flow]") {
  TempFolder folder;
  CHECK(run_server("--data " + folder.path() + " --after-restore") != 0);
  CHECK_FALSE(std::filesystem::exists(folder.path() + "/store.sqlite"));
}
