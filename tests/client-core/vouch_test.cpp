// An organisation's word beside a request to join: shown when it holds, and else said why it counts for
// nothing.
#include "client-core/vouch.h"

#include "client-core/local_facts.h"
#include "client-core/mail_out.h"
#include "client-core/people.h"
#include "sync/wire/message.h"
#include "tests/support/flows_world.h"

using namespace samplan;
using namespace samplan::world;

namespace {

constexpr UnixMs day_ms = 86'400'000;

struct Joining : InProcess {
  std::string unit;
  const crypto::SignKeyPair& key() { return server.relay->server().key; }

  Joining() {
    people.start("Anne");
    unit = people.ok("Anne", {{"do", "unit_create"}, {"name", "Hjemmetjenesten"}})["unit"];
    people.sync("Anne");
  }
  std::string link() {
    const std::string out =
        people.ok("Anne", {{"do", "invite"}, {"for", "unit"}, {"unit", unit}, {"name", "Kari"}})["link"];
    people.sync("Anne");
    return out;
  }
  Vouch vouch_for(const std::string& who) {
    Context ctx = people.core(who).context(people.now);
    return {ctx.person, ctx.keys.id(),          "Lier kommune", "Kari", "https://login.lier.example",
            people.now, people.now + 7 * day_ms};
  }
  // As if the server had given it; what does not hold is put there all the same.
  void give(const std::string& who, ByteView statement) {
    Context ctx = people.core(who).context(people.now);
    Transaction tx(ctx.replica.db());
    REQUIRE(tx.begin().ok());
    REQUIRE(set_fact(ctx, fact::vouch, statement).ok());
    REQUIRE(tx.commit().ok());
  }
  // Joins for Kari with this statement in the letter, whatever it is; what Anne then sees.
  json asked_with(Bytes statement) {
    const std::string where = link();
    people.join("Kari", where);
    people.sync("Kari");
    Context ctx = people.core("Kari").context(people.now);
    const auto invitation = parse_invitation(where);
    REQUIRE(invitation.ok());
    JoinLetter letter;
    letter.name = "Kari";
    letter.principal = ctx.person;
    letter.identity = identity_log(ctx, ctx.person).value();
    letter.vouch = std::move(statement);
    Transaction tx(ctx.replica.db());
    REQUIRE(tx.begin().ok());
    REQUIRE(queue_mail(ctx, MailPut{invitation->box(), seal_join_letter(*invitation, letter)}).ok());
    REQUIRE(tx.commit().ok());
    people.sync("Kari");
    people.sync("Anne");
    return only_request();
  }
  json only_request() {
    const json asked = people.ok("Anne", {{"do", "requests"}})["requests"];
    REQUIRE(asked.size() == 1);
    return asked[0];
  }
};

}  // namespace

TEST_CASE("an organisation's word goes along with a request to join and stands beside the words") {
  Joining w;
  const std::string link = w.link();
  w.people.join("Kari", link);
  w.people.sync_all({"Kari", "Anne"});
  const json before = w.only_request();
  CHECK_FALSE(before.contains("vouch"));
  CHECK_FALSE(before.contains("vouch_fault"));

  // She asks again, vouched for this time, and is still one who asks.
  w.give("Kari", write_vouch(w.vouch_for("Kari"), w.key()));
  CHECK(w.people.ok("Kari", {{"do", "whoami"}})["vouch"]["organisation"] == "Lier kommune");
  CHECK(w.people.ok("Kari", {{"do", "join_request"}, {"link", link}})["vouch"]["name"] == "Kari");
  w.people.sync_all({"Kari", "Anne"});
  const json after = w.only_request();
  CHECK(after["words"] == before["words"]);
  REQUIRE(after.contains("vouch"));
  CHECK(after["vouch"]["organisation"] == "Lier kommune");
  CHECK(after["vouch"]["name"] == "Kari");
  CHECK(after["vouch"]["issuer"] == "https://login.lier.example");
  CHECK(after["vouch"]["same_name"] == true);

  // It lets nobody in by itself, and whoever is let in is so by the confirmation alone.
  const std::string person = after["person"];
  CHECK(w.people.ok("Anne", {{"do", "people"}})["people"].dump().find(person) == std::string::npos);
  w.people.ok("Anne", {{"do", "confirm"}, {"request", after["request"]}});
  CHECK(w.people.ok("Anne", {{"do", "requests"}})["requests"].empty());
  w.people.sync_all({"Anne", "Kari"});
  CHECK(w.people.ok("Kari", {{"do", "whoami"}})["units"].size() == 1);
}

TEST_CASE("another name in the organisation's word is pointed out") {
  Joining w;
  const std::string link = w.link();
  w.people.join("Kari", link);
  Vouch other = w.vouch_for("Kari");
  other.name = "Per Hansen";
  w.give("Kari", write_vouch(other, w.key()));
  w.people.ok("Kari", {{"do", "join_request"}, {"link", link}});
  w.people.sync_all({"Kari", "Anne"});
  const json asked = w.only_request();
  CHECK(asked["name"] == "Kari");
  CHECK(asked["vouch"]["name"] == "Per Hansen");
  CHECK(asked["vouch"]["same_name"] == false);
}

