#include "server/data_dir.h"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>

using namespace samplan;
using namespace samplan::server;

namespace {

struct Place {
  Place() { REQUIRE(::mkdtemp(path) != nullptr); }
  ~Place() { std::filesystem::remove_all(path); }
  std::string at(const char* name) const { return std::string(path) + "/" + name; }
  char path[32] = "/tmp/samplan-data-XXXXXX";
};

}  // namespace

TEST_CASE("data directory: it is made for this user alone", "[data-dir]") {
  const Place place;
  const auto opened = DataDir::open(place.at("d"));
  REQUIRE(opened.ok());
  CHECK(opened->path() == place.at("d"));
  struct stat about {};
  REQUIRE(::stat(place.at("d").c_str(), &about) == 0);
  CHECK((about.st_mode & 0777U) == 0700);
}

TEST_CASE("data directory: one that another server holds is refused until that one is gone", "[data-dir]") {
  const Place place;
  {
    const auto first = DataDir::open(place.at("d"));
    REQUIRE(first.ok());
    const auto second = DataDir::open(place.at("d"));
    REQUIRE_FALSE(second.ok());
    CHECK(second.code() == Errc::busy);
    CHECK(second.error().detail.find("Another server is using " + place.at("d")) != std::string::npos);
  }
  CHECK(DataDir::open(place.at("d")).ok());
}

TEST_CASE("data directory: a killed server leaves no lock behind", "[data-dir]") {
  const Place place;
  int ready[2];
  REQUIRE(::pipe(ready) == 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const auto held = DataDir::open(place.at("d"));
    const char told = held.ok() ? '1' : '0';
    (void)!::write(ready[1], &told, 1);
    ::pause();
    ::_exit(0);
  }
  char told = 0;
  REQUIRE(::read(ready[0], &told, 1) == 1);
  REQUIRE(told == '1');
  CHECK(DataDir::open(place.at("d")).code() == Errc::busy);
  ::kill(child, SIGKILL);
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(DataDir::open(place.at("d")).ok());
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST_CASE("data directory: one that others can enter is refused, with the command that closes it",
          "[data-dir]") {
  const Place place;
  REQUIRE(DataDir::open(place.at("d")).ok());
  REQUIRE(::chmod(place.at("d").c_str(), 0750) == 0);
  const auto opened = DataDir::open(place.at("d"));
  CHECK(opened.code() == Errc::not_allowed);
  CHECK(opened.error().detail.find("chmod 700 " + place.at("d")) != std::string::npos);
}

TEST_CASE("data directory: a missing parent, a file in its place and a lock that is a link are refused",
          "[data-dir]") {
  const Place place;
  CHECK(DataDir::open(place.at("no/such")).code() == Errc::invalid_argument);
  CHECK(DataDir::open(place.at("no/such")).error().detail.find("directory above") != std::string::npos);
  CHECK(DataDir::open("/dev/null").code() == Errc::invalid_argument);
  std::filesystem::create_directory(place.at("d"));
  REQUIRE(::chmod(place.at("d").c_str(), 0700) == 0);
  std::filesystem::create_symlink(place.at("elsewhere"), place.at("d/lock"));
  CHECK(DataDir::open(place.at("d")).code() == Errc::not_saved);
  CHECK_FALSE(std::filesystem::exists(place.at("elsewhere")));
}
