// Real cores that examine a relay's checkpoints, in the same process: days pass when the test says so, the server can
// split in two, go back to what it was, and have its replies changed on the way.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "client-core/proof_run.h"
#include "sync/log/checkpoint.h"
#include "sync/log/merkle.h"
#include "tests/support/core_world.h"
#include "tests/support/relay_world.h"

namespace samplan::world {

// One state of a server: its store, and the relay over it.
struct ServerSide {
  explicit ServerSide(const relay::MemoryStore& from) : store(from) { start(); }
  ServerSide() { start(); }
  ServerSide(const ServerSide&) = delete;
  void start() { relay = start_relay(store, {}, entropy); }
  // As an operator does after restoring a backup.
  void raise_generation() {
    Bytes number;
    append_u64(number, relay->server().generation + 1);
    REQUIRE(store.begin().ok());
    REQUIRE(store.set_meta("generation", number).ok());
    REQUIRE(store.commit().ok());
    start();
  }
  SeededEntropy entropy{11};
  relay::MemoryStore store;
  std::unique_ptr<relay::Relay> relay;
};

class ProofWorld {
 public:
  using Change = std::function<void(ProofReply&)>;

  ServerSide main;
  CoreWorld people{"https://samplan.example", main.relay->server().key.public_key,
                   main.relay->server().enrolment_code, [this](ByteView frame) {
                     return side->relay->handle(side->store, frame, test_host, people.now, side->entropy);
                   }};
  ServerSide* side = &main;  // the one that answers now
  std::string plan;
  PlanId plan_id;
  std::string goal;

  ProofWorld() {
    CoreWorld& w = people;
    w.start("Jonas");
    w.sync("Jonas");
    plan = w.ok("Jonas", {{"do", "plan_new"}, {"owner_name", "Ola Nordmann"}})["plan"];
    plan_id = *PlanId::parse(plan);
    w.let_in("Jonas", "Ola", {{"for", "plan"}, {"plan", plan}, {"role", "owner"}});
    w.ok("Ola", {{"do", "consent_plan"}, {"plan", plan}});
    w.sync_all({"Ola", "Jonas"});
    goal = w.ok("Jonas", {{"do", "add"}, {"plan", plan}, {"kind", "goal"}, {"section", "helse"}, {"fields", {{"text", "Gå trygt"}}}})["entity"];
    w.sync("Jonas");
    w.let_in("Jonas", "Mona", {{"for", "plan"}, {"plan", plan}, {"role", "provider"}});
    w.let_in("Jonas", "Silje", {{"for", "plan"}, {"plan", plan}, {"role", "relative"}});
    w.sync("Ola");
    w.ok("Ola", {{"do", "consent_give"}, {"plan", plan}, {"participant", "Mona"}, {"rights", "write"}, {"sections", {"grunnlag", "helse"}}, {"history", "full"}, {"what", "alt"}, {"who", "hjelperne"}, {"use", "hjelp"}, {"consequence", "ingen"}});
    w.sync_all({"Ola", "Jonas", "Mona", "Silje"});
  }

  void next_day() { people.now += 86'400'000; }
  void write(const std::string& who, const std::string& text) {
    people.ok(who, {{"do", "add"}, {"plan", plan}, {"kind", "note"}, {"section", "helse"}, {"fields", {{"text", text}}}});
    people.sync(who);
  }
  bool sees(const std::string& who, const std::string& text) {
    return people.call(who, {{"do", "plan_show"}, {"plan", plan}, {"record_access", false}}).dump().find(text) !=
           std::string::npos;
  }
  std::string holding(const std::string& who) {
    const json listed = people.ok(who, {{"do", "plans"}});
    for (const json& p : listed["plans"])
      if (p["plan"] == plan) return p["holding"];
    return "gone";
  }

  Result<ProofReport> try_prove(const std::string& who, const Change& change = {},
                                const crypto::SignKeyPair* signer = nullptr) {
    Core& core = people.core(who);
    for (bool first = true;; first = false) {
      people.now += 1000;
      SP_TRY(const std::optional<Bytes> frame, core.next_proof(people.now, first));
      if (!frame) return core.proof_report();
      SP_TRY(Bytes reply, side->relay->handle_proof(side->store, *frame, test_host, people.now));
      if (change || signer != nullptr) {
        auto body = read_proof_reply(ByteView(reply).sub(8, reply.size() - 72));
        REQUIRE(body.ok());
        if (change) change(*body);
        const crypto::SignKeyPair& key = signer == nullptr ? main.relay->server().key : *signer;
        reply = write_reply_frame(write_proof_reply(*body), request_hash(*frame), key);
      }
      SP_OK(core.on_proof_reply(reply, people.now));
    }
  }
  ProofReport prove(const std::string& who, const Change& change = {}) {
    auto report = try_prove(who, change);
    INFO(who << ": " << (report.ok() ? "" : std::string(errc_name(report.code())) + " " + report.error().where));
    REQUIRE(report.ok());
    return *report;
  }
};

// The faults of a report in one line.
inline std::string faults(const ProofReport& report) {
  std::string out;
  for (const ProofFault& f : report.faults) out += (out.empty() ? "" : " ") + f.what;
  return out;
}

}  // namespace samplan::world
