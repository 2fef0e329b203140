// Real cores and a relay whose answers can be changed on their way and signed anew with the server's own key:
// what a server that lies can do. A plan with an owner, a coordinator, a provider who has unsent text, and a
// relative who has been withdrawn and works with the server.
#pragma once

#include <set>

#include "client-core/plan_file.h"
#include "sync/log/sections.h"
#include "tests/support/core_world.h"
#include "tests/support/relay_world.h"

namespace samplan::hostile {

using namespace samplan::world;
using nlohmann::json;

class EvilWorld {
 public:
  EvilWorld() {
    evil = make_person(noise);
    foreign_key = crypto::new_sign_key_pair(noise);
    set_up();
  }
  EvilWorld(const EvilWorld&) = delete;

  RelayWorld server;
  SeededEntropy noise{4711};
  CoreWorld people{"https://samplan.example", server.relay->server().key.public_key, server.code,
                   [this](ByteView frame) { return answer(frame); }};
  TestPrincipal evil;
  crypto::SignKeyPair foreign_key;
  std::string plan;
  PlanId plan_id;
  std::string goal;
  SectionId section = 5;  // «helse»; set from its code
  DeviceId member_device;
  Bytes first_reply;

  bool swallow = false;
  std::function<void(const SyncRequest&, SyncReply&)> change;
  std::function<void(Bytes&)> change_bytes;

  bool sees(const std::string& who, const std::string& text) {
    const json view = people.call(who, {{"do", "plan_show"}, {"plan", plan}, {"record_access", false}});
    return view.dump().find(text) != std::string::npos;
  }
  std::string holding(const std::string& who) { return row(who)["holding"]; }
  int waiting(const std::string& who) { return row(who)["waiting"]; }
  std::uint64_t heard_seq() { return file("Mona").section(section).seq; }
  std::uint32_t current_epoch() { return file("Mona").gov().section(section)->epoch.latest()->epoch; }

  // ---- frames ----
  void reply_with(ByteView body, Bytes& frame) {
    frame = write_reply_frame(body, request_, server.relay->server().key);
  }
  void sign_with(const crypto::SignKeyPair& key, Bytes& frame) {
    frame = write_reply_frame(body_of(frame), request_, key);
  }
  void sign_for(const Hash& request, Bytes& frame) {
    frame = write_reply_frame(body_of(frame), request, server.relay->server().key);
  }

  // ---- forgeries ----
  // An envelope «by» a device, signed with some key, sealed under a key that nobody has or the given one.
  Bytes forged(const crypto::SignKeyPair& signer, const DeviceId& author, std::uint32_t epoch,
               const crypto::Secret32* secret, std::uint64_t gov_seq = 0) {
    PlanFile& mona = file("Mona");
    EnvelopeHeader h;
    h.plan = plan_id;
    h.section = section;
    h.epoch = epoch;
    h.author = author;
    h.author_seq = 1;
    h.gov_seq = gov_seq == 0 ? mona.gov().seq() : gov_seq;
    h.gov_head = *mona.gov().hash_at(h.gov_seq);
    const crypto::SectionKey key{plan_id, section, epoch,
                                 secret == nullptr ? crypto::Secret32::random(noise) : secret->clone()};
    plan::Batch batch;
    batch.author = author;
    const auto entity = EntityId::parse(goal);
    plan::Op op;
    op.id = {author, 1'000'000};
    op.kind = plan::OpKind::set;
    op.entity = *entity;
    op.field = 1;
    op.text = "PLANTET";
    batch.ops.push_back(op);
    const Bytes header = write_header144(h);
    const auto sealed = crypto::seal(key, header, join_batches({plan::encode_batch(batch)}), noise);
    return finish_envelope(header, sealed->nonce, sealed->ciphertext, signer);
  }
  // By the relative who was withdrawn: she has her device's keys and the section's key of her time.
  Bytes by_former(bool back_dated) {
    const Context silje = people.core("Silje").context(people.now);
    return forged(silje.keys.sign, silje.keys.id(), back_dated ? former_epoch_ : current_epoch(),
                  &former_key_, back_dated ? former_gov_seq_ : 0);
  }
  // A new device of the coordinator's, by the server's own hand.
  Bytes device_for_other() {
    const IdentityState& jonas = coordinator();
    TestDevice fresh = make_device(noise);
    IdentityBody body;
    body.device_sign = fresh.sign.public_key;
    body.device_box = fresh.box.public_key;
    body.device_proof = crypto::sign(fresh.sign, "samplan/device-joins/1", device_joins_digest(jonas.id));
    body.wraps.push_back({fresh.id.view().copy(), 0, Bytes(140, 1)});
    return next_of(jonas, IdentityKind::add_device, body, jonas.devices.front().id);
  }
  // A new key generation for the coordinator whose secret the server has.
  Bytes generation_for_other() {
    const IdentityState& jonas = coordinator();
    IdentityBody body;
    body.generation = jonas.generation().number + 1;
    body.generation_key = evil.generation_key.public_key;
    body.wraps.push_back({jonas.devices.front().id.view().copy(), 0, Bytes(124, 1)});
    return next_of(jonas, IdentityKind::new_generation, body, jonas.devices.front().id);
  }
  // The plan's next record, which lets the server's person in, signed by the server.
  Bytes own_governance() {
    const GovState& gov = file("Mona").gov();
    GovBody body;
    body.subject = static_cast<std::uint16_t>(gov.participants().size() + 1);
    body.pin = evil.pin();
    body.role = Role::adviser;
    RecordHeader h;
    h.kind = static_cast<std::uint8_t>(GovKind::participant_add);
    h.seq = gov.seq() + 1;
    h.log = Hash::from(plan_id.view());
    h.prev = gov.head();
    h.signer = coordinator().devices.front().id;
    return write_record(LogKind::governance, h, write_gov_body(GovKind::participant_add, body),
                        evil.device().sign);
  }

