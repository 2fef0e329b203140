// A server that lies, with its own good signing key: each move is made against a real core that has unsent
// text and news waiting. Whatever it does, the core must not fall over, must not lose the text, must not
// believe what is planted, and either goes on when the server is honest again or has said that something is
// wrong.
#include "client-core/invitation.h"
#include "tests/hostile/evil_world.h"

using namespace samplan;
using namespace samplan::hostile;
using namespace samplan::world;

namespace {

using Change = void (*)(EvilWorld&, const SyncRequest&, SyncReply&);
using ChangeBytes = void (*)(EvilWorld&, Bytes&);

struct Move {
  const char* name;
  bool swallow = false;         // the honest relay never sees the request
  Change change = nullptr;      // of the body, signed anew
  ChangeBytes bytes = nullptr;  // of the frame
};

PlanReply* plan_of(EvilWorld& w, SyncReply& a) {
  for (PlanReply& p : a.plans)
    if (p.plan == w.plan_id) return &p;
  a.plans.emplace_back();
  a.plans.back().plan = w.plan_id;
  return &a.plans.back();
}
// The section with the most news.
SectionPull* first_pull(EvilWorld& w, SyncReply& a) {
  SectionPull* most = nullptr;
  for (SectionPull& s : plan_of(w, a)->sections)
    if (!s.envelopes.empty() && (most == nullptr || s.envelopes.size() > most->envelopes.size())) most = &s;
  return most;
}
// Signs the plan's receipt anew after a change.
template <class F>
void change_receipt(EvilWorld& w, SyncReply& a, F f) {
  PlanReply* p = plan_of(w, a);
  if (!p->receipt) return;
  f(*p->receipt);
  sign_receipt(*p->receipt, w.server.relay->server().key);
}
void say(const SyncRequest& q, SyncReply& a, EvilWorld& w, ItemStatus status) {
  for (const PlanRequest& asked : q.plans) {
    PlanReply p;
    p.plan = asked.plan;
    for (const Bytes& e : asked.push) p.results.push_back({read_envelope(e)->id, status, 1});
    for (const GovPush& g : asked.push_gov)
      p.gov_results.push_back({read_record(LogKind::governance, g.record)->hash, status, 1});
    a.plans.push_back(std::move(p));
  }
  (void)w;
}
void plant(EvilWorld& w, SyncReply& a, const Bytes& envelope) {
  PlanReply* p = plan_of(w, a);
  SectionPull* pull = nullptr;
  for (SectionPull& s : p->sections)
    if (s.section == w.section) pull = &s;
  if (pull == nullptr) {
    p->sections.push_back({w.section, {}, false});
    pull = &p->sections.back();
  }
  const std::uint64_t next = pull->envelopes.empty() ? w.heard_seq() + 1 : pull->envelopes.back().seq + 1;
  PulledEnvelope e;
  e.seq = next;
  e.bytes = envelope;
  pull->envelopes.push_back(std::move(e));
}

const Move moves[] = {
    // ---- frames ----
    {"a reply without a signature", false, nullptr, [](EvilWorld&, Bytes& b) { std::fill(b.end() - 64, b.end(), std::uint8_t{0}); }},
    {"a reply cut in half", false, nullptr, [](EvilWorld&, Bytes& b) { b.resize(b.size() / 2); }},
    {"a reply with a byte more", false, nullptr, [](EvilWorld&, Bytes& b) { b.push_back(0); }},
    {"an empty reply", false, nullptr, [](EvilWorld&, Bytes& b) { b.clear(); }},
    {"a reply of nine megabytes", false, nullptr, [](EvilWorld&, Bytes& b) { b.resize(9U << 20); }},
    {"a reply whose length says more than there is", false, nullptr, [](EvilWorld&, Bytes& b) { b[7] = 0x7f; }},
    {"an old reply again", false, nullptr, [](EvilWorld& w, Bytes& b) { b = w.first_reply; }},
    {"a reply signed by another server", false, nullptr, [](EvilWorld& w, Bytes& b) { w.sign_with(w.foreign_key, b); }},
    {"the reply to somebody else's request", false, nullptr, [](EvilWorld& w, Bytes& b) { w.sign_for(crypto::hash("test/other", {}), b); }},
    {"noise of the right size", false, nullptr, [](EvilWorld& w, Bytes& b) { w.noise.fill(b.data(), b.size()); }},
    {"noise as a well signed body", false, nullptr, [](EvilWorld& w, Bytes& b) { Bytes body(3000); w.noise.fill(body.data(), body.size()); w.reply_with(body, b); }},
    {"an empty body, well signed", false, nullptr, [](EvilWorld& w, Bytes& b) { w.reply_with({}, b); }},
    // ---- lies about what was stored ----
    {"ok for all that was not stored", true, [](EvilWorld& w, const SyncRequest& q, SyncReply& a) { say(q, a, w, ItemStatus::ok); }},
    {"already there, for all that was not stored", true, [](EvilWorld& w, const SyncRequest& q, SyncReply& a) { say(q, a, w, ItemStatus::dup); }},
    {"deferred for ever", true, [](EvilWorld& w, const SyncRequest& q, SyncReply& a) { say(q, a, w, ItemStatus::deferred); }},
    {"bad signature, for good envelopes", true, [](EvilWorld& w, const SyncRequest& q, SyncReply& a) { say(q, a, w, ItemStatus::bad_sig); }},
    {"forbidden, for what is allowed", true, [](EvilWorld& w, const SyncRequest& q, SyncReply& a) { say(q, a, w, ItemStatus::forbidden); }},
    {"author fork, where there is none", true, [](EvilWorld& w, const SyncRequest& q, SyncReply& a) { say(q, a, w, ItemStatus::author_fork); }},
    {"epoch stale, where it is not", true, [](EvilWorld& w, const SyncRequest& q, SyncReply& a) { say(q, a, w, ItemStatus::epoch_stale); }},
    {"stored, but the answer says bad item", false, [](EvilWorld& w, const SyncRequest& q, SyncReply& a) { a.plans.clear(); say(q, a, w, ItemStatus::bad_item); }},
    {"results for a thousand things never sent", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { for (int i = 0; i < 1000; ++i) plan_of(w, a)->results.push_back({w.noise.id<Hash>(), ItemStatus::ok, 7}); }},
    {"an own envelope that was never sent", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { PulledEnvelope e; e.seq = w.heard_seq() + 1; e.own = true; e.id = w.noise.id<Hash>(); plan_of(w, a)->sections = {{w.section, {e}, false}}; }},
    // ---- status of the whole ----
    {"access is withdrawn, says the status alone", true, [](EvilWorld&, const SyncRequest&, SyncReply& a) { a.status = ItemStatus::withdrawn; }},
    {"unknown person, says the status alone", true, [](EvilWorld&, const SyncRequest&, SyncReply& a) { a.status = ItemStatus::unknown; }},
    {"the plan is withdrawn, says its status alone", true, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { plan_of(w, a)->status = ItemStatus::withdrawn; }},
    {"the plan does not exist, says its status alone", true, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { plan_of(w, a)->status = ItemStatus::unknown; }},
    {"nonces that always expire", true, [](EvilWorld&, const SyncRequest&, SyncReply& a) { a.nonce_refused = true; }},
    {"more, for ever", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { plan_of(w, a)->more = true; }},
    {"cursors unknown, for ever", true, [](EvilWorld&, const SyncRequest&, SyncReply& a) { a.cursors_unknown = true; }},
    {"a clock of the year 292 million", false, [](EvilWorld&, const SyncRequest&, SyncReply& a) { a.server_ms = INT64_MAX; }},
    {"a clock before all time", false, [](EvilWorld&, const SyncRequest&, SyncReply& a) { a.server_ms = INT64_MIN; }},
    {"wait for 49 days", false, [](EvilWorld&, const SyncRequest&, SyncReply& a) { a.retry_after_ms = 0xffffffffU; }},
    {"a generation of the far future", false, [](EvilWorld&, const SyncRequest&, SyncReply& a) { a.generation = ~std::uint64_t{0}; }},
    {"an identity cursor at the end of numbers", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { plan_of(w, a)->identity_n = ~std::uint64_t{0}; }},
    // ---- receipts ----
    {"a receipt with another running hash", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { change_receipt(w, a, [&](Receipt& r) { for (auto& s : r.sections) s.second = w.noise.id<Hash>(); }); }},
    {"a receipt with another log head", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { change_receipt(w, a, [&](Receipt& r) { r.gov_head = w.noise.id<Hash>(); }); }},
    {"a receipt that goes back", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { change_receipt(w, a, [](Receipt& r) { r.gov_seq = 1; }); }},
    {"a receipt of an earlier generation", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { change_receipt(w, a, [](Receipt& r) { r.generation = 0; }); }},
    {"a receipt that nobody signed", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { if (plan_of(w, a)->receipt) plan_of(w, a)->receipt->signature = {}; }},
    {"another plan's receipt", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { if (plan_of(w, a)->receipt) plan_of(w, a)->receipt->plan = w.noise.id<PlanId>(); }},
    // ---- content ----
    {"two heads: one of two envelopes is withheld and the rest renumbered", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { if (SectionPull* s = first_pull(w, a)) { s->envelopes.erase(s->envelopes.begin()); for (auto& e : s->envelopes) --e.seq; } }},
    {"envelopes in another order", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { if (SectionPull* s = first_pull(w, a)) { std::reverse(s->envelopes.begin(), s->envelopes.end()); std::uint64_t n = s->envelopes.back().seq; for (auto& e : s->envelopes) e.seq = n++; } }},
    {"an envelope twice", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { if (SectionPull* s = first_pull(w, a)) { PulledEnvelope e = s->envelopes.back(); ++e.seq; s->envelopes.push_back(e); } }},
    {"a gap in the numbers", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { if (SectionPull* s = first_pull(w, a)) for (auto& e : s->envelopes) e.seq += 5; }},
    {"numbers that begin anew", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { if (SectionPull* s = first_pull(w, a)) for (std::size_t i = 0; i < s->envelopes.size(); ++i) s->envelopes[i].seq = i + 1; }},
    {"numbers near the end of numbers", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { if (SectionPull* s = first_pull(w, a)) for (std::size_t i = 0; i < s->envelopes.size(); ++i) s->envelopes[i].seq = ~std::uint64_t{0} - s->envelopes.size() + i; }},
    {"a changed ciphertext", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { if (SectionPull* s = first_pull(w, a)) for (auto& e : s->envelopes) if (!e.own) e.bytes[180] ^= 1; }},
    {"a changed header, everything else as it was", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { if (SectionPull* s = first_pull(w, a)) for (auto& e : s->envelopes) if (!e.own) e.bytes[64] ^= 1; }},
    {"content of one section in another", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { if (SectionPull* s = first_pull(w, a)) s->section = s->section == 1 ? SectionId{2} : SectionId{1}; }},
    {"content of a section that does not exist", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { if (SectionPull* s = first_pull(w, a)) s->section = 65535; }},
    {"envelopes that are a megabyte of noise", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { Bytes noise(1U << 20); w.noise.fill(noise.data(), noise.size()); plant(w, a, noise); }},
    {"planted: an envelope of the server's own device", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { plant(w, a, w.forged(w.evil.device().sign, w.evil.device().id, w.current_epoch(), {})); }},
    {"planted: signed by the server in a member's name", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { plant(w, a, w.forged(w.evil.device().sign, w.member_device, w.current_epoch(), {})); }},
    {"planted: by a former participant, under her old key and the records of her time", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { plant(w, a, w.by_former(true)); }},
    {"planted: by a former participant, who names the newest record", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { plant(w, a, w.by_former(false)); }},
    // ---- logs and keys ----
    {"own keys as a device of the coordinator", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { plan_of(w, a)->identity.push_back(w.device_for_other()); }},
    {"own public key for a relative", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { plan_of(w, a)->identity.push_back(w.generation_for_other()); }},
    {"a stranger's good identity", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { plan_of(w, a)->identity.push_back(w.evil.log[0]); }},
    {"an identity record with a changed byte", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { Bytes r = w.evil.log[0]; r[120] ^= 1; plan_of(w, a)->identity.push_back(r); }},
    {"a governance record that the server signed", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { plan_of(w, a)->gov.push_back({w.own_governance(), {}, 5}); }},
    {"old membership: another record at a number that is taken", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { Bytes r = w.own_governance(); r[40] = 3; plan_of(w, a)->gov.push_back({r, {}, 5}); }},
    {"key wraps that are noise", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { for (auto& g : plan_of(w, a)->gov) for (auto& k : g.wraps) w.noise.fill(k.sealed.data(), k.sealed.size()); }},
    {"no key wraps", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { for (auto& g : plan_of(w, a)->gov) g.wraps.clear(); }},
    {"a governance record left out", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { auto& gov = plan_of(w, a)->gov; if (!gov.empty()) gov.erase(gov.begin()); }},
    // ---- other plans, letters ----
    {"another plan's answers under this plan's name", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { for (PlanReply& p : a.plans) p.plan = p.plan == w.plan_id ? w.noise.id<PlanId>() : w.plan_id; }},
    {"a plan that nobody made", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { PlanReply p; p.plan = w.noise.id<PlanId>(); p.gov.push_back({w.own_governance(), {}, 5}); a.plans.push_back(p); }},
    {"the same plan a hundred times", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { const PlanReply p = *plan_of(w, a); for (int i = 0; i < 100; ++i) a.plans.push_back(p); }},
    {"letters that are noise, the last with the highest number", false, [](EvilWorld& w, const SyncRequest&, SyncReply& a) { for (int i = 0; i < 20; ++i) { Letter l; l.n = i == 19 ? ~std::uint64_t{0} : 1000 + static_cast<std::uint64_t>(i); l.body.resize(500); w.noise.fill(l.body.data(), l.body.size()); a.letters.push_back(l); } }},
};

}  // namespace

