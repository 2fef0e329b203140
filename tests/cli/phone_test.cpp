// Inviting and joining by nine digits, and what status and invites say, on the command line.
#include "tests/cli/cli_world.h"

using namespace samplan;
using namespace samplan::cli;

namespace {

json state(const std::string& name, int tries_left = 3) {
  json out = {{"ok", true}, {"state", name}, {"name", "Eli"}, {"box", "aaaa1111"}};
  if (name == "waiting")
    out.update({{"code", "482 915 637"}, {"expires_ms", 1'795'342'140'000}, {"tries_left", tries_left}});
  return out;
}

json failed(const std::string& where, const std::string& message) {
  json out = state("failed");
  out["failure"] = {{"error", "wrong_passphrase"}, {"where", where}, {"message", message}};
  return out;
}

const std::vector<std::string> invite_eli = {"invite", "--role", "relative", "--name", "Eli", "--phone"};

// Answers as a server does when asked for its key, and hangs up on everything else.
class OnlyHello : public Transport {
 public:
  Result<Reply> post(const std::string&, ByteView) override {
    ++posts;
    return Error{Errc::offline, "test"};
  }
  Result<Reply> get(const std::string&) override {
    const std::string hello =
        "{\"server_key\":\"" + std::string(64, '7') + "\",\"protocol\":1,\"generation\":1}";
    return Reply{200, ByteView::of(hello).copy()};
  }
  int posts = 0;
};

}  // namespace

TEST_CASE("invite --phone syncs, shows the digits, counts wrong ones aloud and waits until it is done") {
  for (const bool is_norwegian : {true, false}) {
    CliWorld w;
    w.book.answers["plans"] = one_plan();
    w.book.answers["phone_invite"] = state("sync");
    w.book.answers["phone_calling"] = state("sync");
    w.book.calling = {state("opening"),    state("waiting"),  state("waiting"), state("waiting", 2),
                      state("waiting", 1), state("granting"), state("done")};
    std::vector<std::string> words = invite_eli;
    if (!is_norwegian) words.insert(words.begin(), {"--lang", "en"});
    CHECK(w.run(words) == exit_good);
    CHECK(w.last("phone_invite")["role"] == "relative");
    CHECK(w.last("phone_invite")["name"] == "Eli");
    CHECK(w.last("phone_invite")["plan"] == plan_hex());
    CHECK(w.last("invite").is_null());
    CHECK(w.book.syncs == 1);
    CHECK(w.book.calls == 7);
    const std::string out = w.out.str();
    CHECK(has(out, "482 915 637\n"));
    CHECK(out.find("    482 915 637") == out.rfind("    482 915 637"));  // shown once
    CHECK(has(out, "samplan join 482 915 637 --server http://example.no"));
    CHECK(has(w.err.str(), is_norwegian ? "2 forsøk igjen" : "2 tries left"));
    CHECK(has(w.err.str(), is_norwegian ? "1 forsøk igjen" : "1 try left"));
    CHECK(has(out, is_norwegian ? "Eli har fått invitasjonen" : "Eli has the invitation"));
    // No link anywhere: it is for whoever types the code.
    CHECK_FALSE(has(out + w.err.str(), "bli-med"));
  }
}

TEST_CASE("a code that comes to nothing says why, in both languages") {
  for (const bool is_norwegian : {true, false}) {
    CliWorld w;
    w.book.answers["plans"] = one_plan();
    w.book.answers["phone_calling"] = state("waiting");
    w.book.calling = {state("waiting"), state("closing"), failed("phone.dead", "Noen tastet feil kode tre ganger.")};
    CHECK(w.run({"invite", "wait", "--lang", is_norwegian ? "nb" : "en"}) == exit_refused);
    CHECK(has(w.err.str(), is_norwegian ? "Noen tastet feil kode tre ganger." : "wrong code three times"));
  }
  CliWorld w;
  w.book.answers["phone_calling"] = {{"ok", true}, {"state", "none"}};
  CHECK(w.run({"invite", "wait"}) == exit_refused);
  CHECK(has(w.err.str(), "Ingen kode venter"));
}

