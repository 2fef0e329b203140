#include "client-core/quarantine.h"

#include "base/limits.h"
#include "base/planted.h"
#include "base/utf8.h"
#include "client-core/plan/schema.h"

namespace samplan {
namespace {

constexpr std::string_view item_kind = "quarantine";

void append_text(Bytes& out, std::string_view text) {
  append_u32(out, static_cast<std::uint32_t>(text.size()));
  append(out, ByteView::of(text));
}

std::string read_text(Reader& in, std::size_t bytes_max) {
  const std::uint32_t size = in.u32();
  if (size > bytes_max) in.fail();
  return std::string(in.take(size).text());
}

Bytes write_quarantined(const Quarantined& q) {
  Bytes out;
  append_u16(out, q.section);
  append_u8(out, q.handed_over ? 1 : 0);
  append_u64(out, static_cast<std::uint64_t>(q.since_ms));
  append_text(out, q.reason);
  append(out, write_changes(q.changes));
  return out;
}

Result<Quarantined> read_quarantined(const Item& item) {
  Reader in(item.content);
  Quarantined q;
  q.key = item.key;
  q.plan = item.plan;
  q.section = in.u16();
  q.handed_over = in.u8() == 1;
  q.since_ms = static_cast<UnixMs>(in.u64());
  q.reason = read_text(in, 64);
  if (!in.ok()) return Error{Errc::corrupt, "quarantine"};
  SP_TRY(q.changes, read_changes(in.rest()));
  return q;
}

// Of a proposal, which is in no text, what it would have made of it.
std::string words_added(const plan::Entity* entity, const plan::Op& op, const PrincipalId& person) {
  const plan::TextField* text = nullptr;
  if (entity != nullptr) {
    const auto found = entity->texts.find(op.field);
    if (found != entity->texts.end()) text = &found->second;
  }
  if (text == nullptr) return plan::added_words(op, plan::text_with(text, op, person));
  const auto after = text->doc.text_after(op.id);
  if (after.ok() && after->missing) return plan::inserted_words(op);
  return plan::added_words(op, after.ok() ? after->text : plan::text_with(text, op, person));
}

}  // namespace

Bytes write_changes(const std::vector<QuarantinedChange>& changes) {
  Bytes out;
  append_u32(out, static_cast<std::uint32_t>(changes.size()));
  for (const QuarantinedChange& c : changes) {
    for (const std::string* text : {&c.entity, &c.kind, &c.field, &c.label, &c.value}) append_text(out, *text);
    append_u64(out, static_cast<std::uint64_t>(c.wall_ms));
  }
  return out;
}

Result<std::vector<QuarantinedChange>> read_changes(ByteView bytes) {
  Reader in(bytes);
  const std::uint32_t count = in.u32();
  if (count > limits::list_items_max * 4) return Error{Errc::too_large, "changes"};
  std::vector<QuarantinedChange> out;
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    QuarantinedChange c;
    for (std::string* text : {&c.entity, &c.kind, &c.field, &c.label}) *text = read_text(in, limits::name_bytes_max);
    c.value = read_text(in, limits::text_bytes_max);
    c.wall_ms = static_cast<UnixMs>(in.u64());
    for (const std::string* text : {&c.entity, &c.kind, &c.field, &c.label, &c.value})
      if (!is_plain_text(*text)) return Error{Errc::not_utf8, "changes"};
    out.push_back(std::move(c));
  }
  if (!in.done()) return Error{Errc::malformed, "changes"};
  return out;
}

Status quarantine_unsent(Context& ctx, PlanFile& file, SectionId section, std::string_view reason) {
  SP_TRY(const std::vector<plan::PendingBatch> unsent, file.unsent(ctx, section));
  if (unsent.empty()) return Status::good();
  // The kinds of records, so that the text can be read with its field labels after the plan itself is gone.
  SP_TRY(const plan::SectionState* shown, file.shown(ctx, section));
  Quarantined q;
  q.plan = file.id();
  q.section = section;
  q.reason = std::string(reason);
  q.since_ms = ctx.now;
  for (const plan::PendingBatch& pending : unsent) {
    for (const plan::Op& op : pending.batch.ops) {
      const bool is_text = op.kind == plan::OpKind::text;
      if (!is_text && op.kind != plan::OpKind::set && op.kind != plan::OpKind::set_add && op.kind != plan::OpKind::note)
        continue;
      QuarantinedChange c;
      c.entity = op.entity.hex();
      // Of a text only what this person added: what surrounds it is no longer theirs to see.
      c.value = is_text ? words_added(shown->find(op.entity), op, ctx.person) : op.text;
      if (is_text && c.value.empty()) continue;
      c.wall_ms = pending.batch.wall_ms;
      const plan::Entity* entity = shown->find(op.entity);
      const plan::KindSpec* kind = entity == nullptr ? nullptr : plan::find_kind(entity->kind);
      for (const plan::Op& other : pending.batch.ops)
        if (kind == nullptr && other.kind == plan::OpKind::create && other.entity == op.entity)
          kind = plan::find_kind(other.record_kind);
      if (kind != nullptr) {
        c.kind = std::string(kind->name);
        if (const plan::FieldSpec* field = plan::find_field(*kind, op.field)) {
          c.field = std::string(field->name);
          c.label = std::string(field->label);
        }
      }
      q.changes.push_back(std::move(c));
    }
  }
  if (SP_PLANTED(quarantine_loses_last) && !q.changes.empty()) q.changes.pop_back();
  q.key = file.id().view().copy();
  append_u16(q.key, section);
  std::array<std::uint8_t, 8> unique{};
  ctx.entropy.fill(unique.data(), unique.size());
  append(q.key, unique);
  if (SP_PLANTED(quarantine_forgets)) q.changes.clear();
  if (!q.changes.empty()) SP_OK(put_quarantine(ctx, q));
  for (const plan::PendingBatch& pending : unsent)
    SP_OK(ctx.replica.delete_pending(file.id(), section, pending.batch.ops.front().id.counter,
                                     pending.batch.ops.back().id.counter));
  SP_TRY(const std::vector<OutboxRow> outbox, ctx.replica.outbox(file.id()));
  for (const OutboxRow& row : outbox)
    if (row.section == section) SP_OK(ctx.replica.delete_outbox(file.id(), row.id));
  file.section(section).shown.reset();
  return Status::good();
}

Result<std::vector<Quarantined>> list_quarantine(Context& ctx) {
  SP_TRY(const std::vector<Item> items, ctx.replica.items(item_kind));
  std::vector<Quarantined> out;
  for (const Item& item : items) {
    SP_TRY(Quarantined q, read_quarantined(item));
    out.push_back(std::move(q));
  }
  return out;
}

Result<std::optional<Quarantined>> find_quarantine(Context& ctx, ByteView key) {
  SP_TRY(const std::optional<Item> item, ctx.replica.item(item_kind, key));
  if (!item) return std::optional<Quarantined>{};
  SP_TRY(Quarantined q, read_quarantined(*item));
  return std::optional<Quarantined>(std::move(q));
}

Status put_quarantine(Context& ctx, const Quarantined& q) {
  return ctx.replica.put_item(item_kind, q.key, q.plan, write_quarantined(q));
}

Status discard_quarantine(Context& ctx, ByteView key) { return ctx.replica.delete_item(item_kind, key); }

}  // namespace samplan
