// Checkpoints of an honest server, and of one that shows people different histories, goes back, forgets days or says
// something else of a plan than it has handed out. Each lie is named, nothing that came with it is kept, and what people
// have on their devices stays as it is.
#include "tests/support/proof_world.h"

using namespace samplan;
using namespace samplan::world;

TEST_CASE("an honest server's checkpoints hold, day after day, for each who is in the plan", "[hostile][proof]") {
  ProofWorld w;
  const ProofReport first = w.prove("Ola");
  INFO(faults(first));
  CHECK(first.faults.empty());
  CHECK(first.has_checkpoint);
  CHECK(first.size == 1);
  CHECK(first.size_before == 0);
  CHECK(first.plans == 1);
  CHECK(first.chains >= 3);
  CHECK(first.behind + first.forgotten + first.too_new + first.unanswered == 0);
  CHECK(first.code.size() == 19);
  // Who may read nothing is told of the plan's log, and of nothing else.
  const ProofReport relative = w.prove("Silje");
  CHECK(relative.faults.empty());
  CHECK(relative.chains == 1);
  CHECK(relative.code == first.code);

  w.next_day();
  w.write("Jonas", "Nytt fra Jonas");
  CHECK(w.prove("Silje").size == 2);
  w.write("Jonas", "Nyere enn kontrollpunktet");
  const ProofReport second = w.prove("Ola");
  INFO(faults(second));
  CHECK(second.faults.empty());
  CHECK(second.size == 2);
  CHECK(second.size_before == 1);
  CHECK(second.before == first.note);
  CHECK(second.behind == 1);
  w.people.sync("Ola");
  w.write("Jonas", "Senere samme dag");
  const ProofReport again = w.prove("Ola");
  CHECK(again.faults.empty());
  CHECK(again.size == 2);
  CHECK(again.behind == 0);
  CHECK(again.chains == first.chains);
  for (int day = 3; day < 12; ++day) {
    w.next_day();
    w.write("Mona", "Dag " + std::to_string(day));
    w.people.sync("Ola");
    const ProofReport report = w.prove("Ola");
    INFO(faults(report));
    CHECK(report.faults.empty());
    CHECK(report.size == static_cast<std::uint64_t>(day));
    // The first proof of the day has noted what was just written.
    CHECK(report.chains == first.chains);
  }
  // One who was away all the time, too.
  CHECK(w.prove("Silje").faults.empty());
  w.people.sync("Mona");
  CHECK(w.prove("Mona").chains >= 2);
  REQUIRE(w.people.reopen("Ola").ok());
  CHECK(w.prove("Ola").size_before == 11);
  CHECK(w.holding("Ola") == "shared");
}

TEST_CASE("what is not in a checkpoint yet is said, and is in the next", "[hostile][proof]") {
  ProofWorld w;
  const auto started = w.prove("Jonas");
  const std::string other = w.people.ok("Jonas", {{"do", "plan_new"}, {"owner_name", "Kari"}})["plan"];
  w.people.let_in("Jonas", "Kari", {{"for", "plan"}, {"plan", other}, {"role", "owner"}});
  w.people.sync("Jonas");
  const ProofReport report = w.prove("Jonas");
  CHECK(report.faults.empty());
  CHECK(report.size == 1);
  CHECK(report.plans == 2);
  CHECK(report.too_new >= 1);
  w.next_day();
  const ProofReport next = w.prove("Jonas");
  CHECK(next.faults.empty());
  CHECK(next.too_new == 0);
  CHECK(next.chains > started.chains);
}

