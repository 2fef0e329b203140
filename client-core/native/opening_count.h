// How many wrong passphrases a home has been tried with, and how long the next try has to wait (R101). An
// attempt is counted on the disk before it is made, so that ending the program in the middle gains nothing; a
// right passphrase forgets the count. Nothing is ever erased: what is not sent exists here alone.
//
// It stops somebody at the keyboard. It does not stop somebody who can delete the file or has a copy of the
// folder; against those stands what each guess costs (crypto/device_lock.h).
//
//   file `attempts`: "SPA1" | count u32 | time of the last u64 | first 8 bytes of a hash over these; written
//   in place, so that a full disk stops nobody from opening
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"
#include "base/time.h"

namespace samplan::native {

// Before the next attempt, after so many wrong ones.
std::int64_t opening_wait_ms(std::uint32_t wrong);

class OpeningCount {
 public:
  explicit OpeningCount(const std::string& folder) : path_(folder + "/attempts") {}

  // When the next attempt may be made; `now` or earlier: at once. Never later than the whole wait from now,
  // however wrong the clock was at the last attempt.
  UnixMs open_from(UnixMs now) const;
  // Counts an attempt. errors: locked_out (nothing was counted), not_saved.
  Status begin(UnixMs now);
  // The passphrase was right, or was not what failed.
  void forget_this() const;
  void forget_all() const;

 private:
  struct Record {
    std::uint32_t wrong = 0;
    UnixMs last_ms = 0;
  };
  Record read() const;
  Status write(const Record& record) const;

  std::string path_;
  Record before_;
};

}  // namespace samplan::native
