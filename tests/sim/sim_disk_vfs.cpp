// SQLite's view of a simulated disk: the VFS methods, each a few lines over SimDisk.
#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "tests/sim/sim_disk.h"

namespace samplan::sim {

// Every disk that exists, by the first part of its paths. One process runs one world after another, in one
// thread.
std::map<std::string, SimDisk*>& all_disks() {
  static std::map<std::string, SimDisk*> disks;
  return disks;
}

namespace {

SimDisk* disk_of(const char* path) {
  const std::string name(path);
  const auto end = name.find('/', 1);
  if (end == std::string::npos) return nullptr;
  const auto it = all_disks().find(name.substr(0, end + 1));
  return it == all_disks().end() ? nullptr : it->second;
}

struct OpenFile {
  sqlite3_file base;
  SimDisk* disk;
  std::string* path;
};

OpenFile* of(sqlite3_file* file) { return reinterpret_cast<OpenFile*>(file); }
SimFile* content(sqlite3_file* file) { return of(file)->disk->find(*of(file)->path); }

int x_close(sqlite3_file* file) {
  delete of(file)->path;
  of(file)->path = nullptr;
  return SQLITE_OK;
}

int x_read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
  if (of(file)->disk->crashed()) return SQLITE_IOERR_READ;
  const SimFile* f = content(file);
  const auto wanted = static_cast<std::size_t>(size);
  const auto at = static_cast<std::size_t>(offset);
  const std::size_t there = f == nullptr || f->now.size() <= at ? 0 : std::min(wanted, f->now.size() - at);
  if (there > 0) std::memcpy(out, f->now.data() + at, there);
  if (there == wanted) return SQLITE_OK;
  std::memset(static_cast<char*>(out) + there, 0, wanted - there);
  return SQLITE_IOERR_SHORT_READ;
}

int refusal(SimDisk& disk) {
  switch (disk.before_write()) {
    case SimDisk::Verdict::good: return SQLITE_OK;
    case SimDisk::Verdict::full: return SQLITE_FULL;
    case SimDisk::Verdict::dead: break;
  }
  return SQLITE_IOERR_WRITE;
}

int x_write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  SimDisk& disk = *of(file)->disk;
  const ByteView bytes(static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size));
  const bool was_on = !disk.crashed();
  const int refused = refusal(disk);
  // The write during which the power goes has begun: it counts among those that may be torn.
  if (was_on && refused != SQLITE_FULL)
    disk.write(disk.create(*of(file)->path), static_cast<std::size_t>(offset), bytes);
  return refused;
}

int x_truncate(sqlite3_file* file, sqlite3_int64 size) {
  SimDisk& disk = *of(file)->disk;
  const int refused = refusal(disk);
  if (refused != SQLITE_OK) return refused;
  disk.truncate(disk.create(*of(file)->path), static_cast<std::size_t>(size));
  return SQLITE_OK;
}

int x_sync(sqlite3_file* file, int) {
  SimFile* f = content(file);
  if (f == nullptr) return of(file)->disk->crashed() ? SQLITE_IOERR_FSYNC : SQLITE_OK;
  return of(file)->disk->sync(*f) ? SQLITE_OK : SQLITE_IOERR_FSYNC;
}

int x_size(sqlite3_file* file, sqlite3_int64* out) {
  const SimFile* f = content(file);
  *out = f == nullptr ? 0 : static_cast<sqlite3_int64>(f->now.size());
  return SQLITE_OK;
}

int x_lock(sqlite3_file*, int) { return SQLITE_OK; }
int x_check_lock(sqlite3_file*, int* out) {
  *out = 0;
  return SQLITE_OK;
}
int x_control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int x_sector(sqlite3_file*) { return 512; }
// As on a machine: a write spoils no bytes around it.
int x_device(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

const sqlite3_io_methods methods = {
    1,         x_close,  x_read,   x_write, x_truncate, x_sync,  x_size,  x_lock,  x_lock,  x_check_lock,
    x_control, x_sector, x_device, nullptr, nullptr,    nullptr, nullptr, nullptr, nullptr,
};

int v_open(sqlite3_vfs*, const char* path, sqlite3_file* file, int flags, int* out_flags) {
  file->pMethods = nullptr;
  SimDisk* disk = path == nullptr ? nullptr : disk_of(path);
  if (disk == nullptr || disk->crashed()) return SQLITE_CANTOPEN;
  if (disk->find(path) == nullptr) {
    if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
    disk->create(path);
  }
  of(file)->disk = disk;
  of(file)->path = new std::string(path);
  file->pMethods = &methods;
  if (out_flags != nullptr) *out_flags = flags;
  return SQLITE_OK;
}

int v_delete(sqlite3_vfs*, const char* path, int) {
  SimDisk* disk = disk_of(path);
  if (disk == nullptr || disk->crashed()) return SQLITE_IOERR_DELETE;
  disk->remove(path);
  return SQLITE_OK;
}

int v_access(sqlite3_vfs*, const char* path, int, int* out) {
  SimDisk* disk = disk_of(path);
  const SimFile* f = disk == nullptr ? nullptr : disk->find(path);
  *out = f != nullptr && !f->now.empty() ? 1 : 0;
  return SQLITE_OK;
}

int v_full_path(sqlite3_vfs*, const char* path, int size, char* out) {
  sqlite3_snprintf(size, out, "%s", path);
  return SQLITE_OK;
}

int v_random(sqlite3_vfs*, int size, char* out) {
  for (int i = 0; i < size; ++i) out[i] = static_cast<char>(i * 37 + 11);
  return size;
}

int v_sleep(sqlite3_vfs*, int microseconds) { return microseconds; }
int v_time(sqlite3_vfs*, double* out) {
  *out = 2460000.5;
  return SQLITE_OK;
}

}  // namespace

const char* SimDisk::vfs_name() {
  static sqlite3_vfs vfs = [] {
    sqlite3_vfs v{};
    v.iVersion = 1;
    v.szOsFile = sizeof(OpenFile);
    v.mxPathname = 256;
    v.zName = "sim";
    v.xOpen = v_open;
    v.xDelete = v_delete;
    v.xAccess = v_access;
    v.xFullPathname = v_full_path;
    v.xRandomness = v_random;
    v.xSleep = v_sleep;
    v.xCurrentTime = v_time;
    return v;
  }();
  static const bool registered = sqlite3_vfs_register(&vfs, 1) == SQLITE_OK;
  return registered ? "sim" : "";
}

}  // namespace samplan::sim
