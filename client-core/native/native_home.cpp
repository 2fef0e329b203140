#include "client-core/native/native_home.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "client-core/native/atomic_file.h"

namespace samplan::native {
namespace {

constexpr std::size_t key_file_bytes_max = 4096;  // ours has 170; anything larger is not one
constexpr mode_t own_eyes_only = 0700;

Error cannot_make(const std::string& folder) {
  return Error{Errc::not_saved, "native_home mkdir errno " + std::to_string(errno),
               "Mappen «" + folder + "» kan ikke lages. Sjekk rettighetene og om disken er full."};
}

std::string without_last_slashes(std::string folder) {
  while (folder.size() > 1 && folder.back() == '/') folder.pop_back();
  return folder;
}

Status make_folders(const std::string& folder) {
  for (std::size_t slash = folder.find('/', 1);; slash = folder.find('/', slash + 1)) {
    const std::string part = folder.substr(0, slash);
    if (::mkdir(part.c_str(), own_eyes_only) != 0 && errno != EEXIST) return cannot_make(folder);
    if (slash == std::string::npos) return {};
  }
}

}  // namespace

Result<NativeHome> NativeHome::open(const std::string& folder) {
  std::string plain = without_last_slashes(folder);
  SP_TRY(HomeLock lock, HomeLock::take(plain));
  return NativeHome(std::move(plain), std::move(lock));
}

Result<NativeHome> NativeHome::make(const std::string& folder) {
  std::string plain = without_last_slashes(folder);
  if (plain.empty()) return Error{Errc::invalid_argument, "native_home empty", "Oppgi en mappe for enheten."};
  SP_OK(make_folders(plain));
  // A folder that was there may have been open to others; from now on keys lie in it.
  if (::chmod(plain.c_str(), own_eyes_only) != 0) return cannot_make(plain);
  SP_TRY(HomeLock lock, HomeLock::take(plain));
  return NativeHome(std::move(plain), std::move(lock));
}

bool NativeHome::is_begun(const std::string& folder) {
  struct stat info {};
  return ::stat((without_last_slashes(folder) + "/keys").c_str(), &info) == 0;
}

Status NativeHome::wipe(const std::string& folder) {
  const std::string plain = without_last_slashes(folder);
  SP_TRY(const HomeLock lock, HomeLock::take(plain));
  const int handle = ::open(plain.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  bool done = handle >= 0;
  for (const char* name : {"keys", "keys.new", "replica.db", "replica.db-wal", "replica.db-shm", "replica.db-journal",
                           "attempts", "lock"}) {
    done = done && (::unlink((plain + "/" + name).c_str()) == 0 || errno == ENOENT);
    // The keys are gone for good before anything else is touched.
    done = done && ::fsync(handle) == 0;
  }
  const int error_number = errno;
  if (handle >= 0) ::close(handle);
  if (!done)
    return Error{Errc::not_saved, "native_home wipe errno " + std::to_string(error_number),
                 "Ikke alt kunne fjernes fra «" + plain + "». Sjekk rettighetene, og prøv igjen."};
  (void)::rmdir(plain.c_str());
  return Status::good();
}

Result<std::optional<Bytes>> NativeHome::read_key_file() {
  auto file = read_file(key_path(), key_file_bytes_max);
  if (file.ok()) return std::optional<Bytes>(std::move(file).value());
  if (file.code() == Errc::not_found) return std::optional<Bytes>();
  if (file.code() == Errc::too_large)
    return Error{Errc::corrupt, "native_home keys", "Nøkkelfilen er skadet."};
  return file.error();
}

Status NativeHome::write_key_file(ByteView bytes) { return write_file(key_path(), bytes); }

}  // namespace samplan::native
