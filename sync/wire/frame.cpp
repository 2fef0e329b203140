// Frames of request and reply, and receipts: what is signed around the TLV bodies of message.cpp.
#include "base/limits.h"
#include "sync/wire/message.h"

namespace samplan {
namespace {

constexpr std::string_view request_magic = "SPR1";
constexpr std::string_view reply_magic = "SPA1";
constexpr std::size_t signature_bytes = 64;
constexpr std::size_t nonce_bytes = 40;

Hash body_hash(ByteView body) { return crypto::hash("samplan/request-body/1", {body}); }

Hash request_digest(std::string_view host, std::string_view purpose, ByteView nonce, const Hash& body) {
  Bytes host_len;
  append_u16(host_len, static_cast<std::uint16_t>(host.size()));
  return crypto::hash("samplan/request-hash/1",
                      {host_len, ByteView::of(host), ByteView::of(purpose), nonce, body.view()});
}

Hash reply_digest(const Hash& request, ByteView body) {
  return crypto::hash("samplan/reply-hash/1", {request.view(), body});
}

}  // namespace

Bytes write_request_frame(const DeviceId& device, const RequestNonce& nonce, std::string_view host, ByteView body,
                          const crypto::SignKeyPair& key, std::string_view purpose) {
  Bytes out;
  out.reserve(body.size() + 128);
  append(out, ByteView::of(request_magic));
  append(out, device.view());
  append(out, nonce);
  append_u32(out, static_cast<std::uint32_t>(body.size()));
  append(out, body);
  append(out, crypto::sign(key, "samplan/request/1", request_digest(host, purpose, nonce, body_hash(body))).view());
  return out;
}

Result<RequestFrame> read_request_frame(ByteView bytes) {
  if (bytes.size() > limits::request_bytes_max) return Error{Errc::too_large, "request_frame"};
  Reader in(bytes);
  if (in.take(4).text() != request_magic)
    return Error{bytes.size() < 4 ? Errc::truncated : Errc::unknown_version, "request_frame"};
  RequestFrame f;
  f.device = DeviceId::from(in.take(DeviceId::size));
  f.nonce = in.array<nonce_bytes>();
  f.body = in.take(in.u32());
  f.signature = Signature::from(in.take(signature_bytes));
  if (!in.ok()) return Error{Errc::truncated, "request_frame"};
  if (!in.at_end()) return Error{Errc::malformed, "request_frame"};
  f.body_hash = body_hash(f.body);
  return f;
}

bool verify_request(const RequestFrame& frame, std::string_view host, const SignPublicKey& key,
                    std::string_view purpose) {
  return crypto::verify(key, "samplan/request/1", request_digest(host, purpose, frame.nonce, frame.body_hash),
                        frame.signature);
}

Hash request_hash(ByteView request_frame) { return crypto::hash("samplan/request-bytes/1", {request_frame}); }

Bytes write_reply_frame(ByteView body, const Hash& request, const crypto::SignKeyPair& server) {
  Bytes out;
  out.reserve(body.size() + 72);
  append(out, ByteView::of(reply_magic));
  append_u32(out, static_cast<std::uint32_t>(body.size()));
  append(out, body);
  append(out, crypto::sign(server, "samplan/reply/1", reply_digest(request, body)).view());
  return out;
}

Result<ByteView> open_reply_frame(ByteView bytes, const Hash& request, const SignPublicKey& server) {
  if (bytes.size() > limits::reply_bytes_max) return Error{Errc::too_large, "reply_frame"};
  Reader in(bytes);
  if (in.take(4).text() != reply_magic) return Error{Errc::bad_reply, "reply_frame"};
  const ByteView body = in.take(in.u32());
  const Signature signature = Signature::from(in.take(signature_bytes));
  if (!in.done()) return Error{Errc::bad_reply, "reply_frame"};
  if (!crypto::verify(server, "samplan/reply/1", reply_digest(request, body), signature))
    return Error{Errc::forged, "reply_frame"};
  return body;
}

Hash receipt_digest(const Receipt& r) {
  Bytes b;
  append_u64(b, r.generation);
  append_u64(b, r.gov_seq);
  append(b, r.gov_head.view());
  append_u64(b, static_cast<std::uint64_t>(r.recv_ms));
  for (const auto& [cursor, chain] : r.sections) {
    append_u16(b, cursor.section);
    append_u64(b, cursor.seq);
    append(b, chain.view());
  }
  return crypto::hash("samplan/receipt-hash/1", {r.plan.view(), b});
}

void sign_receipt(Receipt& receipt, const crypto::SignKeyPair& server) {
  receipt.signature = crypto::sign(server, "samplan/receipt/1", receipt_digest(receipt));
}

bool verify_receipt(const Receipt& receipt, const SignPublicKey& server) {
  return crypto::verify(server, "samplan/receipt/1", receipt_digest(receipt), receipt.signature);
}

Bytes write_receipt(const Receipt& r) {
  Bytes out;
  append_u64(out, r.generation);
  append_u64(out, r.gov_seq);
  append(out, r.gov_head.view());
  append_u64(out, static_cast<std::uint64_t>(r.recv_ms));
  append(out, r.signature.view());
  for (const auto& [cursor, chain] : r.sections) {
    append_u16(out, cursor.section);
    append_u64(out, cursor.seq);
    append(out, chain.view());
  }
  return out;
}

Result<Receipt> read_receipt(ByteView bytes, const PlanId& plan) {
  Reader in(bytes);
  Receipt r;
  r.plan = plan;
  r.generation = in.u64();
  r.gov_seq = in.u64();
  r.gov_head = Hash::from(in.take(32));
  r.recv_ms = static_cast<UnixMs>(in.u64());
  r.signature = Signature::from(in.take(64));
  while (in.ok() && !in.at_end()) {
    SectionCursor c;
    c.section = in.u16();
    c.seq = in.u64();
    const Hash chain = Hash::from(in.take(32));
    if (r.sections.size() == limits::sections_max ||
        (!r.sections.empty() && r.sections.back().first.section >= c.section))
      in.fail();
    r.sections.emplace_back(c, chain);
  }
  if (!in.ok()) return Error{Errc::malformed, "receipt"};
  return r;
}

const char* status_name(ItemStatus status) {
  switch (status) {
    case ItemStatus::ok: return "ok";
    case ItemStatus::dup: return "dup";
    case ItemStatus::gov_conflict: return "gov_conflict";
    case ItemStatus::gov_stale: return "gov_stale";
    case ItemStatus::epoch_stale: return "epoch_stale";
    case ItemStatus::rotation_due: return "rotation_due";
    case ItemStatus::forbidden: return "forbidden";
    case ItemStatus::withdrawn: return "withdrawn";
    case ItemStatus::author_gap: return "author_gap";
    case ItemStatus::author_fork: return "author_fork";
    case ItemStatus::bad_sig: return "bad_sig";
    case ItemStatus::too_large: return "too_large";
    case ItemStatus::quota: return "quota";
    case ItemStatus::deferred: return "deferred";
    case ItemStatus::bad_item: return "bad_item";
    case ItemStatus::no_consent: return "no_consent";
    case ItemStatus::unknown: return "unknown";
  }
  return "unknown";
}

}  // namespace samplan
