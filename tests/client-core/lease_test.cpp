// A plan closes on a device that has long had no contact, whatever is done to the device's clock, and opens
// with a sync.
#include "tests/support/flows_world.h"

using namespace samplan;
using namespace samplan::world;

namespace {

constexpr UnixMs day_ms = 24LL * 3'600'000;

struct Leased {
  InProcess world;
  CoreWorld& w = world.people;
  Cast cast = set_up(w);

  // Another plan that Jonas coordinates.
  std::string plan_of(const std::string& owner) {
    const std::string plan = w.ok("Jonas", {{"do", "plan_new"}, {"owner_name", owner}})["plan"];
    w.let_in("Jonas", owner, {{"for", "plan"}, {"plan", plan}, {"role", "owner"}});
    w.ok(owner, {{"do", "consent_plan"}, {"plan", plan}});
    return plan;
  }
  // One device's own clock, which may be wrong; the server's and the others' stay as they are.
  json call_at(const std::string& name, UnixMs now, json request) {
    request["plan"] = cast.plan;
    return w.core(name).call(request, now);
  }
  std::string error_at(const std::string& name, UnixMs now, json request = {{"do", "plan_show"}}) {
    const json answer = call_at(name, now, std::move(request));
    return answer["ok"] == true ? "" : answer["error"].get<std::string>();
  }
  json listed(const std::string& name, UnixMs now) {
    return w.core(name).call({{"do", "plans"}}, now)["plans"][0];
  }
  // The server's time is w.now, the device's `now`.
  Status sync_at(const std::string& name, UnixMs now) {
    for (bool first = true, again = true; again; first = false) {
      SP_TRY(const Bytes frame, w.core(name).next_request(now, first));
      SP_TRY(const Bytes reply,
             world.server.relay->handle(world.server.store, frame, test_host, w.now, world.server.entropy));
      SP_TRY(const SyncOutcome outcome, w.core(name).on_reply(reply, now));
      again = outcome.again;
    }
    return Status::good();
  }
};

}  // namespace

