#include "server/store_sql.h"

namespace samplan::server {

Error sql_error(sqlite3* db, int code, const char* where) {
  Errc errc = Errc::io;
  switch (code & 0xff) {
    case SQLITE_FULL:
    case SQLITE_READONLY:
    case SQLITE_IOERR: errc = Errc::not_saved; break;
    // A row that must not be there twice is: the rows do not fit together.
    case SQLITE_CONSTRAINT:
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB: errc = Errc::corrupt; break;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: errc = Errc::busy; break;
    default: break;
  }
  // The extended code says which disk operation failed; SQLite's text may quote SQL, never a value.
  const int extended = db == nullptr ? code : sqlite3_extended_errcode(db);
  return Error{errc, std::string("sqlite.") + where + " " + std::to_string(extended)};
}

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

Query& Query::bind(ByteView blob) {
  if (statement_ == nullptr) return *this;
  // A null pointer would bind NULL; an empty blob is a value.
  const void* data = blob.empty() ? static_cast<const void*>("") : blob.data();
  bound_ |= sqlite3_bind_blob64(statement_, next_++, data, blob.size(), SQLITE_STATIC);
  return *this;
}

Query& Query::bind(std::string_view text) {
  if (statement_ == nullptr) return *this;
  bound_ |= sqlite3_bind_text(statement_, next_++, text.data(), static_cast<int>(text.size()), SQLITE_STATIC);
  return *this;
}

Query& Query::bind(std::int64_t value) {
  if (statement_ == nullptr) return *this;
  bound_ |= sqlite3_bind_int64(statement_, next_++, value);
  return *this;
}

Result<bool> Query::step() {
  if (statement_ == nullptr) return sql_error(db_, sqlite3_errcode(db_), "prepare");
  if (bound_ != SQLITE_OK) return Error{Errc::io, "sqlite.bind"};
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return sql_error(db_, code, "step");
}

Status Query::run() {
  SP_TRY(const bool row, step());
  return row ? Status(Error{Errc::io, "sqlite.unexpected_row"}) : Status::good();
}

std::uint64_t Query::number(int column) const { return static_cast<std::uint64_t>(signed_number(column)); }
std::int64_t Query::signed_number(int column) const { return sqlite3_column_int64(statement_, column); }

ByteView Query::blob(int column) const {
  const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement_, column));
  return {data, data == nullptr ? 0 : static_cast<std::size_t>(sqlite3_column_bytes(statement_, column))};
}

Connection::~Connection() {
  for (const auto& s : statements_) sqlite3_finalize(s.second);
  sqlite3_close(db_);
}

Status Connection::open(const std::string& path) {
  const int code = sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, nullptr);
  if (code != SQLITE_OK) return sql_error(db_, code, "open");
  sqlite3_extended_result_codes(db_, 1);
  sqlite3_busy_timeout(db_, 5000);
  return Status::good();
}

Status Connection::exec(const char* sql) {
  const int code = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return sql_error(db_, code, "exec");
  return Status::good();
}

Query Connection::query(const char* sql) {
  sqlite3_stmt*& statement = statements_[sql];
  if (statement == nullptr) sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  return Query(db_, statement);
}

bool Connection::in_transaction() const { return sqlite3_get_autocommit(db_) == 0; }

}  // namespace samplan::server
