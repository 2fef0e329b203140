// One plan as the writer of the store holds it in memory: its folded governance log, the heads of its
// sections and the authors' last envelopes. It always follows from the store: the plan's version tells when
// it has to be read again.
#pragma once

#include <list>
#include <map>
#include <memory>
#include <unordered_map>

#include "sync/log/governance.h"
#include "sync/log/validity.h"
#include "sync/relay/store.h"

namespace samplan::relay {

struct GovMoment {
  UnixMs recv_ms = 0;
  std::uint64_t identity_n = 0;
};

struct PlanView {
  PlanRow row;
  GovState gov;
  std::vector<GovMoment> moments;                            // of record 1, 2, ...
  std::map<SectionId, SectionHead> heads;                    // only sections that have been written to
  std::map<std::pair<SectionId, DeviceId>, AuthorTip> tips;  // as far as they have been asked for

  // The head of a section that exists in the log; nothing written yet is number 0 with the chain's start.
  SectionHead head(SectionId section) const;
  Result<AuthorTip> tip(Store& store, SectionId section, const DeviceId& author);
};

// Folded plans, the least recently used ones leave first. A view in use stays alive with its pointer.
class PlanCache {
 public:
  explicit PlanCache(std::size_t plans_max) : plans_max_(plans_max) {}

  // The plan as it stands in the store now, its row locked; no value if there is none.
  // errors: corrupt when its log does not replay, and those of the store.
  Result<std::shared_ptr<PlanView>> find(Store& store, const PlanId& plan, const IdentityBook& book);
  void put(std::shared_ptr<PlanView> view);
  void drop(const PlanId& plan);
  void drop_all();
  std::size_t size() const { return entries_.size(); }

 private:
  using Order = std::list<PlanId>;
  struct Entry {
    std::shared_ptr<PlanView> view;
    Order::iterator place;
  };
  std::size_t plans_max_;
  Order order_;  // most recently used first
  std::unordered_map<PlanId, Entry> entries_;
};

}  // namespace samplan::relay
