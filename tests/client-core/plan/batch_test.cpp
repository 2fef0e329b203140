#include "client-core/plan/batch.h"

#include <catch2/catch.hpp>

#include "client-core/plan/limits.h"
#include "section_world.h"
#include "tests/support/seeded_entropy.h"

using namespace samplan;
using namespace samplan::plan;

namespace {

const DeviceId author = named<DeviceId>("author");

// One of everything, with ids of other devices and large counters.
Batch full_batch() {
  Batch b;
  b.author = author;
  b.wall_ms = -5;
  b.on_behalf = named<PrincipalId>("unit");
  b.observed = {{3, 7, named<ChainMark>("c3")}, {11, 1ULL << 40, named<ChainMark>("c11")}};
  b.governance = {9, named<ChainMark>("gov")};
  const EntityId x = named<EntityId>("x");
  const EntityId y = named<EntityId>("y");
  const OpId other{named<DeviceId>("other"), 300};
  const auto op = [&](OpKind kind, std::uint64_t counter) {
    Op o;
    o.id = {author, counter};
    o.kind = kind;
    b.ops.push_back(o);
    return &b.ops.back();
  };
  Op* o = op(OpKind::create, 5);
  o->entity = x;
  o->record_kind = 60000;
  o = op(OpKind::set, 6);
  o->entity = x;
  o->field = 500;
  o->text = "Å bo hjemme\n\tmed hund 😀";
  o->refs = {{author, 1}, other};
  o = op(OpKind::remove, 8);
  o->entity = y;
  o->refs = {{author, 2}, {author, 5}, other};
  o = op(OpKind::keep, 9);
  o->entity = y;
  o->refs = {{author, 8}};
  o = op(OpKind::set_add, 10);
  o->entity = x;
  o->field = 9;
  o->text = std::string(32, 'a');
  o = op(OpKind::set_remove, 11);
  o->entity = x;
  o->field = 9;
  o->refs = {{author, 10}};
  o = op(OpKind::accept, 12);
  o->refs = {other};
  o = op(OpKind::decline, 1ULL << 50);
  o->refs = {other};
  o->text = "Nei";
  o = op(OpKind::note, (1ULL << 50) + 1);
  o->text = "Fordi";
  return b;
}

Bytes with_one_set(const std::string& text) {
  Batch b;
  b.author = author;
  Op op;
  op.id = {author, 1};
  op.field = 1;
  op.text = text;
  b.ops = {op};
  return encode_batch(b);
}

}  // namespace

TEST_CASE("a batch comes back from its bytes as it was", "[plan][batch]") {
  const Batch batch = full_batch();
  const auto back = decode_batch(encode_batch(batch), author);
  REQUIRE(back.ok());
  CHECK(*back == batch);
  const auto empty = decode_batch(encode_batch(Batch{}), DeviceId{});
  REQUIRE(empty.ok());
  CHECK(*empty == Batch{});
}

TEST_CASE("the bytes of a batch are frozen", "[plan][batch][golden]") {
  Batch b;
  b.author = author;
  b.wall_ms = 1'790'000'000'000;
  b.observed = {{3, 300, named<ChainMark>("c3")}};
  b.governance = {2, named<ChainMark>("gov")};
  Op op;
  op.id = {author, 7};
  op.entity = named<EntityId>("goal");
  op.field = 1;
  op.text = "Bo hjemme";
  op.refs = {{author, 3}, {named<DeviceId>("other"), 200}};
  b.ops = {op};
  CHECK(to_hex(encode_batch(b)) ==
        "0100006c50c4a0010000"                        // version 1, no flags, time
        "010300ac0263330000000000000000000000000000"  // one head: section 3, sequence 300, chain
        "02676f7600000000000000000000000000"          // governance record 2, chain
        "016f74686572000000000000000000000001"        // one device: "other"; then one entity:
        "676f616c000000000000000000000000"            // "goal"
        "010207000109426f20686a656d6d65"  // one op: set, counter 7, entity 0, field 1, nine bytes of text
        "02000301c801");                  // replaces counter 3 of the author and counter 200 of device 1
}

TEST_CASE("an edit of two hundred bytes among twenty costs less than 260 bytes", "[plan][batch]") {
  Batch b;
  b.author = author;
  for (SectionId s = 1; s <= 4; ++s) b.observed.push_back({s, 1000, {}});
  for (std::uint64_t i = 1; i <= 20; ++i) {
    Op op;
    op.id = {author, 1000 + i};
    op.entity = named<EntityId>("entity-" + std::to_string(i));
    op.field = 1;
    op.text = std::string(200, 'x');
    op.refs = {{named<DeviceId>(i % 2 == 0 ? "a" : "b"), 500 + i}};
    b.ops.push_back(op);
  }
  CHECK(encode_batch(b).size() < 20 * 260);
}

TEST_CASE("a batch cut short anywhere is refused", "[plan][batch][hostile]") {
  const Bytes bytes = encode_batch(full_batch());
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    const auto r = decode_batch(ByteView(bytes).sub(0, n), author);
    REQUIRE_FALSE(r.ok());
  }
  Bytes longer = bytes;
  longer.push_back(0);
  CHECK(decode_batch(longer, author).code() == Errc::malformed);
}

TEST_CASE("any changed byte gives an error or another batch with exactly these bytes",
          "[plan][batch][hostile]") {
  const Bytes bytes = encode_batch(full_batch());
  for (std::size_t i = 0; i < bytes.size(); ++i)
    for (const int flip : {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff}) {
      Bytes changed = bytes;
      changed[i] = static_cast<std::uint8_t>(changed[i] ^ flip);
      const auto r = decode_batch(changed, author);
      if (r.ok()) REQUIRE(encode_batch(*r) == changed);
    }
}

