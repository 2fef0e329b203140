// A server that lies, and somebody who has seen the code, while a person adds a device. Whatever they do at whatever
// step: nobody but the device that showed the code enters the person's log, and that device becomes nobody else's unless
// the person overlooks that the four words differ.
#include "client-core/people.h"
#include "tests/support/device_world.h"

using namespace samplan;
using namespace samplan::world;

namespace {

// One attempt, with somebody between the two and the meeting place.
struct Attempt {
  enum class Asks : std::uint8_t { new_device, old_device };
  using Change = std::function<void(Attempt&, Asks, const MeetRequest&, MeetReply&)>;

  explicit Attempt(DeviceWorld& its_world, Change its_change)
      : world(its_world), change(std::move(its_change)), meeting(world.people, "Mona", [this](ByteView request) {
          return between(request);
        }) {
    code = *parse_enrolment_code(meeting.device.link());
    attacker_box = crypto::new_box_key_pair(noise);
    attacker_sign = crypto::new_sign_key_pair(noise);
  }

  Result<Bytes> between(ByteView request) {
    SP_TRY(const Bytes honest, world.meet(request));
    SP_TRY(MeetReply reply, read_meet_reply(honest));
    SP_TRY(const MeetRequest asked, read_meet_request(request));
    change(*this, asks, asked, reply);
    return write_meet_reply(reply);
  }
  void step_new() {
    asks = Asks::new_device;
    (void)meeting.step_new();
  }
  void step_old() {
    asks = Asks::old_device;
    (void)meeting.step_old();
  }

  // As far as it goes; the person confirms only what both devices show.
  void run() {
    CoreWorld& w = world.people;
    for (int i = 0; i < 2; ++i) step_new();
    w.ok("Mona", {{"do", "device_add"}, {"link", meeting.device.link()}});
    for (int i = 0; i < 6; ++i) {
      step_old();
      step_new();
    }
    const json view = meeting.adding();
    words_compared = view["state"] == "compare" && meeting.device.state() == NewDevice::State::compare;
    words_same = words_compared && view["words"] == meeting.device.words();
    if (words_same) {
      w.ok("Mona", {{"do", "device_add_confirm"}});
      w.sync("Mona");
      for (int i = 0; i < 6; ++i) {
        step_old();
        step_new();
      }
    }
    is_ready = meeting.device.state() == NewDevice::State::ready;
    if (is_ready) enrolled = w.try_enrol("ny", meeting.device).code();
  }

  DeviceWorld& world;
  Change change;
  SeededEntropy noise{99};
  Asks asks = Asks::new_device;
  crypto::BoxKeyPair attacker_box;
  crypto::SignKeyPair attacker_sign;
  Meeting meeting;
  EnrolmentCode code;
  bool words_compared = false;
  bool words_same = false;
  bool is_ready = false;
  Errc enrolled = Errc::not_found;
};

using Asks = Attempt::Asks;

MeetMessage* numbered(MeetReply& reply, std::uint32_t n) {
  for (MeetMessage& m : reply.messages)
    if (m.n == n) return &m;
  return nullptr;
}

// The one who did not write message n: 1 hello, 2 offer, 3 proof, 4 the grant.
Asks reader_of(std::uint32_t n) { return n == 1 || n == 3 ? Asks::old_device : Asks::new_device; }

// Own words in place of message n, by somebody who knows the code.
Bytes forged(Attempt& a, std::uint32_t n) {
  const Context jonas = a.world.people.core("Jonas").context(a.world.people.now);
  EnrolmentOffer offer{jonas.person, jonas.keys.id(), "Mona", a.world.people.server_key()};
  const BoxPublicKey to = crypto::box_key_pair(crypto::Secret32::random(a.noise)).public_key;
  switch (n) {
    case 1: return seal_hello(a.code, {a.attacker_sign.public_key, a.attacker_box.public_key, "Telefon"}, a.noise);
    case 2: return seal_offer(a.code, to, offer, a.noise);
    case 3: {
      const Context mona = a.world.people.core("Mona").context(a.world.people.now);
      EnrolmentProof proof;
      proof.joins = crypto::sign(a.attacker_sign, "samplan/device-joins/1", device_joins_digest(mona.person));
      return seal_proof(a.code, proof, a.noise);
    }
    default: {
      EnrolmentGrant grant;
      return (*seal_grant(a.code, to, grant, a.noise))[0];
    }
  }
}

}  // namespace

