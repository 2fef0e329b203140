// Letters between people who share no plan yet, and the hand-over of a withdrawn person's unsent text. Sealed
// by the senders; the relay counts, dates and delivers.
#pragma once

#include "sync/relay/push.h"

namespace samplan::relay {

// How a letter is named in the results of a request: H("samplan/letter-id/1", body).
Hash letter_id(ByteView body);
// A box in the results: its 16 bytes and 16 zeros.
Hash box_result_id(const BoxId& box);

Result<ItemResult> register_box(PushContext& ctx, const BoxRegister& box);
Result<ItemResult> put_letter(PushContext& ctx, const MailPut& mail);
// `view` is empty for a plan that does not exist.
Result<ItemResult> put_drop(PushContext& ctx, const DropPut& drop, const PlanView* view);

// Is this a box that vouches for one more person, and is it counted against it from now on?
Result<bool> box_vouches(Store& store, const RelayConfig& config, const BoxId& box, UnixMs now);

}  // namespace samplan::relay
