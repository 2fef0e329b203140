// The server's part in POST /v1/meet: small boxes that two devices which share a secret find, without either
// having to be known here. What lies in them is sealed; the server sees sizes and times. A box lives for a
// quarter of an hour, holds a few messages, and boxes are bounded in number; who asks too often is turned
// away before anything is stored.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/entropy.h"
#include "sync/relay/config.h"
#include "sync/relay/store.h"
#include "sync/wire/meet.h"

namespace samplan::relay {

// Reading needs no writer.
inline bool meet_writes(const MeetRequest& request) { return request.act != MeetAct::read; }

// errors: those of the store.
Result<MeetReply> read_meet(ReadStore& store, const MeetRequest& request, UnixMs now);
// Inside a transaction of the caller's.
Result<MeetReply> write_meet(Store& store, const RelayConfig& config, const MeetRequest& request, UnixMs now,
                             Entropy& entropy);
// Bytes to bytes on one store, with the transaction around; what tests and the simulator use.
Result<Bytes> handle_meet(Store& store, const RelayConfig& config, ByteView request, UnixMs now,
                          Entropy& entropy);

// How much each address may ask. Kept in memory only and forgotten with the window: the store knows no
// address. Not thread-safe; the service holds a lock around it.
class MeetGate {
 public:
  explicit MeetGate(const RelayConfig& config) : config_(config) {}
  // `address` empty: not known (a proxy speaks for all), then only the bounds on boxes hold.
  bool admits(std::string_view address, MeetAct act, UnixMs now);

 private:
  struct Window {
    UnixMs since_ms = 0;
    std::uint32_t requests = 0;
    std::uint32_t opened = 0;
  };
  static constexpr std::size_t addresses_max = 4096;
  const RelayConfig& config_;
  std::map<std::string, Window, std::less<>> windows_;
};

}  // namespace samplan::relay
