#include "sync/wire/access_line.h"

#include <catch2/catch.hpp>

#include "crypto/sign.h"

using namespace samplan;

namespace {

AccessPart a_part() {
  AccessPart part;
  part.after = 7;
  part.more = true;
  part.hash_before = crypto::hash("test", {});
  part.lines.push_back({DeviceId::from(Bytes(16, 1)), 3, 10, 20, 1'790'000'000'000});
  part.lines.push_back({DeviceId::from(Bytes(16, 2)), 0, 0, 0, 1'790'000'000'001});
  part.hash_last = crypto::hash("test", {part.hash_before.view()});
  return part;
}

}  // namespace

TEST_CASE("a part of the access log is read as it was written") {
  const AccessPart part = a_part();
  const auto read = read_access_part(write_access_part(part));
  REQUIRE(read.ok());
  CHECK(read->after == 7);
  CHECK(read->more);
  CHECK(read->hash_before == part.hash_before);
  CHECK(read->hash_last == part.hash_last);
  REQUIRE(read->lines.size() == 2);
  CHECK(read->lines[0].device == part.lines[0].device);
  CHECK(read->lines[0].section == 3);
  CHECK(read->lines[0].from_seq == 10);
  CHECK(read->lines[0].to_seq == 20);
  CHECK(read->lines[0].recv_ms == 1'790'000'000'000);
  CHECK_FALSE(read->lines[0].is_denied());
  CHECK(read->lines[1].is_denied());
}

TEST_CASE("half a line, an unknown flag, too many lines and a number that runs over are refused") {
  const Bytes good = write_access_part(a_part());
  for (std::size_t cut = 1; cut < access_line_bytes; ++cut) {
    const auto read = read_access_part(ByteView(good).sub(0, good.size() - cut));
    CHECK(read.code() == Errc::malformed);
  }
  Bytes flag = good;
  flag[8] = 2;
  CHECK(read_access_part(flag).code() == Errc::malformed);
  AccessPart many = a_part();
  many.lines.resize(access_lines_max);
  CHECK(read_access_part(write_access_part(many)).ok());
  many.lines.emplace_back();
  CHECK(read_access_part(write_access_part(many)).code() == Errc::malformed);
  AccessPart far = a_part();
  far.after = UINT64_MAX - 3;
  CHECK(read_access_part(write_access_part(far)).code() == Errc::malformed);
}

TEST_CASE("a line's hash depends on its plan, number, place in the chain and every field") {
  const AccessLine line = a_part().lines[0];
  const PlanId plan = PlanId::from(Bytes(32, 9));
  const Hash before = crypto::hash("test", {});
  const Hash hash = access_line_hash(plan, before, 8, line);
  CHECK(access_line_hash(plan, before, 8, line) == hash);
  CHECK(access_line_hash(PlanId::from(Bytes(32, 8)), before, 8, line) != hash);
  CHECK(access_line_hash(plan, hash, 8, line) != hash);
  CHECK(access_line_hash(plan, before, 9, line) != hash);
  for (int field = 0; field < 5; ++field) {
    AccessLine other = line;
    if (field == 0) other.device = DeviceId::from(Bytes(16, 3));
    if (field == 1) ++other.section;
    if (field == 2) ++other.from_seq;
    if (field == 3) ++other.to_seq;
    if (field == 4) ++other.recv_ms;
    CHECK(access_line_hash(plan, before, 8, other) != hash);
  }
}
