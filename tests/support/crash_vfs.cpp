#include "tests/support/crash_vfs.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace samplan {

using Operation = CrashDisk::Operation;
using Content = CrashDisk::Content;

struct CrashVfs {
  struct File {
    sqlite3_file base;
    CrashDisk* disk;
    const std::string* name;  // node of `names`
    bool delete_on_close;
  };
  sqlite3_vfs vfs{};
  sqlite3_vfs* real = nullptr;
  std::map<std::string, int> names;  // open handles, by file

  static CrashDisk& disk_of(sqlite3_vfs* v) { return *static_cast<CrashDisk*>(v->pAppData); }
  static File& of(sqlite3_file* f) { return *reinterpret_cast<File*>(f); }
  static auto lock(CrashDisk& d) { return std::lock_guard<std::recursive_mutex>(d.mutex_); }

  // ---- one file ----
  static int close(sqlite3_file* f) {
    File& file = of(f);
    const auto guard = lock(*file.disk);
    if (file.delete_on_close) file.disk->live_.erase(*file.name);
    --file.disk->sqlite_->names[*file.name];
    return SQLITE_OK;
  }
  static int read(sqlite3_file* f, void* out, int size, sqlite3_int64 at) {
    File& file = of(f);
    const auto guard = lock(*file.disk);
    if (file.disk->stopped()) return SQLITE_IOERR_READ;
    const Content& c = file.disk->live_[*file.name];
    const auto from = static_cast<std::size_t>(at);
    const std::size_t want = static_cast<std::size_t>(size);
    const std::size_t have = from >= c.size() ? 0 : std::min(want, c.size() - from);
    if (have > 0) std::memcpy(out, c.data() + from, have);
    if (have == want) return SQLITE_OK;
    std::memset(static_cast<char*>(out) + have, 0, want - have);
    return SQLITE_IOERR_SHORT_READ;
  }
  static int write(sqlite3_file* f, const void* data, int size, sqlite3_int64 at) {
    File& file = of(f);
    const auto guard = lock(*file.disk);
    if (file.disk->full_) return SQLITE_FULL;
    const auto* bytes = static_cast<const std::uint8_t*>(data);
    Operation op{Operation::Kind::write, *file.name, static_cast<std::uint64_t>(at),
                 Content(bytes, bytes + size), false};
    return file.disk->record(std::move(op)) ? SQLITE_OK : SQLITE_IOERR_WRITE;
  }
  static int truncate(sqlite3_file* f, sqlite3_int64 size) {
    File& file = of(f);
    const auto guard = lock(*file.disk);
    Operation op{Operation::Kind::truncate, *file.name, static_cast<std::uint64_t>(size), {}, false};
    return file.disk->record(std::move(op)) ? SQLITE_OK : SQLITE_IOERR_TRUNCATE;
  }
  static int sync(sqlite3_file* f, int) {
    File& file = of(f);
    const auto guard = lock(*file.disk);
    return file.disk->record({Operation::Kind::sync, *file.name, 0, {}, false}) ? SQLITE_OK
                                                                                : SQLITE_IOERR_FSYNC;
  }
  static int size(sqlite3_file* f, sqlite3_int64* out) {
    File& file = of(f);
    const auto guard = lock(*file.disk);
    *out = static_cast<sqlite3_int64>(file.disk->live_[*file.name].size());
    return SQLITE_OK;
  }
  static int good(sqlite3_file*, int) { return SQLITE_OK; }
  static int reserved(sqlite3_file*, int* out) {
    *out = 0;
    return SQLITE_OK;
  }
  static int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int sector(sqlite3_file*) { return 4096; }
  // As Debian's on Linux says of itself: a write that is torn does not touch the bytes around it.
  static int traits(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }
  static int shm_map(sqlite3_file* f, int page, int bytes, int extend, void volatile** out) {
    File& file = of(f);
    const auto guard = lock(*file.disk);
    auto& pages = file.disk->shared_[*file.name];
    const auto n = static_cast<std::size_t>(page);
    if (n >= pages.size() && extend != 0) pages.resize(n + 1);
    if (n < pages.size() && pages[n].empty()) pages[n].resize(static_cast<std::size_t>(bytes));
    *out = n < pages.size() ? pages[n].data() : nullptr;
    return SQLITE_OK;
  }
  static int shm_lock(sqlite3_file*, int, int, int) { return SQLITE_OK; }
  static void shm_barrier(sqlite3_file*) {}
  static int shm_unmap(sqlite3_file* f, int remove) {
    File& file = of(f);
    const auto guard = lock(*file.disk);
    if (remove != 0) file.disk->shared_.erase(*file.name);
    return SQLITE_OK;
  }

