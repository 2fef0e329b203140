#include "client-core/access_event.h"

#include <algorithm>

#include "client-core/people.h"
#include "sync/log/sections.h"

namespace samplan {
namespace {

constexpr std::string_view item_kind = "opened";
constexpr std::string_view magic = "sae1";

Bytes write_event(const AccessEvent& event) {
  Bytes out = ByteView::of(magic).copy();
  append_u64(out, static_cast<std::uint64_t>(event.wall_ms));
  append(out, event.on_behalf.value_or(PrincipalId{}).view());
  append_u8(out, static_cast<std::uint8_t>(event.sections.size()));
  for (const SectionId s : event.sections) append_u16(out, s);
  return out;
}

Result<AccessEvent> read_event(ByteView bytes) {
  Reader in(bytes);
  if (in.take(4).text() != magic) return Error{Errc::unknown_version, "access_event"};
  AccessEvent event;
  event.wall_ms = static_cast<UnixMs>(in.u64());
  const PrincipalId unit = PrincipalId::from(in.take(PrincipalId::size));
  if (!unit.is_zero()) event.on_behalf = unit;
  const std::uint8_t count = in.u8();
  for (std::uint8_t i = 0; i < count; ++i) event.sections.push_back(in.u16());
  if (!in.done()) return Error{Errc::malformed, "access_event"};
  return event;
}

}  // namespace

Status note_opened(Context& ctx, PlanFile& file) {
  AccessEvent event;
  event.wall_ms = ctx.now;
  event.sections = file.readable(ctx);
  if (event.sections.empty() || file.row().holding == Holding::draft) return Status::good();
  event.on_behalf = file.acting_for(ctx, event.sections.front());
  Bytes key = file.id().view().copy();
  append_u64(key, static_cast<std::uint64_t>(days_since_epoch(date_of(ctx.now))));
  SP_TRY(const std::optional<Item> known, ctx.replica.item("opened_day", key));
  if (known) return Status::good();
  SP_OK(ctx.replica.put_item("opened_day", key, file.id(), {}));
  return ctx.replica.put_item(item_kind, key, file.id(), write_event(event));
}

Result<std::vector<OpenedNote>> opened_notes(Context& ctx, const PlanId& plan) {
  SP_TRY(const std::vector<Item> items, ctx.replica.items(item_kind));
  std::vector<OpenedNote> out;
  for (const Item& item : items) {
    if (item.plan != plan) continue;
    SP_TRY(AccessEvent event, read_event(item.content));
    out.push_back({item.n, item.key, std::move(event)});
  }
  return out;
}

Status forget_opened(Context& ctx, ByteView key) { return ctx.replica.delete_item(item_kind, key); }

Result<Bytes> seal_access_event(Context& ctx, const GovState& gov, const AccessEvent& event) {
  Bytes out;
  const Bytes plain = write_event(event);
  Bytes boxes;
  std::uint8_t count = 0;
  for (const Participant& p : gov.participants()) {
    if ((p.mask(section_access_log) & right_read) == 0) continue;
    const IdentityState* identity = ctx.book.find(p.principal);
    if (identity == nullptr) return Error{Errc::unknown_principal, "access_event"};
    const Bytes sealed = crypto::seal_to(identity->generation().key, plain);
    append(boxes, p.principal.view());
    append_u32(boxes, identity->generation().number);
    append_u32(boxes, static_cast<std::uint32_t>(sealed.size()));
    append(boxes, sealed);
    ++count;
  }
  append_u8(out, count);
  append(out, boxes);
  return out;
}

Result<AccessEvent> open_access_event(Context& ctx, ByteView ciphertext) {
  Reader in(ciphertext);
  const std::uint8_t count = in.u8();
  const std::vector<PrincipalId> mine = own_principals(ctx);
  for (std::uint8_t i = 0; i < count && in.ok(); ++i) {
    const PrincipalId to = PrincipalId::from(in.take(PrincipalId::size));
    const std::uint32_t generation = in.u32();
    const ByteView sealed = in.take(in.u32());
    if (!in.ok() || std::find(mine.begin(), mine.end(), to) == mine.end()) continue;
    SP_TRY(const std::optional<crypto::BoxKeyPair> pair, ctx.keyring.generation(to, generation));
    if (!pair) continue;
    SP_TRY(const Bytes plain, crypto::open_sealed(*pair, sealed));
    return read_event(plain);
  }
  if (!in.ok()) return Error{Errc::malformed, "access_event"};
  return Error{Errc::no_key, "access_event"};
}

}  // namespace samplan
