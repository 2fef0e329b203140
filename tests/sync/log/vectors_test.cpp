// Golden vectors of the protocol: identity and governance records, key wraps, envelopes, frames. One small
// plan, made from a seed, compared byte for byte with tests/vectors, and the stored bytes read back by the
// ordinary code.
#include "tests/support/vectors.h"

#include <catch2/catch.hpp>

#include "sync/log/validity.h"
#include "sync/wire/message.h"
#include "tests/support/log_builder.h"

using namespace samplan;
using namespace samplan::log_test;
using vector_test::Vectors;

namespace {

constexpr std::string_view identity_text =
#include "tests/vectors/identity.txt"
    ;
constexpr std::string_view governance_text =
#include "tests/vectors/governance.txt"
    ;
constexpr std::string_view envelope_text =
#include "tests/vectors/envelope.txt"
    ;
constexpr std::string_view sync_text =
#include "tests/vectors/sync.txt"
    ;
constexpr std::string_view sealed_text =
#include "tests/vectors/sealed.txt"
    ;

constexpr std::string_view host = "plan.example.no";
constexpr std::string_view batch = "a batch of changes, as bytes";

crypto::SignKeyPair server_key() {
  SeededEntropy e(900);
  return crypto::new_sign_key_pair(e);
}

// The story that the vectors tell.
struct Story {
  People people{2026};
  PlanLog plan{people};
  TestPerson coordinator, owner, relative;
  TestUnit unit;
  Vectors identity, governance, envelopes, sync;
  bool ok = true;

  void note(const char* name) { identity.emplace_back(name, people.records.back()); }
  void push(const char* name, GovKind kind, GovBody body, const TestDevice& signer) {
    ok &= plan.push(kind, std::move(body), signer).ok();
    governance.emplace_back(name, plan.log.back().record);
    for (std::size_t i = 0; i < plan.log.back().wraps.size(); ++i)
      governance.emplace_back(std::string(name) + ".wrap" + std::to_string(i + 1),
                              write_wrap(plan.log.back().wraps[i]));
  }

  Story() {
    identities();
    records();
    content();
    exchange();
    phones_lost();
  }

  void identities() {
    coordinator = people.person();
    note("create_person.coordinator");
    owner = people.person();
    note("create_person.owner");
    relative = people.person();
    note("create_person.relative");
    ok &= people.add_device(owner).ok();
    note("add_device.owner");
    ok &= people
              .take(people.write(IdentityKind::new_generation,
                                 people.person_generation_body(coordinator, -1, fresh()),
                                 people.book.find(coordinator.id), coordinator.device()))
              .ok();
    note("new_generation.coordinator");
    unit = people.unit(coordinator);
    note("create_unit");
    ok &= people.add_member(unit, coordinator, relative).ok();
    note("add_member");
    ok &= people.remove_member(unit, coordinator, relative.id).ok();
    note("remove_member");
  }
  crypto::BoxKeyPair fresh() { return crypto::new_box_key_pair(people.entropy); }

  void records() {
    const TestDevice& c = coordinator.device();
    const TestDevice& o = owner.device();
    push("genesis", GovKind::genesis, plan.genesis_body(coordinator, {1, 12}), c);
    push("participant_add.owner", GovKind::participant_add,
         plan.add_body(owner.id, Role::owner, {{1, rwp}, {12, right_read}}), c);
    push("participant_add.relative", GovKind::participant_add, plan.add_body(relative.id, Role::relative), c);
    push("consent_plan", GovKind::consent_plan, PlanLog::attested(PlanLog::consent_body()), c);
    push("consent_grant.full", GovKind::consent_grant, plan.grant_body(3, {{1, rwp}}), o);
    push("role_change", GovKind::role_change, plan.role_body(3, Role::relative, {{1, rp}}), o);
    push("consent_withdraw.participant", GovKind::consent_withdraw, plan.withdraw_body(3, {1}, false),
         relative.device());
    push("consent_grant.from_now", GovKind::consent_grant, plan.grant_body(3, {{1, rp}}, History::from_now),
         o);
    push("coordinator_offer", GovKind::coordinator_offer, PlanLog::subject_body(3), o);
    push("coordinator_accept", GovKind::coordinator_accept, PlanLog::subject_body(3), relative.device());
    ok &= people.revoke_device(owner, 1).ok();
    note("revoke_device.owner");
    push("identity_update", GovKind::identity_update, plan.update_body(owner.id), o);
    push("epoch", GovKind::epoch, plan.epoch_body({1, 12}), relative.device());
  }