  // ---- the disk ----
  static int open(sqlite3_vfs* v, const char* path, sqlite3_file* f, int flags, int* out_flags) {
    static const sqlite3_io_methods methods = {
        2,       close,  read,   write,   truncate, sync,        size,      good,    good,   reserved,
        control, sector, traits, shm_map, shm_lock, shm_barrier, shm_unmap, nullptr, nullptr};
    CrashDisk& disk = disk_of(v);
    const auto guard = lock(disk);
    std::memset(f, 0, sizeof(File));
    if (disk.stopped()) return SQLITE_CANTOPEN;
    const std::string name = path == nullptr ? "temporary-" + std::to_string(disk.entropy_.next()) : path;
    if (disk.live_.count(name) == 0) {
      if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
      if (!disk.record({Operation::Kind::create, name, 0, {}, false})) return SQLITE_CANTOPEN;
    }
    File& file = of(f);
    file.base.pMethods = &methods;
    file.disk = &disk;
    const auto node = disk.sqlite_->names.emplace(name, 0).first;
    ++node->second;
    file.name = &node->first;
    file.delete_on_close = (flags & SQLITE_OPEN_DELETEONCLOSE) != 0;
    if (out_flags != nullptr) *out_flags = flags;
    return SQLITE_OK;
  }
  static int remove(sqlite3_vfs* v, const char* path, int sync_directory) {
    CrashDisk& disk = disk_of(v);
    const auto guard = lock(disk);
    if (disk.live_.count(path) == 0) return SQLITE_IOERR_DELETE_NOENT;
    return disk.record({Operation::Kind::remove, path, 0, {}, sync_directory != 0}) ? SQLITE_OK
                                                                                    : SQLITE_IOERR_DELETE;
  }
  static int access(sqlite3_vfs* v, const char* path, int, int* out) {
    CrashDisk& disk = disk_of(v);
    const auto guard = lock(disk);
    const auto it = disk.live_.find(path);
    // As unix does: an empty file does not exist when SQLite asks for a journal to recover.
    *out = it != disk.live_.end() && !it->second.empty() ? 1 : 0;
    return SQLITE_OK;
  }
  static int full_path(sqlite3_vfs*, const char* path, int size, char* out) {
    sqlite3_snprintf(size, out, "%s", path);
    return SQLITE_OK;
  }
  static int randomness(sqlite3_vfs* v, int size, char* out) {
    CrashDisk& disk = disk_of(v);
    const auto guard = lock(disk);
    disk.entropy_.fill(reinterpret_cast<std::uint8_t*>(out), static_cast<std::size_t>(size));
    return size;
  }
  static int sleep(sqlite3_vfs*, int microseconds) { return microseconds; }
  static int time(sqlite3_vfs*, double* out) {
    *out = 2461000.5;
    return SQLITE_OK;
  }
  static int last_error(sqlite3_vfs*, int, char*) { return 0; }
};

namespace {

void apply_write(Content& c, std::uint64_t at, const std::uint8_t* data, std::size_t size) {
  const auto from = static_cast<std::size_t>(at);
  if (c.size() < from + size) c.resize(from + size);
  if (size > 0) std::memcpy(c.data() + from, data, size);
}

void apply_live(CrashDisk::Files& files, const Operation& op) {
  switch (op.kind) {
    case Operation::Kind::create: files[op.file]; break;
    case Operation::Kind::write: apply_write(files[op.file], op.at, op.bytes.data(), op.bytes.size()); break;
    case Operation::Kind::truncate: files[op.file].resize(static_cast<std::size_t>(op.at)); break;
    case Operation::Kind::sync: break;
    case Operation::Kind::remove: files.erase(op.file); break;
  }
}

constexpr std::size_t sector = 512;

// A file with what is durable and what was done to it since its last sync.
struct Half {
  bool named = false;  // the name is durable
  Content durable;
  std::vector<const Operation*> since;
};

Content settle(const Half& half, CrashMode mode, const Operation* last, SeededEntropy& chance) {
  Content out = half.durable;
  for (const Operation* op : half.since) {
    if (mode == CrashMode::all_lost) break;
    const bool coin = mode == CrashMode::torn_last || chance.below(2) == 1;
    if (op->kind == Operation::Kind::truncate) {
      if (coin) out.resize(static_cast<std::size_t>(op->at));
    } else if (op->kind == Operation::Kind::write) {
      if (mode == CrashMode::torn_last) {
        const std::size_t size =
            op == last ? static_cast<std::size_t>(chance.below(op->bytes.size() + 1)) : op->bytes.size();
        apply_write(out, op->at, op->bytes.data(), size);
        continue;
      }
      for (std::size_t from = 0; from < op->bytes.size();) {
        const std::size_t to_boundary = sector - (static_cast<std::size_t>(op->at) + from) % sector;
        const std::size_t size = std::min(to_boundary, op->bytes.size() - from);
        if (chance.below(2) == 1) apply_write(out, op->at + from, op->bytes.data() + from, size);
        from += size;
      }
    }
  }
  return out;
}

}  // namespace

struct CrashDisk::Halves {
  std::map<std::string, Half> now;     // by name, as programs see it
  std::map<std::string, Half> before;  // names that were taken away and may come back
  const Operation* last = nullptr;     // write

