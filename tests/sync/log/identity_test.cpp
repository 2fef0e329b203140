// The rules of the identity log: each kind, each refusal.
#include <catch2/catch.hpp>

#include "tests/support/log_builder.h"

using namespace samplan;
using namespace samplan::log_test;

namespace {

struct House {
  People people{11};
  TestPerson ada = people.person();
  TestPerson bo = people.person();
  TestPerson cai = people.person();

  const IdentityState& state(const PrincipalId& id) const { return *people.book.find(id); }
  Bytes next(IdentityKind kind, const IdentityBody& body, const PrincipalId& log,
             const TestDevice& signer) const {
    return people.write(kind, body, people.book.find(log), signer);
  }
  Errc add(const Bytes& record) { return people.book.add(record).code(); }
  crypto::BoxKeyPair pair() { return crypto::new_box_key_pair(people.entropy); }
};

}  // namespace

TEST_CASE("A person is the hash of the record that the first device signs") {
  House h;
  const IdentityState& ada = h.state(h.ada.id);
  CHECK(ada.seq() == 1);
  CHECK(ada.id.view() == ada.head().view());
  CHECK_FALSE(ada.is_unit);
  CHECK(ada.generation().key == h.ada.generations[0].public_key);
  CHECK(h.people.book.find_device(h.ada.device().id).person == &ada);
  CHECK(ada.device(h.ada.device().id)->sign_key == h.ada.device().sign.public_key);
}

TEST_CASE("The same identity record again is good and changes nothing") {
  House h;
  REQUIRE(h.people.add_device(h.ada).ok());
  for (const Bytes& r : std::vector<Bytes>(h.people.records)) CHECK(h.people.book.add(r).ok());
  CHECK(h.state(h.ada.id).seq() == 2);
  CHECK(h.state(h.ada.id).devices.size() == 2);
}

TEST_CASE("A first record is refused when signer, key, generation or recipients are wrong") {
  House h;
  const TestDevice d = new_device(h.people.entropy);
  const TestDevice other = new_device(h.people.entropy);
  const crypto::BoxKeyPair pair = h.pair();
  const IdentityBody good = h.people.create_person_body(d, pair);
  const auto write = [&](const IdentityBody& b, const TestDevice& signer) {
    return h.people.write(IdentityKind::create_person, b, nullptr, signer);
  };
  CHECK(h.add(write(good, other)) == Errc::bad_record);
  TestDevice imposter{d.id, crypto::new_sign_key_pair(h.people.entropy),
                      crypto::new_box_key_pair(h.people.entropy)};
  CHECK(h.add(write(good, imposter)) == Errc::forged);
  IdentityBody b = good;
  b.generation = 2;
  CHECK(h.add(write(b, d)) == Errc::bad_record);
  b = good;
  b.wraps.clear();
  CHECK(h.add(write(b, d)) == Errc::bad_recipients);
  b = good;
  b.wraps.push_back(b.wraps[0]);
  CHECK(h.add(write(b, d)) == Errc::bad_recipients);
  b = good;
  b.wraps[0].recipient = other.id.view().copy();
  CHECK(h.add(write(b, d)) == Errc::bad_recipients);
  CHECK(h.add(write(good, d)) == Errc::ok);
  b = good;
  b.generation_key = h.pair().public_key;
  CHECK(h.add(write(b, d)) == Errc::already_exists);  // one device, one person
  CHECK(h.add(h.people.write(IdentityKind::add_device, h.people.add_device_body(h.ada, other), nullptr,
                             h.ada.device())) == Errc::bad_record);
}

TEST_CASE("A device joins with its own proof, by the hand of a device of the same person") {
  House h;
  const TestDevice fresh = new_device(h.people.entropy);
  const IdentityBody good = h.people.add_device_body(h.ada, fresh);
  CHECK(h.add(h.next(IdentityKind::add_device, good, h.ada.id, h.bo.device())) == Errc::not_allowed);
  CHECK(h.add(h.next(IdentityKind::add_device, good, h.ada.id, fresh)) == Errc::unknown_principal);
  IdentityBody b = good;
  b.device_proof = crypto::sign(fresh.sign, "samplan/device-joins/1", device_joins_digest(h.bo.id));
  CHECK(h.add(h.next(IdentityKind::add_device, b, h.ada.id, h.ada.device())) == Errc::forged);
  b = good;
  b.wraps.clear();
  CHECK(h.add(h.next(IdentityKind::add_device, b, h.ada.id, h.ada.device())) == Errc::bad_recipients);
  b = good;
  b.wraps[0].recipient = h.ada.device().id.view().copy();
  CHECK(h.add(h.next(IdentityKind::add_device, b, h.ada.id, h.ada.device())) == Errc::bad_recipients);
  CHECK(h.add(h.next(IdentityKind::add_device, good, h.ada.id, h.ada.device())) == Errc::ok);
  // A device belongs to one person, for ever.
  IdentityBody stolen = h.people.add_device_body(h.bo, fresh);
  CHECK(h.add(h.next(IdentityKind::add_device, stolen, h.bo.id, h.bo.device())) == Errc::already_exists);
  CHECK(h.state(h.ada.id).devices.back().added_seq == 2);
}

