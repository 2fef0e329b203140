// Where a simulated world gets libsodium's own randomness from: a seeded stream, so that a run repeats to the
// byte.
#pragma once

#include <cstdint>

namespace samplan::sim {

// Once, before anything of crypto; then again at the start of each world.
void seed_libsodium(std::uint64_t seed);

}  // namespace samplan::sim
