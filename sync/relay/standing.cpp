#include "sync/relay/standing.h"

#include <algorithm>
#include <limits>

namespace samplan::relay {
namespace {

struct End {
  std::uint64_t gov_seq = 0;
  std::uint64_t identity_n = 0;
  UnixMs at_ms = 0;
};

End end_at_record(const PlanView& view, std::uint64_t gov_seq) {
  const GovMoment& moment = view.moments[static_cast<std::size_t>(gov_seq - 1)];
  return {gov_seq, moment.identity_n, moment.recv_ms};
}

// The record that took the last of the participant's rights; no value while it has some or has never had any.
std::optional<End> end_of_rights(const PlanView& view, const Participant& p) {
  if (p.masks.empty() || p.has_any_access()) return std::nullopt;
  std::uint64_t last = 0;
  for (const auto& mask : p.masks) last = std::max(last, mask.second.spans().back().first);
  return end_at_record(view, last);
}

// The end date of what the owner granted. The owner's own and the coordinator's access rest on no grant.
UnixMs end_date(const Participant& p) {
  const Role role = *p.role.latest();
  if (!p.grant || role == Role::owner || role == Role::coordinator) return 0;
  return p.grant->not_after;
}

std::optional<End> end_by_date(const PlanView& view, const Participant& p, UnixMs now) {
  const UnixMs date = end_date(p);
  if (date == 0 || now < date) return std::nullopt;
  std::uint64_t last = p.grant->gov_seq;
  while (last < view.moments.size() && view.moments[static_cast<std::size_t>(last)].recv_ms < date) ++last;
  End end = end_at_record(view, last);
  end.at_ms = date;
  return end;
}

// The record of the unit's log that ended the person's last stay; no value if the plan has nothing to do with
// it.
Result<std::optional<End>> end_of_membership(Store& store, const PlanView& view, const Participant& p,
                                             const IdentityState& unit, const PrincipalId& person) {
  std::uint64_t removed = 0;
  for (const MemberSpan& m : unit.members)
    if (m.person == person) removed = std::max(removed, m.removed_seq);
  SP_TRY(const std::optional<FeedRow> row, store.find_feed(view.row.plan, unit.id, removed));
  // Whoever left before the unit took part was never concerned: those records entered the feed just before it
  // was added.
  if (!row || row->gov_seq < p.added_seq) return std::optional<End>();
  return std::optional<End>(End{row->gov_seq, row->n, row->recv_ms});
}

}  // namespace

std::uint8_t Standing::mask(SectionId section) const {
  unsigned mask = 0;
  for (const Participant* p : acting) mask |= p->mask(section);
  return static_cast<std::uint8_t>(mask);
}

std::uint64_t Standing::read_from(SectionId section) const {
  std::uint64_t from = std::numeric_limits<std::uint64_t>::max();
  for (const Participant* p : acting) {
    if ((p->mask(section) & right_read) == 0) continue;
    const auto base = p->base.find(section);
    from = std::min(from, base == p->base.end() ? 0 : base->second.first);
  }
  return from;
}

Result<Standing> standing_of(Store& store, const PlanView& view, const IdentityBook& book,
                             const DeviceId& device, UnixMs now) {
  Standing standing;
  const IdentityBook::Owner owner = book.find_device(device);
  if (owner.device == nullptr || owner.device->revoked_seq != 0) return standing;
  const PrincipalId person = owner.person->id;

  std::optional<End> latest_end;
  for (const Participant& p : view.gov.participants()) {
    const IdentityState* unit = p.principal == person ? nullptr : book.find(p.principal);
    if (p.principal != person) {
      const bool ever =
          unit != nullptr && std::any_of(unit->members.begin(), unit->members.end(),
                                         [&](const MemberSpan& m) { return m.person == person; });
      if (!ever) continue;
    }
    std::optional<End> end = end_of_rights(view, p);
    if (!end) end = end_by_date(view, p, now);
    if (unit != nullptr && !unit->has_member(person, unit->seq())) {
      SP_TRY(const std::optional<End> left, end_of_membership(store, view, p, *unit, person));
      if (!left) continue;
      if (!end || left->gov_seq < end->gov_seq) end = left;
    }
    if (!end) {
      standing.acting.push_back(&p);
      const UnixMs date = end_date(p);
      if (date != 0 && (standing.expires_ms == 0 || date < standing.expires_ms)) standing.expires_ms = date;
    } else if (!latest_end || end->gov_seq > latest_end->gov_seq) {
      latest_end = end;
    }
  }
  if (!standing.acting.empty()) {
    standing.kind = Standing::Kind::active;
  } else if (latest_end) {
    standing.kind = Standing::Kind::ended;
    standing.last_gov_seq = latest_end->gov_seq;
    standing.last_identity_n = latest_end->identity_n;
    standing.ended_ms = latest_end->at_ms;
  }
  return standing;
}

std::vector<SectionId> sections_awaiting_rotation(const GovState& gov, const IdentityBook& book) {
  std::vector<SectionId> out;
  for (const Participant& p : gov.participants()) {
    const IdentityState* identity = book.find(p.principal);
    if (identity == nullptr) continue;
    const IdentityPin newest{p.principal, identity->seq(), identity->head()};
    for (const SectionId s : gov.sections_touched_by(newest, book)) out.push_back(s);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

}  // namespace samplan::relay