TEST_CASE("proofs are for devices that may read, signed for this purpose", "[hostile][proof]") {
  ProofWorld w;
  (void)w.prove("Ola");
  // Withdrawn: the server tells nothing more of the plan.
  w.people.ok("Ola", {{"do", "consent_withdraw"}, {"plan", w.plan}, {"participant", "Mona"}});
  w.people.sync("Ola");
  const ProofReport gone = w.prove("Mona");
  CHECK(gone.faults.empty());
  CHECK(gone.unanswered == 1);
  CHECK(gone.chains == 0);
  // A request made for a sync is none for proofs, and the other way round.
  Core& core = w.people.core("Ola");
  const auto sync = core.next_request(w.people.now, true);
  REQUIRE(sync.ok());
  CHECK_FALSE(w.main.relay->handle_proof(w.main.store, *sync, test_host, w.people.now).ok());
  const auto proof = core.next_proof(w.people.now, true);
  REQUIRE(proof.ok());
  const auto frame = read_request_frame(**proof);
  REQUIRE(frame.ok());
  const Context ctx = core.context(w.people.now);
  CHECK(verify_request(*frame, test_host, ctx.keys.sign.public_key, proof_purpose));
  CHECK_FALSE(verify_request(*frame, test_host, ctx.keys.sign.public_key, sync_purpose));
  // Another's signature, another's person.
  ProofRequest q;
  q.person = w.people.core("Jonas").context(w.people.now).person;
  q.plans = {w.plan_id};
  const Bytes stolen = write_request_frame(ctx.keys.id(), frame->nonce, test_host, write_proof_request(q), ctx.keys.sign,
                                           proof_purpose);
  const auto answer = w.main.relay->handle_proof(w.main.store, stolen, test_host, w.people.now);
  REQUIRE(answer.ok());
  const auto reply = read_proof_reply(ByteView(*answer).sub(8, answer->size() - 72));
  REQUIRE(reply.ok());
  CHECK(reply->status == ItemStatus::unknown);
  CHECK(reply->plans.empty());
}

TEST_CASE("a server that splits its people shows two codes for one day, and is found out when they meet",
          "[hostile][proof]") {
  ProofWorld w;
  for (const char* who : {"Ola", "Mona", "Jonas"}) CHECK(w.prove(who).faults.empty());
  ServerSide other(w.main.store);
  w.next_day();
  w.write("Jonas", "Bare for Ola");
  w.people.sync("Ola");
  const ProofReport ola = w.prove("Ola");
  w.side = &other;
  w.write("Mona", "Bare for Mona");
  const ProofReport mona = w.prove("Mona");
  CHECK(ola.faults.empty());
  CHECK(mona.faults.empty());
  REQUIRE(ola.size == mona.size);
  CHECK(ola.code != mona.code);
  // From now on it must keep them apart for ever.
  for (ServerSide* side : {&w.main, &other}) {
    w.side = side;
    const ProofReport crossed = w.prove(side == &w.main ? "Mona" : "Ola");
    CHECK(faults(crossed) == "history");
    CHECK_FALSE(crossed.before.empty());
    CHECK(crossed.before != crossed.note);
    // Both are signed by the server: whoever has the key can see that it has lied.
    for (const std::string& note : {crossed.before, crossed.note})
      CHECK(open_checkpoint(note, {log_origin(w.people.server_key(), 1), NoteKeyType::ed25519, w.people.server_key()}).ok());
  }
  w.next_day();
  for (ServerSide* side : {&w.main, &other}) {
    w.side = side;
    CHECK(faults(w.prove(side == &w.main ? "Mona" : "Ola")) == "history");
    CHECK(w.prove(side == &w.main ? "Ola" : "Mona").faults.empty());
  }
}

TEST_CASE("one checkpoint for all cannot stand for two histories of a plan", "[hostile][proof]") {
  ProofWorld w;
  for (const char* who : {"Ola", "Mona"}) CHECK(w.prove(who).faults.empty());
  ServerSide other(w.main.store);
  const int for_ola = GENERATE(1, 2);
  for (int i = 0; i < for_ola; ++i) w.write("Jonas", "Bare for Ola");
  w.side = &other;
  w.write("Mona", "Bare for Mona");
  w.next_day();
  // Mona is handed the checkpoint of the others, with the receipts that fit what she was given.
  std::vector<Receipt> hers;
  {
    const auto frame = w.people.core("Mona").next_proof(w.people.now, true);
    const auto reply = other.relay->handle_proof(other.store, **frame, test_host, w.people.now);
    const auto body = read_proof_reply(ByteView(*reply).sub(8, reply->size() - 72));
    REQUIRE(body.ok());
    for (const PlanProof& p : body->plans) hers.push_back(p.receipt);
  }
  w.side = &w.main;
  const ProofReport mona = w.prove("Mona", [&](ProofReply& a) {
    REQUIRE(a.plans.size() == hers.size());
    for (std::size_t i = 0; i < hers.size(); ++i) a.plans[i].receipt = hers[i];
  });
  CHECK(faults(mona) == (for_ola == 1 ? "head" : "ahead"));
  CHECK(mona.faults[0].plan == w.plan_id);
  CHECK(w.holding("Mona") == "frozen");
  CHECK(w.sees("Mona", "Bare for Mona"));
  CHECK(w.prove("Ola").faults.empty());
}

