// Governance records: the log's own rules (sync/log), and what only the one server can see: that heads, pins
// and generations are the newest at this moment.
#include <algorithm>

#include "base/planted.h"
#include "sync/relay/push.h"
#include "sync/wire/message_parts.h"

namespace samplan::relay {
namespace {

ItemStatus status_of(Errc code) {
  switch (code) {
    case Errc::log_conflict: return ItemStatus::gov_conflict;
    case Errc::forged: return ItemStatus::bad_sig;
    case Errc::not_allowed: return ItemStatus::forbidden;
    case Errc::no_consent: return ItemStatus::no_consent;
    case Errc::too_large: return ItemStatus::too_large;
    case Errc::unknown_principal: return ItemStatus::unknown;
    default: return ItemStatus::bad_item;
  }
}

std::size_t size_of(const std::vector<KeyWrap>& wraps) {
  std::size_t bytes = 0;
  for (const KeyWrap& w : wraps) bytes += w.sealed.size();
  return bytes;
}

bool leads(const Participant& p) {
  const Role role = *p.role.latest();
  return role == Role::owner || role == Role::coordinator || role == Role::guardian;
}

// Heads of sections are the second half of the compare-and-swap.
std::vector<SectionId> moved_sections(const PlanView& view, const GovBody& body) {
  std::vector<SectionId> out;
  for (const Rotation& r : body.rotations) {
    const SectionHead head = view.head(r.section);
    if (r.cut_seq != head.seq || r.cut_chain != head.chain) out.push_back(r.section);
  }
  return out;
}

bool wraps_are_newest(const GovState& gov, const GovBody& body, const IdentityBook& book) {
  return std::all_of(body.wraps.begin(), body.wraps.end(), [&](const KeyWrap& w) {
    const Participant* p = gov.participant(w.participant);
    const IdentityState* identity = p == nullptr ? nullptr : book.find(p->principal);
    return identity != nullptr && identity->generation().number == w.generation;
  });
}

class GovernancePush {
 public:
  GovernancePush(PushContext& ctx, const PlanId& plan, std::shared_ptr<PlanView>& view, GovOutcome& outcome)
      : ctx_(ctx), plan_(plan), view_(view), outcome_(outcome) {}

  Result<ItemResult> take(const GovPush& push) {
    ItemResult result;
    const auto record = read_record(LogKind::governance, push.record);
    if (!record.ok()) {
      result.status = status_of(record.code());
      return result;
    }
    result.id = record->hash;
    result.seq = record->header.seq;
    if (is_known(*record)) {
      result.status = ItemStatus::dup;
      return result;
    }
    if (outcome_.refused) {
      result.status = *outcome_.refused;
      return result;
    }
    SP_TRY(result.status, judge_and_store(*record, push));
    return result;
  }

 private:
  bool is_known(const Record& record) const {
    const Hash* known = view_ ? view_->gov.hash_at(record.header.seq) : nullptr;
    return known != nullptr && *known == record.hash;
  }

  Result<ItemStatus> judge_and_store(const Record& record, const GovPush& push) {
    if (record.log().view() != plan_.view()) return ItemStatus::bad_item;
    if (size_of(push.wraps) > limits::wraps_bytes_max) return ItemStatus::too_large;
    const auto kind = static_cast<GovKind>(record.header.kind);
    auto body = read_gov_body(kind, record.body);
    if (!body.ok()) return status_of(body.code());
    const Status attached = attach_wraps(*body, push.wraps);
    if (!attached.ok()) return status_of(attached.code());
    if (record.header.signer != ctx_.device) return ItemStatus::forbidden;
    if (!view_ && record.header.seq != 1) return ItemStatus::unknown;
    if (view_) {
      SP_TRY(const ItemStatus standing, judge_signer());
      if (standing != ItemStatus::ok) return standing;
    }
    if (kind == GovKind::recovery_complete && view_ && is_too_early(*body)) return ItemStatus::deferred;
    const IdentityBook& book = ctx_.people.book();
    GovState next = view_ ? view_->gov : GovState();
    const Status applied = next.apply(record, *body, book, true);
    if (!applied.ok()) return status_of(applied.code());
    SP_TRY(const bool newest, is_newest(kind, next, *body));
    if (!newest) return ItemStatus::gov_conflict;
    SP_OK(store(record, kind, *body, push, std::move(next)));
    return ItemStatus::ok;
  }