  void phones_lost() {
    const TestPerson anew = people.person();
    note("create_person.anew");
    const TestDevice& o = owner.device();
    const TestDevice& leads = relative.device();  // coordinator by now
    push("participant_add.anew", GovKind::participant_add, plan.add_body(anew.id, Role::adviser), leads);
    push("recovery_ask.cancelled", GovKind::recovery_ask, PlanLog::ask_body(2, 4), leads);
    push("recovery_cancel", GovKind::recovery_cancel, PlanLog::subject_body(2), o);
    push("suspend", GovKind::suspend, plan.suspend_body(2), leads);
    ok &= people.add_device(owner).ok();
    note("add_device.owner.2");
    ok &= people.revoke_device(owner, 0, 2).ok();
    note("revoke_device.owner.2");
    push("resume", GovKind::resume, plan.resume_body(2), leads);
    push("recovery_ask", GovKind::recovery_ask, PlanLog::ask_body(2, 4), leads);
    push("recovery_complete", GovKind::recovery_complete, plan.complete_body(2), coordinator.device());
  }

  Bytes seal(const char* name, const TestDevice& author, EnvelopeKind kind, std::uint64_t seq,
             const Hash& prev) {
    EnvelopeHeader h;
    h.kind = kind;
    h.plan = plan.gov.plan();
    h.section = 1;
    h.epoch = plan.gov.section(1)->last_epoch;
    h.author = author.id;
    h.author_seq = seq;
    h.author_prev = prev;
    h.gov_seq = plan.gov.seq();
    h.gov_head = plan.gov.head();
    const Bytes header = write_header144(h);
    const auto sealed = crypto::seal(plan.keys.at({1, h.epoch}), header, ByteView::of(batch), people.entropy);
    ok &= sealed.ok();
    Bytes bytes = finish_envelope(header, sealed->nonce, sealed->ciphertext, author.sign);
    envelopes.emplace_back(name, bytes);
    return bytes;
  }
  void content() {
    const Bytes first = seal("change.first", owner.device(), EnvelopeKind::change, 1, {});
    seal("change.second", owner.device(), EnvelopeKind::change, 2, read_envelope(first)->id);
    seal("snapshot", relative.device(), EnvelopeKind::snapshot, 1, {});
    const crypto::SectionKey& key = plan.keys.at({1, plan.gov.section(1)->last_epoch});
    envelopes.emplace_back("section_key", key.secret.view().copy());
    envelopes.emplace_back("section_key.commitment", crypto::commitment(key).view().copy());
    envelopes.emplace_back("plaintext", ByteView::of(batch).copy());
    Hash chain = chain_start(plan.gov.plan(), 1);
    envelopes.emplace_back("chain.0", chain.view().copy());
    for (int i = 0; i < 3; ++i) {
      chain = chain_next(chain, read_envelope(envelopes[static_cast<std::size_t>(i)].second)->id);
      envelopes.emplace_back("chain." + std::to_string(i + 1), chain.view().copy());
    }
  }

