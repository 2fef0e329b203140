#include "client-core/native/home_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

namespace samplan::native {
namespace {

Error failed(Errc code, const char* step, std::string detail) {
  return Error{code, std::string("home_lock ") + step + " errno " + std::to_string(errno), std::move(detail)};
}

}  // namespace

Result<HomeLock> HomeLock::take(const std::string& home) {
  const std::string path = home + "/lock";
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) {
    if (errno == ENOENT || errno == ENOTDIR) {
      return failed(Errc::not_found, "open", "Mappen «" + home + "» finnes ikke.");
    }
    return failed(
        Errc::not_saved, "open",
        "Samplan får ikke skrive i mappen «" + home + "». Sjekk rettighetene og om disken er full.");
  }
  HomeLock lock(fd);
  while (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno == EWOULDBLOCK) {
      return failed(Errc::busy, "flock",
                    "Et annet Samplan-program bruker mappen «" + home +
                        "» nå. Vent til det er ferdig, eller lukk det.");
    }
    return failed(Errc::not_saved, "flock",
                  "Mappen «" + home + "» kan ikke låses, for eksempel på en nettverksdisk.");
  }
  return lock;
}

HomeLock::~HomeLock() {
  if (fd_ >= 0) ::close(fd_);
}

HomeLock::HomeLock(HomeLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

HomeLock& HomeLock::operator=(HomeLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

}  // namespace samplan::native
