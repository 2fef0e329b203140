#include "client-core/replica.h"

#include <iterator>

#include "base/planted.h"
#include "crypto/aead.h"

namespace samplan {
namespace {

constexpr const char* schema_1 = R"sql(
CREATE TABLE identity(principal BLOB NOT NULL, seq INTEGER NOT NULL, record BLOB NOT NULL, pushed INTEGER NOT NULL,
                      PRIMARY KEY(principal, seq));
CREATE TABLE plan(id BLOB PRIMARY KEY, holding INTEGER NOT NULL, identity_n INTEGER NOT NULL, receipt BLOB NOT NULL);
CREATE TABLE gov(plan BLOB NOT NULL, seq INTEGER NOT NULL, record BLOB NOT NULL, wraps BLOB NOT NULL,
                 recv_ms INTEGER NOT NULL, PRIMARY KEY(plan, seq)) WITHOUT ROWID;
CREATE TABLE section(plan BLOB NOT NULL, section INTEGER NOT NULL, seq INTEGER NOT NULL, chain BLOB NOT NULL,
                     authors BLOB NOT NULL, state BLOB NOT NULL, PRIMARY KEY(plan, section));
CREATE TABLE envelope(plan BLOB NOT NULL, section INTEGER NOT NULL, seq INTEGER NOT NULL, id BLOB NOT NULL,
                      verdict INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY(plan, section, seq));
CREATE INDEX envelope_id ON envelope(id);
CREATE TABLE pending(plan BLOB NOT NULL, section INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
                     proposal INTEGER NOT NULL, batch BLOB NOT NULL, PRIMARY KEY(plan, section, first));
CREATE TABLE outbox(plan BLOB NOT NULL, section INTEGER NOT NULL, epoch INTEGER NOT NULL, author_seq INTEGER NOT NULL,
                    id BLOB NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL, body BLOB NOT NULL,
                    PRIMARY KEY(plan, section, epoch, author_seq));
CREATE TABLE item(n INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, key BLOB NOT NULL, plan BLOB NOT NULL,
                  sealed BLOB NOT NULL, UNIQUE(kind, key));
)sql";

constexpr const char* schema_2 = R"sql(
ALTER TABLE section ADD COLUMN start BLOB NOT NULL DEFAULT x'';
CREATE TABLE base(plan BLOB NOT NULL, section INTEGER NOT NULL, sealed BLOB NOT NULL, PRIMARY KEY(plan, section));
CREATE TABLE snapshot(plan BLOB NOT NULL, section INTEGER NOT NULL, seq INTEGER NOT NULL, upto INTEGER NOT NULL,
                      author BLOB NOT NULL, id BLOB NOT NULL, hash BLOB NOT NULL, differs INTEGER NOT NULL,
                      attested INTEGER NOT NULL, witnesses INTEGER NOT NULL, PRIMARY KEY(plan, section, seq, id));
)sql";

// 0: received before there was this column.
constexpr const char* schema_3 = "ALTER TABLE envelope ADD COLUMN recv_ms INTEGER NOT NULL DEFAULT 0";

// Version n is what the first n steps make. A step that has been released never changes.
constexpr const char* schema_steps[] = {schema_1, schema_2, schema_3};
constexpr std::size_t schema_version = std::size(schema_steps);

}  // namespace

Result<std::unique_ptr<Replica>> Replica::open(const std::string& path, const std::string& vfs,
                                               const crypto::Secret32& store_key, Entropy& entropy) {
  SP_TRY(std::unique_ptr<Db> db, Db::open(path, vfs));
  std::unique_ptr<Replica> out(new Replica(std::move(db), store_key.clone(), entropy));
  SP_OK(out->migrate());
  return out;
}

