// The client's side of the sync exchange, without a network: says what to send next and learns from the reply. Nothing
// is sent before it is durable; nothing the server says is believed where the signed logs can tell.
//
// Rules that the tests quote
//   S1  An envelope is in the request only after the transaction that holds it has returned.
//   S2  A change is confirmed when its envelope lies, valid, in the chain that we verified; an acknowledgement alone
//       deletes nothing.
//   S3  An envelope is sealed anew only on proof from the verified log and chain that it can never be valid; until
//       then the identical bytes are sent again. Operations keep their ids.
//   S4  Governance is built and pushed before content; a decision made offline is made anew on the newest log.
//   S5  One bad item, section or plan stops no other.
//   S6  Two words of the server that contradict each other freeze the plan: reading goes on, sending stops.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <set>
#include <string>
#include <vector>

#include "client-core/plan_file.h"
#include "client-core/receipts.h"
#include "sync/wire/message.h"

namespace samplan {

// The plans that are open in memory; opened when first asked for.
class OpenPlans {
 public:
  Result<PlanFile*> get(Context& ctx, const PlanId& id);
  PlanFile& add(std::unique_ptr<PlanFile> file);
  void forget(const PlanId& id) { files_.erase(id); }
  void forget_all() { files_.clear(); }

 private:
  std::map<PlanId, std::unique_ptr<PlanFile>> files_;
};

// Something that happened in a sync and that people should know.
struct Notice {
  std::string what;  // code: "access_ended", "section_closed", "frozen", "refused", "new_plan", "letter", "join_answer", "resealed",
                     // "snapshot_differs" (detail: the author's device),
                     // "restored" (detail: the server's generation),
                     // "device_added", "recovered" (added with a recovery code), "recovery_code_made", "device_closed" (detail: a
                     // device of this person), "device_ended": this device,
                     // "participant_recovered" (with a recovery code; detail: the name)
                     // "participant_suspended", "participant_resumed", "recovery_asked", "recovery_completed",
                     // "recovery_cancelled" (detail: the participant's name)
  PlanId plan;
  SectionId section = 0;
  std::string detail;  // status or error name
};

struct SyncOutcome {
  std::uint64_t received = 0;   // others' envelopes taken
  std::uint64_t confirmed = 0;  // own envelopes now in the verified chain
  std::vector<Notice> notices;
  bool again = false;           // ask next_request() again at once
};

class SyncEngine {
 public:
  // `host`: as the server is addressed, bound into the request's signature.
  SyncEngine(OpenPlans& plans, std::string host, SignPublicKey server) : plans_(plans), host_(std::move(host)), server_(server) {}

  // The frame to send now; it pushes what waits and asks for news. `first` of a sync, or one more because the reply
  // said `again`. errors: try_later when one sync has gone on for too many rounds.
  Result<Bytes> next_request(Context& ctx, bool first);
  // Applies the reply to the last request, in one transaction.
  // errors: forged, bad_reply, malformed ... (nothing was changed), not_saved, and refused for a whole-request refusal.
  Result<SyncOutcome> on_reply(Context& ctx, ByteView reply);

  // Sync only these plans (the office opens one).
  void only(std::vector<PlanId> plans) { only_ = std::move(plans); }

 private:
  struct Staged {
    std::vector<GovPush> gov;
    std::vector<Bytes> intent_keys;  // parallel to gov; empty for a rotation that nobody asked for
    std::vector<Hash> gov_hashes;
  };
  Result<PlanRequest> stage_plan(Context& ctx, PlanFile& file, Staged& staged);
  Status stage_intents(Context& ctx, PlanFile& file, GovState& gov, Staged& staged,
                       std::vector<crypto::SectionKey>& keys, std::vector<SectionId>& handed_over);
  Status stage_content(Context& ctx, PlanFile& file, GovState& gov, Staged& staged,
                       std::vector<crypto::SectionKey>& keys, const std::vector<SectionId>& handed_over);
  Status push_record(Context& ctx, GovState& gov, BuiltRecord built, Bytes intent_key, Staged& staged,
                     std::vector<crypto::SectionKey>& keys);

