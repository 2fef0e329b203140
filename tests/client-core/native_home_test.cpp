#include "client-core/native/native_home.h"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/support/core_world.h"

using namespace samplan;
using namespace samplan::native;
using samplan::world::TempFolder;

TEST_CASE("A home is made with the folders above it, for its user alone") {
  TempFolder temp;
  const std::string folder = temp.path() + "/a/b/hjem/";
  {
    auto home = NativeHome::make(folder);
    REQUIRE(home.ok());
    CHECK(home->database_path() == temp.path() + "/a/b/hjem/replica.db");
    CHECK_FALSE(NativeHome::is_begun(folder));
    auto keys = home->read_key_file();
    REQUIRE(keys.ok());
    CHECK_FALSE(keys->has_value());
    REQUIRE(home->write_key_file(ByteView::of("nøkler")).ok());
  }
  struct stat info {};
  REQUIRE(::stat(folder.c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0700);
  CHECK(NativeHome::is_begun(folder));
  auto again = NativeHome::open(folder);
  REQUIRE(again.ok());
  auto keys = again->read_key_file();
  REQUIRE(keys.ok());
  REQUIRE(keys->has_value());
  CHECK(ByteView(**keys).text() == "nøkler");
}

TEST_CASE("A folder that stood open is closed to others when a home is made in it") {
  TempFolder temp;
  REQUIRE(::chmod(temp.path().c_str(), 0755) == 0);
  REQUIRE(NativeHome::make(temp.path()).ok());
  struct stat info {};
  REQUIRE(::stat(temp.path().c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0700);
}

TEST_CASE("One at a time has a home, and a folder that is not there is not made by opening it") {
  TempFolder temp;
  {
    auto home = NativeHome::make(temp.path() + "/hjem");
    REQUIRE(home.ok());
    CHECK(NativeHome::open(temp.path() + "/hjem").code() == Errc::busy);
    CHECK(NativeHome::make(temp.path() + "/hjem").code() == Errc::busy);
  }
  CHECK(NativeHome::open(temp.path() + "/hjem").ok());
  CHECK(NativeHome::open(temp.path() + "/annet").code() == Errc::not_found);
  CHECK_FALSE(std::filesystem::exists(temp.path() + "/annet"));
}

TEST_CASE("A home where a file stands in the way is refused, and the file is left alone") {
  TempFolder temp;
  std::ofstream(temp.path() + "/fil") << "innhold";
  CHECK(NativeHome::make(temp.path() + "/fil/hjem").code() == Errc::not_saved);
  CHECK_FALSE(NativeHome::make(temp.path() + "/fil").ok());
  std::ifstream file(temp.path() + "/fil");
  CHECK(std::string((std::istreambuf_iterator<char>(file)), {}) == "innhold");
  CHECK_FALSE(NativeHome::make("").ok());
}

TEST_CASE("A key file far too large is damage, not keys") {
  TempFolder temp;
  auto home = NativeHome::make(temp.path() + "/hjem");
  REQUIRE(home.ok());
  std::ofstream(temp.path() + "/hjem/keys") << std::string(5000, 'x');
  CHECK(home->read_key_file().code() == Errc::corrupt);
}
