#include "client-core/native/os_entropy.h"

#include <sys/random.h>

#include <algorithm>
#include <cerrno>

#include "base/check.h"

namespace samplan::native {

void OsEntropy::fill(std::uint8_t* out, std::size_t size) {
  constexpr std::size_t never_interrupted =
      256;  // getrandom(2): so much comes whole once the generator is seeded
  for (std::size_t at = 0; at < size;) {
    const ssize_t got = ::getrandom(out + at, std::min(size - at, never_interrupted), 0);
    SP_CHECK(got > 0 || errno == EINTR);
    if (got > 0) at += static_cast<std::size_t>(got);
  }
}

}  // namespace samplan::native
