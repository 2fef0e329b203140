// The rows of the checkpoints and of the heads that the newest one speaks of; and what is done to the rows
// after a backup was put back.
#include "server/sqlite_store.h"

namespace samplan::server {
namespace {

relay::CheckpointRow row_of(const Query& q) {
  return {q.number(0), q.number(1), q.blob(2).copy(), q.blob(3).copy()};
}

}  // namespace

Result<std::optional<relay::CheckpointRow>> SqliteStore::checkpoint(std::uint64_t generation) {
  Query q =
      db_.query("SELECT generation,n,leaf,note FROM checkpoint WHERE generation=? ORDER BY n DESC LIMIT 1");
  SP_TRY(const bool row, q.bind(generation).step());
  return row ? std::optional<relay::CheckpointRow>(row_of(q)) : std::nullopt;
}

Status SqliteStore::each_checkpoint(std::uint64_t generation,
                                    const relay::Visitor<relay::CheckpointRow>& visit) {
  Query q = db_.query("SELECT generation,n,leaf,note FROM checkpoint WHERE generation=? ORDER BY n");
  q.bind(generation);
  for (;;) {
    SP_TRY(const bool row, q.step());
    if (!row || !visit(row_of(q))) return Status::good();
  }
}

Result<std::vector<relay::PlanRow>> SqliteStore::all_plans() {
  Query q = db_.query("SELECT plan,version,gov_seq,identity_n,bytes FROM plan ORDER BY plan");
  std::vector<relay::PlanRow> out;
  for (;;) {
    SP_TRY(const bool row, q.step());
    if (!row) return out;
    out.push_back({q.id<PlanId>(0), q.number(1), q.number(2), q.number(3), q.number(4)});
  }
}

Status SqliteStore::add_checkpoint(const relay::CheckpointRow& row) {
  return db_.query("INSERT INTO checkpoint VALUES(?,?,?,?)")
      .bind(row.generation)
      .bind(row.n)
      .bind(row.leaf)
      .bind(row.note)
      .run();
}

Status SqliteStore::put_noted_head(const ChainHead& head) {
  return db_
      .query(
          "INSERT INTO noted_head VALUES(?,?,?,?) ON CONFLICT(plan,section) DO UPDATE SET seq=excluded.seq,"
          "chain=excluded.chain")
      .bind(head.plan)
      .bind(head.section)
      .bind(head.seq)
      .bind(head.chain)
      .run();
}

Status SqliteStore::each_noted_head(const relay::Visitor<ChainHead>& visit) {
  Query q = db_.query("SELECT plan,section,seq,chain FROM noted_head ORDER BY plan,section");
  for (;;) {
    SP_TRY(const bool row, q.step());
    if (!row || !visit({q.id<PlanId>(0), static_cast<SectionId>(q.number(1)), q.number(2), q.id<Hash>(3)}))
      return Status::good();
  }
}

Status SqliteStore::skip_letter_numbers() {
  // SQLite's own table of AUTOINCREMENT; it has no row while there has never been a letter.
  SP_OK(db_.query("INSERT INTO sqlite_sequence(name,seq) SELECT 'letter',0 WHERE NOT EXISTS "
                  "(SELECT 1 FROM sqlite_sequence WHERE name='letter')")
            .run());
  return db_.query("UPDATE sqlite_sequence SET seq=seq+1000000 WHERE name='letter'").run();
}

}  // namespace samplan::server