TEST_CASE("a server that goes back is found out, with or without the word of an operator", "[hostile][proof]") {
  ProofWorld w;
  CHECK(w.prove("Ola").size == 1);
  ServerSide backup(w.main.store);
  w.next_day();
  w.write("Jonas", "Etter sikkerhetskopien");
  w.people.sync("Ola");
  CHECK(w.prove("Ola").size == 2);

  w.side = &backup;
  SECTION("silently, with a shorter log") {
    w.people.now -= 86'400'000;  // the day that it had
    const ProofReport report = w.prove("Ola");
    CHECK(faults(report) == "smaller");
    CHECK(report.before != report.note);
    CHECK(w.prove("Mona").faults.empty());
  }
  SECTION("silently, and a day goes by") {
    CHECK(faults(w.prove("Ola")) == "history");
    w.next_day();
    w.next_day();
    CHECK(faults(w.prove("Ola")) == "history");
  }
  SECTION("as an operator does it: a new generation has a log of its own") {
    backup.raise_generation();
    const ProofReport report = w.prove("Ola");
    INFO(faults(report));
    CHECK(report.faults.empty());
    CHECK(report.restored);
    CHECK(report.generation == 2);
    CHECK(report.size == 1);
    CHECK_FALSE(w.prove("Ola").restored);
    // What the backup lacks stays where it is; once others have written in its place, the plan is on hold there.
    w.people.sync("Ola");
    CHECK(w.holding("Ola") == "shared");
    w.write("Mona", "I stedet");
    w.people.sync("Ola");
    CHECK(w.holding("Ola") == "frozen");
    CHECK(w.sees("Ola", "Etter sikkerhetskopien"));
    // Then the old one cannot come back.
    w.side = &w.main;
    CHECK(faults(w.prove("Ola")) == "generation");
  }
  CHECK(w.sees("Ola", "Etter sikkerhetskopien"));
}

