// From «has nothing left» to «reads the plan again», with the relay in the same process.
#include "client-core/paper.h"
#include "client-core/people.h"
#include "client-core/recovery_code.h"
#include "tests/support/device_world.h"

using namespace samplan;
using namespace samplan::world;

namespace {

class Recovering {
 public:
  explicit Recovering(DeviceWorld& world, const std::vector<std::string>& typed) : world_(world) {
    auto secret = read_paper(typed);
    INFO((secret.ok() ? "" : secret.error().detail));
    REQUIRE(secret.ok());
    auto begun =
        Recovery::start(world.people.url(), world.people.server_key(), *secret, world.people.entropy());
    REQUIRE(begun.ok());
    recovery = std::make_unique<Recovery>(std::move(*begun));
  }

  Status step() {
    world_.people.now += 1000;
    SP_TRY(const Bytes reply, world_.server.exchange()(recovery->next_request(world_.people.now)));
    return recovery->on_reply(reply);
  }
  Recovery::State until_over() {
    for (int i = 0; i < 20; ++i) {
      REQUIRE(step().ok());
      if (recovery->state() == Recovery::State::ready || recovery->state() == Recovery::State::failed) break;
    }
    return recovery->state();
  }
  Core& home(const std::string& name, const std::string& person) {
    const auto made = world_.people.try_recover(name, *recovery, person);
    INFO((made.ok() ? "" : made.error().where));
    REQUIRE(made.ok());
    return **made;
  }

  std::unique_ptr<Recovery> recovery;

 private:
  DeviceWorld& world_;
};

std::string new_code(CoreWorld& w, const std::string& who) {
  const std::string code = w.ok(who, {{"do", "recovery_new"}})["code"];
  w.sync(who);
  return code;
}

std::vector<Bytes> own_log(CoreWorld& w, const std::string& who) {
  Context ctx = w.core(who).context(w.now);
  const auto log = identity_log(ctx, ctx.person);
  REQUIRE(log.ok());
  return *log;
}

std::size_t count(const SyncOutcome& outcome, const std::string& what) {
  return static_cast<std::size_t>(std::count_if(outcome.notices.begin(), outcome.notices.end(),
                                                [&](const Notice& n) { return n.what == what; }));
}

}  // namespace

TEST_CASE("with a recovery code and nothing else the owner reads and writes her plan again", "[R113]") {
  DeviceWorld world;
  CoreWorld& w = world.people;
  const std::string code = new_code(w, "Ola");
  CHECK(w.ok("Ola", {{"do", "recovery"}})["codes"].size() == 1);
  const json digest = w.digest("Ola", world.cast.plan);
  w.close("Ola");

  Recovering r(world, {code});
  REQUIRE(r.until_over() == Recovery::State::ready);
  r.home("Ola igjen", "Ola Nordmann");
  w.sync("Ola igjen");
  CHECK(w.digest("Ola igjen", world.cast.plan) == digest);
  CHECK(w.ok("Ola igjen", {{"do", "doctor"}})["all_good"] == true);

  // What was lost and what was used are closed, and the plan has new keys before anybody writes.
  for (const char* gone : {"Enhet 1", "Gjenopprettingskode 2"})
    w.ok("Ola igjen", {{"do", "device_close"}, {"device", gone}});
  const std::string fresh_code = new_code(w, "Ola igjen");
  w.sync_all({"Ola igjen", "Jonas", "Mona"});
  world.edit("Mona", "Etter at Ola kom tilbake");
  w.sync_all({"Mona", "Ola igjen"});
  CHECK(world.reads("Ola igjen") == "Etter at Ola kom tilbake");
  CHECK(world.log_of("Ola igjen").generation().number == 3);
  REQUIRE(w.reopen("Ola").ok());
  CHECK(w.try_sync("Ola").code() == Errc::withdrawn);

  // The used code opens nothing; the new one does.
  Recovering again(world, {code});
  CHECK(again.until_over() == Recovery::State::failed);
  CHECK(again.recovery->error().code == Errc::withdrawn);
  Recovering with_new(world, {fresh_code});
  CHECK(with_new.until_over() == Recovery::State::ready);
}

TEST_CASE("everybody who shares a plan is told of a recovery, and the own devices of code and recovery",
          "[R113]") {
  DeviceWorld world;
  CoreWorld& w = world.people;
  world.add("Mona", "Telefon");
  w.sync("Telefon");
  const std::string code = new_code(w, "Mona");
  CHECK(count(w.sync("Telefon"), "recovery_code_made") == 1);
  CHECK(count(w.sync("Jonas"), "participant_recovered") == 0);
  Recovering r(world, {code});
  REQUIRE(r.until_over() == Recovery::State::ready);
  r.home("Mona igjen", "Mona");
  w.sync("Mona igjen");
  CHECK(count(w.sync("Telefon"), "recovered") == 1);
  const SyncOutcome told = w.sync("Jonas");
  REQUIRE(count(told, "participant_recovered") == 1);
  CHECK(std::any_of(told.notices.begin(), told.notices.end(),
                    [](const Notice& n) { return n.what == "participant_recovered" && n.detail == "Mona"; }));
  CHECK(count(w.sync("Jonas"), "participant_recovered") == 0);
  CHECK(world.device("Telefon", "Gjenopprettingskode 3")["paper"] == true);
  CHECK(world.device("Telefon", "Enhet 4")["recovered"] == true);
}

