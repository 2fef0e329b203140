#include "base/tlv.h"

#include <catch2/catch.hpp>

#include "tests/support/seeded_entropy.h"

using namespace samplan;

namespace {

Bytes field(std::uint8_t tag, std::uint32_t length, ByteView value) {
  Bytes out;
  append_u8(out, tag);
  append_u32(out, length);
  append(out, value);
  return out;
}

Errc finish_of(ByteView bytes) { return TlvReader(bytes, "test").finish().code(); }

// The outcome of reading one list field.
Errc list_of(ByteView value, std::size_t items_max = limits::list_items_max) {
  const Bytes bytes = field(2, static_cast<std::uint32_t>(value.size()), value);
  TlvReader in(bytes, "test");
  const auto items = in.list(2, items_max);
  const Errc code = in.finish().code();
  if (code != Errc::ok) CHECK(items.empty());
  return code;
}

}  // namespace

TEST_CASE("a structure reads back field by field", "[base]") {
  DeviceId device;
  device.bytes[3] = 9;
  const Bytes bytes = TlvWriter()
                          .u8(0, 7)
                          .u16(1, 0x1234)
                          .u32(4, 0x12345678)
                          .u64(5, 0x123456789abcdef0ULL)
                          .bytes(6, ByteView::of("tekst"))
                          .bytes(8, device.view())
                          .list(10, {Bytes{1}, Bytes{}, Bytes{2, 3}})
                          .take();
  TlvReader in(bytes, "test");
  CHECK(in.has(0));
  CHECK_FALSE(in.has(2));
  CHECK(in.u8(0) == 7);
  CHECK(in.u16(1) == 0x1234);
  CHECK(in.u32(4) == 0x12345678);
  CHECK(in.u64(5) == 0x123456789abcdef0ULL);
  CHECK(in.bytes(6).text() == "tekst");
  CHECK(in.id<DeviceId>(8) == device);
  const auto items = in.list(10);
  REQUIRE(items.size() == 3);
  CHECK(items[0] == ByteView(Bytes{1}));
  CHECK(items[1].empty());
  CHECK(items[2] == ByteView(Bytes{2, 3}));
  CHECK(in.finish().ok());
}

TEST_CASE("the layout is tag, length, value", "[base]") {
  const Bytes bytes = TlvWriter().u16(2, 0x0102).list(4, {Bytes{0xaa}}).take();
  CHECK(to_hex(bytes) ==
        "02020000000201"
        "040500000001000000aa");
  CHECK(TlvWriter().take().empty());
  CHECK(finish_of({}) == Errc::ok);
}

TEST_CASE("an unknown even field is refused, an unknown odd one skipped", "[base]") {
  const Bytes even = TlvWriter().u8(2, 1).u8(4, 1).take();
  TlvReader a(even, "test");
  a.u8(2);
  const Status status = a.finish();
  CHECK(status.code() == Errc::unknown_version);
  CHECK(status.error().where == "test");

  const Bytes odd = TlvWriter().u8(2, 1).u8(5, 1).take();
  TlvReader b(odd, "test");
  b.u8(2);
  CHECK(b.finish().ok());
}

TEST_CASE("a missing field or one of the wrong length is an error and reads as zero", "[base]") {
  const Bytes bytes = TlvWriter().u8(2, 1).u32(4, 5).take();
  {
    TlvReader in(bytes, "test");
    CHECK(in.u16(6) == 0);
    CHECK(in.finish().code() == Errc::malformed);
  }
  {
    TlvReader in(bytes, "test");
    CHECK(in.u16(2) == 0);
    CHECK(in.u64(4) == 0);
    CHECK(in.finish().code() == Errc::malformed);
  }
  {
    TlvReader in(bytes, "test");
    CHECK(in.id<Hash>(4).is_zero());
    CHECK(in.finish().code() == Errc::malformed);
  }
  {
    // An absent list is an empty one.
    TlvReader in(bytes, "test");
    in.u8(2), in.u32(4);
    CHECK(in.list(8).empty());
    CHECK(in.finish().ok());
  }
}