namespace {

struct Move {
  const char* name;
  const char* found;  // the faults, in order
  void (*change)(ProofWorld&, const ProofReply& day_before, ProofReply&);
};

void sign(ProofWorld& w, ProofReply& a, std::uint64_t size, const Hash& root, const crypto::SignKeyPair& key,
          std::uint64_t generation = 1) {
  const auto note = sign_checkpoint({log_origin(w.people.server_key(), generation), size, root, {}}, key);
  REQUIRE(note.ok());
  a.note = ByteView::of(*note).copy();
}
HeadProof* helse(ProofReply& a) {
  for (HeadProof& h : a.plans[0].heads)
    if (h.section == 3) return &h;
  return nullptr;
}
void sign_again(ProofWorld& w, Receipt& r) { sign_receipt(r, w.main.relay->server().key); }

const Move moves[] = {
    {"signed by another key", "note", [](ProofWorld& w, const ProofReply&, ProofReply& a) { SeededEntropy e(9); sign(w, a, 2, Hash{}, crypto::new_sign_key_pair(e)); }},
    {"another log's name", "note", [](ProofWorld& w, const ProofReply&, ProofReply& a) { sign(w, a, 2, Hash{}, w.main.relay->server().key, 7); }},
    {"a note without its signature", "note", [](ProofWorld&, const ProofReply&, ProofReply& a) { a.note.resize(a.note.size() / 2); }},
    {"an empty tree", "note", [](ProofWorld& w, const ProofReply&, ProofReply& a) { sign(w, a, 0, merkle::empty_root(), w.main.relay->server().key); }},
    {"no checkpoint at all", "gone", [](ProofWorld&, const ProofReply&, ProofReply& a) { a.note.clear(); a.plans.clear(); }},
    {"an earlier generation", "generation", [](ProofWorld&, const ProofReply&, ProofReply& a) { a.generation = 0; }},
    {"as many days, others", "history day", [](ProofWorld& w, const ProofReply&, ProofReply& a) { SeededEntropy e(9); sign(w, a, 2, e.id<Hash>(), w.main.relay->server().key); }},
    {"a changed consistency proof", "history", [](ProofWorld&, const ProofReply&, ProofReply& a) { a.consistency[0].bytes[0] ^= 1; }},
    {"no consistency proof", "history", [](ProofWorld&, const ProofReply&, ProofReply& a) { a.consistency.clear(); }},
    {"a longer consistency proof", "history", [](ProofWorld&, const ProofReply&, ProofReply& a) { a.consistency.emplace_back(); }},
    {"another day's content", "day", [](ProofWorld&, const ProofReply& before, ProofReply& a) { a.day = before.day; }},
    {"a day of a later program", "day", [](ProofWorld&, const ProofReply&, ProofReply& a) { a.day[0] = 2; }},
    {"a changed path to the day", "day", [](ProofWorld&, const ProofReply&, ProofReply& a) { a.inclusion[0].bytes[5] ^= 1; }},
    {"a changed path to the plan", "head", [](ProofWorld&, const ProofReply&, ProofReply& a) { helse(a)->path[0].bytes[0] ^= 1; }},
    {"a shorter path to the plan", "head", [](ProofWorld&, const ProofReply&, ProofReply& a) { helse(a)->path.pop_back(); }},
    {"a number before the true one", "missing head", [](ProofWorld&, const ProofReply&, ProofReply& a) { --helse(a)->seq; --helse(a)->seq; }},
    {"a number that the plan has not reached", "ahead", [](ProofWorld&, const ProofReply&, ProofReply& a) { helse(a)->seq += 5; }},
    {"a part of the plan left out", "missing", [](ProofWorld&, const ProofReply&, ProofReply& a) { auto& h = a.plans[0].heads; h.erase(h.begin() + (helse(a) - h.data())); }},
    {"the plan's log left out", "missing", [](ProofWorld&, const ProofReply&, ProofReply& a) { a.plans[0].heads.erase(a.plans[0].heads.begin()); }},
    {"a receipt that nobody signed", "receipt", [](ProofWorld&, const ProofReply&, ProofReply& a) { a.plans[0].receipt.signature = {}; }},
    {"a receipt with another log", "receipt", [](ProofWorld& w, const ProofReply&, ProofReply& a) { a.plans[0].receipt.gov_head = {}; sign_again(w, a.plans[0].receipt); }},
    {"a receipt of another generation", "receipt", [](ProofWorld& w, const ProofReply&, ProofReply& a) { a.plans[0].receipt.generation = 9; sign_again(w, a.plans[0].receipt); }},
    {"a receipt that goes back", "receipt ahead", [](ProofWorld& w, const ProofReply&, ProofReply& a) { a.plans[0].receipt.gov_seq = 1; sign_again(w, a.plans[0].receipt); }},
};

}  // namespace

TEST_CASE("each lie about a checkpoint is named, and nothing that came with it is kept", "[hostile][proof]") {
  const auto i = GENERATE(range(std::size_t{0}, std::size(moves)));
  const Move& move = moves[i];
  DYNAMIC_SECTION(move.name) {
    ProofWorld w;
    ProofReply before;
    w.write("Jonas", "Dag 1");
    w.people.sync("Ola");
    CHECK(w.prove("Ola", [&](ProofReply& a) { before = a; }).faults.empty());
    w.next_day();
    w.write("Jonas", "Dag 2");
    w.people.sync("Ola");
    const ProofReport report = w.prove("Ola", [&](ProofReply& a) { move.change(w, before, a); });
    CHECK(faults(report) == move.found);
    CHECK(w.sees("Ola", "Dag 2"));
    const bool of_plan = !report.faults.empty() && !report.faults[0].plan.is_zero();
    CHECK(w.holding("Ola") == (of_plan ? "frozen" : "shared"));
    // What was remembered is what was good.
    const ProofReport honest = w.prove("Ola");
    INFO(faults(honest));
    CHECK(honest.faults.empty());
    CHECK(honest.size_before == (of_plan ? 2 : 1));
    CHECK(w.prove("Mona").faults.empty());
  }
}

