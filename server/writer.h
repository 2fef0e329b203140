// Group commit: one thread takes all requests that wait, runs them one after another in one transaction, lets
// the disk confirm once, and only then lets any of them be answered. It never makes a lone request wait for
// others.
//
// Invariants
//   1. A reply leaves `run` after the commit that holds what it promises, or as an error.
//   2. If the commit fails, every request of the group fails, and what is in memory is dropped.
//   3. One request that fails by itself is undone by itself; the others of its group go on.
#pragma once

#include <atomic>
#include <condition_variable>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "server/log.h"
#include "server/sqlite_store.h"
#include "server/system_entropy.h"
#include "sync/relay/relay.h"

namespace samplan::server {

struct WriterStats {
  std::atomic<std::uint64_t> groups{0};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> failed_requests{0};
  std::atomic<std::uint64_t> failed_commits{0};
  std::atomic<std::uint64_t> commit_us{0};  // the disk's share of the time, in all
  std::atomic<bool> can_write{true};        // what the last commit said
};

class Writer {
 public:
  static constexpr std::size_t group_max = 64;
  static constexpr std::int64_t linger_ms_max = 5;

  // The relay and the log outlive the writer.
  Writer(relay::Relay& relay, std::unique_ptr<SqliteStore> store, Log& log, Log::ClockMs clock);
  // Finishes what waits.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Announces that a request is being prepared on another thread, so that a group may wait a moment for it.
  class Coming {
   public:
    explicit Coming(Writer& writer);
    ~Coming();
    Coming(const Coming&) = delete;
    Coming& operator=(const Coming&) = delete;

   private:
    friend class Writer;
    Writer& writer_;
    bool has_arrived_ = false;
  };

  // Blocks until the disk has confirmed, or nothing of the request has happened.
  Result<SyncReply> run(const relay::Incoming& in, Coming& coming);
  // Something else than a sync, in the same transaction as the group's; blocks like `run`.
  using Work = std::function<Status(relay::Store& store, UnixMs now, Entropy& entropy)>;
  Status write(const Work& work);
  // Writes something and sees whether the disk confirms it.
  bool probe();
  const WriterStats& stats() const { return stats_; }

 private:
  struct Job {
    const relay::Incoming* in = nullptr;
    const Work* work = nullptr;  // neither: a probe
    std::promise<Result<SyncReply>> answer;
  };
  using Group = std::vector<std::unique_ptr<Job>>;

  Result<SyncReply> submit(std::unique_ptr<Job> job, Coming* coming);
  void work();
  Group next_group();
  void run_group(Group& group);
  // One result for each job; an error of its own is one that the whole group shares.
  Result<std::vector<Result<SyncReply>>> execute(const Group& group);
  Result<SyncReply> execute_one(const Job& job);
  Status commit();
  void fail(Group& group, const Error& error);

  relay::Relay& relay_;
  const std::unique_ptr<SqliteStore> store_;
  Log& log_;
  const Log::ClockMs clock_;
  SystemEntropy entropy_;
  WriterStats stats_;

  std::mutex mutex_;
  std::condition_variable changed_;
  Group waiting_;
  std::size_t coming_ = 0;
  bool is_stopping_ = false;
  std::thread thread_;
};

}  // namespace samplan::server
