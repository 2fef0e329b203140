#include "sync/relay/prove.h"

#include <algorithm>

#include "sync/relay/checkpoints.h"
#include "sync/relay/relay.h"

namespace samplan::relay {

Result<ProofAsk> read_proof_ask(ByteView bytes, std::string_view host, UnixMs now,
                                const ServerIdentity& server, const RelayConfig& config, ReadStore& store) {
  SP_TRY(const RequestFrame frame, read_request_frame(bytes));
  ProofAsk ask;
  SP_TRY(ask.request, read_proof_request(frame.body));
  ask.device = frame.device;
  ask.request_hash = request_hash(bytes);
  const auto refuse = [&](ItemStatus status) {
    ask.refused = status;
    return std::move(ask);
  };
  ask.nonce_refused = !nonce_holds(server, frame.device, frame.nonce, now, config.nonce_ms);
  if (ask.nonce_refused) return refuse(ItemStatus::ok);
  const bool known_host =
      config.hosts.empty() || std::find(config.hosts.begin(), config.hosts.end(), host) != config.hosts.end();
  if (!known_host) return refuse(ItemStatus::forbidden);
  SP_TRY(const std::optional<DeviceRow> known, store.device(frame.device));
  if (!known || known->person != ask.request.person) return refuse(ItemStatus::unknown);
  if (!verify_request(frame, host, known->sign_key, proof_purpose)) return refuse(ItemStatus::bad_sig);
  if (known->revoked) return refuse(ItemStatus::withdrawn);
  return ask;
}

Status tell_log(ReadStore& store, const ServerIdentity& server, const ProofRequest& request,
                ProofReply& reply) {
  SP_TRY(const std::optional<CheckpointRow> newest, store.checkpoint(server.generation));
  if (!newest) return Status::good();
  SP_TRY(const std::vector<Hash> leaves, log_leaves(store, server.generation));
  if (leaves.size() != newest->n) return Error{Errc::corrupt, "checkpoint.log"};
  const merkle::LeafHashes at = [&](std::uint64_t i) { return leaves[static_cast<std::size_t>(i)]; };
  reply.note = newest->note;
  reply.day = newest->leaf;
  SP_TRY(reply.inclusion, merkle::inclusion_proof(newest->n - 1, newest->n, at));
  const bool same_log =
      request.size != 0 && request.generation == server.generation && request.size <= newest->n;
  if (same_log) {
    SP_TRY(reply.consistency, merkle::consistency_proof(request.size, newest->n, at));
  }
  return Status::good();
}

Result<ProofReply> Relay::prove(Store& store, const ProofAsk& ask, UnixMs now) {
  ProofReply reply;
  reply.status = ask.refused;
  reply.nonce_refused = ask.nonce_refused;
  reply.generation = server_.generation;
  reply.nonce = make_nonce(server_, ask.device, now + config_.nonce_ms);
  if (ask.refused != ItemStatus::ok || ask.nonce_refused) return reply;
  SP_OK(tell_log(store, server_, ask.request, reply));
  if (reply.note.empty() || ask.request.plans.empty()) return reply;
  SP_OK(people_.refresh(store));
  if (!heads_ || heads_note_ != reply.note) {
    SP_TRY(HeadMap heads, noted_heads(store));
    heads_ = std::move(heads);
    heads_note_ = reply.note;
  }
  for (const PlanId& plan : ask.request.plans) {
    SP_TRY(const bool concerned, store.is_plan_member(ask.request.person, plan));
    if (!concerned) continue;
    SP_TRY(const std::shared_ptr<PlanView> view, plans_.find(store, plan, people_.book()));
    if (!view) continue;
    plans_.put(view);
    SP_TRY(const Standing standing, standing_of(store, *view, people_.book(), ask.device, now));
    if (standing.kind != Standing::Kind::active) continue;
    PlanProof proof;
    proof.plan = plan;
    proof.receipt.plan = plan;
    proof.receipt.generation = server_.generation;
    proof.receipt.gov_seq = view->gov.seq();
    proof.receipt.gov_head = view->gov.head();
    proof.receipt.recv_ms = now;
    std::vector<SectionId> chains{governance_chain};
    for (const SectionGov& s : view->gov.sections()) {
      if (!standing.may_read(s.id)) continue;
      const SectionHead head = view->head(s.id);
      proof.receipt.sections.emplace_back(SectionCursor{s.id, head.seq}, head.chain);
      chains.push_back(s.id);
    }
    std::sort(proof.receipt.sections.begin(), proof.receipt.sections.end(),
              [](const auto& a, const auto& b) { return a.first.section < b.first.section; });
    std::sort(chains.begin(), chains.end());
    for (const SectionId chain : chains) {
      auto found = heads_->find(plan, chain);
      if (found) proof.heads.push_back({chain, found->seq, std::move(found->path)});
    }
    reply.plans.push_back(std::move(proof));
  }
  return reply;
}

Bytes Relay::finish_proof(const ProofAsk& ask, ProofReply reply) const {
  for (PlanProof& plan : reply.plans) sign_receipt(plan.receipt, server_.key);
  return write_reply_frame(write_proof_reply(reply), ask.request_hash, server_.key);
}

Result<Bytes> Relay::handle_proof(Store& store, ByteView frame, std::string_view host, UnixMs now) {
  SP_OK(store.begin());
  Result<Bytes> answer = [&]() -> Result<Bytes> {
    SP_TRY(const ProofAsk ask, read_proof_ask(frame, host, now, server_, config_, store));
    SP_OK(make_checkpoint_if_due(store, server_, now));
    SP_TRY(ProofReply reply, prove(store, ask, now));
    return finish_proof(ask, std::move(reply));
  }();
  const Status done = answer.ok() ? store.commit() : Status(answer.error());
  if (done.ok()) return answer;
  store.rollback();
  forget();
  return done.error();
}

}  // namespace samplan::relay
