#include "tests/support/relay_world.h"

using namespace samplan;
using namespace samplan::world;

TEST_CASE("the first request gets a nonce and does nothing else; the nonce is the device's own and expires") {
  RelayWorld world;
  TestPrincipal anne = make_person(world.entropy);
  TestClient client = world.client(anne);
  SyncRequest q;
  q.person = anne.id;
  q.identity = anne.log;
  q.enrolment_code = world.code;
  const auto first = client.exchange_once(q);
  REQUIRE(first.ok());
  CHECK(first->nonce_refused);
  CHECK(first->identity_results.empty());
  client.nonce = first->nonce;
  CHECK(client.exchange_once(q)->identity_results[0].status == ItemStatus::ok);

  world.now += 30 * relay::ms_per_day - 1;
  CHECK_FALSE(client.exchange_once(q)->nonce_refused);
  world.now += 1;
  CHECK(client.exchange_once(q)->nonce_refused);

  TestPrincipal bjorn = make_person(world.entropy);
  TestClient other = world.enrol(bjorn);
  const RequestNonce own = other.nonce;
  client.nonce = other.nonce;
  CHECK(client.exchange_once(q)->nonce_refused);
  SyncRequest plain;
  plain.person = bjorn.id;
  for (std::size_t i = 0; i < own.size(); ++i) {
    other.nonce = own;
    other.nonce[i] ^= 1;
    CHECK(other.exchange_once(plain)->nonce_refused);
  }
}

TEST_CASE("a new person needs the code, an invitation's box, or an open server") {
  RelayWorld world;
  TestPrincipal anne = make_person(world.entropy);
  TestClient host = world.enrol(anne);
  const BoxId box = world.entropy.id<BoxId>();
  SyncRequest invite;
  invite.boxes.push_back({box, anne.id, world.now + relay::ms_per_day});
  REQUIRE(host.sync(invite)->mail_results[0].status == ItemStatus::ok);

  TestPrincipal bjorn = make_person(world.entropy);
  TestClient client = world.client(bjorn);
  SyncRequest q;
  q.identity = bjorn.log;
  auto reply = client.sync(q);
  CHECK(reply->status == ItemStatus::unknown);
  CHECK(reply->identity_results[0].status == ItemStatus::forbidden);
  q.enrolment_code = "wrong";
  CHECK(client.sync(q)->status == ItemStatus::unknown);
  q.enrolment_code.clear();
  q.enrolment_box = world.entropy.id<BoxId>();
  CHECK(client.sync(q)->status == ItemStatus::unknown);
  q.enrolment_box = box;
  CHECK(client.sync(q)->status == ItemStatus::ok);

  TestPrincipal carla = make_person(world.entropy);
  TestClient late = world.client(carla);
  q.identity = carla.log;
  world.now += 2 * relay::ms_per_day;
  CHECK(late.sync(q)->status == ItemStatus::unknown);

  relay::RelayConfig open;
  open.open_enrolment = true;
  RelayWorld anyone(2, open);
  TestClient free = anyone.client(carla);
  q.enrolment_box = {};
  CHECK(free.sync(q)->status == ItemStatus::ok);
}

TEST_CASE("an invitation vouches for so many persons and no more") {
  relay::RelayConfig config;
  config.box_enrolments_max = 2;
  RelayWorld world(3, config);
  TestPrincipal anne = make_person(world.entropy);
  TestClient host = world.enrol(anne);
  const BoxId box = world.entropy.id<BoxId>();
  SyncRequest invite;
  invite.boxes.push_back({box, anne.id, world.now + relay::ms_per_day});
  REQUIRE(host.sync(invite).ok());
  for (int i = 0; i < 3; ++i) {
    TestPrincipal p = make_person(world.entropy);
    TestClient client = world.client(p);
    SyncRequest q;
    q.identity = p.log;
    q.enrolment_box = box;
    CHECK(client.sync(q)->status == (i < 2 ? ItemStatus::ok : ItemStatus::unknown));
  }
}