TEST_CASE("each move of a lying server is noticed or does no harm", "[hostile][evil]") {
  static_assert(std::size(moves) >= 40);
  const auto i = GENERATE(range(std::size_t{0}, std::size(moves)));
  const Move& move = moves[i];
  DYNAMIC_SECTION(move.name) {
    EvilWorld w;
    w.swallow = move.swallow;
    if (move.change != nullptr) w.change = [&](const SyncRequest& q, SyncReply& a) { move.change(w, q, a); };
    if (move.bytes != nullptr) w.change_bytes = [&](Bytes& b) { move.bytes(w, b); };
    bool noticed = false;
    for (int round = 0; round < 3; ++round) {
      const auto outcome = w.people.try_sync("Mona");
      noticed = noticed || !outcome.ok() || !outcome->notices.empty();
      // Unsent or sent, her text is there; nothing is there that nobody of the plan wrote.
      REQUIRE(w.sees("Mona", "Mona skriver"));
      REQUIRE_FALSE(w.sees("Mona", "PLANTET"));
    }
    CHECK(w.people.reopen("Mona").ok());
    w.change = nullptr;
    w.change_bytes = nullptr;
    w.swallow = false;
    const bool frozen = w.holding("Mona") == "frozen";
    for (int round = 0; round < 3; ++round) {
      const auto outcome = w.people.try_sync("Mona");
      noticed = noticed || !outcome.ok() || !outcome->notices.empty();
    }
    CHECK(w.sees("Mona", "Mona skriver"));
    CHECK_FALSE(w.sees("Mona", "PLANTET"));
    if (frozen || w.holding("Mona") == "frozen") {
      // Said, and what was unsent is still here as unsent text.
      CHECK(noticed);
      return;
    }
    CHECK(w.holding("Mona") == "shared");
    w.people.sync("Ola");
    const bool arrived = w.sees("Ola", "Mona skriver");
    const bool still_waits = w.waiting("Mona") > 0;
    // Never called sent without being there.
    CHECK((arrived || still_waits || noticed));
    if (!still_waits) CHECK(arrived);
    if (!noticed) {
      CHECK(arrived);
      CHECK(w.sees("Mona", "Nytt fra Jonas"));
      CHECK(w.people.digest("Mona", w.plan)["sections"]["helse"] ==
            w.people.digest("Ola", w.plan)["sections"]["helse"]);
    }
  }
}

TEST_CASE("a lying server that jumps to the end of the numbers silences no later letter", "[hostile][evil]") {
  EvilWorld w;
  const std::string link = w.people.ok(
      "Jonas", {{"do", "invite"}, {"for", "plan"}, {"plan", w.plan}, {"name", "Nils"}, {"role", "provider"}})["link"];
  w.people.sync("Jonas");
  w.change = [&](const SyncRequest&, SyncReply& a) {
    Letter l;
    l.n = ~std::uint64_t{0};
    l.body.resize(100);
    a.letters = {l};
    for (PlanReply& p : a.plans) p.identity_n = ~std::uint64_t{0};
  };
  CHECK_FALSE(w.people.try_sync("Jonas").ok());
  w.change = nullptr;
  w.people.join("Nils", link);
  w.people.sync("Nils");
  w.people.sync("Jonas");
  const json requests = w.people.ok("Jonas", {{"do", "requests"}});
  CHECK(requests.dump().find("Nils") != std::string::npos);
}