TEST_CASE("Numbers and links of an identity log are strict") {
  House h;
  const TestDevice fresh = new_device(h.people.entropy);
  const IdentityBody body = h.people.add_device_body(h.ada, fresh);
  RecordHeader head;
  head.kind = static_cast<std::uint8_t>(IdentityKind::add_device);
  head.seq = 3;
  head.log = Hash::from(h.ada.id.view());
  head.prev = h.state(h.ada.id).head();
  head.signer = h.ada.device().id;
  const auto write = [&] {
    return write_record(LogKind::identity, head, write_identity_body(IdentityKind::add_device, body),
                        h.ada.device().sign);
  };
  CHECK(h.add(write()) == Errc::log_conflict);
  head.seq = 2;
  head.prev.bytes[0] ^= 1;
  CHECK(h.add(write()) == Errc::log_conflict);
  head.prev.bytes[0] ^= 1;
  head.log.bytes[0] ^= 1;
  CHECK(h.add(write()) == Errc::unknown_principal);
  head.log.bytes[0] ^= 1;
  CHECK(h.add(write()) == Errc::ok);
  head.wall_ms = 5;  // another record with a number that is taken
  CHECK(h.add(write()) == Errc::log_conflict);
}

TEST_CASE("Revoking a device makes a key generation for exactly the devices that remain") {
  House h;
  REQUIRE(h.people.add_device(h.ada).ok());
  REQUIRE(h.people.add_device(h.ada).ok());
  const crypto::BoxKeyPair pair = h.pair();
  const IdentityBody good = h.people.person_generation_body(h.ada, 1, pair);
  const auto revoke = [&](const IdentityBody& b, std::size_t signer) {
    return h.next(IdentityKind::revoke_device, b, h.ada.id, h.ada.devices[signer]);
  };
  IdentityBody b = good;
  b.generation = 3;
  CHECK(h.add(revoke(b, 0)) == Errc::bad_record);
  b = good;
  b.wraps.push_back(h.people.wrap_to_device(h.ada.id, h.ada.devices[1], 2, pair));  // a ghost
  CHECK(h.add(revoke(b, 0)) == Errc::bad_recipients);
  b = good;
  b.wraps.pop_back();  // somebody left out
  CHECK(h.add(revoke(b, 0)) == Errc::bad_recipients);
  b = good;
  b.wraps[1] = b.wraps[0];  // somebody twice in another's place
  CHECK(h.add(revoke(b, 0)) == Errc::bad_recipients);
  b = good;
  b.device = h.bo.device().id;
  CHECK(h.add(revoke(b, 0)) == Errc::bad_record);
  // The device that goes would know the new key if it made it.
  CHECK(h.add(revoke(good, 1)) == Errc::not_allowed);
  CHECK(h.add(revoke(good, 0)) == Errc::ok);
  CHECK(h.state(h.ada.id).generation().number == 2);
  CHECK(h.state(h.ada.id).device(h.ada.devices[1].id)->revoked_seq == 4);
  // It signs nothing any more, and is not revoked twice.
  const IdentityBody more = h.people.add_device_body(h.ada, new_device(h.people.entropy));
  CHECK(h.add(h.next(IdentityKind::add_device, more, h.ada.id, h.ada.devices[1])) == Errc::not_allowed);
  IdentityBody again = h.people.person_generation_body(h.ada, 1, pair);
  again.generation = 3;
  CHECK(h.add(revoke(again, 0)) == Errc::bad_record);
}

TEST_CASE("The last device of a person cannot be revoked") {
  House h;
  const IdentityBody b = h.people.person_generation_body(h.ada, 0, h.pair());
  CHECK(h.add(h.next(IdentityKind::revoke_device, b, h.ada.id, h.ada.device())) == Errc::not_allowed);
}

