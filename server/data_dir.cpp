#include "server/data_dir.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace samplan::server {
namespace {

Error failed(Errc code, const char* step, std::string detail) {
  return Error{code, std::string("data directory ") + step + " errno " + std::to_string(errno),
               std::move(detail)};
}

Error cannot_make(const std::string& path) {
  const std::string reason = std::strerror(errno);
  if (errno == ENOENT) {
    return failed(
        Errc::invalid_argument, "mkdir",
        "Cannot make " + path + ": the directory above it does not exist. Make it first, or check --data.");
  }
  if (errno == EACCES || errno == EPERM) {
    return failed(Errc::not_allowed, "mkdir",
                  "This user may not make " + path + ". Choose another place with --data.");
  }
  return failed(Errc::not_saved, "mkdir", "Cannot make " + path + ": " + reason + ".");
}

}  // namespace

Result<DataDir> DataDir::open(const std::string& path) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return cannot_make(path);
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0 || !S_ISDIR(about.st_mode)) {
    return failed(Errc::invalid_argument, "stat",
                  path + " is not a directory. Choose another place with --data.");
  }
  if ((about.st_mode & 0077U) != 0) {
    return failed(Errc::not_allowed, "mode",
                  "Others on this machine can get into " + path + ". Close it with: chmod 700 " + path);
  }
  const std::string lock_path = path + "/lock";
  DataDir out;
  out.path_ = path;
  out.lock_ = Descriptor(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!out.lock_.is_open()) {
    const bool is_denied = errno == EACCES || errno == EPERM;
    return failed(is_denied ? Errc::not_allowed : Errc::not_saved, "lock file",
                  "Cannot write in " + path + ": " + std::strerror(errno) + ".");
  }
  if (::flock(out.lock_.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) {
      return failed(Errc::not_saved, "flock", "Cannot lock " + lock_path + ": " + std::strerror(errno) + ".");
    }
    return failed(Errc::busy, "flock",
                  "Another server is using " + path +
                      ". Stop it first, or give this one its own directory with --data.");
  }
  return out;
}

}  // namespace samplan::server
