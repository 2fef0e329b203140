#include "sync/wire/proof.h"

#include <catch2/catch.hpp>
#include <algorithm>

#include "base/limits.h"
#include "tests/support/seeded_entropy.h"

using namespace samplan;

namespace {

ProofRequest a_request(std::size_t plans) {
  SeededEntropy e(5);
  ProofRequest q;
  q.person = e.id<PrincipalId>();
  q.generation = 2;
  q.size = 41;
  for (std::size_t i = 0; i < plans; ++i) q.plans.push_back(e.id<PlanId>());
  std::sort(q.plans.begin(), q.plans.end());
  return q;
}

ProofReply a_reply() {
  SeededEntropy e(6);
  ProofReply a;
  a.nonce.fill(7);
  a.generation = 2;
  a.note = Bytes(300, 'n');
  a.day = Bytes(49, 1);
  for (int i = 0; i < 6; ++i) a.inclusion.push_back(e.id<Hash>());
  for (int i = 0; i < 3; ++i) a.consistency.push_back(e.id<Hash>());
  for (int n = 0; n < 2; ++n) {
    PlanProof p;
    p.plan = e.id<PlanId>();
    p.receipt.plan = p.plan;
    p.receipt.generation = 2;
    p.receipt.gov_seq = 9;
    p.receipt.gov_head = e.id<Hash>();
    p.receipt.recv_ms = 1'780'000'000'000;
    p.receipt.sections = {{{1, 4}, e.id<Hash>()}, {{3, 5}, e.id<Hash>()}};
    p.heads = {{0, 9, {}}, {1, 4, {e.id<Hash>()}}, {3, 5, {e.id<Hash>(), e.id<Hash>()}}};
    a.plans.push_back(p);
  }
  return a;
}

}  // namespace

TEST_CASE("a request for proofs comes back as it was written, and broken ones are refused") {
  for (const std::size_t plans : {std::size_t{0}, std::size_t{1}, proof_plans_max}) {
    const ProofRequest q = a_request(plans);
    const Bytes bytes = write_proof_request(q);
    const auto back = read_proof_request(bytes);
    REQUIRE(back.ok());
    CHECK(back->person == q.person);
    CHECK(back->generation == 2);
    CHECK(back->size == 41);
    CHECK(back->plans == q.plans);
    CHECK(write_proof_request(*back) == bytes);
    for (std::size_t size = 0; size < bytes.size() && size < 200; ++size) {
      const auto cut = read_proof_request(ByteView(bytes).sub(0, size));
      // What ends between two fields may be a smaller request.
      if (cut.ok()) CHECK(write_proof_request(*cut) == Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)));
    }
  }
  CHECK(read_proof_request(write_proof_request(a_request(proof_plans_max + 1))).code() == Errc::too_large);
  ProofRequest q = a_request(3);
  std::swap(q.plans[0], q.plans[1]);
  CHECK(read_proof_request(write_proof_request(q)).code() == Errc::malformed);
  q = a_request(2);
  q.plans[1] = q.plans[0];
  CHECK(read_proof_request(write_proof_request(q)).code() == Errc::malformed);
  q = a_request(1);
  q.size = 0;
  CHECK(read_proof_request(write_proof_request(q))->size == 0);
}

TEST_CASE("a reply with proofs comes back as it was written, and broken ones are refused") {
  const ProofReply a = a_reply();
  const Bytes bytes = write_proof_reply(a);
  const auto back = read_proof_reply(bytes);
  REQUIRE(back.ok());
  CHECK(back->note == a.note);
  CHECK(back->inclusion == a.inclusion);
  CHECK(back->consistency == a.consistency);
  REQUIRE(back->plans.size() == 2);
  CHECK(back->plans[1].receipt.sections.size() == 2);
  CHECK(back->plans[1].heads[2].path == a.plans[1].heads[2].path);
  CHECK(write_proof_reply(*back) == bytes);
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const auto cut = read_proof_reply(ByteView(bytes).sub(0, size));
    if (cut.ok()) CHECK(write_proof_reply(*cut) == Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)));
  }
  // Whatever a byte becomes, what is read has one encoding; only a field with an odd tag may be skipped.
  int refused = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    Bytes changed = bytes;
    changed[i] ^= 0x40;
    const auto read = read_proof_reply(changed);
    if (read.ok()) CHECK((write_proof_reply(*read) == changed));
    refused += read.ok() ? 0 : 1;
  }
  CHECK(refused > 50);
  ProofReply none = a;
  none.note.clear();
  const auto empty = read_proof_reply(write_proof_reply(none));
  REQUIRE(empty.ok());
  CHECK(empty->plans.empty());
}

TEST_CASE("each bound of a reply with proofs holds") {
  ProofReply a = a_reply();
  a.note = Bytes(checkpoint_bytes_max, 'n');
  CHECK(read_proof_reply(write_proof_reply(a)).ok());
  a.note.push_back('n');
  CHECK(read_proof_reply(write_proof_reply(a)).code() == Errc::too_large);
  a = a_reply();
  a.inclusion.resize(64);
  CHECK(read_proof_reply(write_proof_reply(a)).ok());
  a.inclusion.resize(65);
  CHECK(read_proof_reply(write_proof_reply(a)).code() == Errc::too_large);
  a = a_reply();
  a.plans[0].heads[0].path.resize(129);
  CHECK(read_proof_reply(write_proof_reply(a)).code() == Errc::too_large);
  a = a_reply();
  a.plans[0].heads[1].section = 0;
  CHECK(read_proof_reply(write_proof_reply(a)).code() == Errc::malformed);
  a = a_reply();
  a.plans.resize(proof_plans_max + 1, a.plans[0]);
  CHECK_FALSE(read_proof_reply(write_proof_reply(a)).ok());
}
