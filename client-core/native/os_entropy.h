// Randomness from the operating system's generator. Stops the program rather than give a byte that is not
// random.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/entropy.h"

namespace samplan::native {

class OsEntropy : public Entropy {
 public:
  void fill(std::uint8_t* out, std::size_t size) override;
};

}  // namespace samplan::native
