#include "sync/relay/server_identity.h"

namespace samplan::relay {
namespace {

constexpr std::size_t code_letters = 20;
// Without letters and digits that are mistaken for each other when read aloud; 32, so that no letter is
// likelier.
constexpr std::string_view alphabet = "abcdefghijkmnpqrstuvwxyz23456789";

std::string new_code(Entropy& entropy) {
  std::array<std::uint8_t, code_letters> raw{};
  entropy.fill(raw.data(), raw.size());
  std::string code;
  for (const std::uint8_t byte : raw) code.push_back(alphabet[byte % alphabet.size()]);
  return code;
}

Hash nonce_mac(const ServerIdentity& server, const DeviceId& device, ByteView expires) {
  return crypto::keyed_hash(server.nonce_secret.view(), "samplan/nonce/1", {device.view(), expires});
}

}  // namespace

Result<ServerIdentity> load_server_identity(Store& store, Entropy& entropy) {
  SP_TRY(const std::optional<Bytes> seed, store.meta("sign_seed"));
  SP_TRY(const std::optional<Bytes> nonce_secret, store.meta("nonce_secret"));
  SP_TRY(const std::optional<Bytes> generation, store.meta("generation"));
  SP_TRY(const std::optional<Bytes> code, store.meta("enrolment_code"));
  ServerIdentity server;
  if (seed && nonce_secret && generation && code) {
    if (seed->size() != 32 || nonce_secret->size() != 32 || generation->size() != 8)
      return Error{Errc::corrupt, "server_identity"};
    server.key = crypto::sign_key_pair(crypto::Secret32::from(*seed));
    server.nonce_secret = crypto::Secret32::from(*nonce_secret);
    server.generation = load_u64(*generation, 0);
    server.enrolment_code = std::string(ByteView(*code).text());
    return server;
  }
  // Half an identity means a damaged store: a new key beside old plans would look to every client like a
  // fraud.
  if (seed || nonce_secret || generation || code) return Error{Errc::corrupt, "server_identity"};
  server.key = crypto::new_sign_key_pair(entropy);
  server.nonce_secret = crypto::Secret32::random(entropy);
  server.enrolment_code = new_code(entropy);
  Bytes number;
  append_u64(number, server.generation);
  SP_OK(store.set_meta("sign_seed", server.key.seed.view()));
  SP_OK(store.set_meta("nonce_secret", server.nonce_secret.view()));
  SP_OK(store.set_meta("generation", number));
  SP_OK(store.set_meta("enrolment_code", ByteView::of(server.enrolment_code)));
  return server;
}

RequestNonce make_nonce(const ServerIdentity& server, const DeviceId& device, UnixMs expires_ms) {
  Bytes raw;
  append_u64(raw, static_cast<std::uint64_t>(expires_ms));
  append(raw, nonce_mac(server, device, ByteView(raw)).view());
  return Reader(raw).array<sizeof(RequestNonce)>();
}

bool nonce_holds(const ServerIdentity& server, const DeviceId& device, const RequestNonce& nonce, UnixMs now,
                 UnixMs lifetime_ms) {
  const ByteView raw = nonce;
  const auto expires_ms = static_cast<UnixMs>(load_u64(raw, 0));
  // The upper bound keeps nonces from before a correction of the server's clock from living on.
  if (expires_ms <= now || expires_ms > now + lifetime_ms) return false;
  const crypto::Secret32 expected = crypto::Secret32::from(nonce_mac(server, device, raw.sub(0, 8)).view());
  return expected.same_as(crypto::Secret32::from(raw.from(8)));
}

}  // namespace samplan::relay
