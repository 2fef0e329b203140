// The identity logs as the writer of the store holds them in memory, and what a new record sets in motion:
// which devices exist, who is in which unit, and which plans' feeds the record enters.
#pragma once

#include "sync/log/identity.h"
#include "sync/relay/config.h"
#include "sync/relay/store.h"

namespace samplan::relay {

class People {
 public:
  // Reads what the store has and this does not.
  Status refresh(Store& store);
  // After a rollback nothing in memory can be trusted.
  void drop();
  const IdentityBook& book() const { return book_; }

  // Checks and stores one record. `may_create`: whether a person that nobody knows is let in.
  // The result says how the record fared; an error is the store's.
  Result<ItemResult> push(Store& store, const RelayConfig& config, ByteView record, bool may_create,
                          UnixMs now);

  // A principal becomes a participant: its log, and for a unit its members' logs before it, enter the plan's
  // feed, and everyone concerned gets the plan.
  Status add_participant(Store& store, PlanRow& plan, const PrincipalId& principal, UnixMs now);

  // The logs that somebody needs who must pin this principal: a unit's members first.
  Status each_record_about(Store& store, const PrincipalId& principal,
                           const Visitor<IdentityRow>& visit) const;

 private:
  Status follow(Store& store, const Record& record, const PrincipalId& principal, UnixMs now);
  Status follow_unit(Store& store, const IdentityBody& body, IdentityKind kind, const PrincipalId& unit,
                     UnixMs now);
  Status add_to_feed(Store& store, PlanRow& plan, const PrincipalId& principal, bool participant, UnixMs now);
  std::vector<PrincipalId> with_members(const PrincipalId& principal) const;

  IdentityBook book_;
  std::uint64_t count_ = 0;
};

}  // namespace samplan::relay
