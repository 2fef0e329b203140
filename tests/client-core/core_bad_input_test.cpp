// What the core does when the outside is wrong: passphrases, files, disks, replies, clocks and commands.
#include "base/limits.h"
#include "client-core/keyring.h"
#include "sync/log/sections.h"
#include "tests/support/flows_world.h"

using namespace samplan;
using namespace samplan::world;

namespace {

json edit(const Cast& cast, const std::string& field, const std::string& value) {
  return {{"do", "edit"}, {"plan", cast.plan}, {"entity", cast.measure}, {"field", field}, {"value", value}};
}

// A backup of the server is put back, and nobody says so.
void go_back(InProcess& world, const relay::MemoryStore& old) {
  world.server.store = old;
  world.server.relay->forget();
}

}  // namespace

TEST_CASE("a wrong passphrase, a damaged key file and a lowered cost are refused, and nothing is lost", "[core][R101]") {
  InProcess world;
  CoreWorld& w = world.people;
  w.start("Mona");
  SeededEntropy entropy(1);
  const CoreOptions cheap{crypto::kdf_for_tests};
  TestFiles& files = w.files("Mona");
  const Bytes good = *files.key_file;
  CHECK(Core::open(files, "feil", entropy, cheap).code() == Errc::wrong_passphrase);
  // The file names the cheap cost of the tests; a real core does not accept it.
  CHECK(Core::open(files, "passord", entropy).code() == Errc::malformed);
  for (std::size_t i = 12; i < good.size(); ++i) {
    Bytes bad = good;
    bad[i] ^= 1;
    files.key_file = bad;
    CHECK(Core::open(files, "passord", entropy, cheap).code() == Errc::wrong_passphrase);
  }
  for (std::size_t n = 0; n < good.size(); ++n) {
    files.key_file = ByteView(good).sub(0, n).copy();
    CHECK_FALSE(Core::open(files, "passord", entropy, cheap).ok());
  }
  files.key_file.reset();
  CHECK(Core::open(files, "passord", entropy, cheap).code() == Errc::not_found);
  files.key_file = good;
  CHECK(w.reopen("Mona").ok());
}

TEST_CASE("a full disk is said at once, and what was there is there", "[core][R106]") {
  InProcess world;
  CoreWorld& w = world.people;
  const Cast cast = set_up(w);
  Context ctx = w.core("Mona").context(w.now);
  REQUIRE(ctx.replica.db().exec("PRAGMA max_page_count = 1").ok());
  bool refused = false;
  int saved = 0;
  for (int i = 0; i < 40 && !refused; ++i) {
    const json answer = w.call("Mona", edit(cast, "how", std::string(3000, static_cast<char>('a' + i % 26))));
    if (answer["ok"] == true) {
      ++saved;
    } else {
      refused = true;
      CHECK(answer["error"] == "not_saved");
    }
  }
  REQUIRE(refused);
  CHECK(w.ok("Mona", {{"do", "status"}})["waiting"] == saved);
  REQUIRE(ctx.replica.db().exec("PRAGMA max_page_count = 100000").ok());
  w.ok("Mona", edit(cast, "how", "Plass igjen"));
  REQUIRE(w.reopen("Mona").ok());
  CHECK(w.record("Mona", cast.plan, "helse", "measure")["fields"]["how"] == "Plass igjen");
  CHECK(w.ok("Mona", {{"do", "doctor"}})["all_good"] == true);
}

