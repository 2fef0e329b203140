#include "sync/wire/vouch.h"

#include "base/limits.h"
#include "base/tlv.h"
#include "base/utf8.h"
#include "crypto/base64.h"
#include "sync/wire/message.h"
#include "sync/wire/message_parts.h"

namespace samplan {
namespace {

constexpr std::string_view question_magic = "SPQ1";
constexpr std::string_view request_magic = "SPV1";
constexpr std::string_view statement_magic = "SPW1";
constexpr std::uint16_t vouch_version = 1;
constexpr std::uint8_t last_status = static_cast<std::uint8_t>(VouchStatus::try_later);

enum RequestTag : std::uint8_t {
  rq_version = 2,
  rq_person = 4,
  rq_identity = 6,
  rq_random = 8,
  rq_token = 10
};
enum SettingsTag : std::uint8_t {
  st_version = 2,
  st_offered = 4,
  st_organisation = 6,
  st_issuer = 8,
  st_client = 10,
  st_scope = 12,
};
enum OutcomeTag : std::uint8_t { oc_version = 2, oc_status = 4, oc_statement = 6 };
enum VouchTag : std::uint8_t {
  vo_person = 2,
  vo_device = 4,
  vo_organisation = 6,
  vo_name = 8,
  vo_issuer = 10,
  vo_issued = 12,
  vo_expires = 14,
};

Hash body_hash_of(ByteView body) { return crypto::hash("samplan/vouch-body/1", {body}); }

Hash request_digest(const DeviceId& device, std::string_view host, const Hash& body) {
  Bytes host_len;
  append_u16(host_len, static_cast<std::uint16_t>(host.size()));
  return crypto::hash(
      "samplan/vouch-request-hash/1",
      {host_len, ByteView::of(host), ByteView::of("POST /v1/vouch"), device.view(), body.view()});
}

Hash statement_digest(ByteView body) { return crypto::hash("samplan/vouch-hash/1", {body}); }

// A line that people will read; whoever wrote it, it moves no cursor and begins no line of its own.
std::string read_text(TlvReader& in, std::uint8_t tag) {
  const std::string text(in.bytes(tag).text());
  if (text.size() > limits::name_bytes_max) {
    in.fail(Errc::too_large);
  } else if (!is_plain_text(text) || text.find_first_of("\n\t") != std::string::npos) {
    in.fail(Errc::not_utf8);
  } else if (text.empty()) {
    in.fail();
  }
  return text;
}

bool read_version(TlvReader& in, std::uint8_t tag) { return in.u16(tag) == vouch_version; }

}  // namespace

std::string vouch_nonce(const PrincipalId& person, const DeviceId& device, const VouchRandom& random) {
  return crypto::to_base64url(
      crypto::hash("samplan/vouch-nonce/1", {person.view(), device.view(), ByteView(random)}).view());
}

Bytes write_vouch_question(const VouchRandom& nonce) {
  Bytes out = ByteView::of(question_magic).copy();
  append(out, nonce);
  return out;
}

bool is_vouch_question(ByteView bytes) {
  return bytes.size() >= question_magic.size() &&
         bytes.sub(0, question_magic.size()).text() == question_magic;
}

Status read_vouch_question(ByteView bytes) {
  if (!is_vouch_question(bytes)) return Error{Errc::malformed, "vouch_question"};
  Reader in(bytes.from(question_magic.size()));
  in.take(sizeof(VouchRandom));
  if (!in.ok()) return Error{Errc::truncated, "vouch_question"};
  if (!in.at_end()) return Error{Errc::malformed, "vouch_question"};
  return {};
}

Bytes write_vouch_settings(const VouchSettings& s) {
  TlvWriter out;
  out.u16(st_version, vouch_version);
  if (!s.offered) return out.take();
  out.u8(st_offered, 1)
      .bytes(st_organisation, ByteView::of(s.organisation))
      .bytes(st_issuer, ByteView::of(s.issuer))
      .bytes(st_client, ByteView::of(s.client_id))
      .bytes(st_scope, ByteView::of(s.scope));
  return out.take();
}

Result<VouchSettings> read_vouch_settings(ByteView bytes) {
  TlvReader in(bytes, "vouch_settings");
  if (!read_version(in, st_version)) return Error{Errc::unknown_version, "vouch_settings"};
  VouchSettings out;
  out.offered = read_flag(in, st_offered);
  if (out.offered) {
    out.organisation = read_text(in, st_organisation);
    out.issuer = read_text(in, st_issuer);
    out.client_id = read_text(in, st_client);
    out.scope = read_text(in, st_scope);
  }
  SP_OK(in.finish());
  return out;
}

Bytes write_vouch_request(const VouchRequest& q, std::string_view host, const crypto::SignKeyPair& device) {
  TlvWriter tlv;
  tlv.u16(rq_version, vouch_version)
      .bytes(rq_person, q.person.view())
      .list(rq_identity, q.identity)
      .bytes(rq_random, q.random)
      .bytes(rq_token, ByteView::of(q.id_token));
  const Bytes body = tlv.take();
  Bytes out = ByteView::of(request_magic).copy();
  append(out, q.device.view());
  append_u32(out, static_cast<std::uint32_t>(body.size()));
  append(out, body);
  const Hash digest = request_digest(q.device, host, body_hash_of(body));
  append(out, crypto::sign(device, "samplan/vouch-request/1", digest).view());
  return out;
}

Result<VouchRequest> read_vouch_request(ByteView bytes) {
  if (bytes.size() > limits::request_bytes_max) return Error{Errc::too_large, "vouch_request"};
  Reader frame(bytes);
  if (frame.take(4).text() != request_magic)
    return Error{bytes.size() < 4 ? Errc::truncated : Errc::unknown_version, "vouch_request"};
  VouchRequest out;
  out.device = DeviceId::from(frame.take(DeviceId::size));
  const ByteView body = frame.take(frame.u32());
  out.signature = Signature::from(frame.take(Signature::size));
  if (!frame.ok()) return Error{Errc::truncated, "vouch_request"};
  if (!frame.at_end()) return Error{Errc::malformed, "vouch_request"};
  out.body_hash = body_hash_of(body);

  TlvReader in(body, "vouch_request");
  if (!read_version(in, rq_version)) return Error{Errc::unknown_version, "vouch_request"};
  out.person = in.id<PrincipalId>(rq_person);
  for (const ByteView record : in.list(rq_identity, limits::vouch_records_max))
    out.identity.push_back(record.copy());
  Reader random(in.bytes(rq_random));
  out.random = random.array<sizeof(VouchRandom)>();
  if (!random.done()) in.fail();
  out.id_token = std::string(in.bytes(rq_token).text());
  if (out.id_token.size() > limits::id_token_bytes_max) in.fail(Errc::too_large);
  SP_OK(in.finish());
  return out;
}

bool verify_vouch_request(const VouchRequest& q, std::string_view host, const SignPublicKey& device) {
  return crypto::verify(device, "samplan/vouch-request/1", request_digest(q.device, host, q.body_hash),
                        q.signature);
}

const char* vouch_status_name(VouchStatus status) {
  switch (status) {
    case VouchStatus::ok: return "ok";
    case VouchStatus::not_offered: return "not_offered";
    case VouchStatus::bad_device: return "bad_device";
    case VouchStatus::bad_token: return "bad_token";
    case VouchStatus::stale_token: return "stale_token";
    case VouchStatus::other_device: return "other_device";
    case VouchStatus::not_employee: return "not_employee";
    case VouchStatus::no_name: return "no_name";
    case VouchStatus::try_later: return "try_later";
  }
  return "bad_token";
}

Bytes write_vouch_outcome(const VouchOutcome& outcome) {
  TlvWriter out;
  out.u16(oc_version, vouch_version).u8(oc_status, static_cast<std::uint8_t>(outcome.status));
  if (outcome.status == VouchStatus::ok) out.bytes(oc_statement, outcome.statement);
  return out.take();
}

Result<VouchOutcome> read_vouch_outcome(ByteView bytes) {
  TlvReader in(bytes, "vouch_outcome");
  if (!read_version(in, oc_version)) return Error{Errc::unknown_version, "vouch_outcome"};
  VouchOutcome out;
  const std::uint8_t status = in.u8(oc_status);
  if (status > last_status) in.fail();
  out.status = static_cast<VouchStatus>(status);
  if (out.status == VouchStatus::ok) out.statement = in.bytes(oc_statement).copy();
  SP_OK(in.finish());
  return out;
}

Bytes write_vouch(const Vouch& v, const crypto::SignKeyPair& server) {
  TlvWriter tlv;
  tlv.bytes(vo_person, v.person.view())
      .bytes(vo_device, v.device.view())
      .bytes(vo_organisation, ByteView::of(v.organisation))
      .bytes(vo_name, ByteView::of(v.name))
      .bytes(vo_issuer, ByteView::of(v.issuer))
      .u64(vo_issued, static_cast<std::uint64_t>(v.issued_ms))
      .u64(vo_expires, static_cast<std::uint64_t>(v.expires_ms));
  const Bytes body = tlv.take();
  Bytes out = ByteView::of(statement_magic).copy();
  append_u32(out, static_cast<std::uint32_t>(body.size()));
  append(out, body);
  append(out, crypto::sign(server, "samplan/vouch/1", statement_digest(body)).view());
  return out;
}

Result<Vouch> open_vouch(ByteView statement, const SignPublicKey& server) {
  if (statement.size() > limits::vouch_bytes_max) return Error{Errc::too_large, "vouch"};
  Reader frame(statement);
  if (frame.take(4).text() != statement_magic) return Error{Errc::malformed, "vouch"};
  const ByteView body = frame.take(frame.u32());
  const Signature signature = Signature::from(frame.take(Signature::size));
  if (!frame.ok()) return Error{Errc::truncated, "vouch"};
  if (!frame.at_end()) return Error{Errc::malformed, "vouch"};
  if (!crypto::verify(server, "samplan/vouch/1", statement_digest(body), signature))
    return Error{Errc::forged, "vouch"};
  TlvReader in(body, "vouch");
  Vouch out;
  out.person = in.id<PrincipalId>(vo_person);
  out.device = in.id<DeviceId>(vo_device);
  out.organisation = read_text(in, vo_organisation);
  out.name = read_text(in, vo_name);
  out.issuer = read_text(in, vo_issuer);
  out.issued_ms = static_cast<UnixMs>(in.u64(vo_issued));
  out.expires_ms = static_cast<UnixMs>(in.u64(vo_expires));
  if (out.issued_ms < 0 || out.expires_ms <= out.issued_ms) in.fail();
  SP_OK(in.finish());
  return out;
}

}  // namespace samplan
