#include "sync/wire/governance_record.h"

#include "base/limits.h"
#include "base/tlv.h"
#include "crypto/sign.h"

namespace samplan {
namespace {

enum Tag : std::uint8_t {
  tag_subject = 2,
  tag_pin = 4,
  tag_role = 6,
  tag_masks = 8,
  tag_rotations = 10,
  tag_wraps_hash = 12,
  tag_history = 14,
  tag_not_after = 16,
  tag_text_hash = 18,
  tag_form = 20,
  tag_document_hash = 22,
  tag_policy = 24,
  tag_unique = 26,
  tag_heir = 28,
};

constexpr const char* where = "gov_body";

// Which fields a kind has; everything else is refused, so that a record says nothing that nobody checks.
struct Shape {
  bool subject, pin, role, masks, keys, consent, history, policy, heir = false;
};

bool shape_of(GovKind kind, Shape& s) {
  //                                                    subject pin   role  masks  keys  consent history policy
  switch (kind) {
    case GovKind::genesis:            s = {false, true, false, true, true, false, false, true}; return true;
    case GovKind::participant_add:    s = {true, true, true, true, true, false, false, false}; return true;
    case GovKind::consent_plan:       s = {false, false, false, false, false, true, false, false}; return true;
    case GovKind::consent_grant:      s = {true, false, false, true, true, true, true, false}; return true;
    case GovKind::consent_withdraw:   s = {true, false, false, true, true, true, false, false}; return true;
    case GovKind::role_change:        s = {true, false, true, true, true, false, false, false}; return true;
    case GovKind::coordinator_offer:  s = {true, false, false, false, true, false, false, false}; return true;
    case GovKind::coordinator_accept: s = {true, false, false, false, false, false, false, false}; return true;
    case GovKind::identity_update:    s = {false, true, false, false, true, false, false, false}; return true;
    case GovKind::epoch:              s = {false, false, false, false, true, false, false, false}; return true;
    case GovKind::suspend:            s = {true, false, false, false, true, false, false, false}; return true;
    case GovKind::resume:             s = {true, true, false, false, true, false, false, false}; return true;
    case GovKind::recovery_ask:       s = {true, false, false, false, false, false, false, false, true}; return true;
    case GovKind::recovery_complete:  s = {true, false, false, false, true, false, false, false}; return true;
    case GovKind::recovery_cancel:    s = {true, false, false, false, false, false, false, false}; return true;
  }
  return false;
}

std::vector<Bytes> write_masks(const std::vector<SectionMask>& masks) {
  std::vector<Bytes> items;
  for (const SectionMask& m : masks) {
    Bytes item;
    append_u16(item, m.section);
    append_u8(item, m.mask);
    items.push_back(std::move(item));
  }
  return items;
}

std::vector<Bytes> write_rotations(const std::vector<Rotation>& rotations) {
  std::vector<Bytes> items;
  for (const Rotation& r : rotations) {
    Bytes item;
    append_u16(item, r.section);
    append_u32(item, r.epoch);
    append(item, r.commitment.view());
    append_u64(item, r.cut_seq);
    append(item, r.cut_chain.view());
    items.push_back(std::move(item));
  }
  return items;
}

void read_masks(TlvReader& in, std::vector<SectionMask>& out) {
  SectionId last = 0;
  if (!in.has(tag_masks)) in.fail();  // an empty list is written, not left out
  for (const ByteView item : in.list(tag_masks, limits::sections_max)) {
    Reader r(item);
    SectionMask m;
    m.section = r.u16();
    m.mask = r.u8();
    // Ascending sections: one encoding, and no section twice.
    if (!r.done() || m.section <= last || (m.mask & ~rights_all) != 0) return in.fail();
    last = m.section;
    out.push_back(m);
  }
}

void read_rotations(TlvReader& in, std::vector<Rotation>& out) {
  SectionId last = 0;
  if (!in.has(tag_rotations)) in.fail();
  for (const ByteView item : in.list(tag_rotations, limits::sections_max)) {
    Reader r(item);
    Rotation x;
    x.section = r.u16();
    x.epoch = r.u32();
    x.commitment = Hash::from(r.take(32));
    x.cut_seq = r.u64();
    x.cut_chain = Hash::from(r.take(32));
    if (!r.done() || x.section <= last || x.commitment.is_zero() != (x.epoch == 0)) return in.fail();
    last = x.section;
    out.push_back(x);
  }
}

Bytes write_policy(const PlanPolicy& p) {
  Bytes out;
  for (const std::uint16_t v : {p.version, p.lease_days_staff, p.lease_days_others, p.hand_over_days,
                                p.coordinator_wait_days, p.recovery_wait_hours})
    append_u16(out, v);
  return out;
}

PlanPolicy read_policy(TlvReader& in) {
  Reader r(in.bytes(tag_policy));
  PlanPolicy p;
  for (std::uint16_t* v : {&p.version, &p.lease_days_staff, &p.lease_days_others, &p.hand_over_days,
                           &p.coordinator_wait_days, &p.recovery_wait_hours})
    *v = r.u16();
  if (!r.done()) in.fail();
  if (p.version != 1) in.fail(Errc::unknown_version);
  return p;
}

void read_pin(TlvReader& in, GovBody& b) {
  Reader r(in.bytes(tag_pin));
  IdentityPin pin;
  pin.principal = PrincipalId::from(r.take(32));
  pin.seq = r.u64();
  pin.hash = Hash::from(r.take(32));
  if (!r.done() || pin.seq == 0) return in.fail();
  b.pin = pin;
}

}  // namespace

Bytes write_wrap(const KeyWrap& w) {
  Bytes out;
  append_u16(out, w.section);
  append_u16(out, w.participant);
  append_u32(out, w.generation);
  append(out, w.sealed);
  return out;
}

Result<KeyWrap> read_wrap(ByteView bytes) {
  Reader r(bytes);
  KeyWrap w;
  w.section = r.u16();
  w.participant = r.u16();
  w.generation = r.u32();
  w.sealed = r.rest().copy();
  if (!r.ok()) return Error{Errc::truncated, "key_wrap"};
  return w;
}

Hash hash_wraps(const std::vector<KeyWrap>& wraps) {
  Bytes all;
  for (const KeyWrap& w : wraps) {
    const Bytes one = write_wrap(w);
    append_u32(all, static_cast<std::uint32_t>(one.size()));
    append(all, one);
  }
  return crypto::hash("samplan/wraps/1", {all});
}

Status attach_wraps(GovBody& body, std::vector<KeyWrap> wraps) {
  // A kind that hands out no keys names no hash.
  if (body.wraps_hash.is_zero() && wraps.empty()) return Status::good();
  if (hash_wraps(wraps) != body.wraps_hash) return Error{Errc::forged, "attach_wraps"};
  body.wraps = std::move(wraps);
  return Status::good();
}

Bytes write_gov_body(GovKind kind, const GovBody& b) {
  Shape s{};
  shape_of(kind, s);
  TlvWriter out;
  if (s.subject) out.u16(tag_subject, b.subject);
  if (s.pin) {
    Bytes pin;
    const IdentityPin p = b.pin.value_or(IdentityPin{});
    append(pin, p.principal.view());
    append_u64(pin, p.seq);
    append(pin, p.hash.view());
    out.bytes(tag_pin, pin);
  }
  if (s.role) out.u8(tag_role, static_cast<std::uint8_t>(b.role.value_or(Role::provider)));
  if (s.masks) out.list(tag_masks, write_masks(b.masks));
  if (s.keys) out.list(tag_rotations, write_rotations(b.rotations)).bytes(tag_wraps_hash, hash_wraps(b.wraps).view());
  if (s.history) {
    out.u8(tag_history, static_cast<std::uint8_t>(b.history));
    out.u64(tag_not_after, static_cast<std::uint64_t>(b.not_after));
  }
  if (s.consent) {
    out.bytes(tag_text_hash, b.text_hash.view()).u8(tag_form, static_cast<std::uint8_t>(b.form));
    out.bytes(tag_document_hash, b.document_hash.view());
  }
  if (s.policy) out.bytes(tag_policy, write_policy(b.policy)).bytes(tag_unique, b.unique);
  if (s.heir) out.u16(tag_heir, b.heir);
  return out.take();
}

Result<GovBody> read_gov_body(GovKind kind, ByteView bytes) {
  Shape s{};
  if (!shape_of(kind, s)) return Error{Errc::unknown_version, where};
  TlvReader in(bytes, where);
  GovBody b;
  if (s.subject) b.subject = in.u16(tag_subject);
  if (s.pin) read_pin(in, b);
  if (s.role) {
    const std::uint8_t role = in.u8(tag_role);
    if (role < 1 || role > 8) in.fail();
    b.role = static_cast<Role>(role);
  }
  if (s.masks) read_masks(in, b.masks);
  if (s.keys) {
    read_rotations(in, b.rotations);
    b.wraps_hash = in.id<Hash>(tag_wraps_hash);
    if (b.wraps_hash.is_zero()) in.fail();
  }
  if (s.history) {
    const std::uint8_t history = in.u8(tag_history);
    if (history < 1 || history > 2) in.fail();
    b.history = static_cast<History>(history);
    b.not_after = static_cast<UnixMs>(in.u64(tag_not_after));
    if (b.not_after < 0) in.fail();
  }
  if (s.consent) {
    b.text_hash = in.id<Hash>(tag_text_hash);
    const std::uint8_t form = in.u8(tag_form);
    if (form < 1 || form > 3) in.fail();
    b.form = static_cast<ConsentForm>(form);
    b.document_hash = in.id<Hash>(tag_document_hash);
  }
  if (s.policy) {
    b.policy = read_policy(in);
    Reader unique(in.bytes(tag_unique));
    b.unique = unique.array<16>();
    if (!unique.done()) in.fail();
  }
  if (s.heir) b.heir = in.u16(tag_heir);
  SP_OK(in.finish());
  return b;
}

}  // namespace samplan
