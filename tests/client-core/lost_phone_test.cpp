// Somebody's phone is gone, told by those who help: access rests and comes back, and a person with nothing
// left goes on under a new key by the hands of two officers, with everybody told and time to object.
#include "tests/support/device_world.h"

using namespace samplan;
using namespace samplan::world;

namespace {

constexpr UnixMs hour_ms = 3'600'000;

struct Lost : DeviceWorld {
  CoreWorld& w = people;
  std::string plan = cast.plan;

  json shown(const std::string& asker, const std::string& principal) {
    const json all = w.ok(asker, {{"do", "participants"}, {"plan", plan}})["participants"];
    for (const json& p : all)
      if (p["principal"] == principal) return p;
    return nullptr;
  }
  std::string person(const std::string& who) { return w.ok(who, {{"do", "whoami"}})["person"]; }
  bool was_told(const std::string& who, const std::string& what) {
    w.sync(who);
    return w.last_notices.find(what) != std::string::npos;
  }
  void pass(int hours) {
    w.now += hours * hour_ms;
    server.now += hours * hour_ms;
  }
  // Ola has nothing left, and joins anew at the office.
  void ola_joins_anew() {
    w.close("Ola");
    w.let_in("Jonas", "Ola anew", {{"for", "plan"}, {"plan", plan}, {"role", "adviser"}});
  }
  json ask(const std::string& gone) {
    return {{"do", "recovery_ask"}, {"plan", plan}, {"participant", gone}, {"heir", "Ola anew"}};
  }
  json complete(const std::string& gone) {
    return {{"do", "recovery_complete"}, {"plan", plan}, {"participant", gone}};
  }
};

}  // namespace

TEST_CASE("[R113] an owner with nothing left reads the plan again by two officers, after the waiting time") {
  Lost f;
  const std::string gone = f.person("Ola");
  f.edit("Ola", "Skrevet før telefonen forsvant");
  f.w.sync_all({"Ola", "Jonas", "Mona"});
  f.ola_joins_anew();
  CHECK(f.w.ok("Ola anew", {{"do", "plan_show"}, {"plan", f.plan}}).dump().find("Skrevet før") ==
        std::string::npos);

  f.w.sync("Mona");
  const json asked = f.w.ok("Mona", f.ask(gone));
  CHECK(asked["wait_hours"] == 48);
  CHECK(asked["words"] == f.w.ok("Ola anew", {{"do", "whoami"}})["words"]);
  f.w.sync("Mona");
  for (const char* name : {"Jonas", "Silje", "Berit"}) CHECK(f.was_told(name, "recovery_asked"));
  const json recovery = f.shown("Jonas", gone)["recovery"];
  CHECK(recovery["asked_by"] == "Mona");
  CHECK(recovery["heir"] == f.person("Ola anew"));
  CHECK(f.w.refused("Jonas", f.complete(gone)) == "not_allowed");  // too early
  f.pass(48);
  CHECK(f.w.refused("Mona", f.complete(gone)) == "not_allowed");  // the same hand
  f.w.ok("Jonas", f.complete(gone));
  f.w.sync_all({"Jonas", "Ola anew"});
  CHECK(f.reads("Ola anew") == "Skrevet før telefonen forsvant");
  CHECK(f.was_told("Silje", "recovery_completed"));

  // The owner again, in every right: writes, consents, and reads who has looked.
  f.edit("Ola anew", "Videre på ny telefon");
  f.w.sync_all({"Ola anew", "Mona"});
  CHECK(f.reads("Mona") == "Videre på ny telefon");
  CHECK(f.w.ok("Ola anew", {{"do", "status"}})["all_sent"] == true);
  f.w.ok("Ola anew", {{"do", "consent_withdraw"}, {"plan", f.plan}, {"participant", "Silje"}});
  f.w.sync_all({"Ola anew", "Silje"});
  CHECK(f.w.refused("Silje", {{"do", "plan_show"}, {"plan", f.plan}}) == "withdrawn");

  // Whoever found the phone gets nothing more.
  REQUIRE(f.w.reopen("Ola").ok());
  f.w.sync("Ola");
  CHECK(f.w.refused("Ola", {{"do", "plan_show"}, {"plan", f.plan}}) == "withdrawn");
}

TEST_CASE("[R113] the server keeps to the waiting time, whatever a device's clock says") {
  Lost f;
  const std::string gone = f.person("Ola");
  f.ola_joins_anew();
  f.w.sync("Mona");
  f.w.ok("Mona", f.ask(gone));
  f.w.sync_all({"Mona", "Jonas"});
  // Jonas' clock is three days ahead.
  const UnixMs ahead = f.w.now + 72 * hour_ms;
  const auto sync_ahead = [&] {
    for (bool first = true;; first = false) {
      const auto frame = f.w.core("Jonas").next_request(ahead, first);
      REQUIRE(frame.ok());
      const auto reply = f.server.exchange()(*frame);
      REQUIRE(reply.ok());
      const auto outcome = f.w.core("Jonas").on_reply(*reply, ahead);
      REQUIRE(outcome.ok());
      if (!outcome->again) return;
    }
  };
  REQUIRE(f.w.core("Jonas").call(f.complete(gone), ahead)["ok"] == true);
  sync_ahead();
  f.w.sync("Mona");
  CHECK(f.shown("Mona", gone)["ended"] == false);
  // What was decided too early is kept, and carried out when it may be.
  f.pass(48);
  f.w.sync_all({"Jonas", "Mona"});
  CHECK(f.shown("Mona", gone)["ended"] == true);
}

