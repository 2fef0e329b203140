// A server that lies. It goes back to an old state, keeps two histories for two groups of people, or hands
// out less than it has. It holds the server's own signing key, so every reply is well signed; it can forge
// nothing of anybody else. Outside its hours, and in most worlds, it is the honest server and nothing more.
#pragma once

#include "tests/sim/server.h"
#include "tests/sim/story.h"

namespace samplan::sim {

class World;

class EvilServer {
 public:
  explicit EvilServer(World& world) : world_(world) {}

  // Called as time passes: begins and ends what it is up to.
  void wake();
  Result<Bytes> handle(std::size_t device, ByteView frame, UnixMs now);

  bool has_lied() const { return has_lied_; }
  bool lies_now() const { return lies_; }
  // Ends it: everyone is served the one true history again.
  void stop();

 private:
  Bytes without_last_envelopes(ByteView request, const Bytes& reply) const;

  World& world_;
  bool lies_ = false;
  bool done_ = false;
  bool has_lied_ = false;
  std::unique_ptr<Server> other_;  // the second history, for devices with an odd number
};

}  // namespace samplan::sim
