#include "client-core/wasm/memory_os.h"

#include <sqlite3.h>

#include <catch2/catch.hpp>
#include <string>

using namespace samplan::wasm;

namespace {

struct Database {
  explicit Database(const char* path) { REQUIRE(sqlite3_open(path, &db) == SQLITE_OK); }
  ~Database() { sqlite3_close(db); }
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // The first column of the last row, as text.
  std::string ask(const std::string& sql) {
    std::string out;
    const auto keep = [](void* to, int, char** columns, char**) {
      *static_cast<std::string*>(to) = columns[0] == nullptr ? "NULL" : columns[0];
      return 0;
    };
    CHECK(sqlite3_exec(db, sql.c_str(), keep, &out, nullptr) == SQLITE_OK);
    return out;
  }
  sqlite3* db = nullptr;
};

const char* const exclusive_wal = "PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL";

}  // namespace

TEST_CASE("a database in memory is there when it is opened again, until it is forgotten", "[wasm]") {
  forget_memory_files();
  {
    Database d("home/replica.db");
    CHECK(d.ask(exclusive_wal) == "wal");
    d.ask(
        "PRAGMA synchronous=FULL; CREATE TABLE t(a BLOB); INSERT INTO t VALUES(zeroblob(100000)), (x'0102')");
    CHECK(memory_file_bytes("home/replica.db-wal") > 100'000);
  }
  CHECK(memory_file_bytes("home/replica.db-wal") == 0);  // closing moved it into the main file
  {
    Database d("home/replica.db");
    CHECK(d.ask(exclusive_wal) == "wal");
    CHECK(d.ask("SELECT count(*) || '/' || sum(length(a)) FROM t") == "2/100002");
    CHECK(d.ask("PRAGMA integrity_check") == "ok");
  }
  forget_memory_files();
  Database empty("home/replica.db");
  CHECK(empty.ask("SELECT count(*) FROM sqlite_master") == "0");
}

TEST_CASE("a rolled back transaction leaves nothing, in either journal mode", "[wasm]") {
  forget_memory_files();
  for (const char* mode : {"TRUNCATE", "DELETE", "WAL"}) {
    Database d((std::string("home/") + mode).c_str());
    d.ask(std::string("PRAGMA locking_mode=EXCLUSIVE; PRAGMA cache_size=4; PRAGMA journal_mode=") + mode);
    d.ask("CREATE TABLE t(a BLOB); INSERT INTO t VALUES(zeroblob(50000))");
    // More than the cache holds, so that pages reach the file before the roll-back.
    d.ask("BEGIN; UPDATE t SET a = zeroblob(90000); INSERT INTO t SELECT zeroblob(90000) FROM t; ROLLBACK");
    CHECK(d.ask("SELECT count(*) || '/' || sum(length(a)) FROM t") == "1/50000");
    CHECK(d.ask("PRAGMA integrity_check") == "ok");
  }
}

TEST_CASE("two databases do not see each other", "[wasm]") {
  forget_memory_files();
  Database a("a.db");
  Database b("b.db");
  a.ask("CREATE TABLE only_in_a(x)");
  CHECK(b.ask("SELECT count(*) FROM sqlite_master") == "0");
}
