// What a request brings to one plan: governance records first, then envelopes. Each item fares by itself and
// gets a status; an error is the store's and concerns the whole plan.
#pragma once

#include "sync/relay/incoming.h"
#include "sync/relay/people.h"
#include "sync/relay/standing.h"

namespace samplan::relay {

struct PushContext {
  Store& store;
  People& people;
  const RelayConfig& config;
  DeviceId device;
  UnixMs now = 0;
};

struct GovOutcome {
  // The first record that was refused; what builds on it is refused for the same reason.
  std::optional<ItemStatus> refused;
  // Logs that the signer must know before it can try again: its pin was not the newest.
  std::vector<Bytes> identity;
  // Sections whose head had moved under a record that was otherwise good: the signer learns where they stand,
  // even if it may not read them, because it has the right to cut them.
  std::vector<SectionId> moved;
};

// `view` is empty for a plan that does not exist; a first record then creates it.
Result<GovOutcome> push_governance(PushContext& ctx, const PlanRequest& plan, std::shared_ptr<PlanView>& view,
                                   std::vector<ItemResult>& results);

// The number of the first envelope of this request in each section that took some.
using FirstAccepted = std::map<SectionId, std::uint64_t>;

Status push_content(PushContext& ctx, PlanView& view, const std::vector<PushedEnvelope>& pushed,
                    const GovOutcome& governance, std::vector<ItemResult>& results, FirstAccepted& first);

}  // namespace samplan::relay
