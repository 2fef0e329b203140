// The Merkle tree of RFC 6962 section 2.1 (RFC 9162 section 2.1), whose root a checkpoint can vouch for. A
// tree is kept as the roots of its full subtrees, one for each 1 in its size, so that appending and taking
// the root cost O(log n); the proofs are made from the leaf hashes and checked without them. Nothing here
// keeps leaves or knows what is in one.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"

namespace samplan::merkle {

Hash leaf_hash(ByteView data);                        // SHA-256(0x00 || data)
Hash node_hash(const Hash& left, const Hash& right);  // SHA-256(0x01 || left || right)
Hash empty_root();                                    // SHA-256 of nothing

using Proof = std::vector<Hash>;
inline constexpr std::uint64_t leaves_max = std::uint64_t{1} << 63;
// No proof about such a tree has more; whoever reads one from a stranger stops here.
inline constexpr std::size_t proof_hashes_max = 64;

class Tree {
 public:
  Tree() = default;
  // As it was; to be kept as size and peaks. errors: malformed (not one peak for each 1 in the size),
  // too_large.
  static Result<Tree> restore(std::uint64_t size, std::vector<Hash> peaks);

  void append(const Hash& leaf);
  std::uint64_t size() const { return size_; }
  Hash root() const;
  // Roots of the full subtrees, the largest first.
  const std::vector<Hash>& peaks() const { return peaks_; }

 private:
  std::uint64_t size_ = 0;
  std::vector<Hash> peaks_;
};

// The leaf hash at an index below the size that was asked for.
using LeafHashes = std::function<Hash(std::uint64_t index)>;

// Root of the first `size` leaves; reads each once.
Hash root_of(std::uint64_t size, const LeafHashes& leaves);

// That leaf `index` is in the tree of `size` leaves (RFC 6962 2.1.1), nearest sibling first. Reads every
// other leaf once. errors: invalid_argument (index not below size).
Result<Proof> inclusion_proof(std::uint64_t index, std::uint64_t size, const LeafHashes& leaves);
// `leaf` is a leaf_hash, made by the caller from the data, never taken from whoever sent the proof.
// errors: invalid_argument (index not below size), malformed (wrong number of hashes), forged (another root).
Status verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size, const Proof& proof,
                        const Hash& root);

// That the tree of `old_size` leaves is a beginning of the one of `new_size` (RFC 6962 2.1.2). Empty for
// equal sizes. errors: invalid_argument (old_size is 0 or above new_size).
Result<Proof> consistency_proof(std::uint64_t old_size, std::uint64_t new_size, const LeafHashes& leaves);
// Nothing follows from an empty tree, so an old size of 0 is an error here unless the new one is 0 too.
// errors: invalid_argument (sizes), malformed (wrong number of hashes), forged (another root).
Status verify_consistency(std::uint64_t old_size, const Hash& old_root, std::uint64_t new_size,
                          const Hash& new_root, const Proof& proof);

}  // namespace samplan::merkle
