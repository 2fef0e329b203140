// What an all-seeing reader knows: the server's logs and envelopes judged once more, opened with every key
// that any device has ever held. It uses the product's own rules for judging, never its stored results, and
// while it looks no planted bug is awake.
#pragma once

#include <map>
#include <set>

#include "client-core/plan/batch.h"
#include "crypto/aead.h"
#include "sync/log/governance.h"
#include "sync/log/validity.h"
#include "tests/sim/device.h"

namespace samplan::sim {

class World;

// What an operation brings, in letters: its value, or what an edit of a text inserts.
std::string text_of(const plan::Op& op);

// An envelope as the oracle sees it.
struct Opened {
  std::uint64_t seq = 0;
  Hash id;
  EnvelopeHeader header;
  Verdict verdict = Verdict::undecided;
  bool is_open = false;
  std::vector<plan::Batch> batches;
};

class Oracle {
 public:
  explicit Oracle(World& world) : world_(world) {}

  // Notes every section key that the device holds now. Keys are never forgotten here.
  void learn_keys(Device& d);
  // Reads what the server's store holds now.
  void look();

  struct OpPlace {
    std::uint64_t seq = 0;
    Verdict verdict = Verdict::undecided;
    std::string text;
  };
  using OpKey = std::tuple<PlanId, SectionId, DeviceId, std::uint64_t>;
  // Where an operation lies in the server's chain; the valid place if there is one.
  const OpPlace* place(const PlanId& plan, SectionId section, const DeviceId& device,
                       std::uint64_t counter) const;
  // Whether the server holds an envelope with that operation at all; keeps up by itself.
  bool is_stored(const PlanId& plan, SectionId section, const DeviceId& device, std::uint64_t counter);

  const GovState* gov(const PlanId& plan) const;
  const IdentityBook& book() const;
  const std::map<std::pair<PlanId, SectionId>, std::vector<Opened>>& chains() const { return chains_; }
  // Keys by (plan, section, epoch), and which devices have held them.
  struct Held {
    crypto::SectionKey key;
    std::set<std::size_t> devices;
  };
  using KeyName = std::tuple<PlanId, SectionId, std::uint32_t>;
  const std::map<KeyName, Held>& keys() const { return keys_; }

  // The operations of an envelope; null if nobody has its key, or it holds none.
  const std::vector<plan::Batch>* open(const Envelope& e);

  // One line that stands for everything the device knows, for the hash of the run.
  std::string fingerprint(Device& d) const;

 private:
  World& world_;
  std::map<KeyName, Held> keys_;
  std::set<Hash> verified_;
  std::map<Hash, std::vector<plan::Batch>> opened_;
  std::map<PlanId, GovState> govs_;
  std::map<std::pair<PlanId, SectionId>, std::vector<Opened>> chains_;
  std::map<OpKey, OpPlace> places_;
  std::map<std::pair<PlanId, SectionId>, std::uint64_t> stored_until_;
  std::set<OpKey> stored_;
};

}  // namespace samplan::sim
