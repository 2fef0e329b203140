// The rows about plans, cursors and mail.
#include <algorithm>

#include "server/sqlite_store.h"

namespace samplan::server {

using relay::Visitor;

Result<std::uint64_t> SqliteStore::plan_no(const PlanId& plan) {
  if (last_plan_no_ != 0 && plan == last_plan_) return last_plan_no_;
  Query q = db_.query("SELECT plan_no FROM plan WHERE plan=?");
  SP_TRY(const bool row, q.bind(plan).step());
  if (!row) return 0;
  last_plan_ = plan;
  last_plan_no_ = q.number(0);
  return last_plan_no_;
}

Result<std::vector<relay::PlanRow>> SqliteStore::plans_of(const PrincipalId& person) {
  Query q = db_.query(
      "SELECT plan,version,gov_seq,identity_n,bytes FROM plan_member JOIN plan USING(plan_no) "
      "WHERE person=? ORDER BY plan");
  q.bind(person);
  std::vector<relay::PlanRow> out;
  for (;;) {
    SP_TRY(const bool row, q.step());
    if (!row) return out;
    out.push_back({q.id<PlanId>(0), q.number(1), q.number(2), q.number(3), q.number(4)});
  }
}

Status SqliteStore::put_plan_member(const PrincipalId& person, const PlanId& plan) {
  SP_TRY(const std::uint64_t no, plan_no(plan));
  return db_.query("INSERT OR IGNORE INTO plan_member VALUES(?,?)").bind(person).bind(no).run();
}

Result<bool> SqliteStore::is_plan_member(const PrincipalId& person, const PlanId& plan) {
  SP_TRY(const std::uint64_t no, plan_no(plan));
  Query q = db_.query("SELECT 1 FROM plan_member WHERE person=? AND plan_no=?");
  return q.bind(person).bind(no).step();
}

Result<std::optional<relay::PlanRow>> SqliteStore::lock_plan(const PlanId& plan) {
  // One writer has the whole file: nothing to lock.
  Query q = db_.query("SELECT version,gov_seq,identity_n,bytes FROM plan WHERE plan=?");
  SP_TRY(const bool row, q.bind(plan).step());
  if (!row) return std::optional<relay::PlanRow>();
  return std::optional<relay::PlanRow>({plan, q.number(0), q.number(1), q.number(2), q.number(3)});
}

Status SqliteStore::put_plan(const relay::PlanRow& row) {
  return db_
      .query(
          "INSERT INTO plan(plan,version,gov_seq,identity_n,bytes) VALUES(?,?,?,?,?) ON CONFLICT(plan) DO "
          "UPDATE SET version=excluded.version,gov_seq=excluded.gov_seq,identity_n=excluded.identity_n,"
          "bytes=excluded.bytes")
      .bind(row.plan)
      .bind(row.version)
      .bind(row.gov_seq)
      .bind(row.identity_n)
      .bind(row.bytes)
      .run();
}

Result<std::vector<relay::SectionHead>> SqliteStore::sections(const PlanId& plan) {
  SP_TRY(const std::uint64_t no, plan_no(plan));
  Query q = db_.query("SELECT section,seq,chain FROM section WHERE plan_no=? ORDER BY section");
  q.bind(no);
  std::vector<relay::SectionHead> out;
  for (;;) {
    SP_TRY(const bool row, q.step());
    if (!row) return out;
    out.push_back({static_cast<SectionId>(q.number(0)), q.number(1), q.id<Hash>(2)});
  }
}

Status SqliteStore::put_section(const PlanId& plan, const relay::SectionHead& head) {
  SP_TRY(const std::uint64_t no, plan_no(plan));
  return db_
      .query(
          "INSERT INTO section VALUES(?,?,?,?) ON CONFLICT(plan_no,section) DO "
          "UPDATE SET seq=excluded.seq,chain=excluded.chain")
      .bind(no)
      .bind(head.section)
      .bind(head.seq)
      .bind(head.chain)
      .run();
}

Status SqliteStore::add_governance(const PlanId& plan, const relay::GovRow& row) {
  SP_TRY(const std::uint64_t no, plan_no(plan));
  return db_.query("INSERT INTO governance VALUES(?,?,?,?,?)")
      .bind(no)
      .bind(row.seq)
      .bind(row.recv_ms)
      .bind(row.identity_n)
      .bind(row.signed_record)
      .run();
}

Status SqliteStore::each_governance(const PlanId& plan, std::uint64_t after_seq,
                                    const Visitor<relay::GovRow>& visit) {
  SP_TRY(const std::uint64_t no, plan_no(plan));
  Query q = db_.query(
      "SELECT seq,recv_ms,identity_n,signed_record FROM governance WHERE plan_no=? AND seq>? "
      "ORDER BY seq");
  q.bind(no).bind(after_seq);
  for (;;) {
    SP_TRY(const bool row, q.step());
    if (!row || !visit({q.number(0), q.signed_number(1), q.number(2), q.blob(3)})) return Status::good();
  }
}

Status SqliteStore::add_envelope(const PlanId& plan, const relay::EnvelopeRow& row) {
  SP_TRY(const std::uint64_t no, plan_no(plan));
  const bool marked = row.kind == EnvelopeKind::snapshot || row.kind == EnvelopeKind::attestation;
  if (marked)
    SP_OK(db_.query("INSERT INTO marked VALUES(?,?,?,?)")
              .bind(no)
              .bind(row.key.section)
              .bind(static_cast<std::uint32_t>(row.kind))
              .bind(row.seq)
              .run());
  return db_.query("INSERT INTO envelope VALUES(?,?,?,?,?,?,?,?,?)")
      .bind(no)
      .bind(row.key.section)
      .bind(row.seq)
      .bind(row.key.author)
      .bind(row.key.epoch)
      .bind(row.key.author_seq)
      .bind(row.id)
      .bind(row.recv_ms)
      .bind(row.body)
      .run();
}

Result<std::optional<relay::EnvelopePlace>> SqliteStore::find_envelope(const PlanId& plan,
                                                                       const relay::EnvelopeKey& key) {
  SP_TRY(const std::uint64_t no, plan_no(plan));
  Query q = db_.query(
      "SELECT seq,id FROM envelope WHERE plan_no=? AND section=? AND author=? AND epoch=? AND "
      "author_seq=?");
  q.bind(no).bind(key.section).bind(key.author).bind(key.epoch).bind(key.author_seq);
  SP_TRY(const bool row, q.step());
  if (!row) return std::optional<relay::EnvelopePlace>();
  return std::optional<relay::EnvelopePlace>({q.number(0), q.id<Hash>(1)});
}

Result<std::optional<relay::AuthorTip>> SqliteStore::author_tip(const PlanId& plan, SectionId section,
                                                                const DeviceId& author) {
  SP_TRY(const std::uint64_t no, plan_no(plan));
  Query q = db_.query(
      "SELECT epoch,author_seq,id FROM envelope WHERE plan_no=? AND section=? AND author=? "
      "ORDER BY epoch DESC,author_seq DESC LIMIT 1");
  SP_TRY(const bool row, q.bind(no).bind(section).bind(author).step());
  if (!row) return std::optional<relay::AuthorTip>();
  return std::optional<relay::AuthorTip>(
      {static_cast<std::uint32_t>(q.number(0)), q.number(1), q.id<Hash>(2)});
}

Status SqliteStore::each_envelope(const PlanId& plan, SectionId section, std::uint64_t after_seq,
                                  const Visitor<relay::EnvelopeRow>& visit) {
  SP_TRY(const std::uint64_t no, plan_no(plan));
  Query q = db_.query(
      "SELECT seq,author,epoch,author_seq,id,recv_ms,body FROM envelope WHERE plan_no=? AND "
      "section=? AND seq>? ORDER BY seq");
  q.bind(no).bind(section).bind(after_seq);
  for (;;) {
    SP_TRY(const bool found, q.step());
    if (!found) return Status::good();
    relay::EnvelopeRow row;
    row.seq = q.number(0);
    row.key = {section, q.id<DeviceId>(1), static_cast<std::uint32_t>(q.number(2)), q.number(3)};
    row.id = q.id<Hash>(4);
    row.recv_ms = q.signed_number(5);
    row.body = q.blob(6);
    if (!visit(row)) return Status::good();
  }
}

Status SqliteStore::each_marked(const PlanId& plan, SectionId section, EnvelopeKind kind, std::uint64_t below,
                                const Visitor<relay::EnvelopeRow>& visit) {
  SP_TRY(const std::uint64_t no, plan_no(plan));
  Query q = db_.query(
      "SELECT seq,author,epoch,author_seq,id,recv_ms,body FROM marked JOIN envelope USING(plan_no,section,seq) "
      "WHERE plan_no=? AND section=? AND kind=? AND seq<? ORDER BY seq DESC");
  q.bind(no).bind(section).bind(static_cast<std::uint32_t>(kind)).bind(below);
  for (;;) {
    SP_TRY(const bool found, q.step());
    if (!found) return Status::good();
    relay::EnvelopeRow row;
    row.seq = q.number(0);
    row.key = {section, q.id<DeviceId>(1), static_cast<std::uint32_t>(q.number(2)), q.number(3)};
    row.id = q.id<Hash>(4);
    row.recv_ms = q.signed_number(5);
    row.body = q.blob(6);
    row.kind = kind;
    if (!visit(row)) return Status::good();
  }
}

namespace {

relay::AccessRow access_row(const Query& q) {
  return {
      q.number(0), q.id<Hash>(1), q.id<Hash>(2),     q.id<DeviceId>(3), static_cast<SectionId>(q.number(4)),
      q.number(5), q.number(6),   q.signed_number(7)};
}

}  // namespace

Status SqliteStore::each_access(const PlanId& plan, std::uint64_t after_n,
                                const Visitor<relay::AccessRow>& visit) {
  SP_TRY(const std::uint64_t no, plan_no(plan));
  Query q = db_.query(
      "SELECT n,hash_prev,hash,device,section,from_seq,to_seq,recv_ms FROM access_log "
      "WHERE plan_no=? AND n>? ORDER BY n");
  q.bind(no).bind(after_n);
  for (;;) {
    SP_TRY(const bool row, q.step());
    if (!row || !visit(access_row(q))) return Status::good();
  }
}

Result<std::optional<relay::AccessRow>> SqliteStore::last_access(const PlanId& plan) {
  SP_TRY(const std::uint64_t no, plan_no(plan));
  Query q = db_.query(
      "SELECT n,hash_prev,hash,device,section,from_seq,to_seq,recv_ms FROM access_log "
      "WHERE plan_no=? ORDER BY n DESC LIMIT 1");
  SP_TRY(const bool row, q.bind(no).step());
  return row ? std::optional<relay::AccessRow>(access_row(q)) : std::nullopt;
}

Status SqliteStore::add_access(const PlanId& plan, const relay::AccessRow& row) {
  SP_TRY(const std::uint64_t no, plan_no(plan));
  return db_.query("INSERT INTO access_log VALUES(?,?,?,?,?,?,?,?,?)")
      .bind(no)
      .bind(row.n)
      .bind(row.hash_prev)
      .bind(row.hash)
      .bind(row.device)
      .bind(row.section)
      .bind(row.from_seq)
      .bind(row.to_seq)
      .bind(row.recv_ms)
      .run();
}

Result<std::optional<Bytes>> SqliteStore::cursors(const DeviceId& device, const CursorToken& token) {
  Query q = db_.query("SELECT cursors FROM cursors WHERE device=? AND token=?");
  SP_TRY(const bool row, q.bind(device).bind(ByteView(token)).step());
  return row ? std::optional<Bytes>(q.blob(0).copy()) : std::nullopt;
}

Status SqliteStore::put_cursors(const DeviceId& device, const std::optional<CursorToken>& kept,
                                const CursorToken& token, ByteView cursors) {
  const ByteView keep = kept ? ByteView(*kept) : ByteView();
  SP_OK(db_.query("DELETE FROM cursors WHERE device=? AND token<>?").bind(device).bind(keep).run());
  return db_.query("INSERT INTO cursors VALUES(?,?,?)")
      .bind(device)
      .bind(ByteView(token))
      .bind(cursors)
      .run();
}

Result<std::optional<relay::BoxRow>> SqliteStore::box(const BoxId& box) {
  Query q = db_.query("SELECT owner,expires_ms,letters,enrolled FROM box WHERE box=?");
  SP_TRY(const bool row, q.bind(box).step());
  if (!row) return std::optional<relay::BoxRow>();
  return std::optional<relay::BoxRow>({box, q.id<PrincipalId>(0), q.signed_number(1),
                                       static_cast<std::uint32_t>(q.number(2)),
                                       static_cast<std::uint32_t>(q.number(3))});
}

Status SqliteStore::put_box(const relay::BoxRow& row) {
  return db_
      .query(
          "INSERT INTO box VALUES(?,?,?,?,?) ON CONFLICT(box) DO "
          "UPDATE SET expires_ms=excluded.expires_ms,letters=excluded.letters,enrolled=excluded.enrolled")
      .bind(row.box)
      .bind(row.owner)
      .bind(row.expires_ms)
      .bind(row.letters)
      .bind(row.enrolled)
      .run();
}

Result<std::uint64_t> SqliteStore::boxes_of(const PrincipalId& owner, UnixMs now) {
  Query q = db_.query("SELECT count(*) FROM box WHERE owner=? AND expires_ms>?");
  SP_TRY(const bool row, q.bind(owner).bind(now).step());
  return row ? q.number(0) : 0;
}

Result<bool> SqliteStore::has_letter(const BoxId& box, const Hash& id) {
  Query q = db_.query("SELECT 1 FROM letter WHERE box=? AND id=?");
  return q.bind(box).bind(id).step();
}

Status SqliteStore::add_letter(const relay::LetterRow& row) {
  return db_
      .query(
          "INSERT INTO letter(box,plan,author,recipient,recv_ms,expires_ms,id,body) VALUES(?,?,?,?,?,?,?,?)")
      .bind(row.box)
      .bind(row.plan)
      .bind(row.from)
      .bind(row.to)
      .bind(row.recv_ms)
      .bind(row.expires_ms)
      .bind(row.id)
      .bind(row.body)
      .run();
}

Result<bool> SqliteStore::has_letters(const std::vector<PrincipalId>& to, std::uint64_t seen, UnixMs now) {
  for (const PrincipalId& one : to) {
    Query q = db_.query("SELECT 1 FROM letter WHERE recipient=? AND n>? AND expires_ms>? LIMIT 1");
    SP_TRY(const bool row, q.bind(one).bind(seen).bind(now).step());
    if (row) return true;
  }
  return false;
}

Status SqliteStore::each_letter(const std::vector<PrincipalId>& to, std::uint64_t seen, UnixMs now,
                                const Visitor<relay::LetterRow>& visit) {
  // Few letters wait for anyone; a reader with several principals gets them in one ascending order.
  std::vector<std::uint64_t> numbers;
  for (const PrincipalId& one : to) {
    Query q = db_.query("SELECT n FROM letter WHERE recipient=? AND n>? AND expires_ms>? ORDER BY n");
    q.bind(one).bind(seen).bind(now);
    for (;;) {
      SP_TRY(const bool row, q.step());
      if (!row) break;
      numbers.push_back(q.number(0));
    }
  }
  std::sort(numbers.begin(), numbers.end());
  for (const std::uint64_t n : numbers) {
    Query q = db_.query("SELECT box,plan,author,recipient,recv_ms,expires_ms,id,body FROM letter WHERE n=?");
    SP_TRY(const bool row, q.bind(n).step());
    if (!row) continue;
    const relay::LetterRow letter{n,
                                  q.id<BoxId>(0),
                                  q.id<PlanId>(1),
                                  q.id<DeviceId>(2),
                                  q.id<PrincipalId>(3),
                                  q.signed_number(4),
                                  q.signed_number(5),
                                  q.id<Hash>(6),
                                  q.blob(7)};
    if (!visit(letter)) return Status::good();
  }
  return Status::good();
}

Status SqliteStore::forget_expired_mail(UnixMs now) {
  SP_OK(db_.query("DELETE FROM box WHERE expires_ms<=?").bind(now).run());
  return db_.query("DELETE FROM letter WHERE expires_ms<=?").bind(now).run();
}

Result<std::optional<Hash>> SqliteStore::drop_of(const PlanId& plan, const DeviceId& device) {
  SP_TRY(const std::uint64_t no, plan_no(plan));
  Query q = db_.query("SELECT id FROM hand_over WHERE plan_no=? AND device=?");
  SP_TRY(const bool row, q.bind(no).bind(device).step());
  return row ? std::optional<Hash>(q.id<Hash>(0)) : std::nullopt;
}

Status SqliteStore::put_drop(const PlanId& plan, const DeviceId& device, const Hash& id) {
  SP_TRY(const std::uint64_t no, plan_no(plan));
  return db_.query("INSERT INTO hand_over VALUES(?,?,?)").bind(no).bind(device).bind(id).run();
}

}  // namespace samplan::server
