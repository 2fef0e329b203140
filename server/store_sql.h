// SQLite behind two small classes: a connection with prepared statements, and one use of a statement. Errors
// are values. Only the server's store includes this.
#pragma once

#include <sqlite3.h>

#include <string>
#include <string_view>
#include <unordered_map>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"

namespace samplan::server {

// One use of a prepared statement; it is reset when it goes out of scope. Blobs are bound without a copy:
// what is bound outlives the statement.
class Query {
 public:
  Query(sqlite3* db, sqlite3_stmt* statement) : db_(db), statement_(statement) {}
  ~Query();
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;

  Query& bind(ByteView blob);
  Query& bind(std::string_view text);
  Query& bind(std::int64_t value);
  Query& bind(std::uint64_t value) { return bind(static_cast<std::int64_t>(value)); }
  Query& bind(std::uint32_t value) { return bind(static_cast<std::int64_t>(value)); }
  Query& bind(std::uint16_t value) { return bind(static_cast<std::int64_t>(value)); }
  Query& bind(bool value) { return bind(static_cast<std::int64_t>(value ? 1 : 0)); }
  template <class Tag, std::size_t N>
  Query& bind(const Id<Tag, N>& id) {
    return bind(id.view());
  }

  // True while there is a row. errors: not_saved, corrupt, busy, io.
  Result<bool> step();
  // For statements without rows.
  Status run();

  std::uint64_t number(int column) const;
  std::int64_t signed_number(int column) const;
  // Valid until the next step.
  ByteView blob(int column) const;
  template <class IdType>
  IdType id(int column) const {
    return IdType::from(blob(column));
  }

 private:
  sqlite3* db_;
  sqlite3_stmt* statement_;
  int next_ = 1;
  int bound_ = SQLITE_OK;
};

class Connection {
 public:
  Connection() = default;
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Status open(const std::string& path);
  Status exec(const char* sql);
  // The text is a literal: statements are kept by its address. A text that does not prepare is a damaged or
  // foreign file: the query's first step reports it.
  Query query(const char* sql);
  bool in_transaction() const;
  sqlite3* handle() const { return db_; }

 private:
  sqlite3* db_ = nullptr;
  std::unordered_map<const char*, sqlite3_stmt*> statements_;
};

Error sql_error(sqlite3* db, int code, const char* where);

}  // namespace samplan::server
