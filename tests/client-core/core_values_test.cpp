// Order, moves, history, restoring and proposals as commands, over cores and a relay in one process.
#include "tests/support/flows_world.h"

using namespace samplan;
using namespace samplan::world;

namespace {

struct World {
  InProcess world;
  CoreWorld& w = world.people;
  Cast cast = set_up(w);

  json ask(const char* command, json more) {
    json request = {{"do", command}, {"plan", cast.plan}};
    request.update(more);
    return request;
  }
  json ok(const char* who, const char* command, json more) {
    return w.ok(who, ask(command, std::move(more)));
  }
  std::string add_goal(const char* who, const char* text) {
    return ok(who, "add", {{"kind", "goal"}, {"section", "helse"}, {"fields", {{"text", text}}}})["entity"];
  }
  std::vector<std::string> goals(const char* who) {
    std::vector<std::string> out;
    const json view = w.show(who, cast.plan);
    for (const json& goal : view["sections"]["helse"]["records"]["goal"])
      out.push_back(goal["fields"]["text"]);
    return out;
  }
  json entries(const char* who, const char* field = "by_whom") {
    return ok(who, "history", {{"entity", cast.measure}, {"field", field}})["entries"];
  }
  // The change that wrote this value, as the history of the field has it.
  json change(const char* who, const char* value, const char* field = "by_whom") {
    const json all = entries(who, field);
    for (const json& entry : all)
      if (entry["value"] == value) return entry;
    return json::object();
  }
  void edit(const char* who, const char* value) {
    ok(who, "edit", {{"entity", cast.measure}, {"field", "by_whom"}, {"value", value}});
  }
};

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("goals are listed alike on all devices in the order that people gave them", "[core][order]") {
  World t;
  const std::string second = t.add_goal("Mona", "To");
  const std::string third = t.add_goal("Mona", "Tre");
  t.w.sync_all({"Mona", "Per"});
  CHECK(t.ok("Mona", "move", {{"entity", third}, {"first", true}})["changed"] == true);
  CHECK(t.ok("Mona", "move", {{"entity", third}, {"first", true}})["changed"] == false);
  t.ok("Per", "move", {{"entity", second}, {"after", third}});  // offline, and not where Mona sees it
  t.w.sync_all({"Mona", "Per", "Mona", "Ola"});
  CHECK(t.goals("Ola") == Names{"Tre", "To", "Gå trygt i trappa"});
  CHECK(t.goals("Mona") == t.goals("Ola"));
  CHECK(t.goals("Per") == t.goals("Ola"));
  REQUIRE(t.w.reopen("Per").ok());
  CHECK(t.goals("Per") == t.goals("Ola"));
  CHECK(t.w.digest("Per", t.cast.plan)["sections"] == t.w.digest("Mona", t.cast.plan)["sections"]);
  CHECK(t.w.refused("Mona", t.ask("move", {{"entity", second}})) == "invalid_argument");
  CHECK(t.w.refused("Mona", t.ask("move", {{"entity", second}, {"first", true}, {"after", third}})) ==
        "invalid_argument");
  CHECK(t.w.refused("Mona", t.ask("move", {{"entity", second}, {"after", std::string(32, '0')}})) ==
        "invalid_argument");
}

TEST_CASE("a measure moved to two goals at once is a question that names both goals", "[core][order][R105]") {
  World t;
  const std::string a = t.add_goal("Mona", "Mål A");
  const std::string b = t.add_goal("Mona", "Mål B");
  t.w.sync_all({"Mona", "Per"});
  t.ok("Mona", "move", {{"entity", t.cast.measure}, {"under", a}});
  t.ok("Per", "move", {{"entity", t.cast.measure}, {"under", b}});
  t.w.sync_all({"Mona", "Per", "Mona"});
  const json conflicts = t.ok("Mona", "conflicts", json::object())["conflicts"];
  REQUIRE(conflicts.size() == 1);
  CHECK(conflicts[0]["versions"][0]["refers_to"] == "Mål B");
  CHECK(conflicts[0]["versions"][1]["refers_to"] == "Mål A");
  t.ok("Mona", "resolve",
       {{"entity", t.cast.measure}, {"field", "main_goal"}, {"version", conflicts[0]["versions"][1]["op"]}});
  CHECK(t.ok("Mona", "conflicts", json::object())["conflicts"].empty());
}

TEST_CASE("history says who, when, on which device, from what to what, and what is not sent",
          "[core][history][R97]") {
  World t;
  t.edit("Mona", "Bruk begge rekkverk");
  t.w.sync_all({"Mona", "Per", "Ola"});
  t.edit("Per", "Støtte fra venstre");
  const json own = t.entries("Per");
  REQUIRE(own.size() == 3);
  CHECK(own[0]["value"] == "Med rekkverk");
  CHECK(own[0]["name"] == "Jonas");
  CHECK(own[0]["before"].empty());
  CHECK(own[1]["before"] == json{"Med rekkverk"});
  CHECK(own[1]["name"] == "Mona");
  CHECK(own[1]["state"] == "replaced");
  CHECK(own[1]["this_device"] == false);
  CHECK(own[1]["device_number"] == 1);
  CHECK(own[2]["before"] == json{"Bruk begge rekkverk"});
  CHECK(own[2]["on_behalf"] == "Hjemmetjenesten");
  CHECK(own[2]["not_sent"] == true);
  CHECK(own[2]["this_device"] == true);
  CHECK(own[2]["state"] == "in_force");
  t.w.sync_all({"Per", "Ola"});
  const json seen = t.entries("Ola");
  REQUIRE(seen.size() == 3);
  CHECK(seen[2]["not_sent"] == false);
  CHECK(seen[2]["time_ms"].is_number());
  CHECK(seen[2]["written_before_ms"].is_null());
  CHECK(t.ok("Ola", "history", {{"entity", t.cast.measure}})["from_start"] == true);
  // Silje came in "from now": what was before is not hers to see, and the answer says so.
  const json later = t.ok("Silje", "history", {{"entity", t.cast.measure}});
  CHECK(later["from_start"] == false);
  CHECK(later["fetching"] == false);
  CHECK(t.w.refused("Ola", t.ask("history", {{"entity", t.cast.measure}, {"field", "tull"}})) ==
        "invalid_argument");
}

TEST_CASE("a clock that is days ahead is shown as written before it was received, and only there",
          "[core][history]") {
  World t;
  const UnixMs now = t.w.now;
  t.w.now += UnixMs{13} * 86'400'000;
  t.edit("Mona", "Fra framtida");
  t.w.now = now + 1000;
  t.w.sync_all({"Mona", "Ola"});
  const json last = t.entries("Ola").back();
  CHECK(last["time_ms"].is_null());
  REQUIRE(last["written_before_ms"].is_number());
  CHECK(last["written_before_ms"].get<UnixMs>() >= now);
  CHECK(last["written_before_ms"].get<UnixMs>() <= t.w.now);
  t.edit("Mona", "Fra nåtida");
  t.w.sync_all({"Mona", "Ola"});
  CHECK(t.entries("Ola").back()["time_ms"].is_number());
}

TEST_CASE("the losing side of a settled conflict is brought back as a new edit", "[core][history][R104]") {
  World t;
  t.edit("Mona", "Bruk begge rekkverk");
  t.edit("Per", "Støtte fra venstre");
  t.w.sync_all({"Mona", "Per", "Mona"});
  t.ok("Mona", "resolve", {{"entity", t.cast.measure}, {"field", "by_whom"}, {"value", "Støtte fra venstre"}});
  t.w.sync_all({"Mona", "Ola"});
  const json entries = t.entries("Ola");
  REQUIRE(entries.size() == 4);
  CHECK(entries[3]["before"].size() == 2);
  const json lost = *std::find_if(entries.begin(), entries.end(),
                                  [](const json& e) { return e["value"] == "Bruk begge rekkverk"; });
  CHECK(lost["state"] == "replaced");
  CHECK(t.w.refused(
            "Ola", t.ask("restore", {{"entity", t.cast.measure}, {"field", "extent"}, {"op", lost["op"]}})) ==
        "invalid_argument");
  CHECK(t.w.refused("Ola", t.ask("restore", {{"entity", t.cast.measure},
                                             {"field", "by_whom"},
                                             {"op", std::string(32, 'a') + ":1"}})) == "not_found");
  t.ok("Ola", "restore", {{"entity", t.cast.measure}, {"field", "by_whom"}, {"op", lost["op"]}});
  t.w.sync_all({"Ola", "Mona", "Per"});
  for (const char* who : {"Ola", "Mona", "Per"}) {
    CHECK(t.w.record(who, t.cast.plan, "helse", "measure")["fields"]["by_whom"] == "Bruk begge rekkverk");
    CHECK(t.entries(who).size() == 5);
  }
}

TEST_CASE(
    "a removed record comes back with the value that is asked for, and a removal can be taken back alone",
    "[core][history][R104]") {
  World t;
  t.edit("Mona", "Bruk begge rekkverk");
  t.ok("Mona", "remove", {{"entity", t.cast.measure}});
  t.w.sync_all({"Mona", "Per"});
  const json all = t.ok("Per", "history", {{"entity", t.cast.measure}})["entries"];
  const json removal = all.back();
  REQUIRE(removal["kind"] == "remove");
  const json first = t.entries("Per")[0];
  CHECK(t.ok("Per", "restore",
             {{"entity", t.cast.measure}, {"field", "by_whom"}, {"op", first["op"]}})["changed"] == true);
  CHECK(t.w.record("Per", t.cast.plan, "helse", "measure")["fields"]["by_whom"] == "Med rekkverk");
  t.w.sync_all({"Per", "Mona"});
  t.ok("Mona", "remove", {{"entity", t.cast.measure}});
  const json again = t.ok("Mona", "history", {{"entity", t.cast.measure}})["entries"].back();
  t.ok("Mona", "restore", {{"entity", t.cast.measure}, {"op", again["op"]}});
  CHECK(t.w.record("Mona", t.cast.plan, "helse", "measure")["fields"]["by_whom"] == "Med rekkverk");
}

TEST_CASE("a proposal accepted after others edited is a question, and the proposer sees how it went",
          "[core][proposal][R104]") {
  World t;
  t.ok("Silje", "edit",
       {{"entity", t.cast.measure}, {"field", "by_whom"}, {"value", "Med meg"}, {"note", "Han vil det"}});
  t.w.sync("Silje");
  t.edit("Mona", "Med stokk");
  t.w.sync_all({"Mona", "Per"});
  const json proposals = t.ok("Per", "proposals", json::object())["proposals"];
  REQUIRE(proposals.size() == 1);
  CHECK(t.entries("Per").back()["value"] == "Med stokk");
  CHECK(t.change("Per", "Med meg")["state"] == "proposed");
  CHECK(t.ok("Per", "conflicts", json::object())["conflicts"].empty());
  t.ok("Per", "accept", {{"proposals", {proposals[0]["id"]}}});
  t.w.sync_all({"Per", "Mona", "Silje"});
  for (const char* who : {"Mona", "Silje"}) {
    const json conflicts = t.ok(who, "conflicts", json::object())["conflicts"];
    REQUIRE(conflicts.size() == 1);
    CHECK(conflicts[0]["versions"].size() == 2);
  }
  const json told = t.change("Silje", "Med meg");
  CHECK(told["proposal"]["state"] == "accepted");
  CHECK(told["proposal"]["answered_name"] == "Per");
  CHECK(told["state"] == "in_force");
}

TEST_CASE("whoever may only propose restores by a proposal", "[core][history][proposal]") {
  World t;
  t.edit("Mona", "Med stokk");
  t.w.sync_all({"Mona", "Silje"});
  const json entries = t.entries("Silje");
  const json answer =
      t.ok("Silje", "restore", {{"entity", t.cast.measure}, {"field", "by_whom"}, {"op", entries.back()["op"]}});
  CHECK(answer["changed"] == false);  // it says so already
  t.edit("Mona", "Uten stokk");
  t.w.sync_all({"Mona", "Silje"});
  CHECK(t.ok("Silje", "restore",
             {{"entity", t.cast.measure}, {"field", "by_whom"}, {"op", entries.back()["op"]}})["proposal"] ==
        true);
  CHECK(t.w.record("Silje", t.cast.plan, "helse", "measure")["fields"]["by_whom"] == "Uten stokk");
}

TEST_CASE("who loses the right to write but may propose: what is unsent becomes proposals, nothing is lost",
          "[core][proposal][R107]") {
  World t;
  // Mona is offline and writes; meanwhile she may only propose.
  t.edit("Mona", "Skrevet uten dekning");
  t.ok("Mona", "edit", {{"entity", t.cast.measure}, {"field", "extent"}, {"value", "Hver dag"}});
  t.ok("Jonas", "role_change",
       {{"participant", "Mona"}, {"role", "provider"}, {"rights", "propose"}, {"sections", {"helse"}}});
  t.w.sync("Jonas");
  t.w.sync_all({"Mona", "Mona", "Per"});
  CHECK(t.w.ok("Mona", {{"do", "status"}})["waiting"] == 0);
  CHECK(t.w.ok("Mona", {{"do", "quarantine"}})["quarantine"].empty());
  CHECK(t.w.record("Per", t.cast.plan, "helse", "measure")["fields"]["by_whom"] == "Med rekkverk");
  const json proposals = t.ok("Per", "proposals", json::object())["proposals"];
  REQUIRE(proposals.size() == 2);
  t.ok("Per", "accept", {{"proposals", {proposals[0]["id"]}}});
  t.ok("Per", "decline", {{"proposals", {proposals[1]["id"]}}, {"reason", "For ofte"}});
  t.w.sync_all({"Per", "Mona"});
  CHECK(t.w.record("Mona", t.cast.plan, "helse", "measure")["fields"]["by_whom"] == "Skrevet uten dekning");
  const json extent = t.entries("Mona", "extent").back();
  CHECK(extent["state"] == "declined");
  CHECK(extent["proposal"]["reason"] == "For ofte");
  CHECK(extent["proposal"]["answered_name"] == "Per");
}
