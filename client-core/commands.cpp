#include "client-core/commands.h"

#include <algorithm>

#include "base/utf8.h"
#include "client-core/core.h"
#include "client-core/lease.h"
#include "client-core/people.h"
#include "client-core/plan/schema.h"
#include "sync/log/sections.h"

namespace samplan {
namespace {

using nlohmann::json;
namespace h = handlers;

constexpr Arg arg_plan{"plan", ArgType::text, true, "plan id or a unique prefix"};
constexpr Arg arg_entity{"entity", ArgType::text, true, "record id or a unique prefix"};
constexpr Arg arg_field{"field", ArgType::text, true, "field name"};
constexpr Arg arg_value{"value", ArgType::text, true, "new value; empty clears"};
constexpr Arg arg_propose{"propose", ArgType::flag, false, "write as a proposal even where one may write"};
constexpr Arg arg_participant{"participant", ArgType::text, true, "participant: id, prefix or known name"};

const std::vector<Command>& table() {
  static const std::vector<Command> commands = {
      {"whoami", false, "This device, its person and its service units.", {}, h::whoami},
      {"devices", false, "This person's devices, in the order in which they were added.", {}, h::devices},
      {"device_close", true, "Close a lost device of one's own; in effect with the next sync.", {{"device", ArgType::text, true, "id, prefix or name"}}, h::device_close},
      {"device_rename", true, "What a device is called here.", {{"device", ArgType::text, true, "id, prefix or name"}, {"name", ArgType::text, true, "name"}}, h::device_rename},
      {"device_add", true, "Begin to add a new device by the code that it shows.", {{"link", ArgType::text, true, "the new device's code"}}, h::device_add},
      {"device_adding", false, "Where the adding of a device stands, and the four words to compare.", {}, h::device_adding},
      {"device_add_confirm", true, "The words are the same: give the new device the person's keys.", {}, h::device_add_confirm},
      {"device_add_cancel", true, "Do not add it.", {}, h::device_add_cancel},
      {"recovery_new", true, "Make a recovery code to print; it holds from the next sync, and earlier ones are closed then.",
       {{"shares", ArgType::flag, false, "in three parts, of which two are needed"}}, h::recovery_new},
      {"recovery", false, "The recovery codes that hold, without their secret.", {}, h::recovery},
      {"unit_create", true, "Create a service unit with this person as registrar.", {{"name", ArgType::text, true, "name"}}, h::unit_create},
      {"unit_remove_member", true, "Remove a member; the unit gets a new key.",
       {{"unit", ArgType::text, true, "unit"}, {"member", ArgType::text, true, "member"}}, h::unit_remove_member},
      {"invite", true, "Make an invitation link to a plan or a unit.",
       {{"for", ArgType::text, true, "plan or unit"}, {"plan", ArgType::text, false, "plan"}, {"unit", ArgType::text, false, "unit"},
        {"role", ArgType::text, false, "role in the plan"}, {"name", ArgType::text, false, "who is invited"},
        {"registrar", ArgType::flag, false, "may change the unit's members"}, {"days", ArgType::text, false, "valid for, at most 7"}}, h::invite},
      {"phone_invite", true, "The same, given to whoever types a code of nine digits that is read out by telephone.",
       {{"for", ArgType::text, true, "plan or unit"}, {"plan", ArgType::text, false, "plan"}, {"unit", ArgType::text, false, "unit"},
        {"role", ArgType::text, false, "role in the plan"}, {"name", ArgType::text, false, "who is invited"},
        {"registrar", ArgType::flag, false, "may change the unit's members"}, {"days", ArgType::text, false, "valid for, at most 7"}}, h::phone_invite},
      {"phone_calling", false, "Where the code stands, and the digits to read out.", {}, h::phone_calling},
      {"phone_cancel", true, "Withdraw code and invitation.", {}, h::phone_cancel},
      {"invites", false, "Own invitations, and what has become of them.", {}, h::invites},
      {"invite_cancel", true, "Cancel an invitation.", {{"box", ArgType::text, true, "the invitation's box"}}, h::invite_cancel},
      {"join_request", true, "Ask to join by an invitation; sent with the next sync.", {{"link", ArgType::text, true, "invitation link"}, {"unit", ArgType::text, false, "ask on behalf of this service unit"}}, h::join_request},
      {"requests", false, "People who ask to join, with the four words to compare.", {}, h::requests},
      {"confirm", true, "Let in who asked; only now are keys handed over.", {{"request", ArgType::text, true, "request"}}, h::confirm},
      {"decline_request", true, "Turn down who asked.", {{"request", ArgType::text, true, "request"}}, h::decline_request},
      {"joining", false, "What has become of this person's own wishes to join.", {}, h::joining},
      {"people", false, "Known people and units.", {}, h::people},
      {"participant_add", true, "Add a known person or unit to a plan, without access.",
       {arg_plan, {"principal", ArgType::text, true, "person or unit"}, {"role", ArgType::text, true, "role"}, {"name", ArgType::text, false, "name in the plan"}}, h::participant_add},
      {"participants", false, "Who takes part, and in what.", {arg_plan}, h::participants, true},
      {"consent_plan", true, "Record the owner's consent to the plan being made.",
       {arg_plan, {"form", ArgType::text, false, "signed, written or oral"}, {"document", ArgType::text, false, "what was signed, or what the witness heard"}, {"witness", ArgType::text, false, "witness"}}, h::consent_plan},
      {"consent_give", true, "Open sections of the plan to a participant.",
       {arg_plan, arg_participant, {"sections", ArgType::list, true, "section codes"}, {"rights", ArgType::text, false, "read, propose or write"},
        {"history", ArgType::text, false, "full or from_now"}, {"until", ArgType::text, false, "last day"}, {"what", ArgType::text, true, "which information"},
        {"who", ArgType::text, true, "who gets it"}, {"use", ArgType::text, true, "what it is used for"}, {"consequence", ArgType::text, true, "what follows"},
        {"form", ArgType::text, false, "signed, written or oral"}, {"document", ArgType::text, false, "attested: what was signed or said"}, {"witness", ArgType::text, false, "witness"}}, h::consent_give},
      {"consent_withdraw", true, "Close sections to a participant, or withdraw consent to the whole plan.",
       {arg_plan, {"participant", ArgType::text, false, "nobody: the whole plan"}, {"sections", ArgType::list, false, "absent: all"}}, h::consent_withdraw, true},
      {"role_change", true, "Change a participant's role or rights within what is open.",
       {arg_plan, arg_participant, {"role", ArgType::text, true, "role"}, {"rights", ArgType::text, false, "read, propose or write"}, {"sections", ArgType::list, false, "absent: all open ones"}}, h::role_change},
      {"coordinator_offer", true, "Offer a participant the coordination.", {arg_plan, arg_participant}, h::coordinator_offer},
      {"coordinator_accept", true, "Accept the coordination.", {arg_plan}, h::coordinator_accept},
      {"participant_suspend", true, "A participant's phone is lost: let the access rest, with new keys.",
       {{"plan", ArgType::text, false, "absent: every plan that this person leads"}, arg_participant}, h::participant_suspend},
      {"participant_resume", true, "The lost phone is closed: the access comes back.",
       {{"plan", ArgType::text, false, "absent: every plan that this person leads"}, arg_participant}, h::participant_resume},
      {"recovery_ask", true, "Ask that a participant without any device left goes on as one who has joined anew; the waiting time begins.",
       {arg_plan, arg_participant, {"heir", ArgType::text, true, "who has joined anew"}}, h::recovery_ask},
      {"recovery_complete", true, "Another officer completes it, after the waiting time.", {arg_plan, arg_participant}, h::recovery_complete},
      {"recovery_cancel", true, "Stop it.", {arg_plan, arg_participant}, h::recovery_cancel},
      {"plan_new", true, "Start a plan; a draft on this device until the owner consents.",
       {{"owner_name", ArgType::text, true, "whom the plan is for"}, {"birth_date", ArgType::text, false, "date"}, {"title", ArgType::text, false, "title"}}, h::plan_new},
      {"add", true, "Add a record.",
       {arg_plan, {"kind", ArgType::text, true, "record kind"}, {"section", ArgType::text, false, "life area"}, {"fields", ArgType::object, true, "field values"}, arg_propose}, h::add},
      {"edit", true, "Set a field.", {arg_plan, arg_entity, arg_field, arg_value, arg_propose, {"note", ArgType::text, false, "a word about the proposal"}, {"base", ArgType::text, false, "what a text said when the person began to change it"}}, h::edit},
      {"set_add", true, "Add to a set field.", {arg_plan, arg_entity, arg_field, arg_value, arg_propose}, h::set_add},
      {"set_remove", true, "Remove from a set field.", {arg_plan, arg_entity, arg_field, arg_value, arg_propose}, h::set_remove},
      {"remove", true, "Remove a record.", {arg_plan, arg_entity, arg_propose}, h::remove},
      {"keep", true, "Keep or bring back a removed record.", {arg_plan, arg_entity}, h::keep},
      {"move", true, "Change the order of records of a kind, or which goal a measure or sub-goal is under.",
       {arg_plan, arg_entity, {"after", ArgType::text, false, "the record after which it goes"}, {"first", ArgType::flag, false, "before all others"},
        {"under", ArgType::text, false, "the goal it goes under; empty: none"}, arg_propose}, h::move},
      {"restore", true, "Write what an earlier change said as a new edit; bring back what it removed.",
       {arg_plan, arg_entity, {"field", ArgType::text, false, "field name; not for a removal of the whole record"},
        {"op", ArgType::text, true, "the change, from history"}, arg_propose}, h::restore},
      {"resolve", true, "Settle a field that has two versions.",
       {arg_plan, arg_entity, arg_field, {"value", ArgType::text, false, "the text to keep"}, {"version", ArgType::text, false, "the version to keep"},
        {"merged", ArgType::flag, false, "a text stays as it was merged"}}, h::resolve},
      {"accept", true, "Accept proposals.", {arg_plan, {"proposals", ArgType::list, true, "proposal ids"}}, h::accept},
      {"decline", true, "Decline proposals, with a reason.", {arg_plan, {"proposals", ArgType::list, true, "proposal ids"}, {"reason", ArgType::text, true, "reason"}}, h::decline},
      {"forget", true, "Remove a plan from this device, for a shared machine; it can be fetched again.", {arg_plan}, h::forget, true},
      {"plan_reopen", true, "The owner opens the own plan again that has closed for want of contact.", {arg_plan}, h::plan_reopen, true},
      {"draft_save", true, "Keep a half-written form, encrypted.", {arg_plan, {"form", ArgType::text, true, "which form"}, {"content", ArgType::text, true, "text"}}, h::draft_save, true},
      {"drafts", false, "Half-written forms.", {}, h::drafts},
      {"draft_discard", true, "Throw a draft away.", {arg_plan, {"form", ArgType::text, true, "which form"}}, h::draft_discard, true},
      {"import_fhir", true, "Make draft plans from FHIR R4.", {{"text", ArgType::text, false, "one file"}, {"files", ArgType::list, false, "objects with name and text"}}, h::import_fhir_file},
      {"quarantine", false, "Own text that could not be sent where it was written.", {}, h::quarantine},
      {"quarantine_hand_over", true, "Hand it over, sealed, to the coordinator or owner.",
       {{"id", ArgType::text, true, "id"}, {"to", ArgType::text, false, "coordinator or owner"}}, h::quarantine_hand_over},
      {"quarantine_export", false, "The text, readable.", {{"id", ArgType::text, true, "id"}}, h::quarantine_export},
      {"quarantine_discard", true, "Throw it away.", {{"id", ArgType::text, true, "id"}}, h::quarantine_discard},
      {"hand_overs", false, "Text handed over by former participants.", {}, h::hand_overs},
      {"hand_over_accept", true, "Enter it into the plan, marked as received.", {{"letter", ArgType::text, true, "letter"}}, h::hand_over_accept},
      {"hand_over_decline", true, "Do not enter it; the reason is recorded in the plan.", {{"letter", ArgType::text, true, "letter"}, {"reason", ArgType::text, true, "reason"}}, h::hand_over_decline},
      {"plans", false, "The plans on this device.", {}, h::list_plans},
      {"plan_show", false, "One plan, as this device sees it.", {arg_plan, {"record_access", ArgType::flag, false, "note in the access log that it was opened"}}, h::plan_show},
      {"digest", false, "Hashes of the confirmed content, equal on all devices that have the same.", {arg_plan, {"text", ArgType::flag, false, "the canonical text too"}}, h::digest},
      {"conflicts", false, "Fields with two versions.", {{"plan", ArgType::text, false, "absent: all"}}, h::conflicts},
      {"proposals", false, "Proposals and their answers.", {{"plan", ArgType::text, false, "absent: all"}}, h::proposals},
      {"history", false, "Who changed what in a record, when, from what to what, on which device.", {arg_plan, arg_entity, {"field", ArgType::text, false, "absent: all"}}, h::history},
      {"log", false, "The plan's governance and changes in order.", {arg_plan}, h::log},
      {"status", false, "What waits, what needs attention, when the last sync was.", {}, h::status},
      {"refused", false, "What the server or the rules refused, and why.", {}, h::refused},
      {"refused_dismiss", true, "Seen.", {{"id", ArgType::text, true, "id"}}, h::refused_dismiss},
      {"access_log", false, "Who has seen the plan: opened (as devices signed), fetched or refused (as the server noted), recovered.", {arg_plan}, h::access_log},
      {"access_log_fetch", true, "Ask for what the server has noted since; it comes with the next sync.", {arg_plan}, h::access_log_fetch},
      {"doctor", false, "Check this home.", {}, h::doctor},
  };
  return commands;
}

Error wrong(std::string where, std::string detail) { return Error{Errc::invalid_argument, std::move(where), std::move(detail)}; }

bool fits(const json& value, ArgType type) {
  switch (type) {
    case ArgType::text: return value.is_string();
    case ArgType::flag: return value.is_boolean();
    case ArgType::list: return value.is_array();
    case ArgType::object: return value.is_object();
  }
  return false;
}

Status check_args(const Command& command, const json& request) {
  for (const Arg& arg : command.args) {
    const auto it = request.find(std::string(arg.name));
    if (it == request.end()) {
      if (arg.required) return wrong(std::string(arg.name), "Mangler: " + std::string(arg.name));
    } else if (!fits(*it, arg.type)) {
      return wrong(std::string(arg.name), "Feil type: " + std::string(arg.name));
    } else if (it->is_string() && !is_utf8(it->get_ref<const std::string&>())) {
      return Error{Errc::not_utf8, std::string(arg.name)};
    }
  }
  for (const auto& [name, value] : request.items()) {
    (void)value;
    const std::string& key = name;
    const bool known = key == "do" || std::any_of(command.args.begin(), command.args.end(), [&](const Arg& a) { return a.name == key; });
    if (!known) return wrong(key, "Ukjent argument: " + key);
  }
  return Status::good();
}

// What people read when the core has no better sentence of its own.
std::string message_of(const Error& e) {
  if (!e.detail.empty()) return e.detail;
  switch (e.code) {
    case Errc::not_allowed: return "Du har ikke tilgang til å gjøre dette.";
    case Errc::no_consent: return "Planeieren har ikke samtykket ennå.";
    case Errc::withdrawn: return "Tilgangen din er avsluttet.";
    case Errc::not_found: return "Finner det ikke på denne enheten.";
    case Errc::no_key: return "Denne enheten mangler nøkkelen. Den kommer ved neste synkronisering.";
    case Errc::unknown_principal: return "Ukjent person eller enhet.";
    case Errc::already_exists: return "Det finnes allerede.";
    case Errc::too_large: return "Det er for stort.";
    case Errc::not_utf8: return "Teksten har tegn som ikke kan brukes.";
    case Errc::frozen: return "Tjeneren har vist to ulike historier. Du kan lese, men ikke sende. Si fra til koordinatoren.";
    case Errc::corrupt: return "Filene på denne enheten henger ikke sammen. Kjør «samplan doctor».";
    case Errc::lease_ended: return "Planen er lukket på denne enheten. Koble til nett og synkroniser, så åpnes den igjen.";
    case Errc::not_saved: return "Kan ikke lagre på denne enheten. Ingenting er endret.";
    default: return "Det gikk ikke.";
  }
}

json schema_of(ArgType type) {
  switch (type) {
    case ArgType::text: return {{"type", "string"}};
    case ArgType::flag: return {{"type", "boolean"}};
    case ArgType::list: return {{"type", "array"}};
    case ArgType::object: return {{"type", "object"}};
  }
  return json::object();
}

}  // namespace

const std::vector<Command>& all_commands() { return table(); }

json api_schema() {
  json commands = json::object();
  for (const Command& c : table()) {
    json properties = {{"do", {{"const", c.name}}}};
    json required = json::array({"do"});
    for (const Arg& a : c.args) {
      json property = schema_of(a.type);
      property["description"] = a.about;
      properties[std::string(a.name)] = property;
      if (a.required) required.push_back(a.name);
    }
    commands[std::string(c.name)] = {{"type", "object"}, {"description", c.about}, {"changes", c.changes}, {"properties", properties},
                                     {"required", required}, {"additionalProperties", false}};
  }
  json kinds = json::object();
  for (const plan::KindSpec& kind : plan::all_kinds()) {
    json fields = json::object();
    for (const plan::FieldSpec& f : kind.fields) {
      json field = {{"label", f.label}, {"important", f.important}};
      json choices = json::array();
      for (const plan::Choice& c : f.choices) choices.push_back({{"code", c.code}, {"label", c.label}});
      if (!choices.empty()) field["choices"] = choices;
      if (!f.ref_kind.empty()) field["refers_to"] = f.ref_kind;
      fields[std::string(f.name)] = field;
    }
    kinds[std::string(kind.name)] = {{"label", kind.label}, {"fields", fields}};
  }
  return {{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"commands", commands}, {"records", kinds}};
}

json error_answer(const Error& error) {
  return {{"ok", false}, {"error", errc_name(error.code)}, {"where", error.where}, {"message", message_of(error)}};
}

json run_command(Context& ctx, OpenPlans& plans, const json& request) {
  if (!request.is_object()) return error_answer(wrong("request", "Kommandoen må være et JSON-objekt."));
  const auto name = request.find("do");
  if (name == request.end() || !name->is_string()) return error_answer(wrong("do", "Kommandoen mangler «do»."));
  const std::string& wanted = name->get_ref<const std::string&>();
  for (const Command& c : table()) {
    if (c.name != wanted) continue;
    if (const Status args = check_args(c, request); !args.ok()) return error_answer(args.error());
    // A disk that takes nothing more must not keep anybody from reading: then the time is noted another time.
    (void)note_time(ctx);
    CommandCall call(ctx, plans, request, c.on_closed);
    Transaction tx(ctx.replica.db());
    if (const Status begun = tx.begin(); !begun.ok()) return error_answer(begun.error());
    auto answer = c.run(call);
    if (answer.ok()) {
      // «Lagret» is said only after the disk has confirmed.
      if (const Status saved = tx.commit(); !saved.ok()) {
        plans.forget_all();
        return error_answer(saved.error());
      }
      (*answer)["ok"] = true;
      return std::move(*answer);
    }
    // What the handler had changed in memory is read again from the disk.
    if (c.changes) plans.forget_all();
    return error_answer(answer.error());
  }
  return error_answer(wrong("do", "Ukjent kommando: " + wanted));
}

bool CommandCall::has(std::string_view name) const { return args.contains(std::string(name)); }

std::string CommandCall::text(std::string_view name) const {
  const auto it = args.find(std::string(name));
  return it == args.end() || !it->is_string() ? std::string{} : it->get_ref<const std::string&>();
}

bool CommandCall::flag(std::string_view name, bool otherwise) const {
  const auto it = args.find(std::string(name));
  return it == args.end() || !it->is_boolean() ? otherwise : it->get<bool>();
}

Result<std::vector<std::string>> CommandCall::texts(std::string_view name) const {
  std::vector<std::string> out;
  const auto it = args.find(std::string(name));
  if (it == args.end()) return out;
  for (const json& item : *it) {
    if (!item.is_string()) return wrong(std::string(name), "Listen må bestå av tekster.");
    out.push_back(item.get_ref<const std::string&>());
  }
  return out;
}

namespace {

constexpr std::size_t prefix_digits_min = 4;

bool matches(std::string_view hex, std::string_view prefix) {
  return prefix.size() >= prefix_digits_min && hex.substr(0, prefix.size()) == prefix;
}

}  // namespace

Result<PlanFile*> CommandCall::plan() {
  const std::string wanted = text("plan");
  SP_TRY(const std::vector<PlanRow> rows, ctx.replica.plans());
  const PlanRow* found = nullptr;
  for (const PlanRow& row : rows) {
    if (!matches(row.id.hex(), wanted)) continue;
    if (found != nullptr) return wrong("plan", "Flere planer begynner slik. Skriv mer av id-en.");
    found = &row;
  }
  if (found == nullptr) return Error{Errc::not_found, "plan", "Fant ingen slik plan på denne enheten."};
  return open_plan(found->id);
}

Result<PlanFile*> CommandCall::open_plan(const PlanId& id) {
  SP_TRY(PlanFile * file, plans.get(ctx, id));
  // The first answer of the server can end before the log begins: it is a plan, and nothing of it is here.
  if (file->gov().empty())
    return Error{Errc::try_later, "plan", "Planen er ikke ferdig hentet. Synkroniser en gang til."};
  if (!on_closed_) SP_OK(check_lease(ctx, *file));
  return file;
}

Result<bool> CommandCall::is_closed(const PlanId& id) {
  SP_TRY(const std::optional<PlanRow> row, ctx.replica.plan(id));
  if (!row) return false;
  SP_TRY(const PlanFile* file, plans.get(ctx, id));
  SP_TRY(const Lease lease, lease_of(ctx, *file));
  return lease.ended;
}

Result<std::vector<PlanId>> CommandCall::plan_or_all() {
  std::vector<PlanId> out;
  if (has("plan")) {
    SP_TRY(PlanFile * file, plan());
    out.push_back(file->id());
    return out;
  }
  SP_TRY(const std::vector<PlanRow> rows, ctx.replica.plans());
  for (const PlanRow& row : rows) {
    SP_TRY(const bool closed, is_closed(row.id));
    if (row.holding != Holding::ended && !closed) out.push_back(row.id);
  }
  return out;
}

Result<SectionId> CommandCall::section(std::string_view name) const {
  const auto id = section_by_code(text(name));
  if (!id) return wrong(std::string(name), "Ukjent del av planen: " + text(name));
  return *id;
}

Result<std::vector<SectionId>> CommandCall::sections(std::string_view name) const {
  SP_TRY(const std::vector<std::string> codes, texts(name));
  std::vector<SectionId> out;
  for (const std::string& code : codes) {
    const auto id = section_by_code(code);
    if (!id) return wrong(std::string(name), "Ukjent del av planen: " + code);
    out.push_back(*id);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

Result<CommandCall::Found> CommandCall::entity(PlanFile& file, std::string_view name) {
  const std::string wanted = text(name);
  if (const auto exact = EntityId::parse(wanted)) {
    for (const SectionId s : file.readable(ctx)) {
      SP_TRY(const plan::SectionState* state, file.shown(ctx, s));
      const plan::Entity* known = state->find(*exact);
      if (known == nullptr) continue;
      const plan::KindSpec* spec = plan::find_kind(known->kind);
      return Found{s, *exact, spec == nullptr ? std::string{} : std::string(spec->name)};
    }
  }
  std::optional<Found> found;
  const auto consider = [&](SectionId section, const EntityId& id, plan::RecordKind kind) -> bool {
    if (!matches(id.hex(), wanted) || (found && found->entity == id)) return true;
    if (found) return false;
    const plan::KindSpec* spec = plan::find_kind(kind);
    found = Found{section, id, spec == nullptr ? std::string{} : std::string(spec->name)};
    return true;
  };
  for (const SectionId s : file.readable(ctx)) {
    SP_TRY(const plan::SectionState* state, file.shown(ctx, s));
    for (const auto& entry : state->entities())
      if (!consider(s, entry.first, entry.second.kind)) return wrong(std::string(name), "Flere begynner slik. Skriv mer av id-en.");
    for (const auto& entry : state->proposals())
      for (const plan::ProposedOp& p : entry.second.ops)
        if (p.op.kind == plan::OpKind::create && !consider(s, p.op.entity, p.op.record_kind))
          return wrong(std::string(name), "Flere begynner slik. Skriv mer av id-en.");
  }
  if (!found) return Error{Errc::not_found, std::string(name), "Fant ikke dette i planen."};
  return *found;
}

Result<const Participant*> CommandCall::participant(PlanFile& file, std::string_view name) {
  const std::string wanted = text(name);
  const Participant* found = nullptr;
  for (const Participant& p : file.gov().participants()) {
    // Who goes on under a new key has the same name, and is who is meant.
    const bool is_named = p.continued_as == 0 && display_name(ctx, &file, p.principal) == wanted;
    if (!matches(p.principal.hex(), wanted) && !is_named) continue;
    if (found != nullptr) return wrong(std::string(name), "Flere deltakere heter slik. Bruk id-en.");
    found = &p;
  }
  if (found == nullptr) return Error{Errc::not_found, std::string(name), "Fant ingen slik deltaker i planen."};
  return found;
}

Result<PrincipalId> CommandCall::principal(std::string_view name) {
  const std::string wanted = text(name);
  SP_TRY(const std::vector<IdentityRow> rows, ctx.replica.identities());
  std::optional<PrincipalId> found;
  for (const IdentityRow& row : rows) {
    if (row.seq != 1) continue;
    if (!matches(row.principal.hex(), wanted) && known_name(ctx, row.principal) != wanted) continue;
    if (found && *found != row.principal) return wrong(std::string(name), "Flere heter slik. Bruk id-en.");
    found = row.principal;
  }
  if (!found) return Error{Errc::unknown_principal, std::string(name), "Kjenner ingen som heter «" + wanted + "»."};
  return *found;
}

Result<std::optional<Date>> CommandCall::date(std::string_view name) const {
  if (!has(name)) return std::optional<Date>{};
  const auto parsed = parse_date(text(name));
  if (!parsed) return wrong(std::string(name), "Skriv datoen som 2026-11-22.");
  return parsed;
}

namespace {

// The name that a participant record gives a principal; empty if none does.
std::string name_in_plan(Context& ctx, PlanFile& file, const PrincipalId& principal) {
  if ((file.rights(ctx, section_basis) & right_read) == 0) return {};
  const auto state = file.shown(ctx, section_basis);
  if (!state.ok()) return {};
  const plan::KindSpec* kind = plan::find_kind("participant");
  const plan::FieldSpec* principal_field = plan::find_field(*kind, "principal");
  const plan::FieldSpec* name_field = plan::find_field(*kind, "name");
  for (const auto& entry : (*state)->entities()) {
    if (entry.second.kind != kind->id || plan::is_removed(entry.second)) continue;
    const auto id = entry.second.fields.find(principal_field->id);
    const auto name = entry.second.fields.find(name_field->id);
    if (id == entry.second.fields.end() || name == entry.second.fields.end()) continue;
    if (id->second.live.empty() || name->second.live.empty()) continue;
    if (id->second.live.back().text == principal.hex()) return name->second.live.back().text;
  }
  return {};
}

}  // namespace

bool names_in_plan(Context& ctx, PlanFile& file, const PrincipalId& principal) {
  return !name_in_plan(ctx, file, principal).empty();
}

std::string display_name(Context& ctx, PlanFile* file, const PrincipalId& principal) {
  const std::string in_plan = file == nullptr ? std::string{} : name_in_plan(ctx, *file, principal);
  if (!in_plan.empty()) return in_plan;
  const std::string known = known_name(ctx, principal);
  return known.empty() ? "ukjent " + principal.hex().substr(0, 8) : known;
}

std::string_view role_code(Role role) {
  switch (role) {
    case Role::owner: return "owner";
    case Role::coordinator: return "coordinator";
    case Role::provider: return "provider";
    case Role::relative: return "relative";
    case Role::guardian: return "guardian";
    case Role::adviser: return "adviser";
    case Role::other_service: return "other_service";
    case Role::coordinating_unit: return "coordinating_unit";
  }
  return "?";
}

std::optional<Role> role_by_code(std::string_view code) {
  for (std::uint8_t i = 1; i <= 8; ++i)
    if (role_code(static_cast<Role>(i)) == code) return static_cast<Role>(i);
  return std::nullopt;
}

std::string_view rights_code(std::uint8_t mask) {
  if ((mask & right_write) != 0) return "write";
  if ((mask & right_propose) != 0) return "propose";
  return (mask & right_read) != 0 ? "read" : "none";
}

std::string_view holding_code(Holding holding) {
  switch (holding) {
    case Holding::draft: return "draft";
    case Holding::shared: return "shared";
    case Holding::ended: return "ended";
    case Holding::frozen: return "frozen";
  }
  return "?";
}

std::string_view consent_code(PlanConsent consent) {
  switch (consent) {
    case PlanConsent::none: return "none";
    case PlanConsent::given: return "given";
    case PlanConsent::withdrawn: return "withdrawn";
  }
  return "?";
}

}  // namespace samplan
