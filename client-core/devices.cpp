#include "client-core/devices.h"

#include <algorithm>

#include "base/limits.h"
#include "client-core/paper.h"
#include "client-core/people.h"

namespace samplan {
namespace {

constexpr std::string_view name_kind = "device_name";
constexpr std::string_view close_kind = "device_close";
constexpr std::string_view renew_kind = "unit_renew";  // key: the unit

Result<bool> is_unpushed(Context& ctx, const PrincipalId& principal, std::uint64_t seq) {
  SP_TRY(const std::vector<IdentityRow> rows, ctx.replica.unpushed_identities());
  return std::any_of(rows.begin(), rows.end(),
                     [&](const IdentityRow& row) { return row.principal == principal && row.seq == seq; });
}

Status close_device(Context& ctx, const IdentityState& me, const DeviceId& device) {
  const crypto::BoxKeyPair pair = crypto::new_box_key_pair(ctx.entropy);
  IdentityBody body;
  body.device = device;
  body.generation = me.generation().number + 1;
  body.generation_key = pair.public_key;
  SP_TRY(Bytes plain, ctx.keyring.generations_plain(ctx.person, body.generation, &pair));
  for (const DeviceEntry& d : me.devices)
    if (d.revoked_seq == 0 && d.id != device)
      body.wraps.push_back({d.id.view().copy(), 0, crypto::seal_to(d.box_key, plain)});
  crypto::wipe(plain);
  SP_OK(publish_identity(ctx, IdentityKind::revoke_device, &me, body));
  return Status::good();
}

// A closed device could open the keys of the units its person belongs to. Where the person may, they are renewed; the
// record says how far the signer's own log was seen, so the closed device can sign nothing more for the unit either.
// `unit`: on its newest log as far as that is here. False: the log of a member is still on its way.
Result<bool> renew_unit(Context& ctx, const IdentityState& unit) {
  const crypto::BoxKeyPair pair = crypto::new_box_key_pair(ctx.entropy);
  IdentityBody body;
  body.generation = unit.generation().number + 1;
  body.generation_key = pair.public_key;
  body.signer_seq = ctx.book.find(ctx.person)->seq();
  SP_TRY(Bytes plain, ctx.keyring.generations_plain(unit.id, body.generation, &pair));
  for (const MemberSpan& m : unit.members) {
    if (m.removed_seq != 0) continue;
    const IdentityState* member = ctx.book.find(m.person);
    if (member == nullptr) return false;
    body.wraps.push_back(
        {m.person.view().copy(), member->generation().number, crypto::seal_to(member->generation().key, plain)});
  }
  crypto::wipe(plain);
  SP_OK(publish_identity(ctx, IdentityKind::new_generation, &unit, body));
  return true;
}

Bytes number_bytes(std::uint64_t number) {
  Bytes out;
  append_u64(out, number);
  return out;
}

Status note_renewals(Context& ctx) {
  for (const PrincipalId& id : ctx.book.units_of(ctx.person))
    if (ctx.book.find(id)->is_registrar(ctx.person)) SP_OK(ctx.replica.put_item(renew_kind, id.view(), {}, number_bytes(0)));
  return Status::good();
}

// Each until the server has it. The item holds the number of the record that was made, 0 before.
Status make_due_renewals(Context& ctx) {
  SP_TRY(const std::vector<Item> due, ctx.replica.items(renew_kind));
  for (const Item& item : due) {
    const PrincipalId id = PrincipalId::from(item.key);
    const IdentityState* unit = ctx.book.find(id);
    const std::uint64_t made = Reader(item.content).u64();
    SP_TRY(const bool waits, is_unpushed(ctx, id, made));
    if (waits) continue;
    if (made != 0 || unit == nullptr || !unit->is_registrar(ctx.person) || is_closed_here(ctx)) {
      SP_OK(ctx.replica.delete_item(renew_kind, item.key));
      continue;
    }
    SP_TRY(const bool renewed, renew_unit(ctx, *unit));
    if (renewed) SP_OK(ctx.replica.put_item(renew_kind, item.key, {}, number_bytes(ctx.book.find(id)->seq())));
  }
  return Status::good();
}

}  // namespace

Status add_device(Context& ctx, const JoiningDevice& device) {
  const IdentityState* me = ctx.book.find(ctx.person);
  if (me == nullptr) return Error{Errc::corrupt, "add_device"};
  const std::uint32_t newest = me->generation().number;
  SP_TRY(const std::optional<crypto::BoxKeyPair> held, ctx.keyring.generation(ctx.person, newest));
  if (!held) return Error{Errc::no_key, "add_device"};
  IdentityBody body;
  body.device_sign = device.sign_key;
  body.device_box = device.box_key;
  body.device_proof = device.proof;
  body.on_paper = device.on_paper;
  SP_TRY(Bytes plain, ctx.keyring.generations_plain(ctx.person, newest, nullptr));
  const DeviceId id = crypto::device_id(device.sign_key, device.box_key);
  body.wraps.push_back({id.view().copy(), 0, crypto::seal_to(device.box_key, plain)});
  crypto::wipe(plain);
  SP_OK(publish_identity(ctx, IdentityKind::add_device, me, body));
  return Status::good();
}

Status decide_to_close(Context& ctx, const DeviceId& device) {
  return ctx.replica.put_item(close_kind, device.view(), {}, {});
}

Status make_due_device_records(Context& ctx) {
  SP_OK(make_due_papers(ctx));
  SP_TRY(const std::vector<Item> due, ctx.replica.items(close_kind));
  for (const Item& item : due) {
    const IdentityState* me = ctx.book.find(ctx.person);
    const DeviceEntry* entry = me == nullptr ? nullptr : me->device(DeviceId::from(item.key));
    if (entry == nullptr || is_closed_here(ctx)) {
      SP_OK(ctx.replica.delete_item(close_kind, item.key));
    } else if (entry->revoked_seq == 0) {
      SP_OK(close_device(ctx, *me, entry->id));
    } else {
      SP_TRY(const bool waits, is_unpushed(ctx, ctx.person, entry->revoked_seq));
      if (waits) continue;
      SP_OK(ctx.replica.delete_item(close_kind, item.key));
      SP_OK(note_renewals(ctx));
    }
  }
  return make_due_renewals(ctx);
}

Status forget_unaccepted(Context& ctx, const PrincipalId& principal, std::uint64_t seq) {
  SP_OK(ctx.replica.delete_unpushed_identities(principal, seq));
  SP_TRY(const std::optional<Item> renewal, ctx.replica.item(renew_kind, principal.view()));
  if (renewal) SP_OK(ctx.replica.put_item(renew_kind, principal.view(), {}, number_bytes(0)));
  return reload_book(ctx);
}

bool is_closed_here(const Context& ctx) {
  const IdentityBook::Owner owner = ctx.book.find_device(ctx.keys.id());
  return owner.device != nullptr && owner.device->revoked_seq != 0;
}

Status remember_device_name(Context& ctx, const DeviceId& device, std::string_view name) {
  return ctx.replica.put_item(name_kind, device.view(), {}, ByteView::of(name));
}

std::string device_name(Context& ctx, const DeviceId& device) {
  const auto item = ctx.replica.item(name_kind, device.view());
  return item.ok() && item->has_value() ? std::string(ByteView((*item)->content).text()) : std::string{};
}

Result<std::vector<OwnDevice>> own_devices(Context& ctx) {
  const IdentityState* me = ctx.book.find(ctx.person);
  if (me == nullptr) return Error{Errc::corrupt, "own_devices"};
  std::map<std::uint64_t, UnixMs> written_ms;  // by record
  SP_TRY(const std::vector<IdentityRow> rows, ctx.replica.identities());
  for (const IdentityRow& row : rows) {
    if (row.principal != ctx.person) continue;
    SP_TRY(const Record record, read_record(LogKind::identity, row.record));
    written_ms[row.seq] = record.header.wall_ms;
  }
  std::vector<OwnDevice> out;
  for (const DeviceEntry& d : me->devices) {
    OwnDevice one;
    one.id = d.id;
    one.name = device_name(ctx, d.id);
    one.number = out.size() + 1;
    one.is_this = d.id == ctx.keys.id();
    one.added_ms = written_ms[d.added_seq];
    one.is_closed = d.revoked_seq != 0;
    if (one.is_closed) one.closed_ms = written_ms[d.revoked_seq];
    SP_TRY(const std::optional<Item> due, ctx.replica.item(close_kind, d.id.view()));
    SP_TRY(const bool unsent_end, is_unpushed(ctx, ctx.person, d.revoked_seq));
    one.is_closing = due.has_value() && (!one.is_closed || unsent_end);
    SP_TRY(one.is_unsent, is_unpushed(ctx, ctx.person, d.added_seq));
    one.is_paper = d.on_paper;
    const DeviceEntry* adder = me->device(d.added_by);
    one.is_recovered = adder != nullptr && adder->on_paper;
    SP_TRY(one.last_wrote_ms, ctx.replica.last_received_from(d.id));
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace samplan
