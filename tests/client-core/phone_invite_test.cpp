// Inviting by nine digits on the telephone, with the relay in the same process.
#include "client-core/phone_invite.h"

#include "tests/support/device_world.h"
#include "tests/support/phone_call.h"

using namespace samplan;
using namespace samplan::world;
using State = PhoneJoin::State;

namespace {

struct PhoneWorld : DeviceWorld {
  PhoneCall call{people, "Jonas", post()};
  json plan_invitation() {
    return {{"for", "plan"}, {"plan", cast.plan}, {"role", "relative"}, {"name", "Eli"}};
  }
  json invites() { return people.ok("Jonas", {{"do", "invites"}})["invites"]; }
};

}  // namespace

TEST_CASE("a code is nine digits, however they are typed") {
  for (const char* typed :
       {"482915637", "482 915 637", " 482-915-637\n", "482.915.637", "48 29 15 63 7", "(482) 915/637",
        "482\xC2\xA0"
        "915\xE2\x80\x93"
        "637"}) {
    INFO(typed);
    const auto code = read_phone_code(typed);
    REQUIRE(code.ok());
    CHECK(code->slot == 482);
    CHECK(code->secret == 915637);
    CHECK(code->spoken() == "482 915 637");
    CHECK(looks_like_phone_code(typed));
  }
  for (const char* typed :
       {"", "48291563", "4829156370", "48291563a", "4829 15637\x01", "\xC2", "٤٨٢٩١٥٦٣٧"}) {
    INFO(typed);
    const auto code = read_phone_code(typed);
    REQUIRE(code.code() == Errc::malformed);
    CHECK_FALSE(code.error().detail.empty());
  }
  CHECK_FALSE(looks_like_phone_code("https://samplan.example/#/bli-med/01"));
  CHECK_FALSE(looks_like_phone_code(" - "));
  CHECK(read_phone_code("000000007")->digits() == "000000007");
  SeededEntropy entropy(3);
  for (int i = 0; i < 1000; ++i) CHECK(new_phone_secret(entropy) < 1'000'000);
}

TEST_CASE("messages of the call are read as written, and nothing else is") {
  PhoneMessage grant;
  grant.step = PhoneStep::grant;
  grant.attempt = 2;
  grant.tag = Bytes(64, 7);
  grant.sealed = Bytes(60, 9);
  PhoneMessage call;
  call.session.fill(5);
  call.share = Bytes(32, 1);
  PhoneMessage answer;
  answer.step = PhoneStep::answer;
  answer.attempt = 3;
  answer.share = Bytes(32, 1);
  answer.tag = Bytes(64, 2);
  PhoneMessage thanks;
  thanks.step = PhoneStep::thanks;
  thanks.sealed = Bytes(40, 3);
  PhoneMessage dead;
  dead.step = PhoneStep::dead;
  dead.attempt = 3;
  for (const PhoneMessage& m : {call, answer, grant, thanks, dead}) {
    const Bytes bytes = write_phone_message(m);
    const auto read = read_phone_message(bytes);
    REQUIRE(read.ok());
    CHECK(write_phone_message(*read) == bytes);
    CHECK(read->step == m.step);
    CHECK(read->attempt == m.attempt);
    const bool is_open_ended = m.step == PhoneStep::grant;
    for (std::size_t size = 0; size < bytes.size(); ++size)
      if (!is_open_ended || size <= 3 + 64 + 40)
        CHECK_FALSE(read_phone_message(ByteView(bytes).sub(0, size)).ok());
    Bytes longer = bytes;
    longer.push_back(0);
    CHECK(read_phone_message(longer).ok() == is_open_ended);
    Bytes changed = bytes;
    changed[0] = 2;
    CHECK(read_phone_message(changed).code() == Errc::unknown_version);
    changed = bytes;
    changed[1] = 6;
    CHECK(read_phone_message(changed).code() == Errc::malformed);
    for (const int attempt : {0, 4}) {
      changed = bytes;
      changed[2] = static_cast<std::uint8_t>(attempt);
      CHECK(read_phone_message(changed).code() == Errc::malformed);
    }
  }
}

TEST_CASE("nine digits by telephone bring the invitation, and the rest goes as with a link", "[R101]") {
  PhoneWorld world;
  CoreWorld& w = world.people;
  const std::string code = world.call.read_out(world.plan_invitation());
  REQUIRE(code.size() == 11);
  CHECK(world.call.view()["tries_left"] == 3);
  CHECK(world.invites()[0]["state"] == "calling");
  CHECK(world.invites()[0]["code"] == code);

  PhoneJoin eli = world.call.types(code);
  world.call.both(eli);
  REQUIRE(eli.state() == State::ready);
  CHECK(eli.invitation().inviter_name == "Jonas");
  CHECK(world.call.state() == "granting");
  w.join("Eli", eli.link());
  world.call.thank(eli);
  CHECK(world.call.state() == "done");
  CHECK_FALSE(*world.call.step_inviter());

  // Nothing has been given yet but the chance to ask.
  w.sync("Eli");
  CHECK(w.ok("Eli", {{"do", "plans"}})["plans"].empty());
  w.sync("Jonas");
  const json asked = w.ok("Jonas", {{"do", "requests"}})["requests"];
  REQUIRE(asked.size() == 1);
  CHECK(asked[0]["words"] == w.ok("Eli", {{"do", "whoami"}})["words"]);
  CHECK(world.invites()[0]["state"] == "asked");
  w.ok("Jonas", {{"do", "confirm"}, {"request", asked[0]["request"]}});
  CHECK(world.invites().empty());
  w.sync_all({"Jonas", "Eli"});
  CHECK(w.ok("Eli", {{"do", "status"}})["joining"][0]["state"] == "confirmed");
  CHECK(w.ok("Jonas", {{"do", "participants"}, {"plan", world.cast.plan}}).dump().find("\"Eli\"") !=
        std::string::npos);
}

