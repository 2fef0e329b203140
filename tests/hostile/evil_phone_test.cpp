// A server that lies while one reads nine digits out to another. It knows three of them and carries every
// message. It has one guess of the other six for each try, and whatever else it does, nobody gets the
// invitation but whoever was told the code; and even then nobody is let in without the four words.
#include "tests/support/device_world.h"
#include "tests/support/phone_call.h"

using namespace samplan;
using namespace samplan::world;
using State = PhoneJoin::State;

namespace {

// One attempt, with somebody between the two and the meeting place.
struct Attempt {
  enum class Asks : std::uint8_t { inviter, newcomer };
  using Change = std::function<void(Attempt&, Asks, MeetReply&)>;

  explicit Attempt(DeviceWorld& its_world, Change its_change)
      : world(its_world),
        change(std::move(its_change)),
        call(world.people, "Jonas", [this](ByteView request) { return between(request); }) {}

  Result<Bytes> between(ByteView request) {
    SP_TRY(const Bytes honest, world.meet(request));
    SP_TRY(MeetReply reply, read_meet_reply(honest));
    change(*this, asks, reply);
    for (const MeetMessage& m : reply.messages) seen[m.n] = m.body;
    return write_meet_reply(reply);
  }
  std::string read_out() {
    asks = Asks::inviter;
    return call.read_out({{"for", "plan"}, {"plan", world.cast.plan}, {"role", "relative"}, {"name", "Eli"}});
  }
  // As far as it goes; `thanks` if the invitation came.
  void run(PhoneJoin& newcomer) {
    for (int i = 0; i < 7; ++i) {
      asks = Asks::newcomer;
      (void)call.step(newcomer);
      if (newcomer.state() == State::ready) newcomer.thank();
      asks = Asks::inviter;
      (void)call.step_inviter();
    }
  }
  bool has_link(const PhoneJoin& newcomer) const { return !newcomer.link().empty(); }

  DeviceWorld& world;
  Change change;
  Asks asks = Asks::inviter;
  SeededEntropy noise{77};
  std::map<std::uint32_t, Bytes> seen;  // what was shown, by number
  PhoneCall call;
};

using Asks = Attempt::Asks;

void nothing(Attempt&, Asks, MeetReply&) {}

MeetMessage* numbered(MeetReply& reply, std::uint32_t n) {
  for (MeetMessage& m : reply.messages)
    if (m.n == n) return &m;
  return nullptr;
}

PhoneRun run_of(DeviceWorld& world, const std::string& code, const PhoneMessage& call) {
  return {*read_phone_code(code), world.people.server_key(), call.session, call.attempt};
}

// What somebody who guesses would say to a call.
Bytes answer_to(DeviceWorld& world, ByteView call, const std::string& guess, Entropy& entropy,
                std::optional<crypto::CpaceFinish>* kept = nullptr) {
  const auto heard = read_phone_message(call);
  REQUIRE(heard.ok());
  auto start = begin_phone_run(crypto::CpaceRole::responder, run_of(world, guess, *heard), entropy);
  REQUIRE(start.ok());
  PhoneMessage m;
  m.step = PhoneStep::answer;
  m.attempt = heard->attempt;
  m.share = start->message();
  auto finish = std::move(*start).finish(heard->share);
  REQUIRE(finish.ok());
  m.tag = ByteView(finish->tag()).copy();
  if (kept != nullptr) *kept = std::move(*finish);
  return write_phone_message(m);
}

MeetReply put_in_slot(DeviceWorld& world, const std::string& code, const Bytes& message) {
  MeetRequest q;
  q.act = MeetAct::put;
  q.slot = read_phone_code(code)->slot;
  q.message = message;
  return *read_meet_reply(*world.meet(write_meet_request(q)));
}

}  // namespace

TEST_CASE("with nobody in the way the invitation comes, so what the others prove is the lie") {
  DeviceWorld world;
  Attempt a(world, nothing);
  PhoneJoin eli = a.call.types(a.read_out());
  a.run(eli);
  CHECK(eli.state() == State::over);
  CHECK(a.call.state() == "done");
  CHECK(a.seen.size() == 4);
}