TEST_CASE("a request is only for the host it was signed for, and only by the device that signed it") {
  relay::RelayConfig config;
  config.hosts = {test_host};
  RelayWorld world(4, config);
  TestPrincipal anne = make_person(world.entropy);
  TestClient client = world.enrol(anne);
  SyncRequest q;
  q.person = anne.id;
  CHECK(client.send(client.frame(q))->status == ItemStatus::ok);
  CHECK(client.send(client.frame(q, "other.example"))->status == ItemStatus::bad_sig);
  const Bytes frame = client.frame(q);
  const auto elsewhere = world.relay->handle(world.store, frame, "other.example", world.now, world.entropy);
  const auto body = open_reply_frame(*elsewhere, request_hash(frame), world.relay->server().key.public_key);
  CHECK(read_reply_body(*body)->status == ItemStatus::forbidden);

  // Somebody else's device signing in her name.
  TestPrincipal thief = make_person(world.entropy);
  const Bytes forged = write_request_frame(anne.device().id, client.nonce, test_host, write_request_body(q),
                                           thief.device().sign);
  CHECK(client.send(forged)->status == ItemStatus::bad_sig);
  q.person = thief.id;
  CHECK(client.send(client.frame(q))->status == ItemStatus::unknown);
  // Not even when nothing is new, which is answered without looking further.
  q.cursors = client.token;
  CHECK(client.send(client.frame(q))->status == ItemStatus::unknown);
}

TEST_CASE("a revoked device is told that it is withdrawn, whatever it asks or brings") {
  RelayWorld world;
  Company c(world);
  add_device(c.relative, world.entropy);
  SyncRequest q;
  q.identity = {c.relative.log.back()};
  REQUIRE(c.relative_client.sync(q)->identity_results[0].status == ItemStatus::ok);
  TestClient second = world.client(c.relative, 1);
  const auto news = second.sync({});
  CHECK(plan_in(*news, c.plan.id)->status == ItemStatus::ok);
  CHECK(plan_in(*news, c.plan.id)->gov.size() == 5);

  revoke_device(c.relative, 1, world.entropy);
  q.identity = {c.relative.log.back()};
  REQUIRE(c.relative_client.sync(q)->identity_results[0].status == ItemStatus::ok);
  const auto refused =
      second.sync(pushing(c.plan.id, {}, {c.plan.envelope(second.device(), 1, "x", world.entropy)}));
  CHECK(refused->status == ItemStatus::withdrawn);
  CHECK(refused->plans.empty());
  // It cannot bring its own way back in.
  q.identity = c.relative.log;
  CHECK(second.sync(q)->identity_results.empty());
  CHECK(second.sync(q)->status == ItemStatus::withdrawn);
}

TEST_CASE("a device revoked by an identity record of its own request is refused in that very request") {
  RelayWorld world;
  TestPrincipal anne = make_person(world.entropy);
  TestClient first = world.enrol(anne);
  add_device(anne, world.entropy);
  SyncRequest q;
  q.identity = {anne.log.back()};
  REQUIRE(first.sync(q).ok());
  TestClient second = world.client(anne, 1);
  revoke_device(anne, 1, world.entropy);
  q.identity = {anne.log.back()};
  const auto reply = second.sync(q);
  CHECK(reply->identity_results[0].status == ItemStatus::ok);
  CHECK(reply->status == ItemStatus::withdrawn);
}

TEST_CASE("identity records are taken by compare-and-swap, and again as dup") {
  RelayWorld world;
  TestPrincipal anne = make_person(world.entropy);
  TestClient client = world.enrol(anne);
  SyncRequest q;
  q.identity = anne.log;
  CHECK(client.sync(q)->identity_results[0].status == ItemStatus::dup);
  const Hash head = anne.head;
  const std::vector<Bytes> log = anne.log;
  add_device(anne, world.entropy);
  const Bytes one = anne.log.back();
  anne.head = head;
  anne.log = log;
  add_device(anne, world.entropy);
  const Bytes other = anne.log.back();
  Bytes broken = other;
  broken[200] ^= 1;
  q.identity = {one, one, other, broken, Bytes(50, 7)};
  const auto results = client.sync(q)->identity_results;
  REQUIRE(results.size() == 5);
  CHECK(results[0].status == ItemStatus::ok);
  CHECK(results[1].status == ItemStatus::dup);
  CHECK(results[2].status == ItemStatus::gov_conflict);
  CHECK(results[3].status != ItemStatus::ok);
  CHECK(results[4].status == ItemStatus::bad_item);
}

TEST_CASE("what was learnt survives a restart of everything in memory") {
  RelayWorld world;
  Company c(world);
  TestPrincipal unit = make_unit(c.coordinator, world.entropy);
  SyncRequest q;
  q.identity = unit.log;
  REQUIRE(c.coordinator_client.sync(q)->identity_results[0].status == ItemStatus::ok);
  world.relay->forget();
  CHECK(c.write(c.owner_client, 1, "etter") == ItemStatus::ok);
  add_member(unit, c.coordinator, c.relative);
  q.identity = {unit.log.back()};
  CHECK(c.coordinator_client.sync(q)->identity_results[0].status == ItemStatus::ok);
}

