#include "client-core/native/atomic_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace samplan::native {
namespace {

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  int fd() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }
  // Some file systems report a failed write only here.
  bool close() {
    const int result = ::close(fd_);
    fd_ = -1;
    return result == 0;
  }

 private:
  int fd_;
};

Error not_saved(const char* step, int error_number) {
  std::string detail = "Kunne ikke lagre på disken.";
  if (error_number == ENOSPC || error_number == EDQUOT)
    detail = "Disken er full. Frigjør plass, og prøv igjen.";
  if (error_number == EROFS) detail = "Disken kan bare leses, ikke skrives til.";
  if (error_number == EACCES || error_number == EPERM)
    detail = "Samplan har ikke lov til å skrive i denne mappen.";
  return Error{Errc::not_saved, std::string("write_file ") + step + " errno " + std::to_string(error_number),
               detail};
}

bool write_all(int fd, ByteView bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t written = ::write(fd, bytes.data() + at, bytes.size() - at);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    at += static_cast<std::size_t>(written);
  }
  return true;
}

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Writes the new file beside the old one; the error number of the step that failed, or 0.
int write_beside(const std::string& path, ByteView bytes, const char*& step) {
  step = "open";
  File file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!file.is_open()) return errno;
  step = "write";
  if (!write_all(file.fd(), bytes)) return errno;
  step = "fsync";
  if (::fsync(file.fd()) != 0) return errno;
  step = "close";
  return file.close() ? 0 : errno;
}

}  // namespace

Status write_file(const std::string& path, ByteView bytes) {
  const std::string folder_path = folder_of(path);
  const File folder(::open(folder_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open()) return not_saved("folder", errno);
  // One name, so that what a killed process left is overwritten and does not pile up; the home lock keeps out
  // others.
  const std::string beside = path + ".new";
  (void)::unlink(beside.c_str());
  const char* step = "";
  int error_number = write_beside(beside, bytes, step);
  if (error_number == 0 && ::rename(beside.c_str(), path.c_str()) != 0) {
    error_number = errno;
    step = "rename";
  }
  if (error_number != 0) {
    (void)::unlink(beside.c_str());
    return not_saved(step, error_number);
  }
  // Until the folder is on the disk too, a crash may bring the old file back.
  if (::fsync(folder.fd()) != 0) return not_saved("fsync folder", errno);
  return Status::good();
}

Result<Bytes> read_file(const std::string& path, std::size_t bytes_max) {
  // Non-blocking, so that a named pipe in the file's place cannot hold us up; it is refused below.
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file.is_open()) {
    const bool is_absent = errno == ENOENT || errno == ENOTDIR;
    return Error{is_absent ? Errc::not_found : Errc::io, "read_file open errno " + std::to_string(errno),
                 is_absent ? "Filen «" + path + "» finnes ikke." : "Filen «" + path + "» kan ikke leses."};
  }
  struct stat about {};
  if (::fstat(file.fd(), &about) != 0 || !S_ISREG(about.st_mode)) {
    return Error{Errc::io, "read_file not a regular file", "«" + path + "» er ikke en vanlig fil."};
  }
  // The size is asked of the file but not trusted: it may grow, and some files say 0.
  Bytes out;
  out.reserve(std::min(bytes_max, static_cast<std::size_t>(about.st_size)));
  std::uint8_t part[16384];
  for (;;) {
    const ssize_t got = ::read(file.fd(), part, sizeof part);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return Error{Errc::io, "read_file read errno " + std::to_string(errno),
                   "Filen «" + path + "» kan ikke leses."};
    }
    if (got == 0) return out;
    if (static_cast<std::size_t>(got) > bytes_max - out.size()) {
      return Error{Errc::too_large, "read_file over " + std::to_string(bytes_max) + " bytes",
                   "Filen «" + path + "» er for stor."};
    }
    append(out, ByteView(part, static_cast<std::size_t>(got)));
  }
}

}  // namespace samplan::native
