#include "tests/support/relay_world.h"

namespace samplan::world {

Result<SyncReply> TestClient::sync(SyncRequest request) {
  request.person = person_->id;
  if (!request.cursors && use_token) request.cursors = token;
  auto reply = exchange_once(request);
  if (reply.ok() && reply->nonce_refused) {
    nonce = reply->nonce;
    reply = exchange_once(request);
  }
  if (!reply.ok()) return reply;
  nonce = reply->nonce;
  if (reply->cursors) token = reply->cursors;
  return reply;
}

Result<SyncReply> TestClient::send(const Bytes& sent) {
  SP_TRY(const Bytes answer, exchange_(sent));
  reply_bytes = answer.size();
  SP_TRY(const ByteView body, open_reply_frame(answer, request_hash(sent), server_));
  SP_TRY(SyncReply reply, read_reply_body(body));
  for (const PlanReply& p : reply.plans)
    if (p.receipt && !verify_receipt(*p.receipt, server_)) return Error{Errc::forged, "receipt"};
  return reply;
}

SyncRequest pushing(const PlanId& plan, std::vector<GovPush> gov, std::vector<Bytes> content) {
  SyncRequest q;
  PlanRequest p;
  p.plan = plan;
  p.push_gov = std::move(gov);
  p.push = std::move(content);
  q.plans.push_back(std::move(p));
  return q;
}

const PlanReply* plan_in(const SyncReply& reply, const PlanId& plan) {
  for (const PlanReply& p : reply.plans)
    if (p.plan == plan) return &p;
  return nullptr;
}

std::unique_ptr<relay::Relay> start_relay(relay::Store& store, const relay::RelayConfig& config,
                                          Entropy& entropy) {
  SP_CHECK(crypto::init());
  SP_CHECK(store.begin().ok());
  auto server = relay::load_server_identity(store, entropy);
  SP_CHECK(server.ok() && store.commit().ok());
  return std::make_unique<relay::Relay>(config, std::move(*server));
}

Exchange RelayWorld::exchange() {
  return [this](ByteView frame) {
    auto answer = relay->handle(store, frame, test_host, now, server_entropy);
    if (mirror != nullptr) {
      const auto twin = mirror_relay->handle(*mirror, frame, test_host, now, mirror_entropy);
      REQUIRE(twin.code() == answer.code());
      if (twin.ok()) REQUIRE(*twin == *answer);
    }
    return answer;
  };
}

TestClient RelayWorld::enrol(const TestPrincipal& person) {
  TestClient c = client(person);
  SyncRequest q;
  q.identity = person.log;
  q.enrolment_code = code;
  const auto reply = c.sync(q);
  SP_CHECK(reply.ok() && reply->status == ItemStatus::ok);
  return c;
}

void Company::push(TestClient& client, std::vector<GovPush> records) {
  INFO((plan.last_status.ok() ? "" : plan.last_status.error().where));
  REQUIRE(plan.last_status.ok());
  const auto reply = client.sync(pushing(plan.id, std::move(records)));
  SP_CHECK(reply.ok() && reply->plans.size() >= 1);
  for (const ItemResult& r : reply->plans[0].gov_results) SP_CHECK(r.status == ItemStatus::ok);
  if (reply->plans[0].receipt) plan.learn(*reply->plans[0].receipt);
}

ItemStatus Company::send(TestClient& client, const Bytes& envelope) {
  const auto reply = client.sync(pushing(plan.id, {}, {envelope}));
  SP_CHECK(reply.ok());
  const PlanReply* p = plan_in(*reply, plan.id);
  SP_CHECK(p != nullptr && p->results.size() == 1);
  if (p->receipt) plan.learn(*p->receipt);
  return p->results[0].status;
}

}  // namespace samplan::world
