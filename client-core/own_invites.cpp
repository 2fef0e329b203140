#include "client-core/own_invites.h"

#include <algorithm>

#include "client-core/local_facts.h"
#include "client-core/mail_out.h"

namespace samplan {
namespace {

constexpr std::string_view invite_kind = "invite";
constexpr std::string_view letter_kind = "letter";
constexpr UnixMs year_10000_ms = 253'402'300'800'000;

Bytes write_invite(const OwnInvite& i) {
  Bytes out;
  append(out, i.secret);
  append_u8(out, i.purpose == "unit" ? 2 : 1);
  append(out, i.plan.view());
  append(out, i.unit.view());
  append_u8(out, static_cast<std::uint8_t>(i.role));
  append_u8(out, i.registrar ? 1 : 0);
  append_u64(out, static_cast<std::uint64_t>(i.expires_ms));
  append(out, ByteView::of(i.name));
  return out;
}

Result<OwnInvite> read_invite(ByteView bytes) {
  Reader in(bytes);
  OwnInvite i;
  i.secret = in.array<16>();
  i.purpose = in.u8() == 2 ? "unit" : "plan";
  i.plan = PlanId::from(in.take(32));
  i.unit = PrincipalId::from(in.take(32));
  i.role = static_cast<Role>(in.u8());
  i.registrar = in.u8() == 1;
  i.expires_ms = static_cast<UnixMs>(in.u64());
  i.name = std::string(in.rest().text());
  if (!in.ok()) return Error{Errc::corrupt, "invite"};
  return i;
}

}  // namespace

Status keep_invite(Context& ctx, const OwnInvite& invite) {
  const BoxId box = invitation_box(invite.secret);
  SP_OK(ctx.replica.put_item(invite_kind, box.view(), invite.plan, write_invite(invite)));
  SP_OK(queue_mail(ctx, BoxRegister{box, ctx.person, invite.expires_ms}));
  return Status::good();
}

Result<std::vector<KeptInvite>> kept_invites(Context& ctx) {
  SP_TRY(const std::vector<Item> items, ctx.replica.items(invite_kind));
  std::vector<KeptInvite> out;
  for (const Item& item : items) {
    SP_TRY(OwnInvite invite, read_invite(item.content));
    out.push_back({BoxId::from(item.key), std::move(invite)});
  }
  return out;
}

Result<std::optional<OwnInvite>> kept_invite(Context& ctx, const BoxId& box) {
  SP_TRY(const std::optional<Item> item, ctx.replica.item(invite_kind, box.view()));
  if (!item) return std::optional<OwnInvite>();
  SP_TRY(OwnInvite invite, read_invite(item->content));
  return std::optional<OwnInvite>(std::move(invite));
}

Status forget_invite(Context& ctx, const BoxId& box) {
  return ctx.replica.delete_item(invite_kind, box.view());
}

Status withdraw_invite(Context& ctx, const BoxId& box) {
  SP_TRY(const std::optional<OwnInvite> invite, kept_invite(ctx, box));
  if (!invite) return Status::good();
  SP_OK(forget_invite(ctx, box));
  SP_TRY(const UnixMs now, server_now(ctx));
  if (invite->expires_ms <= now) return Status::good();  // the server has closed it by itself
  SP_TRY(const std::vector<QueuedMail> queued, queued_mail(ctx));
  for (const QueuedMail& mail : queued) {
    const auto* opening = std::get_if<BoxRegister>(&mail.mail);
    if (opening != nullptr && opening->box == box)
      return unqueue_mail(ctx, mail.key);  // the server never heard of it
  }
  // Its time has run out: the server forgets the box as well.
  SP_OK(queue_mail(ctx, BoxRegister{box, ctx.person, 1}));
  return Status::good();
}

Result<bool> is_invite_unsent(Context& ctx, const BoxId& box) {
  SP_TRY(const std::vector<QueuedMail> queued, queued_mail(ctx));
  for (const QueuedMail& mail : queued) {
    const auto* opening = std::get_if<BoxRegister>(&mail.mail);
    if (opening != nullptr && opening->box == box) return true;
  }
  return false;
}

Result<UnixMs> server_now(Context& ctx) {
  SP_TRY(const std::uint64_t ahead, number_fact(ctx, fact::server_ahead_ms));
  // In unsigned numbers, since a lying server may have named any time; then within what can be reckoned with.
  const auto now = static_cast<UnixMs>(static_cast<std::uint64_t>(ctx.now) + ahead);
  return std::clamp<UnixMs>(now, 0, year_10000_ms);
}

Result<std::vector<Request>> open_requests(Context& ctx) {
  SP_TRY(const std::vector<Item> letters, ctx.replica.items(letter_kind));
  std::vector<Request> out;
  for (const Item& item : letters) {
    Reader in(item.content);
    in.u64();
    Request r;
    r.key = item.key;
    r.box = BoxId::from(in.take(16));
    in.take(32 + 16 + 32);
    r.recv_ms = static_cast<UnixMs>(in.u64());
    if (!in.ok() || r.box.is_zero()) continue;
    SP_TRY(std::optional<OwnInvite> invite, kept_invite(ctx, r.box));
    if (!invite) continue;
    r.invite = std::move(*invite);
    auto letter = open_join_letter(r.invite.secret, in.rest());
    if (!letter.ok()) continue;  // not from someone who holds the link
    r.letter = std::move(letter).value();
    r.person = r.letter.principal;
    // Who asks again, say with an organisation's word this time, asks once.
    const auto before = std::find_if(out.begin(), out.end(), [&](const Request& other) {
      return other.box == r.box && other.person == r.person && other.letter.name == r.letter.name;
    });
    if (before == out.end()) {
      out.push_back(std::move(r));
    } else if (before->recv_ms <= r.recv_ms) {
      *before = std::move(r);
    }
  }
  return out;
}

}  // namespace samplan
