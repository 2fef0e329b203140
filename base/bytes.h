// Bytes and views, hexadecimal, and appending and reading of little-endian integers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace samplan {

using Bytes = std::vector<std::uint8_t>;

// A borrowed run of bytes; never kept in a member.
class ByteView {
 public:
  constexpr ByteView() = default;
  constexpr ByteView(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  ByteView(const Bytes& bytes) : data_(bytes.data()), size_(bytes.size()) {}
  template <std::size_t N>
  constexpr ByteView(const std::array<std::uint8_t, N>& bytes) : data_(bytes.data()), size_(N) {}
  static ByteView of(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
  }

  constexpr const std::uint8_t* data() const { return data_; }
  constexpr std::size_t size() const { return size_; }
  constexpr bool empty() const { return size_ == 0; }
  constexpr const std::uint8_t* begin() const { return data_; }
  constexpr const std::uint8_t* end() const { return data_ + size_; }
  constexpr std::uint8_t operator[](std::size_t i) const { return data_[i]; }
  // The caller has checked that offset + count lies inside.
  constexpr ByteView sub(std::size_t offset, std::size_t count) const { return {data_ + offset, count}; }
  constexpr ByteView from(std::size_t offset) const { return {data_ + offset, size_ - offset}; }
  Bytes copy() const { return Bytes(begin(), end()); }
  std::string_view text() const { return {reinterpret_cast<const char*>(data_), size_}; }

  friend bool operator==(ByteView a, ByteView b) {
    return a.size_ == b.size_ && (a.size_ == 0 || std::memcmp(a.data_, b.data_, a.size_) == 0);
  }
  friend bool operator<(ByteView a, ByteView b) {
    const std::size_t n = a.size_ < b.size_ ? a.size_ : b.size_;
    const int c = n == 0 ? 0 : std::memcmp(a.data_, b.data_, n);
    return c != 0 ? c < 0 : a.size_ < b.size_;
  }

 private:
  const std::uint8_t* data_ = nullptr;
  std::size_t size_ = 0;
};

inline void append(Bytes& out, ByteView more) { out.insert(out.end(), more.begin(), more.end()); }
void append_u8(Bytes& out, std::uint8_t value);
void append_u16(Bytes& out, std::uint16_t value);  // little-endian, as everything in our formats
void append_u32(Bytes& out, std::uint32_t value);
void append_u64(Bytes& out, std::uint64_t value);

// Reads at `at`; the caller has checked that the bytes are there.
std::uint16_t load_u16(ByteView bytes, std::size_t at);
std::uint32_t load_u32(ByteView bytes, std::size_t at);
std::uint64_t load_u64(ByteView bytes, std::size_t at);

// Reads one value after another and remembers the first failure, so that a parser checks once at the end of a
// fixed layout: reading past the end yields zeros and `ok()` becomes false. It never allocates more than it was given.
class Reader {
 public:
  explicit Reader(ByteView bytes) : bytes_(bytes) {}
  bool ok() const { return ok_; }
  bool at_end() const { return at_ == bytes_.size(); }
  bool done() const { return ok_ && at_end(); }
  std::size_t left() const { return bytes_.size() - at_; }
  std::size_t position() const { return at_; }

  std::uint8_t u8();
  std::uint16_t u16();
  std::uint32_t u32();
  std::uint64_t u64();
  ByteView take(std::size_t count);
  ByteView rest() { return take(left()); }
  // LEB128, shortest form only, at most 10 bytes.
  std::uint64_t varint();
  template <std::size_t N>
  std::array<std::uint8_t, N> array() {
    std::array<std::uint8_t, N> out{};
    const ByteView v = take(N);
    if (v.size() == N) std::memcpy(out.data(), v.data(), N);
    return out;
  }
  void fail() { ok_ = false; }

 private:
  ByteView bytes_;
  std::size_t at_ = 0;
  bool ok_ = true;
};

void append_varint(Bytes& out, std::uint64_t value);

std::string to_hex(ByteView bytes);
// Lower- or upper-case hexadecimal of exactly the right length; malformed otherwise.
Result<Bytes> from_hex(std::string_view text);

}  // namespace samplan