Status Replica::migrate() {
  std::size_t version = 0;
  {
    SP_TRY(Statement s, db_->prepare("PRAGMA user_version"));
    SP_TRY(const bool row, s.step());
    if (row) version = static_cast<std::size_t>(s.number(0));
  }
  if (version == schema_version) return Status::good();
  if (version > schema_version)
    return Error{Errc::unknown_version, "replica.schema",
                 "Databasen er skrevet av en nyere utgave av Samplan. Oppdater programmet."};
  Transaction tx(*db_);
  SP_OK(tx.begin());
  for (std::size_t step = version; step < schema_version; ++step) SP_OK(db_->exec(schema_steps[step]));
  SP_OK(db_->exec(("PRAGMA user_version = " + std::to_string(schema_version)).c_str()));
  return tx.commit();
}

Bytes Replica::seal(std::string_view purpose, ByteView context, ByteView plain) {
  const crypto::Secret32 key = crypto::derive(store_key_, "samplan/store/1", ByteView::of(purpose));
  return crypto::seal_local(key, purpose, context, plain, entropy_);
}

Result<Bytes> Replica::unseal(std::string_view purpose, ByteView context, ByteView sealed) {
  const crypto::Secret32 key = crypto::derive(store_key_, "samplan/store/1", ByteView::of(purpose));
  auto plain = crypto::open_local(key, purpose, context, sealed);
  if (!plain.ok()) return Error{Errc::corrupt, std::string("unseal ") + std::string(purpose)};
  return plain;
}

Status Replica::add_identity(const PrincipalId& principal, std::uint64_t seq, ByteView record, bool pushed) {
  SP_TRY(Statement s, db_->prepare("INSERT OR IGNORE INTO identity(principal, seq, record, pushed) VALUES(?,?,?,?)"));
  return s.bind(principal.view()).bind(seq).bind(record).bind(pushed ? 1 : 0).run();
}

Result<std::vector<IdentityRow>> Replica::identities() {
  std::vector<IdentityRow> out;
  // Arrival order: what a record refers to was known when it was stored.
  SP_TRY(Statement s, db_->prepare("SELECT principal, seq, record FROM identity ORDER BY rowid"));
  for (;;) {
    SP_TRY(const bool row, s.step());
    if (!row) return out;
    out.push_back({PrincipalId::from(s.blob(0)), s.number(1), s.blob(2).copy()});
  }
}

Result<std::vector<IdentityRow>> Replica::unpushed_identities() {
  std::vector<IdentityRow> out;
  SP_TRY(Statement s, db_->prepare("SELECT principal, seq, record FROM identity WHERE pushed = 0 ORDER BY rowid"));
  for (;;) {
    SP_TRY(const bool row, s.step());
    if (!row) return out;
    out.push_back({PrincipalId::from(s.blob(0)), s.number(1), s.blob(2).copy()});
  }
}

Status Replica::mark_identities_unpushed(const PrincipalId& principal) {
  SP_TRY(Statement s, db_->prepare("UPDATE identity SET pushed = 0 WHERE principal = ?"));
  return s.bind(principal.view()).run();
}

Status Replica::mark_identity_pushed(const PrincipalId& principal, std::uint64_t seq) {
  SP_TRY(Statement s, db_->prepare("UPDATE identity SET pushed = 1 WHERE principal = ? AND seq = ?"));
  return s.bind(principal.view()).bind(seq).run();
}

Status Replica::delete_unpushed_identities(const PrincipalId& principal, std::uint64_t seq) {
  SP_TRY(Statement s, db_->prepare("DELETE FROM identity WHERE pushed = 0 AND principal = ? AND seq >= ?"));
  return s.bind(principal.view()).bind(seq).run();
}

Result<std::vector<PlanRow>> Replica::plans() {
  std::vector<PlanRow> out;
  SP_TRY(Statement s, db_->prepare("SELECT id, holding, identity_n, receipt FROM plan ORDER BY rowid"));
  for (;;) {
    SP_TRY(const bool row, s.step());
    if (!row) return out;
    out.push_back({PlanId::from(s.blob(0)), static_cast<Holding>(s.integer(1)), s.number(2), s.blob(3).copy()});
  }
}

