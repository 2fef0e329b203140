#include "client-core/own_requests.h"

#include <algorithm>

#include "base/tlv.h"
#include "client-core/local_facts.h"
#include "client-core/mail_out.h"
#include "crypto/aead.h"
#include "crypto/sign.h"

namespace samplan {
namespace {

constexpr std::string_view item_kind = "asked";
constexpr std::string_view purpose = "samplan/invite-answer/1";
constexpr std::uint8_t answer_version = 1;
constexpr UnixMs ask_for_ms = 50 * UnixMs{365} * 86'400'000;

using InviteSecret = std::array<std::uint8_t, 16>;

struct Asked {
  BoxId box;  // of the answer; the item's key
  InviteSecret secret{};
  std::string inviter;
  bool is_unit = false;  // what one would join
  PrincipalId asker;
  UnixMs asked_ms = 0;
  Bytes mail;
  bool is_refused = false;
};

enum Tag : std::uint8_t {
  tag_secret = 2,
  tag_inviter = 4,
  tag_unit = 6,
  tag_asker = 8,
  tag_asked = 10,
  tag_mail = 12,
  tag_refused = 14,
};

Status save(Context& ctx, const Asked& a) {
  TlvWriter out;
  out.bytes(tag_secret, a.secret).bytes(tag_inviter, ByteView::of(a.inviter)).u8(tag_unit, a.is_unit ? 1 : 0);
  out.bytes(tag_asker, a.asker.view()).u64(tag_asked, static_cast<std::uint64_t>(a.asked_ms));
  out.bytes(tag_mail, a.mail).u8(tag_refused, a.is_refused ? 1 : 0);
  return ctx.replica.put_item(item_kind, a.box.view(), {}, out.take());
}

Result<std::vector<Asked>> load(Context& ctx) {
  SP_TRY(const std::vector<Item> items, ctx.replica.items(item_kind));
  std::vector<Asked> out;
  for (const Item& item : items) {
    TlvReader in(item.content, "asked");
    Asked a;
    a.box = BoxId::from(item.key);
    Reader secret(in.bytes(tag_secret));
    a.secret = secret.array<16>();
    a.inviter = std::string(in.bytes(tag_inviter).text());
    a.is_unit = in.u8(tag_unit) == 1;
    a.asker = in.id<PrincipalId>(tag_asker);
    a.asked_ms = static_cast<UnixMs>(in.u64(tag_asked));
    a.mail = in.bytes(tag_mail).copy();
    a.is_refused = in.u8(tag_refused) == 1;
    SP_OK(in.finish());
    out.push_back(std::move(a));
  }
  return out;
}

crypto::Secret32 answer_key(const InviteSecret& secret) {
  return crypto::Secret32::from(crypto::hash("samplan/invite-answer/1", {secret}).view());
}

const char* outcome_code(std::uint8_t outcome) {
  switch (static_cast<JoinOutcome>(outcome)) {
    case JoinOutcome::confirmed: return "confirmed";
    case JoinOutcome::declined: return "declined";
    case JoinOutcome::withdrawn: return "withdrawn";
    case JoinOutcome::used: return "used";
  }
  return "";
}

// What the inviter answered, last; empty: nothing that opens.
std::string answered(const Asked& a, const std::vector<Item>& letters) {
  std::string out;
  for (const Item& item : letters) {
    Reader in(item.content);
    in.u64();
    const BoxId box = BoxId::from(in.take(BoxId::size));
    in.take(32 + 16 + 32 + 8);
    if (!in.ok() || box != a.box) continue;
    const auto plain = crypto::open_local(answer_key(a.secret), purpose, a.box.view(), in.rest());
    if (!plain.ok() || plain->size() != 2 || plain->front() != answer_version) continue;
    const std::string said = outcome_code((*plain)[1]);
    if (!said.empty()) out = said;
  }
  return out;
}

}  // namespace

BoxId answer_box(const InviteSecret& secret, const PrincipalId& asker) {
  const Hash h = crypto::hash("samplan/invite-answer-box/1", {secret, asker.view()});
  return BoxId::from(h.view().sub(0, BoxId::size));
}

Status answer_request(Context& ctx, const InviteSecret& secret, const PrincipalId& asker,
                      JoinOutcome outcome) {
  const BoxId box = answer_box(secret, asker);
  const Bytes plain{answer_version, static_cast<std::uint8_t>(outcome)};
  return queue_courtesy(
      ctx, MailPut{box, crypto::seal_local(answer_key(secret), purpose, box.view(), plain, ctx.entropy)});
}

Status note_request(Context& ctx, const Invitation& invitation, const PrincipalId& asker, ByteView mail) {
  Asked a;
  a.box = answer_box(invitation.secret, asker);
  a.secret = invitation.secret;
  a.inviter = invitation.inviter_name;
  a.is_unit = invitation.purpose == "unit";
  a.asker = asker;
  a.asked_ms = ctx.now;
  a.mail = mail.copy();
  // The server cuts it to what it allows, by its own clock; ours may be years behind.
  SP_OK(queue_courtesy(ctx, BoxRegister{a.box, ctx.person, ctx.now + ask_for_ms}));
  return save(ctx, a);
}

Status note_refused_letter(Context& ctx, ByteView mail) {
  SP_TRY(std::vector<Asked> all, load(ctx));
  for (Asked& a : all) {
    if (ByteView(a.mail) != mail) continue;
    a.is_refused = true;
    SP_OK(save(ctx, a));
  }
  return Status::good();
}

Status note_not_admitted(Context& ctx) {
  SP_TRY(const std::optional<Bytes> vouches, get_fact(ctx, fact::enrolment_box));
  if (!vouches) return Status::good();
  SP_TRY(std::vector<Asked> all, load(ctx));
  for (Asked& a : all) {
    if (invitation_box(a.secret).view() != ByteView(*vouches)) continue;
    a.is_refused = true;
    SP_OK(save(ctx, a));
  }
  return Status::good();
}

Result<std::vector<OwnRequest>> own_requests(Context& ctx) {
  SP_TRY(const std::vector<Asked> all, load(ctx));
  std::vector<OwnRequest> out;
  if (all.empty()) return out;
  SP_TRY(const std::vector<Item> letters, ctx.replica.items("letter"));
  for (const Asked& a : all) {
    OwnRequest r;
    r.state = answered(a, letters);
    if (r.state.empty()) {
      SP_TRY(const std::optional<Item> queued, ctx.replica.item("mail_out", a.mail));
      r.state = a.is_refused                             ? "expired"
                : queued                                 ? "unsent"
                : ctx.now - a.asked_ms >= join_answer_ms ? "unanswered"
                                                         : "waiting";
    }
    r.inviter = a.inviter;
    r.purpose = a.is_unit ? "unit" : "plan";
    r.asker = a.asker;
    r.asked_ms = a.asked_ms;
    out.push_back(std::move(r));
  }
  std::stable_sort(out.begin(), out.end(),
                   [](const OwnRequest& a, const OwnRequest& b) { return a.asked_ms > b.asked_ms; });
  return out;
}

Result<bool> answers_own_request(Context& ctx, const BoxId& box) {
  SP_TRY(const std::optional<Item> asked, ctx.replica.item(item_kind, box.view()));
  return asked.has_value();
}

}  // namespace samplan
