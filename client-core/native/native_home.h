// A device's home folder on a machine: `replica.db` (ciphertext), `keys` (sealed under the passphrase) and
// `lock`. The folder is readable by its user alone, and one process at a time has it. Nothing here looks into
// the files.
#pragma once

#include <optional>
#include <string>

#include "client-core/core.h"
#include "client-core/native/home_lock.h"

namespace samplan::native {

class NativeHome : public HomeFiles {
 public:
  // A folder that is there already.
  //   errors   not_found  there is no such folder
  //            busy       another process has it
  //            not_saved  it may not be written
  static Result<NativeHome> open(const std::string& folder);
  // Makes the folder, and those above it, where they are missing. Errors: busy, not_saved.
  static Result<NativeHome> make(const std::string& folder);

  // Whether a person has begun here. Reads nothing and locks nothing.
  static bool is_begun(const std::string& folder);

  // Removes the home's files, the keys first: without them the rest can be read by nobody, should this be interrupted.
  // The folder goes too when nothing else lies in it. errors: not_found, busy, not_saved.
  static Status wipe(const std::string& folder);

  std::string database_path() const override { return folder_ + "/replica.db"; }
  Result<std::optional<Bytes>> read_key_file() override;
  Status write_key_file(ByteView bytes) override;

  const std::string& folder() const { return folder_; }

 private:
  NativeHome(std::string folder, HomeLock lock) : folder_(std::move(folder)), lock_(std::move(lock)) {}
  std::string key_path() const { return folder_ + "/keys"; }

  std::string folder_;
  HomeLock lock_;
};

}  // namespace samplan::native
