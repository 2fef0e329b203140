#include "base/bytes.h"

#include <catch2/catch.hpp>
#include <limits>

#include "tests/support/seeded_entropy.h"

using namespace samplan;

namespace {

Bytes varint_bytes(std::uint64_t value) {
  Bytes out;
  append_varint(out, value);
  return out;
}

// The value, if the bytes are exactly one varint.
std::optional<std::uint64_t> read_varint(const Bytes& bytes) {
  Reader in(bytes);
  const std::uint64_t value = in.varint();
  return in.done() ? std::optional<std::uint64_t>(value) : std::nullopt;
}

}  // namespace

TEST_CASE("integers are little-endian, whatever the machine", "[base]") {
  Bytes out;
  append_u8(out, 0x01);
  append_u16(out, 0x0302);
  append_u32(out, 0x07060504);
  append_u64(out, 0x0f0e0d0c0b0a0908ULL);
  CHECK(to_hex(out) == "0102030405060708090a0b0c0d0e0f");
  CHECK(load_u16(out, 1) == 0x0302);
  CHECK(load_u32(out, 3) == 0x07060504U);
  CHECK(load_u64(out, 7) == 0x0f0e0d0c0b0a0908ULL);
}

TEST_CASE("a reader gives back what was appended, and knows when it is done", "[base]") {
  Bytes out;
  append_u8(out, 250);
  append_u16(out, 65'535);
  append_u32(out, 4'000'000'000U);
  append_u64(out, std::numeric_limits<std::uint64_t>::max());
  append(out, ByteView::of("abc"));
  Reader in(out);
  CHECK(in.u8() == 250);
  CHECK(in.u16() == 65'535);
  CHECK(in.u32() == 4'000'000'000U);
  CHECK(in.u64() == std::numeric_limits<std::uint64_t>::max());
  CHECK(in.position() == 15);
  CHECK_FALSE(in.done());
  CHECK(in.array<2>() == std::array<std::uint8_t, 2>{'a', 'b'});
  CHECK(in.rest().text() == "c");
  CHECK(in.done());
}

TEST_CASE("reading past the end yields zeros and is remembered", "[base]") {
  const Bytes three = {1, 2, 3};
  Reader in(three);
  CHECK(in.u32() == 0);
  CHECK_FALSE(in.ok());
  // After the first failure nothing is read, although a byte would be there.
  CHECK(in.u8() == 0);
  CHECK(in.take(1).empty());
  CHECK(in.left() == 3);
  CHECK_FALSE(in.done());

  Reader huge(three);
  CHECK(huge.take(std::numeric_limits<std::size_t>::max()).empty());
  CHECK_FALSE(huge.ok());

  Reader empty{ByteView()};
  CHECK(empty.done());
  CHECK(empty.array<4>() == std::array<std::uint8_t, 4>{});
  CHECK_FALSE(empty.ok());
}

TEST_CASE("every number has exactly one varint", "[base]") {
  CHECK(to_hex(varint_bytes(0)) == "00");
  CHECK(to_hex(varint_bytes(127)) == "7f");
  CHECK(to_hex(varint_bytes(128)) == "8001");
  CHECK(to_hex(varint_bytes(300)) == "ac02");
  CHECK(to_hex(varint_bytes(std::numeric_limits<std::uint64_t>::max())) == "ffffffffffffffffff01");

  for (unsigned shift = 0; shift < 64; ++shift) {
    for (const std::int64_t near : {-1, 0, 1}) {
      const std::uint64_t value = (std::uint64_t{1} << shift) + static_cast<std::uint64_t>(near);
      CHECK(read_varint(varint_bytes(value)) == value);
    }
  }
  SeededEntropy entropy(1);
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t value = entropy.next() >> entropy.below(64);
    CHECK(read_varint(varint_bytes(value)) == value);
  }
}

TEST_CASE("a varint that is cut off, too long or not the shortest is refused", "[base]") {
  CHECK_FALSE(read_varint({}));
  CHECK_FALSE(read_varint({0x80}));
  CHECK_FALSE(read_varint({0xff, 0xff}));
  CHECK_FALSE(read_varint({0x80, 0x00}));        // zero in two bytes
  CHECK_FALSE(read_varint({0xff, 0x80, 0x00}));  // 127 in three
  CHECK_FALSE(read_varint(Bytes(9, 0xff)));      // ends in the middle
  Bytes too_big(9, 0xff);
  too_big.push_back(0x02);  // bit 64
  CHECK_FALSE(read_varint(too_big));
  Bytes eleven(10, 0x80);
  eleven.push_back(0x01);
  CHECK_FALSE(read_varint(eleven));
  CHECK_FALSE(read_varint({0x01, 0x01}));  // something follows
}

TEST_CASE("hexadecimal goes there and back, and refuses everything else", "[base]") {
  const Bytes bytes = {0x00, 0x0f, 0xa5, 0xff};
  CHECK(to_hex(bytes) == "000fa5ff");
  CHECK(from_hex("000fa5ff").value() == bytes);
  CHECK(from_hex("000FA5Ff").value() == bytes);
  CHECK(from_hex("").value().empty());
  for (const char* wrong : {"0", "000", "0g", "g0", "0x00", " 00 ", "0 ", "é0", "-1", "00\n"})
    CHECK(from_hex(wrong).code() == Errc::malformed);
}

TEST_CASE("views compare by content, and a prefix comes first", "[base]") {
  const Bytes ab = {'a', 'b'};
  const Bytes abc = {'a', 'b', 'c'};
  const Bytes high = {0xff};
  CHECK(ByteView(ab) == ByteView(abc).sub(0, 2));
  CHECK_FALSE(ByteView(ab) == ByteView(abc));
  CHECK(ByteView(ab) < ByteView(abc));
  CHECK_FALSE(ByteView(abc) < ByteView(ab));
  CHECK(ByteView(abc) < ByteView(high));  // unsigned
  CHECK(ByteView() < ByteView(ab));
  CHECK(ByteView() == ByteView(Bytes{}));
  CHECK_FALSE(ByteView() < ByteView());
  CHECK(ByteView(abc).from(1).text() == "bc");
  CHECK(ByteView::of("ab").copy() == ab);
}