TEST_CASE(
    "without a connection there is no code, and it says what is kept; later a lost moment is waited out") {
  CliWorld w;
  w.book.answers["plans"] = one_plan();
  w.book.answers["phone_calling"] = state("sync");
  w.book.sync_result = Error{Errc::offline, "test"};
  CHECK(w.run(invite_eli) == exit_offline);
  CHECK(has(w.err.str(), "samplan invite wait"));
  w.book.answers["phone_calling"] = state("opening");
  w.book.by_phone = Error{Errc::offline, "test"};
  CHECK(w.run({"invite", "wait"}) == exit_offline);
  w.book.answers["phone_calling"] = state("waiting");
  w.book.calling = {state("waiting"), state("waiting"), state("done")};
  CHECK(w.run({"invite", "wait"}) == exit_good);
}

TEST_CASE("join takes a code in any spelling, wants an address and a name, and a link as before") {
  CliWorld w;
  w.environment["SAMPLAN_PASSPHRASE"] = "passord";
  CHECK(w.run({"join", "482", "915", "637", "--name", "Eli"}) == exit_refused);
  CHECK(has(w.err.str(), "--server"));
  CHECK(w.run({"join", "482-915-637", "--server", "http://example.no"}) == exit_refused);
  CHECK(has(w.err.str(), "--name"));
  CHECK(w.run({"join", "482915637", "--server", "http://example.no", "--name", "Eli"}) == exit_offline);
  CHECK(w.run({"join", "482", "915", "63", "--server", "http://example.no", "--name", "Eli"}) ==
        exit_refused);
  CHECK(has(w.err.str(), "ni sifre"));
  CHECK(has(w.err.str(), "Her er det 8"));
  CHECK(w.run({"--lang", "en", "join", "482", "915", "63", "--server", "http://example.no", "--name",
               "Eli"}) == exit_refused);
  CHECK(has(w.err.str(), "nine digits"));
  CHECK(w.run({"join", "hei", "der", "--name", "Eli"}) == exit_usage);
  CHECK(w.run({"join", "http://example.no/#/bli-med/zz", "--name", "Eli"}) == exit_refused);
  CHECK(has(w.err.str(), "Invitasjonslenken kan ikke leses"));
}

TEST_CASE(
    "a passphrase that no home takes is refused before the code is tried; a server that goes silent is given "
    "up") {
  CliWorld w;
  OnlyHello server;
  w.transport = &server;
  w.environment["SAMPLAN_PASSPHRASE"] = "abc";
  CHECK(w.run({"join", "482915637", "--server", "http://example.no", "--name", "Eli"}) == exit_refused);
  CHECK(has(w.err.str(), "fire tegn"));
  CHECK(server.posts == 0);
  w.environment["SAMPLAN_PASSPHRASE"] = "passord";
  CHECK(w.run({"join", "482915637", "--server", "http://example.no", "--name", "Eli"}) == exit_offline);
  CHECK(server.posts == 40);
}

