// The server's signed words on where a plan stands, and what a device makes of them: within one generation
// nothing goes back, and nothing that was verified here reads differently (rule S6 of sync_engine.h).
#pragma once

#include <map>
#include <utility>

#include "client-core/plan_file.h"
#include "sync/wire/message.h"

namespace samplan {

// The highest receipt of a plan, as the replica keeps it.
struct StoredReceipt {
  std::uint64_t generation = 0;
  std::uint64_t gov_seq = 0;
  Hash gov_head;
  std::map<SectionId, std::pair<std::uint64_t, Hash>> sections;
};
Bytes write_stored_receipt(const StoredReceipt& receipt);
// What cannot be read says nothing.
StoredReceipt read_stored_receipt(ByteView bytes);

// Takes a receipt as the plan's highest, in memory; `PlanFile::save` keeps it. errors: forged; frozen when it
// contradicts an earlier one, or what this device has verified.
Status take_receipt(PlanFile& file, const Receipt& receipt, const SignPublicKey& server);

// Where the server's last word puts the head of a section; 0 if it has said nothing of it.
std::uint64_t head_in_receipt(PlanFile& file, SectionId section);

}  // namespace samplan
