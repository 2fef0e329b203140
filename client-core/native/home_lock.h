// One process at a time in a device's home folder. The system frees the lock when the process ends, however
// it ends.
#pragma once

#include <string>

#include "base/result.h"

namespace samplan::native {

class HomeLock {
 public:
  // Locks the file `lock` in the folder, which exists; held until destruction.
  //   errors   busy       another process holds it
  //            not_found  the folder does not exist
  //            not_saved  the lock file cannot be made (no rights, read-only or full disk)
  // `detail` is a sentence in Norwegian for the person at the device.
  static Result<HomeLock> take(const std::string& home);
  ~HomeLock();
  HomeLock(HomeLock&& other) noexcept;
  HomeLock& operator=(HomeLock&& other) noexcept;
  HomeLock(const HomeLock&) = delete;
  HomeLock& operator=(const HomeLock&) = delete;

 private:
  explicit HomeLock(int fd) : fd_(fd) {}
  int fd_;
};

}  // namespace samplan::native