TEST_CASE("a plan left out of the reply is said to be unanswered", "[hostile][proof]") {
  ProofWorld w;
  const ProofReport report = w.prove("Ola", [](ProofReply& a) { a.plans.clear(); });
  CHECK(report.faults.empty());
  CHECK(report.unanswered == 1);
  CHECK(report.chains == 0);
}

TEST_CASE("a server that leaves a plan as it was in all later checkpoints is found out the day after", "[hostile][proof]") {
  ProofWorld w;
  ProofReply day_one;
  CHECK(w.prove("Ola", [&](ProofReply& a) { day_one = a; }).faults.empty());
  w.write("Jonas", "Skal ikke noteres");
  w.people.sync("Ola");
  CHECK(w.prove("Ola").faults.empty());
  w.next_day();
  // The second day notes what the first did, in a log that is otherwise without fault.
  const auto first = read_day_leaf(day_one.day);
  REQUIRE(first.ok());
  const Bytes leaf = write_day_leaf({w.people.now, first->heads, first->root});
  const std::vector<Hash> leaves{merkle::leaf_hash(day_one.day), merkle::leaf_hash(leaf)};
  const merkle::LeafHashes at = [&](std::uint64_t n) { return leaves[n]; };
  const ProofReport report = w.prove("Ola", [&](ProofReply& a) {
    sign(w, a, 2, merkle::root_of(2, at), w.main.relay->server().key);
    a.day = leaf;
    a.inclusion = *merkle::inclusion_proof(1, 2, at);
    a.consistency = *merkle::consistency_proof(1, 2, at);
    a.plans[0].heads = day_one.plans[0].heads;
  });
  CHECK(faults(report) == "missing");
  CHECK(w.holding("Ola") == "frozen");
}

TEST_CASE("a server that stops noting days, or hands out old ones, is found out", "[hostile][proof]") {
  ProofWorld w;
  std::vector<ProofReply> days;
  for (int day = 1; day <= 2; ++day) {
    if (day > 1) w.next_day();
    CHECK(w.prove("Ola", [&](ProofReply& a) { days.push_back(a); }).faults.empty());
  }
  const auto hand_out = [&](const ProofReply& old) {
    return w.prove("Ola", [&](ProofReply& a) {
      const std::vector<PlanProof> plans = a.plans;
      a = old;
      a.consistency.clear();
      a.plans = plans;
      for (std::size_t i = 0; i < a.plans.size(); ++i) a.plans[i].heads = old.plans[i].heads;
    });
  };
  CHECK(faults(hand_out(days[0])) == "smaller");
  CHECK(hand_out(days[1]).faults.empty());
  w.next_day();
  CHECK(hand_out(days[1]).faults.empty());
  w.next_day();
  w.next_day();
  CHECK(faults(hand_out(days[1])) == "stale");
  CHECK(w.holding("Ola") == "shared");
  // One for each day on which somebody asked.
  CHECK(w.prove("Ola").size == 4);
}

TEST_CASE("what is not the server's reply changes nothing", "[hostile][proof]") {
  ProofWorld w;
  CHECK(w.prove("Ola").size == 1);
  w.next_day();
  SeededEntropy noise(4);
  const crypto::SignKeyPair foreign = crypto::new_sign_key_pair(noise);
  CHECK(w.try_prove("Ola", {}, &foreign).code() == Errc::forged);
  Core& core = w.people.core("Ola");
  const auto frame = core.next_proof(w.people.now, true);
  REQUIRE(frame.ok());
  const auto reply = w.main.relay->handle_proof(w.main.store, **frame, test_host, w.people.now);
  REQUIRE(reply.ok());
  for (std::size_t size = 0; size < reply->size(); size += 37) {
    CHECK_FALSE(core.on_proof_reply(ByteView(*reply).sub(0, size), w.people.now).ok());
    REQUIRE(core.next_proof(w.people.now, true).ok());
  }
  // An answer to another request, since the nonce is another one.
  w.people.sync("Ola");
  REQUIRE(core.next_proof(w.people.now, true).ok());
  CHECK(core.on_proof_reply(*reply, w.people.now).code() == Errc::forged);
  CHECK(core.on_proof_reply(*reply, w.people.now).code() == Errc::bad_reply);
  CHECK(w.prove("Ola").size_before == 1);
}
