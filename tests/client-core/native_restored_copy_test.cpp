// Copies a home on disk, so it runs on a machine only.
#include "tests/support/flows_world.h"

using namespace samplan;
using namespace samplan::world;

namespace {

json edit(const Cast& cast, const std::string& field, const std::string& value) {
  return {{"do", "edit"}, {"plan", cast.plan}, {"entity", cast.measure}, {"field", field}, {"value", value}};
}

}  // namespace

TEST_CASE("a device whose old copy was restored finds its way back without a fork of its own making", "[core]") {
  InProcess world;
  CoreWorld& w = world.people;
  const Cast cast = set_up(w);
  const std::string folder = std::filesystem::path(w.files("Mona").database_path()).parent_path().string();
  const auto close_and = [&](const auto& act) {
    w.close("Mona");
    act();
    REQUIRE(w.reopen("Mona").ok());
  };
  TempFolder backup;
  close_and([&] { std::filesystem::copy(folder, backup.path(), std::filesystem::copy_options::recursive); });
  w.ok("Mona", edit(cast, "how", "Skrevet etter kopien"));
  w.sync("Mona");
  close_and([&] {
    std::filesystem::remove_all(folder);
    std::filesystem::copy(backup.path(), folder, std::filesystem::copy_options::recursive);
  });
  w.ok("Mona", edit(cast, "extent", "Skrevet etter gjenopprettingen"));
  w.sync("Mona");
  w.sync("Jonas");
  CHECK(w.record("Jonas", cast.plan, "helse", "measure")["fields"]["how"] == "Skrevet etter kopien");
  CHECK(w.digest("Jonas", cast.plan)["sections"]["helse"] == w.digest("Mona", cast.plan)["sections"]["helse"]);
}