TEST_CASE("invites says what has become of each, and cancel ends a code that waits") {
  CliWorld w;
  const auto one = [](const char* box, const char* name, const char* state) {
    return json{{"box", std::string(box) + std::string(24, '0')},
                {"for", "plan"},
                {"plan", plan_hex()},
                {"role", "relative"},
                {"name", name},
                {"expires_ms", 1'795'400'000'000},
                {"state", state},
                {"code", "482 915 637"}};
  };
  w.book.answers["invites"] = {
      {"ok", true},
      {"invites",
       {one("aaaa1111", "Eli", "open"), one("bbbb1111", "Per", "asked"), one("cccc1111", "Tom", "expired"),
        one("dddd1111", "Ida", "calling"), one("eeee1111", "Kim", "unsent")}}};
  CHECK(w.run({"invites"}) == exit_good);
  for (const char* words : {"Eli · ", "åpen til", "samplan requests", "utløpt", "samplan invite",
                            "482 915 637", "ikke sendt ennå"})
    CHECK(has(w.out.str(), words));
  CHECK(w.run({"--lang", "en", "invites"}) == exit_good);
  for (const char* words : {"open until", "asks to join", "expired", "waits for code", "not sent yet"})
    CHECK(has(w.out.str(), words));
  CHECK(w.run({"invite", "cancel", "Ida"}) == exit_good);
  CHECK(w.last("invite_cancel")["box"] == "dddd1111" + std::string(24, '0'));
  CHECK(w.book.calls == 1);
  CHECK(w.run({"invite", "cancel", "Tom"}) == exit_good);
  CHECK(w.book.calls == 1);
}

TEST_CASE("status says what has become of one's own wish to join, in both languages") {
  const std::vector<std::vector<const char*>> words = {
      {"unsent", "ikke sendt ennå", "not sent yet"},
      {"waiting", "venter på bekreftelse", "wait to be confirmed"},
      {"declined", "avslått", "turned you down"},
      {"withdrawn", "trukket invitasjonen", "withdrawn the invitation"},
      {"used", "brukt av noen andre", "somebody else"},
      {"expired", "utløpt eller trukket", "has expired"},
      {"unanswered", "ikke svart på en uke", "for a week"}};
  for (const auto& state : words) {
    CliWorld w;
    w.book.answers["status"] = {
        {"ok", true},
        {"all_sent", true},
        {"joining", {{{"state", state[0]}, {"inviter", "Kari KE"}, {"for", "plan"}, {"asked_ms", 1}}}}};
    CHECK(w.run({"status"}) == exit_good);
    CHECK(has(w.out.str(), state[1]));
    CHECK(has(w.out.str(), "Kari KE"));
    CHECK(w.run({"--lang", "en", "status"}) == exit_good);
    CHECK(has(w.out.str(), state[2]));
  }
}

TEST_CASE("a program joins by phone in steps, and is told what it does wrong") {
  CliWorld w;
  OnlyHello server;
  w.transport = &server;
  w.environment["SAMPLAN_PASSPHRASE"] = "passord";
  w.book.answers["phone_calling"] = state("waiting");
  w.in.str(
      "{\"do\":\"phone_join_step\"}\n"
      "{\"do\":\"phone_join\",\"server\":\"http://example.no\",\"code\":\"12\",\"name\":\"Eli\"}\n"
      "{\"do\":\"phone_join\",\"server\":\"http://example.no\",\"code\":\"482 915 "
      "637\",\"name\":\"Eli\",\"x\":\"y\"}\n"
      "{\"do\":\"phone_join\",\"server\":\"http://example.no\",\"code\":\"482 915 637\",\"name\":\"Eli\"}\n"
      "{\"do\":\"phone_join_step\"}\n"
      "{\"do\":\"phone_join_finish\"}\n"
      "{\"do\":\"phone_join_cancel\"}\n"
      "{\"do\":\"phone_join_step\"}\n"
      "{\"do\":\"phone_step\"}\n");
  REQUIRE(w.run({"call"}) == exit_good);
  std::vector<json> all;
  std::istringstream lines(w.out.str());
  for (std::string line; std::getline(lines, line);) all.push_back(json::parse(line, nullptr, false));
  REQUIRE(all.size() == 9);
  CHECK(all[0]["error"] == "not_allowed");
  CHECK(all[1]["error"] == "malformed");
  CHECK(all[2]["where"] == "x");
  CHECK(all[3]["state"] == "waiting");
  CHECK(all[4]["state"] == "waiting");  // no contact just now
  CHECK(all[5]["error"] == "not_allowed");
  CHECK(all[6]["ok"] == true);
  CHECK(all[7]["error"] == "not_allowed");
  CHECK(all[8]["code"] == "482 915 637");
}
