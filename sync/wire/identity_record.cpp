#include "sync/wire/identity_record.h"

#include "base/limits.h"
#include "base/tlv.h"

namespace samplan {
namespace {

enum Tag : std::uint8_t {
  tag_device_sign = 2,
  tag_device_box = 4,
  tag_device_proof = 6,
  tag_device = 8,
  tag_member = 10,
  tag_registrar = 12,
  tag_generation = 14,
  tag_generation_key = 16,
  tag_wraps = 18,
  tag_signer_seq = 20,
  tag_on_paper = 21,  // odd: a program that does not know it sees a device like any other
};

struct Shape {
  bool device_keys, proof, device, member, registrar, generation, wraps, signer_seq;
};

bool shape_of(IdentityKind kind, Shape& shape) {
  switch (kind) {
    case IdentityKind::create_person: shape = {true, false, false, false, false, true, true, false}; return true;
    case IdentityKind::create_unit: shape = {false, false, false, true, false, true, true, true}; return true;
    case IdentityKind::add_device: shape = {true, true, false, false, false, false, true, false}; return true;
    case IdentityKind::revoke_device: shape = {false, false, true, false, false, true, true, false}; return true;
    case IdentityKind::new_generation: shape = {false, false, false, false, false, true, true, true}; return true;
    case IdentityKind::add_member: shape = {false, false, false, true, true, false, true, true}; return true;
    case IdentityKind::remove_member: shape = {false, false, false, true, false, true, true, true}; return true;
  }
  return false;
}

Bytes write_wrap(const GenerationWrap& w) {
  Bytes out;
  append_u8(out, static_cast<std::uint8_t>(w.recipient.size()));
  append(out, w.recipient);
  append_u32(out, w.recipient_generation);
  append(out, w.sealed);
  return out;
}

Result<GenerationWrap> read_wrap(ByteView bytes) {
  Reader in(bytes);
  GenerationWrap w;
  const std::uint8_t size = in.u8();
  w.recipient = in.take(size).copy();
  w.recipient_generation = in.u32();
  w.sealed = in.rest().copy();
  if (!in.ok() || (size != DeviceId::size && size != PrincipalId::size)) return Error{Errc::malformed, "identity_wrap"};
  return w;
}

}  // namespace

Bytes write_identity_body(IdentityKind kind, const IdentityBody& b) {
  Shape s{};
  shape_of(kind, s);
  TlvWriter out;
  if (s.device_keys) out.bytes(tag_device_sign, b.device_sign.view()).bytes(tag_device_box, b.device_box.view());
  if (s.proof) out.bytes(tag_device_proof, b.device_proof.view());
  if (s.device) out.bytes(tag_device, b.device.view());
  if (s.member) out.bytes(tag_member, b.member.view());
  if (s.registrar) out.u8(tag_registrar, b.registrar ? 1 : 0);
  if (s.generation) out.u32(tag_generation, b.generation).bytes(tag_generation_key, b.generation_key.view());
  if (s.wraps) {
    std::vector<Bytes> items;
    for (const GenerationWrap& w : b.wraps) items.push_back(write_wrap(w));
    out.list(tag_wraps, items);
  }
  if (s.signer_seq) out.u64(tag_signer_seq, b.signer_seq);
  if (s.proof && b.on_paper) out.u8(tag_on_paper, 1);
  return out.take();
}

Result<IdentityBody> read_identity_body(IdentityKind kind, ByteView bytes) {
  Shape s{};
  if (!shape_of(kind, s)) return Error{Errc::unknown_version, "identity_body"};
  TlvReader in(bytes, "identity_body");
  IdentityBody b;
  if (s.device_keys) {
    b.device_sign = in.id<SignPublicKey>(tag_device_sign);
    b.device_box = in.id<BoxPublicKey>(tag_device_box);
  }
  if (s.proof) b.device_proof = in.id<Signature>(tag_device_proof);
  if (s.device) b.device = in.id<DeviceId>(tag_device);
  if (s.member) b.member = in.id<PrincipalId>(tag_member);
  if (s.registrar) {
    const std::uint8_t flag = in.u8(tag_registrar);
    if (flag > 1) in.fail();
    b.registrar = flag == 1;
  }
  if (s.generation) {
    b.generation = in.u32(tag_generation);
    b.generation_key = in.id<BoxPublicKey>(tag_generation_key);
  }
  if (s.wraps) {
    if (!in.has(tag_wraps)) in.fail();  // an empty list is written, not left out
    for (const ByteView item : in.list(tag_wraps, limits::members_max)) {
      SP_TRY(GenerationWrap w, read_wrap(item));
      b.wraps.push_back(std::move(w));
    }
  }
  if (s.signer_seq) b.signer_seq = in.u64(tag_signer_seq);
  if (s.proof && in.has(tag_on_paper)) {
    if (in.u8(tag_on_paper) != 1) in.fail();  // what is not said is left out
    b.on_paper = true;
  }
  SP_OK(in.finish());
  return b;
}

}  // namespace samplan
