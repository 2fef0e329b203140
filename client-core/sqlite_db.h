// SQLite behind one small class: prepared statements, one transaction at a time, errors as values. The replica is the
// only user in the client core. WAL with synchronous=FULL: what a transaction has returned as saved is on the disk.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/bytes.h"
#include "base/result.h"

struct sqlite3;
struct sqlite3_stmt;

namespace samplan {

// One use of a prepared statement; it is reset when it goes out of scope.
class Statement {
 public:
  Statement(sqlite3* db, sqlite3_stmt* stmt) : db_(db), stmt_(stmt) {}
  ~Statement();
  Statement(Statement&& other) noexcept : db_(other.db_), stmt_(other.stmt_), next_(other.next_) {
    other.stmt_ = nullptr;
  }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;
  Statement& operator=(Statement&&) = delete;

  // Binds the next parameter. Blobs are copied.
  Statement& bind(ByteView blob);
  Statement& bind(const Bytes& blob) { return bind(ByteView(blob)); }
  Statement& bind(std::string_view text);
  Statement& bind(std::int64_t value);
  Statement& bind(std::uint64_t value) { return bind(static_cast<std::int64_t>(value)); }
  Statement& bind(std::uint32_t value) { return bind(static_cast<std::int64_t>(value)); }
  Statement& bind(int value) { return bind(static_cast<std::int64_t>(value)); }

  // True while there is a row. errors: not_saved, corrupt, io.
  Result<bool> step();
  // For statements without rows.
  Status run();

  std::int64_t integer(int column) const;
  std::uint64_t number(int column) const { return static_cast<std::uint64_t>(integer(column)); }
  // Valid until the next step.
  ByteView blob(int column) const;
  std::string text(int column) const;

 private:
  sqlite3* db_;
  sqlite3_stmt* stmt_;
  int next_ = 1;
};

class Db {
 public:
  // `vfs` empty: the platform's own. Creates the file if it is not there.
  // errors: io, corrupt (not a database), not_saved (cannot be written).
  static Result<std::unique_ptr<Db>> open(const std::string& path, const std::string& vfs);
  ~Db();
  Db(const Db&) = delete;
  Db& operator=(const Db&) = delete;

  Status exec(const char* sql);
  // The text is a literal: statements are cached by its address.
  Result<Statement> prepare(const char* sql);
  std::int64_t changes() const;
  std::int64_t last_row_id() const;

  // Moves the log into the main file and empties it, so that deleted (shredded) pages do not linger there.
  Status checkpoint();
  // Good, or corrupt with what SQLite says.
  Status check_integrity();

 private:
  friend class Transaction;
  Db() = default;
  sqlite3* db_ = nullptr;
  std::unordered_map<const char*, sqlite3_stmt*> cache_;
  int depth_ = 0;
};

// Rolls back unless committed. A nested one rolls back only its own part (a savepoint).
class Transaction {
 public:
  explicit Transaction(Db& db) : db_(db) {}
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  Status begin();
  // Returns only when the disk has confirmed.
  Status commit();

 private:
  Db& db_;
  bool open_ = false;
  int level_ = 0;
};

}  // namespace samplan
