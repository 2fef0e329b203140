// A whole story over the wire, written down for the second decoder: every request and reply as it was sent,
// and the secrets of the devices that took part, from which the decoder must find every other key itself.
#include <cstdlib>
#include <fstream>

#include "tests/support/core_world.h"
#include "tests/support/relay_world.h"

using namespace samplan;
using namespace samplan::world;

namespace {

// Lines "word hexadecimal...". Nowhere unless SAMPLAN_TRANSCRIPT names a file.
class Transcript {
 public:
  Transcript() {
    const char* path = std::getenv("SAMPLAN_TRANSCRIPT");
    if (path != nullptr) out_.open(path);
  }
  void line(const char* word, ByteView bytes) {
    ++lines;
    if (out_.is_open()) out_ << word << " " << to_hex(bytes) << "\n";
  }
  int lines = 0;

 private:
  std::ofstream out_;
};

}  // namespace

TEST_CASE("A plan is shared, edited, proposed to, opened and closed, and every frame of it is written down",
          "[decoder]") {
  Transcript transcript;
  RelayWorld server;
  CoreWorld people(
      "https://samplan.example", server.relay->server().key.public_key, server.code, [&](ByteView frame) {
        transcript.line("request", frame);
        auto reply = server.relay->handle(server.store, frame, test_host, people.now, server.entropy);
        if (reply.ok()) transcript.line("reply", *reply);
        return reply;
      });
  transcript.line("server", server.relay->server().key.public_key.view());
  transcript.line("host", ByteView::of(test_host));
  const Cast cast = set_up(people);
  const std::string& plan = cast.plan;

  // A letter to an invitation whose link the decoder is told.
  const std::string link = people.ok(
      "Jonas",
      {{"do", "invite"}, {"for", "plan"}, {"plan", plan}, {"role", "adviser"}, {"name", "Ragna"}})["link"];
  transcript.line("invitation", parse_invitation(link)->secret);
  people.sync("Jonas");
  people.join("Ragna", link);
  people.sync_all({"Ragna", "Jonas"});

  people.ok("Mona", {{"do", "edit"},
                     {"plan", plan},
                     {"entity", cast.measure},
                     {"field", "how"},
                     {"value", "Med stokk – hver dag"}});
  people.ok("Per", {{"do", "add"},
                    {"plan", plan},
                    {"kind", "note"},
                    {"section", "helse"},
                    {"fields", {{"text", "Gikk ti trinn"}}}});
  people.ok("Silje", {{"do", "edit"},
                      {"plan", plan},
                      {"entity", cast.measure},
                      {"field", "where"},
                      {"value", "Hjemme hos oss"},
                      {"propose", true},
                      {"note", "Han trives best der"}});
  people.sync_all({"Mona", "Per", "Silje", "Jonas"});
  const json proposals = people.ok("Jonas", {{"do", "proposals"}, {"plan", plan}})["proposals"];
  REQUIRE(proposals.size() == 1);
  people.ok("Jonas", {{"do", "accept"}, {"plan", plan}, {"proposals", {proposals[0]["id"]}}});
  people.ok("Mona", {{"do", "plan_show"}, {"plan", plan}, {"record_access", true}});
  people.sync_all({"Jonas", "Mona", "Ola", "Silje"});
  people.ok("Ola", {{"do", "consent_withdraw"}, {"plan", plan}, {"participant", "Silje"}});
  people.ok("Silje", {{"do", "edit"},
                      {"plan", plan},
                      {"entity", cast.measure},
                      {"field", "where"},
                      {"value", "Skrevet for sent"},
                      {"propose", true}});
  people.sync_all({"Ola", "Silje"});
  const json late = people.ok("Silje", {{"do", "quarantine"}})["quarantine"];
  REQUIRE(late.size() == 1);
  people.ok("Silje", {{"do", "quarantine_hand_over"}, {"id", late[0]["id"]}});
  people.sync_all({"Silje", "Jonas", "Ola", "Mona"});
  people.ok("Jonas", {{"do", "edit"},
                      {"plan", plan},
                      {"entity", cast.measure},
                      {"field", "extent"},
                      {"value", "To ganger i uka"}});
  people.sync_all({"Jonas", "Ola", "Mona", "Per"});
  CHECK(people.ok("Jonas", {{"do", "hand_overs"}})["hand_overs"].size() == 1);

  for (const char* name : {"Kari KE", "Jonas", "Ola", "Mona", "Berit", "Per", "Silje"}) {
    const Context ctx = people.core(name).context(0);
    transcript.line("device", ctx.keys.box.secret.view());
  }
  for (const char* text : {"Med stokk – hver dag", "Gikk ti trinn", "Hjemme hos oss", "Han trives best der",
                           "To ganger i uka", "Å bo hjemme"})
    transcript.line("text", ByteView::of(text));
  CHECK(transcript.lines > 60);
}