  Status take_identities(Context& ctx, const std::vector<Bytes>& records, SyncOutcome& outcome);
  Status take_own_logs(Context& ctx, const std::vector<Bytes>& records, SyncOutcome& outcome);
  Status end_here(Context& ctx, SyncOutcome& outcome);
  Status note_removals(Context& ctx, PlanFile& file, SyncOutcome& outcome);
  Status begin_generation(Context& ctx, SyncOutcome& outcome);
  Status say_own_logs(Context& ctx, SyncRequest& request);
  Status take_plan(Context& ctx, const PlanReply& reply, SyncOutcome& outcome);
  Status take_logs(Context& ctx, PlanFile& file, const PlanReply& reply, SyncOutcome& outcome);
  Status take_section(Context& ctx, PlanFile& file, const SectionPull& pull, SyncOutcome& outcome);
  Status take_offer(Context& ctx, PlanFile& file, const SnapshotOffer& offer, SyncOutcome& outcome);
  Status take_history(Context& ctx, PlanFile& file, const SectionPull& pull, SyncOutcome& outcome);
  Result<bool> is_trusted(Context& ctx, PlanFile& file, const SnapshotOffer& offer, const Envelope& snapshot,
                          const Hash& record);
  void say_begins(const Context& ctx, PlanFile& file, PlanRequest& out);
  Result<std::optional<Bytes>> due_snapshot(Context& ctx, PlanFile& file, const GovState& gov, SectionId section,
                                            const std::vector<OutboxRow>& outbox);
  Result<std::optional<SnapshotRow>> due_attestation(Context& ctx, PlanFile& file, SectionId section);
  Status drop_refused_extra(Context& ctx, PlanFile& file, const Hash& id, bool& dropped);
  Status freeze(Context& ctx, const PlanId& plan, const Error& why, SyncOutcome& outcome);
  Status settle(Context& ctx, PlanFile& file, SyncOutcome& outcome);
  Status close_lost_sections(Context& ctx, PlanFile& file, SyncOutcome& outcome);
  Status confirm_own(Context& ctx, PlanFile& file, SyncOutcome& outcome);
  Status confirm_access_events(Context& ctx, PlanFile& file, const PlanReply& reply);
  Status drop_hopeless_envelopes(Context& ctx, PlanFile& file, SyncOutcome& outcome);
  Result<bool> rests_on_dead_record(Context& ctx, const PlanFile& file, const EnvelopeHeader& h);
  // The server has more of the chain than has come: an own operation in it may bear the numbers that what waits has now.
  // Where it had been forgotten here, or an old copy of the home was restored, nothing else would tell.
  static bool waits_for_chain(const Context& ctx, PlanFile& file, SectionId section);
  static std::uint64_t begin_of(const Context& ctx, const PlanFile& file, SectionId section);
  Status renumber_taken(Context& ctx, PlanFile& file);
  Status take_letters(Context& ctx, const SyncReply& reply, SyncOutcome& outcome);
  Status after_mail(Context& ctx, const SyncReply& reply);

  OpenPlans& plans_;
  std::string host_;
  SignPublicKey server_;
  std::vector<PlanId> only_;
  std::map<PlanId, Staged> staged_;
  std::vector<Bytes> mail_keys_;  // items sent in the last request, in order
  std::vector<std::pair<PrincipalId, std::uint64_t>> identity_sent_;
  std::optional<Hash> request_;   // hash of the frame that a reply must answer
  std::map<Hash, ItemStatus> answered_;  // what the reply says to the envelopes of the plan at hand
  std::set<SectionId> restarted_;  // by the logs of this reply: what it brings of them does not follow on
  bool asked_by_token_ = false;   // the request said what is here of all plans, so silence about one is an answer
  bool token_valid_ = true;       // this reply could be stored whole
  int rounds_ = 0;
  // Offers that were not good enough, until the section has begun.
  struct Refusal {
    std::uint64_t snapshot = 0;  // an older one than this; 0: the whole chain
    int count = 0;
  };
  std::map<PlanId, std::map<SectionId, Refusal>> begins_;
  std::set<std::pair<PlanId, SectionId>> no_snapshots_;  // the server has refused one
  std::size_t snapshot_room_ = 0;                        // in the request that is being made
  std::size_t push_room_ = 0;
  bool left_over_ = false;  // not everything that waits was in the last request
};

// Notes that somebody who was let in still waits for what a section says; made and sealed when next possible.
Status put_snapshot_due(Context& ctx, const PlanId& plan, SectionId section);

}  // namespace samplan
