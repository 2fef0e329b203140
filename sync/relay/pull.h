// What a device gets of its plans: identity feed, governance, then the envelopes of the sections that it may
// read, as far as the reply has room, each plan its share. Whatever does not fit comes with the next request,
// from where this one ended.
#pragma once

#include "sync/relay/cursors.h"
#include "sync/relay/push.h"

namespace samplan::relay {

// One plan on its way into a reply.
struct PlanTurn {
  std::shared_ptr<PlanView> view;
  Standing standing;
  PlanCursor before;
  PlanCursor now;  // where the reply leaves the client
  PlanReply reply;
  bool named = false;  // the request names the plan: it is answered even if there is nothing to say
  bool pushed = false;
  FirstAccepted first;
  bool takes_snapshots = false;
  bool by_token = false;  // the places are those that the server handed out to last, not what the device says it has
  std::vector<SectionBegin> begin;
  std::vector<HistoryRange> history;
  std::vector<SectionId> moved;
  struct Range {
    std::uint64_t from = 0;
    std::uint64_t to = 0;
  };
  std::map<SectionId, Range> access;  // others' envelopes handed out
  std::optional<std::uint64_t> access_after;  // the device asks for the access log

  bool has_something_to_say() const;
};

class Puller {
 public:
  Puller(Store& store, const ServerIdentity& server, const DeviceId& device, UnixMs now,
         std::size_t bytes_max)
      : store_(store), server_(server), device_(device), now_(now), left_(bytes_max) {}

  // Letters take at most half of the room, but one always fits. True if more are waiting.
  Result<bool> letters(const std::vector<PrincipalId>& to, std::uint64_t seen, std::vector<Letter>& out);
  // Fills the replies of all, adds receipts, and writes the access log.
  Status plans(std::vector<PlanTurn>& turns);

 private:
  Status pull(PlanTurn& turn, std::size_t share);
  Result<bool> pull_identity(PlanTurn& turn, std::uint64_t until);
  Result<bool> pull_governance(PlanTurn& turn, std::uint64_t until);
  Result<bool> pull_sections(PlanTurn& turn);
  Result<bool> pull_section(PlanTurn& turn, const SectionHead& head);
  enum class Offered : std::uint8_t { none, made, no_room };
  // Puts the section's newest snapshot below `below` into the reply.
  Result<Offered> offer_snapshot(PlanTurn& turn, SectionId section, std::uint64_t below);
  Status pull_history(PlanTurn& turn, const HistoryRange& range);
  bool take(std::size_t bytes);
  void add_receipt(PlanTurn& turn) const;
  static void add_heads(const PlanTurn& turn, Receipt& receipt, bool& differs);
  Status log_access(const PlanTurn& turn);
  Status pull_access(PlanTurn& turn);

  Store& store_;
  const ServerIdentity& server_;
  const DeviceId device_;
  const UnixMs now_;
  std::size_t left_;       // of the whole reply
  std::size_t share_ = 0;  // of the plan in hand
  bool empty_ = true;      // nothing is in the reply yet: the first item goes in whatever its size
};

// Notes that a device without access has asked for a plan by name; once a day as long as nothing else is noted.
Status log_denied(Store& store, const PlanId& plan, const DeviceId& device, UnixMs now);

}  // namespace samplan::relay