  void exchange() {
    SyncRequest q;
    q.person = owner.id;
    q.reply_bytes_max = 1 << 21;
    PlanRequest p;
    p.plan = plan.gov.plan();
    p.gov_seq = plan.gov.seq();
    p.sections = {{1, 1}};
    p.push_gov = {{plan.log.back().record, plan.log.back().wraps}};
    p.push = {envelopes[1].second};
    q.plans = {p};
    q.mail_seen = 3;
    RequestNonce nonce{};
    people.entropy.fill(nonce.data(), nonce.size());
    const Bytes request =
        write_request_frame(owner.device().id, nonce, host, write_request_body(q), owner.device().sign);
    sync.emplace_back("request", request);
    SyncReply a;
    a.generation = 1;
    a.server_ms = 1'790'000'100'000;
    a.nonce = nonce;
    a.cursors = CursorToken{};
    people.entropy.fill(a.cursors->data(), a.cursors->size());
    PlanReply r;
    r.plan = p.plan;
    r.gov = {{plan.log.back().record, {plan.log.back().wraps[0]}, 1'790'000'099'000}};
    r.identity = {people.records.back()};
    r.identity_n = 9;
    r.results = {{read_envelope(envelopes[1].second)->id, ItemStatus::ok, 2}};
    r.sections = {
        {1,
         {{2, true, read_envelope(envelopes[1].second)->id, {}}, {3, false, {}, envelopes[2].second}},
         false}};
    Receipt receipt;
    receipt.plan = p.plan;
    receipt.generation = 1;
    receipt.gov_seq = plan.gov.seq();
    receipt.gov_head = plan.gov.head();
    receipt.sections = {{{1, 3}, Hash::from(envelopes.back().second)}};
    receipt.recv_ms = a.server_ms;
    sign_receipt(receipt, server_key());
    r.receipt = receipt;
    a.plans = {r};
    sync.emplace_back("reply", write_reply_frame(write_reply_body(a), request_hash(request), server_key()));
    sync.emplace_back("server_key", server_key().public_key.view().copy());
  }
};

// A wrap that libsodium sealed once; it cannot be made again, but must open for ever.
Vectors make_sealed(Story& s) {
  const crypto::BoxKeyPair& pair = s.relative.generations[0];
  Bytes plain = ByteView::of("spw1").copy();
  append(plain, s.plan.gov.plan().view());
  append_u16(plain, 1);
  append(plain, s.relative.id.view());
  append_u32(plain, 1);
  append_u32(plain, s.plan.gov.section(1)->last_epoch);
  append(plain, s.plan.keys.at({1, s.plan.gov.section(1)->last_epoch}).secret.view());
  return {{"recipient_secret", pair.secret.view().copy()},
          {"sealed", crypto::seal_to(pair.public_key, plain)},
          {"plaintext", plain}};
}

}  // namespace

TEST_CASE("The bytes of every record, wrap, envelope and frame are those that were frozen") {
  Story s;
  REQUIRE(s.ok);
  if (vector_test::writing()) {
    const std::string folder = SAMPLAN_SOURCE_DIR "/tests/vectors/";
    vector_test::write(folder, "identity.txt", "Identity records, in the order in which they were made.",
                       s.identity);
    vector_test::write(folder, "governance.txt",
                       "Governance records of one plan, each followed by its key wraps.", s.governance);
    vector_test::write(folder, "envelope.txt",
                       "Envelopes of section 1, the key they open under, and the running hash.", s.envelopes);
    vector_test::write(folder, "sync.txt", "A signed request and the reply to it; host plan.example.no.",
                       s.sync);
    vector_test::write(folder, "sealed.txt", "A key wrap sealed by libsodium, and who can open it.",
                       make_sealed(s));
    return;
  }
  vector_test::compare(s.identity, vector_test::parse(identity_text));
  vector_test::compare(s.governance, vector_test::parse(governance_text));
  vector_test::compare(s.envelopes, vector_test::parse(envelope_text));
  vector_test::compare(s.sync, vector_test::parse(sync_text));
}

