// Letters and mailbox registrations that wait to be sent; sealed items until the server has answered for them.
#pragma once

#include <variant>
#include <vector>

#include "client-core/context.h"
#include "sync/wire/message.h"

namespace samplan {

using OutgoingMail = std::variant<BoxRegister, MailPut, DropPut>;

Status queue_mail(Context& ctx, const OutgoingMail& mail);

struct QueuedMail {
  Bytes key;
  OutgoingMail mail;
};
Result<std::vector<QueuedMail>> queued_mail(Context& ctx);
Status unqueue_mail(Context& ctx, ByteView key);

}  // namespace samplan