TEST_CASE("a reply that is changed at any byte, cut or foreign changes nothing", "[core][evil]") {
  InProcess world;
  CoreWorld& w = world.people;
  const Cast cast = set_up(w);
  w.ok("Jonas", edit(cast, "how", "Nytt fra Jonas"));
  w.sync("Jonas");
  w.ok("Mona", edit(cast, "extent", "Ukentlig"));

  const auto frame = w.core("Mona").next_request(w.now, true);
  REQUIRE(frame.ok());
  const auto reply = world.server.relay->handle(world.server.store, *frame, test_host, w.now, world.server.entropy);
  REQUIRE(reply.ok());
  const json before = w.digest("Mona", cast.plan);
  const auto refuse = [&](ByteView bytes) {
    // Each try answers a request; the identical one is asked again, as after a lost reply.
    REQUIRE(w.core("Mona").next_request(w.now, true).ok());
    CHECK_FALSE(w.core("Mona").on_reply(bytes, w.now).ok());
  };
  for (std::size_t i = 0; i < reply->size(); i += 7) {
    Bytes bad = *reply;
    bad[i] ^= 0x40;
    refuse(bad);
  }
  for (std::size_t n = 0; n < reply->size(); n += 31) refuse(ByteView(*reply).sub(0, n));
  refuse(Bytes{});
  refuse(Bytes(10'000, 0xff));
  // A good reply to another request is not an answer to this one.
  w.ok("Mona", edit(cast, "extent", "Hver uke"));
  refuse(*world.server.relay->handle(world.server.store, *frame, test_host, w.now, world.server.entropy));
  CHECK(w.digest("Mona", cast.plan)["sections"] == before["sections"]);
  CHECK(w.ok("Mona", {{"do", "status"}})["waiting"] == 2);

  w.sync("Mona");
  CHECK(w.ok("Mona", {{"do", "status"}})["waiting"] == 0);
  CHECK(w.record("Mona", cast.plan, "helse", "measure")["fields"]["how"] == "Nytt fra Jonas");
}

TEST_CASE("a server that goes back to an older state is noticed: reading goes on, sending stops", "[core][evil][S6]") {
  InProcess world;
  CoreWorld& w = world.people;
  const Cast cast = set_up(w);
  const relay::MemoryStore old = world.server.store;
  w.ok("Mona", edit(cast, "how", "Det nyeste"));
  w.sync("Mona");
  go_back(world, old);
  w.ok("Jonas", edit(cast, "how", "En annen gren"));
  w.sync("Jonas");
  w.sync("Mona");
  CHECK(w.last_notices.find("frozen") != std::string::npos);
  CHECK(w.record("Mona", cast.plan, "helse", "measure")["fields"]["how"] == "Det nyeste");
  CHECK(w.refused("Mona", edit(cast, "how", "Mer")) == "frozen");
  CHECK(w.ok("Mona", {{"do", "status"}})["all_sent"] == false);
}

TEST_CASE("a server that goes back to a time without access cannot say that access has ended", "[core][evil][S6]") {
  InProcess world;
  CoreWorld& w = world.people;
  const Cast cast = set_up(w);
  const auto withdraw_and_give = [&](bool give) {
    json request = {{"plan", cast.plan}, {"participant", "Mona"}, {"do", give ? "consent_give" : "consent_withdraw"}};
    if (give)
      request.update({{"rights", "write"}, {"sections", {"grunnlag", "helse"}}, {"history", "full"}, {"what", "Helse"},
                      {"who", "Mona"}, {"use", "For hjelpen"}, {"consequence", "Ingen"}});
    w.ok("Ola", request);
    w.sync("Ola");
  };
  withdraw_and_give(false);
  const relay::MemoryStore old = world.server.store;
  withdraw_and_give(true);
  w.sync("Mona");
  w.ok("Mona", edit(cast, "how", "Usendt"));
  go_back(world, old);
  w.sync("Mona");
  CHECK(w.last_notices.find("frozen") != std::string::npos);
  CHECK(w.last_notices.find("access_ended") == std::string::npos);
  CHECK(w.record("Mona", cast.plan, "helse", "measure")["fields"]["how"] == "Usendt");
}

TEST_CASE("keys from a server that has forgotten why access ended are not kept", "[core][evil]") {
  InProcess world;
  CoreWorld& w = world.people;
  const Cast cast = set_up(w);
  const relay::MemoryStore old = world.server.store;
  w.ok("Berit", {{"do", "unit_remove_member"}, {"unit", "Hjemmetjenesten"}, {"member", "Per"}});
  w.sync_all({"Berit", "Per"});
  REQUIRE(w.last_notices.find("access_ended") != std::string::npos);
  go_back(world, old);
  w.ok("Ola", {{"do", "consent_withdraw"}, {"plan", cast.plan}, {"participant", "Silje"}});
  w.sync("Ola");
  w.ok("Ola", edit(cast, "how", "Etter at Per gikk"));
  w.sync_all({"Ola", "Per"});
  Context ctx = w.core("Per").context(w.now);
  Keyring on_disk(ctx.replica, ctx.keys);
  for (std::uint32_t epoch = 1; epoch <= 3; ++epoch) {
    const auto key = on_disk.section_key(*PlanId::parse(cast.plan), *section_by_code("helse"), epoch);
    CHECK((!key.ok() || *key == nullptr));
  }
}

TEST_CASE("of another history nothing is taken, but that the owner has ended the access", "[core][evil][S6]") {
  InProcess world;
  CoreWorld& w = world.people;
  const Cast cast = set_up(w);
  const relay::MemoryStore old = world.server.store;
  w.ok("Mona", edit(cast, "how", "Det nyeste"));
  w.sync("Mona");
  go_back(world, old);
  // A record with a cut comes in the same answer: folded on top of the other history it would fit nothing.
  w.ok("Ola", {{"do", "consent_withdraw"}, {"plan", cast.plan}, {"participant", "Silje"}});
  w.sync("Ola");
  w.ok("Jonas", edit(cast, "how", "En annen gren"));
  w.sync("Jonas");
  w.sync("Mona");
  REQUIRE(w.last_notices.find("frozen") != std::string::npos);
  CHECK(w.record("Mona", cast.plan, "helse", "measure")["fields"]["how"] == "Det nyeste");
  CHECK(w.ok("Mona", {{"do", "doctor"}})["all_good"] == true);
  w.ok("Jonas", edit(cast, "how", "Enda mer"));
  w.sync("Jonas");
  w.sync("Mona");
  CHECK(w.last_notices.find("frozen") == std::string::npos);  // said once
  CHECK(w.ok("Mona", {{"do", "doctor"}})["all_good"] == true);

  w.ok("Ola", {{"do", "consent_withdraw"}, {"plan", cast.plan}, {"participant", "Mona"}});
  w.sync("Ola");
  w.sync("Mona");
  CHECK(w.last_notices.find("access_ended") != std::string::npos);
  CHECK(w.refused("Mona", {{"do", "plan_show"}, {"plan", cast.plan}}) == "withdrawn");
}

TEST_CASE("a clock that is years wrong refuses nobody's change", "[core]") {
  InProcess world;
  CoreWorld& w = world.people;
  const Cast cast = set_up(w);
  const UnixMs today = w.now;
  w.now = 0;  // 1970
  w.ok("Mona", edit(cast, "how", "Fra 1970"));
  w.now = 4'000'000'000'000;  // 2096
  // So long without contact closes the plan here; a contact under the same wrong clock opens it.
  CHECK(w.refused("Per", edit(cast, "extent", "Fra 2096")) == "lease_ended");
  w.sync("Per");
  w.ok("Per", edit(cast, "extent", "Fra 2096"));
  w.now = today;
  w.sync_all({"Mona", "Per", "Jonas"});
  CHECK(w.record("Jonas", cast.plan, "helse", "measure")["fields"]["how"] == "Fra 1970");
  CHECK(w.record("Jonas", cast.plan, "helse", "measure")["fields"]["extent"] == "Fra 2096");
}

TEST_CASE("a malformed command gets a clear error and changes nothing", "[core]") {
  InProcess world;
  CoreWorld& w = world.people;
  const Cast cast = set_up(w);
  const json before = w.ok("Mona", {{"do", "status"}});
  for (const char* line : {"", "{", "[]", "null", "{\"do\":1}", "{\"do\":\"nothing\"}", "{\"do\":\"edit\"}", "{\"do\":\"whoami\",\"extra\":1}",
                           "{\"do\":\"whoami\",\"do\":\"status\"}", "{\"do\":\"plan_show\",\"plan\":\"zz\"}", "{\"do\":\"plan_show\",\"plan\":7}"}) {
    INFO(line);
    const json answer = json::parse(w.core("Mona").call_text(line, w.now));
    CHECK(answer["ok"] == false);
    CHECK(answer["message"].get<std::string>().size() > 5);
  }
  CHECK(w.refused("Mona", edit(cast, "status", "finnes_ikke")) == "invalid_argument");
  CHECK(w.refused("Mona", edit(cast, "finnes_ikke", "x")) == "invalid_argument");
  CHECK(w.refused("Mona", edit(cast, "how", std::string(limits::text_bytes_max + 1, 'x'))) != "");
  CHECK(w.call("Mona", edit(cast, "how", "\xff"))["error"] == "not_utf8");
  const std::string deep = "{\"do\":" + std::string(100'000, '[');
  CHECK(json::parse(w.core("Mona").call_text(deep, w.now))["ok"] == false);
  CHECK(w.ok("Mona", {{"do", "status"}})["waiting"] == before["waiting"]);
}

TEST_CASE("a plan is shared with nobody and nothing is sealed until the owner has consented", "[core][R24]") {
  InProcess world;
  CoreWorld& w = world.people;
  w.start("Jonas");
  w.sync("Jonas");
  const std::string plan = w.ok("Jonas", {{"do", "plan_new"}, {"owner_name", "Ola"}})["plan"];
  w.ok("Jonas", {{"do", "add"}, {"plan", plan}, {"kind", "strength"}, {"fields", {{"text", "Hemmelig inntil samtykke"}}}});
  w.sync("Jonas");
  CHECK(w.ok("Jonas", {{"do", "plans"}})["plans"][0]["holding"] == "draft");
  w.let_in("Jonas", "Ola", {{"for", "plan"}, {"plan", plan}, {"role", "owner"}});
  CHECK(w.show("Ola", plan)["consent"] == "none");
  CHECK(w.show("Ola", plan).dump().find("Hemmelig") == std::string::npos);
  CHECK(w.ok("Jonas", {{"do", "status"}})["waiting"].get<int>() > 0);

  w.ok("Ola", {{"do", "consent_plan"}, {"plan", plan}});
  w.sync_all({"Ola", "Jonas", "Ola"});
  CHECK(w.show("Ola", plan).dump().find("Hemmelig inntil samtykke") != std::string::npos);
  CHECK(w.ok("Jonas", {{"do", "status"}})["waiting"] == 0);
}

TEST_CASE("a member who leaves the service unit loses the unit's plans with the next key", "[core][R30]") {
  InProcess world;
  CoreWorld& w = world.people;
  const Cast cast = set_up(w);
  CHECK(w.show("Per", cast.plan)["sections"].contains("helse"));
  w.ok("Berit", {{"do", "unit_remove_member"}, {"unit", "Hjemmetjenesten"}, {"member", "Per"}});
  w.sync("Berit");
  w.sync("Berit");
  w.sync("Jonas");
  w.ok("Jonas", edit(cast, "how", "Etter at Per sluttet"));
  w.sync_all({"Jonas", "Per", "Berit", "Ola"});
  CHECK(w.record("Berit", cast.plan, "helse", "measure")["fields"]["how"] == "Etter at Per sluttet");
  CHECK(w.call("Per", {{"do", "plan_show"}, {"plan", cast.plan}}).dump().find("Etter at Per sluttet") == std::string::npos);
  CHECK(w.digest("Berit", cast.plan)["sections"]["helse"] == w.digest("Ola", cast.plan)["sections"]["helse"]);
}

TEST_CASE("the coordinator hands over: always exactly one, with overlap", "[core][R47][R50]") {
  InProcess world;
  CoreWorld& w = world.people;
  const Cast cast = set_up(w);
  w.ok("Jonas", {{"do", "coordinator_offer"}, {"plan", cast.plan}, {"participant", "Mona"}});
  w.sync_all({"Jonas", "Mona"});
  CHECK(w.show("Mona", cast.plan)["coordinator"] == "Jonas");
  CHECK(w.show("Mona", cast.plan)["sections"].contains("sak"));
  CHECK(w.refused("Per", {{"do", "coordinator_accept"}, {"plan", cast.plan}}) == "not_found");
  w.ok("Mona", {{"do", "coordinator_accept"}, {"plan", cast.plan}});
  w.sync_all({"Mona", "Jonas", "Ola"});
  for (const char* name : {"Mona", "Jonas", "Ola"}) CHECK(w.show(name, cast.plan)["coordinator"] == "Mona");
  CHECK(w.refused("Jonas", {{"do", "invite"}, {"for", "plan"}, {"plan", cast.plan}, {"role", "adviser"}}) == "not_allowed");
}
