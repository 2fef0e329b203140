#include "sync/wire/record.h"

#include "base/limits.h"

namespace samplan {
namespace {

constexpr std::uint8_t suite = 1;
constexpr std::size_t header_bytes = 108;
constexpr std::size_t signature_bytes = 64;

std::string_view magic_of(LogKind log) { return log == LogKind::identity ? "SPI1" : "SPG1"; }
std::string_view sign_label(LogKind log) {
  return log == LogKind::identity ? "samplan/identity/1" : "samplan/governance/1";
}
std::string_view hash_label(LogKind log) {
  return log == LogKind::identity ? "samplan/identity-hash/1" : "samplan/governance-hash/1";
}
std::size_t body_bytes_max(LogKind log) {
  return log == LogKind::identity ? limits::identity_body_bytes_max : limits::record_body_bytes_max;
}

}  // namespace

Result<Record> read_record(LogKind log, ByteView bytes) {
  if (bytes.size() < header_bytes + signature_bytes) return Error{Errc::truncated, "read_record"};
  Reader in(bytes);
  if (in.take(4).text() != magic_of(log)) return Error{Errc::unknown_version, "read_record"};
  Record r;
  r.header.kind = in.u8();
  if (in.u8() != suite) return Error{Errc::unknown_version, "read_record"};
  if (in.u16() != 0) return Error{Errc::malformed, "read_record"};
  r.header.log = Hash::from(in.take(32));
  r.header.seq = in.u64();
  r.header.prev = Hash::from(in.take(32));
  r.header.signer = DeviceId::from(in.take(16));
  r.header.wall_ms = static_cast<UnixMs>(in.u64());
  const std::uint32_t body_len = in.u32();
  if (body_len > body_bytes_max(log)) return Error{Errc::too_large, "read_record"};
  if (bytes.size() != header_bytes + body_len + signature_bytes) return Error{Errc::malformed, "read_record"};
  const bool first = r.header.seq == 1;
  if (r.header.seq == 0 || r.header.log.is_zero() != first || r.header.prev.is_zero() != first)
    return Error{Errc::malformed, "read_record"};
  r.bytes = bytes;
  r.body = bytes.sub(header_bytes, body_len);
  r.signature = Signature::from(bytes.from(header_bytes + body_len));
  r.hash = crypto::hash(hash_label(log), {bytes.sub(0, header_bytes + body_len)});
  return r;
}

Bytes write_record(LogKind log, const RecordHeader& h, ByteView body, const crypto::SignKeyPair& signer) {
  Bytes out;
  append(out, ByteView::of(magic_of(log)));
  append_u8(out, h.kind);
  append_u8(out, suite);
  append_u16(out, 0);
  append(out, h.log.view());
  append_u64(out, h.seq);
  append(out, h.prev.view());
  append(out, h.signer.view());
  append_u64(out, static_cast<std::uint64_t>(h.wall_ms));
  append_u32(out, static_cast<std::uint32_t>(body.size()));
  append(out, body);
  const Hash digest = crypto::hash(hash_label(log), {out});
  append(out, crypto::sign(signer, sign_label(log), digest).view());
  return out;
}

bool verify_record(LogKind log, const Record& record, const SignPublicKey& signer) {
  return crypto::verify(signer, sign_label(log), record.hash, record.signature);
}

}  // namespace samplan
