#include "client-core/people.h"

#include <algorithm>

#include "base/limits.h"
#include "client-core/devices.h"

namespace samplan {
namespace {

constexpr std::string_view name_kind = "name";

Result<const IdentityState*> unit_state(Context& ctx, const PrincipalId& unit) {
  const IdentityState* state = ctx.book.find(unit);
  if (state == nullptr || !state->is_unit) return Error{Errc::unknown_principal, "unit"};
  return state;
}

// A record from outside has the number of one that is here, or follows on another one. If ours was not confirmed yet, another
// device of the person, or another registrar, was first, and what is ours is made anew. If it was, somebody has been shown
// another history; so has whoever misses one in between, since feeds leave nothing out.
Status give_way(Context& ctx, const Record& record) {
  const PrincipalId id = PrincipalId::from(record.log().view());
  const IdentityState* state = ctx.book.find(id);
  if (state == nullptr) return Status::good();
  if (record.header.seq > state->seq() + 1) return Error{Errc::frozen, "identity"};
  const std::uint64_t ours = std::min(record.header.seq, state->seq());
  SP_TRY(const std::vector<IdentityRow> unpushed, ctx.replica.unpushed_identities());
  const bool is_unsent = std::any_of(unpushed.begin(), unpushed.end(), [&](const IdentityRow& row) {
    return row.principal == id && row.seq == ours;
  });
  if (!is_unsent) return Error{Errc::frozen, "identity"};
  return forget_unaccepted(ctx, id, ours);
}

GenerationWrap wrap_for_member(const IdentityState& member, ByteView plain) {
  return {member.id.view().copy(), member.generation().number, crypto::seal_to(member.generation().key, plain)};
}

}  // namespace

Result<PrincipalId> publish_identity(Context& ctx, IdentityKind kind, const IdentityState* state, IdentityBody body) {
  // What was once stated to have been seen of the own log must not be taken back.
  if (state != nullptr && state->is_unit) {
    const auto stated = state->signers_seen.find(ctx.person);
    if (stated != state->signers_seen.end()) body.signer_seq = std::max(body.signer_seq, stated->second);
  }
  RecordHeader header;
  header.kind = static_cast<std::uint8_t>(kind);
  header.seq = state == nullptr ? 1 : state->seq() + 1;
  if (state != nullptr) {
    header.log = Hash::from(state->id.view());
    header.prev = state->head();
  }
  header.signer = ctx.keys.id();
  header.wall_ms = ctx.now;
  const Bytes record = write_record(LogKind::identity, header, write_identity_body(kind, body), ctx.keys.sign);
  SP_TRY(const PrincipalId id, ctx.book.add(record));
  Transaction tx(ctx.replica.db());
  SP_OK(tx.begin());
  SP_OK(ctx.replica.add_identity(id, header.seq, record, false));
  const PrincipalId me = kind == IdentityKind::create_person ? id : ctx.person;
  SP_OK(ctx.keyring.absorb_identity(me, *ctx.book.find(id), body));
  SP_OK(tx.commit());
  return id;
}

Result<PrincipalId> create_person(Context& ctx) {
  // The wrap must name the person, whose id is the hash of the record that holds the wrap. The first generation's
  // secret is therefore kept directly; the wrap to this device carries a zero principal and is never opened.
  const crypto::BoxKeyPair pair = crypto::new_box_key_pair(ctx.entropy);
  IdentityBody body;
  body.device_sign = ctx.keys.sign.public_key;
  body.device_box = ctx.keys.box.public_key;
  body.generation = 1;
  body.generation_key = pair.public_key;
  SP_TRY(const Bytes plain, ctx.keyring.generations_plain({}, 1, &pair));
  body.wraps.push_back({ctx.keys.id().view().copy(), 0, crypto::seal_to(ctx.keys.box.public_key, plain)});
  RecordHeader header;
  header.kind = static_cast<std::uint8_t>(IdentityKind::create_person);
  header.seq = 1;
  header.signer = ctx.keys.id();
  header.wall_ms = ctx.now;
  const Bytes record = write_record(LogKind::identity, header,
                                    write_identity_body(IdentityKind::create_person, body), ctx.keys.sign);
  SP_TRY(const PrincipalId id, ctx.book.add(record));
  Transaction tx(ctx.replica.db());
  SP_OK(tx.begin());
  SP_OK(ctx.replica.add_identity(id, 1, record, false));
  SP_OK(ctx.keyring.put_generation(id, 1, pair.secret));
  SP_OK(tx.commit());
  return id;
}

Result<PrincipalId> create_unit(Context& ctx) {
  const crypto::BoxKeyPair pair = crypto::new_box_key_pair(ctx.entropy);
  const IdentityState* me = ctx.book.find(ctx.person);
  IdentityBody body;
  body.member = ctx.person;
  body.generation = 1;
  body.generation_key = pair.public_key;
  // As in create_person: the unit's id is not known inside its own first record.
  SP_TRY(const Bytes plain, ctx.keyring.generations_plain({}, 1, &pair));
  body.wraps.push_back(wrap_for_member(*me, plain));
  RecordHeader header;
  header.kind = static_cast<std::uint8_t>(IdentityKind::create_unit);
  header.seq = 1;
  header.signer = ctx.keys.id();
  header.wall_ms = ctx.now;
  const Bytes record = write_record(LogKind::identity, header, write_identity_body(IdentityKind::create_unit, body),
                                    ctx.keys.sign);
  SP_TRY(const PrincipalId id, ctx.book.add(record));
  Transaction tx(ctx.replica.db());
  SP_OK(tx.begin());
  SP_OK(ctx.replica.add_identity(id, 1, record, false));
  SP_OK(ctx.keyring.put_generation(id, 1, pair.secret));
  SP_OK(tx.commit());
  return id;
}

Status add_unit_member(Context& ctx, const PrincipalId& unit, const PrincipalId& member, bool registrar) {
  SP_TRY(const IdentityState* state, unit_state(ctx, unit));
  const IdentityState* person = ctx.book.find(member);
  if (person == nullptr) return Error{Errc::unknown_principal, "add_unit_member"};
  IdentityBody body;
  body.member = member;
  body.registrar = registrar;
  SP_TRY(const Bytes plain, ctx.keyring.generations_plain(unit, state->generation().number, nullptr));
  body.wraps.push_back(wrap_for_member(*person, plain));
  SP_OK(publish_identity(ctx, IdentityKind::add_member, state, body));
  return Status::good();
}

Status remove_unit_member(Context& ctx, const PrincipalId& unit, const PrincipalId& member) {
  SP_TRY(const IdentityState* state, unit_state(ctx, unit));
  const crypto::BoxKeyPair pair = crypto::new_box_key_pair(ctx.entropy);
  IdentityBody body;
  body.member = member;
  body.generation = state->generation().number + 1;
  body.generation_key = pair.public_key;
  SP_TRY(const Bytes plain, ctx.keyring.generations_plain(unit, body.generation, &pair));
  for (const MemberSpan& m : state->members) {
    if (m.removed_seq != 0 || m.person == member) continue;
    const IdentityState* person = ctx.book.find(m.person);
    if (person == nullptr) return Error{Errc::unknown_principal, "remove_unit_member"};
    body.wraps.push_back(wrap_for_member(*person, plain));
  }
  SP_OK(publish_identity(ctx, IdentityKind::remove_member, state, body));
  return Status::good();
}

Status take_identity(Context& ctx, ByteView bytes) {
  SP_TRY(const Record record, read_record(LogKind::identity, bytes));
  const auto kind = static_cast<IdentityKind>(record.header.kind);
  SP_TRY(const IdentityBody body, read_identity_body(kind, record.body));
  auto added = ctx.book.add(bytes);
  if (added.code() == Errc::log_conflict) {
    SP_OK(give_way(ctx, record));
    added = ctx.book.add(bytes);
  }
  SP_TRY(const PrincipalId id, added);
  SP_OK(ctx.replica.add_identity(id, record.header.seq, bytes, true));
  SP_OK(ctx.replica.mark_identity_pushed(id, record.header.seq));
  const Status used = ctx.keyring.absorb_identity(ctx.person, *ctx.book.find(id), body);
  // A wrap that does not open costs us that generation's plans, which will say so; the log itself stands.
  if (!used.ok() && used.code() != Errc::cannot_open && used.code() != Errc::forged) return used;
  return Status::good();
}

Result<std::vector<Bytes>> identity_log(Context& ctx, const PrincipalId& principal) {
  SP_TRY(const std::vector<IdentityRow> rows, ctx.replica.identities());
  const IdentityState* state = ctx.book.find(principal);
  std::vector<Bytes> out;
  // In the order in which we came to know them: what a record refers to stands before it.
  for (const IdentityRow& row : rows) {
    const bool member = state != nullptr && std::any_of(state->members.begin(), state->members.end(),
                                                        [&](const MemberSpan& m) { return m.person == row.principal; });
    if (row.principal == principal || member) out.push_back(row.record);
  }
  if (out.empty()) return Error{Errc::unknown_principal, "identity_log"};
  return out;
}

std::vector<PrincipalId> own_principals(const Context& ctx) {
  std::vector<PrincipalId> out = ctx.book.units_of(ctx.person);
  out.insert(out.begin(), ctx.person);
  return out;
}

Status remember_name(Context& ctx, const PrincipalId& principal, std::string_view name) {
  if (name.size() > limits::name_bytes_max) return Error{Errc::too_large, "name"};
  return ctx.replica.put_item(name_kind, principal.view(), {}, ByteView::of(name));
}

std::string known_name(Context& ctx, const PrincipalId& principal) {
  const auto item = ctx.replica.item(name_kind, principal.view());
  if (!item.ok() || !item->has_value()) return {};
  return std::string(ByteView((*item)->content).text());
}

Status reload_book(Context& ctx) {
  SP_TRY(const std::vector<IdentityRow> rows, ctx.replica.identities());
  IdentityBook book;
  for (const IdentityRow& row : rows) SP_OK(book.add(row.record));
  ctx.book = std::move(book);
  return Status::good();
}

}  // namespace samplan