Result<std::optional<PlanRow>> Replica::plan(const PlanId& id) {
  SP_TRY(Statement s, db_->prepare("SELECT holding, identity_n, receipt FROM plan WHERE id = ?"));
  s.bind(id.view());
  SP_TRY(const bool row, s.step());
  if (!row) return std::optional<PlanRow>{};
  return std::optional<PlanRow>(PlanRow{id, static_cast<Holding>(s.integer(0)), s.number(1), s.blob(2).copy()});
}

Status Replica::put_plan(const PlanRow& row) {
  SP_TRY(Statement s, db_->prepare("INSERT INTO plan(id, holding, identity_n, receipt) VALUES(?,?,?,?) "
                                   "ON CONFLICT(id) DO UPDATE SET holding = excluded.holding, "
                                   "identity_n = excluded.identity_n, receipt = excluded.receipt"));
  return s.bind(row.id.view()).bind(static_cast<int>(row.holding)).bind(row.identity_n).bind(row.receipt).run();
}

Status Replica::delete_plan_content(const PlanId& id) {
  for (const char* sql : {"DELETE FROM section WHERE plan = ?", "DELETE FROM envelope WHERE plan = ?",
                          "DELETE FROM pending WHERE plan = ?", "DELETE FROM outbox WHERE plan = ?",
                          "DELETE FROM base WHERE plan = ?", "DELETE FROM snapshot WHERE plan = ?"}) {
    SP_TRY(Statement s, db_->prepare(sql));
    SP_OK(s.bind(id.view()).run());
  }
  return Status::good();
}

Status Replica::delete_plan(const PlanId& id) {
  SP_OK(delete_plan_content(id));
  for (const char* sql : {"DELETE FROM gov WHERE plan = ?", "DELETE FROM plan WHERE id = ?"}) {
    SP_TRY(Statement s, db_->prepare(sql));
    SP_OK(s.bind(id.view()).run());
  }
  return Status::good();
}

Status Replica::put_gov(const PlanId& plan, const GovRow& row) {
  SP_TRY(Statement s, db_->prepare("INSERT INTO gov(plan, seq, record, wraps, recv_ms) VALUES(?,?,?,?,?) "
                                   "ON CONFLICT(plan, seq) DO UPDATE SET wraps = excluded.wraps, "
                                   "recv_ms = excluded.recv_ms"));
  return s.bind(plan.view()).bind(row.seq).bind(row.record).bind(row.wraps).bind(row.recv_ms).run();
}

Result<std::vector<GovRow>> Replica::gov(const PlanId& plan) {
  std::vector<GovRow> out;
  SP_TRY(Statement s, db_->prepare("SELECT seq, record, wraps, recv_ms FROM gov WHERE plan = ? ORDER BY seq"));
  s.bind(plan.view());
  for (;;) {
    SP_TRY(const bool row, s.step());
    if (!row) return out;
    out.push_back({s.number(0), s.blob(1).copy(), s.blob(2).copy(), s.integer(3)});
  }
}

Status Replica::put_section(const PlanId& plan, const SectionRow& row) {
  SP_TRY(Statement s, db_->prepare("INSERT INTO section(plan, section, seq, chain, authors, state, start) VALUES(?,?,?,?,?,?,?) "
                                   "ON CONFLICT(plan, section) DO UPDATE SET seq = excluded.seq, "
                                   "chain = excluded.chain, authors = excluded.authors, state = excluded.state, "
                                   "start = excluded.start"));
  return s.bind(plan.view())
      .bind(int{row.section})
      .bind(row.seq)
      .bind(row.chain.view())
      .bind(row.authors)
      .bind(row.sealed_state)
      .bind(row.start)
      .run();
}