  // Everybody in the plan is to have time to object, by the one clock that none of them can set.
  bool is_too_early(const GovBody& body) const {
    const Participant* subject = view_->gov.participant(body.subject);
    if (subject == nullptr || !subject->recovery) return false;
    constexpr UnixMs hour_ms = 3'600'000;
    const UnixMs asked_ms = view_->moments[static_cast<std::size_t>(subject->recovery->asked_seq - 1)].recv_ms;
    return ctx_.now < asked_ms + view_->gov.policy().recovery_wait_hours * hour_ms;
  }

  // The log judges by what the plan has recorded; the server also by what is so now.
  Result<ItemStatus> judge_signer() const {
    const IdentityBook& book = ctx_.people.book();
    SP_TRY(const Standing standing, standing_of(ctx_.store, *view_, book, ctx_.device, ctx_.now));
    if (standing.kind == Standing::Kind::ended) return ItemStatus::withdrawn;
    if (standing.kind == Standing::Kind::foreign) return ItemStatus::unknown;
    for (const Participant* p : view_->gov.participants_of_device(ctx_.device, view_->gov.seq(), book)) {
      const bool acts_now =
          std::find(standing.acting.begin(), standing.acting.end(), p) != standing.acting.end();
      if (leads(*p) && !acts_now) return ItemStatus::forbidden;
    }
    return ItemStatus::ok;
  }

  Result<bool> is_newest(GovKind kind, const GovState& next, const GovBody& body) {
    const IdentityBook& book = ctx_.people.book();
    if (body.pin) {
      const IdentityState* pinned = book.find(body.pin->principal);
      if (pinned->seq() != body.pin->seq) {
        SP_OK(hand_over_log(body.pin->principal));
        return false;
      }
    }
    if (!wraps_are_newest(next, body, book)) return false;
    if (kind == GovKind::genesis) return true;
    outcome_.moved = moved_sections(*view_, body);
    if (SP_PLANTED(cut_anywhere)) outcome_.moved.clear();
    return outcome_.moved.empty();
  }

  // Who is in the plan's feed already comes with it.
  Status hand_over_log(const PrincipalId& principal) {
    SP_TRY(const std::vector<FeedMember> feeds, ctx_.store.feeds_of(principal));
    for (const FeedMember& feed : feeds)
      if (feed.plan == plan_) return Status::good();
    return ctx_.people.each_record_about(ctx_.store, principal, [&](const IdentityRow& row) {
      outcome_.identity.push_back(row.record.copy());
      return true;
    });
  }

  Status store(const Record& record, GovKind kind, const GovBody& body, const GovPush& push, GovState next) {
    if (!view_) {
      view_ = std::make_shared<PlanView>();
      view_->row.plan = plan_;
      SP_OK(ctx_.store.put_plan(view_->row));
    }
    PlanRow& row = view_->row;
    // The new participant's log enters the feed while the plan still stands where it stood: see
    // `end_of_membership`.
    if (kind == GovKind::genesis || kind == GovKind::participant_add)
      SP_OK(ctx_.people.add_participant(ctx_.store, row, body.pin->principal, ctx_.now));
    view_->gov = std::move(next);
    row.gov_seq = record.header.seq;
    ++row.version;
    view_->moments.push_back({ctx_.now, row.identity_n});
    const Bytes signed_record = write_signed_record(push.record, push.wraps);
    SP_OK(ctx_.store.put_plan(row));
    return ctx_.store.add_governance(plan_, {row.gov_seq, ctx_.now, row.identity_n, signed_record});
  }

  PushContext& ctx_;
  const PlanId& plan_;
  std::shared_ptr<PlanView>& view_;
  GovOutcome& outcome_;
};

}  // namespace

Result<GovOutcome> push_governance(PushContext& ctx, const PlanRequest& plan, std::shared_ptr<PlanView>& view,
                                   std::vector<ItemResult>& results) {
  GovOutcome outcome;
  GovernancePush push(ctx, plan.plan, view, outcome);
  for (const GovPush& one : plan.push_gov) {
    SP_TRY(const ItemResult result, push.take(one));
    const bool good = result.status == ItemStatus::ok || result.status == ItemStatus::dup;
    if (!good && !outcome.refused) outcome.refused = result.status;
    results.push_back(result);
  }
  return outcome;
}

}  // namespace samplan::relay
