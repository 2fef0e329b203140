#include "sync/log/checkpoint.h"
#include "tests/flows/http_world.h"

using namespace samplan;
using namespace samplan::world;

TEST_CASE("the real server's checkpoint is examined by each who is in a plan, and read by anybody", "[flow]") {
  OverHttp world;
  CoreWorld& w = world.people;
  const auto prove = [&](const std::string& who) {
    auto report = native::run_proof(w.core(who), world.transport, [&] { return w.now; });
    INFO((report.ok() ? "" : std::string(errc_name(report.code())) + " " + report.error().where));
    REQUIRE(report.ok());
    return *report;
  };
  w.start("Eva");
  w.sync("Eva");
  CHECK(prove("Eva").size == 1);

  // The server has the machine's clock: what comes now is for the checkpoint of tomorrow.
  const Cast cast = set_up(w);
  for (const char* who : {"Ola", "Jonas", "Mona", "Per", "Silje"}) {
    const ProofReport report = prove(who);
    CHECK(report.faults.empty());
    CHECK(report.has_checkpoint);
    CHECK(report.plans == 1);
    CHECK(report.too_new >= 1);
    CHECK(report.unanswered == 0);
  }
  const ProofReport before = prove("Ola");

  // It outlives the server's death, and whoever looks at the log without an account sees the same.
  world.server.stop(SIGKILL);
  world.server.start();
  const ProofReport after = prove("Ola");
  CHECK(after.faults.empty());
  CHECK(after.size >= before.size);
  const auto note = world.transport.get(world.server.url() + "/v1/checkpoint");
  REQUIRE(note.ok());
  CHECK(note->http_status == 200);
  const auto open = open_checkpoint(
      ByteView(note->body).text(),
      {log_origin(w.server_key(), 1), NoteKeyType::ed25519, w.server_key()});
  REQUIRE(open.ok());
  CHECK(open->checkpoint.size == after.size);
  CHECK(ByteView(note->body).text() == after.note);
  const auto nonsense = world.transport.post(world.server.url() + "/v1/proof", ByteView::of("hei"));
  REQUIRE(nonsense.ok());
  CHECK(nonsense->http_status == 400);
}