TEST_CASE("The frozen records make the logs that they were made for") {
  const auto identity = vector_test::parse(identity_text);
  const auto governance = vector_test::parse(governance_text);
  IdentityBook book;
  std::map<std::string, PrincipalId> ids;
  for (const char* name :
       {"create_person.coordinator", "create_person.owner", "create_person.relative", "add_device.owner",
        "new_generation.coordinator", "create_unit", "add_member", "remove_member", "revoke_device.owner"}) {
    INFO(name);
    const auto added = book.add(identity.at(name));
    REQUIRE(added.ok());
    ids[name] = *added;
  }
  CHECK(book.find(ids["create_person.owner"])->devices[1].revoked_seq == 3);
  CHECK(book.find(ids["create_unit"])->generation().number == 2);
  CHECK(book.find(ids["create_person.coordinator"])->generation().number == 2);

  GovState gov;
  for (const char* name :
       {"genesis", "participant_add.owner", "participant_add.relative", "consent_plan", "consent_grant.full",
        "role_change", "consent_withdraw.participant", "consent_grant.from_now", "coordinator_offer",
        "coordinator_accept", "identity_update", "epoch"}) {
    INFO(name);
    Draft d{governance.at(name), {}};
    for (int i = 1; governance.count(std::string(name) + ".wrap" + std::to_string(i)) != 0; ++i) {
      const auto w = read_wrap(governance.at(std::string(name) + ".wrap" + std::to_string(i)));
      REQUIRE(w.ok());
      d.wraps.push_back(*w);
    }
    REQUIRE(PlanLog::try_apply(gov, d, book).ok());
  }
  CHECK(gov.seq() == 12);
  CHECK(gov.coordinator() == 3);
  CHECK(gov.consent() == PlanConsent::given);
  CHECK(gov.participant(3)->mask(1) == rwp);
  CHECK(gov.section(1)->last_epoch == 4);
  CHECK(gov.section(1)->cuts.size() == 5);

  // The frozen envelopes count in that plan and open under the frozen key.
  const auto envelopes = vector_test::parse(envelope_text);
  const crypto::SectionKey key{gov.plan(), 1, 4, crypto::Secret32::from(envelopes.at("section_key"))};
  CHECK(crypto::commitment(key) == gov.section(1)->epoch.latest()->commitment);
  AuthorChains chains;
  Hash chain = chain_start(gov.plan(), 1);
  CHECK(chain.view() == ByteView(envelopes.at("chain.0")));
  int n = 0;
  for (const char* name : {"change.first", "change.second", "snapshot"}) {
    INFO(name);
    const auto e = read_envelope(envelopes.at(name));
    REQUIRE(e.ok());
    CHECK(judge_alone(*e, static_cast<std::uint64_t>(++n), gov, book, true) == Verdict::valid);
    CHECK(chains.check(e->header) == Verdict::valid);
    chains.accept(e->header, e->id);
    chain = chain_next(chain, e->id);
    CHECK(chain.view() == ByteView(envelopes.at("chain." + std::to_string(n))));
    const auto plain = crypto::open(key, e->header172, e->ciphertext);
    REQUIRE(plain.ok());
    CHECK(*plain == envelopes.at("plaintext"));
  }
}

TEST_CASE("The frozen exchange verifies") {
  const auto identity = vector_test::parse(identity_text);
  const auto sync = vector_test::parse(sync_text);
  const auto server = SignPublicKey::from(sync.at("server_key"));
  IdentityBook book;
  REQUIRE(book.add(identity.at("create_person.owner")).ok());
  const auto frame = read_request_frame(sync.at("request"));
  REQUIRE(frame.ok());
  const auto device = book.find_device(frame->device);
  REQUIRE(device.device != nullptr);
  CHECK(verify_request(*frame, host, device.device->sign_key));
  const auto request = read_request_body(frame->body);
  REQUIRE(request.ok());
  CHECK(request->plans[0].push_gov[0].wraps.size() == 6);
  CHECK(request->plans[0].sections[0].seq == 1);
  const auto body = open_reply_frame(sync.at("reply"), request_hash(sync.at("request")), server);
  REQUIRE(body.ok());
  const auto reply = read_reply_body(*body);
  REQUIRE(reply.ok());
  REQUIRE(reply->plans[0].receipt.has_value());
  CHECK(verify_receipt(*reply->plans[0].receipt, server));
  CHECK(reply->plans[0].sections[0].envelopes[1].seq == 3);
}

TEST_CASE("The frozen sealed box opens for its recipient, and for nobody when a byte is changed") {
  const auto v = vector_test::parse(sealed_text);
  const crypto::BoxKeyPair pair =
      crypto::box_key_pair_of_secret(crypto::Secret32::from(v.at("recipient_secret")));
  Bytes sealed = v.at("sealed");
  const auto plain = crypto::open_sealed(pair, sealed);
  REQUIRE(plain.ok());
  CHECK(*plain == v.at("plaintext"));
  std::size_t opened = 0;
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    // The unused top bit of an X25519 key is masked (RFC 7748, section 5), but the box's nonce covers the
    // bytes.
    sealed[i] ^= 0x80;
    opened += crypto::open_sealed(pair, sealed).ok();
    sealed[i] ^= 0x80;
  }
  CHECK(opened == 0);
}
