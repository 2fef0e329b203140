#include "tests/sim/sodium_seed.h"

#include <sodium.h>

#include "tests/support/seeded_entropy.h"

namespace samplan::sim {
namespace {

SeededEntropy& source() {
  static SeededEntropy entropy(1);
  return entropy;
}

const char* source_name() { return "simulator"; }
std::uint32_t source_number() { return static_cast<std::uint32_t>(source().next()); }
void source_fill(void* const out, const std::size_t size) {
  source().fill(static_cast<std::uint8_t*>(out), size);
}

randombytes_implementation implementation = {source_name, source_number, nullptr,
                                             nullptr,     source_fill,   nullptr};

}  // namespace

void seed_libsodium(std::uint64_t seed) {
  static const bool set = randombytes_set_implementation(&implementation) == 0;
  (void)set;
  source() = SeededEntropy(seed);
}

}  // namespace samplan::sim
