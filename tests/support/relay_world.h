// A relay over a store, and devices that talk to it in the same process: what a client does around a sync
// request, without a client.
#pragma once

#include <catch2/catch.hpp>

#include "sync/relay/relay.h"
#include "tests/support/memory_store.h"
#include "tests/support/seeded_entropy.h"
#include "tests/support/world_builder.h"

namespace samplan::world {

inline constexpr const char* test_host = "samplan.example";

// Where requests go: a relay in this thread, or a server.
using Exchange = std::function<Result<Bytes>(ByteView frame)>;

class TestClient {
 public:
  TestClient(const TestPrincipal& person, std::size_t device, SignPublicKey server, Exchange exchange)
      : person_(&person), device_(device), server_(server), exchange_(std::move(exchange)) {}

  const TestDevice& device() const { return person_->devices[device_]; }

  // Keeps nonce and cursors as a client does. A refused nonce is answered with a second request.
  Result<SyncReply> sync(SyncRequest request);

  Bytes frame(const SyncRequest& request, const char* host = test_host) const {
    return write_request_frame(device().id, nonce, host, write_request_body(request), device().sign);
  }

  Result<SyncReply> exchange_once(const SyncRequest& request) { return send(frame(request)); }

  Result<SyncReply> send(const Bytes& sent);

  RequestNonce nonce{};
  std::optional<CursorToken> token;
  bool use_token = true;
  std::size_t reply_bytes = 0;

 private:
  const TestPrincipal* person_;
  std::size_t device_;
  SignPublicKey server_;
  Exchange exchange_;
};

SyncRequest pushing(const PlanId& plan, std::vector<GovPush> gov, std::vector<Bytes> content = {});

const PlanReply* plan_in(const SyncReply& reply, const PlanId& plan);

// A relay with its identity in a store; two of the same seed answer the same.
std::unique_ptr<relay::Relay> start_relay(relay::Store& store, const relay::RelayConfig& config,
                                                 Entropy& entropy);

// A relay over a store in memory, with the world's clock and randomness. With a mirror, everything is also
// asked of a second relay over another store, and both must answer the same bytes.
struct RelayWorld {
  explicit RelayWorld(std::uint64_t seed = 1, const relay::RelayConfig& config = {},
                      relay::Store* mirror_store = nullptr)
      : entropy(seed), server_entropy(seed), mirror_entropy(seed), mirror(mirror_store) {
    relay = start_relay(store, config, server_entropy);
    if (mirror != nullptr) mirror_relay = start_relay(*mirror, config, mirror_entropy);
    code = relay->server().enrolment_code;
  }

  Exchange exchange();
  TestClient client(const TestPrincipal& person, std::size_t device = 0) {
    return TestClient(person, device, relay->server().key.public_key, exchange());
  }
  // A new person with an enrolled device.
  TestClient enrol(const TestPrincipal& person);

  SeededEntropy entropy;
  SeededEntropy server_entropy;
  SeededEntropy mirror_entropy;
  relay::MemoryStore store;
  std::unique_ptr<relay::Relay> relay;
  relay::Store* mirror;
  std::unique_ptr<relay::Relay> mirror_relay;
  std::string code;
  UnixMs now = 1'780'000'000'000;
};

// The usual company: a plan with coordinator, owner with consent, and a relative who reads and writes two
// sections.
struct Company {
  explicit Company(RelayWorld& w)
      : world(w),
        coordinator(make_person(w.entropy)),
        owner(make_person(w.entropy)),
        relative(make_person(w.entropy)),
        coordinator_client(w.enrol(coordinator)),
        owner_client(w.enrol(owner)),
        relative_client(w.enrol(relative)) {
    plan.knows(coordinator);
    plan.genesis(coordinator, {1, 2, 3, 12}, w.entropy);
    plan.participant_add(coordinator, owner, Role::owner, {{1, 7}, {2, 7}, {3, 7}, {12, 1}});
    plan.participant_add(coordinator, relative, Role::relative);
    push(coordinator_client, plan.log);
    push(owner_client,
         {plan.consent_plan(owner),
          plan.grant(owner, relative, {{1, right_read | right_write}, {3, right_read | right_write}},
                     w.entropy)});
  }
  Company(const Company&) = delete;

  // Pushes governance and expects it to be taken.
  void push(TestClient& client, std::vector<GovPush> records);
  // Pushes one envelope and gives its status.
  ItemStatus write(TestClient& client, SectionId section, std::string_view text) {
    return send(client, plan.envelope(client.device(), section, text, world.entropy));
  }
  ItemStatus send(TestClient& client, const Bytes& envelope);

  RelayWorld& world;
  TestPrincipal coordinator;
  TestPrincipal owner;
  TestPrincipal relative;
  TestClient coordinator_client;
  TestClient owner_client;
  TestClient relative_client;
  TestPlan plan;
};

}  // namespace samplan::world
