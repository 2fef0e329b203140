// The line protocol for programs.
#include "base/limits.h"
#include "tests/cli/cli_world.h"

using namespace samplan;
using namespace samplan::cli;

namespace {

std::vector<json> answers(const std::string& text) {
  std::vector<json> out;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) out.push_back(json::parse(line, nullptr, false));
  return out;
}

}  // namespace

TEST_CASE("Every line is answered by one line, in order, whatever it holds") {
  CliWorld w;
  w.book.answers["whoami"] = {{"ok", true}, {"name", "Mona"}};
  w.in.str(
      "{\"do\":\"whoami\"}\n"
      "{\"do\":\n"
      "\n"
      "[1,2]\n"
      "{\"do\":\"whoami\",\"do\":\"whoami\"}\n"
      "\xFF\xFE\n" +
      std::string(40, '[') + std::string(40, ']') +
      "\n"
      "{\"do\":\"whoami\"}");
  REQUIRE(w.run({"call"}) == exit_good);
  const auto all = answers(w.out.str());
  REQUIRE(all.size() == 7);
  CHECK(all[0] == json{{"ok", true}, {"name", "Mona"}});
  CHECK(all[1]["error"] == "malformed");
  CHECK(all[2]["ok"] == true);  // an array is for the core to refuse; this desk takes anything
  CHECK(all[3]["error"] == "malformed");
  CHECK(all[4]["error"] == "not_utf8");
  CHECK(all[5]["error"] == "too_large");
  CHECK(all[6]["name"] == "Mona");
  for (const json& answer : all) CHECK(answer.contains("ok"));
}

TEST_CASE("A line beyond the bound is answered once, and the next line counts again") {
  CliWorld w;
  w.in.str("{\"do\":\"" + std::string(limits::command_bytes_max * 3, 'a') + "\"}\n{\"do\":\"whoami\"}\n");
  REQUIRE(w.run({"call"}) == exit_good);
  const auto all = answers(w.out.str());
  REQUIRE(all.size() == 2);
  CHECK(all[0]["error"] == "too_large");
  CHECK(all[1]["ok"] == true);
  CHECK(w.book.asked.size() == 1);
}

TEST_CASE("Sync in the protocol gives its report, and its errors, as JSON") {
  CliWorld w;
  w.book.answers["plans"] = one_plan();
  native::SyncReport report;
  report.exchanges = 2;
  report.received = 3;
  report.notices.push_back({"section_closed", PlanId::parse(plan_hex()).value_or(PlanId{}), 3, "x"});
  w.book.sync_result = report;
  w.in.str("{\"do\":\"sync\",\"plans\":[\"3f2a\"],\"wait\":true}\n{\"do\":\"sync\",\"slow\":1}\n");
  REQUIRE(w.run({"call"}) == exit_good);
  auto all = answers(w.out.str());
  REQUIRE(all.size() == 2);
  CHECK(all[0] ==
        json{{"ok", true},
             {"exchanges", 2},
             {"received", 3},
             {"confirmed", 0},
             {"notices",
              {{{"what", "section_closed"}, {"plan", plan_hex()}, {"section", "helse"}, {"detail", "x"}}}}});
  CHECK(w.book.wish.is_patient);
  CHECK(all[1]["error"] == "invalid_argument");
  CHECK(w.book.syncs == 1);

  w.book.sync_result = Error{Errc::offline, "test"};
  w.in.clear();
  w.in.str("{\"do\":\"sync\"}\n");
  REQUIRE(w.run({"call"}) == exit_good);
  all = answers(w.out.str());
  CHECK(all[0]["ok"] == false);
  CHECK(all[0]["error"] == "offline");
  CHECK(all[0]["message"] == "Uten dekning. Du kan jobbe som vanlig.");
}

TEST_CASE("init and join in the protocol refuse what they do not know") {
  CliWorld w;
  w.has_prepared_desk = false;
  w.in.str(
      "{\"do\":\"init\",\"server\":\"http://"
      "example.no\",\"name\":\"Mona\",\"pin\":\"1\"}\n{\"do\":\"init\",\"server\":5}\n"
      "{\"do\":\"init\",\"server\":\"http://"
      "example.no\",\"name\":\"Mona\"}\n{\"do\":\"join\",\"link\":\"tull\"}\n");
  REQUIRE(w.run({"call"}) == exit_good);
  const auto all = answers(w.out.str());
  REQUIRE(all.size() == 4);
  CHECK(all[0]["where"] == "pin");
  CHECK(all[1]["where"] == "server");
  CHECK(all[2]["error"] == "offline");
  CHECK(all[3]["ok"] == false);
}