TEST_CASE(
    "a wrong code says how many tries are left; the third is the last, and nothing has been given away") {
  PhoneWorld world;
  const std::string code = world.call.read_out(world.plan_invitation());
  for (int wrong = 1; wrong <= 3; ++wrong) {
    PhoneJoin eli = world.call.types(mistyped(code, wrong));
    world.call.both(eli);
    REQUIRE(eli.state() == State::failed);
    CHECK(eli.error().code == Errc::wrong_passphrase);
    CHECK(eli.link().empty());
    if (wrong < 3) {
      CHECK(eli.error().where == "phone.wrong");
      CHECK(eli.error().detail.find(std::to_string(3 - wrong) + " forsøk") != std::string::npos);
      REQUIRE(world.call.step_inviter().ok());
      CHECK(world.call.view()["tries_left"] == 3 - wrong);
      CHECK(world.call.view()["code"] == code);
    } else {
      CHECK(eli.error().where == "phone.dead_code");
    }
  }
  CHECK(world.call.failure() == "phone.dead");
  CHECK(world.call.view()["failure"]["message"].get<std::string>().find("tre ganger") != std::string::npos);
  // The right digits come too late, and the invitation is gone too.
  PhoneJoin late = world.call.types(code);
  world.call.both(late);
  CHECK(late.error().where == "phone.dead_code");
  CHECK(world.invites().empty());
  CHECK_FALSE(*world.call.step_inviter());
  world.edit("Jonas", "som før");
  world.people.sync("Jonas");
  CHECK(world.people.ok("Jonas", {{"do", "status"}})["all_sent"] == true);
}

TEST_CASE("the last wrong try is over for the inviter only when the newcomer can hear of it") {
  PhoneWorld world;
  const std::string code = world.call.read_out(world.plan_invitation());
  PhoneJoin eli = world.call.types(code);
  for (int wrong = 1; wrong <= 3; ++wrong) {
    eli = world.call.types(mistyped(code, wrong));
    // A host stops asking as soon as it is over.
    for (int i = 0; i < 6 && world.call.state() != "failed"; ++i) {
      REQUIRE(world.call.step(eli).ok());
      REQUIRE(world.call.step_inviter().ok());
    }
  }
  REQUIRE(world.call.state() == "failed");
  REQUIRE(world.call.step(eli).ok());
  CHECK(eli.error().where == "phone.dead_code");
}

TEST_CASE("after two wrong tries the right code still works") {
  PhoneWorld world;
  const std::string code = world.call.read_out(world.plan_invitation());
  for (int wrong = 1; wrong <= 2; ++wrong) {
    PhoneJoin eli = world.call.types(mistyped(code, wrong));
    world.call.both(eli);
    CHECK(eli.state() == State::failed);
  }
  PhoneJoin eli = world.call.types(code);
  world.call.both(eli);
  CHECK(eli.state() == State::ready);
}

