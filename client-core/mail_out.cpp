#include "client-core/mail_out.h"

#include "base/match.h"

namespace samplan {
namespace {

constexpr std::string_view item_kind = "mail_out";
constexpr std::string_view courtesy_kind = "mail_courtesy";

enum class MailType : std::uint8_t { box = 1, letter = 2, drop = 3 };

Bytes write_mail(const OutgoingMail& mail) {
  Bytes out;
  std::visit(Match{[&](const BoxRegister& b) {
                     append_u8(out, static_cast<std::uint8_t>(MailType::box));
                     append(out, b.box.view());
                     append(out, b.owner.view());
                     append_u64(out, static_cast<std::uint64_t>(b.expires_ms));
                   },
                   [&](const MailPut& m) {
                     append_u8(out, static_cast<std::uint8_t>(MailType::letter));
                     append(out, m.box.view());
                     append(out, m.body);
                   },
                   [&](const DropPut& d) {
                     append_u8(out, static_cast<std::uint8_t>(MailType::drop));
                     append(out, d.plan.view());
                     append(out, d.recipient.view());
                     append(out, d.body);
                   }},
             mail);
  return out;
}

Result<OutgoingMail> read_mail(ByteView bytes) {
  Reader in(bytes);
  const auto type = static_cast<MailType>(in.u8());
  OutgoingMail out;
  if (type == MailType::box) {
    BoxRegister b;
    b.box = BoxId::from(in.take(BoxId::size));
    b.owner = PrincipalId::from(in.take(PrincipalId::size));
    b.expires_ms = static_cast<UnixMs>(in.u64());
    out = b;
  } else if (type == MailType::letter) {
    MailPut m;
    m.box = BoxId::from(in.take(BoxId::size));
    m.body = in.rest().copy();
    out = std::move(m);
  } else {
    DropPut d;
    d.plan = PlanId::from(in.take(PlanId::size));
    d.recipient = PrincipalId::from(in.take(PrincipalId::size));
    d.body = in.rest().copy();
    out = std::move(d);
  }
  if (!in.done()) return Error{Errc::corrupt, "mail_out"};
  return out;
}

}  // namespace

Result<Bytes> queue_mail(Context& ctx, const OutgoingMail& mail) {
  const auto key = ctx.entropy.id<BoxId>();
  SP_OK(ctx.replica.put_item(item_kind, key.view(), {}, write_mail(mail)));
  return key.view().copy();
}

Status queue_courtesy(Context& ctx, const OutgoingMail& mail) {
  SP_TRY(const Bytes key, queue_mail(ctx, mail));
  return ctx.replica.put_item(courtesy_kind, key, {}, {});
}

Result<bool> is_courtesy(Context& ctx, ByteView key) {
  SP_TRY(const std::optional<Item> known, ctx.replica.item(courtesy_kind, key));
  return known.has_value();
}

Result<std::vector<QueuedMail>> queued_mail(Context& ctx) {
  SP_TRY(const std::vector<Item> items, ctx.replica.items(item_kind));
  std::vector<QueuedMail> out;
  for (const Item& item : items) {
    SP_TRY(OutgoingMail mail, read_mail(item.content));
    out.push_back({item.key, std::move(mail)});
  }
  return out;
}

Status unqueue_mail(Context& ctx, ByteView key) {
  SP_OK(ctx.replica.delete_item(courtesy_kind, key));
  return ctx.replica.delete_item(item_kind, key);
}

}  // namespace samplan