TEST_CASE("a word that has run out, or is about somebody else, is shown as none, and why") {
  SeededEntropy entropy(4);
  const auto fault = [](const json& request) {
    CHECK_FALSE(request.contains("vouch"));
    return request.value("vouch_fault", "");
  };
  const auto with = [&](auto change) {
    Joining w;
    w.people.join("Kari", w.link());
    Vouch v = w.vouch_for("Kari");
    Bytes statement = change(w, v);
    Context ctx = w.people.core("Kari").context(w.people.now);
    JoinLetter letter;
    letter.name = "Kari";
    letter.principal = ctx.person;
    letter.identity = identity_log(ctx, ctx.person).value();
    letter.vouch = std::move(statement);
    Context anne = w.people.core("Anne").context(w.people.now);
    const auto judged = judge_vouch(anne, letter);
    REQUIRE(judged.ok());
    return judged->fault;
  };
  CHECK(with([](Joining& w, Vouch& v) { return write_vouch(v, w.key()); }) == "");
  CHECK(with([](Joining& w, Vouch& v) {
          v.issued_ms -= 8 * day_ms;
          v.expires_ms -= 8 * day_ms;
          return write_vouch(v, w.key());
        }) == "expired");
  CHECK(with([](Joining& w, Vouch& v) {
          w.people.start("Per");
          v = w.vouch_for("Per");
          return write_vouch(v, w.key());
        }) == "foreign");
  CHECK(with([](Joining& w, Vouch& v) {
          v.device.bytes[0] ^= 1;
          return write_vouch(v, w.key());
        }) == "foreign");
  CHECK(with([&](Joining&, Vouch& v) { return write_vouch(v, crypto::new_sign_key_pair(entropy)); }) ==
        "foreign");
  CHECK(with([](Joining&, Vouch&) { return Bytes(40, 7); }) == "unreadable");

  // The same by way of a letter, to the end.
  Joining w;
  CHECK(fault(w.asked_with(Bytes{1, 2, 3})) == "unreadable");
}

TEST_CASE("for a unit that asks to take part, the word is about the member who asks") {
  Joining w;
  Context anne = w.people.core("Anne").context(w.people.now);
  JoinLetter letter;
  letter.name = "Hjemmetjenesten";
  letter.principal = *PrincipalId::parse(w.unit);
  letter.identity = identity_log(anne, letter.principal).value();
  letter.vouch = write_vouch(w.vouch_for("Anne"), w.key());
  CHECK(judge_vouch(anne, letter)->fault == "");
  w.people.start("Per");
  letter.vouch = write_vouch(w.vouch_for("Per"), w.key());
  CHECK(judge_vouch(anne, letter)->fault == "foreign");
}

TEST_CASE("a device keeps and sends only a word about itself that holds") {
  Joining w;
  w.people.join("Kari", w.link());
  const auto has_one = [&] { return w.people.ok("Kari", {{"do", "whoami"}}).contains("vouch"); };
  CHECK_FALSE(has_one());
  Vouch v = w.vouch_for("Kari");
  w.give("Kari", write_vouch(v, w.key()));
  CHECK(has_one());
  w.people.now = v.expires_ms;
  CHECK_FALSE(has_one());
  w.give("Kari", write_vouch(w.vouch_for("Anne"), w.key()));
  CHECK_FALSE(has_one());

  // What a server answers that is not ours, or speaks of another, is not kept.
  Context ctx = w.people.core("Kari").context(w.people.now);
  VouchDialog dialog(ctx);
  const auto sent = dialog.request(ctx, "a.b.c");
  REQUIRE(sent.ok());
  const auto reply = [&](const Bytes& statement, const crypto::SignKeyPair& by) {
    return write_reply_frame(write_vouch_outcome({VouchStatus::ok, statement}), request_hash(*sent), by);
  };
  SeededEntropy entropy(6);
  const crypto::SignKeyPair evil = crypto::new_sign_key_pair(entropy);
  const Bytes good = write_vouch(w.vouch_for("Kari"), w.key());
  CHECK(dialog.on_outcome(ctx, reply(good, evil)).code() == Errc::forged);
  CHECK(dialog.on_outcome(ctx, reply(write_vouch(w.vouch_for("Kari"), evil), w.key())).code() ==
        Errc::forged);
  CHECK(dialog.on_outcome(ctx, reply(write_vouch(w.vouch_for("Anne"), w.key()), w.key())).code() ==
        Errc::forged);
  CHECK_FALSE(has_one());
  const auto refused = dialog.on_outcome(
      ctx,
      write_reply_frame(write_vouch_outcome({VouchStatus::not_employee, {}}), request_hash(*sent), w.key()));
  CHECK(refused.code() == Errc::refused);
  CHECK(refused.error().detail == "Organisasjonen sier ikke at du er ansatt der. Spør driften hos dem.");
  CHECK(dialog.on_outcome(ctx, reply(good, w.key())).ok());
  CHECK(has_one());
  // Each attempt has a nonce of its own.
  CHECK(VouchDialog(ctx).nonce(ctx) != dialog.nonce(ctx));
}
