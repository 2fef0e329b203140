// The server of the simulated world: the real relay over a store in memory, with a disk that fills up and a
// process that is started anew. The evil one (evil_server.h) is built on the same parts.
#pragma once

#include <memory>

#include "base/check.h"
#include "sync/relay/meet.h"
#include "sync/relay/relay.h"
#include "tests/sim/device.h"
#include "tests/support/memory_store.h"

namespace samplan::sim {

class Server {
 public:
  explicit Server(std::uint64_t seed) : entropy_(seed ^ 0x5e7e5ULL) { start(); }
  Server(relay::MemoryStore store, std::uint64_t seed, const relay::RelayConfig& config = {})
      : config_(config), store_(std::move(store)), entropy_(seed ^ 0x5e7e5ULL) {
    start();
  }

  // The process ends and begins again over what it had committed, on a disk that has been given room.
  void restart() { start(); }

  // No value: the server could not store it (503), nothing has happened.
  Result<Bytes> handle(ByteView frame, UnixMs now) {
    return relay_->handle(store_, frame, host, now, entropy_);
  }

  // The meeting place, where a person's devices find each other.
  Result<Bytes> meet(ByteView request, UnixMs now) { return relay::handle_meet(store_, config_, request, now, entropy_); }

  const relay::RelayConfig& config() const { return config_; }
  const relay::ServerIdentity& identity() const { return relay_->server(); }
  relay::MemoryStore& store() { return store_; }
  const relay::Relay& relay() const { return *relay_; }

  // Whom the server's identity feed names, judged once for all the worlds that look at it.
  const IdentityBook& people() const { return people_; }
  // Reads what has come since; false if a record does not fit.
  bool read_people() {
    bool fits = true;
    (void)store_.each_identity(people_until_, [&](const relay::IdentityRow& row) {
      fits = people_.add(row.record).ok() && fits;
      people_until_ = row.n;
      return true;
    });
    return fits;
  }

 private:
  void start() {
    relay_.reset();
    people_ = IdentityBook();  // the store may be another one
    people_until_ = 0;
    store_.fail_commit = false;
    store_.writes_until_full = -1;
    SP_CHECK(store_.begin().ok());
    auto identity = relay::load_server_identity(store_, entropy_);
    SP_CHECK(identity.ok() && store_.commit().ok());
    relay_ = std::make_unique<relay::Relay>(config_, std::move(*identity));
  }

  relay::RelayConfig config_;
  relay::MemoryStore store_;
  IdentityBook people_;
  std::uint64_t people_until_ = 0;
  SeededEntropy entropy_;
  std::unique_ptr<relay::Relay> relay_;
};

}  // namespace samplan::sim
