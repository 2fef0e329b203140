#include "sync/relay/idle.h"

#include <algorithm>

#include "sync/relay/cursors.h"

namespace samplan::relay {
namespace {

bool brings_nothing(const SyncRequest& q) {
  const bool pushes = std::any_of(q.plans.begin(), q.plans.end(), [](const PlanRequest& p) {
    return !p.push_gov.empty() || !p.push.empty();
  });
  return !pushes && q.identity.empty() && q.boxes.empty() && q.mail.empty() && q.drops.empty();
}

bool has_all(const PlanRow& plan, const CursorSet& cursors, UnixMs now) {
  const auto it = cursors.find(plan.plan);
  if (it == cursors.end()) return false;
  const PlanCursor& c = it->second;
  return c.version == plan.version && (c.expires_ms == 0 || now < c.expires_ms);
}

}  // namespace

Result<std::optional<SyncReply>> answer_if_idle(const Incoming& in, UnixMs now, ReadStore& store) {
  const std::optional<SyncReply> long_way;
  const SyncRequest& q = in.request;
  // Whoever names plans wants to hear something about them.
  if (!q.cursors || !q.plans.empty() || !brings_nothing(q)) return long_way;
  SP_TRY(const std::optional<Bytes> kept, store.cursors(in.device, *q.cursors));
  if (!kept) return long_way;
  SP_TRY(const CursorSet cursors, read_cursors(*kept));
  SP_TRY(const std::vector<PlanRow> plans, store.plans_of(q.person));
  for (const PlanRow& plan : plans)
    if (!has_all(plan, cursors, now)) return long_way;
  SP_TRY(std::vector<PrincipalId> principals, store.units_of(q.person));
  principals.push_back(q.person);
  SP_TRY(const bool letters, store.has_letters(principals, q.mail_seen, now));
  if (letters) return long_way;
  if (!q.own_logs.empty()) {
    for (const PrincipalId& principal : principals) {
      SP_TRY(const std::uint64_t seq, store.identity_seq(principal));
      const bool has_it = std::any_of(q.own_logs.begin(), q.own_logs.end(), [&](const OwnLog& log) {
        return log.principal == principal && log.seq >= seq;
      });
      if (!has_it) return long_way;
    }
  }
  SyncReply reply;
  reply.cursors = q.cursors;
  return std::optional<SyncReply>(std::move(reply));
}

SyncReply start_reply(const Incoming& in, UnixMs now, const ServerIdentity& server,
                      const RelayConfig& config) {
  SyncReply reply;
  reply.status = in.refused;
  reply.nonce_refused = in.nonce_refused;
  reply.generation = server.generation;
  reply.server_ms = now;
  reply.nonce = make_nonce(server, in.device, now + config.nonce_ms);
  return reply;
}

}  // namespace samplan::relay