TEST_CASE("an identity log has a length that it cannot exceed") {
  relay::RelayConfig config;
  config.identity_records_max = 3;
  RelayWorld world(5, config);
  TestPrincipal anne = make_person(world.entropy);
  TestClient client = world.enrol(anne);
  for (int i = 0; i < 3; ++i) {
    add_device(anne, world.entropy);
    SyncRequest q;
    q.identity = {anne.log.back()};
    CHECK(client.sync(q)->identity_results[0].status == (i < 2 ? ItemStatus::ok : ItemStatus::quota));
  }
}

namespace {

SyncRequest asking(const TestPrincipal& who, std::uint64_t seq) {
  SyncRequest q;
  q.own_logs = {{who.id, seq}};
  return q;
}

}  // namespace

TEST_CASE("a device hears what is new in its own person's log, whether or not a plan needs it, and only in that") {
  RelayWorld world;
  TestPrincipal anne = make_person(world.entropy);
  TestPrincipal per = make_person(world.entropy);
  TestClient annes = world.enrol(anne);
  TestClient pers = world.enrol(per);
  CHECK(annes.sync(asking(anne, 1))->identity.empty());

  add_device(anne, world.entropy);
  SyncRequest q = asking(anne, 1);
  q.identity = {anne.log[1]};
  // What the request itself brought is not sent back.
  CHECK(annes.sync(q)->identity.empty());
  const auto late = annes.sync(asking(anne, 1));
  REQUIRE(late->identity.size() == 1);
  CHECK(late->identity[0] == anne.log[1]);
  CHECK(annes.sync(asking(anne, 2))->identity.empty());
  CHECK(annes.sync({})->identity.empty());  // nobody asked
  // Asked for somebody else's log, the server answers with the own.
  const auto others = pers.sync(asking(anne, 0));
  REQUIRE(others->identity.size() == 1);
  CHECK(others->identity[0] == per.log[0]);
}

TEST_CASE("a member of a unit gets its log with those of its members, in an order in which it can be read") {
  RelayWorld world;
  TestPrincipal anne = make_person(world.entropy);
  TestPrincipal per = make_person(world.entropy);
  TestClient annes = world.enrol(anne);
  TestClient pers = world.enrol(per);
  TestPrincipal unit = make_unit(anne, world.entropy);
  add_member(unit, anne, per);
  SyncRequest q;
  q.identity = unit.log;
  REQUIRE(annes.sync(q)->identity_results.size() == 2);

  const auto reply = pers.sync(asking(per, 1));
  IdentityBook book;
  for (const Bytes& record : per.log) REQUIRE(book.add(record).ok());
  for (const Bytes& record : reply->identity) CHECK(book.add(record).ok());
  REQUIRE(book.find(unit.id) != nullptr);
  CHECK(book.find(unit.id)->seq() == 2);
  SyncRequest both = asking(per, 1);
  both.own_logs.push_back({unit.id, 2});
  if (both.own_logs[1].principal < both.own_logs[0].principal) std::swap(both.own_logs[0], both.own_logs[1]);
  CHECK(pers.sync(both)->identity.empty());
}

TEST_CASE("a closed device gets the record that closes it, and of other people's logs nothing") {
  RelayWorld world;
  TestPrincipal anne = make_person(world.entropy);
  TestPrincipal per = make_person(world.entropy);
  TestClient first = world.enrol(anne);
  (void)world.enrol(per);
  add_device(anne, world.entropy);
  SyncRequest q;
  q.identity = {anne.log[1]};
  REQUIRE(first.sync(q).ok());
  TestClient lost = world.client(anne, 1);
  REQUIRE(lost.sync(asking(anne, 2))->status == ItemStatus::ok);
  revoke_device(anne, 1, world.entropy);
  q.identity = {anne.log[2]};
  REQUIRE(first.sync(q).ok());

  const auto end = lost.sync(asking(anne, 2));
  REQUIRE(end.ok());
  CHECK(end->status == ItemStatus::withdrawn);
  REQUIRE(end->identity.size() == 1);
  CHECK(end->identity[0] == anne.log[2]);
  CHECK(end->plans.empty());
  CHECK(lost.sync({})->identity.empty());
  CHECK(lost.sync(asking(per, 0))->identity.empty());
}
