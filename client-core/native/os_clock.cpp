#include "client-core/native/os_clock.h"

#include <chrono>

namespace samplan::native {

UnixMs os_now() {
  const auto since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
}

}  // namespace samplan::native
