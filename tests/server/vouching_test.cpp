// POST /v1/vouch at the service: who gets a statement, and every way not to.
#include <fcntl.h>

#include <fstream>

#include "server/service.h"
#include "sync/wire/message.h"
#include "sync/wire/vouch.h"
#include "tests/server/oidc_world.h"
#include "tests/server/store_fixture.h"
#include "tests/support/relay_world.h"

using namespace samplan;
using namespace samplan::server;
using namespace samplan::server::testing;
using namespace samplan::world;

namespace {

SignIn lier() {
  SignIn out;
  out.issuer = test_issuer;
  out.client_id = test_client;
  out.organisation = "Lier kommune";
  return out;
}

struct VouchWorld {
  TempDir dir;
  Log log{LogLevel::error, ::open("/dev/null", O_WRONLY | O_CLOEXEC), [] { return UnixMs{0}; }};
  SigningKey key = SigningKey::rsa("k1");
  Shown shown;
  SeededEntropy entropy{11};
  TestPrincipal kari;
  TestPrincipal other;
  std::string code;
  std::unique_ptr<SyncService> service;

  explicit VouchWorld(const SignIn& sign_in = lier()) {
    SP_CHECK(crypto::init());
    kari = make_person(entropy);
    add_device(kari, entropy);
    other = make_person(entropy);
    shown.keys.push_back(key.public_jwk());
    ServiceConfig config;
    config.store_path = dir.file("store.sqlite");
    config.code_path = dir.file("code");
    config.clock = [] { return sign_in_now; };
    config.sign_in = sign_in;
    config.fetch = shown.fetch();
    auto opened = open_service(config, log);
    REQUIRE(opened.ok());
    service = std::move(*opened);
    std::getline(std::ifstream(config.code_path), code);
  }

  std::string token(const std::string& nonce) const {
    json claims = good_claims();
    claims["nonce"] = nonce;
    return key.sign("RS256", claims.dump());
  }
  VouchRequest request(const TestPrincipal& person, std::size_t device = 0) const {
    VouchRequest q;
    q.person = person.id;
    q.device = person.devices[device].id;
    q.identity = person.log;
    q.random.fill(3);
    q.id_token = token(vouch_nonce(q.person, q.device, q.random));
    return q;
  }
  // What the server says to these bytes; the reply is signed by it.
  VouchOutcome outcome(const Bytes& bytes, const char* host = test_host) {
    const SyncAnswer answer = service->vouch(bytes, host, "127.0.0.1");
    REQUIRE(answer.http_status == 200);
    const auto body = open_reply_frame(answer.body, request_hash(bytes), service->hello().server_key);
    REQUIRE(body.ok());
    const auto out = read_vouch_outcome(*body);
    REQUIRE(out.ok());
    return *out;
  }
  std::string status(const VouchRequest& q, const TestDevice& signer, const char* host = test_host) {
    return vouch_status_name(outcome(write_vouch_request(q, test_host, signer.sign), host).status);
  }
};

}  // namespace

TEST_CASE("vouching: who signed in for this device gets a statement that says so", "[oidc]") {
  VouchWorld w;
  const VouchRandom asked{};
  const Bytes question = write_vouch_question(asked);
  const SyncAnswer answer = w.service->vouch(question, test_host, "");
  const auto body = open_reply_frame(answer.body, request_hash(question), w.service->hello().server_key);
  REQUIRE(body.ok());
  const auto settings = read_vouch_settings(*body);
  REQUIRE(settings.ok());
  CHECK(settings->issuer == test_issuer);
  CHECK(settings->client_id == test_client);
  CHECK(settings->scope == "openid profile");

  for (const std::size_t device : {0U, 1U}) {
    const VouchRequest q = w.request(w.kari, device);
    const VouchOutcome out = w.outcome(write_vouch_request(q, test_host, w.kari.devices[device].sign));
    REQUIRE(out.status == VouchStatus::ok);
    const auto vouch = open_vouch(out.statement, w.service->hello().server_key);
    REQUIRE(vouch.ok());
    CHECK(vouch->person == w.kari.id);
    CHECK(vouch->device == w.kari.devices[device].id);
    CHECK(vouch->organisation == "Lier kommune");
    CHECK(vouch->name == "Kari Lunde");
    CHECK(vouch->issued_ms == sign_in_now);
    CHECK(vouch->expires_ms == sign_in_now + 7 * 86'400'000LL);
  }
  CHECK(w.service->metrics().find("samplan_sync_vouches_total 2\n") != std::string::npos);
}

