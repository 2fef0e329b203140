// How a record's history is printed, moving and restoring.
#include "tests/cli/cli_world.h"

using namespace samplan;
using namespace samplan::cli;

namespace {

const std::string op_a = std::string(32, 'a') + ":3";
const std::string op_b = std::string(32, 'b') + ":7";

json entry(const std::string& op, const char* name, const json& more) {
  json out = {{"op", op},
              {"kind", "set"},
              {"field", "extent"},
              {"before", json::array()},
              {"name", name},
              {"on_behalf", nullptr},
              {"device_count", 1},
              {"device_number", 1},
              {"this_device", false},
              {"time_ms", 1'795'254'000'000},
              {"written_before_ms", nullptr},
              {"state", "in_force"},
              {"not_sent", false}};
  out.update(more);
  return out;
}

struct World : CliWorld {
  World() {
    book.answers["plans"] = one_plan();
    book.answers["history"] = {
        {"ok", true},
        {"kind", "measure"},
        {"entity", "bbbb2222" + std::string(24, '0')},
        {"from_start", true},
        {"entries",
         {entry(op_a, "Jonas Berg", {{"value", "1 gang i uka"}, {"state", "replaced"}}),
          entry(op_b, "Mona Dahl",
                {{"value", "2 ganger i uka"},
                 {"before", {"1 gang i uka"}},
                 {"on_behalf", "Hjemmetjenesten"},
                 {"device_count", 2},
                 {"device_number", 2},
                 {"not_sent", true}})}}};
    book.answers["restore"] = {{"ok", true}, {"entity", std::string(32, 'e')}, {"changed", true}};
    book.answers["move"] = {{"ok", true}, {"entity", std::string(32, 'e')}, {"proposal", false}};
  }
  std::string history_with(const json& last) {
    book.answers["history"]["entries"].push_back(last);
    REQUIRE(run({"history", "bbbb2222", "omfang"}) == exit_good);
    return out.str();
  }
};

}  // namespace

TEST_CASE("History is printed with who, when, on which device, from what to what, and how it stands") {
  World w;
  REQUIRE(w.run({"history", "bbbb2222", "omfang"}) == exit_good);
  CHECK(w.last("history")["field"] == "extent");
  const std::string page = w.out.str();
  CHECK(has(page, "Tiltak bbbb2222"));
  CHECK(has(page, "aaaaaaaa:3  i går kl. "));
  CHECK(has(page, "Jonas Berg\n"));
  CHECK(has(page, "Omfang: «1 gang i uka»\n      står ikke lenger"));
  CHECK(has(page, "Mona Dahl for Hjemmetjenesten · enhet 2 av 2"));
  CHECK(has(page, "Omfang: «1 gang i uka» → «2 ganger i uka»\n      ikke sendt"));
  REQUIRE(w.run({"--lang", "en", "history", "bbbb2222"}) == exit_good);
  CHECK(has(w.out.str(), "Extent: “1 gang i uka” → “2 ganger i uka”"));
  CHECK(has(w.out.str(), "no longer stands"));
}

TEST_CASE("History tells of moves, links, removals, proposals and clocks that are wrong") {
  const auto with = [](const json& more) { return World().history_with(entry(op_b, "Per Aas", more)); };
  CHECK(has(with({{"time_ms", nullptr}, {"written_before_ms", 1'795'341'000'000}}), "skrevet før kl. "));
  CHECK(has(with({{"kind", "place"}, {"field", ""}, {"refers_to", "Gå på tur"}}),
            "Flyttet til etter «Gå på tur»"));
  CHECK(has(with({{"kind", "place"}, {"field", ""}}), "Flyttet til begynnelsen"));
  CHECK(has(with({{"kind", "remove"}, {"field", ""}}), "Fjernet"));
  CHECK(has(with({{"kind", "set_add"}, {"field", "goals"}, {"value", "11"}, {"refers_to", "Gå på tur"}}),
            "la til «Gå på tur»"));
  CHECK(has(with({{"value", ""}, {"before", {"før"}}}), "Omfang: «før» → ingenting"));
  CHECK(has(with({{"value", "x"}, {"state", "void"}}), "gjelder ikke"));
  CHECK(has(with({{"value", "x"},
                  {"state", "declined"},
                  {"proposal", {{"state", "declined"}, {"answered_name", "Kari"}, {"reason", "Ikke nå"}}}}),
            "forslag, ikke tatt inn, sier Kari: «Ikke nå»"));
  CHECK(has(with({{"value", "x"}, {"proposal", {{"state", "accepted"}, {"answered_name", "Kari"}}}}),
            "forslag, tatt inn i planen av Kari"));
  CHECK(has(with({{"value", "x"}, {"state", "proposed"}}), "forslag, venter på svar"));
  World w;
  w.book.answers["history"]["from_start"] = false;
  REQUIRE(w.run({"history", "bbbb2222"}) == exit_good);
  CHECK(has(w.out.str(), "Eldre endringer er ikke på denne enheten."));
  w.book.answers["history"]["fetching"] = true;
  REQUIRE(w.run({"history", "bbbb2222"}) == exit_good);
  CHECK(has(w.out.str(), "Eldre endringer hentes ved neste synkronisering."));
}

TEST_CASE("restore names a change by the number that history prints") {
  World w;
  REQUIRE(w.run({"restore", "bbbb2222", "omfang", "aaaaaaaa:3"}) == exit_good);
  CHECK(w.last("restore") == json{{"do", "restore"},
                                  {"plan", plan_hex()},
                                  {"entity", "bbbb2222"},
                                  {"field", "extent"},
                                  {"op", op_a}});
  CHECK(has(w.out.str(), "Hentet tilbake. Lagret på enheten, ikke sendt."));
  REQUIRE(w.run({"restore", "bbbb2222", "bbbbbbbb:7", "--propose"}) == exit_good);
  CHECK_FALSE(w.last("restore").contains("field"));
  CHECK(w.last("restore")["propose"] == true);
  CHECK(w.run({"restore", "bbbb2222", "omfang", "cccccccc:1"}) == exit_refused);
  CHECK(w.run({"restore", "bbbb2222"}) == exit_usage);
  w.book.answers["restore"]["changed"] = false;
  REQUIRE(w.run({"restore", "bbbb2222", "omfang", "aaaaaaaa:3"}) == exit_good);
  CHECK(has(w.out.str(), "Det står slik allerede."));
}

TEST_CASE("plan move takes one place: after another, first, under a goal or out from under it") {
  World w;
  REQUIRE(w.run({"plan", "move", "bbbb2222", "--after", "aaaa1111"}) == exit_good);
  CHECK(w.last("move") ==
        json{{"do", "move"}, {"plan", plan_hex()}, {"entity", "bbbb2222"}, {"after", "aaaa1111"}});
  CHECK(has(w.out.str(), "Lagret på enheten, ikke sendt. Flyttet"));
  REQUIRE(w.run({"plan", "move", "bbbb2222", "--first"}) == exit_good);
  CHECK(w.last("move")["first"] == true);
  REQUIRE(w.run({"plan", "move", "bbbb2222", "--under", "cccc"}) == exit_good);
  CHECK(w.last("move")["under"] == "cccc");
  REQUIRE(w.run({"plan", "move", "bbbb2222", "--no-goal"}) == exit_good);
  CHECK(w.last("move")["under"] == "");
  CHECK(w.run({"plan", "move", "bbbb2222"}) == exit_usage);
  CHECK(w.run({"plan", "move", "bbbb2222", "--first", "--after", "aaaa"}) == exit_usage);
}
