// What a checkpoint says about every chain that a server keeps, in one hash: a tree with one leaf for each
// chain, which stands where the bits of its key lead. So a root can hold only one word about a chain, whoever
// made it, and two people who have the same root have been told the same. A plan's log and each of its
// sections are chains of their own: whoever reads one section learns from its leaf and its path nothing about
// the others, not even that they have moved.
//
//   key    H("samplan/head-key/1",  plan | section u16)
//          section 0: the plan's governance log
//   leaf   H("samplan/head-leaf/1", key | seq u64 | chain 32)
//          for the log: number and hash of its last record
//   node   H("samplan/head-node/1", left | right)
//          left: those with a 0 at this depth; nobody there: zeros
//
// A leaf stands at the first depth where no other key shares its bits.
//
// The roots of the days are the leaves of the Merkle tree that checkpoints vouch for (merkle.h,
// checkpoint.h).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"

namespace samplan {

inline constexpr SectionId governance_chain = 0;

// Where a chain stood.
struct ChainHead {
  PlanId plan;
  SectionId section = governance_chain;
  std::uint64_t seq = 0;
  Hash chain;
};

Hash head_key(const PlanId& plan, SectionId section);
Hash head_leaf(const ChainHead& head);

// Siblings from the root down. Keys are hashes, so that many bits in common take more work than anybody has.
using HeadPath = std::vector<Hash>;
inline constexpr std::size_t head_path_max = 96;

class HeadMap {
 public:
  HeadMap() = default;
  // Of chains that differ in plan or section. errors: corrupt (one twice).
  static Result<HeadMap> of(const std::vector<ChainHead>& heads);

  std::size_t size() const { return entries_.size(); }
  Hash root() const;
  struct Found {
    std::uint64_t seq = 0;
    HeadPath path;
  };
  std::optional<Found> find(const PlanId& plan, SectionId section) const;

 private:
  struct Entry {
    Hash key;
    std::uint64_t seq = 0;
    Hash leaf;
  };
  struct Node {
    Hash hash;
    std::uint32_t left = nobody;
    std::uint32_t right = nobody;
  };
  static constexpr std::uint32_t nobody = 0xffffffffU;

  // The subtree of entries [begin, end), which agree in their first `depth` bits.
  Result<std::uint32_t> build(std::size_t begin, std::size_t end, std::size_t depth);
  Hash hash_of(std::uint32_t node) const { return node == nobody ? Hash{} : nodes_[node].hash; }

  std::vector<Entry> entries_;  // ascending by key
  std::vector<Node> nodes_;
  std::uint32_t root_ = nobody;
};

// errors: too_large (a longer path than any honest one), forged (it does not lead to the root).
Status verify_head(const ChainHead& head, const HeadPath& path, const Hash& root);

// One leaf of the log of days: version u8 = 1 | made_ms u64 | heads u64 | root 32.
struct DayLeaf {
  UnixMs made_ms = 0;
  std::uint64_t heads = 0;  // how many chains the map has
  Hash root;
};
Bytes write_day_leaf(const DayLeaf& day);
// errors: malformed, unknown_version.
Result<DayLeaf> read_day_leaf(ByteView bytes);

// The name of a server's log in one generation of its data: "samplan-<16 hex digits>/heads/<generation>". It
// follows from the key that everybody has pinned, so nothing has to be set and nobody can choose it.
std::string log_origin(const SignPublicKey& server, std::uint64_t generation);

}  // namespace samplan
