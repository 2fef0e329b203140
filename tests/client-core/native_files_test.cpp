// The native host's files, lock, entropy and clock.
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "client-core/native/atomic_file.h"
#include "client-core/native/home_lock.h"
#include "client-core/native/os_clock.h"
#include "client-core/native/os_entropy.h"

using namespace samplan;
using namespace samplan::native;
namespace fs = std::filesystem;

namespace {

struct Folder {
  Folder() { REQUIRE(::mkdtemp(path) != nullptr); }
  ~Folder() { fs::remove_all(path); }
  std::string at(const char* name) const { return std::string(path) + "/" + name; }
  std::size_t count() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path), fs::directory_iterator()));
  }
  char path[32] = "/tmp/samplan-files-XXXXXX";
};

std::string text_of(const std::string& path) {
  const auto bytes = read_file(path, 1U << 20);
  return bytes.ok() ? std::string(ByteView(*bytes).text()) : "?";
}

// Runs the body in a process of its own, so that its limits are not ours; true if it says so.
template <class Body>
bool in_child(Body body) {
  const pid_t child = ::fork();
  if (child == 0) ::_exit(body() ? 0 : 1);
  int status = 1;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

TEST_CASE("file: what was written is read back, for this user alone", "[files]") {
  const Folder folder;
  const Bytes bytes = {0, 1, 255, '\n', 0};
  REQUIRE(write_file(folder.at("f"), bytes).ok());
  CHECK(*read_file(folder.at("f"), 5) == bytes);
  struct stat about {};
  REQUIRE(::stat(folder.at("f").c_str(), &about) == 0);
  CHECK((about.st_mode & 0777U) == 0600);
  REQUIRE(write_file(folder.at("f"), ByteView::of("shorter")).ok());
  CHECK(text_of(folder.at("f")) == "shorter");
  REQUIRE(write_file(folder.at("f"), {}).ok());
  CHECK(text_of(folder.at("f")).empty());
  CHECK(folder.count() == 1);
}

TEST_CASE("file: reading stops at its bound, and says when there is nothing or no file", "[files]") {
  const Folder folder;
  REQUIRE(write_file(folder.at("f"), Bytes(40'000, 7)).ok());
  CHECK(read_file(folder.at("f"), 40'000)->size() == 40'000);
  CHECK(read_file(folder.at("f"), 39'999).code() == Errc::too_large);
  CHECK(read_file(folder.at("g"), 10).code() == Errc::not_found);
  CHECK(read_file(folder.at("f/g"), 10).code() == Errc::not_found);
  CHECK(read_file(folder.path, 10).code() == Errc::io);
  CHECK(read_file("/dev/zero", 10).code() == Errc::io);
  REQUIRE(::mkfifo(folder.at("pipe").c_str(), 0600) == 0);
  CHECK(read_file(folder.at("pipe"), 10).code() == Errc::io);
  CHECK(read_file("/proc/self/status", 5).code() == Errc::too_large);  // says it has 0 bytes
}

TEST_CASE("file: on a full disk the old file stays whole and nothing half-written is left", "[files]") {
  const Folder folder;
  REQUIRE(write_file(folder.at("f"), ByteView::of("old")).ok());
  // A bound on the size of files fails a write half-way just as a full disk does.
  CHECK(in_child([&] {
    (void)::signal(SIGXFSZ, SIG_IGN);
    const rlimit tight{100'000, 100'000};
    (void)::setrlimit(RLIMIT_FSIZE, &tight);
    const Status saved = write_file(folder.at("f"), Bytes(200'000, 7));
    return saved.code() == Errc::not_saved && !saved.error().detail.empty();
  }));
  CHECK(text_of(folder.at("f")) == "old");
  CHECK(folder.count() == 1);
  CHECK(write_file("/dev/full/x", ByteView::of("x")).code() == Errc::not_saved);
}

TEST_CASE("file: a folder that may not be written, or is not there, is not_saved", "[files]") {
  const Folder folder;
  CHECK(write_file(folder.at("no/f"), ByteView::of("x")).code() == Errc::not_saved);
  CHECK(write_file("/proc/samplan", ByteView::of("x")).code() == Errc::not_saved);
  fs::create_directory(folder.at("d"));
  CHECK(write_file(folder.at("d"), ByteView::of("x")).code() == Errc::not_saved);
  CHECK(folder.count() == 1);
  CHECK(in_child([&] {
    fs::create_directory(folder.at("shut"));
    fs::permissions(folder.at("shut"), fs::perms::owner_read | fs::perms::owner_exec);
    fs::permissions(folder.path, fs::perms::all);
    if (::geteuid() == 0 && ::setuid(65'534) != 0) return false;
    return write_file(folder.at("shut/f"), ByteView::of("x")).code() == Errc::not_saved;
  }));
}

TEST_CASE("file: what a killed process left half-written does no harm", "[files]") {
  const Folder folder;
  REQUIRE(write_file(folder.at("f"), ByteView::of("old")).ok());
  std::ofstream(folder.at("f.new")) << "half";
  CHECK(text_of(folder.at("f")) == "old");
  REQUIRE(write_file(folder.at("f"), ByteView::of("new")).ok());
  CHECK(text_of(folder.at("f")) == "new");
  CHECK(folder.count() == 1);
  // A link planted there is replaced, not followed.
  std::ofstream(folder.at("victim")) << "safe";
  fs::create_symlink(folder.at("victim"), folder.at("f.new"));
  REQUIRE(write_file(folder.at("f"), ByteView::of("newer")).ok());
  CHECK(text_of(folder.at("f")) == "newer");
  CHECK(text_of(folder.at("victim")) == "safe");
}

TEST_CASE("file: a process killed while writing leaves the old or the new, whole", "[files][crash]") {
  const Folder folder;
  const Bytes a(300'000, 'a');
  const Bytes b(200'000, 'b');
  REQUIRE(write_file(folder.at("f"), a).ok());
  for (int round = 0; round < 20; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (;;) {
        (void)write_file(folder.at("f"), b);
        (void)write_file(folder.at("f"), a);
      }
    }
    ::usleep(static_cast<useconds_t>(500 + 700 * round));
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    const auto found = read_file(folder.at("f"), 1U << 20);
    REQUIRE(found.ok());
    CHECK((*found == a || *found == b));
  }
}

TEST_CASE("home: a second process is told that the folder is in use, until the first is gone", "[home]") {
  const Folder folder;
  {
    auto held = HomeLock::take(folder.path);
    REQUIRE(held.ok());
    const HomeLock moved = std::move(held).value();
    const auto second = HomeLock::take(folder.path);
    CHECK(second.code() == Errc::busy);
    CHECK(second.error().detail.find(folder.path) != std::string::npos);
    CHECK(in_child([&] { return HomeLock::take(folder.path).code() == Errc::busy; }));
  }
  CHECK(HomeLock::take(folder.path).ok());
}

TEST_CASE("home: a killed process leaves no lock behind", "[home]") {
  const Folder folder;
  int told[2];
  REQUIRE(::pipe(told) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto held = HomeLock::take(folder.path);
    (void)!::write(told[1], held.ok() ? "1" : "0", 1);
    ::pause();
    ::_exit(0);
  }
  char is_held = 0;
  REQUIRE(::read(told[0], &is_held, 1) == 1);
  CHECK(is_held == '1');
  CHECK(HomeLock::take(folder.path).code() == Errc::busy);
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(HomeLock::take(folder.path).ok());
  ::close(told[0]);
  ::close(told[1]);
}

TEST_CASE("home: a folder that is missing or cannot be written is said so", "[home]") {
  const Folder folder;
  CHECK(HomeLock::take(folder.at("no")).code() == Errc::not_found);
  CHECK(HomeLock::take("/proc").code() != Errc::ok);
  CHECK_FALSE(HomeLock::take(folder.at("no")).error().detail.empty());
}

TEST_CASE("entropy: the system's bytes fill the whole range and do not repeat", "[entropy]") {
  OsEntropy entropy;
  Bytes first(100'000);
  Bytes second(100'000);
  entropy.fill(first.data(), first.size());
  entropy.fill(second.data(), second.size());
  CHECK(first != second);
  CHECK(Bytes(first.begin(), first.begin() + 256) != Bytes(first.begin() + 256, first.begin() + 512));
  for (int value = 0; value < 256; ++value) {
    CHECK(std::count(first.begin(), first.end(), static_cast<std::uint8_t>(value)) > 200);  // 390 on average
  }
  CHECK(std::count(first.end() - 1000, first.end(), std::uint8_t{0}) < 100);
  entropy.fill(nullptr, 0);
}

TEST_CASE("clock: it is some time after this was written, in milliseconds", "[clock]") {
  const UnixMs now = os_now();
  CHECK(now > start_of(Date{2020, 1, 1}));
  CHECK(now < start_of(Date{2200, 1, 1}));
}
