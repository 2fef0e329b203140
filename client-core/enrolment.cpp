#include "client-core/enrolment.h"

#include <algorithm>

#include "base/limits.h"
#include "base/tlv.h"
#include "base/utf8.h"
#include "crypto/aead.h"
#include "crypto/sign.h"

namespace samplan {
namespace {

using Step = EnrolmentMessage::Step;

constexpr std::string_view path = "/#/ny-enhet/";
constexpr std::string_view purpose = "samplan/enrol/1";
constexpr std::size_t payload_bytes = 1 + 32 + 16;
constexpr std::size_t part_bytes = 3800;    // of a message of 4,096 with what seals it twice
constexpr std::size_t grant_parts_max = 12;  // of sixteen messages; three were said before
constexpr std::size_t records_max = 256;

enum HelloTag : std::uint8_t { he_sign = 2, he_box = 4, he_name = 6 };
enum OfferTag : std::uint8_t { of_person = 2, of_device = 4, of_name = 6, of_server = 8 };
enum ProofTag : std::uint8_t { pr_joins = 2, pr_words = 4 };
enum PartTag : std::uint8_t { pa_part = 2, pa_parts = 4, pa_bytes = 6 };
enum GrantTag : std::uint8_t { gr_identity = 2, gr_devices = 4, gr_units = 6 };

bool is_from_old(Step step) { return step == Step::offer || step == Step::grant; }

crypto::Secret32 side_key(const EnrolmentCode& code, bool old_side) {
  return crypto::Secret32::from(
      crypto::hash(old_side ? "samplan/enrol-old/1" : "samplan/enrol-new/1", {code.secret}).view());
}

Bytes seal_message(const EnrolmentCode& code, Step step, ByteView content, Entropy& entropy) {
  Bytes plain{static_cast<std::uint8_t>(step)};
  append(plain, content);
  return crypto::seal_local(side_key(code, is_from_old(step)), purpose, code.box().view(), plain, entropy);
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= limits::name_bytes_max && is_plain_text(name);
}

template <class Id>
std::vector<Bytes> name_items(const std::vector<std::pair<Id, std::string>>& names) {
  std::vector<Bytes> out;
  for (const auto& entry : names) {
    Bytes item = entry.first.view().copy();
    append(item, ByteView::of(entry.second));
    out.push_back(std::move(item));
  }
  return out;
}

template <class Id>
void read_names(TlvReader& in, std::uint8_t tag, std::vector<std::pair<Id, std::string>>& out) {
  for (const ByteView item : in.list(tag, records_max)) {
    Reader r(item);
    const Id id = Id::from(r.take(Id::size));
    std::string name(r.rest().text());
    if (!r.ok() || !is_name(name)) in.fail();
    out.emplace_back(id, std::move(name));
  }
}

}  // namespace

MeetBoxId EnrolmentCode::box() const {
  return MeetBoxId::from(crypto::hash("samplan/enrol-box/1", {secret}).view());
}

std::string write_enrolment_code(const EnrolmentCode& code) {
  Bytes payload{1};
  append(payload, code.keys.view());
  append(payload, code.secret);
  return code.server_url + std::string(path) + to_hex(payload);
}

Result<EnrolmentCode> parse_enrolment_code(std::string_view link) {
  if (link.size() > 4096) return Error{Errc::too_large, "enrolment_code"};
  const Error malformed{Errc::malformed, "enrolment_code",
                        "Dette er ikke en hel kode for en ny enhet. Kopier hele lenken og prøv igjen."};
  const std::size_t at = link.find(path);
  if (at == std::string_view::npos || at == 0) return malformed;
  const auto payload = from_hex(link.substr(at + path.size()));
  if (!payload.ok() || payload->empty()) return malformed;
  if (payload->front() != 1)
    return Error{Errc::unknown_version, "enrolment_code", "Koden er laget av en nyere utgave av Samplan."};
  if (payload->size() != payload_bytes) return malformed;
  Reader in(ByteView(*payload).sub(1, payload->size() - 1));
  EnrolmentCode out;
  out.server_url = std::string(link.substr(0, at));
  out.keys = Hash::from(in.take(32));
  out.secret = in.array<16>();
  return out;
}

Hash enrolment_keys(const SignPublicKey& sign_key, const BoxPublicKey& box_key) {
  return crypto::hash("samplan/enrol-keys/1", {sign_key.view(), box_key.view()});
}

Hash enrolment_words(const EnrolmentCode& code, const EnrolmentOffer& offer) {
  return crypto::hash("samplan/enrol-words/1", {code.secret, code.keys.view(), offer.person.view(), offer.device.view(),
                                                offer.server_key.view()});
}

Bytes seal_hello(const EnrolmentCode& code, const EnrolmentHello& hello, Entropy& entropy) {
  TlvWriter out;
  out.bytes(he_sign, hello.sign_key.view()).bytes(he_box, hello.box_key.view()).bytes(he_name, ByteView::of(hello.name));
  return seal_message(code, Step::hello, out.take(), entropy);
}

Bytes seal_proof(const EnrolmentCode& code, const EnrolmentProof& proof, Entropy& entropy) {
  TlvWriter out;
  out.bytes(pr_joins, proof.joins.view()).bytes(pr_words, proof.words.view());
  return seal_message(code, Step::proof, out.take(), entropy);
}

Bytes seal_offer(const EnrolmentCode& code, const BoxPublicKey& to, const EnrolmentOffer& offer, Entropy& entropy) {
  TlvWriter out;
  out.bytes(of_person, offer.person.view()).bytes(of_device, offer.device.view());
  out.bytes(of_name, ByteView::of(offer.name)).bytes(of_server, offer.server_key.view());
  return seal_message(code, Step::offer, crypto::seal_to(to, out.take()), entropy);
}

Result<std::vector<Bytes>> seal_grant(const EnrolmentCode& code, const BoxPublicKey& to, const EnrolmentGrant& grant,
                                      Entropy& entropy) {
  TlvWriter whole;
  whole.list(gr_identity, grant.identity).list(gr_devices, name_items(grant.devices)).list(gr_units, name_items(grant.units));
  const Bytes joined = whole.take();
  const std::size_t parts = (joined.size() + part_bytes - 1) / part_bytes;
  if (parts > grant_parts_max) return Error{Errc::too_large, "enrolment_grant"};
  std::vector<Bytes> out;
  for (std::size_t i = 0; i < parts; ++i) {
    const std::size_t from = i * part_bytes;
    TlvWriter part;
    part.u8(pa_part, static_cast<std::uint8_t>(i)).u8(pa_parts, static_cast<std::uint8_t>(parts));
    part.bytes(pa_bytes, ByteView(joined).sub(from, std::min(part_bytes, joined.size() - from)));
    out.push_back(seal_message(code, Step::grant, crypto::seal_to(to, part.take()), entropy));
  }
  return out;
}

Result<EnrolmentMessage> open_message(const EnrolmentCode& code, ByteView sealed) {
  for (const bool old_side : {false, true}) {
    auto plain = crypto::open_local(side_key(code, old_side), purpose, code.box().view(), sealed);
    if (!plain.ok()) continue;
    if (plain->empty() || plain->front() < 1 || plain->front() > 4) return Error{Errc::malformed, "enrolment"};
    const Step step = static_cast<Step>(plain->front());
    // Neither side speaks for the other.
    if (is_from_old(step) != old_side) return Error{Errc::forged, "enrolment.side"};
    return EnrolmentMessage{step, ByteView(*plain).sub(1, plain->size() - 1).copy()};
  }
  return Error{Errc::forged, "enrolment"};
}

Result<EnrolmentHello> read_hello(const EnrolmentCode& code, ByteView content) {
  TlvReader in(content, "enrolment_hello");
  EnrolmentHello out;
  out.sign_key = in.id<SignPublicKey>(he_sign);
  out.box_key = in.id<BoxPublicKey>(he_box);
  out.name = std::string(in.bytes(he_name).text());
  SP_OK(in.finish());
  if (!is_name(out.name)) return Error{Errc::not_utf8, "enrolment_hello"};
  if (enrolment_keys(out.sign_key, out.box_key) != code.keys) return Error{Errc::forged, "enrolment_hello.keys"};
  return out;
}

Result<EnrolmentProof> read_proof(ByteView content) {
  TlvReader in(content, "enrolment_proof");
  EnrolmentProof out;
  out.joins = in.id<Signature>(pr_joins);
  out.words = in.id<Hash>(pr_words);
  SP_OK(in.finish());
  return out;
}

Result<EnrolmentOffer> read_offer(const crypto::BoxKeyPair& own, ByteView content) {
  SP_TRY(const Bytes plain, crypto::open_sealed(own, content));
  TlvReader in(plain, "enrolment_offer");
  EnrolmentOffer out;
  out.person = in.id<PrincipalId>(of_person);
  out.device = in.id<DeviceId>(of_device);
  out.name = std::string(in.bytes(of_name).text());
  out.server_key = in.id<SignPublicKey>(of_server);
  SP_OK(in.finish());
  if (!is_name(out.name)) return Error{Errc::not_utf8, "enrolment_offer"};
  return out;
}

Result<GrantPart> read_grant_part(const crypto::BoxKeyPair& own, ByteView content) {
  SP_TRY(const Bytes plain, crypto::open_sealed(own, content));
  TlvReader in(plain, "enrolment_part");
  GrantPart out;
  out.part = in.u8(pa_part);
  out.parts = in.u8(pa_parts);
  out.bytes = in.bytes(pa_bytes).copy();
  SP_OK(in.finish());
  if (out.parts == 0 || out.parts > grant_parts_max || out.part >= out.parts)
    return Error{Errc::malformed, "enrolment_part"};
  return out;
}

Result<EnrolmentGrant> read_grant(ByteView joined) {
  TlvReader in(joined, "enrolment_grant");
  EnrolmentGrant out;
  for (const ByteView record : in.list(gr_identity, records_max)) out.identity.push_back(record.copy());
  read_names(in, gr_devices, out.devices);
  read_names(in, gr_units, out.units);
  SP_OK(in.finish());
  return out;
}

}  // namespace samplan
