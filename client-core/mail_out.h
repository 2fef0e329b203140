// Letters and mailbox registrations that wait to be sent; sealed items until the server has answered for them.
#pragma once

#include <variant>
#include <vector>

#include "client-core/context.h"
#include "sync/wire/message.h"

namespace samplan {

using OutgoingMail = std::variant<BoxRegister, MailPut, DropPut>;

// Returns what it is called here until the server has answered for it.
Result<Bytes> queue_mail(Context& ctx, const OutgoingMail& mail);
// What is worth nobody's attention if the server does not take it.
Status queue_courtesy(Context& ctx, const OutgoingMail& mail);
Result<bool> is_courtesy(Context& ctx, ByteView key);

struct QueuedMail {
  Bytes key;
  OutgoingMail mail;
};
Result<std::vector<QueuedMail>> queued_mail(Context& ctx);
Status unqueue_mail(Context& ctx, ByteView key);

}  // namespace samplan
