// SQLite's ground in WebAssembly where there is no disk: files that live in memory, the default VFS of
// programs that link this library. For tests under Node; in a browser a VFS over OPFS takes its place, with
// the same habits (no shared memory, an empty file does not exist). It loses everything when the program ends
// and never reads a clock.
#pragma once

#include <string>

namespace samplan::wasm {

// Forgets every file, so that a test begins with an empty disk. No database may be open.
void forget_memory_files();

// Size in bytes, 0 for a file that is not there.
std::size_t memory_file_bytes(const std::string& path);

}  // namespace samplan::wasm