TEST_CASE("random bytes never decode to something that encodes otherwise", "[plan][batch][hostile]") {
  SeededEntropy entropy(7);
  const Bytes good = encode_batch(full_batch());
  for (int round = 0; round < 5'000; ++round) {
    Bytes bytes = good;
    for (std::uint64_t n = 1 + entropy.below(6); n > 0; --n)
      bytes[static_cast<std::size_t>(entropy.below(bytes.size()))] =
          static_cast<std::uint8_t>(entropy.next());
    const auto r = decode_batch(bytes, author);
    if (r.ok()) REQUIRE(encode_batch(*r) == bytes);
  }
}

TEST_CASE("the first byte names the version, and what is newer is called unknown", "[plan][batch]") {
  Bytes bytes = encode_batch(full_batch());
  bytes[0] = 2;
  CHECK(decode_batch(bytes, author).code() == Errc::unknown_version);
  bytes[0] = 1;
  bytes[1] = 3;
  CHECK(decode_batch(bytes, author).code() == Errc::unknown_version);
  CHECK(decode_batch({}, author).code() == Errc::truncated);
  Bytes other_op = with_one_set("abc");
  other_op[other_op.size() - 9] = 200;  // the operation's kind
  CHECK(decode_batch(other_op, author).code() == Errc::unknown_version);
}

TEST_CASE("one past each bound of a batch is refused, and the bound itself is not",
          "[plan][batch][hostile]") {
  CHECK(decode_batch(with_one_set(std::string(limits::text_bytes_max, 'x')), author).ok());
  CHECK(decode_batch(with_one_set(std::string(limits::text_bytes_max + 1, 'x')), author).code() ==
        Errc::too_large);

  const auto with_refs = [](OpKind kind, std::size_t n) {
    Batch b;
    b.author = author;
    Op op;
    op.id = {author, 1};
    op.kind = kind;
    for (std::size_t i = 1; i <= n; ++i) op.refs.push_back({author, i});
    b.ops = {op};
    return decode_batch(encode_batch(b), author).code();
  };
  CHECK(with_refs(OpKind::set, limits::overwrites_max) == Errc::ok);
  CHECK(with_refs(OpKind::set, limits::overwrites_max + 1) == Errc::too_large);
  CHECK(with_refs(OpKind::remove, bounds::removal_overwrites_max) == Errc::ok);
  CHECK(with_refs(OpKind::remove, bounds::removal_overwrites_max + 1) == Errc::too_large);
  CHECK(with_refs(OpKind::accept, bounds::targets_max + 1) == Errc::too_large);

  const auto with_ops = [](std::size_t n) {
    Batch b;
    b.author = author;
    for (std::size_t i = 1; i <= n; ++i) {
      Op op;
      op.id = {author, i};
      op.kind = OpKind::note;
      b.ops.push_back(op);
    }
    return decode_batch(encode_batch(b), author).code();
  };
  CHECK(with_ops(limits::ops_per_batch_max) == Errc::ok);
  CHECK(with_ops(limits::ops_per_batch_max + 1) == Errc::too_large);
  CHECK(decode_batch(Bytes(bounds::batch_bytes_max + 1, 1), author).code() == Errc::too_large);
}

TEST_CASE("text with control characters or broken UTF-8 is refused", "[plan][batch][hostile]") {
  CHECK(decode_batch(with_one_set(std::string("a\0b", 3)), author).code() == Errc::not_utf8);
  CHECK(decode_batch(with_one_set("a\x1b[31m"), author).code() == Errc::not_utf8);
  CHECK(decode_batch(with_one_set("\xc3"), author).code() == Errc::not_utf8);
  CHECK(decode_batch(with_one_set("\xed\xa0\x80"), author).code() == Errc::not_utf8);
}

TEST_CASE("counters that stand still or run over are refused", "[plan][batch][hostile]") {
  Batch b;
  b.author = author;
  Op op;
  op.kind = OpKind::note;
  op.id = {author, ~std::uint64_t{0}};
  b.ops = {op};
  Bytes bytes = encode_batch(b);
  CHECK(decode_batch(bytes, author).ok());  // absurd, but only its author suffers
  // ... one more operation, one counter further, does not exist
  const Bytes second{static_cast<std::uint8_t>(OpKind::note), 1, 0};
  append(bytes, second);
  bytes[bytes.size() - 3 - 12 - 1] = 2;  // two operations
  CHECK(decode_batch(bytes, author).code() == Errc::malformed);
}

TEST_CASE("a long import is cut into parts that fit an envelope, and no record is torn from its fields",
          "[plan][batch]") {
  std::vector<Op> ops;
  std::uint64_t counter = 0;
  for (int record = 0; record < 3000; ++record) {
    Op create;
    create.id = {author, ++counter};
    create.kind = OpKind::create;
    create.entity = named<EntityId>(std::to_string(record));
    ops.push_back(create);
    for (FieldId field = 1; field <= 3; ++field) {
      Op set;
      set.id = {author, ++counter};
      set.entity = create.entity;
      set.field = field;
      set.text = std::string(record % 100 == 0 ? 60'000 : 20, 'x');
      ops.push_back(set);
    }
  }
  const auto parts = split_ops(ops);
  std::vector<Op> joined;
  for (const auto& part : parts) {
    REQUIRE(part.size() <= limits::ops_per_batch_max);
    REQUIRE(part.front().kind == OpKind::create);
    Batch b;
    b.author = author;
    b.ops = part;
    REQUIRE(encode_batch(b).size() <= bounds::batch_bytes_target);
    joined.insert(joined.end(), part.begin(), part.end());
  }
  CHECK(parts.size() > 3);
  CHECK(joined == ops);
  CHECK(split_ops({}).empty());
}
