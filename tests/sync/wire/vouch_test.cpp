#include "sync/wire/vouch.h"

#include <catch2/catch.hpp>

#include "base/limits.h"
#include "tests/support/seeded_entropy.h"

using namespace samplan;

namespace {

constexpr const char* host = "samplan.example";

struct Asking {
  SeededEntropy entropy{5};
  crypto::SignKeyPair key = crypto::new_sign_key_pair(entropy);
  DeviceId device = entropy.id<DeviceId>();
  PrincipalId person = entropy.id<PrincipalId>();
  VouchRequest request() const {
    VouchRequest q;
    q.device = device;
    q.person = person;
    q.identity = {Bytes(3, 1), Bytes(300, 2)};
    q.random.fill(7);
    q.id_token = "a.b.c";
    return q;
  }
  Bytes bytes(const VouchRequest& q) const { return write_vouch_request(q, host, key); }
};

Vouch some_vouch() {
  Vouch v;
  v.person.bytes.fill(1);
  v.device.bytes.fill(2);
  v.organisation = "Lier kommune";
  v.name = "Kari Lunde";
  v.issuer = "https://login.lier.example";
  v.issued_ms = 1000;
  v.expires_ms = 2000;
  return v;
}

}  // namespace

TEST_CASE("a request to be vouched for is by one device and for one server") {
  const Asking a;
  const Bytes bytes = a.bytes(a.request());
  const auto read = read_vouch_request(bytes);
  REQUIRE(read.ok());
  CHECK(read->device == a.device);
  CHECK(read->person == a.person);
  CHECK(read->identity == a.request().identity);
  CHECK(read->random == a.request().random);
  CHECK(read->id_token == "a.b.c");
  const SignPublicKey key = a.key.public_key;
  CHECK(verify_vouch_request(*read, host, key));
  CHECK_FALSE(verify_vouch_request(*read, "other.example", key));
  CHECK_FALSE(verify_vouch_request(*read, host, SignPublicKey{}));
  VouchRequest other = *read;
  other.device.bytes[0] ^= 1;
  CHECK_FALSE(verify_vouch_request(other, host, key));

  for (std::size_t n = 0; n < bytes.size(); ++n)
    CHECK_FALSE(read_vouch_request(ByteView(bytes).sub(0, n)).ok());
  Bytes longer = bytes;
  longer.push_back(0);
  CHECK(read_vouch_request(longer).code() == Errc::malformed);
  // Any changed byte is either no request or no signature.
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    Bytes bent = bytes;
    bent[n] ^= 1;
    const auto it = read_vouch_request(bent);
    CHECK_FALSE((it.ok() && verify_vouch_request(*it, host, key)));
  }
}

TEST_CASE("a request to be vouched for has bounds") {
  const Asking a;
  VouchRequest q = a.request();
  q.id_token = std::string(limits::id_token_bytes_max, 'x');
  CHECK(read_vouch_request(a.bytes(q)).ok());
  q.id_token += 'x';
  CHECK(read_vouch_request(a.bytes(q)).code() == Errc::too_large);
  q = a.request();
  q.identity = std::vector<Bytes>(limits::vouch_records_max, Bytes{1});
  CHECK(read_vouch_request(a.bytes(q)).ok());
  q.identity.push_back(Bytes{1});
  CHECK_FALSE(read_vouch_request(a.bytes(q)).ok());
  CHECK(read_vouch_request(Bytes(limits::request_bytes_max + 1)).code() == Errc::too_large);
}

TEST_CASE("what a token must carry depends on person, device and chance") {
  const Asking a;
  const VouchRequest q = a.request();
  const std::string nonce = vouch_nonce(q.person, q.device, q.random);
  CHECK(nonce.size() == 43);
  CHECK(nonce.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_") ==
        std::string::npos);
  VouchRandom random = q.random;
  random[31] ^= 1;
  PrincipalId person = q.person;
  person.bytes[0] ^= 1;
  DeviceId device = q.device;
  device.bytes[0] ^= 1;
  CHECK(vouch_nonce(q.person, q.device, random) != nonce);
  CHECK(vouch_nonce(person, q.device, q.random) != nonce);
  CHECK(vouch_nonce(q.person, device, q.random) != nonce);
}

