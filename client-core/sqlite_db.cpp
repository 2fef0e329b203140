#include "client-core/sqlite_db.h"
#include "base/planted.h"

#include <sqlite3.h>

namespace samplan {
namespace {

Error error_of(sqlite3* db, int code, const char* where) {
  Error e{Errc::io, std::string(where) + " sqlite " + std::to_string(sqlite3_extended_errcode(db))};
  switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_READONLY:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
      e.code = Errc::not_saved;
      e.detail = (code & 0xff) == SQLITE_FULL
                     ? "Lagringsplassen er full. Ingenting er lagret. Frigjør plass og prøv igjen."
                     : "Kan ikke skrive til lageret på denne enheten. Ingenting er lagret.";
      break;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      e.code = Errc::corrupt;
      e.detail = "Databasen på denne enheten er skadet. Kjør «samplan doctor».";
      break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: e.code = Errc::busy; break;
    default: break;
  }
  return e;
}

}  // namespace

Statement::~Statement() {
  if (stmt_ == nullptr) return;
  sqlite3_reset(stmt_);
  sqlite3_clear_bindings(stmt_);
}

Statement& Statement::bind(ByteView blob) {
  // A null pointer would bind NULL; an empty blob is meant.
  static const std::uint8_t empty = 0;
  sqlite3_bind_blob64(stmt_, next_++, blob.empty() ? &empty : blob.data(), blob.size(), SQLITE_TRANSIENT);
  return *this;
}

Statement& Statement::bind(std::string_view text) {
  sqlite3_bind_text64(stmt_, next_++, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind(std::int64_t value) {
  sqlite3_bind_int64(stmt_, next_++, value);
  return *this;
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(stmt_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return error_of(db_, code, "step");
}

Status Statement::run() {
  SP_OK(step());
  return Status::good();
}

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(stmt_, column); }

ByteView Statement::blob(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(stmt_, column));
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(stmt_, column))};
}

std::string Statement::text(int column) const { return std::string(blob(column).text()); }

Result<std::unique_ptr<Db>> Db::open(const std::string& path, const std::string& vfs) {
  std::unique_ptr<Db> out(new Db);
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &out->db_, flags, vfs.empty() ? nullptr : vfs.c_str());
  if (code != SQLITE_OK) return error_of(out->db_, code, "open");
  sqlite3_extended_result_codes(out->db_, 1);
  // Exclusive: one process owns a home, and WAL then needs no shared memory (the browser has none).
  // secure_delete: a deleted key is overwritten, not just forgotten.
  SP_OK(out->exec("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
                  "PRAGMA secure_delete=ON; PRAGMA temp_store=MEMORY; PRAGMA foreign_keys=ON;"));
  if (SP_PLANTED(disk_not_synced)) SP_OK(out->exec("PRAGMA synchronous=OFF"));
  return out;
}

Db::~Db() {
  for (auto& entry : cache_) sqlite3_finalize(entry.second);
  sqlite3_close(db_);
}

Status Db::exec(const char* sql) {
  const int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error_of(db_, code, "exec");
  return Status::good();
}

Result<Statement> Db::prepare(const char* sql) {
  sqlite3_stmt*& stmt = cache_[sql];
  // A statement that is in use further up the stack cannot be shared: it is finalized and made anew only when idle.
  if (stmt != nullptr && sqlite3_stmt_busy(stmt) != 0) return Error{Errc::io, "statement in use"};
  if (stmt == nullptr) {
    const int code = sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, nullptr);
    if (code != SQLITE_OK) return error_of(db_, code, "prepare");
  }
  return Statement(db_, stmt);
}

std::int64_t Db::changes() const { return sqlite3_changes64(db_); }
std::int64_t Db::last_row_id() const { return sqlite3_last_insert_rowid(db_); }

Status Db::checkpoint() { return exec("PRAGMA wal_checkpoint(TRUNCATE)"); }

Status Db::check_integrity() {
  SP_TRY(Statement s, prepare("PRAGMA integrity_check(1)"));
  SP_TRY(const bool row, s.step());
  if (row && s.text(0) == "ok") return Status::good();
  return Error{Errc::corrupt, "integrity_check"};
}

Transaction::~Transaction() {
  if (!open_) return;
  --db_.depth_;
  const std::string name = "s" + std::to_string(level_);
  const std::string sql = level_ == 0 ? "ROLLBACK" : "ROLLBACK TO " + name + "; RELEASE " + name;
  sqlite3_exec(db_.db_, sql.c_str(), nullptr, nullptr, nullptr);
}

Status Transaction::begin() {
  level_ = db_.depth_;
  const std::string sql = level_ == 0 ? "BEGIN IMMEDIATE" : "SAVEPOINT s" + std::to_string(level_);
  SP_OK(db_.exec(sql.c_str()));
  ++db_.depth_;
  open_ = true;
  return Status::good();
}

Status Transaction::commit() {
  const std::string sql = level_ == 0 ? "COMMIT" : "RELEASE s" + std::to_string(level_);
  if (const Status done = db_.exec(sql.c_str()); !done.ok() && !SP_PLANTED(commit_error_swallowed)) return done;
  --db_.depth_;
  open_ = false;
  return Status::good();
}

}  // namespace samplan