TEST_CASE("a server that changes any message of the call ends the try, and gets nothing", "[R95][R101]") {
  struct Lie {
    const char* what;
    std::function<void(Attempt&, MeetReply&, std::uint32_t n)> tell;
  };
  const std::vector<Lie> lies = {
      {"one bit", [](Attempt&, MeetReply& r, std::uint32_t n) { numbered(r, n)->body[40] ^= 1; }},
      {"last bit", [](Attempt&, MeetReply& r, std::uint32_t n) { numbered(r, n)->body.back() ^= 1; }},
      {"noise",
       [](Attempt& a, MeetReply& r, std::uint32_t n) {
         a.noise.fill(numbered(r, n)->body.data(), numbered(r, n)->body.size());
       }},
      {"noise of the right form",
       [](Attempt& a, MeetReply& r, std::uint32_t n) {
         a.noise.fill(numbered(r, n)->body.data() + 3, numbered(r, n)->body.size() - 3);
       }},
      {"cut short", [](Attempt&, MeetReply& r, std::uint32_t n) { numbered(r, n)->body.resize(20); }},
      {"the other side's message back",
       [](Attempt& a, MeetReply& r, std::uint32_t n) { numbered(r, n)->body = a.seen[n - 1]; }},
      {"left out",
       [](Attempt&, MeetReply& r, std::uint32_t n) {
         while (!r.messages.empty() && r.messages.back().n >= n) r.messages.pop_back();
       }},
      {"the neutral point",
       [](Attempt&, MeetReply& r, std::uint32_t n) {
         Bytes& body = numbered(r, n)->body;
         const std::size_t at = n == 1 ? 3 + phone_session_bytes : 3;
         std::fill(body.begin() + static_cast<std::ptrdiff_t>(at),
                   body.begin() + static_cast<std::ptrdiff_t>(at + 32), std::uint8_t{0});
       }},
      {"noise beside the honest ones",
       [](Attempt&, MeetReply& r, std::uint32_t) {
         r.messages.push_back({900, Bytes(200, 5)});
       }},
  };
  // 1 call, 2 answer, 3 grant; 4, the thanks, is below.
  for (const Lie& lie : lies) {
    for (std::uint32_t n = 1; n <= 3; ++n) {
      const std::string what = lie.what;
      if (n == 1 && what.rfind("the other", 0) == 0) continue;    // nothing was said before it
      if (n > 1 && what.rfind("noise beside", 0) == 0) continue;  // comes after what was waited for
      INFO(what << ", message " << n);
      DeviceWorld world;
      bool lied = false;
      const Asks reader = n == 2 ? Asks::inviter : Asks::newcomer;
      Attempt a(world, [&](Attempt& self, Asks asks, MeetReply& reply) {
        if (asks != reader || numbered(reply, n) == nullptr) return;
        lied = true;
        lie.tell(self, reply, n);
      });
      PhoneJoin eli = a.call.types(a.read_out());
      a.run(eli);
      CHECK(lied);
      CHECK_FALSE(a.has_link(eli));
      CHECK(a.call.state() != "done");
      const bool silent = what == "left out" || what.rfind("the other", 0) == 0;
      if (!silent && reader == Asks::newcomer) {
        CHECK(eli.state() == State::failed);
        CHECK_FALSE(eli.error().detail.empty());
      }
      // The inviter can go on, or begin again, at once.
      world.people.ok("Jonas", {{"do", "phone_cancel"}});
      world.edit("Jonas", "som før");
      world.people.sync("Jonas");
      CHECK(world.people.ok("Jonas", {{"do", "status"}})["all_sent"] == true);
      Attempt again(world, nothing);
      PhoneJoin second = again.call.types(again.read_out());
      again.run(second);
      CHECK(second.state() == State::over);
    }
  }
}

TEST_CASE("a forged thanks does not pass for the newcomer's, and takes nothing back") {
  DeviceWorld world;
  Attempt a(world, [](Attempt&, Asks asks, MeetReply& reply) {
    if (asks == Asks::inviter && numbered(reply, 4) != nullptr) numbered(reply, 4)->body.back() ^= 1;
  });
  PhoneJoin eli = a.call.types(a.read_out());
  a.run(eli);
  CHECK(eli.state() == State::over);
  CHECK(a.has_link(eli));
  CHECK(a.call.state() == "granting");
}

