// What an operator does after putting a backup of the store back: says so to everybody, once.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace samplan::server {

// Raises the generation of the data in the store at `path`, which no server may be using, and gives the new
// one. From then on clients take the server for restored and not for lying; letters get numbers that nobody
// has seen. errors: not_found (no store there), and as SqliteStore::open; `detail` says what to do.
Result<std::uint64_t> raise_generation(const std::string& path);

}  // namespace samplan::server