 private:
  json row(const std::string& who) {
    const json listed = people.ok(who, {{"do", "plans"}});
    for (const json& p : listed["plans"])
      if (p["plan"] == plan) return p;
    return {{"holding", "gone"}, {"waiting", 0}};
  }
  PlanFile& file(const std::string& who) {
    Core& core = people.core(who);
    Context ctx = core.context(people.now);
    const auto found = core.plans().get(ctx, plan_id);
    REQUIRE(found.ok());
    return **found;
  }
  const IdentityState& coordinator() {
    const Context ctx = people.core("Mona").context(people.now);
    return *ctx.book.find(file("Mona").gov().participant(1)->principal);
  }
  Bytes next_of(const IdentityState& log, IdentityKind kind, const IdentityBody& body,
                const DeviceId& signer) {
    RecordHeader h;
    h.kind = static_cast<std::uint8_t>(kind);
    h.seq = log.seq() + 1;
    h.log = Hash::from(log.id.view());
    h.prev = log.head();
    h.signer = signer;
    return write_record(LogKind::identity, h, write_identity_body(kind, body), evil.device().sign);
  }
  static Bytes body_of(const Bytes& frame) { return Bytes(frame.begin() + 8, frame.end() - 64); }

  Result<Bytes> answer(ByteView frame) {
    const auto asked = read_request_frame(frame);
    REQUIRE(asked.ok());
    request_ = request_hash(frame);
    Bytes reply;
    if (swallow) {
      SyncReply empty;
      empty.generation = 1;
      empty.server_ms = people.now;
      noise.fill(empty.nonce.data(), empty.nonce.size());
      reply_with(write_reply_body(empty), reply);
    } else {
      SP_TRY(reply, server.relay->handle(server.store, frame, test_host, people.now, server.entropy));
    }
    if (first_reply.empty()) first_reply = reply;
    if (change) {
      const auto body = read_reply_body(body_of(reply));
      const auto request = read_request_body(asked->body);
      REQUIRE(body.ok());
      REQUIRE(request.ok());
      SyncReply changed = *body;
      change(*request, changed);
      reply_with(write_reply_body(changed), reply);
    }
    if (change_bytes) change_bytes(reply);
    return reply;
  }

  void set_up() {
    people.start("Jonas");
    people.sync("Jonas");
    plan = people.ok("Jonas", {{"do", "plan_new"}, {"owner_name", "Ola Nordmann"}})["plan"];
    plan_id = *PlanId::parse(plan);
    people.let_in("Jonas", "Ola", {{"for", "plan"}, {"plan", plan}, {"role", "owner"}});
    people.ok("Ola", {{"do", "consent_plan"}, {"plan", plan}});
    people.sync("Ola");
    people.sync("Jonas");
    goal = people.ok("Jonas", {{"do", "add"},
                               {"plan", plan},
                               {"kind", "goal"},
                               {"section", "helse"},
                               {"fields", {{"text", "Gå trygt"}}}})["entity"];
    people.sync("Jonas");
    people.let_in("Jonas", "Mona", {{"for", "plan"}, {"plan", plan}, {"role", "provider"}});
    people.let_in("Jonas", "Silje", {{"for", "plan"}, {"plan", plan}, {"role", "relative"}});
    people.sync("Ola");
    for (const char* who : {"Mona", "Silje"})
      people.ok("Ola", {{"do", "consent_give"},
                        {"plan", plan},
                        {"participant", who},
                        {"rights", "write"},
                        {"sections", {"grunnlag", "samordning", "helse"}},
                        {"history", "full"},
                        {"what", "alt"},
                        {"who", "hjelperne"},
                        {"use", "hjelp"},
                        {"consequence", "ingen"}});
    people.sync_all({"Ola", "Jonas", "Mona", "Silje"});
    section = *section_by_code("helse");
    {
      Core& core = people.core("Silje");
      Context ctx = core.context(people.now);
      PlanFile& hers = file("Silje");
      former_gov_seq_ = hers.gov().seq();
      former_epoch_ = hers.gov().section(section)->epoch.latest()->epoch;
      const auto key = ctx.keyring.section_key(plan_id, section, former_epoch_);
      REQUIRE(key.ok());
      REQUIRE(*key != nullptr);
      former_key_ = (*key)->secret.clone();
      member_device = people.core("Ola").context(people.now).keys.id();
    }
    people.ok("Ola", {{"do", "consent_withdraw"}, {"plan", plan}, {"participant", "Silje"}});
    people.sync_all({"Ola", "Jonas", "Mona"});
    // News for Mona, governance and content, and her own text that nobody has yet.
    people.ok(
        "Jonas",
        {{"do", "edit"}, {"plan", plan}, {"entity", goal}, {"field", "text"}, {"value", "Nytt fra Jonas"}});
    people.sync("Jonas");
    people.ok("Jonas", {{"do", "add"},
                        {"plan", plan},
                        {"kind", "note"},
                        {"section", "helse"},
                        {"fields", {{"text", "Et notat til"}}}});
    people.sync("Jonas");
    people.let_in("Jonas", "Ragna", {{"for", "plan"}, {"plan", plan}, {"role", "adviser"}});
    people.ok("Mona", {{"do", "add"},
                       {"plan", plan},
                       {"kind", "note"},
                       {"section", "helse"},
                       {"fields", {{"text", "Mona skriver"}}}});
  }

  Hash request_;
  crypto::Secret32 former_key_;
  std::uint32_t former_epoch_ = 0;
  std::uint64_t former_gov_seq_ = 0;
};

}  // namespace samplan::hostile
