#include "sync/log/head_map.h"

#include <catch2/catch.hpp>
#include <set>

#include "crypto/sign.h"
#include "tests/support/seeded_entropy.h"

using namespace samplan;

namespace {

std::vector<ChainHead> random_heads(std::size_t count, std::uint64_t seed) {
  SeededEntropy entropy(seed);
  std::vector<ChainHead> out;
  for (std::size_t i = 0; i < count; ++i)
    out.push_back({entropy.id<PlanId>(), static_cast<SectionId>(i % 13), entropy.below(1000), entropy.id<Hash>()});
  return out;
}

// The definition, slow and plain: the subtree of all whose keys begin with these bits.
Hash slow_root(const std::vector<ChainHead>& heads, std::size_t depth) {
  if (heads.empty()) return {};
  if (heads.size() == 1) return head_leaf(heads[0]);
  std::vector<ChainHead> sides[2];
  for (const ChainHead& head : heads) {
    const Hash key = head_key(head.plan, head.section);
    sides[(key.bytes[depth / 8] >> (7 - depth % 8)) & 1].push_back(head);
  }
  return crypto::hash("samplan/head-node/1",
                      {slow_root(sides[0], depth + 1).view(), slow_root(sides[1], depth + 1).view()});
}

}  // namespace

TEST_CASE("A map's root follows its definition, in whatever order the chains come") {
  for (const std::size_t count : {0U, 1U, 2U, 3U, 10U, 100U, 1000U}) {
    std::vector<ChainHead> heads = random_heads(count, count + 1);
    const auto map = HeadMap::of(heads);
    REQUIRE(map.ok());
    CHECK(map->size() == count);
    CHECK(map->root() == slow_root(heads, 0));
    std::reverse(heads.begin(), heads.end());
    CHECK(HeadMap::of(heads)->root() == map->root());
  }
}

TEST_CASE("Each chain's path leads to the root, and nothing else does") {
  const std::vector<ChainHead> heads = random_heads(300, 7);
  const auto map = HeadMap::of(heads);
  REQUIRE(map.ok());
  std::size_t longest = 0;
  for (const ChainHead& head : heads) {
    const auto found = map->find(head.plan, head.section);
    REQUIRE(found);
    CHECK(found->seq == head.seq);
    longest = std::max(longest, found->path.size());
    REQUIRE(verify_head(head, found->path, map->root()).ok());

    ChainHead other = head;
    ++other.seq;
    CHECK(verify_head(other, found->path, map->root()).code() == Errc::forged);
    other = head;
    other.chain.bytes[31] ^= 1;
    CHECK(verify_head(other, found->path, map->root()).code() == Errc::forged);
    other = head;
    other.section = static_cast<SectionId>(head.section + 1);
    CHECK(verify_head(other, found->path, map->root()).code() == Errc::forged);
    for (std::size_t i = 0; i < found->path.size(); ++i) {
      HeadPath changed = found->path;
      changed[i].bytes[0] ^= 1;
      CHECK(verify_head(head, changed, map->root()).code() == Errc::forged);
    }
    HeadPath shorter = found->path;
    shorter.pop_back();
    CHECK(verify_head(head, shorter, map->root()).code() == Errc::forged);
    HeadPath longer = found->path;
    longer.emplace_back();
    CHECK(verify_head(head, longer, map->root()).code() == Errc::forged);
    HeadPath endless(head_path_max + 1);
    CHECK(verify_head(head, endless, map->root()).code() == Errc::too_large);
  }
  CHECK(longest > 8);
  CHECK(longest < 40);
  CHECK_FALSE(map->find(heads[0].plan, static_cast<SectionId>(heads[0].section + 1)));
  CHECK_FALSE(HeadMap().find(heads[0].plan, 0));
}

TEST_CASE("A map has one word about a chain: the same chain twice is refused") {
  std::vector<ChainHead> heads = random_heads(20, 9);
  heads.push_back(heads[3]);
  heads.back().chain.bytes[0] ^= 1;
  CHECK(HeadMap::of(heads).code() == Errc::corrupt);
}

TEST_CASE("A day's leaf is read back, and nothing else is one") {
  SeededEntropy entropy(3);
  const DayLeaf day{1'780'000'000'000, 42, entropy.id<Hash>()};
  const Bytes bytes = write_day_leaf(day);
  const auto back = read_day_leaf(bytes);
  REQUIRE(back.ok());
  CHECK(back->made_ms == day.made_ms);
  CHECK(back->heads == day.heads);
  CHECK(back->root == day.root);
  for (std::size_t size = 0; size < bytes.size(); ++size)
    CHECK_FALSE(read_day_leaf(ByteView(bytes).sub(0, size)).ok());
  Bytes longer = bytes;
  longer.push_back(0);
  CHECK(read_day_leaf(longer).code() == Errc::malformed);
  Bytes newer = bytes;
  newer[0] = 2;
  CHECK(read_day_leaf(newer).code() == Errc::unknown_version);
}

TEST_CASE("A log's name follows from the server's key and the generation") {
  SeededEntropy entropy(3);
  const auto key = entropy.id<SignPublicKey>();
  const std::string first = log_origin(key, 1);
  CHECK(first.size() == std::string("samplan-0123456789abcdef/heads/1").size());
  std::set<std::string> names{first, log_origin(key, 2), log_origin(entropy.id<SignPublicKey>(), 1)};
  CHECK(names.size() == 3);
}
