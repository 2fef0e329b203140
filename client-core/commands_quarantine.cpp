// Commands about own text that could not be sent, and about such text that others have handed over.
#include <algorithm>

#include "base/limits.h"
#include "base/planted.h"
#include "client-core/commands.h"
#include "client-core/local_facts.h"
#include "client-core/mail_out.h"
#include "client-core/people.h"
#include "client-core/plan/edit.h"
#include "client-core/plan/schema.h"
#include "client-core/quarantine.h"
#include "sync/log/sections.h"

namespace samplan::handlers {
namespace {

using nlohmann::json;

constexpr std::string_view magic =
    "sho1";  // a hand-over letter: magic | section u16 | name length u32, name | changes

json changes_json(const std::vector<QuarantinedChange>& changes) {
  json out = json::array();
  for (const QuarantinedChange& c : changes)
    out.push_back({{"entity", c.entity},
                   {"kind", c.kind},
                   {"field", c.field},
                   {"label", c.label},
                   {"value", c.value},
                   {"time_ms", c.wall_ms}});
  return out;
}

Result<Quarantined> find(CommandCall& call) {
  SP_TRY(const Bytes key, from_hex(call.text("id")));
  SP_TRY(std::optional<Quarantined> q, find_quarantine(call.ctx, key));
  if (!q) return Error{Errc::not_found, "quarantine"};
  return std::move(*q);
}

struct HandOver {
  Bytes key;
  PlanId plan;
  DeviceId from;
  UnixMs recv_ms = 0;
  SectionId section = 0;
  std::string name;
  std::vector<QuarantinedChange> changes;
};

Result<std::vector<HandOver>> received(CommandCall& call) {
  SP_TRY(const std::vector<Item> letters, call.ctx.replica.items("letter"));
  std::vector<HandOver> out;
  for (const Item& item : letters) {
    if (item.plan.is_zero()) continue;
    Reader in(item.content);
    HandOver h;
    h.key = item.key;
    in.u64();
    in.take(BoxId::size);
    h.plan = PlanId::from(in.take(PlanId::size));
    h.from = DeviceId::from(in.take(DeviceId::size));
    const PrincipalId to = PrincipalId::from(in.take(PrincipalId::size));
    h.recv_ms = static_cast<UnixMs>(in.u64());
    Reader body(in.rest());
    const std::uint32_t generation = body.u32();
    SP_TRY(const std::optional<crypto::BoxKeyPair> pair, call.ctx.keyring.generation(to, generation));
    if (!pair) continue;
    const auto plain = crypto::open_sealed(*pair, body.rest());
    if (!plain.ok()) continue;
    Reader text(*plain);
    if (text.take(4).text() != magic) continue;
    h.section = text.u16();
    h.name = std::string(text.take(text.u32()).text());
    auto changes = read_changes(text.rest());
    if (!text.ok() || !changes.ok()) continue;
    h.changes = std::move(changes).value();
    out.push_back(std::move(h));
  }
  return out;
}

Result<HandOver> find_hand_over(CommandCall& call) {
  SP_TRY(std::vector<HandOver> all, received(call));
  for (HandOver& h : all)
    if (to_hex(h.key) == call.text("letter")) return std::move(h);
  return Error{Errc::not_found, "letter"};
}

// What was received stays visible in the plan, whatever was decided about it.
Status note_received(CommandCall& call, PlanFile& file, const HandOver& h, const std::string& text) {
  const std::string who = "Mottatt fra tidligere deltaker: " + h.name;
  SP_OK(add_record(call, file, section_basis, "contribution", {{"who", who}, {"text", text}}, false));
  return call.ctx.replica.delete_item("letter", h.key);
}

}  // namespace

Result<json> quarantine(CommandCall& call) {
  SP_TRY(const std::vector<Quarantined> all, list_quarantine(call.ctx));
  json out = json::array();
  for (const Quarantined& q : all)
    out.push_back({{"id", to_hex(q.key)},
                   {"plan", q.plan.hex()},
                   {"section", section_code(q.section)},
                   {"reason", q.reason},
                   {"since_ms", q.since_ms},
                   {"handed_over", q.handed_over},
                   {"changes", changes_json(q.changes)}});
  return json{{"quarantine", out}};
}

Result<json> quarantine_hand_over(CommandCall& call) {
  Context& ctx = call.ctx;
  SP_TRY(Quarantined q, find(call));
  if (q.handed_over) return Error{Errc::already_exists, "quarantine", "Dette er allerede levert."};
  SP_TRY(PlanFile * file, call.plans.get(ctx, q.plan));
  const bool to_owner = call.text("to") == "owner";
  const Participant* recipient = file->gov().participant(file->gov().coordinator());
  if (to_owner) {
    recipient = nullptr;
    for (const Participant& p : file->gov().participants())
      if (*p.role.latest() == Role::owner && !p.has_left()) recipient = &p;
  }
  const IdentityState* identity = recipient == nullptr ? nullptr : ctx.book.find(recipient->principal);
  if (identity == nullptr) return Error{Errc::not_found, "quarantine.to", "Fant ingen å levere til."};
  Bytes plain = ByteView::of(magic).copy();
  append_u16(plain, q.section);
  SP_TRY(const std::string name, text_fact(ctx, fact::name));
  append_u32(plain, static_cast<std::uint32_t>(name.size()));
  append(plain, ByteView::of(name));
  append(plain, write_changes(q.changes));
  Bytes body;
  append_u32(body, identity->generation().number);
  append(body, crypto::seal_to(identity->generation().key, plain));
  if (body.size() > limits::mail_bytes_max)
    return Error{Errc::too_large, "quarantine",
                 "Teksten er for lang til å leveres. Lagre den som fil i stedet."};
  if (!SP_PLANTED(hand_over_not_posted))
    SP_OK(queue_mail(ctx, DropPut{q.plan, identity->id, std::move(body)}));
  q.handed_over = true;
  SP_OK(put_quarantine(ctx, q));
  return json{{"to", display_name(ctx, file, identity->id)}};
}

Result<json> quarantine_export(CommandCall& call) {
  SP_TRY(const Quarantined q, find(call));
  std::string text = "Egen tekst som ikke ble sendt\n";
  for (const QuarantinedChange& c : q.changes)
    text += "\n" + to_iso(c.wall_ms) + "  " + (c.label.empty() ? c.field : c.label) + ":\n" + c.value + "\n";
  return json{{"text", text}};
}

Result<json> quarantine_discard(CommandCall& call) {
  SP_TRY(const Quarantined q, find(call));
  SP_OK(discard_quarantine(call.ctx, q.key));
  return json::object();
}

Result<json> hand_overs(CommandCall& call) {
  SP_TRY(const std::vector<HandOver> all, received(call));
  json out = json::array();
  for (const HandOver& h : all) {
    SP_TRY(const bool closed, call.is_closed(h.plan));
    if (closed) continue;
    out.push_back({{"letter", to_hex(h.key)},
                   {"plan", h.plan.hex()},
                   {"section", section_code(h.section)},
                   {"from", h.from.hex()},
                   {"name", h.name},
                   {"received_ms", h.recv_ms},
                   {"changes", changes_json(h.changes)}});
  }
  return json{{"hand_overs", out}};
}

Result<json> hand_over_accept(CommandCall& call) {
  Context& ctx = call.ctx;
  SP_TRY(const HandOver h, find_hand_over(call));
  SP_TRY(PlanFile * file, call.open_plan(h.plan));
  if ((file->rights(ctx, h.section) & right_write) == 0) return Error{Errc::not_allowed, "hand_over_accept"};
  SP_TRY(const plan::SectionState* shown, file->shown(ctx, h.section));
  plan::Editor editor(*shown, {ctx.keys.id(), ctx.person, false});
  std::string summary;
  std::map<std::string, std::vector<const QuarantinedChange*>>
      created;  // by entity: records that are not in the plan
  for (const QuarantinedChange& c : h.changes) {
    summary += (c.label.empty() ? c.field : c.label) + ": " + c.value + "\n";
    const auto id = EntityId::parse(c.entity);
    if (!id || c.field.empty()) continue;
    const plan::Entity* entity = shown->find(*id);
    if (entity == nullptr) {
      created[c.entity].push_back(&c);
    } else {
      // As the recipient's own edit: it takes part in merging like any other, nothing is overwritten unseen.
      // Of a text only what was added is here, so it is added again.
      SP_OK(editor.add_passage(*id, c.field, c.value));
    }
  }
  for (const auto& entry : created) {
    std::vector<plan::FieldInput> fields;
    for (const QuarantinedChange* c : entry.second) fields.push_back({c->field, c->value});
    SP_OK(editor.create_record(entry.second.front()->kind, ctx.entropy.id<EntityId>(), fields));
  }
  SP_OK(file->write(ctx, h.section, editor.take(), false));
  SP_OK(note_received(call, *file, h, summary));
  return json{{"changes", h.changes.size()}};
}

Result<json> hand_over_decline(CommandCall& call) {
  SP_TRY(const HandOver h, find_hand_over(call));
  if (call.text("reason").empty()) return Error{Errc::invalid_argument, "reason", "Skriv hvorfor."};
  SP_TRY(PlanFile * file, call.open_plan(h.plan));
  SP_OK(note_received(call, *file, h, "Ikke tatt inn i planen. Grunn: " + call.text("reason")));
  return json::object();
}

}  // namespace samplan::handlers
