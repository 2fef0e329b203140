#include "base/result.h"

#include <catch2/catch.hpp>
#include <memory>
#include <set>
#include <string>

using namespace samplan;

namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return Error{Errc::invalid_argument, "half", "Not even."};
  return n / 2;
}

Result<int> quarter(int n) {
  SP_TRY(const int first, half(n));
  SP_TRY(const int second, half(first));
  return second;
}

Status must_be_even(int n) {
  SP_OK(half(n));
  return Status::good();
}

}  // namespace

TEST_CASE("a result holds a value or an error, and says which", "[base]") {
  const Result<int> good = half(8);
  REQUIRE(good.ok());
  CHECK(*good == 4);
  CHECK(good.code() == Errc::ok);

  const Result<int> bad = half(7);
  REQUIRE_FALSE(bad.ok());
  CHECK_FALSE(static_cast<bool>(bad));
  CHECK(bad.code() == Errc::invalid_argument);
  CHECK(bad.error().where == "half");
  CHECK(bad.error().detail == "Not even.");
}

TEST_CASE("the first error ends the function and reaches the caller unchanged", "[base]") {
  CHECK(*quarter(12) == 3);
  CHECK(quarter(6).error().where == "half");
  CHECK(quarter(5).code() == Errc::invalid_argument);
  CHECK(must_be_even(2).ok());
  CHECK(must_be_even(3).code() == Errc::invalid_argument);
  CHECK(must_be_even(3).error().detail == "Not even.");
}

TEST_CASE("a result moves what cannot be copied", "[base]") {
  Result<std::unique_ptr<int>> result(std::make_unique<int>(5));
  REQUIRE(result.ok());
  const std::unique_ptr<int> taken = std::move(result).value();
  CHECK(*taken == 5);
}

TEST_CASE("every error code has a number and a name of its own", "[base]") {
  std::set<std::string> names;
  int named = 0;
  for (int n = 0; n < 200; ++n) {
    const std::string name = errc_name(static_cast<Errc>(n));
    if (name == "unknown") continue;
    ++named;
    CHECK(names.insert(name).second);
    for (const char c : name) CHECK((c == '_' || c == '8' || (c >= 'a' && c <= 'z')));
  }
  CHECK(named >= 36);
  // Numbers are on the wire and in logs; these must never move.
  CHECK(static_cast<int>(Errc::malformed) == 1);
  CHECK(static_cast<int>(Errc::forged) == 20);
  CHECK(static_cast<int>(Errc::not_allowed) == 40);
  CHECK(static_cast<int>(Errc::not_found) == 70);
  CHECK(static_cast<int>(Errc::offline) == 90);
  CHECK(std::string(errc_name(Errc::wrong_passphrase)) == "wrong_passphrase");
}