TEST_CASE("[R113] who has not lost anything stops it, and so does the coordinator") {
  Lost f;
  const std::string gone = f.person("Ola");
  f.w.let_in("Jonas", "Ola anew", {{"for", "plan"}, {"plan", f.plan}, {"role", "adviser"}});
  f.w.sync_all({"Mona", "Ola"});
  f.w.ok("Mona", f.ask(gone));
  f.w.sync("Mona");
  CHECK(f.was_told("Ola", "recovery_asked"));
  SECTION("the owner") {
    f.w.ok("Ola", {{"do", "recovery_cancel"}, {"plan", f.plan}, {"participant", gone}});
    f.w.sync_all({"Ola", "Jonas"});
  }
  SECTION("the coordinator") {
    f.w.sync("Jonas");
    f.w.ok("Jonas", {{"do", "recovery_cancel"}, {"plan", f.plan}, {"participant", gone}});
    f.w.sync("Jonas");
  }
  CHECK(f.was_told("Mona", "recovery_cancelled"));
  f.pass(49);
  CHECK(f.w.refused("Jonas", f.complete(gone)) == "not_found");
  CHECK(f.w.refused("Mona", {{"do", "recovery_cancel"}, {"plan", f.plan}, {"participant", gone}}) ==
        "not_found");
}

TEST_CASE("[R113] whoever cannot hand over all keys leaves it to the coordinator") {
  Lost f;
  const std::string gone = f.person("Ola");
  f.ola_joins_anew();
  f.w.ok("Jonas", f.ask(gone));
  f.w.sync_all({"Jonas", "Mona"});
  f.pass(49);
  CHECK(f.w.refused("Mona", f.complete(gone)) == "no_key");
  CHECK(f.w.refused("Silje", f.ask(gone)) != "");
}

TEST_CASE(
    "[R113] the coordinator stops a lost phone in every plan at once, and access comes back when it is "
    "closed") {
  Lost f;
  const std::string mona = f.person("Mona");
  const std::string other = f.w.ok("Jonas", {{"do", "plan_new"}, {"owner_name", "Aud"}})["plan"];
  f.w.let_in("Jonas", "Aud", {{"for", "plan"}, {"plan", other}, {"role", "owner"}});
  f.w.let_in("Jonas", "Mona", {{"for", "plan"}, {"plan", other}, {"role", "provider"}});
  f.w.sync("Aud");
  f.w.ok("Aud", {{"do", "consent_plan"}, {"plan", other}});
  f.w.ok("Aud", {{"do", "consent_give"},
                 {"plan", other},
                 {"participant", mona},
                 {"sections", {"helse"}},
                 {"rights", "write"},
                 {"what", "Helse"},
                 {"who", "Mona"},
                 {"use", "Hjelp"},
                 {"consequence", "Uten dette ingen hjelp"}});
  f.w.sync_all({"Aud", "Jonas", "Mona"});
  f.add("Mona", "Mona nettbrett");
  f.w.sync_all({"Mona nettbrett", "Mona", "Jonas"});
  f.edit("Mona nettbrett", "Skrevet på nettbrettet");
  f.w.sync_all({"Mona nettbrett", "Jonas"});

  const json paused = f.w.ok("Jonas", {{"do", "participant_suspend"}, {"participant", mona}});
  CHECK(paused["plans"].size() == 2);
  f.w.sync("Jonas");
  CHECK(f.was_told("Ola", "participant_suspended"));
  CHECK(f.shown("Ola", mona)["suspended"] == true);
  f.w.sync("Mona");
  CHECK(f.w.refused("Mona", {{"do", "plan_show"}, {"plan", f.plan}}) == "withdrawn");
  f.edit("Jonas", "Skrevet mens tilgangen hvilte");
  f.w.sync("Jonas");

  // Not before the phone is closed.
  CHECK(f.w.refused("Jonas", {{"do", "participant_resume"}, {"plan", f.plan}, {"participant", mona}}) ==
        "bad_record");
  const std::string lost = f.w.ok("Mona", {{"do", "whoami"}})["device"];
  f.w.ok("Mona nettbrett", {{"do", "device_close"}, {"device", lost}});
  f.w.sync_all({"Mona nettbrett", "Jonas"});
  const json back = f.w.ok("Jonas", {{"do", "participant_resume"}, {"participant", mona}});
  CHECK(back["plans"].size() == 2);
  f.w.sync_all({"Jonas", "Mona nettbrett"});
  CHECK(f.reads("Mona nettbrett") == "Skrevet mens tilgangen hvilte");
  f.edit("Mona nettbrett", "Tilbake");
  f.w.sync_all({"Mona nettbrett", "Ola"});
  CHECK(f.reads("Ola") == "Tilbake");
  CHECK(f.shown("Ola", mona)["suspended"] == false);
  CHECK(f.w.refused("Silje", {{"do", "participant_suspend"}, {"participant", mona}}) == "not_found");
}
