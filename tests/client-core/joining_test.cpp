// What both sides see of an invitation: the inviter what has become of it, the newcomer what has become of
// the wish.
#include "client-core/mail_out.h"
#include "client-core/own_requests.h"
#include "tests/support/device_world.h"

using namespace samplan;
using namespace samplan::world;

namespace {

constexpr UnixMs day = 86'400'000;

struct InviteWorld : DeviceWorld {
  CoreWorld& w = people;
  std::string invite(const std::string& name, const char* days = "7") {
    return w.ok("Jonas", {{"do", "invite"},
                          {"for", "plan"},
                          {"plan", cast.plan},
                          {"role", "relative"},
                          {"name", name},
                          {"days", days}})["link"];
  }
  json invites() { return w.ok("Jonas", {{"do", "invites"}})["invites"]; }
  std::string invite_state() {
    const json all = invites();
    return all.size() == 1 ? all[0]["state"].get<std::string>() : std::to_string(all.size()) + " invitations";
  }
  json joining(const std::string& who) {
    const json all = w.ok(who, {{"do", "status"}})["joining"];
    CHECK(all == w.ok(who, {{"do", "joining"}})["joining"]);
    return all;
  }
  std::string wish(const std::string& who) {
    const json all = joining(who);
    REQUIRE(all.size() == 1);
    CHECK(all[0]["inviter"] == "Jonas");
    CHECK_FALSE(all[0]["message"].get<std::string>().empty());
    return all[0]["state"];
  }
  json request() {
    w.sync("Jonas");
    const json asked = w.ok("Jonas", {{"do", "requests"}})["requests"];
    REQUIRE_FALSE(asked.empty());
    return asked[0];
  }
  // Neither clock goes without the other.
  void pass(UnixMs time) {
    w.now += time;
    server.now += time;
  }
};

}  // namespace

TEST_CASE("both see how far it has come, from the invitation to the plan", "[R101]") {
  InviteWorld world;
  CoreWorld& w = world.people;
  CHECK(world.joining("Jonas").empty() == false);  // Jonas was let in himself, by Kari
  const std::string link = world.invite("Eli");
  CHECK(world.invite_state() == "unsent");
  w.sync("Jonas");
  CHECK(world.invite_state() == "open");
  w.join("Eli", link);
  CHECK(world.wish("Eli") == "unsent");
  CHECK(world.joining("Eli")[0]["message"].get<std::string>().find("ikke sendt") != std::string::npos);
  w.sync("Eli");
  CHECK(world.wish("Eli") == "waiting");
  CHECK(world.joining("Eli")[0]["message"].get<std::string>().find("venter på bekreftelse") !=
        std::string::npos);
  const json asked = world.request();
  CHECK(world.invite_state() == "asked");
  w.ok("Jonas", {{"do", "confirm"}, {"request", asked["request"]}});
  CHECK(world.invites().empty());
  w.sync("Jonas");
  const SyncOutcome told = w.sync("Eli");
  CHECK(std::count_if(told.notices.begin(), told.notices.end(),
                      [](const Notice& n) { return n.what == "join_answer"; }) == 1);
  CHECK(std::none_of(told.notices.begin(), told.notices.end(),
                     [](const Notice& n) { return n.what == "letter"; }));
  CHECK(world.wish("Eli") == "confirmed");
  REQUIRE(w.reopen("Eli").ok());
  CHECK(world.wish("Eli") == "confirmed");
  CHECK(w.ok("Jonas", {{"do", "status"}})["all_sent"] == true);
  CHECK(w.ok("Eli", {{"do", "status"}})["all_sent"] == true);
  // Old news is not told for ever.
  w.now += 31 * day;
  CHECK(world.joining("Eli").empty());
}

TEST_CASE("the newcomer is told of a no, of a withdrawal, and that somebody else was first") {
  InviteWorld world;
  CoreWorld& w = world.people;
  const std::string link = world.invite("Eli");
  w.sync("Jonas");
  w.join("Eli", link);
  w.sync("Eli");
  SECTION("turned down") {
    w.ok("Jonas", {{"do", "decline_request"}, {"request", world.request()["request"]}});
    w.sync_all({"Jonas", "Eli"});
    CHECK(world.wish("Eli") == "declined");
    CHECK(world.invites().empty());
    CHECK(w.ok("Jonas", {{"do", "requests"}})["requests"].empty());
  }
  SECTION("withdrawn") {
    w.sync("Jonas");
    w.ok("Jonas", {{"do", "invite_cancel"}, {"box", world.invites()[0]["box"]}});
    w.sync_all({"Jonas", "Eli"});
    CHECK(world.wish("Eli") == "withdrawn");
  }
  SECTION("used by somebody else") {
    w.join("Per P", link);
    w.sync("Per P");
    w.sync("Jonas");
    w.ok("Jonas", {{"do", "confirm"}, {"request", "Per P"}});
    w.sync_all({"Jonas", "Eli", "Per P"});
    CHECK(world.wish("Eli") == "used");
    CHECK(world.wish("Per P") == "confirmed");
    CHECK(w.ok("Jonas", {{"do", "requests"}})["requests"].empty());
  }
  CHECK(w.ok("Jonas", {{"do", "status"}})["all_sent"] == true);
}

