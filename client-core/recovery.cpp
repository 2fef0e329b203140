#include "client-core/recovery.h"

#include <algorithm>

#include "base/limits.h"
#include "client-core/core.h"
#include "client-core/paper.h"

namespace samplan {
namespace {

constexpr int conflicts_max = 5;  // another device of the person writes to the log at the same time

const Error not_known{
    Errc::not_found, "recovery.code",
    "Serveren kjenner ikke denne koden. Se etter at adressen er den som står på papiret, og at du "
    "ikke har en nyere kode."};
const Error is_closed{Errc::withdrawn, "recovery.code",
                      "Koden gjelder ikke lenger: den er brukt eller erstattet av en nyere."};
const Error not_trusted{
    Errc::forged, "recovery.log",
    "Det serveren ga, henger ikke sammen med koden. Ingenting er laget. Si fra til driften."};
const Error no_room{Errc::too_large, "recovery.devices",
                    "Du har hatt så mange enheter som Samplan tar imot. Ingenting er laget."};

PrincipalId log_of(const Record& record) { return PrincipalId::from(record.log().view()); }

}  // namespace

Result<Recovery> Recovery::start(const std::string& server_url, const SignPublicKey& server_key,
                                 const crypto::Secret32& secret, Entropy& entropy) {
  if (host_of(server_url).empty())
    return Error{Errc::invalid_argument, "home.server_url",
                 "Serverens adresse må begynne med http:// eller https://."};
  Recovery out(paper_keys(secret), DeviceKeys::create(entropy));
  out.server_url_ = server_url;
  while (!out.server_url_.empty() && out.server_url_.back() == '/') out.server_url_.pop_back();
  out.server_key_ = server_key;
  return out;
}

void Recovery::fail(Error error) {
  state_ = State::failed;
  error_ = std::move(error);
}

Bytes Recovery::next_request(UnixMs now) {
  SyncRequest q;
  q.person = person_;
  q.only_named_plans = true;
  q.mail_seen = UINT64_MAX;  // letters wait for the fresh device
  const IdentityState* me = book_.find(person_);
  q.own_logs.push_back({person_, me == nullptr ? 0 : me->seq()});
  if (state_ == State::adding) {
    if (record_.empty()) {
      auto made = add_record(now);
      if (made.ok()) {
        record_ = std::move(*made);
      } else {
        fail(made.error());
      }
    }
    if (!record_.empty()) q.identity.push_back(record_);
  }
  Bytes frame =
      write_request_frame(paper_.id(), nonce_, host_of(server_url_), write_request_body(q), paper_.sign);
  asked_ = request_hash(frame);
  return frame;
}

Status Recovery::on_reply(ByteView bytes) {
  if (state_ == State::ready || state_ == State::failed) return Status::good();
  SP_TRY(const ByteView body, open_reply_frame(bytes, asked_, server_key_));
  SP_TRY(const SyncReply reply, read_reply_body(body));
  nonce_ = reply.nonce;
  if (reply.nonce_refused) return Status::good();
  switch (reply.status) {
    case ItemStatus::ok: break;
    case ItemStatus::deferred: return Error{Errc::try_later, "recovery.busy"};
    case ItemStatus::unknown: fail(not_known); return Status::good();
    case ItemStatus::withdrawn: fail(is_closed); return Status::good();
    default: fail({Errc::refused, "recovery.refused"}); return Status::good();
  }
  if (const Status taken = take_answer(reply); !taken.ok()) fail(taken.error());
  return Status::good();
}

Status Recovery::take_answer(const SyncReply& reply) {
  const bool grew = take_log(reply.identity);
  if (state_ == State::fetching) {
    if (grew) return Status::good();  // there may be more
    SP_OK(check_log());
    state_ = State::adding;
    return Status::good();
  }
  if (reply.identity_results.size() != 1) return not_trusted;
  const ItemStatus status = reply.identity_results[0].status;
  if (status == ItemStatus::ok || status == ItemStatus::dup) {
    if (book_.add(record_).ok()) log_.push_back(record_);
    const IdentityBook::Owner owner = book_.find_device(fresh_.id());
    if (owner.device == nullptr || owner.person->id != person_) return not_trusted;
    state_ = State::ready;
    return Status::good();
  }
  if (status == ItemStatus::gov_conflict && ++conflicts_ <= conflicts_max) {
    record_.clear();
    state_ = State::fetching;
    return Status::good();
  }
  if (status == ItemStatus::quota) return no_room;
  return Error{Errc::refused, "recovery.refused"};
}

// What of it is the person's: units and their members come to the fresh device with its first sync. True if
// there was anything new.
bool Recovery::take_log(const std::vector<Bytes>& records) {
  bool grew = false;
  for (const Bytes& bytes : records) {
    const auto record = read_record(LogKind::identity, bytes);
    if (!record.ok()) continue;
    const auto kind = static_cast<IdentityKind>(record->header.kind);
    if (person_.is_zero() && kind == IdentityKind::create_person) person_ = log_of(*record);
    if (log_of(*record) != person_) continue;
    const IdentityState* me = book_.find(person_);
    if (me != nullptr && record->header.seq <= me->seq()) continue;
    const auto body = read_identity_body(kind, record->body);
    if (!body.ok() || !book_.add(bytes).ok()) continue;
    grew = true;
    log_.push_back(bytes);
    for (const GenerationWrap& wrap : body->wraps)
      if (ByteView(wrap.recipient) == paper_.id().view()) key_wrap_ = wrap.sealed;
  }
  return grew;
}

// The log must be of the person who made the paper: the paper's own signature over the person is in it.
Status Recovery::check_log() {
  const IdentityBook::Owner owner = book_.find_device(paper_.id());
  if (owner.device == nullptr || owner.person->id != person_) return not_trusted;
  if (owner.device->revoked_seq != 0) return is_closed;
  if (owner.person->devices.size() >= limits::devices_max) return no_room;
  return Status::good();
}

Result<Bytes> Recovery::add_record(UnixMs now) const {
  const IdentityState* me = book_.find(person_);
  auto plain = crypto::open_sealed(paper_.box, key_wrap_);
  if (me == nullptr || !plain.ok()) return not_trusted;
  IdentityBody body;
  body.device_sign = fresh_.sign.public_key;
  body.device_box = fresh_.box.public_key;
  body.device_proof = crypto::sign(fresh_.sign, "samplan/device-joins/1", device_joins_digest(person_));
  body.wraps.push_back({fresh_.id().view().copy(), 0, crypto::seal_to(fresh_.box.public_key, *plain)});
  crypto::wipe(*plain);
  RecordHeader header;
  header.kind = static_cast<std::uint8_t>(IdentityKind::add_device);
  header.log = Hash::from(person_.view());
  header.seq = me->seq() + 1;
  header.prev = me->head();
  header.signer = paper_.id();
  header.wall_ms = now;
  return write_record(LogKind::identity, header, write_identity_body(IdentityKind::add_device, body),
                      paper_.sign);
}

}  // namespace samplan
