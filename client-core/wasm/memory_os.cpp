#include "client-core/wasm/memory_os.h"

#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "base/bytes.h"

namespace samplan::wasm {
namespace {

// Elements of a map stay where they are, so an open file may point to its bytes.
std::map<std::string, Bytes>& files() {
  static std::map<std::string, Bytes> all;
  return all;
}

// SQLite allocates szOsFile bytes and hands them to open(); its own part comes first.
struct OpenFile {
  sqlite3_file base;
  Bytes* bytes;
};

Bytes& bytes_of(sqlite3_file* file) { return *reinterpret_cast<OpenFile*>(file)->bytes; }

int close(sqlite3_file*) { return SQLITE_OK; }

int read(sqlite3_file* file, void* out, int count, sqlite3_int64 offset) {
  const Bytes& bytes = bytes_of(file);
  const auto wanted = static_cast<std::size_t>(count);
  const std::size_t at = std::min(static_cast<std::size_t>(offset), bytes.size());
  const std::size_t there = std::min(wanted, bytes.size() - at);
  if (there > 0) std::memcpy(out, bytes.data() + at, there);
  if (there == wanted) return SQLITE_OK;
  std::memset(static_cast<std::uint8_t*>(out) + there, 0, wanted - there);
  return SQLITE_IOERR_SHORT_READ;
}

int write(sqlite3_file* file, const void* from, int count, sqlite3_int64 offset) {
  Bytes& bytes = bytes_of(file);
  const std::size_t end = static_cast<std::size_t>(offset) + static_cast<std::size_t>(count);
  if (end > bytes.size()) bytes.resize(end);
  std::memcpy(bytes.data() + offset, from, static_cast<std::size_t>(count));
  return SQLITE_OK;
}

int truncate(sqlite3_file* file, sqlite3_int64 size) {
  bytes_of(file).resize(static_cast<std::size_t>(size));
  return SQLITE_OK;
}

int sync(sqlite3_file*, int) { return SQLITE_OK; }

int size(sqlite3_file* file, sqlite3_int64* out) {
  *out = static_cast<sqlite3_int64>(bytes_of(file).size());
  return SQLITE_OK;
}

// One program, one connection to a file: nobody to lock out.
int lock(sqlite3_file*, int) { return SQLITE_OK; }
int is_reserved(sqlite3_file*, int* out) {
  *out = 0;
  return SQLITE_OK;
}
int control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
int sector_size(sqlite3_file*) { return 4096; }
int traits(sqlite3_file*) { return SQLITE_IOCAP_UNDELETABLE_WHEN_OPEN | SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

sqlite3_io_methods methods() {
  sqlite3_io_methods m{};
  m.iVersion = 1;  // no shared memory and no mapping: WAL works only with locking_mode=EXCLUSIVE
  m.xClose = close;
  m.xRead = read;
  m.xWrite = write;
  m.xTruncate = truncate;
  m.xSync = sync;
  m.xFileSize = size;
  m.xLock = lock;
  m.xUnlock = lock;
  m.xCheckReservedLock = is_reserved;
  m.xFileControl = control;
  m.xSectorSize = sector_size;
  m.xDeviceCharacteristics = traits;
  return m;
}

int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* flags_out) {
  static const sqlite3_io_methods all = methods();
  file->pMethods = nullptr;
  // Temporary files have no name; the library is built to keep them in memory itself.
  if (name == nullptr) return SQLITE_CANTOPEN;
  const bool exists = files().count(name) != 0 && !files()[name].empty();
  if (!exists && (flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
  reinterpret_cast<OpenFile*>(file)->bytes = &files()[name];
  file->pMethods = &all;
  if (flags_out != nullptr) *flags_out = flags;
  return SQLITE_OK;
}

int remove(sqlite3_vfs*, const char* name, int) {
  const auto it = files().find(name);
  if (it == files().end()) return SQLITE_IOERR_DELETE_NOENT;
  it->second.clear();
  return SQLITE_OK;
}

int access(sqlite3_vfs*, const char* name, int, int* out) {
  *out = memory_file_bytes(name) > 0 ? 1 : 0;
  return SQLITE_OK;
}

int full_path(sqlite3_vfs*, const char* name, int out_size, char* out) {
  sqlite3_snprintf(out_size, out, "%s", name);
  return SQLITE_OK;
}

// SQLite wants these bytes to differ (names, salts of the log), not to be secret: a counter keeps tests
// repeatable.
int randomness(sqlite3_vfs*, int count, char* out) {
  static std::uint32_t state = 1;
  for (int i = 0; i < count; ++i) {
    state = state * 1'664'525U + 1'013'904'223U;
    out[i] = static_cast<char>(state >> 24);
  }
  return count;
}

int sleep(sqlite3_vfs*, int microseconds) { return microseconds; }

int current_time(sqlite3_vfs*, double* julian_day) {
  *julian_day = 2440587.5;  // 1970-01-01: nothing of ours asks SQLite for the time
  return SQLITE_OK;
}

int last_error(sqlite3_vfs*, int, char*) { return 0; }

sqlite3_vfs* vfs() {
  static sqlite3_vfs all{};
  all.iVersion = 1;
  all.szOsFile = sizeof(OpenFile);
  all.mxPathname = 512;
  all.zName = "memory";
  all.xOpen = open;
  all.xDelete = remove;
  all.xAccess = access;
  all.xFullPathname = full_path;
  all.xRandomness = randomness;
  all.xSleep = sleep;
  all.xCurrentTime = current_time;
  all.xGetLastError = last_error;
  return &all;
}

}  // namespace

void forget_memory_files() { files().clear(); }

std::size_t memory_file_bytes(const std::string& path) {
  const auto it = files().find(path);
  return it == files().end() ? 0 : it->second.size();
}

}  // namespace samplan::wasm

// SQLite is built with SQLITE_OS_OTHER and calls these.
extern "C" int sqlite3_os_init() { return sqlite3_vfs_register(samplan::wasm::vfs(), 1); }
extern "C" int sqlite3_os_end() { return SQLITE_OK; }