TEST_CASE("a code that has run out, was cancelled or was used ends in words and changes nothing") {
  PhoneWorld world;
  CoreWorld& w = world.people;
  const std::string code = world.call.read_out(world.plan_invitation());
  SECTION("nobody typed it in time") {
    w.now += phone_code_ms;
    CHECK(world.call.failure() == "phone.over");
    REQUIRE(world.call.step_inviter().ok());
    CHECK(world.call.failure() == "phone.over");
    CHECK(world.invites().empty());
    world.server.now += phone_code_ms;
    PhoneJoin eli = world.call.types(code);
    REQUIRE(world.call.step(eli).ok());
    CHECK(eli.error().where == "phone.unknown");
  }
  SECTION("the server forgets the box first") {
    world.server.now += phone_code_ms;
    REQUIRE(world.call.step_inviter().ok());
    CHECK(world.call.failure() == "phone.over");
  }
  SECTION("cancelled") {
    w.ok("Jonas", {{"do", "invite_cancel"}, {"box", world.invites()[0]["box"]}});
    CHECK(world.call.state() == "cancelled");
    CHECK(*world.call.step_inviter());
    CHECK(world.call.state() == "none");
    PhoneJoin eli = world.call.types(code);
    REQUIRE(world.call.step(eli).ok());
    CHECK(eli.error().where == "phone.unknown");
    CHECK(world.invites().empty());
  }
  SECTION("cancelled while the newcomer waits") {
    PhoneJoin eli = world.call.types(code);
    for (int i = 0; i < 2; ++i) REQUIRE(world.call.step(eli).ok());
    w.ok("Jonas", {{"do", "phone_cancel"}});
    CHECK(*world.call.step_inviter());
    REQUIRE(world.call.step(eli).ok());
    CHECK(eli.error().where == "phone.unknown");
  }
  SECTION("used once") {
    PhoneJoin eli = world.call.types(code);
    world.call.both(eli);
    REQUIRE(eli.state() == State::ready);
    PhoneJoin other = world.call.types(code);
    world.call.both(other);
    CHECK(other.error().where == "phone.used");
    CHECK(other.link().empty());
  }
  SECTION("the newcomer goes away after the right code") {
    PhoneJoin eli = world.call.types(code);
    world.call.both(eli);
    REQUIRE(eli.state() == State::ready);
    world.server.now += phone_code_ms;
    REQUIRE(world.call.step_inviter().ok());
    CHECK(world.call.failure() == "phone.unthanked");
    // The link may be in somebody's hands: the invitation stays, and can be withdrawn.
    CHECK(world.invites().size() == 1);
    CHECK(world.invites()[0]["state"] == "open");
  }
  SECTION("a new code takes the place of the old") {
    const std::string other = world.call.read_out(world.plan_invitation());
    CHECK(other != code);
    PhoneJoin late = world.call.types(code);
    world.call.both(late);
    CHECK(late.state() == State::waiting);  // nobody answers there
    PhoneJoin eli = world.call.types(other);
    world.call.both(eli);
    CHECK(eli.state() == State::ready);
  }
}

TEST_CASE("of two who type the code at once one gets the invitation and the other is told") {
  PhoneWorld world;
  const std::string code = world.call.read_out(world.plan_invitation());
  PhoneJoin eli = world.call.types(code);
  PhoneJoin wrong = world.call.types(mistyped(code));
  // Both see the same call; the wrong one answers first and has the try.
  REQUIRE(world.call.step(eli).ok());
  REQUIRE(world.call.step(wrong).ok());
  REQUIRE(world.call.step(wrong).ok());
  REQUIRE(world.call.step(eli).ok());
  for (int i = 0; i < 3; ++i) REQUIRE(world.call.step_inviter().ok());
  world.call.both(eli);
  CHECK(eli.state() == State::ready);
  REQUIRE(world.call.step(wrong).ok());
  CHECK(wrong.error().where == "phone.wrong");
}

TEST_CASE("the inviter's device may be closed and opened between any two steps") {
  PhoneWorld world;
  CoreWorld& w = world.people;
  const std::string code = world.call.read_out(world.plan_invitation());
  PhoneJoin wrong = world.call.types(mistyped(code));
  PhoneJoin eli = world.call.types(code);
  for (PhoneJoin* newcomer : {&wrong, &eli}) {
    for (int i = 0; i < 8 && newcomer->state() == State::waiting; ++i) {
      REQUIRE(world.call.step(*newcomer).ok());
      REQUIRE(w.reopen("Jonas").ok());
      REQUIRE(world.call.step_inviter().ok());
    }
  }
  CHECK(wrong.state() == State::failed);
  REQUIRE(eli.state() == State::ready);
  REQUIRE(w.reopen("Jonas").ok());
  world.call.thank(eli);
  CHECK(world.call.state() == "done");
}

TEST_CASE("every reply may be lost once and nothing comes of it but time") {
  PhoneWorld world;
  int asked = 0;
  bool loses = true;
  PhoneCall call(world.people, "Jonas", [&](ByteView request) -> Result<Bytes> {
    auto reply = world.meet(request);
    // The server has it; the answer is gone.
    if (loses && ++asked % 2 == 1) return Error{Errc::offline, "test"};
    return reply;
  });
  json request = world.plan_invitation();
  request["do"] = "phone_invite";
  world.people.ok("Jonas", request);
  world.people.sync("Jonas");
  const auto inviter = [&] {
    const auto stepped = call.step_inviter();
    CHECK((stepped.ok() || stepped.code() == Errc::offline));
  };
  for (int i = 0; i < 4; ++i) inviter();
  REQUIRE(call.state() == "waiting");
  PhoneJoin eli = call.types(call.view()["code"]);
  asked = 0;
  for (int i = 0; i < 20 && eli.state() == State::waiting; ++i) {
    for (int n = 0; n < 2; ++n) (void)call.step(eli);
    for (int n = 0; n < 2; ++n) inviter();
  }
  CHECK(eli.state() == State::ready);
  loses = false;
  call.thank(eli);
  CHECK(call.state() == "done");
}

TEST_CASE("a code belongs to one server key: another one gives no key") {
  PhoneWorld world;
  const std::string code = world.call.read_out(world.plan_invitation());
  const SignPublicKey other = crypto::new_sign_key_pair(world.people.entropy()).public_key;
  auto eli = PhoneJoin::start(other, code, world.people.now);
  REQUIRE(eli.ok());
  world.call.both(*eli);
  CHECK(eli->error().where == "phone.wrong");
  CHECK(world.call.view()["tries_left"] == 2);
}