Result<std::vector<SectionRow>> Replica::sections(const PlanId& plan) {
  std::vector<SectionRow> out;
  SP_TRY(Statement s,
         db_->prepare("SELECT section, seq, chain, authors, state, start FROM section WHERE plan = ? ORDER BY section"));
  s.bind(plan.view());
  for (;;) {
    SP_TRY(const bool row, s.step());
    if (!row) return out;
    out.push_back({static_cast<SectionId>(s.integer(0)), s.number(1), Hash::from(s.blob(2)), s.blob(3).copy(),
                   s.blob(4).copy(), s.blob(5).copy()});
  }
}

Status Replica::delete_section_content(const PlanId& plan, SectionId section) {
  for (const char* sql :
       {"DELETE FROM section WHERE plan = ? AND section = ?", "DELETE FROM envelope WHERE plan = ? AND section = ?",
        "DELETE FROM pending WHERE plan = ? AND section = ?", "DELETE FROM outbox WHERE plan = ? AND section = ?",
        "DELETE FROM base WHERE plan = ? AND section = ?", "DELETE FROM snapshot WHERE plan = ? AND section = ?"}) {
    SP_TRY(Statement s, db_->prepare(sql));
    SP_OK(s.bind(plan.view()).bind(int{section}).run());
  }
  return Status::good();
}

Status Replica::put_envelope(const PlanId& plan, SectionId section, const EnvelopeRow& row) {
  SP_TRY(Statement s, db_->prepare("INSERT INTO envelope(plan, section, seq, id, verdict, body, recv_ms) VALUES(?,?,?,?,?,?,?)"));
  return s.bind(plan.view())
      .bind(int{section})
      .bind(row.seq)
      .bind(row.id.view())
      .bind(int{row.verdict})
      .bind(row.body)
      .bind(static_cast<std::int64_t>(row.recv_ms))
      .run();
}

Status Replica::set_verdict(const PlanId& plan, SectionId section, std::uint64_t seq, std::uint8_t verdict) {
  SP_TRY(Statement s, db_->prepare("UPDATE envelope SET verdict = ? WHERE plan = ? AND section = ? AND seq = ?"));
  return s.bind(int{verdict}).bind(plan.view()).bind(int{section}).bind(seq).run();
}

Status Replica::each_envelope(const PlanId& plan, SectionId section, std::uint64_t from_seq,
                              const std::function<Status(const EnvelopeRow&)>& visit) {
  SP_TRY(Statement s, db_->prepare("SELECT seq, id, verdict, body, recv_ms FROM envelope WHERE plan = ? AND section = ? "
                                   "AND seq >= ? ORDER BY seq"));
  s.bind(plan.view()).bind(int{section}).bind(from_seq);
  for (;;) {
    SP_TRY(const bool row, s.step());
    if (!row) return Status::good();
    SP_OK(visit({s.number(0), Hash::from(s.blob(1)), static_cast<std::uint8_t>(s.integer(2)), s.blob(3).copy(),
                  s.integer(4)}));
  }
}

Result<std::uint64_t> Replica::envelope_bytes(const PlanId& plan, SectionId section, std::uint64_t after) {
  SP_TRY(Statement s, db_->prepare("SELECT coalesce(sum(length(body)), 0) FROM envelope WHERE plan = ? AND section = ? "
                                   "AND seq > ?"));
  s.bind(plan.view()).bind(int{section}).bind(after);
  SP_OK(s.step());
  return s.number(0);
}

Result<std::optional<Bytes>> Replica::envelope(const PlanId& plan, SectionId section, std::uint64_t seq) {
  SP_TRY(Statement s, db_->prepare("SELECT body FROM envelope WHERE plan = ? AND section = ? AND seq = ?"));
  s.bind(plan.view()).bind(int{section}).bind(seq);
  SP_TRY(const bool row, s.step());
  return row ? std::optional<Bytes>(s.blob(0).copy()) : std::nullopt;
}

