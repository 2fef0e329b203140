#include "bench/raw_limits.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "bench/stage.h"
#include "crypto/aead.h"
#include "crypto/sign.h"

namespace samplan::bench {
namespace {

constexpr double seconds_each = 1.0;

// Runs `once` for about a second and gives runs per second.
template <class F>
double per_second(F once) {
  const double start = now_ms();
  int runs = 0;
  while (now_ms() - start < seconds_each * 1000) {
    once();
    ++runs;
  }
  return runs / ((now_ms() - start) / 1000);
}

double commits_per_second(const std::string& path, int rows) {
  sqlite3* db = nullptr;
  if (sqlite3_open(path.c_str(), &db) != SQLITE_OK) give_up("sqlite");
  sqlite3_exec(db, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE IF NOT EXISTS t(n INTEGER PRIMARY KEY, b BLOB);",
               nullptr, nullptr, nullptr);
  sqlite3_stmt* insert = nullptr;
  sqlite3_prepare_v2(db, "INSERT INTO t(b) VALUES(?)", -1, &insert, nullptr);
  const std::string body(300, 'x');
  const double rate = per_second([&] {
    sqlite3_exec(db, "BEGIN", nullptr, nullptr, nullptr);
    for (int i = 0; i < rows; ++i) {
      sqlite3_bind_blob(insert, 1, body.data(), static_cast<int>(body.size()), SQLITE_STATIC);
      sqlite3_step(insert);
      sqlite3_reset(insert);
    }
    if (sqlite3_exec(db, "COMMIT", nullptr, nullptr, nullptr) != SQLITE_OK) give_up("sqlite commit");
  });
  sqlite3_finalize(insert);
  sqlite3_close(db);
  return rate;
}

std::vector<double> fsync_ms(const std::string& path) {
  const int fd = ::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600);
  if (fd < 0) give_up("open");
  const std::string block(4096, 'x');
  std::vector<double> out;
  for (int i = 0; i < 500; ++i) {
    const double start = now_ms();
    if (::write(fd, block.data(), block.size()) < 0 || ::fsync(fd) != 0) give_up("fsync");
    out.push_back(now_ms() - start);
  }
  ::close(fd);
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace

void print_raw_limits() {
  if (!crypto::init()) give_up("crypto");
  std::string pattern = (std::filesystem::temp_directory_path() / "samplan-raw-XXXXXX").string();
  const std::string folder = ::mkdtemp(pattern.data());
  native::OsEntropy entropy;
  const crypto::SectionKey key{{}, 1, 1, crypto::Secret32::random(entropy)};
  const Bytes header(144, 1);
  const Bytes text(200, 2);
  const crypto::SignKeyPair signer = crypto::new_sign_key_pair(entropy);
  const Hash digest = crypto::hash("bench", {text});
  const Signature signature = crypto::sign(signer, "bench", digest);
  const auto sealed = crypto::seal(key, header, text, entropy);
  if (!sealed.ok()) give_up("seal");
  Bytes full = header;
  append(full, sealed->nonce);
  append_u32(full, static_cast<std::uint32_t>(sealed->ciphertext.size()));
  const std::vector<double> fsyncs = fsync_ms(folder + "/fsync");
  nlohmann::json line = {{"w", "raw"},
                         {"sqlite_wal_full_commits_per_s_1_row", commits_per_second(folder + "/a.db", 1)},
                         {"sqlite_wal_full_commits_per_s_1000_rows", commits_per_second(folder + "/b.db", 1000)},
                         {"fsync_4k_p50_ms", fsyncs[fsyncs.size() / 2]},
                         {"fsync_4k_p99_ms", fsyncs[fsyncs.size() * 99 / 100]},
                         {"seal_per_s", per_second([&] { (void)crypto::seal(key, header, text, entropy).ok(); })},
                         {"open_per_s", per_second([&] { if (!crypto::open(key, full, sealed->ciphertext).ok()) give_up("open"); })},
                         {"sign_per_s", per_second([&] { (void)crypto::sign(signer, "bench", digest); })},
                         {"verify_per_s", per_second([&] { if (!crypto::verify(signer.public_key, "bench", digest, signature)) give_up("verify"); })}};
  std::filesystem::remove_all(folder);
  std::printf("%s\n", line.dump().c_str());
}

}  // namespace samplan::bench
