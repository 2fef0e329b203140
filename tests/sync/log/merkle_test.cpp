// The Merkle tree against published hashes, against the definition of RFC 6962 written down as it stands
// there, and against every small lie about a proof.
#include "sync/log/merkle.h"

#include <catch2/catch.hpp>
#include <string>

using namespace samplan;

namespace {

Hash hash(std::string_view text) {
  const auto id = Hash::parse(text);
  REQUIRE(id.has_value());
  return *id;
}

Bytes hex(std::string_view text) {
  auto bytes = from_hex(text);
  REQUIRE(bytes.ok());
  return *bytes;
}

// The eight leaves with which implementations of Certificate Transparency test themselves, and the roots of
// the first 0 to 8 of them.
const char* ct_leaves[] = {
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"};
const char* ct_roots[] = {"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                          "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                          "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                          "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                          "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                          "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                          "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                          "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                          "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

constexpr std::uint64_t sizes = 130;

Hash leaf(std::uint64_t index) {
  Bytes data;
  append_u64(data, index);
  return merkle::leaf_hash(data);
}

// RFC 6962, section 2.1, word for word: the roots by recursion over the leaves.
Hash mth(std::uint64_t begin, std::uint64_t end) {
  if (begin == end) return merkle::empty_root();
  if (end - begin == 1) return leaf(begin);
  std::uint64_t k = 1;
  while (2 * k < end - begin) k *= 2;
  return merkle::node_hash(mth(begin, begin + k), mth(begin + k, end));
}
// Section 2.1.1.
merkle::Proof path(std::uint64_t m, std::uint64_t begin, std::uint64_t end) {
  if (end - begin == 1) return {};
  std::uint64_t k = 1;
  while (2 * k < end - begin) k *= 2;
  merkle::Proof out = m < k ? path(m, begin, begin + k) : path(m - k, begin + k, end);
  out.push_back(m < k ? mth(begin + k, end) : mth(begin, begin + k));
  return out;
}
// Section 2.1.2.
merkle::Proof subproof(std::uint64_t m, std::uint64_t begin, std::uint64_t end, bool b) {
  if (m == end - begin) return b ? merkle::Proof{} : merkle::Proof{mth(begin, end)};
  std::uint64_t k = 1;
  while (2 * k < end - begin) k *= 2;
  merkle::Proof out = m <= k ? subproof(m, begin, begin + k, b) : subproof(m - k, begin + k, end, false);
  out.push_back(m <= k ? mth(begin + k, end) : mth(begin, begin + k));
  return out;
}

std::vector<Hash> all_roots() {
  std::vector<Hash> out{merkle::empty_root()};
  merkle::Tree tree;
  for (std::uint64_t n = 0; n < sizes; ++n) {
    tree.append(leaf(n));
    out.push_back(tree.root());
  }
  return out;
}

// Everything that somebody who carries a proof could do to it without making new hashes.
std::vector<merkle::Proof> spoilt(const merkle::Proof& proof) {
  std::vector<merkle::Proof> out;
  for (std::size_t i = 0; i < proof.size(); ++i) {
    out.push_back(proof);
    out.back()[i].bytes[i % 32] ^= 0x04;
    out.push_back(proof);
    out.back().erase(out.back().begin() + static_cast<std::ptrdiff_t>(i));
  }
  out.push_back(proof);
  out.back().push_back(Hash{});
  out.push_back(proof);
  out.back().insert(out.back().begin(), Hash{});
  if (proof.size() > 1 && proof[0] != proof[1]) {
    out.push_back(proof);
    std::swap(out.back()[0], out.back()[1]);
  }
  return out;
}

}  // namespace

TEST_CASE("the hashes of leaves and nodes are those of RFC 6962", "[log][merkle][vectors]") {
  CHECK(merkle::leaf_hash({}) == hash("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"));
  CHECK(merkle::leaf_hash(ByteView::of("L123456")) ==
        hash("395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"));
  // A node over the first two leaves below.
  CHECK(merkle::node_hash(hash("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"),
                          hash("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7")) ==
        hash("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"));
}

TEST_CASE("a growing tree has the roots that Certificate Transparency's tests know",
          "[log][merkle][vectors]") {
  merkle::Tree tree;
  CHECK(tree.root() == hash(ct_roots[0]));
  for (std::size_t n = 0; n < 8; ++n) {
    tree.append(merkle::leaf_hash(hex(ct_leaves[n])));
    CHECK(tree.size() == n + 1);
    CHECK(tree.root() == hash(ct_roots[n + 1]));
  }
}

TEST_CASE("a proof of Certificate Transparency's tests is made and accepted", "[log][merkle][vectors]") {
  const auto leaves = [](std::uint64_t i) { return merkle::leaf_hash(hex(ct_leaves[i])); };
  const auto inclusion = merkle::inclusion_proof(2, 3, leaves);
  REQUIRE(inclusion.ok());
  CHECK(*inclusion ==
        merkle::Proof{hash("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125")});
  // From 6 to 7 leaves.
  const merkle::Proof known{hash("0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"),
                            hash("b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f"),
                            hash("d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7")};
  const auto consistency = merkle::consistency_proof(6, 7, leaves);
  REQUIRE(consistency.ok());
  CHECK(*consistency == known);
  CHECK(merkle::verify_consistency(6, hash(ct_roots[6]), 7, hash(ct_roots[7]), known).ok());
}

TEST_CASE("roots and proofs are those of the RFC's definitions at every size to 130", "[log][merkle]") {
  const auto roots = all_roots();
  for (std::uint64_t n = 0; n <= sizes; ++n) {
    REQUIRE(roots[n] == mth(0, n));
    REQUIRE(merkle::root_of(n, leaf) == roots[n]);
  }
  for (std::uint64_t n = 1; n <= sizes; n += (n < 35 ? 1 : 13)) {
    for (std::uint64_t m = 0; m < n; ++m) {
      const auto inclusion = merkle::inclusion_proof(m, n, leaf);
      REQUIRE(inclusion.ok());
      REQUIRE(*inclusion == path(m, 0, n));
      const auto consistency = merkle::consistency_proof(m + 1, n, leaf);
      REQUIRE(consistency.ok());
      REQUIRE(*consistency == subproof(m + 1, 0, n, true));
    }
  }
}

TEST_CASE("every leaf of every tree to 130 is proved, in its own place only", "[log][merkle][hostile]") {
  const auto roots = all_roots();
  for (std::uint64_t n = 1; n <= sizes; ++n) {
    for (std::uint64_t m = 0; m < n; ++m) {
      const auto proof = merkle::inclusion_proof(m, n, leaf);
      REQUIRE(proof.ok());
      REQUIRE(proof->size() <= 8);
      REQUIRE(merkle::verify_inclusion(leaf(m), m, n, *proof, roots[n]).ok());
      REQUIRE_FALSE(merkle::verify_inclusion(leaf(m + 1), m, n, *proof, roots[n]).ok());
      REQUIRE_FALSE(merkle::verify_inclusion(leaf(m), m ^ 1U, n, *proof, roots[n]).ok());
      REQUIRE_FALSE(merkle::verify_inclusion(leaf(m), m, n, *proof, roots[n - 1]).ok());
      if (n % 7 == 0)
        for (const merkle::Proof& bad : spoilt(*proof))
          REQUIRE_FALSE(merkle::verify_inclusion(leaf(m), m, n, bad, roots[n]).ok());
    }
    REQUIRE(merkle::verify_inclusion(leaf(n), n, n, {}, roots[n]).code() == Errc::invalid_argument);
    REQUIRE(merkle::inclusion_proof(n, n, leaf).code() == Errc::invalid_argument);
  }
}

TEST_CASE("every tree to 130 is proved to continue every earlier one, and nothing else",
          "[log][merkle][hostile]") {
  const auto roots = all_roots();
  for (std::uint64_t n = 1; n <= sizes; ++n) {
    for (std::uint64_t m = 1; m <= n; ++m) {
      const auto proof = merkle::consistency_proof(m, n, leaf);
      REQUIRE(proof.ok());
      REQUIRE(proof->size() <= 9);
      REQUIRE(proof->empty() == (m == n));
      REQUIRE(merkle::verify_consistency(m, roots[m], n, roots[n], *proof).ok());
      REQUIRE(merkle::verify_consistency(m, roots[m - 1], n, roots[n], *proof).code() == Errc::forged);
      REQUIRE(merkle::verify_consistency(m, roots[m], n, roots[n - 1], *proof).code() == Errc::forged);
      REQUIRE_FALSE(merkle::verify_consistency(m - 1, roots[m], n, roots[n], *proof).ok());
      REQUIRE_FALSE(merkle::verify_consistency(m, roots[m], m - 1, roots[n], *proof).ok());
      if (n % 7 == 0)
        for (const merkle::Proof& bad : spoilt(*proof))
          REQUIRE_FALSE(merkle::verify_consistency(m, roots[m], n, roots[n], bad).ok());
    }
  }
}

TEST_CASE("a log that changed an old leaf cannot prove that it continues", "[log][merkle][hostile]") {
  const auto forged = [](std::uint64_t i) { return i == 5 ? leaf(1000) : leaf(i); };
  for (std::uint64_t m = 6; m <= 40; ++m) {
    const auto proof = merkle::consistency_proof(m, 41, forged);
    REQUIRE(proof.ok());
    CHECK(merkle::verify_consistency(m, mth(0, m), 41, merkle::root_of(41, forged), *proof).code() ==
          Errc::forged);
  }
}

TEST_CASE("nothing is proved about an empty tree", "[log][merkle][hostile]") {
  const Hash one = leaf(0);
  CHECK(merkle::consistency_proof(0, 1, leaf).code() == Errc::invalid_argument);
  CHECK(merkle::verify_consistency(0, merkle::empty_root(), 1, one, {}).code() == Errc::invalid_argument);
  CHECK(merkle::verify_consistency(0, merkle::empty_root(), 0, merkle::empty_root(), {}).ok());
  CHECK(merkle::verify_consistency(0, merkle::empty_root(), 0, one, {}).code() == Errc::forged);
  CHECK(merkle::verify_consistency(0, one, 0, one, {Hash{}}).code() == Errc::malformed);
  CHECK(merkle::verify_inclusion(one, 0, 0, {}, merkle::empty_root()).code() == Errc::invalid_argument);
}

TEST_CASE("sizes at the end of the number range are handled", "[log][merkle][hostile]") {
  const std::uint64_t most = std::uint64_t{1} << 63;
  const merkle::Proof longest(63, Hash{});
  CHECK(merkle::verify_inclusion({}, most - 1, most, longest, {}).code() == Errc::forged);
  CHECK(merkle::verify_inclusion({}, most - 1, most, merkle::Proof(62, Hash{}), {}).code() ==
        Errc::malformed);
  CHECK(merkle::verify_inclusion({}, 0, most + 1, longest, {}).code() == Errc::invalid_argument);
  CHECK(merkle::verify_inclusion({}, 0, ~std::uint64_t{0}, longest, {}).code() == Errc::invalid_argument);
  CHECK(merkle::verify_consistency(most - 1, {}, most, {}, merkle::Proof(64, Hash{})).code() == Errc::forged);
  CHECK(merkle::verify_consistency(1, {}, ~std::uint64_t{0}, {}, longest).code() == Errc::invalid_argument);
}

TEST_CASE("a tree goes on where it was put away", "[log][merkle]") {
  merkle::Tree tree;
  for (std::uint64_t n = 0; n < sizes; ++n) {
    auto again = merkle::Tree::restore(tree.size(), tree.peaks());
    REQUIRE(again.ok());
    again->append(leaf(n));
    tree.append(leaf(n));
    REQUIRE(again->root() == tree.root());
    REQUIRE(again->peaks() == tree.peaks());
  }
  CHECK(merkle::Tree::restore(3, {leaf(0)}).code() == Errc::malformed);
  CHECK(merkle::Tree::restore(0, {leaf(0)}).code() == Errc::malformed);
  CHECK(merkle::Tree::restore(4, {leaf(0)}).ok());
  CHECK(merkle::Tree::restore(~std::uint64_t{0}, std::vector<Hash>(64)).code() == Errc::too_large);
}
