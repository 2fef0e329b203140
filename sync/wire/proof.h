// POST /v1/proof: the server's newest checkpoint, and what shows a device that its plans are in it. Layouts
// only; the frames around them are those of a sync (message.h), signed for this purpose. Of a chain nothing
// is told but how far it had come: the hash is for the asker to have (sync/log/head_map.h).
//
//   request  TLV  2 version u16 | 4 person 32
//                 6 generation u64, 8 size u64: of the checkpoint it remembers, if any
//                 10 plans: 32 bytes each, one after the other, ascending
//   reply    TLV  2 version u16 | 4 status u8 | 6 nonce 40 | 8 nonce refused (1) | 10 generation u64
//                 12 note | 14 day leaf | 16 its path in the log
//                 18 consistency with the size remembered (32 bytes each)
//                 20 list of: plan 32 | receipt length u32 | receipt
//                    | (section u16 | seq u64 | n u8 | path 32 x n)*
#pragma once

#include <vector>

#include "sync/wire/message.h"

namespace samplan {

inline constexpr std::size_t proof_plans_max = 128;        // of one request: a reply stays below 2 MiB
inline constexpr std::size_t checkpoint_bytes_max = 8192;  // a note with the signatures of many witnesses

struct ProofRequest {
  PrincipalId person;
  std::uint64_t generation = 0;
  std::uint64_t size = 0;
  std::vector<PlanId> plans;
};

struct HeadProof {
  SectionId section = 0;  // 0: the plan's log
  std::uint64_t seq = 0;
  std::vector<Hash> path;
};

struct PlanProof {
  PlanId plan;
  Receipt receipt;  // where the plan stands at this moment, for the sections that the device may read
  std::vector<HeadProof> heads;  // ascending; a chain that is not in the checkpoint is not in the list
};

struct ProofReply {
  ItemStatus status = ItemStatus::ok;
  RequestNonce nonce{};
  bool nonce_refused = false;
  std::uint64_t generation = 0;
  Bytes note;  // empty: there is no checkpoint, and nothing else is here either
  Bytes day;
  std::vector<Hash> inclusion;
  std::vector<Hash>
      consistency;  // empty too when the size remembered is of another generation, or beyond the log
  std::vector<PlanProof> plans;
};

Bytes write_proof_request(const ProofRequest& request);
// errors: malformed, too_large, unknown_version.
Result<ProofRequest> read_proof_request(ByteView bytes);
Bytes write_proof_reply(const ProofReply& reply);
Result<ProofReply> read_proof_reply(ByteView bytes);

}  // namespace samplan
