#include "sync/log/merkle.h"

#include <utility>

#include "crypto/sha256.h"

namespace samplan::merkle {
namespace {

constexpr std::uint8_t leaf_mark = 0;
constexpr std::uint8_t node_mark = 1;

unsigned ones(std::uint64_t n) {
  unsigned count = 0;
  for (; n != 0; n &= n - 1) ++count;
  return count;
}

// The largest power of two below n; n is at least 2.
std::uint64_t split(std::uint64_t n) {
  std::uint64_t k = 1;
  while (k < n - k) k *= 2;
  return k;
}

// MTH(D[begin:end]) of the RFC; the range is not empty.
Hash subtree(std::uint64_t begin, std::uint64_t end, const LeafHashes& leaves) {
  Tree tree;
  for (std::uint64_t i = begin; i < end; ++i) tree.append(leaves(i));
  return tree.root();
}

struct Range {
  std::uint64_t begin;
  std::uint64_t end;
};

Proof hashes_of(const std::vector<Range>& from_the_root, const LeafHashes& leaves) {
  Proof proof;
  for (auto range = from_the_root.rbegin(); range != from_the_root.rend(); ++range)
    proof.push_back(subtree(range->begin, range->end, leaves));
  return proof;
}

Error wrong_length() { return {Errc::malformed, "merkle proof"}; }
Error wrong_root() { return {Errc::forged, "merkle proof"}; }

// Reads a proof from its beginning; past its end it yields zeros and remembers it.
class Steps {
 public:
  explicit Steps(const Proof& proof) : proof_(proof) {}
  Hash next() {
    if (at_ < proof_.size()) return proof_[at_++];
    is_short_ = true;
    return {};
  }
  bool are_used_up() const { return !is_short_ && at_ == proof_.size(); }

 private:
  const Proof& proof_;
  std::size_t at_ = 0;
  bool is_short_ = false;
};

}  // namespace

Hash leaf_hash(ByteView data) { return crypto::sha256({ByteView(&leaf_mark, 1), data}); }

Hash node_hash(const Hash& left, const Hash& right) {
  return crypto::sha256({ByteView(&node_mark, 1), left.view(), right.view()});
}

Hash empty_root() { return crypto::sha256({}); }

Result<Tree> Tree::restore(std::uint64_t size, std::vector<Hash> peaks) {
  if (size > leaves_max) return Error{Errc::too_large, "merkle tree"};
  if (peaks.size() != ones(size)) return Error{Errc::malformed, "merkle tree"};
  Tree out;
  out.size_ = size;
  out.peaks_ = std::move(peaks);
  return out;
}

void Tree::append(const Hash& leaf) {
  Hash carried = leaf;
  // As in adding one to a binary number: every 1 at the low end is a subtree that is now full on both sides.
  for (std::uint64_t n = size_; (n & 1U) != 0; n >>= 1) {
    carried = node_hash(peaks_.back(), carried);
    peaks_.pop_back();
  }
  peaks_.push_back(carried);
  ++size_;
}

Hash Tree::root() const {
  if (peaks_.empty()) return empty_root();
  Hash root = peaks_.back();
  for (std::size_t i = peaks_.size() - 1; i-- > 0;) root = node_hash(peaks_[i], root);
  return root;
}

Hash root_of(std::uint64_t size, const LeafHashes& leaves) {
  return size == 0 ? empty_root() : subtree(0, size, leaves);
}

Result<Proof> inclusion_proof(std::uint64_t index, std::uint64_t size, const LeafHashes& leaves) {
  if (index >= size || size > leaves_max) return Error{Errc::invalid_argument, "inclusion_proof"};
  std::vector<Range> siblings;  // from the root down
  Range here{0, size};
  while (here.end - here.begin > 1) {
    const std::uint64_t middle = here.begin + split(here.end - here.begin);
    if (index < middle) {
      siblings.push_back({middle, here.end});
      here.end = middle;
    } else {
      siblings.push_back({here.begin, middle});
      here.begin = middle;
    }
  }
  return hashes_of(siblings, leaves);
}

// RFC 9162, section 2.1.3.2: `node` and `last` are the numbers, within one level, of the node on the path and
// of the rightmost node.
Status verify_inclusion(const Hash& leaf, std::uint64_t index, std::uint64_t size, const Proof& proof,
                        const Hash& root) {
  if (index >= size || size > leaves_max) return Error{Errc::invalid_argument, "verify_inclusion"};
  Steps steps(proof);
  Hash hash = leaf;
  std::uint64_t node = index;
  std::uint64_t last = size - 1;
  for (; last != 0; node >>= 1, last >>= 1) {
    const bool is_right = (node & 1U) != 0;
    if (!is_right && node == last) continue;  // alone at the right edge: it rises unchanged
    const Hash sibling = steps.next();
    hash = is_right ? node_hash(sibling, hash) : node_hash(hash, sibling);
  }
  if (!steps.are_used_up()) return wrong_length();
  return hash == root ? Status::good() : wrong_root();
}

Result<Proof> consistency_proof(std::uint64_t old_size, std::uint64_t new_size, const LeafHashes& leaves) {
  if (old_size == 0 || old_size > new_size || new_size > leaves_max)
    return Error{Errc::invalid_argument, "consistency_proof"};
  if (old_size == new_size) return Proof{};
  // SUBPROOF of the RFC, with its recursion written as a descent along the old tree's right edge.
  std::vector<Range> parts;  // from the root down
  Range here{0, new_size};
  bool is_whole_old_tree = true;
  while (here.end != old_size) {
    const std::uint64_t middle = here.begin + split(here.end - here.begin);
    if (old_size <= middle) {
      parts.push_back({middle, here.end});
      here.end = middle;
    } else {
      parts.push_back({here.begin, middle});
      here.begin = middle;
      is_whole_old_tree = false;
    }
  }
  if (!is_whole_old_tree) parts.push_back(here);
  return hashes_of(parts, leaves);
}

// RFC 9162, section 2.1.4.2. The path starts at the last full subtree of the old tree; the hashes to its left
// belong to both trees, those to its right to the new one only.
Status verify_consistency(std::uint64_t old_size, const Hash& old_root, std::uint64_t new_size,
                          const Hash& new_root, const Proof& proof) {
  const bool are_both_empty = old_size == 0 && new_size == 0;
  if (old_size > new_size || new_size > leaves_max || (old_size == 0 && !are_both_empty))
    return Error{Errc::invalid_argument, "verify_consistency"};
  if (old_size == new_size) {
    if (!proof.empty()) return wrong_length();
    return old_root == new_root ? Status::good() : wrong_root();
  }
  std::uint64_t node = old_size - 1;
  std::uint64_t last = new_size - 1;
  for (; (node & 1U) != 0; node >>= 1) last >>= 1;
  Steps steps(proof);
  // With the old size a power of two that subtree is the old tree itself, and the proof leaves its hash out.
  const Hash start = node == 0 ? old_root : steps.next();
  Hash old_hash = start;
  Hash new_hash = start;
  for (; last != 0; node >>= 1, last >>= 1) {
    const bool is_right = (node & 1U) != 0;
    if (!is_right && node == last) continue;
    const Hash sibling = steps.next();
    if (is_right) old_hash = node_hash(sibling, old_hash);
    new_hash = is_right ? node_hash(sibling, new_hash) : node_hash(new_hash, sibling);
  }
  if (!steps.are_used_up()) return wrong_length();
  return old_hash == old_root && new_hash == new_root ? Status::good() : wrong_root();
}

}  // namespace samplan::merkle