TEST_CASE("two of three parts are the code, and one is nothing", "[R113]") {
  DeviceWorld world;
  CoreWorld& w = world.people;
  const json made = w.ok("Ola", {{"do", "recovery_new"}, {"shares", true}});
  CHECK_FALSE(made.contains("code"));
  const std::vector<std::string> shares = made["shares"];
  REQUIRE(shares.size() == 3);
  w.sync("Ola");
  CHECK(read_paper({shares[0]}).code() == Errc::not_found);
  CHECK(read_paper({shares[0], shares[0]}).code() == Errc::already_exists);
  for (const auto& pair : {std::pair<int, int>{0, 1}, {0, 2}, {1, 2}}) {
    Recovering r(
        world, {shares[static_cast<std::size_t>(pair.second)], shares[static_cast<std::size_t>(pair.first)]});
    CHECK(r.until_over() == Recovery::State::ready);
  }
}

TEST_CASE("a code that was replaced, never sent, or belongs to another server says so and changes nothing") {
  DeviceWorld world;
  CoreWorld& w = world.people;
  const std::string unsent = w.ok("Ola", {{"do", "recovery_new"}})["code"];
  CHECK(w.ok("Ola", {{"do", "recovery"}})["codes"][0]["unsent"] == true);
  const std::uint64_t records = world.identity_records();
  {
    Recovering r(world, {unsent});
    CHECK(r.until_over() == Recovery::State::failed);
    CHECK(r.recovery->error().code == Errc::not_found);
    CHECK(w.try_recover("ingen", *r.recovery, "Ola").code() == Errc::not_allowed);
  }
  CHECK(world.identity_records() == records);
  w.sync("Ola");
  const std::string newer = new_code(w, "Ola");
  CHECK(w.ok("Ola", {{"do", "recovery"}})["codes"].size() == 1);
  Recovering old(world, {unsent});
  CHECK(old.until_over() == Recovery::State::failed);
  CHECK(old.recovery->error().code == Errc::withdrawn);
  CHECK_FALSE(old.recovery->error().detail.empty());
  Recovering good(world, {newer});
  CHECK(good.until_over() == Recovery::State::ready);
}

TEST_CASE("a recovery that breaks off anywhere can be done again with the same code") {
  DeviceWorld world;
  CoreWorld& w = world.people;
  const std::string code = new_code(w, "Ola");
  for (int steps = 1; steps <= 4; ++steps) {
    Recovering r(world, {code});
    for (int i = 0; i < steps && r.recovery->state() != Recovery::State::ready; ++i) REQUIRE(r.step().ok());
  }
  Recovering r(world, {code});
  REQUIRE(r.until_over() == Recovery::State::ready);
  r.home("Ola igjen", "Ola");
  w.sync("Ola igjen");
  CHECK(w.digest("Ola igjen", world.cast.plan) == w.digest("Ola", world.cast.plan));
}

TEST_CASE("another device that writes to the log at the same time stops neither a recovery nor a new code") {
  DeviceWorld world;
  CoreWorld& w = world.people;
  world.add("Ola", "Telefon");
  w.sync("Telefon");
  const std::string code = new_code(w, "Ola");
  Recovering r(world, {code});
  // The log is fetched; before the record is sent, the phone makes a code of its own.
  while (r.recovery->state() == Recovery::State::fetching) REQUIRE(r.step().ok());
  w.sync("Telefon");
  w.ok("Telefon", {{"do", "device_rename"}, {"device", "Telefon"}, {"name", "Mobilen"}});
  world.add("Telefon", "Nettbrett");
  REQUIRE(r.until_over() == Recovery::State::ready);
  r.home("Ola igjen", "Ola");
  w.sync("Ola igjen");
  CHECK(world.log_of("Ola igjen").devices.size() == 5);

  // A code made on a log that has gone on in the meantime holds all the same.
  const std::string late = w.ok("Nettbrett", {{"do", "recovery_new"}})["code"];
  w.ok("Ola igjen", {{"do", "device_close"}, {"device", "Enhet 1"}});
  w.sync("Ola igjen");
  w.sync_all({"Nettbrett", "Nettbrett"});
  Recovering with_late(world, {late});
  CHECK(with_late.until_over() == Recovery::State::ready);
}

TEST_CASE("a server that hands out another person's log, or none, is found out before anything is made") {
  DeviceWorld world;
  CoreWorld& w = world.people;
  const std::string code = new_code(w, "Ola");
  const auto secret = read_paper({code});
  REQUIRE(secret.ok());
  auto begun = Recovery::start(w.url(), w.server_key(), *secret, w.entropy());
  REQUIRE(begun.ok());
  const auto answer = [&](const std::vector<Bytes>& identity) {
    const Bytes request = begun->next_request(w.now);
    SyncReply reply;
    reply.identity = identity;
    REQUIRE(begun
                ->on_reply(write_reply_frame(write_reply_body(reply), request_hash(request),
                                             world.server.relay->server().key))
                .ok());
  };
  std::vector<Bytes> log;
  SECTION("another's") {
    log = own_log(w, "Mona");
    REQUIRE_FALSE(log.empty());
  }
  SECTION("none") {}
  SECTION("the own without the paper") {
    log = own_log(w, "Ola");
    REQUIRE(log.size() == 2);
    log.pop_back();
  }
  answer(log);
  if (begun->state() == Recovery::State::fetching) answer({});
  CHECK(begun->state() == Recovery::State::failed);
  CHECK(begun->error().code == Errc::forged);
}
