// Commands that change what a plan says. Each checks the right first, builds operations with the editor and writes
// them as one pending row; nothing here waits for a network.
#include <algorithm>

#include "base/limits.h"
#include "base/planted.h"
#include "base/utf8.h"
#include "client-core/access_event.h"
#include "client-core/access_log.h"
#include "client-core/commands.h"
#include "client-core/lease.h"
#include "client-core/local_facts.h"
#include "client-core/people.h"
#include "client-core/plan/edit.h"
#include "client-core/plan/view.h"
#include "client-core/record_history.h"
#include "sync/log/sections.h"

namespace samplan {
namespace {

using nlohmann::json;

struct Desk {
  PlanFile* file = nullptr;
  SectionId section = 0;
  bool proposing = false;
};

// May this person write here now, and is it a change or a proposal?
Result<Desk> sit_down(CommandCall& call, PlanFile& file, SectionId section, bool propose) {
  if (file.row().holding == Holding::frozen) return Error{Errc::frozen, "write"};
  if (file.row().holding == Holding::ended) return Error{Errc::withdrawn, "write"};
  const std::uint8_t rights = file.rights(call.ctx, section);
  if ((rights & (right_write | right_propose)) == 0)
    return Error{Errc::not_allowed, "write", "Samtykket åpner ikke for at du skriver i denne delen av planen."};
  if (file.gov().consent() == PlanConsent::withdrawn)
    return Error{Errc::no_consent, "write", "Samtykket til planen er trukket. Planen er på vent."};
  return Desk{&file, section, propose || (rights & right_write) == 0};
}

// Someone who acts for a service unit is named in the plan the first time, so that every change has a person's name
// and not only a key (domain, section 3).
Status introduce(CommandCall& call, PlanFile& file) {
  Context& ctx = call.ctx;
  const std::optional<PrincipalId> unit = file.acting_for(ctx, section_basis);
  if (!unit || (file.rights(ctx, section_basis) & right_write) == 0) return Status::good();
  if (names_in_plan(ctx, file, ctx.person)) return Status::good();
  SP_TRY(const plan::SectionState* shown, file.shown(ctx, section_basis));
  SP_TRY(const std::string me, text_fact(ctx, fact::name));
  const std::string unit_name = display_name(ctx, &file, *unit);
  const std::string principal = ctx.person.hex();
  plan::Editor editor(*shown, {ctx.keys.id(), ctx.person, false});
  SP_OK(editor.create_record("participant", ctx.entropy.id<EntityId>(),
                             {{"name", me}, {"role", "provider"}, {"on_behalf_of", unit_name}, {"principal", principal}}));
  return file.write(ctx, section_basis, editor.take(), false);
}

template <class Edit>
Status write(CommandCall& call, const Desk& desk, Edit edit) {
  SP_OK(introduce(call, *desk.file));
  SP_TRY(const plan::SectionState* shown, desk.file->shown(call.ctx, desk.section));
  plan::Editor editor(*shown, {call.ctx.keys.id(), call.ctx.person, desk.proposing});
  SP_OK(edit(editor));
  return desk.file->write(call.ctx, desk.section, editor.take(), desk.proposing);
}

template <class Edit>
Result<json> edit_entity(CommandCall& call, Edit edit) {
  SP_TRY(PlanFile * file, call.plan());
  SP_TRY(const CommandCall::Found found, call.entity(*file));
  SP_TRY(const Desk desk, sit_down(call, *file, found.section, call.flag("propose", false)));
  bool changed = false;
  SP_OK(write(call, desk, [&](plan::Editor& editor) -> Status {
    SP_OK(edit(editor, found.entity));
    changed = !editor.ops().empty();
    return Status::good();
  }));
  return json{{"entity", found.entity.hex()}, {"proposal", desk.proposing}, {"changed", changed}};
}

Result<std::vector<OpId>> op_ids(CommandCall& call, std::string_view arg) {
  SP_TRY(const std::vector<std::string> texts, call.texts(arg));
  std::vector<OpId> out;
  for (const std::string& text : texts) {
    const auto id = plan::parse_op_id(text);
    if (!id) return Error{Errc::invalid_argument, std::string(arg), "Ukjent forslag: " + text};
    out.push_back(*id);
  }
  if (out.empty()) return Error{Errc::invalid_argument, std::string(arg), "Velg minst ett forslag."};
  return out;
}

// Answers go to the section where the proposal lies.
template <class Edit>
Result<json> answer(CommandCall& call, Edit edit) {
  SP_TRY(PlanFile * file, call.plan());
  SP_TRY(const std::vector<OpId> ids, op_ids(call, "proposals"));
  for (const SectionId s : file->readable(call.ctx)) {
    SP_TRY(const plan::SectionState* shown, file->shown(call.ctx, s));
    std::vector<OpId> here;
    for (const OpId& id : ids)
      if (shown->find_proposal(id) != nullptr) here.push_back(id);
    if (here.empty()) continue;
    if (here.size() != ids.size())
      return Error{Errc::invalid_argument, "proposals", "Svar på forslag i én del av planen om gangen."};
    SP_TRY(const Desk desk, sit_down(call, *file, s, false));
    if (desk.proposing) return Error{Errc::not_allowed, "proposals", "Den som bare kan foreslå, kan ikke svare på forslag."};
    SP_OK(write(call, desk, [&](plan::Editor& editor) { return edit(editor, here); }));
    return json{{"answered", here.size()}};
  }
  return Error{Errc::not_found, "proposals", "Fant ikke forslaget."};
}

Result<SectionId> section_for(CommandCall& call, const plan::KindSpec& kind) {
  if (call.has("section")) {
    SP_TRY(const SectionId section, call.section("section"));
    if (!plan::may_hold(section, kind))
      return Error{Errc::invalid_argument, "section", "Dette hører ikke hjemme i den delen av planen."};
    return section;
  }
  for (const SectionInfo& s : plan_sections)
    if (plan::may_hold(s.id, kind) && kind.home != plan::Home::life_area) return s.id;
  return Error{Errc::invalid_argument, "section", "Velg livsområde (helse, dagtid, bolig, fritid, okonomi, sosialt, familie, annet)."};
}

Bytes draft_key(const PlanId& plan, std::string_view form) {
  Bytes key = plan.view().copy();
  const Hash h = crypto::hash("samplan/draft/1", {ByteView::of(form)});
  append(key, h.view());
  return key;
}

}  // namespace

Result<EntityId> add_record(CommandCall& call, PlanFile& file, SectionId section, std::string_view kind,
                            const std::vector<std::pair<std::string, std::string>>& fields, bool propose) {
  SP_TRY(const Desk desk, sit_down(call, file, section, propose));
  const plan::KindSpec* spec = plan::find_kind(kind);
  const EntityId id = spec != nullptr && spec->single ? plan::plan_entity() : call.ctx.entropy.id<EntityId>();
  std::vector<plan::FieldInput> inputs;
  for (const auto& f : fields) inputs.push_back({f.first, f.second});
  SP_OK(write(call, desk, [&](plan::Editor& editor) { return editor.create_record(kind, id, inputs); }));
  return id;
}

namespace handlers {

Result<json> plan_new(CommandCall& call) {
  Context& ctx = call.ctx;
  if (call.text("owner_name").empty()) return Error{Errc::invalid_argument, "owner_name", "Hvem er planen for?"};
  SP_TRY(std::unique_ptr<PlanFile> made, PlanFile::create(ctx));
  PlanFile& file = call.plans.add(std::move(made));
  std::vector<std::pair<std::string, std::string>> fields = {
      {"owner_name", call.text("owner_name")}, {"title", call.has("title") ? call.text("title") : "Individuell plan"}, {"status", "utkast"}};
  if (call.has("birth_date")) fields.emplace_back("birth_date", call.text("birth_date"));
  SP_OK(add_record(call, file, section_basis, "plan", fields, false));
  SP_TRY(const std::string me, text_fact(ctx, fact::name));
  SP_OK(add_record(call, file, section_basis, "participant",
                   {{"name", me}, {"role", "coordinator"}, {"principal", ctx.person.hex()}}, false));
  return json{{"plan", file.id().hex()}};
}

Result<json> add(CommandCall& call) {
  SP_TRY(PlanFile * file, call.plan());
  const std::string kind = call.text("kind");
  const plan::KindSpec* spec = plan::find_kind(kind);
  if (spec == nullptr) return Error{Errc::invalid_argument, "kind", "Ukjent type: " + kind};
  SP_TRY(const SectionId section, section_for(call, *spec));
  std::vector<std::pair<std::string, std::string>> fields;
  for (const auto& [name, value] : call.args.find("fields")->items()) {
    const auto add_one = [&](const json& v, const std::string& field) -> Status {
      if (!v.is_string()) return Error{Errc::invalid_argument, field, "Feltverdier må være tekst."};
      fields.emplace_back(field, v.get_ref<const std::string&>());
      return Status::good();
    };
    if (value.is_array()) {
      for (const json& member : value) SP_OK(add_one(member, name));
    } else {
      SP_OK(add_one(value, name));
    }
  }
  SP_TRY(const EntityId id, add_record(call, *file, section, kind, fields, call.flag("propose", false)));
  return json{{"entity", id.hex()}, {"section", section_code(section)}};
}

Result<json> edit(CommandCall& call) {
  return edit_entity(call, [&](plan::Editor& editor, const EntityId& id) -> Status {
    if (call.has("base")) {
      SP_OK(editor.change_text(id, call.text("field"), call.text("base"), call.text("value")));
    } else {
      SP_OK(editor.set_field(id, call.text("field"), call.text("value")));
    }
    if (!call.text("note").empty()) SP_OK(editor.note(call.text("note")));
    return Status::good();
  });
}

Result<json> set_add(CommandCall& call) {
  return edit_entity(call, [&](plan::Editor& editor, const EntityId& id) {
    return editor.add_to_set(id, call.text("field"), call.text("value"));
  });
}

Result<json> set_remove(CommandCall& call) {
  return edit_entity(call, [&](plan::Editor& editor, const EntityId& id) {
    return editor.remove_from_set(id, call.text("field"), call.text("value"));
  });
}

Result<json> remove(CommandCall& call) {
  return edit_entity(call, [&](plan::Editor& editor, const EntityId& id) { return editor.remove_record(id); });
}

Result<json> keep(CommandCall& call) {
  return edit_entity(call, [&](plan::Editor& editor, const EntityId& id) { return editor.keep_record(id); });
}

Result<json> move(CommandCall& call) {
  const int ways = static_cast<int>(call.has("after")) + static_cast<int>(call.flag("first", false)) +
                   static_cast<int>(call.has("under"));
  if (ways != 1)
    return Error{Errc::invalid_argument, "after",
                 "Si enten hva det skal stå etter (after), at det skal stå først (first), eller hvilket mål det hører under (under)."};
  SP_TRY(PlanFile * file, call.plan());
  const std::string_view by = call.has("under") ? "under" : "after";
  std::optional<EntityId> anchor;
  if (!call.text(by).empty()) {
    SP_TRY(const CommandCall::Found found, call.entity(*file));
    SP_TRY(const CommandCall::Found there, call.entity(*file, by));
    if (there.section != found.section)
      return Error{Errc::invalid_argument, std::string(by), "Begge må stå i samme del av planen."};
    anchor = there.entity;
  } else if (call.has("after")) {
    return Error{Errc::invalid_argument, "after", "Si hva det skal stå etter."};
  }
  return edit_entity(call, [&](plan::Editor& editor, const EntityId& id) {
    if (by == "under") return editor.move_under(id, anchor);
    return anchor ? editor.place_after(id, *anchor) : editor.place_first(id);
  });
}

Result<json> restore(CommandCall& call) {
  SP_TRY(PlanFile * file, call.plan());
  SP_TRY(const CommandCall::Found found, call.entity(*file));
  const auto wanted = plan::parse_op_id(call.text("op"));
  SP_TRY(const RecordChanges history, record_changes(call.ctx, *file, found.section, found.entity, 0));
  const auto at = std::find_if(history.changes.begin(), history.changes.end(),
                               [&](const plan::Change& c) { return wanted && c.op.id == *wanted; });
  if (at == history.changes.end()) return Error{Errc::not_found, "op", "Fant ikke denne endringen i historikken."};
  const plan::Change change = *at;
  if (change.words_missing)
    return Error{Errc::not_found, "op",
                 "Ordene i denne versjonen er ikke på denne enheten. Hent historikken, og prøv igjen etter synkronisering."};
  const plan::KindSpec* kind = plan::find_kind(found.kind);
  const plan::FieldSpec* field = kind == nullptr ? nullptr : plan::find_field(*kind, change.op.field);
  if (call.has("field") != (field != nullptr) || (field != nullptr && call.text("field") != field->name))
    return Error{Errc::invalid_argument, "field", "Endringen gjelder ikke dette feltet."};
  return edit_entity(call, [&](plan::Editor& editor, const EntityId& id) -> Status {
    switch (change.op.kind) {
      case plan::OpKind::set:
      case plan::OpKind::text:
      case plan::OpKind::set_add: return editor.restore(id, field->name, change.op.text);
      case plan::OpKind::set_remove:
        for (const std::string& member : change.before) SP_OK(editor.restore(id, field->name, member));
        return Status::good();
      case plan::OpKind::remove: return editor.keep_record(id);
      default: return Error{Errc::invalid_argument, "op", "Denne endringen har ingen verdi å hente tilbake."};
    }
  });
}

Result<json> resolve(CommandCall& call) {
  const bool merged = call.flag("merged", false);
  if (int{call.has("value")} + int{call.has("version")} + int{merged} != 1)
    return Error{Errc::invalid_argument, "value",
                 "Velg enten teksten som skal gjelde (value), en av versjonene (version) eller den sammenflettede teksten (merged)."};
  return edit_entity(call, [&](plan::Editor& editor, const EntityId& id) -> Status {
    if (merged) return editor.resolve_merged(id, call.text("field"));
    if (call.has("value")) return editor.resolve(id, call.text("field"), call.text("value"));
    const auto version = plan::parse_op_id(call.text("version"));
    if (!version) return Error{Errc::invalid_argument, "version", "Ukjent versjon."};
    return editor.resolve_with(id, call.text("field"), *version);
  });
}

Result<json> accept(CommandCall& call) {
  return answer(call, [&](plan::Editor& editor, const std::vector<OpId>& ids) { return editor.accept(ids); });
}

Result<json> decline(CommandCall& call) {
  return answer(call, [&](plan::Editor& editor, const std::vector<OpId>& ids) {
    return editor.decline(ids, call.text("reason"));
  });
}

Result<json> forget(CommandCall& call) {
  Context& ctx = call.ctx;
  SP_TRY(PlanFile * file, call.plan());
  const PlanId id = file->id();
  SP_TRY(const std::vector<PlanId> working, ctx.replica.plans_with_work());
  SP_TRY(const std::vector<OpenedNote> opened, opened_notes(ctx, id));
  // What only this device has is never thrown away in passing (R111).
  if (!opened.empty() || file->row().holding == Holding::draft || std::find(working.begin(), working.end(), id) != working.end())
    return Error{Errc::invalid_argument, "forget", "Planen har noe som ikke er sendt. Synkroniser først."};
  std::vector<SectionId> held;
  for (const SectionGov& s : file->gov().sections()) held.push_back(s.id);
  for (const SectionId s : held) SP_OK(file->drop_section(ctx, s));
  SP_OK(ctx.replica.delete_plan(id));
  SP_OK(forget_access_log(ctx, id));
  SP_OK(forget_lease(ctx, id));
  // The server must not think that we still have it.
  SP_OK(clear_fact(ctx, fact::cursor_token));
  call.plans.forget(id);
  return json{{"plan", id.hex()}};
}

Result<json> plan_reopen(CommandCall& call) {
  SP_TRY(PlanFile * file, call.plan());
  SP_OK(reopen_lease(call.ctx, *file));
  SP_TRY(const Lease lease, lease_of(call.ctx, *file));
  return json{{"plan", file->id().hex()}, {"lease_ends_ms", lease.applies ? json(lease.ends_ms) : json(nullptr)}};
}

Result<json> draft_save(CommandCall& call) {
  SP_TRY(PlanFile * file, call.plan());
  const std::string form = call.text("form");
  const std::string content = call.text("content");
  if (form.size() > limits::name_bytes_max || content.size() > limits::text_bytes_max) return Error{Errc::too_large, "draft"};
  Bytes bytes;
  append_u64(bytes, static_cast<std::uint64_t>(call.ctx.now));
  append_u32(bytes, static_cast<std::uint32_t>(form.size()));
  append(bytes, ByteView::of(form));
  append(bytes, ByteView::of(content));
  if (SP_PLANTED(draft_in_clear)) SP_OK(call.ctx.replica.put_item("draft", ByteView::of(content), file->id(), bytes));
  SP_OK(call.ctx.replica.put_item("draft", draft_key(file->id(), form), file->id(), bytes));
  return json::object();
}

Result<json> drafts(CommandCall& call) {
  SP_TRY(const std::vector<Item> items, call.ctx.replica.items("draft"));
  json out = json::array();
  for (const Item& item : items) {
    // Half-written text of a plan that is closed here is kept, and comes back with the plan.
    SP_TRY(const bool closed, call.is_closed(item.plan));
    if (closed) continue;
    Reader in(item.content);
    const auto time = static_cast<UnixMs>(in.u64());
    const std::string form(in.take(in.u32()).text());
    const std::string content(in.rest().text());
    if (!in.ok()) return Error{Errc::corrupt, "draft"};
    out.push_back({{"plan", item.plan.hex()}, {"form", form}, {"content", content}, {"time_ms", time}});
  }
  return json{{"drafts", out}};
}

Result<json> draft_discard(CommandCall& call) {
  SP_TRY(PlanFile * file, call.plan());
  SP_OK(call.ctx.replica.delete_item("draft", draft_key(file->id(), call.text("form"))));
  return json::object();
}

}  // namespace handlers
}  // namespace samplan
