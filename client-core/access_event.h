// «Did open»: what a reader's device says about itself, signed, for those who may read the access log (R96). The other
// half, «could have read», the server writes. Sealed to the owner and the coordinator, so that everyone can write and
// only they can read.
//
//   ciphertext of an access-event envelope = count u8 | count x (principal 32 | generation u32 | length u32 | sealed box)
//   sealed content = "sae1" | time ms u64 | acted for principal 32 or zero | n u8 | n x section u16
#pragma once

#include <optional>
#include <vector>

#include "client-core/plan_file.h"

namespace samplan {

struct AccessEvent {
  UnixMs wall_ms = 0;
  std::optional<PrincipalId> on_behalf;
  std::vector<SectionId> sections;
};

// Notes durably that the person has opened these sections; one note a plan and day. Sent with the next sync.
Status note_opened(Context& ctx, PlanFile& plan);
struct OpenedNote {
  std::uint64_t n = 0;  // names the note in its outbox row, until the server has the event
  Bytes key;
  AccessEvent event;
};
Result<std::vector<OpenedNote>> opened_notes(Context& ctx, const PlanId& plan);
Status forget_opened(Context& ctx, ByteView key);

Result<Bytes> seal_access_event(Context& ctx, const GovState& gov, const AccessEvent& event);
// errors: no_key (not addressed to us), malformed, cannot_open.
Result<AccessEvent> open_access_event(Context& ctx, ByteView ciphertext);

}  // namespace samplan
