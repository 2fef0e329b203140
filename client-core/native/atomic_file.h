// Small files that are either the old one or the new one, whole, after any crash: keys, settings, plan files.
#pragma once

#include <cstddef>
#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace samplan::native {

// Replaces or makes the file, readable by this user alone. When it returns good, the bytes and the name are
// on the disk; when it fails, an old file is untouched and nothing half-written lies about.
//   errors   not_saved  the disk is full, read-only or failing, or the folder may not be written
Status write_file(const std::string& path, ByteView bytes);

// The whole file.
//   errors   not_found   there is none
//            too_large   more than `bytes_max`
//            io          it cannot be read
Result<Bytes> read_file(const std::string& path, std::size_t bytes_max);

}  // namespace samplan::native
