#include "tests/support/flows_world.h"

using namespace samplan;
using namespace samplan::world;

TEST_CASE("a plan is shared, edited and read alike by everyone whom the owner has let in", "[core][R24]") {
  InProcess world;
  CoreWorld& w = world.people;
  const Cast cast = set_up(w);
  const json jonas = w.digest("Jonas", cast.plan);
  CHECK(w.digest("Ola", cast.plan)["sections"] == jonas["sections"]);
  for (const char* name : {"Mona", "Per", "Silje"}) {
    const json own = w.digest(name, cast.plan);
    CHECK(own["gov_head"] == jonas["gov_head"]);
    for (const auto& [section, hash] : own["sections"].items()) {
      INFO(name << " " << section << "\n" << own["text"][section] << "\n" << jonas["text"][section]);
      CHECK(hash == jonas["sections"][section]);
    }
  }
  CHECK(w.record("Mona", cast.plan, "helse", "measure")["fields"]["how"] == "Med rekkverk");
  CHECK(w.record("Silje", cast.plan, "helse", "goal")["fields"]["text"] == "Gå trygt i trappa");
  CHECK(w.digest("Mona", cast.plan)["sections"].size() == 3);
  CHECK(w.digest("Silje", cast.plan)["sections"].size() == 2);
}