TEST_CASE("the server has one guess a try with either side, and a wrong one shows it nothing", "[R95]") {
  DeviceWorld world;
  Attempt a(world, nothing);
  const std::string code = a.read_out();
  const std::string wrong = mistyped(code);
  const Bytes call = a.seen[1];

  // With the inviter: a guess, then silence until the next call.
  std::optional<crypto::CpaceFinish> kept;
  put_in_slot(world, code, answer_to(world, call, wrong, a.noise, &kept));
  REQUIRE(a.call.step_inviter().ok());
  REQUIRE(a.call.step_inviter().ok());
  CHECK(a.call.view()["tries_left"] == 2);
  for (const auto& message : a.seen) CHECK(read_phone_message(message.second)->step != PhoneStep::grant);
  // The same guess for the same call again is no new one; one for a call that is over is none at all.
  put_in_slot(world, code, answer_to(world, call, code, a.noise));
  REQUIRE(a.call.step_inviter().ok());
  CHECK(a.call.state() == "waiting");
  CHECK(a.call.view()["tries_left"] == 2);

  // With the newcomer: her answer to the server's own call tells whether this one guess was right, and no
  // more: no other code, not even the right one, can be held against it afterwards.
  PhoneMessage own;
  own.session.fill(9);
  PhoneMessage planted = own;
  auto start = begin_phone_run(crypto::CpaceRole::initiator, run_of(world, wrong, own), a.noise);
  auto later = begin_phone_run(crypto::CpaceRole::initiator, run_of(world, code, own), a.noise);
  REQUIRE((start.ok() && later.ok()));
  planted.share = start->message();
  PhoneJoin eli = a.call.types(code);
  MeetReply reply;
  reply.messages.push_back({1, write_phone_message(planted)});
  (void)eli.next_request(world.people.entropy());
  REQUIRE(eli.on_reply(write_meet_reply(reply), world.people.now).ok());
  const auto said = read_meet_request(eli.next_request(world.people.entropy()));
  REQUIRE(said.ok());
  const auto answer = read_phone_message(said->message);
  REQUIRE(answer.ok());
  REQUIRE(answer->step == PhoneStep::answer);
  auto guessed = std::move(*start).finish(answer->share);
  auto tried_later = std::move(*later).finish(answer->share);
  REQUIRE((guessed.ok() && tried_later.ok()));
  CHECK(std::move(*guessed).confirm(answer->tag).code() == Errc::wrong_passphrase);
  CHECK(std::move(*tried_later).confirm(answer->tag).code() == Errc::wrong_passphrase);
}

TEST_CASE("three guesses end the code for everybody, also for the one it was read out to") {
  DeviceWorld world;
  Attempt a(world, nothing);
  const std::string code = a.read_out();
  for (int guess = 1; guess <= 3; ++guess) {
    Bytes call;
    for (const auto& message : a.seen) {
      const auto m = read_phone_message(message.second);
      if (m->step == PhoneStep::call) call = message.second;
    }
    put_in_slot(world, code, answer_to(world, call, mistyped(code, guess), a.noise));
    for (int i = 0; i < 2; ++i) REQUIRE(a.call.step_inviter().ok());
  }
  CHECK(a.call.failure() == "phone.dead");
  CHECK(world.people.ok("Jonas", {{"do", "invites"}})["invites"].empty());
  PhoneJoin eli = a.call.types(code);
  a.run(eli);
  CHECK(eli.error().where == "phone.dead_code");
}

TEST_CASE("whoever guesses right gets the chance to ask, and nothing else", "[R101]") {
  DeviceWorld world;
  CoreWorld& w = world.people;
  Attempt a(world, nothing);
  PhoneJoin thief = a.call.types(a.read_out());
  a.run(thief);
  REQUIRE(a.has_link(thief));
  w.join("Tyv", thief.link());
  w.sync_all({"Tyv", "Jonas", "Tyv"});
  CHECK(w.ok("Tyv", {{"do", "plans"}})["plans"].empty());
  const json asked = w.ok("Jonas", {{"do", "requests"}})["requests"];
  REQUIRE(asked.size() == 1);
  CHECK(asked[0]["name"] == "Tyv");
  CHECK(asked[0]["invited_name"] == "Eli");
  w.ok("Jonas", {{"do", "decline_request"}, {"request", asked[0]["request"]}});
  w.sync_all({"Jonas", "Tyv"});
  CHECK(w.ok("Tyv", {{"do", "status"}})["joining"][0]["state"] == "declined");
  CHECK(w.ok("Tyv", {{"do", "plans"}})["plans"].empty());
}

