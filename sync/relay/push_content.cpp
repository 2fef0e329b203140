// Envelopes: who may write what now, and the place in the author's and in the section's chain.
#include <algorithm>

#include "base/planted.h"
#include "sync/relay/push.h"

namespace samplan::relay {
namespace {

ItemStatus status_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::valid: return ItemStatus::ok;
    case Verdict::undecided:  // built on records that we do not have
    case Verdict::wrong_log: return ItemStatus::gov_conflict;
    case Verdict::bad_signature: return ItemStatus::bad_sig;
    case Verdict::not_participant:
    case Verdict::not_permitted: return ItemStatus::forbidden;
    case Verdict::no_consent: return ItemStatus::no_consent;
    case Verdict::wrong_epoch: return ItemStatus::epoch_stale;
    case Verdict::outside_cut: return ItemStatus::gov_stale;
    case Verdict::author_gap: return ItemStatus::author_gap;
    case Verdict::author_fork: return ItemStatus::author_fork;
  }
  return ItemStatus::bad_item;
}

// The rights at this moment. Those at the moment of writing are judged like every client does it
// (judge_alone).
ItemStatus permitted_now(const EnvelopeHeader& h, const Standing& standing) {
  if (h.kind == EnvelopeKind::access_event) {
    const bool any = std::any_of(standing.acting.begin(), standing.acting.end(),
                                 [](const Participant* p) { return p->has_any_access(); });
    return any ? ItemStatus::ok : ItemStatus::forbidden;
  }
  const std::uint8_t mask = standing.mask(h.section);
  const bool proposal = h.kind == EnvelopeKind::change && h.proposal;
  const unsigned needed = proposal ? right_write | right_propose : right_write;
  if ((mask & needed) != 0) return ItemStatus::ok;
  // The section was taken from them, the plan was not.
  const bool lost =
      mask == 0 && std::any_of(standing.acting.begin(), standing.acting.end(),
                               [&](const Participant* p) { return p->mask_at(h.section, h.gov_seq) != 0; });
  return lost ? ItemStatus::withdrawn : ItemStatus::forbidden;
}

class ContentPush {
 public:
  ContentPush(PushContext& ctx, PlanView& view, Standing standing, const GovOutcome& governance,
              FirstAccepted& first)
      : ctx_(ctx),
        view_(view),
        standing_(std::move(standing)),
        governance_(governance),
        awaiting_(sections_awaiting_rotation(view.gov, ctx.people.book())),
        first_(first) {}

  Result<ItemResult> take(const PushedEnvelope& pushed) {
    ItemResult result;
    if (!pushed.envelope) {
      result.status = pushed.fault;
      return result;
    }
    const Envelope& e = *pushed.envelope;
    result.id = e.id;
    if (pushed.fault == ItemStatus::bad_item || pushed.fault == ItemStatus::forbidden) {
      result.status = pushed.fault;
      return result;
    }
    // Known before stale: whoever lost our answer learns that all is well, whatever has happened since.
    const EnvelopeKey key{e.header.section, e.header.author, e.header.epoch, e.header.author_seq};
    SP_TRY(const std::optional<EnvelopePlace> place, ctx_.store.find_envelope(view_.row.plan, key));
    if (place && place->id == e.id) {
      result.status = ItemStatus::dup;
      result.seq = place->seq;
      return result;
    }
    SP_TRY(result.status, judge(e, pushed.fault));
    if (result.status != ItemStatus::ok) return result;
    SP_OK(accept(e, key));
    result.seq = view_.heads[key.section].seq;
    return result;
  }

  // Heads and the plan's row are written once for all envelopes of the request.
  Status finish() {
    if (first_.empty()) return Status::good();
    for (const auto& entry : first_) SP_OK(ctx_.store.put_section(view_.row.plan, view_.heads[entry.first]));
    ++view_.row.version;
    return ctx_.store.put_plan(view_.row);
  }

 private:
  Result<ItemStatus> judge(const Envelope& e, ItemStatus fault) {
    const EnvelopeHeader& h = e.header;
    if (fault != ItemStatus::ok) return fault;
    if (standing_.kind == Standing::Kind::ended) return ItemStatus::withdrawn;
    if (standing_.kind == Standing::Kind::foreign) return ItemStatus::unknown;
    if (governance_.refused && h.gov_seq > view_.gov.seq()) return *governance_.refused;
    const SectionGov* section = view_.gov.section(h.section);
    if (section == nullptr) return ItemStatus::bad_item;
    const ItemStatus permitted = permitted_now(h, standing_);
    if (permitted != ItemStatus::ok) return permitted;
    if (view_.gov.consent() != PlanConsent::given) return ItemStatus::no_consent;
    const bool awaits = std::find(awaiting_.begin(), awaiting_.end(), h.section) != awaiting_.end();
    if (section->epoch.latest()->epoch == 0 || awaits) return ItemStatus::rotation_due;
    const Verdict alone = judge_alone(e, 0, view_.gov, ctx_.people.book(), false);
    if (alone != Verdict::valid) return status_of(alone);
    SP_TRY(const Verdict chain, judge_chain(h));
    if (chain != Verdict::valid) return status_of(chain);
    if (view_.row.bytes + e.bytes.size() > ctx_.config.plan_bytes_max) return ItemStatus::quota;
    return ItemStatus::ok;
  }

  // The author's last envelope is all that the rule of sync/log/validity.h looks at.
  Result<Verdict> judge_chain(const EnvelopeHeader& h) {
    SP_TRY(const AuthorTip tip, view_.tip(ctx_.store, h.section, h.author));
    AuthorChains chains;
    if (tip.author_seq != 0) {
      EnvelopeHeader last;
      last.author = h.author;
      last.epoch = tip.epoch;
      last.author_seq = tip.author_seq;
      chains.accept(last, tip.id);
    }
    return chains.check(h);
  }

  Status accept(const Envelope& e, const EnvelopeKey& key) {
    SectionHead head = view_.head(key.section);
    ++head.seq;
    if (first_.count(key.section) == 0 || !SP_PLANTED(relay_chain_stands)) head.chain = chain_next(head.chain, e.id);
    SP_OK(ctx_.store.add_envelope(view_.row.plan, {key, head.seq, e.id, ctx_.now, e.bytes, e.header.kind}));
    view_.heads[key.section] = head;
    view_.tips[{key.section, key.author}] = {key.epoch, key.author_seq, e.id};
    view_.row.bytes += e.bytes.size();
    first_.emplace(key.section, head.seq);
    return Status::good();
  }

  PushContext& ctx_;
  PlanView& view_;
  const Standing standing_;
  const GovOutcome& governance_;
  const std::vector<SectionId> awaiting_;
  FirstAccepted& first_;
};

}  // namespace

Status push_content(PushContext& ctx, PlanView& view, const std::vector<PushedEnvelope>& pushed,
                    const GovOutcome& governance, std::vector<ItemResult>& results, FirstAccepted& first) {
  SP_TRY(Standing standing, standing_of(ctx.store, view, ctx.people.book(), ctx.device, ctx.now));
  ContentPush push(ctx, view, std::move(standing), governance, first);
  for (const PushedEnvelope& one : pushed) {
    SP_TRY(const ItemResult result, push.take(one));
    results.push_back(result);
  }
  return push.finish();
}

}  // namespace samplan::relay