TEST_CASE("with nobody in the way the attempt succeeds, so what the others prove is the lie") {
  DeviceWorld world;
  Attempt a(world, [](Attempt&, Asks, const MeetRequest&, MeetReply&) {});
  a.run();
  CHECK(a.words_same);
  CHECK(a.is_ready);
  CHECK(a.enrolled == Errc::ok);
  CHECK(world.log_of("Mona").devices.size() == 2);
}

TEST_CASE("a server that changes any message at any step is found out, and nothing comes of it", "[R95][R101]") {
  struct Lie {
    const char* what;
    std::function<void(Attempt&, MeetReply&, std::uint32_t n)> tell;
  };
  const std::vector<Lie> lies = {
      {"one bit", [](Attempt&, MeetReply& r, std::uint32_t n) { numbered(r, n)->body[40] ^= 1; }},
      {"noise", [](Attempt& a, MeetReply& r, std::uint32_t n) { a.noise.fill(numbered(r, n)->body.data(), numbered(r, n)->body.size()); }},
      {"cut short", [](Attempt&, MeetReply& r, std::uint32_t n) { numbered(r, n)->body.resize(10); }},
      {"own keys or words, with the code", [](Attempt& a, MeetReply& r, std::uint32_t n) { numbered(r, n)->body = forged(a, n); }},
      {"own words beside the honest ones", [](Attempt& a, MeetReply& r, std::uint32_t n) { r.messages.push_back({n + 20, forged(a, n)}); }},
      {"noise beside the honest ones", [](Attempt&, MeetReply& r, std::uint32_t) { r.messages.push_back({900, Bytes(200, 5)}); }},
      {"the other side's message back", [](Attempt&, MeetReply& r, std::uint32_t n) { if (numbered(r, n - 1) != nullptr) numbered(r, n)->body = numbered(r, n - 1)->body; }},
      {"left out", [](Attempt&, MeetReply& r, std::uint32_t n) { r.messages.resize(n - 1); }},
  };
  for (const Lie& lie : lies) {
    for (std::uint32_t n = 1; n <= 4; ++n) {
      const bool echo = std::string(lie.what).rfind("the other", 0) == 0;
      if (echo && n == 1) continue;  // nothing was said before it
      INFO(lie.what << ", message " << n);
      DeviceWorld world;
      bool lied = false;
      Attempt a(world, [&](Attempt& self, Asks asks, const MeetRequest&, MeetReply& reply) {
        if (asks != reader_of(n) || numbered(reply, n) == nullptr) return;
        lied = true;
        lie.tell(self, reply, n);
      });
      a.run();
      CHECK(lied);
      // What was taken is what was shown, or nothing.
      if (a.is_ready) CHECK(a.enrolled != Errc::ok);
      const auto& devices = world.log_of("Mona").devices;
      if (n < 4) {
        CHECK(devices.size() == 1);
        CHECK_FALSE(a.words_same);
      }
      const bool silent = std::string(lie.what) == "left out" || echo;
      if (n == 1 || n == 3) {
        if (!silent) CHECK(a.meeting.state() == "failed");
      } else if (!silent) {
        CHECK(a.meeting.device.state() == NewDevice::State::failed);
        CHECK(a.meeting.device.error().code == Errc::forged);
      }
      // The person can go on, or begin again, at once.
      world.edit("Mona", "som før");
      world.people.sync("Mona");
      CHECK(world.people.ok("Mona", {{"do", "status"}})["all_sent"] == true);
    }
  }
}

