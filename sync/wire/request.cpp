// TLV body of a sync request.
#include "base/limits.h"
#include "base/tlv.h"
#include "sync/wire/message.h"
#include "sync/wire/message_parts.h"

namespace samplan {
namespace {

enum RequestTag : std::uint8_t {
  rq_version = 2,
  rq_person = 4,
  rq_generation = 6,
  rq_cursors = 8,
  rq_reply_max = 10,
  rq_only_named = 12,
  rq_identity = 14,
  rq_plans = 16,
  rq_boxes = 18,
  rq_mail = 20,
  rq_drops = 22,
  rq_mail_seen = 24,
  rq_code = 26,
  rq_box = 28,
  rq_snapshots = 30,
  rq_own_logs = 31,  // odd: a server that does not know it leaves it
};

enum PlanTag : std::uint8_t {
  pl_plan = 2,
  pl_gov = 4,
  pl_identity = 6,
  pl_sections = 8,
  pl_push_gov = 10,
  pl_push = 12,
  pl_begin = 14,
  pl_history = 16,
};

// Section and two numbers, as `begin` and `history` have them; sections ascend.
struct SectionPair {
  SectionId section = 0;
  std::uint64_t first = 0;
  std::uint64_t second = 0;
};

void append_pair(Bytes& out, SectionId section, std::uint64_t first, std::uint64_t second) {
  append_u16(out, section);
  append_varint(out, first);
  append_varint(out, second);
}

std::vector<SectionPair> read_pairs(TlvReader& in, std::uint8_t tag) {
  std::vector<SectionPair> out;
  if (!in.has(tag)) return out;
  Reader r(in.bytes(tag));
  SectionId last = 0;
  while (r.ok() && !r.at_end()) {
    SectionPair p;
    p.section = r.u16();
    p.first = r.varint();
    p.second = r.varint();
    if (p.section <= last || out.size() == limits::sections_max) r.fail();
    last = p.section;
    out.push_back(p);
  }
  if (!r.ok()) in.fail();
  return out;
}

Bytes write_plan(const PlanRequest& p) {
  TlvWriter out;
  out.bytes(pl_plan, p.plan.view());
  if (p.gov_seq != 0) out.u64(pl_gov, p.gov_seq);
  if (p.identity_n != 0) out.u64(pl_identity, p.identity_n);
  if (!p.sections.empty()) {
    Bytes b;
    for (const SectionCursor& c : p.sections) {
      append_u16(b, c.section);
      append_varint(b, c.seq);
    }
    out.bytes(pl_sections, b);
  }
  if (!p.push_gov.empty()) {
    std::vector<Bytes> items;
    for (const GovPush& g : p.push_gov) items.push_back(write_signed_record(g.record, g.wraps));
    out.list(pl_push_gov, items);
  }
  if (!p.push.empty()) out.list(pl_push, p.push);
  if (!p.begin.empty()) {
    Bytes b;
    for (const SectionBegin& one : p.begin) append_pair(b, one.section, one.after, one.snapshot);
    out.bytes(pl_begin, b);
  }
  if (!p.history.empty()) {
    Bytes b;
    for (const HistoryRange& one : p.history) append_pair(b, one.section, one.after, one.until);
    out.bytes(pl_history, b);
  }
  return out.take();
}

Result<PlanRequest> read_plan(ByteView bytes) {
  TlvReader in(bytes, "plan_request");
  PlanRequest p;
  p.plan = in.id<PlanId>(pl_plan);
  if (in.has(pl_gov)) p.gov_seq = in.u64(pl_gov);
  if (in.has(pl_identity)) p.identity_n = in.u64(pl_identity);
  if (in.has(pl_sections)) {
    Reader r(in.bytes(pl_sections));
    SectionId last = 0;
    while (r.ok() && !r.at_end()) {
      SectionCursor c;
      c.section = r.u16();
      c.seq = r.varint();
      if (c.section <= last || p.sections.size() == limits::sections_max) r.fail();
      last = c.section;
      p.sections.push_back(c);
    }
    if (!r.ok()) in.fail();
  }
  for (const ByteView item : in.list(pl_push_gov)) {
    SP_TRY(SignedRecord g, read_signed_record(item));
    p.push_gov.push_back({std::move(g.record), std::move(g.wraps)});
  }
  for (const ByteView item : in.list(pl_push)) p.push.push_back(item.copy());
  for (const SectionPair& one : read_pairs(in, pl_begin)) p.begin.push_back({one.section, one.first, one.second});
  for (const SectionPair& one : read_pairs(in, pl_history)) p.history.push_back({one.section, one.first, one.second});
  SP_OK(in.finish());
  return p;
}

}  // namespace

Bytes write_request_body(const SyncRequest& q) {
  TlvWriter out;
  out.u16(rq_version, q.version).bytes(rq_person, q.person.view()).u64(rq_generation, q.generation);
  if (q.cursors) out.bytes(rq_cursors, *q.cursors);
  out.u32(rq_reply_max, q.reply_bytes_max);
  if (q.only_named_plans) out.u8(rq_only_named, 1);
  if (!q.identity.empty()) out.list(rq_identity, q.identity);
  if (!q.plans.empty()) {
    std::vector<Bytes> items;
    for (const PlanRequest& p : q.plans) items.push_back(write_plan(p));
    out.list(rq_plans, items);
  }
  if (!q.boxes.empty()) {
    std::vector<Bytes> items;
    for (const BoxRegister& b : q.boxes) {
      Bytes item = b.box.view().copy();
      append(item, b.owner.view());
      append_u64(item, static_cast<std::uint64_t>(b.expires_ms));
      items.push_back(std::move(item));
    }
    out.list(rq_boxes, items);
  }
  if (!q.mail.empty()) {
    std::vector<Bytes> items;
    for (const MailPut& m : q.mail) {
      Bytes item = m.box.view().copy();
      append(item, m.body);
      items.push_back(std::move(item));
    }
    out.list(rq_mail, items);
  }
  if (!q.drops.empty()) {
    std::vector<Bytes> items;
    for (const DropPut& d : q.drops) {
      Bytes item = d.plan.view().copy();
      append(item, d.recipient.view());
      append(item, d.body);
      items.push_back(std::move(item));
    }
    out.list(rq_drops, items);
  }
  if (q.mail_seen != 0) out.u64(rq_mail_seen, q.mail_seen);
  if (!q.enrolment_code.empty()) out.bytes(rq_code, ByteView::of(q.enrolment_code));
  if (!q.enrolment_box.is_zero()) out.bytes(rq_box, q.enrolment_box.view());
  if (q.takes_snapshots) out.u8(rq_snapshots, 1);
  if (!q.own_logs.empty()) {
    Bytes b;
    for (const OwnLog& log : q.own_logs) {
      append(b, log.principal.view());
      append_u64(b, log.seq);
    }
    out.bytes(rq_own_logs, b);
  }
  return out.take();
}

Result<SyncRequest> read_request_body(ByteView bytes) {
  TlvReader in(bytes, "sync_request");
  SyncRequest q;
  q.version = in.u16(rq_version);
  if (q.version != protocol_version) return Error{Errc::unknown_version, "sync_request"};
  q.person = in.id<PrincipalId>(rq_person);
  q.generation = in.u64(rq_generation);
  if (in.has(rq_cursors)) {
    Reader r(in.bytes(rq_cursors));
    q.cursors = r.array<16>();
    if (!r.done()) in.fail();
  }
  q.reply_bytes_max = in.u32(rq_reply_max);
  q.only_named_plans = read_flag(in, rq_only_named);
  for (const ByteView item : in.list(rq_identity)) q.identity.push_back(item.copy());
  for (const ByteView item : in.list(rq_plans, limits::plans_per_request_max)) {
    SP_TRY(PlanRequest p, read_plan(item));
    q.plans.push_back(std::move(p));
  }
  for (const ByteView item : in.list(rq_boxes, limits::mail_items_max)) {
    Reader r(item);
    BoxRegister b;
    b.box = BoxId::from(r.take(BoxId::size));
    b.owner = PrincipalId::from(r.take(PrincipalId::size));
    b.expires_ms = static_cast<UnixMs>(r.u64());
    if (!r.done()) in.fail();
    q.boxes.push_back(b);
  }
  for (const ByteView item : in.list(rq_mail, limits::mail_items_max)) {
    Reader r(item);
    MailPut m;
    m.box = BoxId::from(r.take(BoxId::size));
    m.body = r.rest().copy();
    if (!r.ok()) in.fail();
    q.mail.push_back(std::move(m));
  }
  for (const ByteView item : in.list(rq_drops, limits::mail_items_max)) {
    Reader r(item);
    DropPut d;
    d.plan = PlanId::from(r.take(PlanId::size));
    d.recipient = PrincipalId::from(r.take(PrincipalId::size));
    d.body = r.rest().copy();
    if (!r.ok()) in.fail();
    q.drops.push_back(std::move(d));
  }
  if (in.has(rq_mail_seen)) q.mail_seen = in.u64(rq_mail_seen);
  if (in.has(rq_code)) q.enrolment_code = std::string(in.bytes(rq_code).text());
  if (q.enrolment_code.size() > 128) in.fail(Errc::too_large);
  if (in.has(rq_box)) q.enrolment_box = in.id<BoxId>(rq_box);
  q.takes_snapshots = read_flag(in, rq_snapshots);
  if (in.has(rq_own_logs)) {
    Reader r(in.bytes(rq_own_logs));
    while (r.ok() && !r.at_end()) {
      OwnLog log;
      log.principal = PrincipalId::from(r.take(PrincipalId::size));
      log.seq = r.u64();
      const bool ascends = q.own_logs.empty() || q.own_logs.back().principal < log.principal;
      if (!ascends || q.own_logs.size() == limits::own_logs_max) r.fail();
      q.own_logs.push_back(log);
    }
    if (!r.ok()) in.fail();
  }
  SP_OK(in.finish());
  return q;
}

}  // namespace samplan
