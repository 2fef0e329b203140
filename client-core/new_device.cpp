#include "client-core/new_device.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "client-core/devices.h"
#include "client-core/people.h"
#include "sync/log/identity.h"

namespace samplan {
namespace {

const Error code_is_over{Errc::not_found, "enrolment.code",
                         "Koden er utløpt eller avbrutt. Ingenting er endret. Lag en ny kode."};
const Error not_trusted{Errc::forged, "enrolment.message",
                        "Noen andre enn enheten din har svart på koden. Ingenting er endret. Lag en ny kode."};

}  // namespace

Result<NewDevice> NewDevice::start(const std::string& server_url, const SignPublicKey& server_key, std::string_view name,
                                   Entropy& entropy, UnixMs now) {
  if (name.empty() || name.size() > device_name_bytes_max || !is_plain_text(name))
    return Error{Errc::invalid_argument, "device.name", "Gi enheten et kort navn, som «Telefonen min»."};
  NewDevice out(DeviceKeys::create(entropy));
  out.code_.server_url = server_url;
  while (!out.code_.server_url.empty() && out.code_.server_url.back() == '/') out.code_.server_url.pop_back();
  out.code_.keys = enrolment_keys(out.keys_.sign.public_key, out.keys_.box.public_key);
  entropy.fill(out.code_.secret.data(), out.code_.secret.size());
  out.server_key_ = server_key;
  out.name_ = std::string(name);
  out.started_ms_ = now;
  return out;
}

NewDevice::State NewDevice::state() const {
  if (failed_) return State::failed;
  if (stage_ == Stage::over) return State::ready;
  return offer_bytes_.empty() ? State::waiting : State::compare;
}

std::string NewDevice::words() const { return four_words(enrolment_words(code_, offer_)); }

void NewDevice::fail(Error error) {
  failed_ = true;
  error_ = std::move(error);
}

Bytes NewDevice::next_request(Entropy& entropy) {
  MeetRequest q;
  q.box = code_.box();
  switch (stage_) {
    case Stage::opening: q.act = MeetAct::open; break;
    case Stage::greeting:
      if (hello_.empty())
        hello_ = seal_hello(code_, {keys_.sign.public_key, keys_.box.public_key, name_}, entropy);
      q.act = MeetAct::put;
      q.message = hello_;
      break;
    case Stage::proving:
      if (proof_.empty()) {
        const Signature joins = crypto::sign(keys_.sign, "samplan/device-joins/1", device_joins_digest(offer_.person));
        proof_ = seal_proof(code_, {joins, enrolment_words(code_, offer_)}, entropy);
      }
      q.act = MeetAct::put;
      q.message = proof_;
      break;
    case Stage::looking:
    case Stage::receiving:
    case Stage::over: break;
  }
  return write_meet_request(q);
}

Bytes NewDevice::cancel_request() const {
  MeetRequest q;
  q.act = MeetAct::close;
  q.box = code_.box();
  return write_meet_request(q);
}

Status NewDevice::on_reply(ByteView bytes, UnixMs now) {
  if (failed_ || stage_ == Stage::over) return Status::good();
  SP_TRY(const MeetReply reply, read_meet_reply(bytes));
  if (now - started_ms_ > enrolment_ms || reply.status == MeetStatus::unknown || reply.status == MeetStatus::full) {
    fail(code_is_over);
    return Status::good();
  }
  if (reply.status == MeetStatus::busy) return Error{Errc::try_later, "enrolment.busy"};
  // What was sent has arrived: on to the next step.
  if (stage_ == Stage::opening) {
    stage_ = Stage::greeting;
  } else if (stage_ == Stage::greeting) {
    stage_ = Stage::looking;
  } else if (stage_ == Stage::proving) {
    stage_ = Stage::receiving;
  }
  for (const MeetMessage& message : reply.messages) {
    const Status taken = take(message.body);
    if (taken.ok()) continue;
    fail(taken.error());
    return Status::good();
  }
  if (parts_all_ != 0 && parts_.size() == parts_all_) stage_ = Stage::over;
  return Status::good();
}

Status NewDevice::take(ByteView message) {
  if (message == ByteView(hello_) || message == ByteView(proof_)) return Status::good();
  const auto opened = open_message(code_, message);
  if (!opened.ok()) return not_trusted;
  switch (opened->step) {
    case EnrolmentMessage::Step::offer: return take_offer(message, opened->content);
    case EnrolmentMessage::Step::grant: return take_part(opened->content);
    // Somebody else speaks as this device.
    case EnrolmentMessage::Step::hello:
    case EnrolmentMessage::Step::proof: break;
  }
  return not_trusted;
}

Status NewDevice::take_offer(ByteView message, ByteView content) {
  if (message == ByteView(offer_bytes_)) return Status::good();
  // Two who both answer: one of them is not on the table.
  if (!offer_bytes_.empty() || stage_ != Stage::looking) return not_trusted;
  const auto offer = read_offer(keys_.box, content);
  if (!offer.ok()) return not_trusted;
  if (offer->server_key != server_key_)
    return Error{Errc::forged, "enrolment.server_key",
                 "Den andre enheten kjenner serveren med en annen nøkkel. Ingenting er endret. Si fra til driften."};
  offer_ = *offer;
  offer_bytes_ = message.copy();
  stage_ = Stage::proving;
  return Status::good();
}

Status NewDevice::take_part(ByteView content) {
  const auto part = read_grant_part(keys_.box, content);
  if (!part.ok() || stage_ != Stage::receiving) return not_trusted;
  if (parts_all_ != 0 && parts_all_ != part->parts) return not_trusted;
  parts_all_ = part->parts;
  const auto known = parts_.find(part->part);
  if (known != parts_.end() && known->second != part->bytes) return not_trusted;
  parts_[part->part] = part->bytes;
  return Status::good();
}

Result<EnrolmentGrant> NewDevice::grant() const {
  Bytes joined;
  for (const auto& part : parts_) append(joined, part.second);
  return read_grant(joined);
}

}  // namespace samplan
