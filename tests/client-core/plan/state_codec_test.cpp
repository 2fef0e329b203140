#include "section_world.h"
#include "tests/support/seeded_entropy.h"

using namespace samplan;
using namespace samplan::plan;

namespace {

// A state with everything a state can hold.
SectionState rich_state() {
  Log log;
  Phone kari(log, "kari-phone", "kari");
  Phone ola(log, "ola-phone", "ola");
  Phone mor(log, "mor-phone", "mor", true);
  ola.on_behalf = named<PrincipalId>("unit");
  const EntityId a = named<EntityId>("a");
  const EntityId b = named<EntityId>("b");
  const auto sync = [&] { sync_all({&kari, &ola, &mor}); };
  kari.edit([&](Editor& e) {
    return e.create_record("goal", a, {{"text", "Å bo"}, {"needs", std::string(32, '1')}});
  });
  kari.edit([&](Editor& e) { return e.create_record("measure", b, {{"text", "Hjelp"}}); });
  sync();
  kari.edit([&](Editor& e) { return e.set_field(a, "text", "Kari"); });
  ola.edit([&](Editor& e) { return e.set_field(a, "text", "Ola"); });
  kari.edit([&](Editor& e) { return e.remove_record(b); });
  ola.edit([&](Editor& e) { return e.set_field(b, "how", "Slik"); });
  mor.edit([&](Editor& e) { return e.set_field(a, "status", "enig"); });
  mor.edit([&](Editor& e) { return e.set_field(a, "status", "pagar"); });
  mor.edit([&](Editor& e) { return e.add_to_set(a, "needs", std::string(32, '2')); });
  sync();
  ola.edit([&](Editor& e) { return e.decline({kari.sees().proposals().begin()->first}, "Nei"); });
  kari.edit([&](Editor& e) { return e.accept({kari.sees().proposals().rbegin()->first}); });
  ola.edit([&](Editor& e) { return e.keep_record(b); });
  kari.edit([&](Editor& e) { return e.remove_record(b); });
  sync();
  return kari.confirmed();
}

}  // namespace

TEST_CASE("a stored state opens as it was and goes on as if it had never been stored", "[plan][state]") {
  const SectionState state = rich_state();
  const Bytes bytes = state.encode();
  auto opened = SectionState::decode(bytes);
  REQUIRE(opened.ok());
  CHECK(opened->encode() == bytes);
  CHECK(opened->section() == state.section());
  CHECK(opened->last_seq() == state.last_seq());
  CHECK(opened->last_counter(named<DeviceId>("kari-phone")) ==
        state.last_counter(named<DeviceId>("kari-phone")));
  CHECK(section_digest_json(*opened) == section_digest_json(state));
}

TEST_CASE("what a device stores for itself opens with what it remembers, and says the same to others", "[plan][state]") {
  const SectionState state = rich_state();
  const Bytes own = state.encode_own();
  const auto opened = SectionState::decode_own(own);
  REQUIRE(opened.ok());
  CHECK(opened->encode_own() == own);
  CHECK(opened->encode() == state.encode());
  CHECK(section_view(*opened) == section_view(state));
  CHECK(conflicts_view(*opened) == conflicts_view(state));
  // Neither is taken for the other.
  CHECK(SectionState::decode(own).code() == Errc::malformed);
  CHECK(SectionState::decode_own(state.encode()).code() == Errc::malformed);
  for (std::size_t n = 0; n < own.size(); ++n) REQUIRE_FALSE(SectionState::decode_own(ByteView(own).sub(0, n)).ok());
}

TEST_CASE("an empty state has a stored form", "[plan][state]") {
  const auto opened = SectionState::decode(SectionState(5).encode());
  REQUIRE(opened.ok());
  CHECK(opened->section() == 5);
  CHECK(opened->entities().empty());
}

TEST_CASE("a stored state cut short anywhere is refused", "[plan][state][hostile]") {
  const Bytes bytes = rich_state().encode();
  for (std::size_t n = 0; n < bytes.size(); ++n)
    REQUIRE_FALSE(SectionState::decode(ByteView(bytes).sub(0, n)).ok());
  Bytes longer = bytes;
  longer.push_back(0);
  CHECK(SectionState::decode(longer).code() == Errc::malformed);
}

TEST_CASE("any changed byte of a stored state is an error or another state with exactly these bytes",
          "[plan][state][hostile]") {
  const Bytes bytes = rich_state().encode();
  std::size_t opened = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    for (const int flip : {0x01, 0x40, 0x80}) {
      Bytes changed = bytes;
      changed[i] = static_cast<std::uint8_t>(changed[i] ^ flip);
      const auto r = SectionState::decode(changed);
      if (!r.ok()) continue;
      ++opened;
      REQUIRE(r->encode() == changed);
      REQUIRE(section_view(*r).is_object());  // whatever it says, it can be shown
    }
  CHECK(opened > 0);
}

TEST_CASE("a state of another schema version is folded again, not trusted", "[plan][state]") {
  Bytes bytes = rich_state().encode();
  bytes[4] = static_cast<std::uint8_t>(bytes[4] + 1);
  CHECK(SectionState::decode(bytes).code() == Errc::unknown_version);
}

TEST_CASE("an author listed twice, or one that nothing refers to, is refused", "[plan][state][hostile]") {
  Log log;
  Phone kari(log, "kari-phone", "kari");
  kari.edit([](Editor& e) { return e.create_record("goal", named<EntityId>("g"), {}); });
  kari.push();
  const Bytes good = fold_all(log).encode();
  constexpr std::ptrdiff_t count_at = 27;
  constexpr std::ptrdiff_t author_at = 28;
  constexpr std::ptrdiff_t author_bytes = 16 + 32 + 1;
  REQUIRE(good[count_at] == 1);
  Bytes changed = good;
  changed[count_at] = 2;
  changed.insert(changed.begin() + author_at, good.begin() + author_at,
                 good.begin() + author_at + author_bytes);
  CHECK(SectionState::decode(changed).code() == Errc::malformed);
  changed[author_at + author_bytes] = 'x';  // another device that wrote nothing here
  CHECK(SectionState::decode(changed).code() == Errc::malformed);
}

TEST_CASE("the bytes of a state are frozen", "[plan][state][golden]") {
  Log log;
  Phone kari(log, "kari-phone", "kari");
  kari.edit([](Editor& e) { return e.create_record("goal", named<EntityId>("g"), {{"text", "Bo"}}); });
  kari.edit([](Editor& e) { return e.set_field(named<EntityId>("g"), "text", "Bo her"); });
  kari.push();
  CHECK(to_hex(fold_all(log).encode()) ==
        "53505331"
        "0400"
        "0300"
        "02"                                    // "SPS1", schema 4, section 3, two envelopes applied
        "016b6172692d70686f6e6500000000000003"  // one device: "kari-phone", last counter 3
        "016b6172692d70686f6e65000000000000"    // one author: the device,
        "6b61726900000000000000000000000000000000000000000000000000000000"
        "00"  // "kari", not on behalf
        "0167000000000000000000000000000000"
        "0d"  // one entity: "g", a goal
        "000101"
        "605651c4a0010000"
        "00"
        "00"
        "00"  // created: author 0, counter 1, sequence 1; no keeps, removals
        "01"
        "01"
        "00"
        "00"
        "01"  // one field: text, none folded, one lives; what it said before is not told
        "000302"
        "c04052c4a0010000"
        "00"
        "06426f20686572"  // counter 3, sequence 2: "Bo her"
        "00"
        "00"
        "00"
        "00"
        "00");  // no sets; no texts; never moved; the order of the one record; no proposals
}