TEST_CASE("a question, its settings and an outcome come back as they were written") {
  VouchRandom nonce{};
  nonce.fill(9);
  Bytes question = write_vouch_question(nonce);
  CHECK(is_vouch_question(question));
  CHECK(read_vouch_question(question).ok());
  CHECK_FALSE(read_vouch_question(ByteView(question).sub(0, question.size() - 1)).ok());
  question.push_back(0);
  CHECK_FALSE(read_vouch_question(question).ok());

  CHECK_FALSE(read_vouch_settings(write_vouch_settings({}))->offered);
  const auto settings = read_vouch_settings(write_vouch_settings(
      {true, "Lier kommune", "https://login.lier.example", "samplan", "openid profile"}));
  REQUIRE(settings.ok());
  CHECK(settings->offered);
  CHECK(settings->organisation == "Lier kommune");
  CHECK(settings->issuer == "https://login.lier.example");
  CHECK(settings->client_id == "samplan");
  CHECK(settings->scope == "openid profile");
  CHECK_FALSE(read_vouch_settings(write_vouch_settings({true, "a\nb", "i", "c", "s"})).ok());
  CHECK_FALSE(read_vouch_settings(write_vouch_settings({true, "", "i", "c", "s"})).ok());

  CHECK(read_vouch_outcome(write_vouch_outcome({VouchStatus::ok, Bytes{1, 2}}))->statement == Bytes{1, 2});
  CHECK(read_vouch_outcome(write_vouch_outcome({VouchStatus::no_name, {}}))->status == VouchStatus::no_name);
  CHECK_FALSE(read_vouch_outcome(write_vouch_outcome({static_cast<VouchStatus>(9), {}})).ok());
}

TEST_CASE("a statement holds for the server that signed it, to the last byte") {
  SeededEntropy entropy(3);
  const crypto::SignKeyPair server = crypto::new_sign_key_pair(entropy);
  const Bytes bytes = write_vouch(some_vouch(), server);
  const auto read = open_vouch(bytes, server.public_key);
  REQUIRE(read.ok());
  CHECK(read->person == some_vouch().person);
  CHECK(read->device == some_vouch().device);
  CHECK(read->organisation == "Lier kommune");
  CHECK(read->name == "Kari Lunde");
  CHECK(read->issuer == "https://login.lier.example");
  CHECK(read->issued_ms == 1000);
  CHECK(read->expires_ms == 2000);
  CHECK(open_vouch(bytes, crypto::new_sign_key_pair(entropy).public_key).code() == Errc::forged);
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    CHECK_FALSE(open_vouch(ByteView(bytes).sub(0, n), server.public_key).ok());
    Bytes bent = bytes;
    bent[n] ^= 0x40;
    CHECK_FALSE(open_vouch(bent, server.public_key).ok());
  }
  const auto with = [&](auto change) {
    Vouch v = some_vouch();
    change(v);
    return open_vouch(write_vouch(v, server), server.public_key).code();
  };
  CHECK(with([](Vouch& v) { v.name = "Kari\nLunde"; }) == Errc::not_utf8);
  CHECK(with([](Vouch& v) { v.name = "\x1b[2J"; }) == Errc::not_utf8);
  CHECK(with([](Vouch& v) { v.name.clear(); }) == Errc::malformed);
  CHECK(with([](Vouch& v) { v.organisation = std::string(limits::name_bytes_max + 1, 'x'); }) ==
        Errc::too_large);
  CHECK(with([](Vouch& v) { v.expires_ms = v.issued_ms; }) == Errc::malformed);
  CHECK(with([](Vouch& v) { v.issued_ms = -1; }) == Errc::malformed);
}
