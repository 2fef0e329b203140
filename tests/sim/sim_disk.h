// The disk of one simulated device: files in memory behind a SQLite VFS, with everything that disks do to
// people. What was not synced may be gone, torn or there after a crash; the power goes at any write; the disk
// fills up; an old copy comes back; a whole home is copied to a second machine. What was synced is never
// lost.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "tests/sim/sim_random.h"

namespace samplan::sim {

// A write that the disk has taken but not confirmed as lasting.
struct Unsynced {
  bool truncates = false;
  std::size_t at = 0;  // offset, or the new size
  Bytes bytes;
};

struct SimFile {
  Bytes now;     // what a read sees
  Bytes synced;  // what a crash leaves at least
  std::vector<Unsynced> unsynced;
};

class SimDisk {
 public:
  using Image = std::map<std::string, Bytes>;

  SimDisk();
  ~SimDisk();
  SimDisk(const SimDisk&) = delete;
  SimDisk& operator=(const SimDisk&) = delete;

  // Registers the VFS, once a process, as SQLite's default: then nothing of SQLite's own randomness comes
  // from outside.
  static const char* vfs_name();
  std::string database_path() const { return prefix_ + "replica.db"; }

  // Faults.
  void crash_after(std::uint64_t writes) { writes_left_ = writes; }  // the power goes at that write
  void cancel_crash() { writes_left_.reset(); }
  bool crashed() const { return crashed_; }
  void set_full(bool full) { full_ = full; }
  bool is_full() const { return full_; }

  // The machine starts again: unsynced writes are lost, torn at a sector, or turn out to be there.
  void power_on(Luck& luck);

  // What a copy taken now would hold (of a closed home), and putting such a copy back.
  Image image() const;
  void restore(const Image& image);

  // The key file is replaced as a whole or not at all.
  std::optional<Bytes> key_file;
  bool write_key_file(ByteView bytes);

  bool contains(std::string_view text) const;
  std::uint64_t writes() const { return writes_; }

  // For the VFS.
  SimFile* find(const std::string& path);
  SimFile& create(const std::string& path) { return files_[path]; }
  void remove(const std::string& path) { files_.erase(path); }
  enum class Verdict { good, full, dead };
  Verdict before_write();
  bool write(SimFile& file, std::size_t at, ByteView bytes);
  bool truncate(SimFile& file, std::size_t size);
  bool sync(SimFile& file);

 private:
  std::string prefix_;
  std::map<std::string, SimFile> files_;
  std::optional<std::uint64_t> writes_left_;
  bool crashed_ = false;
  bool full_ = false;
  std::uint64_t writes_ = 0;
};

}  // namespace samplan::sim
