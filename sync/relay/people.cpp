#include "sync/relay/people.h"

#include <algorithm>

namespace samplan::relay {
namespace {

ItemStatus status_of(Errc code) {
  switch (code) {
    case Errc::log_conflict: return ItemStatus::gov_conflict;
    case Errc::unknown_principal: return ItemStatus::unknown;
    case Errc::forged: return ItemStatus::bad_sig;
    case Errc::not_allowed: return ItemStatus::forbidden;
    case Errc::too_large: return ItemStatus::too_large;
    default: return ItemStatus::bad_item;
  }
}

bool is_known(const IdentityBook& book, const Record& record) {
  const IdentityState* state = book.find(PrincipalId::from(record.log().view()));
  return state != nullptr && record.header.seq <= state->seq() &&
         state->hashes[static_cast<std::size_t>(record.header.seq - 1)] == record.hash;
}

// A copy of a row whose record outlives the visit.
struct KeptRecord {
  std::uint64_t n;
  PrincipalId principal;
  std::uint64_t seq;
  Bytes record;
};

Status collect(Store& store, const PrincipalId& principal, std::vector<KeptRecord>& out) {
  return store.each_identity_of(principal, 0, [&](const IdentityRow& row) {
    out.push_back({row.n, row.principal, row.seq, row.record.copy()});
    return true;
  });
}

void sort_as_accepted(std::vector<KeptRecord>& records) {
  std::sort(records.begin(), records.end(),
            [](const KeptRecord& a, const KeptRecord& b) { return a.n < b.n; });
}

}  // namespace

void People::drop() {
  book_ = IdentityBook();
  count_ = 0;
}

Status People::refresh(Store& store) {
  SP_TRY(const std::uint64_t count, store.identity_count());
  if (count == count_) return Status::good();
  if (count < count_) drop();
  Status replayed;
  SP_OK(store.each_identity(count_, [&](const IdentityRow& row) {
    const auto added = book_.add(row.record);
    if (!added.ok()) replayed = Error{Errc::corrupt, "people.replay"};
    count_ = row.n;
    return added.ok();
  }));
  if (!replayed.ok()) drop();
  return replayed;
}

Result<ItemResult> People::push(Store& store, const RelayConfig& config, ByteView bytes, bool may_create,
                                UnixMs now) {
  ItemResult result;
  const auto record = read_record(LogKind::identity, bytes);
  if (!record.ok()) {
    result.status = record.code() == Errc::too_large ? ItemStatus::too_large : ItemStatus::bad_item;
    return result;
  }
  result.id = record->hash;
  result.seq = record->header.seq;
  if (is_known(book_, *record)) {
    result.status = ItemStatus::dup;
    return result;
  }
  if (record->header.seq > config.identity_records_max) {
    result.status = ItemStatus::quota;
    return result;
  }
  const bool creates = static_cast<IdentityKind>(record->header.kind) == IdentityKind::create_person;
  if (creates && !may_create) {
    result.status = ItemStatus::forbidden;
    return result;
  }
  const Status signer = book_.check_signer_now(bytes);
  const auto added = signer.ok() ? book_.add(bytes) : Result<PrincipalId>(signer.error());
  if (!added.ok()) {
    result.status = status_of(added.code());
    return result;
  }
  ++count_;
  SP_OK(store.add_identity({count_, *added, record->header.seq, bytes}));
  SP_OK(follow(store, *record, *added, now));
  return result;
}

Status People::follow(Store& store, const Record& record, const PrincipalId& principal, UnixMs now) {
  const auto kind = static_cast<IdentityKind>(record.header.kind);
  SP_TRY(const IdentityBody body, read_identity_body(kind, record.body));
  if (kind == IdentityKind::create_person || kind == IdentityKind::add_device) {
    const DeviceId device = crypto::device_id(body.device_sign, body.device_box);
    SP_OK(store.put_device(device, {principal, body.device_sign, false}));
  }
  if (kind == IdentityKind::revoke_device) {
    const IdentityBook::Owner owner = book_.find_device(body.device);
    SP_OK(store.put_device(body.device, {principal, owner.device->sign_key, true}));
  }
  SP_OK(follow_unit(store, body, kind, principal, now));

  SP_TRY(const std::vector<FeedMember> feeds, store.feeds_of(principal));
  for (const FeedMember& feed : feeds) {
    SP_TRY(std::optional<PlanRow> plan, store.lock_plan(feed.plan));
    if (!plan) return Error{Errc::corrupt, "people.feed"};
    ++plan->version;
    SP_OK(store.add_feed(plan->plan,
                         {++plan->identity_n, principal, record.header.seq, plan->gov_seq, now, {}}));
    SP_OK(store.put_plan(*plan));
  }
  return Status::good();
}

// A new member gets the unit's plans, and its log enters their feeds before the unit's record that names it.
Status People::follow_unit(Store& store, const IdentityBody& body, IdentityKind kind, const PrincipalId& unit,
                           UnixMs now) {
  if (kind == IdentityKind::remove_member) return store.put_unit_member(unit, body.member, false);
  if (kind != IdentityKind::create_unit && kind != IdentityKind::add_member) return Status::good();
  SP_OK(store.put_unit_member(unit, body.member, true));
  SP_TRY(const std::vector<FeedMember> feeds, store.feeds_of(unit));
  for (const FeedMember& feed : feeds) {
    SP_TRY(std::optional<PlanRow> plan, store.lock_plan(feed.plan));
    if (!plan) return Error{Errc::corrupt, "people.feed"};
    SP_OK(add_to_feed(store, *plan, body.member, false, now));
    ++plan->version;
    SP_OK(store.put_plan(*plan));
    if (feed.participant) SP_OK(store.put_plan_member(body.member, feed.plan));
  }
  return Status::good();
}

std::vector<PrincipalId> People::with_members(const PrincipalId& principal) const {
  std::vector<PrincipalId> out{principal};
  const IdentityState* state = book_.find(principal);
  if (state == nullptr) return out;
  // Former members too: their devices have signed records of the unit, and its records name them.
  for (const MemberSpan& m : state->members)
    if (std::find(out.begin(), out.end(), m.person) == out.end()) out.push_back(m.person);
  return out;
}

Status People::add_to_feed(Store& store, PlanRow& plan, const PrincipalId& principal, bool participant,
                           UnixMs now) {
  std::vector<KeptRecord> records;
  for (const PrincipalId& one : with_members(principal)) {
    SP_TRY(const std::vector<FeedMember> feeds, store.feeds_of(one));
    const auto here =
        std::find_if(feeds.begin(), feeds.end(), [&](const FeedMember& f) { return f.plan == plan.plan; });
    const bool takes_part = participant && one == principal;
    if (here == feeds.end() || (takes_part && !here->participant))
      SP_OK(store.put_feed_member(one, {plan.plan, takes_part}));
    if (here == feeds.end()) SP_OK(collect(store, one, records));
  }
  // As this server accepted them: a unit's record follows the logs that it rests on.
  sort_as_accepted(records);
  for (const KeptRecord& r : records)
    SP_OK(store.add_feed(plan.plan, {++plan.identity_n, r.principal, r.seq, plan.gov_seq, now, {}}));
  return Status::good();
}

Status People::add_participant(Store& store, PlanRow& plan, const PrincipalId& principal, UnixMs now) {
  SP_OK(add_to_feed(store, plan, principal, true, now));
  const IdentityState* state = book_.find(principal);
  if (state == nullptr) return Error{Errc::corrupt, "people.participant"};
  if (!state->is_unit) return store.put_plan_member(principal, plan.plan);
  for (const MemberSpan& m : state->members)
    if (m.removed_seq == 0) SP_OK(store.put_plan_member(m.person, plan.plan));
  return Status::good();
}

Status People::each_record_about(Store& store, const PrincipalId& principal,
                                 const Visitor<IdentityRow>& visit) const {
  std::vector<KeptRecord> records;
  for (const PrincipalId& one : with_members(principal)) SP_OK(collect(store, one, records));
  sort_as_accepted(records);
  for (const KeptRecord& r : records)
    if (!visit({r.n, r.principal, r.seq, r.record})) break;
  return Status::good();
}

}  // namespace samplan::relay
