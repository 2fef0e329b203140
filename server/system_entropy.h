// The operating system's random generator, for the server's keys, tokens and code.
#pragma once

#include <sys/random.h>

#include "base/entropy.h"

namespace samplan::server {

class SystemEntropy final : public Entropy {
 public:
  void fill(std::uint8_t* out, std::size_t size) override {
    while (size > 0) {
      const ssize_t got = ::getrandom(out, size, 0);
      if (got < 0) continue;  // interrupted by a signal; nothing else can happen once the system has started
      out += got;
      size -= static_cast<std::size_t>(got);
    }
  }
};

}  // namespace samplan::server
