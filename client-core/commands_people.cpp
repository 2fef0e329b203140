// Commands about people: this person, service units, invitations and who asks to join.
#include <algorithm>

#include "client-core/commands.h"
#include "client-core/invitation.h"
#include "client-core/local_facts.h"
#include "client-core/mail_out.h"
#include "client-core/people.h"
#include "client-core/vouch.h"

namespace samplan::handlers {
namespace {

using nlohmann::json;

constexpr std::string_view invite_kind = "invite";
constexpr std::string_view letter_kind = "letter";
constexpr int invite_days_max = 7;
constexpr UnixMs day_ms = 86'400'000;

// An invitation that we have made, as stored.
struct OwnInvite {
  std::array<std::uint8_t, 16> secret{};
  std::string purpose;  // "plan" or "unit"
  PlanId plan;
  PrincipalId unit;
  Role role = Role::provider;
  bool registrar = false;
  UnixMs expires_ms = 0;
  std::string name;
};

Bytes write_invite(const OwnInvite& i) {
  Bytes out;
  append(out, i.secret);
  append_u8(out, i.purpose == "unit" ? 2 : 1);
  append(out, i.plan.view());
  append(out, i.unit.view());
  append_u8(out, static_cast<std::uint8_t>(i.role));
  append_u8(out, i.registrar ? 1 : 0);
  append_u64(out, static_cast<std::uint64_t>(i.expires_ms));
  append(out, ByteView::of(i.name));
  return out;
}

Result<OwnInvite> read_invite(ByteView bytes) {
  Reader in(bytes);
  OwnInvite i;
  i.secret = in.array<16>();
  i.purpose = in.u8() == 2 ? "unit" : "plan";
  i.plan = PlanId::from(in.take(32));
  i.unit = PrincipalId::from(in.take(32));
  i.role = static_cast<Role>(in.u8());
  i.registrar = in.u8() == 1;
  i.expires_ms = static_cast<UnixMs>(in.u64());
  i.name = std::string(in.rest().text());
  if (!in.ok()) return Error{Errc::corrupt, "invite"};
  return i;
}

struct Request {
  Bytes key;
  BoxId box;
  UnixMs recv_ms = 0;
  OwnInvite invite;
  JoinLetter letter;
  PrincipalId person;
};

// Letters that answer one of our invitations; others are left alone.
Result<std::vector<Request>> open_requests(CommandCall& call) {
  SP_TRY(const std::vector<Item> letters, call.ctx.replica.items(letter_kind));
  std::vector<Request> out;
  for (const Item& item : letters) {
    Reader in(item.content);
    in.u64();
    Request r;
    r.key = item.key;
    r.box = BoxId::from(in.take(16));
    in.take(32 + 16 + 32);
    r.recv_ms = static_cast<UnixMs>(in.u64());
    if (!in.ok() || r.box.is_zero()) continue;
    SP_TRY(const std::optional<Item> invite, call.ctx.replica.item(invite_kind, r.box.view()));
    if (!invite) continue;
    SP_TRY(r.invite, read_invite(invite->content));
    auto letter = open_join_letter(r.invite.secret, in.rest());
    if (!letter.ok()) continue;  // not from someone who holds the link
    r.letter = std::move(letter).value();
    r.person = r.letter.principal;
    // Who asks again, say with an organisation's word this time, asks once.
    const auto before = std::find_if(out.begin(), out.end(), [&](const Request& other) {
      return other.box == r.box && other.person == r.person && other.letter.name == r.letter.name;
    });
    if (before == out.end()) {
      out.push_back(std::move(r));
    } else if (before->recv_ms <= r.recv_ms) {
      *before = std::move(r);
    }
  }
  return out;
}

Result<Request> find_request(CommandCall& call) {
  SP_TRY(const std::vector<Request> all, open_requests(call));
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
  SP_TRY(const std::uint64_t ahead, number_fact(ctx, fact::server_ahead_ms));
  own.expires_ms = ctx.now + static_cast<UnixMs>(ahead) + days * day_ms;
  ctx.entropy.fill(own.secret.data(), own.secret.size());

  Invitation link;
  link.secret = own.secret;
  link.purpose = own.purpose;
  SP_TRY(link.server_url, text_fact(ctx, fact::server_url));
  SP_TRY(const std::optional<Bytes> key, get_fact(ctx, fact::server_key));
  link.server_key = SignPublicKey::from(key.value_or(Bytes{}));
  SP_TRY(link.inviter_name, text_fact(ctx, fact::name));
  SP_OK(ctx.replica.put_item(invite_kind, link.box().view(), own.plan, write_invite(own)));
  SP_OK(queue_mail(ctx, BoxRegister{link.box(), ctx.person, own.expires_ms}));
  json out = invite_json(call, link.box(), own);
  out["link"] = write_invitation(link);
  return out;
}

Result<json> invites(CommandCall& call) {
  SP_TRY(const std::vector<Item> items, call.ctx.replica.items(invite_kind));
  json out = json::array();
  for (const Item& item : items) {
    SP_TRY(const OwnInvite own, read_invite(item.content));
    SP_TRY(const std::uint64_t ahead, number_fact(call.ctx, fact::server_ahead_ms));
    if (own.expires_ms > call.ctx.now + static_cast<UnixMs>(ahead)) out.push_back(invite_json(call, BoxId::from(item.key), own));
  }
  return json{{"invites", out}};
}

Result<json> invite_cancel(CommandCall& call) {
  const auto box = BoxId::parse(call.text("box"));
  if (!box) return Error{Errc::invalid_argument, "box", "Skriv hele id-en til invitasjonen."};
  SP_TRY(const std::optional<Item> known, call.ctx.replica.item(invite_kind, box->view()));
  if (!known) return Error{Errc::not_found, "invite"};
  SP_OK(call.ctx.replica.delete_item(invite_kind, box->view()));
  // The server forgets the box as well: its time has run out.
  SP_OK(queue_mail(call.ctx, BoxRegister{*box, call.ctx.person, 1}));
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
  SP_OK(queue_mail(ctx, MailPut{invitation.box(), seal_join_letter(invitation, letter)}));
  return out;
}

Result<json> requests(CommandCall& call) {
  SP_TRY(const std::vector<Request> all, open_requests(call));
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
    SP_TRY(PlanFile * file, call.plans.get(ctx, r.invite.plan));
    SP_OK(add_participant(call, *file, r.person, r.invite.role, r.letter.name));
    out["plan"] = file->id().hex();
  }
  // One invitation, one person.
  SP_OK(ctx.replica.delete_item(letter_kind, r.key));
  SP_OK(ctx.replica.delete_item(invite_kind, r.box.view()));
  return out;
}

Result<json> decline_request(CommandCall& call) {
  SP_TRY(const Request r, find_request(call));
  SP_OK(call.ctx.replica.delete_item(letter_kind, r.key));
  SP_OK(call.ctx.replica.delete_item(invite_kind, r.box.view()));
  return json::object();
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
