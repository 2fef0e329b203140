#include "sync/log/head_map.h"

#include <algorithm>

#include "crypto/sign.h"

namespace samplan {
namespace {

constexpr std::uint8_t day_version = 1;

bool bit_of(const Hash& key, std::size_t depth) {
  return ((key.bytes[depth / 8] >> (7 - depth % 8)) & 1U) != 0;
}

Hash node_of(const Hash& left, const Hash& right) {
  return crypto::hash("samplan/head-node/1", {left.view(), right.view()});
}

}  // namespace

Hash head_key(const PlanId& plan, SectionId section) {
  Bytes number;
  append_u16(number, section);
  return crypto::hash("samplan/head-key/1", {plan.view(), number});
}

Hash head_leaf(const ChainHead& head) {
  Bytes place;
  append_u64(place, head.seq);
  const Hash key = head_key(head.plan, head.section);
  return crypto::hash("samplan/head-leaf/1", {key.view(), place, head.chain.view()});
}

Result<HeadMap> HeadMap::of(const std::vector<ChainHead>& heads) {
  HeadMap map;
  map.entries_.reserve(heads.size());
  for (const ChainHead& head : heads)
    map.entries_.push_back({head_key(head.plan, head.section), head.seq, head_leaf(head)});
  std::sort(map.entries_.begin(), map.entries_.end(),
            [](const Entry& a, const Entry& b) { return a.key < b.key; });
  map.nodes_.reserve(map.entries_.size() * 3);
  SP_TRY(map.root_, map.build(0, map.entries_.size(), 0));
  return map;
}

Result<std::uint32_t> HeadMap::build(std::size_t begin, std::size_t end, std::size_t depth) {
  if (begin == end) return nobody;
  Node node;
  if (end - begin == 1) {
    node.hash = entries_[begin].leaf;
  } else {
    if (depth == head_path_max) return Error{Errc::corrupt, "head_map"};
    const auto from = entries_.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto to = entries_.begin() + static_cast<std::ptrdiff_t>(end);
    const auto split = std::partition_point(from, to, [&](const Entry& e) { return !bit_of(e.key, depth); });
    const std::size_t middle = begin + static_cast<std::size_t>(split - from);
    SP_TRY(node.left, build(begin, middle, depth + 1));
    SP_TRY(node.right, build(middle, end, depth + 1));
    node.hash = node_of(hash_of(node.left), hash_of(node.right));
  }
  nodes_.push_back(node);
  return static_cast<std::uint32_t>(nodes_.size() - 1);
}

Hash HeadMap::root() const { return hash_of(root_); }

std::optional<HeadMap::Found> HeadMap::find(const PlanId& plan, SectionId section) const {
  const Hash key = head_key(plan, section);
  const auto entry = std::lower_bound(entries_.begin(), entries_.end(), key,
                                      [](const Entry& e, const Hash& k) { return e.key < k; });
  if (entry == entries_.end() || entry->key != key) return std::nullopt;
  Found found;
  found.seq = entry->seq;
  std::uint32_t at = root_;
  while (nodes_[at].left != nobody || nodes_[at].right != nobody) {
    const bool goes_right = bit_of(key, found.path.size());
    found.path.push_back(hash_of(goes_right ? nodes_[at].left : nodes_[at].right));
    at = goes_right ? nodes_[at].right : nodes_[at].left;
  }
  return found;
}

Status verify_head(const ChainHead& head, const HeadPath& path, const Hash& root) {
  if (path.size() > head_path_max) return Error{Errc::too_large, "head_path"};
  const Hash key = head_key(head.plan, head.section);
  Hash hash = head_leaf(head);
  for (std::size_t depth = path.size(); depth-- > 0;)
    hash = bit_of(key, depth) ? node_of(path[depth], hash) : node_of(hash, path[depth]);
  return hash == root ? Status::good() : Status(Error{Errc::forged, "head_path"});
}

Bytes write_day_leaf(const DayLeaf& day) {
  Bytes out{day_version};
  append_u64(out, static_cast<std::uint64_t>(day.made_ms));
  append_u64(out, day.heads);
  append(out, day.root.view());
  return out;
}

Result<DayLeaf> read_day_leaf(ByteView bytes) {
  Reader in(bytes);
  if (in.u8() != day_version)
    return Error{bytes.empty() ? Errc::malformed : Errc::unknown_version, "day_leaf"};
  DayLeaf day;
  day.made_ms = static_cast<UnixMs>(in.u64());
  day.heads = in.u64();
  day.root = Hash::from(in.take(Hash::size));
  if (!in.done()) return Error{Errc::malformed, "day_leaf"};
  return day;
}

std::string log_origin(const SignPublicKey& server, std::uint64_t generation) {
  const Hash name = crypto::hash("samplan/log-origin/1", {server.view()});
  return "samplan-" + name.hex().substr(0, 16) + "/heads/" + std::to_string(generation);
}

}  // namespace samplan