Status Replica::delete_envelopes(const PlanId& plan, SectionId section, std::uint64_t from, std::uint64_t to) {
  SP_TRY(Statement s, db_->prepare("DELETE FROM envelope WHERE plan = ? AND section = ? AND seq >= ? AND seq <= ?"));
  return s.bind(plan.view()).bind(int{section}).bind(from).bind(to).run();
}

// The author stands at byte 49 of an envelope (sync/wire/envelope.h).
Result<UnixMs> Replica::last_received_from(const DeviceId& author) {
  SP_TRY(Statement s, db_->prepare("SELECT coalesce(max(recv_ms), 0) FROM envelope WHERE substr(body, 49, 16) = ?"));
  s.bind(author.view());
  SP_TRY(const bool row, s.step());
  return row ? static_cast<UnixMs>(s.number(0)) : UnixMs{0};
}

Status Replica::put_base(const PlanId& plan, SectionId section, ByteView sealed) {
  SP_TRY(Statement s, db_->prepare("INSERT INTO base(plan, section, sealed) VALUES(?,?,?) ON CONFLICT(plan, section) "
                                   "DO UPDATE SET sealed = excluded.sealed"));
  return s.bind(plan.view()).bind(int{section}).bind(sealed).run();
}

Result<Bytes> Replica::base(const PlanId& plan, SectionId section) {
  SP_TRY(Statement s, db_->prepare("SELECT sealed FROM base WHERE plan = ? AND section = ?"));
  s.bind(plan.view()).bind(int{section});
  SP_TRY(const bool row, s.step());
  return row ? s.blob(0).copy() : Bytes{};
}

Status Replica::delete_base(const PlanId& plan, SectionId section) {
  SP_TRY(Statement s, db_->prepare("DELETE FROM base WHERE plan = ? AND section = ?"));
  return s.bind(plan.view()).bind(int{section}).run();
}

Status Replica::put_snapshot(const PlanId& plan, SectionId section, const SnapshotRow& row) {
  SP_TRY(Statement s, db_->prepare("INSERT OR REPLACE INTO snapshot(plan, section, seq, upto, author, id, hash, differs, "
                                   "attested, witnesses) VALUES(?,?,?,?,?,?,?,?,?,?)"));
  return s.bind(plan.view())
      .bind(int{section})
      .bind(row.seq)
      .bind(row.upto)
      .bind(row.author.view())
      .bind(row.id.view())
      .bind(row.hash.view())
      .bind(row.differs ? 1 : 0)
      .bind(row.attested ? 1 : 0)
      .bind(row.witnesses)
      .run();
}

Result<std::vector<SnapshotRow>> Replica::snapshots(const PlanId& plan, SectionId section) {
  std::vector<SnapshotRow> out;
  SP_TRY(Statement s, db_->prepare("SELECT seq, upto, author, id, hash, differs, attested, witnesses FROM snapshot "
                                   "WHERE plan = ? AND section = ? ORDER BY seq"));
  s.bind(plan.view()).bind(int{section});
  for (;;) {
    SP_TRY(const bool row, s.step());
    if (!row) return out;
    out.push_back({s.number(0), s.number(1), DeviceId::from(s.blob(2)), Hash::from(s.blob(3)), Hash::from(s.blob(4)),
                   s.integer(5) != 0, s.integer(6) != 0, static_cast<std::uint32_t>(s.integer(7))});
  }
}

Status Replica::delete_snapshots(const PlanId& plan, SectionId section, std::uint64_t from, std::uint64_t to) {
  SP_TRY(Statement s, db_->prepare("DELETE FROM snapshot WHERE plan = ? AND section = ? AND seq >= ? AND seq <= ? "
                                   "AND differs = 0"));
  return s.bind(plan.view()).bind(int{section}).bind(from).bind(to).run();
}