TEST_CASE("vouching: a token is worth nothing to another device, whoever took it", "[oidc]") {
  VouchWorld w;
  const VouchRequest good = w.request(w.kari);
  // Under the thief's own name, and under the victim's without the victim's key.
  VouchRequest stolen = w.request(w.other);
  stolen.id_token = good.id_token;
  CHECK(w.status(stolen, w.other.device()) == "other_device");
  CHECK(w.status(good, w.other.device()) == "bad_device");
  // Another device of the same person, another chance.
  VouchRequest moved = w.request(w.kari, 1);
  moved.id_token = good.id_token;
  CHECK(w.status(moved, w.kari.devices[1]) == "other_device");
  VouchRequest again = good;
  again.random.fill(4);
  CHECK(w.status(again, w.kari.device()) == "other_device");
  // Meant for another server.
  CHECK(w.status(good, w.kari.device(), "evil.example") == "bad_device");
  CHECK(w.status(good, w.kari.device()) == "ok");
}

TEST_CASE("vouching: only an open device of the person it says", "[oidc]") {
  VouchWorld w;
  VouchRequest q = w.request(w.kari);
  q.identity = w.other.log;
  CHECK(w.status(q, w.kari.device()) == "bad_device");
  q.identity = {};
  CHECK(w.status(q, w.kari.device()) == "bad_device");
  q.identity = {Bytes(200, 1)};
  CHECK(w.status(q, w.kari.device()) == "bad_device");
  // The person of another's log, with a device that is not in it.
  q = w.request(w.kari);
  q.person = w.other.id;
  q.identity = w.other.log;
  q.id_token = w.token(vouch_nonce(q.person, q.device, q.random));
  CHECK(w.status(q, w.kari.device()) == "bad_device");
  CHECK(w.shown.fetches == 0);

  // Closed: by the log that comes along, and by what the server knows when an older log is shown.
  const VouchRequest before = w.request(w.kari, 1);
  CHECK(w.status(before, w.kari.devices[1]) == "ok");
  revoke_device(w.kari, 1, w.entropy);
  CHECK(w.status(w.request(w.kari, 1), w.kari.devices[1]) == "bad_device");
  CHECK(w.status(before, w.kari.devices[1]) == "ok");
  TestClient client(w.kari, 0, w.service->hello().server_key,
                    [&](ByteView frame) -> Result<Bytes> { return w.service->sync(frame, test_host).body; });
  SyncRequest sync;
  sync.identity = w.kari.log;
  sync.enrolment_code = w.code;
  const auto reply = client.sync(sync);
  REQUIRE(reply.ok());
  REQUIRE(reply->status == ItemStatus::ok);
  CHECK(w.status(before, w.kari.devices[1]) == "bad_device");
}

TEST_CASE("vouching: what is wrong with a sign-in is told as far as the person can do something", "[oidc]") {
  VouchWorld w;
  const auto with = [&](const char* claim, const json& value) {
    VouchRequest q = w.request(w.kari);
    json claims = good_claims();
    claims["nonce"] = vouch_nonce(q.person, q.device, q.random);
    claims[claim] = value;
    q.id_token = w.key.sign("RS256", claims.dump());
    return w.status(q, w.kari.device());
  };
  CHECK(with("x", 1) == "ok");
  CHECK(with("iss", "https://other.example") == "bad_token");
  CHECK(with("aud", "other") == "bad_token");
  CHECK(with("exp", 1) == "stale_token");
  CHECK(with("name", "") == "no_name");
  VouchRequest unsigned_one = w.request(w.kari);
  unsigned_one.id_token = unsigned_token({{"alg", "none"}}, good_claims().dump(), "");
  CHECK(w.status(unsigned_one, w.kari.device()) == "bad_token");
  CHECK(w.service->metrics().find("samplan_sync_vouches_refused_total 5\n") != std::string::npos);

  SignIn strict = lier();
  strict.claim_name = "employer";
  strict.claim_value = "987654321";
  VouchWorld s(strict);
  CHECK(s.status(s.request(s.kari), s.kari.device()) == "not_employee");

  VouchWorld down;
  down.shown.is_down = true;
  CHECK(down.status(down.request(down.kari), down.kari.device()) == "try_later");

  VouchWorld off{SignIn{}};
  CHECK(off.status(off.request(off.kari), off.kari.device()) == "not_offered");
  CHECK(off.shown.fetches == 0);
}

TEST_CASE("vouching: what is no request is refused, and nobody may ask without end", "[oidc]") {
  VouchWorld w;
  const Bytes good = write_vouch_request(w.request(w.kari), test_host, w.kari.device().sign);
  CHECK(w.service->vouch({}, test_host, "127.0.0.1").http_status == 400);
  CHECK(w.service->vouch(ByteView(good).sub(0, good.size() - 1), test_host, "127.0.0.1").http_status == 400);
  CHECK(w.service->vouch(Bytes(limits::request_bytes_max + 1), test_host, "127.0.0.1").http_status == 413);
  const relay::RelayConfig bounds;
  for (std::uint32_t i = 0; i < bounds.meet_opens_max; ++i)
    REQUIRE(w.service->vouch(good, test_host, "203.0.113.9").http_status == 200);
  CHECK(w.service->vouch(good, test_host, "203.0.113.9").http_status == 429);
  CHECK(w.service->vouch(good, test_host, "203.0.113.10").http_status == 200);
}
