// Examines a server's checkpoint, without a network: is it signed by the server that this home has pinned,
// does it continue the one remembered here, and does it say of each plan what this device has verified
// itself? Nothing that the server says about a chain is believed: the leaf is made from the own history, and
// must lead to the signed root.
//
// What a run keeps: the newest good checkpoint (fact), the receipts that came with it, and for each plan
// where the server said it stood when the log had that size. A later checkpoint must have noted at least so
// much; no clock is needed to say so. A plan about which the server has contradicted itself is frozen, as in
// a sync.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "client-core/sync_engine.h"
#include "sync/log/head_map.h"
#include "sync/wire/proof.h"

namespace samplan {

// Something that no honest server does.
struct ProofFault {
  // Of the checkpoint: "note" (not a checkpoint signed by our server), "gone" (there was one before),
  // "generation" (an earlier one than before), "smaller" (fewer days), "history" (other days than before),
  // "day" (its content is not in it), "stale" (no new day for two days). Of a plan: "receipt" (contradicts an
  // earlier one, or what is verified here), "head" (another history of this chain than ours), "missing" (less
  // than the server had said it had), "ahead" (more than the server says it has).
  std::string what;
  PlanId plan;
  SectionId section = 0;  // 0: the plan's log
  std::string detail;
};

struct ProofReport {
  bool has_checkpoint = false;
  std::uint64_t generation = 0;
  std::uint64_t size = 0;  // days in the log
  UnixMs made_ms = 0;      // by the server's clock
  std::string code;        // 16 hexadecimal digits of the root, to compare with others' of the same size
  std::string note;        // the checkpoint as it was signed
  std::string before;      // the one remembered from before, if there was one
  std::uint64_t size_before = 0;
  bool restored = false;         // the server has gone on from a backup since
  std::uint64_t plans = 0;       // looked at
  std::uint64_t chains = 0;      // that are in the checkpoint as we know them
  std::uint64_t behind = 0;      // not here yet: for the next sync
  std::uint64_t forgotten = 0;   // from before what this device keeps
  std::uint64_t too_new = 0;     // began after the checkpoint
  std::uint64_t unanswered = 0;  // plans of which the server told nothing
  std::vector<ProofFault> faults;
};

class ProofRun {
 public:
  ProofRun(OpenPlans& plans, std::string host, SignPublicKey server)
      : plans_(plans), host_(std::move(host)), server_(server) {}

  // What to post to /v1/proof now; no value when all is done. `first` begins anew.
  Result<std::optional<Bytes>> next_request(Context& ctx, bool first);
  // errors: forged, bad_reply, malformed ... (not our server; nothing was changed), refused, withdrawn,
  // try_later, not_saved. What an honest server would never say is no error but a fault in the report.
  Status on_reply(Context& ctx, ByteView reply);
  const ProofReport& report() const { return report_; }

 private:
  struct Verified;  // the checkpoint of the reply at hand
  Result<std::optional<Verified>> take_checkpoint(Context& ctx, const ProofReply& reply);
  Status take_plan(Context& ctx, const PlanProof& proof, const Verified& verified);
  Status remember(Context& ctx, const Verified& verified);
  void fault(const char* what, std::string detail = {}) {
    report_.faults.push_back({what, {}, 0, std::move(detail)});
  }

  OpenPlans& plans_;
  std::string host_;
  SignPublicKey server_;
  ProofReport report_;
  std::vector<PlanId> todo_;   // ascending, not asked about yet
  std::vector<PlanId> asked_;  // in the last request
  bool is_begun_ = false;
  bool nonce_failed_ = false;
  std::optional<Hash> request_;
};

}  // namespace samplan