TEST_CASE("A new generation of a person goes to every device that is left") {
  House h;
  REQUIRE(h.people.add_device(h.ada).ok());
  IdentityBody b = h.people.person_generation_body(h.ada, -1, h.pair());
  IdentityBody odd = b;
  odd.signer_seq = 1;  // says something that nobody would check in a person's log
  CHECK(h.add(h.next(IdentityKind::new_generation, odd, h.ada.id, h.ada.device())) == Errc::bad_record);
  CHECK(h.add(h.next(IdentityKind::new_generation, b, h.ada.id, h.ada.devices[1])) == Errc::ok);
  CHECK(h.state(h.ada.id).generation().number == 2);
  CHECK(h.state(h.ada.id).generation_at(2)->number == 1);
  CHECK(h.state(h.ada.id).generation_at(3)->number == 2);
  CHECK(h.state(h.ada.id).generation_numbered(3) == nullptr);
}

TEST_CASE("A unit is created by its first registrar and changed by registrars alone") {
  House h;
  const crypto::BoxKeyPair pair = h.pair();
  const IdentityBody body = h.people.create_unit_body(h.ada, pair);
  CHECK(h.add(h.people.write(IdentityKind::create_unit, body, nullptr, h.bo.device())) == Errc::not_allowed);
  TestUnit u = h.people.unit(h.ada);
  const IdentityState& unit = h.state(u.id);
  CHECK(unit.is_unit);
  CHECK(unit.has_member(h.ada.id, unit.seq()));
  CHECK(unit.is_registrar(h.ada.id));

  CHECK(h.people.add_member(u, h.bo, h.cai).code() == Errc::not_allowed);  // a stranger
  REQUIRE(h.people.add_member(u, h.ada, h.bo).ok());
  CHECK(h.people.add_member(u, h.bo, h.cai).code() == Errc::not_allowed);  // a member who is no registrar
  CHECK(h.people.add_member(u, h.ada, h.bo).code() == Errc::already_exists);
  IdentityBody b = h.people.add_member_body(u, h.ada, h.cai.id, false);
  b.wraps.clear();
  CHECK(h.add(h.next(IdentityKind::add_member, b, u.id, h.ada.device())) == Errc::bad_recipients);
  b = h.people.add_member_body(u, h.ada, h.cai.id, false);
  b.member.bytes[0] ^= 1;
  CHECK(h.add(h.next(IdentityKind::add_member, b, u.id, h.ada.device())) == Errc::unknown_principal);
  TestUnit inner = h.people.unit(h.ada);
  b = h.people.add_member_body(u, h.ada, inner.id, false);
  CHECK(h.add(h.next(IdentityKind::add_member, b, u.id, h.ada.device())) ==
        Errc::bad_record);  // units do not nest

  // Kinds of persons have no place in a unit's log, and the other way round.
  b = h.people.add_device_body(h.ada, new_device(h.people.entropy));
  CHECK(h.add(h.next(IdentityKind::add_device, b, u.id, h.ada.device())) == Errc::not_allowed);
  b = h.people.add_member_body(u, h.ada, h.cai.id, false);
  CHECK(h.add(h.next(IdentityKind::add_member, b, h.ada.id, h.ada.device())) == Errc::bad_record);
}

TEST_CASE("Removing a member makes a unit key that the removed one neither gets nor makes") {
  House h;
  TestUnit u = h.people.unit(h.ada);
  REQUIRE(h.people.add_member(u, h.ada, h.bo).ok());
  REQUIRE(h.people.add_member(u, h.ada, h.cai, true).ok());
  const crypto::BoxKeyPair pair = h.pair();
  const IdentityBody leaving = h.people.unit_generation_body(u, h.bo, h.bo.id, pair);
  CHECK(h.add(h.next(IdentityKind::remove_member, leaving, u.id, h.bo.device())) == Errc::not_allowed);
  const IdentityBody registrar_leaving = h.people.unit_generation_body(u, h.cai, h.cai.id, pair);
  CHECK(h.add(h.next(IdentityKind::remove_member, registrar_leaving, u.id, h.cai.device())) ==
        Errc::not_allowed);
  IdentityBody b = h.people.unit_generation_body(u, h.ada, h.bo.id, pair);
  b.wraps.push_back(h.people.wrap_to_member(u.id, h.bo.id, 2, pair));
  CHECK(h.add(h.next(IdentityKind::remove_member, b, u.id, h.ada.device())) == Errc::bad_recipients);
  b = h.people.unit_generation_body(u, h.ada, h.bo.id, pair);
  b.generation = 1;
  CHECK(h.add(h.next(IdentityKind::remove_member, b, u.id, h.ada.device())) == Errc::bad_record);
  REQUIRE(h.people.remove_member(u, h.ada, h.bo.id).ok());
  CHECK(h.people.remove_member(u, h.ada, h.bo.id).code() == Errc::bad_record);

  const IdentityState& unit = h.state(u.id);
  CHECK(unit.generation().number == 2);
  CHECK_FALSE(unit.has_member(h.bo.id, unit.seq()));
  CHECK(unit.has_member(h.bo.id, 3));  // the removal, number 4, has not been seen yet
  // Coming back is a second stay.
  REQUIRE(h.people.add_member(u, h.ada, h.bo).ok());
  CHECK(unit.has_member(h.bo.id, unit.seq()));
  CHECK(unit.had_member(h.bo.id));
  CHECK_FALSE(unit.has_member_at(h.bo.id, 4));
  CHECK(unit.has_member_at(h.bo.id, 2));
  CHECK(unit.members.size() == 4);
  CHECK(h.people.book.units_of(h.bo.id) == std::vector<PrincipalId>{u.id});
}