Result<bool> Replica::has_envelope(const PlanId& plan, SectionId section, const Hash& id) {
  SP_TRY(Statement s, db_->prepare("SELECT 1 FROM envelope WHERE id = ? AND plan = ? AND section = ?"));
  s.bind(id.view()).bind(plan.view()).bind(int{section});
  return s.step();
}

Result<bool> Replica::has_valid_envelope(const PlanId& plan, SectionId section, const Hash& id) {
  SP_TRY(Statement s, db_->prepare("SELECT 1 FROM envelope WHERE id = ? AND plan = ? AND section = ? AND verdict = 0"));
  s.bind(id.view()).bind(plan.view()).bind(int{section});
  return s.step();
}

Status Replica::delete_chain(const PlanId& plan, SectionId section) {
  for (const char* sql :
       {"DELETE FROM section WHERE plan=? AND section=?", "DELETE FROM envelope WHERE plan=? AND section=?",
        "DELETE FROM base WHERE plan=? AND section=?", "DELETE FROM snapshot WHERE plan=? AND section=? AND differs=0"}) {
    SP_TRY(Statement s, db_->prepare(sql));
    SP_OK(s.bind(plan.view()).bind(int{section}).run());
  }
  return Status::good();
}

Status Replica::add_pending(const PlanId& plan, const PendingRow& row) {
  SP_TRY(Statement s, db_->prepare("INSERT INTO pending(plan, section, first, last, proposal, batch) "
                                   "VALUES(?,?,?,?,?,?)"));
  return s.bind(plan.view())
      .bind(int{row.section})
      .bind(row.first_counter)
      .bind(row.last_counter)
      .bind(row.proposal ? 1 : 0)
      .bind(row.sealed_batch)
      .run();
}

Result<std::vector<PendingRow>> Replica::pending(const PlanId& plan) {
  std::vector<PendingRow> out;
  SP_TRY(Statement s, db_->prepare("SELECT section, first, last, proposal, batch FROM pending WHERE plan = ? "
                                   "ORDER BY section, first"));
  s.bind(plan.view());
  for (;;) {
    SP_TRY(const bool row, s.step());
    if (!row) return out;
    out.push_back({static_cast<SectionId>(s.integer(0)), s.number(1), s.number(2), s.integer(3) != 0,
                   s.blob(4).copy()});
  }
}

Status Replica::delete_pending(const PlanId& plan, SectionId section, std::uint64_t first_counter,
                               std::uint64_t last_counter) {
  SP_TRY(Statement s, db_->prepare("DELETE FROM pending WHERE plan = ? AND section = ? AND first >= ? AND last <= ?"));
  if (SP_PLANTED(confirms_too_much)) last_counter = INT64_MAX;
  return s.bind(plan.view()).bind(int{section}).bind(first_counter).bind(last_counter).run();
}

Result<std::uint64_t> Replica::pending_count(const PlanId* plan) {
  if (plan == nullptr) {
    SP_TRY(Statement s, db_->prepare("SELECT count(*) FROM pending WHERE plan NOT IN (SELECT id FROM plan WHERE "
                                     "holding = 0)"));
    SP_OK(s.step());
    return s.number(0);
  }
  SP_TRY(Statement s, db_->prepare("SELECT count(*) FROM pending WHERE plan = ?"));
  s.bind(plan->view());
  SP_OK(s.step());
  return s.number(0);
}

Result<std::vector<PlanId>> Replica::plans_with_work() {
  std::vector<PlanId> out;
  SP_TRY(Statement s,
         db_->prepare("SELECT id FROM plan WHERE holding < 2 AND (id IN (SELECT plan FROM pending) OR id IN "
                      "(SELECT plan FROM outbox) OR id IN (SELECT plan FROM gov WHERE recv_ms = 0) OR id IN "
                      "(SELECT plan FROM item WHERE kind IN ('intent', 'history', 'snapshot_due'))) ORDER BY rowid"));
  for (;;) {
    SP_TRY(const bool row, s.step());
    if (!row) return out;
    out.push_back(PlanId::from(s.blob(0)));
  }
}

