// What the HTTP front asks of the service behind it. The front knows no record and no store; the service
// knows no socket and no header but the one that devices sign.
#pragma once

#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "base/ids.h"

namespace samplan::server {

struct SyncAnswer {
  int http_status = 200;
  Bytes body;
};

// What a device may know before it has an account. The key is worth only what the person compares it with.
struct Hello {
  SignPublicKey server_key;
  std::uint32_t protocol = 1;
  std::uint64_t generation = 0;  // raised by the operator after a restore from a backup
};

// Called by several threads at once; each implementation is thread-safe.
class SyncService {
 public:
  virtual ~SyncService() = default;
  // One sync request. `host_header` is the Host that the client named, in the letters it used: part of its
  // signature.
  virtual SyncAnswer sync(ByteView body, const std::string& host_header) = 0;
  // One request to the meeting place. `peer_address` bounds how much one address may ask.
  virtual SyncAnswer meet(ByteView body, const std::string& peer_address) = 0;
  // One request for proofs of what the newest checkpoint holds, signed as a sync is.
  virtual SyncAnswer prove(ByteView body, const std::string& host_header) = 0;
  // The newest checkpoint, a signed note for anybody; 404 while there is none.
  virtual SyncAnswer checkpoint() = 0;
  // One request to be vouched for by the organisation; bounded like `meet`.
  virtual SyncAnswer vouch(ByteView body, const std::string& host_header, const std::string& peer_address) = 0;
  virtual Hello hello() const = 0;
  // Lines in Prometheus' text format, each ended by a newline; numbers only, never an id or a word of a
  // person.
  virtual std::string metrics() const = 0;
  // False when the store cannot confirm a write.
  virtual bool healthy() const = 0;
};

}  // namespace samplan::server
