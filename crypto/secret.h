// 32 secret bytes: move-only, wiped on destruction, never printed or compared except in constant time.
#pragma once

#include <array>
#include <cstdint>

#include "base/bytes.h"
#include "base/entropy.h"

namespace samplan::crypto {

class Secret32 {
 public:
  Secret32() = default;
  // The view is 32 bytes long; the caller has checked.
  static Secret32 from(ByteView bytes);
  static Secret32 random(Entropy& entropy);
  ~Secret32();
  Secret32(Secret32&& other) noexcept;
  Secret32& operator=(Secret32&& other) noexcept;
  Secret32(const Secret32&) = delete;
  Secret32& operator=(const Secret32&) = delete;

  // Copies are made by name, so that a reader sees each.
  Secret32 clone() const { return from(view()); }
  ByteView view() const { return bytes_; }
  bool same_as(const Secret32& other) const;

 private:
  void wipe();
  std::array<std::uint8_t, 32> bytes_{};
};

// Overwrites memory in a way that the compiler keeps.
void wipe(Bytes& bytes);

// Must be called once before any other function of crypto; false if the library cannot start (no system entropy).
bool init();

}  // namespace samplan::crypto
