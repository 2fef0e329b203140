// What the log of days promises, asked of any store: the one in memory and the one on the disk must both hold it.
#pragma once

#include <catch2/catch.hpp>

#include "sync/log/checkpoint.h"
#include "sync/relay/checkpoints.h"
#include "tests/support/seeded_entropy.h"

namespace samplan::world {

inline void check_checkpoint_contract(relay::Store& store) {
  SeededEntropy entropy(8);
  REQUIRE(crypto::init());
  REQUIRE(store.begin().ok());
  auto loaded = relay::load_server_identity(store, entropy);
  REQUIRE(loaded.ok());
  REQUIRE(store.commit().ok());
  relay::ServerIdentity server = std::move(*loaded);
  UnixMs now = 1'780'000'000'000;
  const auto note_day = [&] {
    REQUIRE(store.begin().ok());
    REQUIRE(relay::make_checkpoint_if_due(store, server, now).ok());
    REQUIRE(store.commit().ok());
  };
  const auto newest = [&] {
    REQUIRE(store.begin().ok());
    const auto row = store.checkpoint(server.generation);
    REQUIRE(row.ok());
    store.rollback();
    return *row;
  };
  const auto open = [&](const relay::CheckpointRow& row) {
    const auto opened = open_checkpoint(
        ByteView(row.note).text(),
        {log_origin(server.key.public_key, server.generation), NoteKeyType::ed25519, server.key.public_key});
    REQUIRE(opened.ok());
    return opened->checkpoint;
  };
  const auto put_head = [&](const PlanId& plan, SectionId section, std::uint64_t seq) {
    REQUIRE(store.begin().ok());
    REQUIRE(store.put_plan({plan, 1, 0, 0, 0}).ok());
    REQUIRE(store.put_section(plan, {section, seq, entropy.id<Hash>()}).ok());
    REQUIRE(store.commit().ok());
  };

  CHECK_FALSE(newest());
  note_day();
  REQUIRE(newest());
  CHECK(newest()->n == 1);
  CHECK(read_day_leaf(newest()->leaf)->heads == 0);
  CHECK(read_day_leaf(newest()->leaf)->root == Hash{});

  // Once a day, whatever happens on it; and not when the clock goes back.
  const auto plan = entropy.id<PlanId>();
  put_head(plan, 1, 5);
  put_head(plan, 2, 0);
  now += 1000;
  note_day();
  now -= 3 * 86'400'000;
  note_day();
  CHECK(newest()->n == 1);
  now += 4 * 86'400'000;

  std::vector<Hash> leaves{merkle::leaf_hash(newest()->leaf)};
  for (std::uint64_t day = 2; day < 12; ++day) {
    const Checkpoint before = open(*newest());
    put_head(entropy.id<PlanId>(), static_cast<SectionId>(1 + day % 3), day);
    put_head(plan, 1, 5 + day);
    note_day();
    REQUIRE(newest()->n == day);
    leaves.push_back(merkle::leaf_hash(newest()->leaf));
    const Checkpoint checkpoint = open(*newest());
    CHECK(checkpoint.size == day);
    const merkle::LeafHashes at = [&](std::uint64_t i) { return leaves[static_cast<std::size_t>(i)]; };
    CHECK(checkpoint.root == merkle::root_of(day, at));
    CHECK(merkle::verify_consistency(before.size, before.root, day, checkpoint.root,
                                     *merkle::consistency_proof(before.size, day, at))
              .ok());
    // A section that nobody has written in is not noted.
    CHECK(read_day_leaf(newest()->leaf)->heads == day);
    REQUIRE(store.begin().ok());
    const auto map = relay::noted_heads(store);
    REQUIRE(map.ok());
    store.rollback();
    CHECK(map->root() == read_day_leaf(newest()->leaf)->root);
    CHECK(map->find(plan, 1)->seq == 5 + day);
    CHECK_FALSE(map->find(plan, 2));
    now += 86'400'000;
  }
  REQUIRE(store.begin().ok());
  CHECK(*relay::log_leaves(store, server.generation) == leaves);
  CHECK(relay::log_leaves(store, server.generation + 1)->empty());
  store.rollback();

  // A new generation has a log of its own, and the old one stays.
  ++server.generation;
  CHECK_FALSE(newest());
  note_day();
  CHECK(newest()->n == 1);
  CHECK(open(*newest()).size == 1);
  CHECK(read_day_leaf(newest()->leaf)->heads == 11);
  --server.generation;
  CHECK(newest()->n == 11);

  // What is rolled back has not been noted.
  now += 86'400'000;
  REQUIRE(store.begin().ok());
  REQUIRE(relay::make_checkpoint_if_due(store, server, now).ok());
  store.rollback();
  CHECK(newest()->n == 11);
}

}  // namespace samplan::world
