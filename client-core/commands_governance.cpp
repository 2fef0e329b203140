// Commands about who takes part and what the owner has consented to. Each becomes an intent; the rules themselves are
// those of sync/log, which decide again when the record is made and once more at the server.
#include <algorithm>

#include "client-core/commands.h"
#include "client-core/lease.h"
#include "client-core/lost_devices.h"
#include "client-core/people.h"
#include "sync/log/sections.h"

namespace samplan {
namespace {

using nlohmann::json;

Result<std::uint8_t> mask_of(std::string_view rights) {
  if (rights == "read") return std::uint8_t{right_read};
  if (rights == "propose") return std::uint8_t{right_read | right_propose};
  if (rights == "write" || rights.empty()) return std::uint8_t{right_read | right_propose | right_write};
  return Error{Errc::invalid_argument, "rights", "Rettigheten må være read, propose eller write."};
}

// Form and proof of a consent. The owner's own device signs; a coordinator records what was signed on paper or said
// before a witness (R29), and must say which.
Status fill_form(CommandCall& call, PlanFile& file, Intent& intent) {
  bool owner_signs = false;
  for (const Participant* p : file.gov().participants_of_device_now(call.ctx.keys.id(), call.ctx.book)) {
    const Role role = *p->role.latest();
    owner_signs = owner_signs || role == Role::owner || role == Role::guardian;
  }
  const std::string form = call.has("form") ? call.text("form") : owner_signs ? "signed" : "";
  if (form == "signed" && owner_signs) {
    intent.form = ConsentForm::signed_on_device;
    return Status::good();
  }
  if (form != "written" && form != "oral")
    return Error{Errc::not_allowed, "form",
                 "Bare planeieren kan signere samtykket på egen enhet. Registrer det som skriftlig (written) eller muntlig (oral)."};
  const std::string proof = call.text("document") + "\n" + call.text("witness");
  if (call.text("document").empty() || (form == "oral" && call.text("witness").empty()))
    return Error{Errc::invalid_argument, "document",
                 "Skriv hva som ble signert eller sagt (document), og for muntlig samtykke hvem som var vitne (witness)."};
  intent.form = form == "written" ? ConsentForm::written : ConsentForm::oral;
  intent.document_hash = crypto::hash("samplan/consent-document/1", {ByteView::of(proof)});
  return Status::good();
}

std::string_view form_code(ConsentForm form) {
  switch (form) {
    case ConsentForm::signed_on_device: return "signed";
    case ConsentForm::written: return "written";
    case ConsentForm::oral: return "oral";
  }
  return "?";
}

bool coordinates(const CommandCall& call, const PlanFile& file) {
  for (const Participant* p : file.gov().participants_of_device_now(call.ctx.keys.id(), call.ctx.book))
    if (p->number == file.gov().coordinator()) return true;
  return false;
}

bool may_consent(const CommandCall& call, const PlanFile& file) {
  for (const Participant* p : file.gov().participants_of_device_now(call.ctx.keys.id(), call.ctx.book)) {
    const Role role = *p->role.latest();
    if (role == Role::owner || role == Role::guardian || role == Role::coordinator) return true;
  }
  return false;
}

}  // namespace

Status decide(CommandCall& call, PlanFile& file, const Intent& intent) {
  Context& ctx = call.ctx;
  if (file.row().holding == Holding::frozen) return Error{Errc::frozen, "decide"};
  if (file.row().holding == Holding::ended) return Error{Errc::withdrawn, "decide"};
  // Tried at once on what we know, so that a wrong decision is refused while the person is looking.
  SP_TRY(std::optional<BuiltRecord> built, build_record(ctx, file.gov(), file.heads(), intent));
  if (!built) return Error{Errc::already_exists, "decide", "Det er allerede slik."};
  if (file.row().holding == Holding::draft) {
    for (const crypto::SectionKey& key : built->new_keys) SP_OK(ctx.keyring.put_section_key(file.id(), key));
    SP_OK(file.take_gov(ctx, built->record, built->wraps, 0));
    return file.save(ctx);
  }
  const auto key = ctx.entropy.id<BoxId>();
  return ctx.replica.put_item("intent", key.view(), file.id(), write_intent(intent));
}

Status add_participant(CommandCall& call, PlanFile& file, const PrincipalId& principal, Role role,
                       std::string_view name) {
  if (!coordinates(call, file))
    return Error{Errc::not_allowed, "participant_add", "Bare koordinatoren kan ta inn deltakere."};
  Intent intent;
  intent.kind = GovKind::participant_add;
  intent.subject = principal;
  intent.role = role;
  const std::uint8_t all = right_read | right_propose | right_write;
  if (role == Role::owner)
    for (const SectionGov& s : file.gov().sections()) intent.masks.push_back({s.id, all});
  if (role == Role::coordinating_unit) intent.masks.push_back({section_case, all});
  SP_OK(decide(call, file, intent));
  SP_OK(add_record(call, file, section_basis, "participant",
                   {{"name", std::string(name)}, {"role", std::string(role_code(role))}, {"principal", principal.hex()}}, false));
  return Status::good();
}

namespace handlers {

Result<json> participant_add(CommandCall& call) {
  SP_TRY(PlanFile * file, call.plan());
  SP_TRY(const PrincipalId principal, call.principal("principal"));
  const auto role = role_by_code(call.text("role"));
  if (!role) return Error{Errc::invalid_argument, "role", "Ukjent rolle."};
  const std::string name = call.has("name") ? call.text("name") : display_name(call.ctx, file, principal);
  SP_OK(add_participant(call, *file, principal, *role, name));
  return json{{"principal", principal.hex()}};
}

Result<json> participants(CommandCall& call) {
  SP_TRY(PlanFile * file, call.plan());
  // Needed for withdrawing without coverage. Of a closed plan, others than its owner see the names that this device
  // knows anyway, and none that the plan says.
  SP_TRY(const Lease lease, lease_of(call.ctx, *file));
  PlanFile* const names = lease.ended && !lease.is_owner ? nullptr : file;
  const auto mine = own_principals(call.ctx);
  json out = json::array();
  for (const Participant& p : file->gov().participants()) {
    json rights = json::object();
    for (const SectionGov& s : file->gov().sections())
      if (p.mask(s.id) != 0) rights[std::string(section_code(s.id))] = rights_code(p.mask(s.id));
    const IdentityState* identity = call.ctx.book.find(p.principal);
    json one = {{"number", p.number},
                {"principal", p.principal.hex()},
                {"name", display_name(call.ctx, names, p.principal)},
                {"role", role_code(*p.role.latest())},
                {"unit", identity != nullptr && identity->is_unit},
                {"rights", rights},
                {"ended", !p.masks.empty() && !p.has_any_access()},
                {"me", std::find(mine.begin(), mine.end(), p.principal) != mine.end()},
                {"consent", nullptr}};
    if (p.grant)
      one["consent"] = {{"form", form_code(p.grant->form)},
                        {"history", p.grant->history == History::full ? "full" : "from_now"},
                        {"until_ms", p.grant->not_after == 0 ? json(nullptr) : json(p.grant->not_after)},
                        {"given_ms", p.grant->wall_ms},
                        {"text_hash", p.grant->text_hash.hex()}};
    one["suspended"] = p.suspension.has_value();
    if (p.continued_as != 0) one["continued_as"] = file->gov().participant(p.continued_as)->principal.hex();
    SP_TRY(const std::optional<AskedRecovery> asked, asked_recovery(call.ctx, *file, p));
    if (asked)
      one["recovery"] = {{"heir", asked->heir.hex()},
                         {"heir_name", display_name(call.ctx, names, asked->heir)},
                         {"words", four_words(asked->heir)},
                         {"asked_by", display_name(call.ctx, names, asked->asker)},
                         {"asked_ms", asked->asked_ms},
                         {"ready_ms", asked->ready_ms}};
    out.push_back(std::move(one));
  }
  json answer = {{"participants", out}, {"consent", consent_code(file->gov().consent())}};
  if (file->gov().offered_coordinator()) {
    const Participant* offered = file->gov().participant(*file->gov().offered_coordinator());
    answer["coordinator_offered_to"] = offered->principal.hex();
  }
  return answer;
}

Result<json> consent_plan(CommandCall& call) {
  SP_TRY(PlanFile * file, call.plan());
  Intent intent;
  intent.kind = GovKind::consent_plan;
  SP_OK(fill_form(call, *file, intent));
  if (!may_consent(call, *file)) return Error{Errc::not_allowed, "consent_plan"};
  SP_OK(decide(call, *file, intent));
  return json{{"plan", file->id().hex()}};
}

Result<json> consent_give(CommandCall& call) {
  SP_TRY(PlanFile * file, call.plan());
  SP_TRY(const Participant* subject, call.participant(*file));
  Intent intent;
  intent.kind = GovKind::consent_grant;
  intent.subject = subject->principal;
  SP_OK(fill_form(call, *file, intent));
  if (!may_consent(call, *file)) return Error{Errc::not_allowed, "consent_give"};
  // R27: which information, who, how it is used, the consequences; none may be empty.
  for (const char* field : {"what", "who", "use", "consequence"})
    if (call.text(field).empty())
      return Error{Errc::invalid_argument, field,
                   "Samtykket må si hvilke opplysninger det gjelder, hvem som får dem, hva de brukes til og hva det fører til."};
  SP_TRY(const std::uint8_t mask, mask_of(call.text("rights")));
  SP_TRY(const std::vector<SectionId> sections, call.sections("sections"));
  if (sections.empty()) return Error{Errc::invalid_argument, "sections", "Velg hvilke deler av planen samtykket åpner."};
  for (const SectionId s : sections) intent.masks.push_back({s, mask});
  const std::string history = call.text("history");
  const bool outsider = *subject->role.latest() == Role::relative || *subject->role.latest() == Role::adviser;
  if (!history.empty() && history != "full" && history != "from_now")
    return Error{Errc::invalid_argument, "history", "Historikken må være full eller from_now."};
  intent.history = history == "full" || (history.empty() && !outsider) ? History::full : History::from_now;
  SP_TRY(const std::optional<Date> until, call.date("until"));
  if (until) {
    intent.not_after = start_of(date_from_days(days_since_epoch(*until) + 1));
    if (intent.not_after <= call.ctx.now) return Error{Errc::invalid_argument, "until", "Datoen er passert."};
  }
  Bytes text;
  for (const char* field : {"what", "who", "use", "consequence"}) {
    append(text, ByteView::of(call.text(field)));
    text.push_back(0);
  }
  intent.text_hash = crypto::hash("samplan/consent-text/1", {text});
  SP_OK(decide(call, *file, intent));
  std::vector<std::pair<std::string, std::string>> record = {
      {"kind", "access"}, {"what", call.text("what")}, {"who", call.text("who")}, {"use", call.text("use")},
      {"consequence", call.text("consequence")}, {"form", std::string(form_code(intent.form))},
      {"witness", call.text("witness")}, {"explained_at", to_iso(call.ctx.now)}, {"state", "gitt"}};
  if (until) record.emplace_back("review_date", to_string(*until));
  SP_OK(add_record(call, *file, section_basis, "consent", record, false));
  return json{{"participant", subject->principal.hex()},
              {"takes_effect", file->row().holding == Holding::draft ? "now" : "next_sync"}};
}

Result<json> consent_withdraw(CommandCall& call) {
  SP_TRY(PlanFile * file, call.plan());
  Intent intent;
  intent.kind = GovKind::consent_withdraw;
  if (call.has("participant")) {
    SP_TRY(const Participant* subject, call.participant(*file));
    intent.subject = subject->principal;
    SP_TRY(const std::vector<SectionId> sections, call.sections("sections"));
    for (const SectionId s : sections) intent.masks.push_back({s, 0});
    const auto mine = own_principals(call.ctx);
    const bool own = std::find(mine.begin(), mine.end(), subject->principal) != mine.end();
    if (!own && !may_consent(call, *file)) return Error{Errc::not_allowed, "consent_withdraw"};
  } else if (!may_consent(call, *file)) {
    return Error{Errc::not_allowed, "consent_withdraw"};
  }
  SP_OK(decide(call, *file, intent));
  return json{{"takes_effect", file->row().holding == Holding::draft ? "now" : "next_sync"}};
}

Result<json> role_change(CommandCall& call) {
  SP_TRY(PlanFile * file, call.plan());
  SP_TRY(const Participant* subject, call.participant(*file));
  const auto role = role_by_code(call.text("role"));
  if (!role) return Error{Errc::invalid_argument, "role", "Ukjent rolle."};
  Intent intent;
  intent.kind = GovKind::role_change;
  intent.subject = subject->principal;
  intent.role = *role;
  if (call.has("rights")) {
    SP_TRY(const std::uint8_t mask, mask_of(call.text("rights")));
    SP_TRY(std::vector<SectionId> sections, call.sections("sections"));
    if (sections.empty())
      for (const SectionGov& s : file->gov().sections())
        if ((subject->mask(s.id) & right_read) != 0) sections.push_back(s.id);
    for (const SectionId s : sections) intent.masks.push_back({s, mask});
  }
  SP_OK(decide(call, *file, intent));
  return json{{"participant", subject->principal.hex()}};
}

Result<json> coordinator_offer(CommandCall& call) {
  SP_TRY(PlanFile * file, call.plan());
  SP_TRY(const Participant* subject, call.participant(*file));
  Intent intent;
  intent.kind = GovKind::coordinator_offer;
  intent.subject = subject->principal;
  SP_OK(decide(call, *file, intent));
  return json{{"participant", subject->principal.hex()}};
}

Result<json> coordinator_accept(CommandCall& call) {
  SP_TRY(PlanFile * file, call.plan());
  const auto offered = file->gov().offered_coordinator();
  const Participant* subject = offered ? file->gov().participant(*offered) : nullptr;
  const auto mine = own_principals(call.ctx);
  if (subject == nullptr || std::find(mine.begin(), mine.end(), subject->principal) == mine.end())
    return Error{Errc::not_found, "coordinator_accept", "Du har ikke fått tilbud om å koordinere denne planen."};
  Intent intent;
  intent.kind = GovKind::coordinator_accept;
  intent.subject = subject->principal;
  SP_OK(decide(call, *file, intent));
  return json::object();
}

}  // namespace handlers
}  // namespace samplan
