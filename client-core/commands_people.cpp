// Commands about people: this person, service units, invitations and who asks to join.
#include <algorithm>

#include "client-core/commands.h"
#include "client-core/invitation.h"
#include "client-core/local_facts.h"
#include "client-core/mail_out.h"
#include "client-core/own_invites.h"
#include "client-core/own_requests.h"
#include "client-core/people.h"
#include "client-core/phone_invite.h"
#include "client-core/vouch.h"

namespace samplan::handlers {
namespace {

using nlohmann::json;

constexpr int invite_days_max = 7;
constexpr UnixMs day_ms = 86'400'000;
constexpr UnixMs expired_shown_ms = 14 * day_ms;  // so that whoever wonders finds out why nobody came
constexpr UnixMs joining_shown_ms = 30 * day_ms;

Result<Request> find_request(CommandCall& call) {
  SP_TRY(const std::vector<Request> all, open_requests(call.ctx));
  const std::string wanted = call.text("request");
  for (const Request& r : all)
    if (to_hex(r.key) == wanted || r.letter.name == wanted || r.person.hex() == wanted) return r;
  return Error{Errc::not_found, "request", "Fant ingen slik forespørsel."};
}

Result<PrincipalId> own_unit(CommandCall& call, std::string_view arg) {
  SP_TRY(const PrincipalId unit, call.principal(arg));
  const IdentityState* state = call.ctx.book.find(unit);
  if (state == nullptr || !state->is_unit) return Error{Errc::not_found, "unit", "Dette er ikke en enhet."};
  return unit;
}

json vouch_json(const Vouch& vouch) {
  return {{"organisation", vouch.organisation}, {"name", vouch.name}, {"issuer", vouch.issuer},
          {"issued_ms", vouch.issued_ms}, {"expires_ms", vouch.expires_ms}};
}

// Only a statement that holds is shown as one; of the others is said what is wrong with them.
Status say_vouch(CommandCall& call, const JoinLetter& letter, json& out) {
  if (letter.vouch.empty()) return Status::good();
  SP_TRY(const JudgedVouch judged, judge_vouch(call.ctx, letter));
  if (!judged.fault.empty()) {
    out["vouch_fault"] = judged.fault;
    return Status::good();
  }
  out["vouch"] = vouch_json(judged.vouch);
  out["vouch"]["same_name"] = judged.vouch.name == letter.name;
  return Status::good();
}

json invite_json(CommandCall& call, const BoxId& box, const OwnInvite& i) {
  json out = {{"box", box.hex()}, {"for", i.purpose}, {"name", i.name}, {"expires_ms", i.expires_ms}};
  if (i.purpose == "plan") {
    out["plan"] = i.plan.hex();
    out["role"] = role_code(i.role);
  } else {
    out["unit"] = i.unit.hex();
    out["unit_name"] = known_name(call.ctx, i.unit);
  }
  return out;
}

// Tells all who ask by this invitation, but for one, and takes their letters away.
Status answer_all(Context& ctx, const BoxId& box, const PrincipalId& but, JoinOutcome outcome) {
  SP_TRY(const std::vector<Request> all, open_requests(ctx));
  for (const Request& r : all) {
    if (r.box != box) continue;
    if (r.person != but) SP_OK(answer_request(ctx, r.invite.secret, r.person, outcome));
    SP_OK(ctx.replica.delete_item("letter", r.key));
  }
  return Status::good();
}

// What it means, and what to do.
std::string joining_sentence(const OwnRequest& r) {
  if (r.state == "unsent") return "Du ber " + r.inviter + " om å bli med. Det er ikke sendt ennå.";
  if (r.state == "waiting") return "Du har bedt " + r.inviter + " om å bli med, og venter på bekreftelse.";
  if (r.state == "confirmed") return r.inviter + " har sluppet deg inn.";
  if (r.state == "declined") return r.inviter + " har avslått at du blir med. Ring og spør, og be om en ny invitasjon.";
  if (r.state == "withdrawn") return r.inviter + " har trukket invitasjonen. Ring og spør, og be om en ny.";
  if (r.state == "used") return "Invitasjonen fra " + r.inviter + " er brukt av noen andre. Be om en ny.";
  if (r.state == "expired") return "Invitasjonen fra " + r.inviter + " er utløpt eller trukket. Be om en ny.";
  return r.inviter + " har ikke svart på en uke. Ring og spør, eller be om en ny invitasjon.";
}

}  // namespace

Result<json> whoami(CommandCall& call) {
  Context& ctx = call.ctx;
  SP_TRY(const std::string name, text_fact(ctx, fact::name));
  SP_TRY(const std::string server, text_fact(ctx, fact::server_url));
  json units = json::array();
  for (const PrincipalId& id : ctx.book.units_of(ctx.person)) {
    const IdentityState* unit = ctx.book.find(id);
    json members = json::array();
    for (const MemberSpan& m : unit->members)
      if (m.removed_seq == 0)
        members.push_back({{"person", m.person.hex()}, {"name", display_name(ctx, nullptr, m.person)}, {"registrar", m.registrar}});
    units.push_back({{"unit", id.hex()}, {"name", display_name(ctx, nullptr, id)}, {"members", members}});
  }
  json out = {{"person", ctx.person.hex()}, {"device", ctx.keys.id().hex()}, {"name", name},
              {"server", server}, {"words", four_words(ctx.person)}, {"units", units}};
  SP_TRY(const std::optional<OwnVouch> own, own_vouch(ctx));
  if (own) out["vouch"] = vouch_json(own->vouch);
  return out;
}

Result<json> unit_create(CommandCall& call) {
  if (call.text("name").empty()) return Error{Errc::invalid_argument, "name", "Enheten må ha et navn."};
  SP_TRY(const PrincipalId id, create_unit(call.ctx));
  SP_OK(remember_name(call.ctx, id, call.text("name")));
  return json{{"unit", id.hex()}};
}

Result<json> unit_remove_member(CommandCall& call) {
  SP_TRY(const PrincipalId unit, own_unit(call, "unit"));
  SP_TRY(const PrincipalId member, call.principal("member"));
  SP_OK(remove_unit_member(call.ctx, unit, member));
  // In every plan where the unit takes part, the removal counts from the record that pins it.
  SP_TRY(const std::vector<PlanRow> rows, call.ctx.replica.plans());
  for (const PlanRow& row : rows) {
    if (row.holding != Holding::shared) continue;
    SP_TRY(PlanFile * file, call.plans.get(call.ctx, row.id));
    for (const Participant& p : file->gov().participants()) {
      if (p.principal != unit || !p.has_any_access()) continue;
      Intent intent;
      intent.kind = GovKind::identity_update;
      intent.subject = unit;
      const auto key = call.ctx.entropy.id<BoxId>();
      SP_OK(call.ctx.replica.put_item("intent", key.view(), row.id, write_intent(intent)));
    }
  }
  return json::object();
}

Result<json> invite(CommandCall& call) {
  Context& ctx = call.ctx;
  OwnInvite own;
  own.purpose = call.text("for");
  own.name = call.text("name");
  if (own.purpose == "plan") {
    SP_TRY(PlanFile * file, call.plan());
    own.plan = file->id();
    const auto role = role_by_code(call.has("role") ? call.text("role") : "provider");
    if (!role || *role == Role::coordinator)
      return Error{Errc::invalid_argument, "role", "Ukjent rolle. En ny koordinator inviteres som tjenesteyter og får så tilbud om å koordinere."};
    own.role = *role;
    bool coordinates = false;
    for (const Participant* p : file->gov().participants_of_device_now(ctx.keys.id(), ctx.book))
      coordinates = coordinates || p->number == file->gov().coordinator();
    if (!coordinates) return Error{Errc::not_allowed, "invite", "Bare koordinatoren kan invitere til planen."};
  } else if (own.purpose == "unit") {
    SP_TRY(own.unit, own_unit(call, "unit"));
    if (!ctx.book.find(own.unit)->is_registrar(ctx.person))
      return Error{Errc::not_allowed, "invite", "Bare den som registrerer medlemmer kan invitere til enheten."};
    own.registrar = call.flag("registrar", false);
  } else {
    return Error{Errc::invalid_argument, "for", "Skriv «plan» eller «unit»."};
  }
  int days = invite_days_max;
  if (call.has("days")) {
    const std::string text = call.text("days");
    days = text.size() == 1 && text[0] >= '1' && text[0] <= '7' ? text[0] - '0' : 0;
    if (days == 0) return Error{Errc::invalid_argument, "days", "En invitasjon kan gjelde i 1 til 7 dager."};
  }
  SP_TRY(const UnixMs now, server_now(ctx));
  own.expires_ms = now + days * day_ms;
  ctx.entropy.fill(own.secret.data(), own.secret.size());

  Invitation link;
  link.secret = own.secret;
  link.purpose = own.purpose;
  SP_TRY(link.server_url, text_fact(ctx, fact::server_url));
  SP_TRY(const std::optional<Bytes> key, get_fact(ctx, fact::server_key));
  link.server_key = SignPublicKey::from(key.value_or(Bytes{}));
  SP_TRY(link.inviter_name, text_fact(ctx, fact::name));
  SP_OK(keep_invite(ctx, own));
  json out = invite_json(call, link.box(), own);
  out["link"] = write_invitation(link);
  return out;
}

Result<json> invites(CommandCall& call) {
  Context& ctx = call.ctx;
  SP_TRY(const std::vector<KeptInvite> kept, kept_invites(ctx));
  SP_TRY(const std::vector<Request> asking, open_requests(ctx));
  SP_TRY(const CallView phone, calling(ctx));
  SP_TRY(const UnixMs now, server_now(ctx));
  json out = json::array();
  for (const KeptInvite& k : kept) {
    const UnixMs expires_ms = k.invite.expires_ms;
    if (now - expires_ms > expired_shown_ms) continue;
    SP_TRY(const bool is_unsent, is_invite_unsent(ctx, k.box));
    const bool is_asked = std::any_of(asking.begin(), asking.end(), [&](const Request& r) {
      return r.box == k.box && r.recv_ms <= expires_ms;
    });
    const bool is_calling = phone.invitation == k.box && phone.state == "waiting";
    json one = invite_json(call, k.box, k.invite);
    one["state"] = is_asked            ? "asked"
                   : expires_ms <= now ? "expired"
                   : is_calling        ? "calling"
                   : is_unsent         ? "unsent"
                                       : "open";
    if (is_calling) one["code"] = phone.code;
    out.push_back(std::move(one));
  }
  return json{{"invites", out}};
}

Result<json> invite_cancel(CommandCall& call) {
  Context& ctx = call.ctx;
  const auto box = BoxId::parse(call.text("box"));
  if (!box) return Error{Errc::invalid_argument, "box", "Skriv hele id-en til invitasjonen."};
  SP_TRY(const std::optional<OwnInvite> known, kept_invite(ctx, *box));
  if (!known) return Error{Errc::not_found, "invite"};
  SP_OK(answer_all(ctx, *box, {}, JoinOutcome::withdrawn));
  SP_TRY(const CallView phone, calling(ctx));
  if (phone.invitation == *box) SP_OK(cancel_call(ctx));
  SP_OK(withdraw_invite(ctx, *box));
  return json::object();
}

Result<json> join_request(CommandCall& call) {
  Context& ctx = call.ctx;
  SP_TRY(const Invitation invitation, parse_invitation(call.text("link")));
  SP_TRY(const std::string server, text_fact(ctx, fact::server_url));
  if (server != invitation.server_url)
    return Error{Errc::invalid_argument, "link", "Invitasjonen gjelder en annen tjener enn denne mappen bruker."};
  JoinLetter letter;
  if (call.has("unit")) {
    SP_TRY(letter.principal, own_unit(call, "unit"));
    if (invitation.purpose == "unit")
      return Error{Errc::invalid_argument, "unit", "En enhet kan ikke bli medlem av en annen enhet."};
    letter.name = known_name(ctx, letter.principal);
  } else {
    letter.principal = ctx.person;
    SP_TRY(letter.name, text_fact(ctx, fact::name));
  }
  SP_TRY(letter.identity, identity_log(ctx, letter.principal));
  SP_TRY(std::optional<OwnVouch> own, own_vouch(ctx));
  json out = {{"inviter", invitation.inviter_name}, {"for", invitation.purpose}, {"words", four_words(letter.principal)}};
  if (own) {
    letter.vouch = std::move(own->statement);
    out["vouch"] = vouch_json(own->vouch);
  }
  SP_TRY(const Bytes mail, queue_mail(ctx, MailPut{invitation.box(), seal_join_letter(invitation, letter)}));
  SP_OK(note_request(ctx, invitation, letter.principal, mail));
  // Who has not been let in by an earlier invitation is vouched for by this one.
  SP_TRY(const std::optional<Bytes> vouches, get_fact(ctx, fact::enrolment_box));
  if (vouches) SP_OK(set_fact(ctx, fact::enrolment_box, invitation.box().view()));
  return out;
}

Result<json> requests(CommandCall& call) {
  SP_TRY(const std::vector<Request> all, open_requests(call.ctx));
  json out = json::array();
  for (const Request& r : all) {
    json one = invite_json(call, r.box, r.invite);
    one["request"] = to_hex(r.key);
    one["invited_name"] = r.invite.name;
    one["name"] = r.letter.name;
    one["person"] = r.person.hex();
    one["words"] = four_words(r.person);
    one["received_ms"] = r.recv_ms;
    SP_OK(say_vouch(call, r.letter, one));
    out.push_back(std::move(one));
  }
  return json{{"requests", out}};
}

Result<json> confirm(CommandCall& call) {
  Context& ctx = call.ctx;
  SP_TRY(const Request r, find_request(call));
  if (r.recv_ms > r.invite.expires_ms)
    return Error{Errc::invalid_argument, "request", "Invitasjonen var utløpt da svaret kom. Lag en ny."};
  for (const Bytes& record : r.letter.identity) SP_OK(take_identity(ctx, record));
  if (ctx.book.find(r.person) == nullptr) return Error{Errc::malformed, "request"};
  SP_OK(remember_name(ctx, r.person, r.letter.name));
  json out = {{"person", r.person.hex()}, {"name", r.letter.name}, {"for", r.invite.purpose}};
  if (r.invite.purpose == "unit") {
    SP_OK(add_unit_member(ctx, r.invite.unit, r.person, r.invite.registrar));
  } else {
    SP_TRY(PlanFile * file, call.open_plan(r.invite.plan));
    SP_OK(add_participant(call, *file, r.person, r.invite.role, r.letter.name));
    out["plan"] = file->id().hex();
  }
  // One invitation, one person.
  SP_OK(answer_all(ctx, r.box, r.person, JoinOutcome::used));
  SP_OK(answer_request(ctx, r.invite.secret, r.person, JoinOutcome::confirmed));
  SP_OK(forget_invite(ctx, r.box));
  return out;
}

Result<json> decline_request(CommandCall& call) {
  Context& ctx = call.ctx;
  SP_TRY(const Request r, find_request(call));
  SP_OK(answer_all(ctx, r.box, r.person, JoinOutcome::used));
  SP_OK(answer_request(ctx, r.invite.secret, r.person, JoinOutcome::declined));
  SP_OK(forget_invite(ctx, r.box));
  return json::object();
}

Result<json> joining(CommandCall& call) {
  Context& ctx = call.ctx;
  SP_TRY(const std::vector<OwnRequest> all, own_requests(ctx));
  json out = json::array();
  for (const OwnRequest& r : all) {
    if (ctx.now - r.asked_ms > joining_shown_ms) continue;
    json one = {{"state", r.state}, {"inviter", r.inviter}, {"for", r.purpose}, {"asked_ms", r.asked_ms},
                {"message", joining_sentence(r)}};
    if (r.asker != ctx.person) one["unit_name"] = known_name(ctx, r.asker);
    out.push_back(std::move(one));
  }
  return json{{"joining", out}};
}

Result<json> people(CommandCall& call) {
  SP_TRY(const std::vector<IdentityRow> rows, call.ctx.replica.identities());
  json out = json::array();
  for (const IdentityRow& row : rows) {
    if (row.seq != 1) continue;
    const IdentityState* state = call.ctx.book.find(row.principal);
    out.push_back({{"person", row.principal.hex()}, {"name", display_name(call.ctx, nullptr, row.principal)},
                   {"unit", state != nullptr && state->is_unit}});
  }
  return json{{"people", out}};
}

}  // namespace samplan::handlers
