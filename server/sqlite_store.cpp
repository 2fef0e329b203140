// Opening and checking the file, transactions, and the rows about people. Plans and mail:
// sqlite_store_plans.cpp.
#include "server/sqlite_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "server/store_schema.h"

namespace samplan::server {
namespace {

using relay::Visitor;

// Larger files are checked on demand: the check reads every page.
constexpr std::uint64_t check_at_start_bytes_max = 256ULL << 20;

Error told(Error error, std::string detail) {
  error.detail = std::move(detail);
  return error;
}

// Only its user may read the file. SQLite gives the log and the index beside it the same mode.
Status make_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0)
    return Error{Errc::not_saved, "store.open errno " + std::to_string(errno),
                 "Cannot write " + path + ": " + std::strerror(errno) + "."};
  ::close(fd);
  return Status::good();
}

Result<std::int64_t> number_of(Connection& db, const char* pragma) {
  Query q = db.query(pragma);
  SP_TRY(const bool row, q.step());
  return row ? q.signed_number(0) : 0;
}

}  // namespace

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::string& path) {
  SP_OK(make_file(path));
  std::unique_ptr<SqliteStore> store(new SqliteStore);
  store->is_writer_ = true;
  SP_OK(store->db_.open(path));
  SP_OK(store->prepare_file(path));
  return store;
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open_reader(const std::string& path) {
  std::unique_ptr<SqliteStore> store(new SqliteStore);
  SP_OK(store->db_.open(path));
  SP_OK(store->db_.exec("PRAGMA query_only=1; PRAGMA cache_size=-2048;"));
  return store;
}

Status SqliteStore::prepare_file(const std::string& path) {
  // Commit means on the disk: FULL syncs the log at each commit; NORMAL was seen to lose what it had
  // confirmed.
  const Status opened =
      db_.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-16384;");
  if (!opened.ok() && opened.code() == Errc::corrupt)
    return told(opened.error(),
                path + " is not a database of this server, or it is damaged. Restore it from a backup.");
  if (!opened.ok()) return told(opened.error(), "Cannot write " + path + ". Is the disk full or read-only?");
  SP_TRY(const std::int64_t version, number_of(db_, "PRAGMA user_version"));
  SP_TRY(const std::int64_t application, number_of(db_, "PRAGMA application_id"));
  SP_TRY(const std::int64_t pages, number_of(db_, "PRAGMA page_count"));
  SP_TRY(const std::int64_t page_bytes, number_of(db_, "PRAGMA page_size"));
  if (version == 0 && application == 0 && pages <= 1) {
    const std::string schema = std::string("BEGIN IMMEDIATE;") + store_schema +
                               "PRAGMA application_id=" + std::to_string(store_application_id) +
                               "; PRAGMA user_version=" + std::to_string(store_version) + "; COMMIT;";
    const Status made = db_.exec(schema.c_str());
    return made.ok() ? made : Status(told(made.error(), "Cannot write " + path + ". Is the disk full?"));
  }
  if (application != store_application_id)
    return Error{Errc::corrupt, "store.application_id", path + " is not a database of this server."};
  if (version >= 1 && version < store_version) {
    const std::string step = std::string("BEGIN IMMEDIATE;") + (version < 2 ? store_migration_2 : "") +
                             (version < 3 ? store_migration_3 : "") + store_migration_4 +
                             "PRAGMA user_version=4; COMMIT;";
    const Status migrated = db_.exec(step.c_str());
    if (!migrated.ok()) {
      if (db_.in_transaction()) (void)db_.exec("ROLLBACK");
      return told(migrated.error(), "Cannot bring " + path + " up to date. Is the disk full?");
    }
  } else if (version != store_version)
    return Error{
        Errc::unknown_version, "store.user_version " + std::to_string(version),
        path + " was written by a newer version of this server. Install that version, or restore a backup."};
  if (static_cast<std::uint64_t>(pages * page_bytes) > check_at_start_bytes_max) return Status::good();
  const Status whole = check_integrity();
  return whole.ok() ? whole : Status(told(whole.error(), path + " is damaged. Restore it from a backup."));
}

Status SqliteStore::check_integrity() {
  Query q = db_.query("PRAGMA integrity_check(1)");
  SP_TRY(const bool row, q.step());
  if (!row || q.blob(0).text() != "ok") return Error{Errc::corrupt, "store.integrity_check"};
  return Status::good();
}

Status SqliteStore::limit_pages(int pages) {
  return db_.exec(("PRAGMA max_page_count=" + std::to_string(pages)).c_str());
}

Status SqliteStore::begin() { return db_.exec(is_writer_ ? "BEGIN IMMEDIATE" : "BEGIN"); }

void SqliteStore::rollback() {
  last_plan_no_ = 0;
  // After a full disk SQLite has rolled back by itself.
  if (db_.in_transaction()) (void)db_.exec("ROLLBACK");
}

Status SqliteStore::commit() { return db_.exec("COMMIT"); }
Status SqliteStore::mark() { return db_.query("SAVEPOINT relay").run(); }
Status SqliteStore::release() { return db_.query("RELEASE relay").run(); }

Status SqliteStore::undo() {
  last_plan_no_ = 0;
  if (!db_.in_transaction()) return Error{Errc::not_saved, "store.undo"};
  SP_OK(db_.query("ROLLBACK TO relay").run());
  return db_.query("RELEASE relay").run();
}

Result<std::optional<Bytes>> SqliteStore::meta(std::string_view name) {
  Query q = db_.query("SELECT value FROM meta WHERE name=?");
  SP_TRY(const bool row, q.bind(name).step());
  return row ? std::optional<Bytes>(q.blob(0).copy()) : std::nullopt;
}

Status SqliteStore::set_meta(std::string_view name, ByteView value) {
  return db_.query("INSERT INTO meta VALUES(?,?) ON CONFLICT(name) DO UPDATE SET value=excluded.value")
      .bind(name)
      .bind(value)
      .run();
}

Result<std::optional<relay::DeviceRow>> SqliteStore::device(const DeviceId& device) {
  Query q = db_.query("SELECT person,sign_key,revoked FROM device WHERE device=?");
  SP_TRY(const bool row, q.bind(device).step());
  if (!row) return std::optional<relay::DeviceRow>();
  return std::optional<relay::DeviceRow>({q.id<PrincipalId>(0), q.id<SignPublicKey>(1), q.number(2) != 0});
}

Status SqliteStore::put_device(const DeviceId& device, const relay::DeviceRow& row) {
  return db_
      .query("INSERT INTO device VALUES(?,?,?,?) ON CONFLICT(device) DO UPDATE SET revoked=excluded.revoked")
      .bind(device)
      .bind(row.person)
      .bind(row.sign_key)
      .bind(row.revoked)
      .run();
}

Result<std::vector<PrincipalId>> SqliteStore::units_of(const PrincipalId& person) {
  Query q = db_.query("SELECT unit FROM unit_member WHERE person=? AND now_member=1 ORDER BY unit");
  q.bind(person);
  std::vector<PrincipalId> out;
  for (;;) {
    SP_TRY(const bool row, q.step());
    if (!row) return out;
    out.push_back(q.id<PrincipalId>(0));
  }
}

Status SqliteStore::put_unit_member(const PrincipalId& unit, const PrincipalId& person, bool now_member) {
  return db_
      .query(
          "INSERT INTO unit_member(unit,person,now_member) VALUES(?,?,?) "
          "ON CONFLICT(person,unit) DO UPDATE SET now_member=excluded.now_member")
      .bind(unit)
      .bind(person)
      .bind(now_member)
      .run();
}

Result<std::uint64_t> SqliteStore::identity_count() {
  Query q = db_.query("SELECT coalesce(max(n),0) FROM identity");
  SP_TRY(const bool row, q.step());
  return row ? q.number(0) : 0;
}

Result<std::uint64_t> SqliteStore::identity_n(const PrincipalId& principal, std::uint64_t seq) {
  Query q = db_.query("SELECT n FROM identity WHERE principal=? AND seq=?");
  SP_TRY(const bool row, q.bind(principal).bind(seq).step());
  return row ? q.number(0) : 0;
}

Status SqliteStore::each_identity(std::uint64_t after_n, const Visitor<relay::IdentityRow>& visit) {
  Query q = db_.query("SELECT n,principal,seq,record FROM identity WHERE n>? ORDER BY n");
  q.bind(after_n);
  for (;;) {
    SP_TRY(const bool row, q.step());
    if (!row || !visit({q.number(0), q.id<PrincipalId>(1), q.number(2), q.blob(3)})) return Status::good();
  }
}

Result<std::uint64_t> SqliteStore::identity_seq(const PrincipalId& principal) {
  Query q = db_.query("SELECT coalesce(max(seq),0) FROM identity WHERE principal=?");
  SP_TRY(const bool row, q.bind(principal).step());
  return row ? q.number(0) : 0;
}

Status SqliteStore::each_identity_of(const PrincipalId& principal, std::uint64_t after_seq,
                                     const Visitor<relay::IdentityRow>& visit) {
  Query q = db_.query("SELECT n,seq,record FROM identity WHERE principal=? AND seq>? ORDER BY seq");
  q.bind(principal).bind(after_seq);
  for (;;) {
    SP_TRY(const bool row, q.step());
    if (!row || !visit({q.number(0), principal, q.number(1), q.blob(2)})) return Status::good();
  }
}

Status SqliteStore::add_identity(const relay::IdentityRow& row) {
  return db_.query("INSERT INTO identity VALUES(?,?,?,?)")
      .bind(row.n)
      .bind(row.principal)
      .bind(row.seq)
      .bind(row.record)
      .run();
}

Status SqliteStore::put_feed_member(const PrincipalId& principal, const relay::FeedMember& member) {
  SP_TRY(const std::uint64_t plan, plan_no(member.plan));
  return db_
      .query(
          "INSERT INTO feed_member VALUES(?,?,?) "
          "ON CONFLICT(principal,plan_no) DO UPDATE SET participant=excluded.participant")
      .bind(principal)
      .bind(plan)
      .bind(member.participant)
      .run();
}

Result<std::vector<relay::FeedMember>> SqliteStore::feeds_of(const PrincipalId& principal) {
  Query q =
      db_.query("SELECT plan.plan,participant FROM feed_member JOIN plan USING(plan_no) WHERE principal=?");
  q.bind(principal);
  std::vector<relay::FeedMember> out;
  for (;;) {
    SP_TRY(const bool row, q.step());
    if (!row) return out;
    out.push_back({q.id<PlanId>(0), q.number(1) != 0});
  }
}

Status SqliteStore::add_feed(const PlanId& plan, const relay::FeedRow& row) {
  SP_TRY(const std::uint64_t no, plan_no(plan));
  SP_TRY(const std::uint64_t identity, identity_n(row.principal, row.seq));
  return db_.query("INSERT INTO feed VALUES(?,?,?,?,?)")
      .bind(no)
      .bind(row.n)
      .bind(identity)
      .bind(row.gov_seq)
      .bind(row.recv_ms)
      .run();
}

Status SqliteStore::each_feed(const PlanId& plan, std::uint64_t after_n,
                              const Visitor<relay::FeedRow>& visit) {
  SP_TRY(const std::uint64_t no, plan_no(plan));
  Query q = db_.query(
      "SELECT feed.n,principal,seq,gov_seq,recv_ms,record FROM feed "
      "JOIN identity ON identity.n=feed.identity WHERE plan_no=? AND feed.n>? ORDER BY feed.n");
  q.bind(no).bind(after_n);
  for (;;) {
    SP_TRY(const bool row, q.step());
    if (!row) return Status::good();
    if (!visit({q.number(0), q.id<PrincipalId>(1), q.number(2), q.number(3), q.signed_number(4), q.blob(5)}))
      return Status::good();
  }
}

Result<std::optional<relay::FeedRow>> SqliteStore::find_feed(const PlanId& plan, const PrincipalId& principal,
                                                             std::uint64_t seq) {
  SP_TRY(const std::uint64_t no, plan_no(plan));
  SP_TRY(const std::uint64_t identity, identity_n(principal, seq));
  Query q = db_.query("SELECT n,gov_seq,recv_ms FROM feed WHERE plan_no=? AND identity=?");
  SP_TRY(const bool row, q.bind(no).bind(identity).step());
  if (!row) return std::optional<relay::FeedRow>();
  return std::optional<relay::FeedRow>({q.number(0), principal, seq, q.number(1), q.signed_number(2), {}});
}

}  // namespace samplan::server
