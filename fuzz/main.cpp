// One libFuzzer program a target; the target's name comes from the build.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "crypto/secret.h"
#include "fuzz/targets.h"

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  if (!samplan::crypto::init()) std::abort();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  samplan::fuzz::SAMPLAN_FUZZ_TARGET(samplan::ByteView(data, size));
  return 0;
}