TEST_CASE("an invitation that has run out says so to both, and a new one helps") {
  InviteWorld world;
  CoreWorld& w = world.people;
  const std::string link = world.invite("Eli", "1");
  w.sync("Jonas");
  world.pass(2 * day);
  CHECK(world.invite_state() == "expired");
  // Somebody new: the server does not even take her in.
  w.join("Eli", link);
  CHECK(w.try_sync("Eli").code() == Errc::refused);
  CHECK(world.wish("Eli") == "expired");
  // Somebody who is here already.
  w.ok("Silje", {{"do", "join_request"}, {"link", link}});
  w.sync("Silje");
  CHECK(world.joining("Silje")[0]["state"] == "expired");

  const std::string again = world.invite("Eli");
  w.sync("Jonas");
  w.ok("Eli", {{"do", "join_request"}, {"link", again}});
  w.sync("Eli");
  const json all = world.joining("Eli");
  REQUIRE(all.size() == 2);
  CHECK(all[0]["state"] == "waiting");
  CHECK(all[1]["state"] == "expired");
  w.ok("Jonas", {{"do", "confirm"}, {"request", world.request()["request"]}});
  w.sync_all({"Jonas", "Eli"});
  CHECK(world.joining("Eli")[0]["state"] == "confirmed");
  // The expired one goes when it is taken away, without a word to the server, or after two weeks by itself.
  REQUIRE(world.invite_state() == "expired");
  SECTION("taken away") {
    w.ok("Jonas", {{"do", "invite_cancel"}, {"box", world.invites()[0]["box"]}});
    CHECK(w.ok("Jonas", {{"do", "status"}})["mail"] == 0);
  }
  SECTION("by itself") { world.pass(15 * day); }
  CHECK(world.invites().empty());
}

TEST_CASE("a wish that nobody answers says so after a week, and is confirmed all the same if somebody does") {
  InviteWorld world;
  CoreWorld& w = world.people;
  const std::string link = world.invite("Eli");
  w.sync("Jonas");
  w.join("Eli", link);
  w.sync("Eli");
  world.pass(8 * day);
  CHECK(world.wish("Eli") == "unanswered");
  // It came in time: being slow costs the newcomer nothing. The answer's box is gone, which troubles nobody.
  const json asked = world.request();
  CHECK(world.invite_state() == "asked");
  w.ok("Jonas", {{"do", "confirm"}, {"request", asked["request"]}});
  w.sync_all({"Jonas", "Eli"});
  CHECK(w.ok("Jonas", {{"do", "refused"}})["refused"].empty());
  CHECK(w.ok("Jonas", {{"do", "status"}})["all_sent"] == true);
  CHECK(w.ok("Jonas", {{"do", "participants"}, {"plan", world.cast.plan}}).dump().find("\"Eli\"") !=
        std::string::npos);
}

TEST_CASE("an invitation withdrawn before anybody heard of it leaves nothing to send") {
  InviteWorld world;
  world.invite("Eli");
  world.w.ok("Jonas", {{"do", "invite_cancel"}, {"box", world.invites()[0]["box"]}});
  CHECK(world.w.ok("Jonas", {{"do", "status"}})["mail"] == 0);
  world.w.sync("Jonas");
  CHECK(world.w.ok("Jonas", {{"do", "status"}})["all_sent"] == true);
}

TEST_CASE("nobody without the invitation says yes or no in the inviter's place") {
  InviteWorld world;
  CoreWorld& w = world.people;
  const std::string link = world.invite("Eli");
  const auto invitation = parse_invitation(link);
  REQUIRE(invitation.ok());
  w.sync("Jonas");
  w.join("Eli", link);
  w.sync("Eli");
  const auto eli = *PrincipalId::parse(w.ok("Eli", {{"do", "whoami"}})["person"].get<std::string>());
  // A server knows the box; it does not know the secret.
  Context silje = w.core("Silje").context(w.now);
  std::array<std::uint8_t, 16> other{};
  const BoxId box = answer_box(invitation->secret, eli);
  for (const Bytes& body : {Bytes{1, 2}, Bytes(60, 7), Bytes()})
    if (!body.empty()) REQUIRE(queue_mail(silje, MailPut{box, body}).ok());
  REQUIRE(answer_request(silje, other, eli, JoinOutcome::declined).ok());
  w.sync_all({"Silje", "Eli"});
  CHECK(world.wish("Eli") == "waiting");
  // The one with the link can; that decides a sentence on a screen, and not who is let in.
  REQUIRE(answer_request(silje, invitation->secret, eli, JoinOutcome::declined).ok());
  w.sync_all({"Silje", "Eli"});
  CHECK(world.wish("Eli") == "declined");
  CHECK(world.request()["name"] == "Eli");
}
