// Randomness is passed in: the operating system's generator on a host, a seeded one in tests and the simulator.
#pragma once

#include <cstdint>
#include <cstddef>

namespace samplan {

class Entropy {
 public:
  virtual ~Entropy() = default;
  virtual void fill(std::uint8_t* out, std::size_t size) = 0;

  template <class IdType>
  IdType id() {
    IdType out;
    fill(out.bytes.data(), out.bytes.size());
    return out;
  }
};

}  // namespace samplan
