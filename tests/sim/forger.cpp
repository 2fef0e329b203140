// Somebody who may write and has a program of their own: signs what no honest program would. The rest of the
// world has to come through it unharmed.
#include "client-core/pack.h"
#include "client-core/plan_file.h"
#include "sync/log/sections.h"
#include "tests/sim/steps.h"

namespace samplan::sim {

void sign_false_snapshot(World& w, Device& d) {
  // The coordinator's word is believed; that is what the role is.
  if (!w.is_on(d) || d.index == coordinator || d.index == owner || !d.honest) return;
  Context ctx = d.core->context(d.clock.at(w.now));
  const auto plan = PlanId::parse(w.plan);
  const auto file =
      plan ? d.core->plans().get(ctx, *plan) : Result<PlanFile*>(Error{Errc::not_found, "plan"});
  const auto section = section_by_code("helse");
  if (!file.ok() || !section || ((*file)->rights(ctx, *section) & right_write) == 0) return;
  const GovState& gov = (*file)->gov();
  const std::uint32_t epoch = gov.section(*section)->epoch.latest()->epoch;
  const auto key = ctx.keyring.section_key(*plan, *section, epoch);
  const auto outbox = ctx.replica.outbox(*plan);
  if (!key.ok() || *key == nullptr || !outbox.ok() || !outbox->empty() || gov.consent() != PlanConsent::given)
    return;
  const auto truth = (*file)->snapshot_now(ctx, *section, epoch);
  if (!truth.ok()) return;
  auto record = read_snapshot(*truth);
  if (!record.ok()) return;
  record->state = plan::SectionState(*section).encode();

  const AuthorChains::Tip tip = (*file)->section(*section).authors.tip(d.id, epoch);
  EnvelopeHeader h;
  h.kind = EnvelopeKind::snapshot;
  h.plan = *plan;
  h.section = *section;
  h.epoch = epoch;
  h.author = d.id;
  h.author_seq = tip.seq + 1;
  h.author_prev = tip.id;
  h.gov_seq = gov.seq();
  h.gov_head = gov.head();
  const Bytes header = write_header144(h);
  const auto sealed = seal_content(**key, header, write_snapshot(*record), ctx.entropy);
  if (!sealed.ok()) return;
  Bytes body = finish_envelope(header, sealed->nonce, sealed->ciphertext, ctx.keys.sign);
  const auto envelope = read_envelope(body);
  if (!envelope.ok()) return;
  const Hash id = envelope->id;
  Transaction tx(ctx.replica.db());
  if (!tx.begin().ok()) return;
  if (!ctx.replica.add_outbox(*plan, {*section, epoch, h.author_seq, id, 0, 0, std::move(body)}).ok() ||
      !tx.commit().ok())
    return;
  d.has_forged = true;
  w.note(d.name + " signs a false snapshot");
}

}  // namespace samplan::sim
