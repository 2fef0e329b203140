#include "sync/relay/mail.h"

#include <algorithm>

namespace samplan::relay {
namespace {

bool is_own_principal(const IdentityBook& book, const DeviceId& device, const PrincipalId& principal) {
  const IdentityBook::Owner owner = book.find_device(device);
  if (owner.person == nullptr) return false;
  if (owner.person->id == principal) return true;
  const IdentityState* unit = book.find(principal);
  return unit != nullptr && unit->is_unit && unit->has_member(owner.person->id, unit->seq());
}

ItemResult with(const Hash& id, ItemStatus status) { return {id, status, 0}; }

// A hand-over goes to whom the plan belongs to or who leads it, and to nobody else.
bool may_receive_drop(const GovState& gov, const PrincipalId& recipient) {
  return std::any_of(gov.participants().begin(), gov.participants().end(), [&](const Participant& p) {
    const Role role = *p.role.latest();
    return p.principal == recipient && !p.has_left() && (role == Role::owner || role == Role::coordinator);
  });
}

}  // namespace

Hash letter_id(ByteView body) { return crypto::hash("samplan/letter-id/1", {body}); }

Hash box_result_id(const BoxId& box) {
  Bytes padded = box.view().copy();
  padded.resize(Hash::size);
  return Hash::from(padded);
}

Result<ItemResult> register_box(PushContext& ctx, const BoxRegister& box) {
  const Hash id = box_result_id(box.box);
  if (!is_own_principal(ctx.people.book(), ctx.device, box.owner)) return with(id, ItemStatus::forbidden);
  SP_TRY(const std::optional<BoxRow> known, ctx.store.box(box.box));
  if (known && known->owner != box.owner) return with(id, ItemStatus::forbidden);
  if (known && box.expires_ms <= ctx.now) {
    // The owner cancels the invitation.
    SP_OK(ctx.store.put_box({box.box, box.owner, box.expires_ms, known->letters, known->enrolled}));
    return with(id, ItemStatus::ok);
  }
  if (known) return with(id, ItemStatus::dup);
  if (box.box.is_zero() || box.expires_ms <= ctx.now) return with(id, ItemStatus::bad_item);
  SP_OK(ctx.store.forget_expired_mail(ctx.now));
  SP_TRY(const std::uint64_t open, ctx.store.boxes_of(box.owner, ctx.now));
  if (open >= ctx.config.boxes_max) return with(id, ItemStatus::quota);
  // A phone's clock may be a little ahead: what it asks for beyond the bound is cut to the bound.
  const UnixMs expires_ms = std::min(box.expires_ms, ctx.now + ctx.config.box_ms_max);
  SP_OK(ctx.store.put_box({box.box, box.owner, expires_ms, 0, 0}));
  return with(id, ItemStatus::ok);
}

Result<ItemResult> put_letter(PushContext& ctx, const MailPut& mail) {
  const Hash id = letter_id(mail.body);
  SP_TRY(std::optional<BoxRow> box, ctx.store.box(mail.box));
  if (!box || box->expires_ms <= ctx.now) return with(id, ItemStatus::unknown);
  SP_TRY(const bool known, ctx.store.has_letter(mail.box, id));
  if (known) return with(id, ItemStatus::dup);
  if (mail.body.size() > limits::mail_bytes_max) return with(id, ItemStatus::too_large);
  if (box->letters >= limits::mail_items_max) return with(id, ItemStatus::quota);
  ++box->letters;
  SP_OK(ctx.store.put_box(*box));
  LetterRow letter;
  letter.box = mail.box;
  letter.to = box->owner;
  letter.recv_ms = ctx.now;
  // Who answered in time has answered, however late the one who invited comes by.
  letter.expires_ms = ctx.now + ctx.config.letter_ms;
  letter.id = id;
  letter.body = mail.body;
  SP_OK(ctx.store.add_letter(letter));
  return with(id, ItemStatus::ok);
}

Result<ItemResult> put_drop(PushContext& ctx, const DropPut& drop, const PlanView* view) {
  const Hash id = letter_id(drop.body);
  if (view == nullptr) return with(id, ItemStatus::unknown);
  SP_TRY(const Standing standing, standing_of(ctx.store, *view, ctx.people.book(), ctx.device, ctx.now));
  if (standing.kind == Standing::Kind::foreign) return with(id, ItemStatus::unknown);
  SP_TRY(const std::optional<Hash> made, ctx.store.drop_of(drop.plan, ctx.device));
  if (made) return with(id, *made == id ? ItemStatus::dup : ItemStatus::quota);
  if (standing.kind != Standing::Kind::ended) return with(id, ItemStatus::forbidden);
  const UnixMs deadline = standing.ended_ms + view->gov.policy().hand_over_days * ms_per_day;
  if (ctx.now > deadline) return with(id, ItemStatus::withdrawn);
  if (!may_receive_drop(view->gov, drop.recipient)) return with(id, ItemStatus::forbidden);
  if (drop.body.size() > limits::mail_bytes_max) return with(id, ItemStatus::too_large);
  SP_OK(ctx.store.put_drop(drop.plan, ctx.device, id));
  LetterRow letter;
  letter.plan = drop.plan;
  letter.from = ctx.device;
  letter.to = drop.recipient;
  letter.recv_ms = ctx.now;
  letter.expires_ms = ctx.now + ctx.config.letter_ms;
  letter.id = id;
  letter.body = drop.body;
  SP_OK(ctx.store.add_letter(letter));
  return with(id, ItemStatus::ok);
}

Result<bool> box_vouches(Store& store, const RelayConfig& config, const BoxId& box, UnixMs now) {
  if (box.is_zero()) return false;
  SP_TRY(std::optional<BoxRow> row, store.box(box));
  if (!row || row->expires_ms <= now || row->enrolled >= config.box_enrolments_max) return false;
  ++row->enrolled;
  SP_OK(store.put_box(*row));
  return true;
}

}  // namespace samplan::relay
