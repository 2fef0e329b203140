#include "server/vouching.h"

#include <utility>

#include "sync/log/identity.h"
#include "sync/wire/message.h"

namespace samplan::server {
namespace {

constexpr UnixMs day_ms = 86'400'000;

VouchStatus status_of(oidc::Fault fault) {
  switch (fault) {
    case oidc::Fault::none: return VouchStatus::ok;
    case oidc::Fault::time: return VouchStatus::stale_token;
    case oidc::Fault::nonce: return VouchStatus::other_device;
    case oidc::Fault::claim: return VouchStatus::not_employee;
    case oidc::Fault::name: return VouchStatus::no_name;
    case oidc::Fault::provider: return VouchStatus::try_later;
    default: return VouchStatus::bad_token;
  }
}

// The signing key of the device, if the log that came with the request has it as one that is not closed.
std::optional<SignPublicKey> key_in_log(const VouchRequest& request) {
  IdentityBook book;
  for (const Bytes& record : request.identity)
    if (!book.add(record).ok()) return std::nullopt;
  const IdentityState* const person = book.find(request.person);
  if (person == nullptr || person->is_unit) return std::nullopt;
  const DeviceEntry* const device = person->device(request.device);
  if (device == nullptr || device->revoked_seq != 0) return std::nullopt;
  return device->sign_key;
}

}  // namespace

Vouching::Vouching(SignIn sign_in, oidc::Fetch fetch, FindDevice find_device, Log& log)
    : sign_in_(std::move(sign_in)), find_device_(std::move(find_device)), log_(log) {
  if (!sign_in_.is_on()) return;
  oidc::TokenRules rules{sign_in_.issuer, sign_in_.client_id, sign_in_.claim_name, sign_in_.claim_value};
  provider_ = std::make_unique<oidc::Provider>(std::move(rules), std::move(fetch));
}

Result<Bytes> Vouching::answer(ByteView body, const std::string& host, const crypto::SignKeyPair& server,
                               UnixMs now) {
  if (is_vouch_question(body)) {
    SP_OK(read_vouch_question(body));
    const VouchSettings settings{sign_in_.is_on(), sign_in_.organisation, sign_in_.issuer, sign_in_.client_id,
                                 sign_in_.scope};
    return write_reply_frame(write_vouch_settings(settings), request_hash(body), server);
  }
  SP_TRY(const VouchRequest request, read_vouch_request(body));
  SP_TRY(const VouchOutcome outcome, judge(request, host, server, now));
  ++(outcome.status == VouchStatus::ok ? given_ : refused_);
  return write_reply_frame(write_vouch_outcome(outcome), request_hash(body), server);
}

// What costs least comes first; the provider is asked only for a device that exists.
Result<VouchOutcome> Vouching::judge(const VouchRequest& request, const std::string& host,
                                     const crypto::SignKeyPair& server, UnixMs now) {
  const auto refuse = [](VouchStatus status) { return VouchOutcome{status, {}}; };
  if (!provider_) return refuse(VouchStatus::not_offered);
  const auto key = key_in_log(request);
  if (!key || !verify_vouch_request(request, host, *key)) return refuse(VouchStatus::bad_device);
  // The log may be older than what the server knows.
  SP_TRY(const std::optional<relay::DeviceRow> known, find_device_(request.device));
  if (known && (known->revoked || known->person != request.person)) return refuse(VouchStatus::bad_device);

  const std::string nonce = vouch_nonce(request.person, request.device, request.random);
  const oidc::Verdict verdict = provider_->judge(request.id_token, nonce, now);
  if (verdict.fault != oidc::Fault::none) {
    // For whoever sets it up: the word says where to look. Never the token, nor anything in it.
    log_.warn("vouch refused", {{"fault", oidc::fault_name(verdict.fault)}});
    return refuse(status_of(verdict.fault));
  }
  const Vouch vouch{request.person,
                    request.device,
                    sign_in_.organisation,
                    verdict.name,
                    sign_in_.issuer,
                    now,
                    now + sign_in_.days * day_ms};
  return VouchOutcome{VouchStatus::ok, write_vouch(vouch, server)};
}

}  // namespace samplan::server