  void take(const Operation& op) {
    switch (op.kind) {
      case Operation::Kind::create: now[op.file] = {}; break;
      case Operation::Kind::write: last = &op; [[fallthrough]];
      case Operation::Kind::truncate: now[op.file].since.push_back(&op); break;
      case Operation::Kind::sync: sync(op.file); break;
      case Operation::Kind::remove: remove(op); break;
    }
  }
  bool all_durable() const {
    return before.empty() && std::all_of(now.begin(), now.end(), [](const auto& entry) {
             return entry.second.named && entry.second.since.empty();
           });
  }

 private:
  void sync(const std::string& file) {
    Half& half = now[file];
    for (const Operation* done : half.since) {
      if (done->kind == Operation::Kind::write)
        apply_write(half.durable, done->at, done->bytes.data(), done->bytes.size());
      else
        half.durable.resize(static_cast<std::size_t>(done->at));
    }
    half.since.clear();
    // A journal or log is called after its database: NAME-journal, NAME-wal.
    if (!half.named && file.find('-') != std::string::npos) {
      for (auto& entry : now) entry.second.named = true;
      before.clear();
    }
    half.named = true;
    before.erase(file);
  }
  void remove(const Operation& op) {
    const auto it = now.find(op.file);
    if (it == now.end()) return;
    if (op.synced)
      before.erase(op.file);
    else if (it->second.named)
      before[op.file] = it->second;
    now.erase(it);
  }
};

CrashDisk::Halves CrashDisk::halves(std::uint64_t n) const {
  Halves out;
  for (const auto& entry : start_) out.now[entry.first] = {true, entry.second, {}};
  for (std::size_t i = 0; i < log_.size() && base_ + i < n; ++i) out.take(log_[i]);
  return out;
}

CrashDisk::Files CrashDisk::after_cut(std::uint64_t n, CrashMode mode, std::uint64_t seed) const {
  SeededEntropy chance(seed);
  const Halves halves_then = halves(n);
  Files out;
  for (const auto& [name, half] : halves_then.before) {
    const bool back =
        mode == CrashMode::all_lost || (mode == CrashMode::some_sectors && chance.below(2) == 1);
    if (back) out[name] = settle(half, mode, halves_then.last, chance);
  }
  for (const auto& [name, half] : halves_then.now) {
    const bool there = half.named || mode == CrashMode::torn_last ||
                       (mode == CrashMode::some_sectors && chance.below(2) == 1);
    if (there) out[name] = settle(half, mode, halves_then.last, chance);
  }
  return out;
}

bool CrashDisk::forget_past() {
  const auto guard = std::lock_guard<std::recursive_mutex>(mutex_);
  if (!halves(operations()).all_durable()) return false;
  start_ = live_;
  base_ += log_.size();
  log_.clear();
  return true;
}

bool CrashDisk::record(Operation operation) {
  if (stopped()) return false;
  // The operation at which the power goes: it may have reached the disk in part, and is answered with an
  // error.
  const bool is_last = operations() + 1 == stop_;
  apply_live(live_, operation);
  log_.push_back(std::move(operation));
  return !is_last;
}

void CrashDisk::restart(CrashMode mode) {
  for (const auto& entry : sqlite_->names) SP_CHECK(entry.second == 0);
  restore(after_cut(operations(), mode, entropy_.next()));
}

void CrashDisk::restore(Files files) {
  for (const auto& entry : sqlite_->names) SP_CHECK(entry.second == 0);
  sqlite_->names.clear();
  start_ = files;
  live_ = std::move(files);
  log_.clear();
  base_ = 0;
  shared_.clear();
  stop_ = ~std::uint64_t{0};
}

CrashDisk::CrashDisk(std::string name, std::uint64_t seed, bool as_default)
    : name_(std::move(name)), entropy_(seed), sqlite_(std::make_unique<CrashVfs>()) {
  SP_CHECK(sqlite3_vfs_find(name_.c_str()) == nullptr);
  sqlite_->real = sqlite3_vfs_find(nullptr);
  sqlite3_vfs& v = sqlite_->vfs;
  v.iVersion = 1;
  v.szOsFile = sizeof(CrashVfs::File);
  v.mxPathname = 512;
  v.zName = name_.c_str();
  v.pAppData = this;
  v.xOpen = CrashVfs::open;
  v.xDelete = CrashVfs::remove;
  v.xAccess = CrashVfs::access;
  v.xFullPathname = CrashVfs::full_path;
  v.xRandomness = CrashVfs::randomness;
  v.xSleep = CrashVfs::sleep;
  v.xCurrentTime = CrashVfs::time;
  v.xGetLastError = CrashVfs::last_error;
  SP_CHECK(sqlite3_vfs_register(&v, as_default ? 1 : 0) == SQLITE_OK);
}

CrashDisk::~CrashDisk() {
  sqlite3_vfs_unregister(&sqlite_->vfs);
  if (sqlite_->real != nullptr) sqlite3_vfs_register(sqlite_->real, 1);
}

}  // namespace samplan
