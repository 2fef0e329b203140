#include "sync/relay/incoming.h"

#include <algorithm>
#include <set>

#include "sync/wire/identity_record.h"
#include "sync/wire/record.h"

namespace samplan::relay {
namespace {

// The key of a device that the server does not know yet, from the record in this request that introduces it.
// The device's id is a hash of the keys, so a record cannot give it another's; whether it is believed is
// judged later.
std::optional<SignPublicKey> key_from_records(const SyncRequest& request, const DeviceId& device) {
  for (const Bytes& bytes : request.identity) {
    const auto record = read_record(LogKind::identity, bytes);
    if (!record.ok()) continue;
    const auto kind = static_cast<IdentityKind>(record->header.kind);
    if (kind != IdentityKind::create_person && kind != IdentityKind::add_device) continue;
    const auto body = read_identity_body(kind, record->body);
    if (body.ok() && crypto::device_id(body->device_sign, body->device_box) == device)
      return body->device_sign;
  }
  return std::nullopt;
}

PushedEnvelope check_envelope(const PlanId& plan, ByteView bytes, const Incoming& in) {
  PushedEnvelope out;
  const auto envelope = read_envelope(bytes);
  if (!envelope.ok()) {
    out.fault = envelope.code() == Errc::too_large ? ItemStatus::too_large : ItemStatus::bad_item;
    return out;
  }
  out.envelope = *envelope;
  if (envelope->header.plan != plan) {
    out.fault = ItemStatus::bad_item;
  } else if (envelope->header.author != in.device) {
    out.fault = ItemStatus::forbidden;
  } else if (!verify_envelope(*envelope, in.device_key)) {
    out.fault = ItemStatus::bad_sig;
  }
  return out;
}

Status has_each_plan_once(const SyncRequest& request) {
  std::set<PlanId> seen;
  for (const PlanRequest& p : request.plans)
    if (!seen.insert(p.plan).second) return Error{Errc::malformed, "request.plans"};
  return Status::good();
}

}  // namespace

Result<Incoming> read_incoming(ByteView bytes, std::string_view host, UnixMs now,
                               const ServerIdentity& server, const RelayConfig& config, ReadStore& store) {
  SP_TRY(const RequestFrame frame, read_request_frame(bytes));
  SP_TRY(SyncRequest request, read_request_body(frame.body));
  SP_OK(has_each_plan_once(request));
  Incoming in;
  in.device = frame.device;
  in.request_hash = request_hash(bytes);
  in.request = std::move(request);
  const auto refuse = [&](ItemStatus status) {
    in.refused = status;
    return std::move(in);
  };
  // First what costs least: the nonce is one keyed hash.
  in.nonce_refused = !nonce_holds(server, frame.device, frame.nonce, now, config.nonce_ms);
  if (in.nonce_refused) return refuse(ItemStatus::ok);
  const bool known_host =
      config.hosts.empty() || std::find(config.hosts.begin(), config.hosts.end(), host) != config.hosts.end();
  if (!known_host) return refuse(ItemStatus::forbidden);

  SP_TRY(const std::optional<DeviceRow> known, store.device(frame.device));
  const std::optional<SignPublicKey> key =
      known ? std::optional<SignPublicKey>(known->sign_key) : key_from_records(in.request, frame.device);
  if (!key) return refuse(ItemStatus::unknown);
  if (!verify_request(frame, host, *key)) return refuse(ItemStatus::bad_sig);
  if (known && known->revoked) return refuse(ItemStatus::withdrawn);
  // A recovery code on paper does not know whose it is: this side says so, and the log that it hands out proves it.
  if (known && in.request.person.is_zero()) in.request.person = known->person;
  if (known && known->person != in.request.person) return refuse(ItemStatus::unknown);
  in.device_key = *key;

  in.pushed.reserve(in.request.plans.size());
  for (const PlanRequest& plan : in.request.plans) {
    std::vector<PushedEnvelope>& list = in.pushed.emplace_back();
    list.reserve(plan.push.size());
    for (const Bytes& push : plan.push) list.push_back(check_envelope(plan.plan, push, in));
  }
  return in;
}

}  // namespace samplan::relay
