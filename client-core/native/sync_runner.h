// Runs one whole sync over a transport: asks the core what to send, sends it, gives the reply back, until the
// core is content. It knows no format and decides nothing about plans. It ends, whatever the server does.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/entropy.h"
#include "base/time.h"
#include "client-core/core.h"
#include "client-core/transport.h"

namespace samplan::native {

using Clock = std::function<UnixMs()>;

struct SyncProgress {
  int exchanges = 0;            // requests answered so far
  std::uint64_t received = 0;   // others' changes taken so far
  std::uint64_t confirmed = 0;  // own changes that the server now has
  std::int64_t waiting_ms = 0;  // when not 0: no contact now, the next try comes after so long
};
using ProgressSink = std::function<void(const SyncProgress&)>;

struct SyncReport {
  int exchanges = 0;
  std::uint64_t received = 0;
  std::uint64_t confirmed = 0;
  std::vector<Notice> notices;  // in the order they came
};

// How patient a sync is. The pause before try n is drawn evenly from nothing up to min(first * 2^(n-1),
// longest)
// ("full jitter"), so that a thousand devices that lost the same server do not come back in step.
struct Patience {
  int tries = 1;  // 1: say at once that there is no contact
  std::int64_t first_ms = 1'000;
  std::int64_t longest_ms = 60'000;
  std::function<void(std::int64_t ms)> sleep;  // must be set when tries > 1
  Entropy* entropy = nullptr;                  // must be set when tries > 1
};

// Only being offline and being asked to come later are tried again.
//   errors   offline, try_later   no contact; everything is kept and is sent next time
//            bad_reply, forged    what answered is not our server
//            refused, withdrawn   the server does not take this device
//            not_saved            the disk
// `detail` is a calm sentence in bokmål. What came before an error has been kept.
Result<SyncReport> run_sync(Core& core, Transport& transport, const Clock& clock,
                            const ProgressSink& progress = {}, const Patience& patience = {});

// One request of a recovery (client-core/recovery.h), which has no core yet. errors: as run_sync.
Result<Bytes> post_sync(Transport& transport, const std::string& server_url, ByteView request);

// One request to the meeting place, as the core or a new device made it. errors: as run_sync.
Result<Bytes> post_meet(Transport& transport, const std::string& server_url, ByteView request);

// Examines the server's checkpoint from beginning to end. errors: as run_sync; a server that answers and lies is no error
// but a fault in the report.
Result<ProofReport> run_proof(Core& core, Transport& transport, const Clock& clock);
// One request to be vouched for, or the question whether anybody does. errors: as run_sync.
Result<Bytes> post_vouch(Transport& transport, const std::string& server_url, ByteView request);

// What a server says of itself before anything is believed; the key is pinned by whoever asked.
struct ServerHello {
  SignPublicKey key;
  std::uint64_t generation = 0;
};
// errors: invalid_argument (not an http or https URL), offline, try_later, bad_reply, unknown_version.
Result<ServerHello> fetch_hello(Transport& transport, const std::string& server_url);

// "https://host" and "https://host/" with "/v1/sync".
std::string endpoint(const std::string& server_url, const std::string& path);

}  // namespace samplan::native