TEST_CASE("tags that repeat or descend are refused", "[base]") {
  Bytes twice = field(3, 0, {});
  append(twice, field(3, 0, {}));
  CHECK(finish_of(twice) == Errc::malformed);
  Bytes down = field(3, 0, {});
  append(down, field(1, 0, {}));
  CHECK(finish_of(down) == Errc::malformed);
}

TEST_CASE("a structure that is cut off anywhere is refused", "[base]") {
  const Bytes whole = TlvWriter().u32(1, 1).bytes(3, ByteView::of("abc")).take();
  const std::size_t first = 9;  // the end of the first field, where a shorter structure is complete
  for (std::size_t n = 1; n < whole.size(); ++n) {
    if (n == first) continue;
    CHECK(finish_of(ByteView(whole).sub(0, n)) == Errc::truncated);
  }
}

TEST_CASE("lengths that lie take no memory and reach no foreign byte", "[base][hostile]") {
  CHECK(finish_of(field(1, 0xffffffffU, {})) == Errc::truncated);
  CHECK(finish_of(field(1, 0x80000000U, ByteView::of("abc"))) == Errc::truncated);
  CHECK(finish_of(field(1, 4, ByteView::of("abc"))) == Errc::truncated);
  CHECK(finish_of(field(1, 2, ByteView::of("abc"))) == Errc::truncated);  // the rest is no field

  Bytes lie;
  append_u32(lie, 0xffffffffU);
  CHECK(list_of(lie) == Errc::truncated);
  CHECK(list_of(Bytes{1, 0, 0}) == Errc::truncated);
  CHECK(list_of(Bytes{2, 0, 0, 0, 7}) == Errc::truncated);
  CHECK(list_of(Bytes{1, 0, 0, 0, 7}) == Errc::ok);
  CHECK(list_of({}) == Errc::ok);
}

TEST_CASE("one field or item more than the limit is refused", "[base][hostile]") {
  Bytes fields;
  for (std::size_t i = 0; i < limits::tlv_fields_max; ++i)
    append(fields, field(static_cast<std::uint8_t>(2 * i + 1), 0, {}));
  CHECK(finish_of(fields) == Errc::ok);
  append(fields, field(static_cast<std::uint8_t>(2 * limits::tlv_fields_max + 1), 0, {}));
  CHECK(finish_of(fields) == Errc::too_large);

  CHECK(list_of(Bytes(4 * 3, 0), 3) == Errc::ok);
  CHECK(list_of(Bytes(4 * 4, 0), 3) == Errc::too_large);
  CHECK(list_of(Bytes(4 * limits::list_items_max, 0)) == Errc::ok);
  CHECK(list_of(Bytes(4 * (limits::list_items_max + 1), 0)) == Errc::too_large);
}

TEST_CASE("the first failure is the one reported", "[base]") {
  const Bytes bytes = TlvWriter().u8(2, 1).take();
  TlvReader in(bytes, "test");
  in.fail(Errc::not_utf8);
  in.u8(4);
  in.fail(Errc::too_large);
  CHECK(in.finish().code() == Errc::not_utf8);
}

TEST_CASE("random bytes are a structure or an error, never a crash", "[base][hostile]") {
  SeededEntropy entropy(7);
  int good = 0;
  for (int i = 0; i < 20'000; ++i) {
    Bytes bytes(entropy.below(48), 0);
    entropy.fill(bytes.data(), bytes.size());
    // Mostly small numbers, so that lengths often fit.
    for (std::uint8_t& b : bytes)
      if (entropy.below(4) != 0) b = static_cast<std::uint8_t>(b % 3);
    TlvReader in(bytes, "test");
    in.list(1);
    in.list(2);
    if (in.has(0)) in.bytes(0);
    good += in.finish().ok();
  }
  CHECK(good > 100);
  CHECK(good < 19'000);
}
