#include "base/bytes.h"

namespace samplan {
namespace {

template <class T>
void append_le(Bytes& out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

template <class T>
T load_le(const std::uint8_t* p) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) value = static_cast<T>(value | (static_cast<T>(p[i]) << (8 * i)));
  return value;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

void append_u8(Bytes& out, std::uint8_t value) { out.push_back(value); }
void append_u16(Bytes& out, std::uint16_t value) { append_le(out, value); }
void append_u32(Bytes& out, std::uint32_t value) { append_le(out, value); }
void append_u64(Bytes& out, std::uint64_t value) { append_le(out, value); }

std::uint16_t load_u16(ByteView bytes, std::size_t at) { return load_le<std::uint16_t>(bytes.data() + at); }
std::uint32_t load_u32(ByteView bytes, std::size_t at) { return load_le<std::uint32_t>(bytes.data() + at); }
std::uint64_t load_u64(ByteView bytes, std::size_t at) { return load_le<std::uint64_t>(bytes.data() + at); }

ByteView Reader::take(std::size_t count) {
  if (!ok_ || count > left()) {
    ok_ = false;
    return {};
  }
  const ByteView out = bytes_.sub(at_, count);
  at_ += count;
  return out;
}

std::uint8_t Reader::u8() {
  const ByteView v = take(1);
  return v.empty() ? std::uint8_t{0} : v[0];
}
std::uint16_t Reader::u16() {
  const ByteView v = take(2);
  return v.empty() ? std::uint16_t{0} : load_u16(v, 0);
}
std::uint32_t Reader::u32() {
  const ByteView v = take(4);
  return v.empty() ? 0U : load_u32(v, 0);
}
std::uint64_t Reader::u64() {
  const ByteView v = take(8);
  return v.empty() ? 0U : load_u64(v, 0);
}

std::uint64_t Reader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 70; shift += 7) {
    const std::uint8_t byte = u8();
    if (!ok_) return 0;
    const std::uint64_t part = byte & 0x7fU;
    // The tenth byte carries one bit; a final zero byte would be a second encoding of the same number.
    if ((shift == 63 && part > 1) || (byte == 0 && shift > 0)) break;
    value |= part << shift;
    if ((byte & 0x80U) == 0) return value;
  }
  ok_ = false;
  return 0;
}

void append_varint(Bytes& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<std::uint8_t>(value | 0x80U));
    value >>= 7;
  }
  out.push_back(static_cast<std::uint8_t>(value));
}

std::string to_hex(ByteView bytes) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::uint8_t b : bytes) {
    out.push_back(digits[b >> 4]);
    out.push_back(digits[b & 15]);
  }
  return out;
}

Result<Bytes> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return Error{Errc::malformed, "from_hex"};
  Bytes out;
  out.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]);
    const int low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return Error{Errc::malformed, "from_hex"};
    out.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return out;
}

}  // namespace samplan
