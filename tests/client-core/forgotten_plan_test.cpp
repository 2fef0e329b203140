// A plan that was taken from a machine and is fetched again: what its own people wrote comes back as well.
#include "tests/support/flows_world.h"

using namespace samplan;
using namespace samplan::world;

namespace {

struct Forgetful {
  InProcess world;
  CoreWorld& w = world.people;
  Cast cast = set_up(w);

  void edit(const std::string& name, const std::string& text) {
    w.ok(name,
         {{"do", "edit"}, {"plan", cast.plan}, {"entity", cast.measure}, {"field", "how"}, {"value", text}});
  }
  // Enough that a snapshot is made and is worth an offer; then some more.
  void make_snapshot() {
    for (std::uint64_t i = 0; i < 48; ++i) {
      std::string text;
      SeededEntropy noise(i);
      for (int n = 0; n < 2'000; ++n) text += static_cast<char>('a' + noise.below(26));
      edit("Jonas", text);
      w.sync("Jonas");
    }
  }
  json helse(const std::string& name) { return w.digest(name, cast.plan)["sections"]["helse"]; }
  // Before the plan is here as a whole; it reaches the others as any goal does.
  void mona_writes(const std::string& text) {
    w.ok("Mona", {{"do", "add"},
                  {"plan", cast.plan},
                  {"kind", "goal"},
                  {"section", "helse"},
                  {"fields", {{"text", text}}}});
    w.sync("Mona");
    CHECK(w.ok("Mona", {{"do", "status"}})["all_sent"] == true);
    w.sync("Jonas");
    CHECK(helse("Jonas") == helse("Mona"));
    CHECK(w.show("Jonas", cast.plan).dump().find(text) != std::string::npos);
  }
  void server_says_little(std::size_t bytes) {
    relay::RelayConfig small;
    small.reply_bytes = bytes;
    world.server.relay = start_relay(world.server.store, small, world.server.entropy);
  }
  // One request and its reply; then the network is gone.
  void one_round(const std::string& name) {
    const auto frame = w.core(name).next_request(w.now, true);
    REQUIRE(frame.ok());
    const auto reply =
        world.server.relay->handle(world.server.store, *frame, test_host, w.now, world.server.entropy);
    REQUIRE(reply.ok());
    REQUIRE(w.core(name).on_reply(*reply, w.now).ok());
  }
};

}  // namespace

TEST_CASE("a plan is forgotten by the one who wrote what follows its snapshot, and fetched again",
          "[snapshot]") {
  Forgetful f;
  f.make_snapshot();
  f.w.sync("Mona");
  f.w.ok("Jonas", {{"do", "forget"}, {"plan", f.cast.plan}});
  f.w.sync("Jonas");
  CHECK(f.w.rounds <= 4);
  CHECK(f.helse("Jonas") == f.helse("Mona"));
}

TEST_CASE("numbers are not given a second time while the forgotten plan comes back", "[snapshot]") {
  Forgetful f;
  f.make_snapshot();
  f.w.sync("Mona");
  f.edit("Mona", "Før planen ble tatt av maskinen");
  f.w.sync("Mona");
  // A new key: the chain of the author's envelopes begins anew, so the server cannot tell.
  f.w.ok("Ola", {{"do", "consent_withdraw"}, {"plan", f.cast.plan}, {"participant", "Silje"}});
  f.w.sync_all({"Ola", "Jonas", "Mona"});
  f.w.ok("Mona", {{"do", "forget"}, {"plan", f.cast.plan}});
  f.one_round("Mona");
  f.mona_writes("Skrevet før kapitlet var her");
}

TEST_CASE("nor while only a part of it has come back", "[snapshot]") {
  Forgetful f;
  for (int i = 0; i < 6; ++i) {
    f.edit("Jonas", std::string(9'000, static_cast<char>('a' + i)));
    f.w.sync("Jonas");
  }
  f.w.sync("Mona");
  f.edit("Mona", "Før planen ble tatt av maskinen");
  f.w.sync("Mona");
  f.w.ok("Ola", {{"do", "consent_withdraw"}, {"plan", f.cast.plan}, {"participant", "Silje"}});
  f.w.sync_all({"Ola", "Jonas", "Mona"});
  f.w.ok("Mona", {{"do", "forget"}, {"plan", f.cast.plan}});
  // The first reply ends before what Mona wrote.
  f.server_says_little(16U << 10);
  f.one_round("Mona");
  REQUIRE(f.helse("Mona") != f.helse("Jonas"));
  f.mona_writes("Skrevet før alt var her");
}

TEST_CASE("a plan of which only the people have come yet says so", "[snapshot]") {
  Forgetful f;
  f.w.ok("Mona", {{"do", "forget"}, {"plan", f.cast.plan}});
  f.server_says_little(400);
  f.one_round("Mona");
  REQUIRE(f.w.ok("Mona", {{"do", "plans"}})["plans"].size() == 1);
  for (const char* query : {"plan_show", "digest", "participants", "conflicts", "log"})
    CHECK(f.w.refused("Mona", {{"do", query}, {"plan", f.cast.plan}}) == "try_later");
  f.w.sync("Mona");
  CHECK(f.helse("Mona") == f.helse("Jonas"));
}