TEST_CASE("In which order the logs of persons and units arrive does not matter") {
  House h;
  REQUIRE(h.people.add_device(h.ada).ok());
  TestUnit u = h.people.unit(h.ada);
  REQUIRE(h.people.add_member(u, h.ada, h.bo).ok());
  // Ada's first phone, which signed the unit's records, is lost afterwards.
  REQUIRE(h.people.revoke_device(h.ada, 0, 1).ok());
  std::swap(h.ada.devices[0], h.ada.devices[1]);
  REQUIRE(h.people.add_member(u, h.ada, h.cai).ok());

  // Persons first, then units; and any seeded shuffle that retries what does not fit yet.
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    SeededEntropy dice(seed);
    std::vector<Bytes> waiting = h.people.records;
    IdentityBook book;
    for (int round = 0; round < 20 && !waiting.empty(); ++round) {
      for (std::size_t i = waiting.size(); i > 1; --i)
        std::swap(waiting[i - 1], waiting[static_cast<std::size_t>(dice.below(i))]);
      std::vector<Bytes> left;
      for (const Bytes& r : waiting)
        if (!book.add(r).ok()) left.push_back(r);
      waiting = left;
    }
    INFO("seed " << seed);
    REQUIRE(waiting.empty());
    CHECK(book.find(u.id)->head() == h.state(u.id).head());
    CHECK(book.find(h.ada.id)->head() == h.state(h.ada.id).head());
  }
}

TEST_CASE("A revoked registrar's device is shut out of the unit once its loss has been seen there") {
  House h;
  REQUIRE(h.people.add_device(h.ada).ok());
  TestUnit u = h.people.unit(h.ada);
  REQUIRE(h.people.revoke_device(h.ada, 0, 1).ok());
  // Whoever accepts new records asks what is known now.
  IdentityBody by_thief = h.people.add_member_body(u, h.ada, h.cai.id, false);
  by_thief.signer_seq = 2;
  const Bytes stolen = h.next(IdentityKind::add_member, by_thief, u.id, h.ada.devices[0]);
  CHECK(h.people.book.check_signer_now(stolen).code() == Errc::not_allowed);
  IdentityBody honest = h.people.add_member_body(u, h.ada, h.bo.id, false);
  const Bytes good = h.next(IdentityKind::add_member, honest, u.id, h.ada.devices[1]);
  CHECK(h.people.book.check_signer_now(good).ok());
  // Owning up to having seen its own revocation gives it away.
  by_thief.signer_seq = 3;
  CHECK(h.add(h.next(IdentityKind::add_member, by_thief, u.id, h.ada.devices[0])) == Errc::not_allowed);
  // After one record by another device of Ada, which has seen it, nothing older is believed.
  REQUIRE(h.add(good) == Errc::ok);
  by_thief.signer_seq = 2;
  CHECK(h.add(h.next(IdentityKind::add_member, by_thief, u.id, h.ada.devices[0])) == Errc::not_allowed);
  by_thief.signer_seq = 0;
  CHECK(h.add(h.next(IdentityKind::add_member, by_thief, u.id, h.ada.devices[0])) == Errc::not_allowed);
  // A number beyond what is known of the signer's log: fetch and try again.
  honest = h.people.add_member_body(u, h.ada, h.cai.id, false);
  honest.signer_seq = 9;
  CHECK(h.add(h.next(IdentityKind::add_member, honest, u.id, h.ada.devices[1])) == Errc::unknown_principal);
}

TEST_CASE("A refused identity record leaves the state as it was") {
  House h;
  TestUnit u = h.people.unit(h.ada);
  REQUIRE(h.people.add_member(u, h.ada, h.bo).ok());
  const IdentityState before = h.state(u.id);
  IdentityBody b = h.people.unit_generation_body(u, h.ada, h.bo.id, h.pair());
  b.wraps.clear();
  CHECK(h.add(h.next(IdentityKind::remove_member, b, u.id, h.ada.device())) == Errc::bad_recipients);
  const IdentityState& after = h.state(u.id);
  CHECK(after.seq() == before.seq());
  CHECK(after.generations.size() == before.generations.size());
  CHECK(after.members.back().removed_seq == 0);
}