TEST_CASE("whoever has seen a whole call, and learns the code afterwards, opens nothing of it") {
  DeviceWorld world;
  Attempt a(world, nothing);
  const std::string code = a.read_out();
  PhoneJoin eli = a.call.types(code);
  a.run(eli);
  REQUIRE(a.seen.size() == 4);
  const auto call = read_phone_message(a.seen[1]);
  const auto answer = read_phone_message(a.seen[2]);
  const auto grant = read_phone_message(a.seen[3]);
  const PhoneRun run = run_of(world, code, *call);
  auto as_newcomer = begin_phone_run(crypto::CpaceRole::responder, run, a.noise);
  auto as_inviter = begin_phone_run(crypto::CpaceRole::initiator, run, a.noise);
  auto with_call = std::move(*as_newcomer).finish(call->share);
  auto with_answer = std::move(*as_inviter).finish(answer->share);
  REQUIRE((with_call.ok() && with_answer.ok()));
  CHECK_FALSE(std::move(*with_call).confirm(grant->tag).ok());
  CHECK_FALSE(std::move(*with_answer).confirm(answer->tag).ok());
  // Nor do the link's secret or the digits lie there for the eye.
  const auto invitation = parse_invitation(eli.link());
  REQUIRE(invitation.ok());
  for (const auto& message : a.seen) {
    const std::string body = to_hex(message.second);
    CHECK(body.find(to_hex(invitation->secret)) == std::string::npos);
    CHECK(body.find(to_hex(ByteView::of(read_phone_code(code)->digits().substr(3)))) == std::string::npos);
  }
}

TEST_CASE("messages of an earlier call or try, played again, are of no use") {
  DeviceWorld world;
  Attempt first(world, nothing);
  PhoneJoin eli = first.call.types(first.read_out());
  first.run(eli);
  REQUIRE(first.seen.size() == 4);
  for (std::uint32_t n = 1; n <= 4; ++n) {
    INFO("message " << n);
    bool is_playing = false;
    bool played = false;
    Attempt second(world, [&](Attempt&, Asks asks, MeetReply& reply) {
      const Asks reader = n == 1 || n == 3 ? Asks::newcomer : Asks::inviter;
      if (!is_playing || asks != reader || reply.messages.empty()) return;
      played = true;
      if (MeetMessage* m = numbered(reply, n))
        m->body = first.seen[n];
      else if (reply.messages.back().n < n)
        reply.messages.push_back({n, first.seen[n]});
    });
    PhoneJoin next = second.call.types(second.read_out());
    is_playing = true;
    second.run(next);
    CHECK(played);
    if (n < 4) CHECK_FALSE(second.has_link(next));
    CHECK(second.call.state() != "done");
    world.people.ok("Jonas", {{"do", "phone_cancel"}});
  }
}

TEST_CASE("the inviter is not talked into a second grant by what the server says of the box") {
  for (const MeetStatus status : {MeetStatus::unknown, MeetStatus::full, MeetStatus::busy}) {
    for (int from = 0; from < 5; ++from) {
      DeviceWorld world;
      int count = 0;
      bool is_lying = false;
      Attempt a(world, [&](Attempt&, Asks, MeetReply& reply) {
        if (is_lying && count++ >= from) reply.status = status;
      });
      PhoneJoin eli = a.call.types(a.read_out());
      is_lying = true;
      a.run(eli);
      CHECK(a.call.state() != "done");
      if (status != MeetStatus::busy) CHECK(eli.state() != State::waiting);
      std::size_t grants = 0;
      for (const auto& message : a.seen) {
        const auto m = read_phone_message(message.second);
        grants += m.ok() && m->step == PhoneStep::grant ? 1 : 0;
      }
      CHECK(grants <= 1);
      world.people.ok("Jonas", {{"do", "phone_cancel"}});
    }
  }
}