Status Replica::add_outbox(const PlanId& plan, const OutboxRow& row) {
  SP_TRY(Statement s, db_->prepare("INSERT INTO outbox(plan, section, epoch, author_seq, id, first, last, body) "
                                   "VALUES(?,?,?,?,?,?,?,?)"));
  return s.bind(plan.view())
      .bind(int{row.section})
      .bind(row.epoch)
      .bind(row.author_seq)
      .bind(row.id.view())
      .bind(row.first_counter)
      .bind(row.last_counter)
      .bind(row.body)
      .run();
}

Result<std::vector<OutboxRow>> Replica::outbox(const PlanId& plan) {
  std::vector<OutboxRow> out;
  SP_TRY(Statement s, db_->prepare("SELECT section, epoch, author_seq, id, first, last, body FROM outbox "
                                   "WHERE plan = ? ORDER BY section, epoch, author_seq"));
  s.bind(plan.view());
  for (;;) {
    SP_TRY(const bool row, s.step());
    if (!row) return out;
    out.push_back({static_cast<SectionId>(s.integer(0)), static_cast<std::uint32_t>(s.integer(1)), s.number(2),
                   Hash::from(s.blob(3)), s.number(4), s.number(5), s.blob(6).copy()});
  }
}

Status Replica::delete_outbox(const PlanId& plan, const Hash& id) {
  SP_TRY(Statement s, db_->prepare("DELETE FROM outbox WHERE plan = ? AND id = ?"));
  return s.bind(plan.view()).bind(id.view()).run();
}

Status Replica::put_item(std::string_view kind, ByteView key, const PlanId& plan, ByteView content) {
  SP_TRY(Statement s, db_->prepare("INSERT INTO item(kind, key, plan, sealed) VALUES(?,?,?,?) "
                                   "ON CONFLICT(kind, key) DO UPDATE SET plan = excluded.plan, "
                                   "sealed = excluded.sealed"));
  return s.bind(kind).bind(key).bind(plan.view()).bind(seal(kind, key, content)).run();
}

Result<std::vector<Item>> Replica::items(std::string_view kind) {
  std::vector<Item> out;
  SP_TRY(Statement s, db_->prepare("SELECT n, key, plan, sealed FROM item WHERE kind = ? ORDER BY n"));
  s.bind(kind);
  for (;;) {
    SP_TRY(const bool row, s.step());
    if (!row) return out;
    Item item{s.number(0), s.blob(1).copy(), PlanId::from(s.blob(2)), {}};
    SP_TRY(item.content, unseal(kind, item.key, s.blob(3)));
    out.push_back(std::move(item));
  }
}

Result<std::optional<Item>> Replica::item(std::string_view kind, ByteView key) {
  SP_TRY(Statement s, db_->prepare("SELECT n, plan, sealed FROM item WHERE kind = ? AND key = ?"));
  s.bind(kind).bind(key);
  SP_TRY(const bool row, s.step());
  if (!row) return std::optional<Item>{};
  Item item{s.number(0), key.copy(), PlanId::from(s.blob(1)), {}};
  SP_TRY(item.content, unseal(kind, key, s.blob(2)));
  return std::optional<Item>(std::move(item));
}

Status Replica::delete_item(std::string_view kind, ByteView key) {
  SP_TRY(Statement s, db_->prepare("DELETE FROM item WHERE kind = ? AND key = ?"));
  return s.bind(kind).bind(key).run();
}

Result<std::uint64_t> Replica::item_count(std::string_view kind) {
  SP_TRY(Statement s, db_->prepare("SELECT count(*) FROM item WHERE kind = ?"));
  s.bind(kind);
  SP_OK(s.step());
  return s.number(0);
}

}  // namespace samplan
