#include "sync/relay/plan_view.h"

#include "sync/wire/envelope.h"
#include "sync/wire/message_parts.h"

namespace samplan::relay {
namespace {

Status replay(PlanView& view, const GovRow& row, const IdentityBook& book) {
  const auto corrupt = [] { return Error{Errc::corrupt, "plan_view.replay"}; };
  const auto pushed = read_signed_record(row.signed_record);
  if (!pushed.ok()) return corrupt();
  const auto record = read_record(LogKind::governance, pushed->record);
  if (!record.ok()) return corrupt();
  const auto body = read_gov_body(static_cast<GovKind>(record->header.kind), record->body);
  if (!body.ok()) return corrupt();
  // Recipients were checked when it was accepted.
  if (!view.gov.apply(*record, *body, book, false).ok()) return corrupt();
  view.moments.push_back({row.recv_ms, row.identity_n});
  return Status::good();
}

Status bring_up_to_date(Store& store, PlanView& view, const PlanRow& row, const IdentityBook& book) {
  Status replayed;
  SP_OK(store.each_governance(row.plan, view.gov.seq(), [&](const GovRow& gov) {
    replayed = replay(view, gov, book);
    return replayed.ok();
  }));
  SP_OK(replayed);
  if (view.gov.seq() != row.gov_seq) return Error{Errc::corrupt, "plan_view.gov_seq"};
  SP_TRY(const std::vector<SectionHead> heads, store.sections(row.plan));
  view.heads.clear();
  for (const SectionHead& head : heads) view.heads[head.section] = head;
  view.tips.clear();
  view.row = row;
  return Status::good();
}

}  // namespace

SectionHead PlanView::head(SectionId section) const {
  const auto it = heads.find(section);
  if (it != heads.end()) return it->second;
  return {section, 0, chain_start(row.plan, section)};
}

Result<AuthorTip> PlanView::tip(Store& store, SectionId section, const DeviceId& author) {
  const auto key = std::make_pair(section, author);
  const auto it = tips.find(key);
  if (it != tips.end()) return it->second;
  SP_TRY(const std::optional<AuthorTip> stored, store.author_tip(row.plan, section, author));
  return tips[key] = stored.value_or(AuthorTip{});
}

Result<std::shared_ptr<PlanView>> PlanCache::find(Store& store, const PlanId& plan,
                                                  const IdentityBook& book) {
  SP_TRY(const std::optional<PlanRow> row, store.lock_plan(plan));
  if (!row) return std::shared_ptr<PlanView>();
  const auto it = entries_.find(plan);
  std::shared_ptr<PlanView> view = it != entries_.end() ? it->second.view : std::make_shared<PlanView>();
  if (view->row.version != row->version) {
    const Status read = bring_up_to_date(store, *view, *row, book);
    if (!read.ok()) {
      drop(plan);
      return read.error();
    }
  }
  put(view);
  return view;
}

void PlanCache::put(std::shared_ptr<PlanView> view) {
  const PlanId plan = view->row.plan;
  drop(plan);
  order_.push_front(plan);
  entries_[plan] = {std::move(view), order_.begin()};
  while (entries_.size() > plans_max_) drop(order_.back());
}

void PlanCache::drop(const PlanId& plan) {
  const auto it = entries_.find(plan);
  if (it == entries_.end()) return;
  order_.erase(it->second.place);
  entries_.erase(it);
}

void PlanCache::drop_all() {
  entries_.clear();
  order_.clear();
}

}  // namespace samplan::relay