TEST_CASE(
    "[R101] a plan closes after its lease, staff before others, and a sync opens it with nothing lost") {
  Leased f;
  f.w.sync_all({"Mona", "Silje", "Jonas", "Ola"});
  const UnixMs start = f.w.now;
  CHECK(f.listed("Mona", start)["lease"] == "open");
  CHECK(f.error_at("Mona", start,
                   {{"do", "edit"}, {"entity", f.cast.measure}, {"field", "how"}, {"value", "Uten nett"}})
            .empty());
  CHECK(f.listed("Mona", start + 11 * day_ms - 60'000)["lease"] == "open");
  CHECK(f.listed("Mona", start + 12 * day_ms)["lease"] == "ends_soon");
  CHECK(f.error_at("Mona", start + 14 * day_ms - 60'000).empty());

  const UnixMs later = start + 14 * day_ms + 60'000;
  const json refused = f.call_at("Mona", later, {{"do", "plan_show"}});
  CHECK(refused["error"] == "lease_ended");
  CHECK(refused["message"].get<std::string>().find("14 dager") != std::string::npos);
  CHECK(f.error_at("Jonas", later) == "lease_ended");  // coordinates for a unit: staff
  CHECK(f.error_at("Per", later) == "lease_ended");    // through a unit
  CHECK(f.error_at("Silje", later).empty());
  CHECK(f.error_at("Ola", later).empty());
  CHECK(f.error_at("Silje", start + 31 * day_ms) == "lease_ended");

  for (const char* name : {"digest", "log", "conflicts", "proposals", "access_log"})
    CHECK(f.error_at("Mona", later, {{"do", name}}) == "lease_ended");
  CHECK(f.error_at("Mona", later, {{"do", "history"}, {"entity", f.cast.measure}}) == "lease_ended");
  CHECK(f.error_at("Mona", later,
                   {{"do", "edit"}, {"entity", f.cast.measure}, {"field", "how"}, {"value", "x"}}) ==
        "lease_ended");
  const json row = f.listed("Mona", later);
  CHECK(row["lease"] == "ended");
  CHECK(row["lease_ends_ms"].get<UnixMs>() <= later);
  CHECK(row["owner"] == "");
  CHECK(row["title"] == "");
  CHECK(row["waiting"] == 1);
  const json status = f.w.core("Mona").call({{"do", "status"}}, later);
  CHECK(status["waiting"] == 1);
  CHECK(status.dump().find("Ola") == std::string::npos);
  CHECK(f.w.core("Mona").call({{"do", "conflicts"}}, later)["ok"] == true);
  CHECK(f.w.core("Mona").call({{"do", "doctor"}}, later)["ok"] == true);

  f.w.now = later;
  f.w.sync("Mona");
  CHECK(f.error_at("Mona", f.w.now).empty());
  CHECK(f.listed("Mona", f.w.now)["waiting"] == 0);
  CHECK(f.w.record("Mona", f.cast.plan, "helse", "measure").dump().find("Uten nett") != std::string::npos);
}

TEST_CASE("[R101] a clock that is set back gains nothing") {
  Leased f;
  f.w.sync("Mona");
  const UnixMs start = f.w.now;
  CHECK(f.error_at("Mona", start + 13 * day_ms).empty());
  // Back to the first day: time goes on from the thirteenth.
  CHECK(f.error_at("Mona", start).empty());
  CHECK(f.error_at("Mona", start + 12 * 3'600'000).empty());
  CHECK(f.error_at("Mona", start + day_ms + 60'000) == "lease_ended");
  // And once more, also in a new process.
  REQUIRE(f.w.reopen("Mona").ok());
  CHECK(f.error_at("Mona", start - 1000 * day_ms) == "lease_ended");
  CHECK(f.error_at("Mona", 0) == "lease_ended");
  CHECK(f.error_at("Mona", -5) == "lease_ended");
}

TEST_CASE(
    "[R101] a clock that jumps years ahead closes the plan, and a sync with a clock set right opens it") {
  Leased f;
  f.w.sync("Mona");
  const UnixMs start = f.w.now;
  const json refused = f.call_at("Mona", start + 3000 * day_ms, {{"do", "plan_show"}});
  CHECK(refused["error"] == "lease_ended");
  CHECK(refused["message"].get<std::string>().find("Klokken på enheten") != std::string::npos);
  CHECK(f.error_at("Mona", start + 60'000) == "lease_ended");
  REQUIRE(f.sync_at("Mona", start + 120'000).ok());
  CHECK(f.error_at("Mona", start + 180'000).empty());
  CHECK(f.error_at("Mona", start + 13 * day_ms).empty());

  // A device whose clock is always wrong: the lease is as long for it as for others.
  for (const UnixMs wrong : {start + 5000 * day_ms, start - 5000 * day_ms, INT64_MAX - 1, INT64_MIN + 1}) {
    f.w.now += day_ms;
    REQUIRE(f.sync_at("Mona", wrong).ok());
    CHECK(f.error_at("Mona", wrong).empty());
  }
  f.w.now += day_ms;
  REQUIRE(f.sync_at("Mona", start - 5000 * day_ms).ok());
  CHECK(f.error_at("Mona", start - 4987 * day_ms).empty());
  CHECK(f.error_at("Mona", start - 4986 * day_ms) == "lease_ended");
}

TEST_CASE("[R101] only what the server answered for gets a longer lease") {
  Leased f;
  const std::string other = f.plan_of("Aud");
  f.w.sync_all({"Aud", "Jonas"});
  const UnixMs start = f.w.now;

  f.w.now = start + 10 * day_ms;
  f.w.core("Jonas").sync_only({*PlanId::parse(other)});
  f.w.sync("Jonas");
  f.w.core("Jonas").sync_only({});
  f.w.now = start + 15 * day_ms;
  CHECK(f.error_at("Jonas", f.w.now) == "lease_ended");
  CHECK(f.w.core("Jonas").call({{"do", "plan_show"}, {"plan", other}}, f.w.now)["ok"] == true);

  // Silence about a plan in a sync of everything says that there is nothing new.
  f.w.sync("Jonas");
  CHECK(f.error_at("Jonas", f.w.now + 13 * day_ms).empty());
}

TEST_CASE("[R101] a plan whose news came in part is not held open by the silence about others") {
  Leased f;
  const std::string other = f.plan_of("Mona");
  f.w.sync_all({"Mona", "Jonas"});
  const UnixMs start = f.w.now;

  // What has come of the log may end just before the withdrawal.
  f.w.now = start + 10 * day_ms;
  for (const char* name : {"Liv", "Nils", "Tuva"})
    f.w.let_in("Jonas", name, {{"for", "plan"}, {"plan", f.cast.plan}, {"role", "relative"}});
  relay::RelayConfig small;
  small.reply_bytes = 700;
  f.world.server.relay = start_relay(f.world.server.store, small, f.world.server.entropy);
  const auto frame = f.w.core("Mona").next_request(f.w.now, true);
  REQUIRE(frame.ok());
  const auto reply =
      f.world.server.relay->handle(f.world.server.store, *frame, test_host, f.w.now, f.world.server.entropy);
  REQUIRE(reply.ok());
  const auto outcome = f.w.core("Mona").on_reply(*reply, f.w.now);
  REQUIRE(outcome.ok());
  REQUIRE(outcome->again);

  f.w.now = start + 15 * day_ms;
  CHECK(f.error_at("Mona", f.w.now) == "lease_ended");
  CHECK(f.w.core("Mona").call({{"do", "plan_show"}, {"plan", other}}, f.w.now)["ok"] == true);
  f.w.sync("Mona");
  CHECK(f.error_at("Mona", f.w.now).empty());
}

TEST_CASE("[R101] a draft has no lease, and the owner's own plan is no dead end") {
  Leased f;
  f.w.sync("Ola");
  const std::string draft = f.w.ok("Silje", {{"do", "plan_new"}, {"owner_name", "Aud"}})["plan"];
  CHECK(f.w.core("Silje").call({{"do", "plan_show"}, {"plan", draft}}, f.w.now + 900 * day_ms)["ok"] == true);

  const UnixMs later = f.w.now + 40 * day_ms;
  const json closed = f.call_at("Ola", later, {{"do", "plan_show"}});
  CHECK(closed["error"] == "lease_ended");
  CHECK(closed["message"].get<std::string>().find("plan reopen") != std::string::npos);
  CHECK(f.error_at("Ola", later, {{"do", "plan_reopen"}}).empty());
  CHECK(f.error_at("Ola", later).empty());
  CHECK(f.listed("Ola", later)["lease_reopened"] == true);
  CHECK(f.error_at("Ola", later + 31 * day_ms) == "lease_ended");
  CHECK(f.error_at("Mona", later, {{"do", "plan_reopen"}}) == "not_allowed");
  CHECK(f.error_at("Mona", later) == "lease_ended");
}

TEST_CASE("[R101] a closed plan can be left: consent is withdrawn and the plan forgotten without coverage") {
  Leased f;
  f.w.sync_all({"Ola", "Mona"});
  const UnixMs later = f.w.now + 40 * day_ms;
  const json people = f.call_at("Ola", later, {{"do", "participants"}});
  REQUIRE(people["ok"] == true);
  CHECK(people.dump().find("Mona") != std::string::npos);
  CHECK(f.error_at("Ola", later, {{"do", "consent_withdraw"}, {"participant", "Mona"}}).empty());
  f.w.now = later;
  f.w.sync("Ola");
  f.w.sync("Mona");
  CHECK(f.listed("Mona", later)["holding"] == "ended");
  CHECK(f.error_at("Per", later, {{"do", "forget"}}).empty());
}

TEST_CASE("[R101] half-written text of a closed plan is kept and not shown") {
  Leased f;
  f.w.sync("Mona");
  const UnixMs later = f.w.now + 20 * day_ms;
  CHECK(f.error_at("Mona", later, {{"do", "draft_save"}, {"form", "notat"}, {"content", "Halvskrevet"}})
            .empty());
  CHECK(f.w.core("Mona").call({{"do", "drafts"}}, later)["drafts"].empty());
  f.w.now = later;
  f.w.sync("Mona");
  CHECK(f.w.core("Mona").call({{"do", "drafts"}}, later)["drafts"][0]["content"] == "Halvskrevet");
}
