// A disk in memory that loses power on command: a SQLite VFS whose files have what programs see and, apart
// from it, what would still be there after the plug is pulled. It counts every write, truncation, sync and
// deletion, can stop at any of them, and gives back one of the disks that such a stop may leave behind. It
// knows nothing of what SQLite writes and draws no randomness but from its seed.
//
//   CrashDisk disk("crash-1", seed);    a HomeFiles gives disk.vfs() as its vfs(), any name as path
//   disk.stop_at(n);                    from operation n on everything fails with SQLITE_IOERR
//   ... run ...                         what fails has not been acknowledged
//   disk.restart(mode);                 cores closed: the files are now as after the power cut
//
// Or without stopping at all: run the story once, note `operations()` after each step, and ask for
// `after_cut(n, mode, seed)`; another disk takes those files with `restore`. One run gives every crash in it.
//
// What is modelled: content is durable when its file was synced after it was written. A new name is durable
// when its file was synced; the first sync of a new journal or log syncs the folder, as SQLite does on Unix,
// and with it every name given or taken before; until then a power cut may keep or lose each. Not modelled:
// locks between connections (one connection a file at a time, which is how Samplan uses SQLite here), several
// processes.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tests/support/seeded_entropy.h"

namespace samplan {

enum class CrashMode {
  all_lost,      // nothing that was not synced is there
  some_sectors,  // of what was not synced, each sector of 512 bytes by chance; names by chance
  torn_last,     // everything is there but the last write, of which only a first part is
};
inline constexpr CrashMode all_crash_modes[] = {CrashMode::all_lost, CrashMode::some_sectors,
                                                CrashMode::torn_last};

class CrashDisk {
 public:
  using Content = std::vector<std::uint8_t>;
  // One change, as it was made. `truncate`: to `at`; `remove`: `synced` if the directory was synced with it.
  struct Operation {
    enum class Kind : std::uint8_t { create, write, truncate, sync, remove };
    Kind kind = Kind::write;
    std::string file;
    std::uint64_t at = 0;
    Content bytes;
    bool synced = false;
  };
  using Files = std::map<std::string, Content>;

  // `name` is the VFS's and must be free; it goes when the disk goes. `as_default`: for programs that name no
  // VFS.
  explicit CrashDisk(std::string name, std::uint64_t seed = 1, bool as_default = false);
  ~CrashDisk();
  CrashDisk(const CrashDisk&) = delete;
  CrashDisk& operator=(const CrashDisk&) = delete;

  const std::string& vfs() const { return name_; }
  // Writes, truncations, syncs, creations and deletions since the disk was made or restored.
  std::uint64_t operations() const { return base_ + log_.size(); }
  // Fails operation `n` (counted from 0) and everything after it; a write at `n` is torn. No value: never.
  void stop_at(std::uint64_t n) { stop_ = n; }
  bool stopped() const { return operations() >= stop_; }
  // Writes are refused with SQLITE_FULL while it is set.
  void set_full(bool full) { full_ = full; }

  // After the power has come back: the files as one possible outcome of a cut now. No file may be open.
  void restart(CrashMode mode);
  // The files as a power cut before operation `n` (not of those forgotten) may leave
  // them; `seed` chooses among the outcomes.
  Files after_cut(std::uint64_t n, CrashMode mode, std::uint64_t seed) const;
  // Begins anew with these files, all durable. No file may be open.
  void restore(Files files);

  // Forgets what happened before now if all of it is durable (as after a commit), so that a long run keeps no
  // long log; the count goes on. False, and nothing is forgotten, if something is not.
  bool forget_past();

  // Everything that programs see, by file name; for searching it.
  const Files& files() const { return live_; }

 private:
  friend struct CrashVfs;
  struct Halves;
  Halves halves(std::uint64_t n) const;
  // False when the power is off, or goes off with this operation.
  bool record(Operation operation);

  std::string name_;
  SeededEntropy entropy_;
  Files live_;
  Files start_;  // durable when the log began
  std::vector<Operation> log_;
  std::uint64_t base_ = 0;  // operations that are forgotten
  std::uint64_t stop_ = ~std::uint64_t{0};
  bool full_ = false;
  std::map<std::string, std::vector<std::vector<std::uint8_t>>> shared_;  // WAL index pages; never durable
  std::unique_ptr<struct CrashVfs> sqlite_;
  mutable std::recursive_mutex mutex_;
};

}  // namespace samplan
