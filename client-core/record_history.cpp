#include "client-core/record_history.h"

#include "client-core/pack.h"

namespace samplan {

std::vector<plan::Batch> batches_of(Context& ctx, const PlanFile& file, const Envelope& envelope) {
  if (envelope.header.kind != EnvelopeKind::change) return {};
  const auto key = ctx.keyring.section_key(file.id(), envelope.header.section, envelope.header.epoch);
  if (!key.ok() || *key == nullptr) return {};
  const auto plain = open_content(**key, envelope);
  if (!plain.ok()) return {};
  auto batches = split_batches(*plain, envelope.header.author);
  return batches.ok() ? std::move(batches).value() : std::vector<plan::Batch>{};
}

Result<RecordChanges> record_changes(Context& ctx, PlanFile& file, SectionId section, const EntityId& record,
                                     plan::FieldId field) {
  RecordChanges out;
  SP_TRY(plan::SectionState base, file.base_state(ctx, section));
  plan::RecordHistory history(record, field, std::move(base));
  const StartKind start = file.section(section).start.how;
  out.can_fetch = start == StartKind::trusted || start == StartKind::own;
  out.from_start = start == StartKind::whole;
  SP_OK(ctx.replica.each_envelope(file.id(), section, 1, [&](const EnvelopeRow& row) -> Status {
    SP_TRY(const Envelope envelope, read_envelope(row.body));
    const bool counts = static_cast<Verdict>(row.verdict) == Verdict::valid;
    const IdentityBook::Owner owner = ctx.book.find_device(envelope.header.author);
    const PrincipalId person = owner.person == nullptr ? PrincipalId{} : owner.person->id;
    for (const plan::Batch& batch : batches_of(ctx, file, envelope))
      history.add(batch, {row.seq, envelope.header.proposal, counts, person, row.recv_ms});
    return Status::good();
  }));
  SP_TRY(const std::vector<plan::PendingBatch> unsent, file.unsent(ctx, section));
  for (const plan::PendingBatch& p : unsent) history.add(p.batch, {merge::pending_seq, p.proposal, true, ctx.person, ctx.now});
  SP_TRY(const plan::SectionState* shown, file.shown(ctx, section));
  out.changes = history.finish(*shown);
  return out;
}

}  // namespace samplan