TEST_CASE("whoever has the code and answers first is given away by the words and the name", "[R101]") {
  DeviceWorld world;
  const Context jonas = world.people.core("Jonas").context(world.people.now);
  const EnrolmentOffer his{jonas.person, jonas.keys.id(), "Mona", world.people.server_key()};
  // The server gives each the answer that suits: the new device hears Jonas, who calls himself Mona; the old one hears
  // the new device, whose proof was made for Jonas.
  Bytes offer;
  Attempt a(world, [&](Attempt& self, Asks asks, const MeetRequest&, MeetReply& reply) {
    if (asks == Asks::new_device && numbered(reply, 2) != nullptr) {
      if (offer.empty()) {
        const auto opened = open_message(self.code, numbered(reply, 1)->body);
        offer = seal_offer(self.code, read_hello(self.code, opened->content)->box_key, his, self.noise);
      }
      numbered(reply, 2)->body = offer;
    }
  });
  a.run();
  CHECK(a.meeting.device.state() == NewDevice::State::compare);
  CHECK(a.meeting.failure() == "forged");  // the proof names other words
  CHECK_FALSE(a.words_same);
  CHECK(world.log_of("Mona").devices.size() == 1);
  CHECK(world.log_of("Jonas").devices.size() == 1);
}

TEST_CASE("a log that is not the one offered, or opens nothing, makes no home") {
  enum class Swap : std::uint8_t { others_log, without_device, nothing };
  for (const Swap swap : {Swap::others_log, Swap::without_device, Swap::nothing}) {
    DeviceWorld fresh;
    Bytes planted;
    Attempt a(fresh, [&](Attempt& self, Asks asks, const MeetRequest&, MeetReply& reply) {
      if (asks != Asks::new_device || numbered(reply, 4) == nullptr) return;
      if (planted.empty()) {
        EnrolmentGrant grant;
        Context who = fresh.people.core(swap == Swap::others_log ? "Jonas" : "Mona").context(fresh.people.now);
        if (swap != Swap::nothing) grant.identity = *identity_log(who, who.person);
        if (swap == Swap::without_device) grant.identity.pop_back();
        const auto opened = open_message(self.code, numbered(reply, 1)->body);
        planted = (*seal_grant(self.code, read_hello(self.code, opened->content)->box_key, grant, self.noise))[0];
      }
      reply.messages.resize(3);
      reply.messages.push_back({4, planted});
    });
    a.run();
    CHECK(a.is_ready);
    CHECK(a.enrolled == Errc::forged);
  }
}

TEST_CASE("a server that lies about the box itself ends it in words, or is waited for") {
  for (const MeetStatus status : {MeetStatus::unknown, MeetStatus::full, MeetStatus::busy}) {
    for (int from = 0; from < 4; ++from) {
      DeviceWorld world;
      int count = 0;
      Attempt a(world, [&](Attempt&, Asks, const MeetRequest&, MeetReply& reply) {
        if (count++ >= from * 3) reply.status = status;
      });
      a.run();
      CHECK_FALSE(a.is_ready);
      CHECK(world.log_of("Mona").devices.size() <= 2);
      if (!a.words_same) CHECK(world.log_of("Mona").devices.size() == 1);
      if (status != MeetStatus::busy) CHECK(a.meeting.device.state() == NewDevice::State::failed);
    }
  }
}

TEST_CASE("another server key than the old device knows is refused by the new one") {
  DeviceWorld world;
  CoreWorld& w = world.people;
  const SignPublicKey other = crypto::new_sign_key_pair(w.entropy()).public_key;
  auto device = NewDevice::start(w.url(), other, "Telefon", w.entropy(), w.now);
  REQUIRE(device.ok());
  const auto step = [&] {
    const auto reply = world.meet(device->next_request(w.entropy()));
    REQUIRE(reply.ok());
    REQUIRE(device->on_reply(*reply, w.now).ok());
  };
  for (int i = 0; i < 2; ++i) step();
  w.ok("Mona", {{"do", "device_add"}, {"link", device->link()}});
  for (int i = 0; i < 2; ++i) {
    const auto request = w.core("Mona").next_meet(w.now);
    REQUIRE((request.ok() && request->has_value()));
    REQUIRE(w.core("Mona").on_meet_reply(*world.meet(**request), w.now).ok());
  }
  step();
  CHECK(device->state() == NewDevice::State::failed);
  CHECK(device->error().where == "enrolment.server_key");
}
