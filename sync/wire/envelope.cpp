#include "sync/wire/envelope.h"

#include "base/check.h"
#include "base/limits.h"

namespace samplan {
namespace {

constexpr std::string_view magic = "SPE1";
constexpr std::uint8_t suite = 1;
constexpr const char* sign_label = "samplan/envelope/1";

Hash id_of(ByteView signed_part) { return crypto::hash("samplan/envelope-id/1", {signed_part}); }

}  // namespace

Result<Envelope> read_envelope(ByteView bytes) {
  if (bytes.size() < envelope_overhead_bytes) return Error{Errc::truncated, "read_envelope"};
  Reader in(bytes);
  Envelope e;
  if (in.take(4).text() != magic) return Error{Errc::unknown_version, "read_envelope"};
  const std::uint8_t kind = in.u8();
  const std::uint8_t suite_read = in.u8();
  const std::uint16_t flags = in.u16();
  if (kind < 1 || kind > 5 || kind == 4 || suite_read != suite || (flags & ~envelope_flag_proposal) != 0)
    return Error{Errc::unknown_version, "read_envelope"};
  e.header.kind = static_cast<EnvelopeKind>(kind);
  e.header.proposal = flags != 0;
  e.header.plan = PlanId::from(in.take(32));
  e.header.section = in.u16();
  if (in.u16() != 0) return Error{Errc::malformed, "read_envelope"};
  e.header.epoch = in.u32();
  e.header.author = DeviceId::from(in.take(16));
  e.header.author_seq = in.u64();
  e.header.author_prev = Hash::from(in.take(32));
  e.header.gov_seq = in.u64();
  e.header.gov_head = Hash::from(in.take(32));
  in.take(24);
  const std::uint32_t ct_len = in.u32();
  if (ct_len > limits::envelope_ciphertext_bytes_max) return Error{Errc::too_large, "read_envelope"};
  if (bytes.size() != envelope_overhead_bytes + ct_len || ct_len < 16) return Error{Errc::malformed, "read_envelope"};
  e.bytes = bytes;
  e.header172 = bytes.sub(0, envelope_header_bytes);
  e.ciphertext = bytes.sub(envelope_header_bytes, ct_len);
  e.signature = Signature::from(bytes.from(envelope_header_bytes + ct_len));
  e.id = id_of(bytes.sub(0, envelope_header_bytes + ct_len));
  return e;
}

Bytes write_header144(const EnvelopeHeader& h) {
  Bytes out;
  out.reserve(envelope_unsealed_header_bytes);
  append(out, ByteView::of(magic));
  append_u8(out, static_cast<std::uint8_t>(h.kind));
  append_u8(out, suite);
  append_u16(out, h.proposal ? envelope_flag_proposal : std::uint16_t{0});
  append(out, h.plan.view());
  append_u16(out, h.section);
  append_u16(out, 0);
  append_u32(out, h.epoch);
  append(out, h.author.view());
  append_u64(out, h.author_seq);
  append(out, h.author_prev.view());
  append_u64(out, h.gov_seq);
  append(out, h.gov_head.view());
  return out;
}

Bytes finish_envelope(ByteView header144, ByteView nonce, ByteView ciphertext, const crypto::SignKeyPair& author) {
  SP_CHECK(header144.size() == envelope_unsealed_header_bytes && nonce.size() == 24);
  Bytes out = header144.copy();
  append(out, nonce);
  append_u32(out, static_cast<std::uint32_t>(ciphertext.size()));
  append(out, ciphertext);
  append(out, crypto::sign(author, sign_label, id_of(out)).view());
  return out;
}

bool verify_envelope(const Envelope& envelope, const SignPublicKey& author) {
  return crypto::verify(author, sign_label, envelope.id, envelope.signature);
}

Hash chain_start(const PlanId& plan, SectionId section) {
  Bytes s;
  append_u16(s, section);
  return crypto::hash("samplan/chain/1", {plan.view(), s});
}

Hash chain_next(const Hash& chain, const Hash& envelope_id) {
  return crypto::hash("samplan/chain/1", {chain.view(), envelope_id.view()});
}

}  // namespace samplan
