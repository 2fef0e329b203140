#include "sync/relay/meet.h"

#include "tests/support/meet_contract.h"
#include "tests/support/memory_store.h"

using namespace samplan;
using namespace samplan::world;

TEST_CASE("the meeting place holds its contract over the store in memory") {
  relay::MemoryStore store;
  check_meet_contract(store);
}

TEST_CASE("what is no request to the meeting place is refused and opens no transaction") {
  relay::MemoryStore store;
  MeetWorld w(store);
  for (const char* nonsense : {"", "nonsense", "\x02"})
    CHECK_FALSE(relay::handle_meet(store, w.config, ByteView::of(nonsense), w.now, w.entropy).ok());
  CHECK(w.open(w.entropy.id<MeetBoxId>()).status == MeetStatus::ok);
}

TEST_CASE("an address may ask so often and open so many, and another address does not notice") {
  relay::RelayConfig config;
  config.meet_requests_max = 5;
  config.meet_opens_max = 2;
  relay::MeetGate gate(config);
  const UnixMs now = 1'780'000'000'000;
  CHECK(gate.admits("a", MeetAct::open, now));
  CHECK(gate.admits("a", MeetAct::open, now));
  CHECK_FALSE(gate.admits("a", MeetAct::open, now));
  for (int i = 0; i < 3; ++i) CHECK(gate.admits("a", MeetAct::read, now));
  CHECK_FALSE(gate.admits("a", MeetAct::read, now + config.meet_ms - 1));
  CHECK(gate.admits("b", MeetAct::open, now));
  CHECK(gate.admits("a", MeetAct::open, now + config.meet_ms));
  // A clock that goes back shuts nobody out.
  CHECK(gate.admits("a", MeetAct::open, now));
  // An address that a proxy hides is not bounded here.
  for (int i = 0; i < 20; ++i) CHECK(gate.admits("", MeetAct::open, now));
}

TEST_CASE("more addresses than can be remembered are turned away until the old ones are forgotten") {
  relay::RelayConfig config;
  relay::MeetGate gate(config);
  const UnixMs now = 1'780'000'000'000;
  int admitted = 0;
  for (int i = 0; i < 5000; ++i) admitted += gate.admits(std::to_string(i), MeetAct::read, now) ? 1 : 0;
  CHECK(admitted == 4096);
  CHECK(gate.admits("0", MeetAct::read, now));
  CHECK(gate.admits("late", MeetAct::read, now + config.meet_ms));
}
