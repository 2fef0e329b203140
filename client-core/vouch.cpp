#include "client-core/vouch.h"

#include "base/limits.h"
#include "client-core/core.h"
#include "client-core/local_facts.h"
#include "client-core/people.h"
#include "sync/wire/message.h"

namespace samplan {
namespace {

Result<SignPublicKey> server_key(Context& ctx) {
  SP_TRY(const std::optional<Bytes> key, get_fact(ctx, fact::server_key));
  return SignPublicKey::from(key.value_or(Bytes{}));
}

// As well as this device knows it.
Result<UnixMs> server_time(Context& ctx) {
  SP_TRY(const std::uint64_t ahead, number_fact(ctx, fact::server_ahead_ms));
  return ctx.now + static_cast<UnixMs>(ahead);
}

Error refusal(VouchStatus status) {
  const std::string where = std::string("vouch ") + vouch_status_name(status);
  switch (status) {
    case VouchStatus::not_offered:
      return {Errc::not_found, where, "På denne serveren er det ingen organisasjon som bekrefter ansatte."};
    case VouchStatus::bad_device: return {Errc::refused, where, "Serveren godtar ikke denne enheten."};
    case VouchStatus::stale_token:
      return {Errc::refused, where,
              "Innloggingen er for gammel, eller klokka hos noen går feil. Prøv en gang til."};
    case VouchStatus::other_device:
      return {Errc::refused, where, "Innloggingen gjaldt en annen enhet. Prøv en gang til."};
    case VouchStatus::not_employee:
      return {Errc::refused, where, "Organisasjonen sier ikke at du er ansatt der. Spør driften hos dem."};
    case VouchStatus::no_name: return {Errc::refused, where, "Organisasjonen oppga ikke hva du heter."};
    case VouchStatus::try_later:
      return {Errc::try_later, where,
              "Serveren får ikke kontakt med organisasjonens innlogging. Prøv igjen senere."};
    default: return {Errc::refused, where, "Serveren godtok ikke innloggingen. Spør driften."};
  }
}

// Whether the logs of a letter have the statement's device, open, as one of who asks.
bool is_about(const Vouch& vouch, const IdentityBook& book, const PrincipalId& asks) {
  const IdentityState* const person = book.find(vouch.person);
  const DeviceEntry* const device = person == nullptr ? nullptr : person->device(vouch.device);
  if (device == nullptr || device->revoked_seq != 0) return false;
  if (vouch.person == asks) return true;
  const IdentityState* const unit = book.find(asks);
  return unit != nullptr && unit->is_unit && unit->has_member(vouch.person, unit->seq());
}

}  // namespace

VouchDialog::VouchDialog(Context& ctx) {
  ctx.entropy.fill(asked_.data(), asked_.size());
  ctx.entropy.fill(random_.data(), random_.size());
}

Result<VouchSettings> VouchDialog::on_settings(Context& ctx, ByteView reply) const {
  SP_TRY(const SignPublicKey key, server_key(ctx));
  SP_TRY(const ByteView body, open_reply_frame(reply, request_hash(question()), key));
  SP_TRY(VouchSettings settings, read_vouch_settings(body));
  if (!settings.offered) return refusal(VouchStatus::not_offered);
  return settings;
}

Result<Bytes> VouchDialog::request(Context& ctx, const std::string& id_token) {
  if (id_token.empty() || id_token.size() > limits::id_token_bytes_max)
    return refusal(VouchStatus::bad_token);
  VouchRequest q;
  q.device = ctx.keys.id();
  q.person = ctx.person;
  SP_TRY(q.identity, identity_log(ctx, ctx.person));
  q.random = random_;
  q.id_token = id_token;
  SP_TRY(const std::string url, text_fact(ctx, fact::server_url));
  Bytes out = write_vouch_request(q, host_of(url), ctx.keys.sign);
  sent_ = request_hash(out);
  return out;
}

Result<Vouch> VouchDialog::on_outcome(Context& ctx, ByteView reply) const {
  SP_TRY(const SignPublicKey key, server_key(ctx));
  SP_TRY(const ByteView body, open_reply_frame(reply, sent_, key));
  SP_TRY(const VouchOutcome outcome, read_vouch_outcome(body));
  if (outcome.status != VouchStatus::ok) return refusal(outcome.status);
  SP_TRY(Vouch vouch, open_vouch(outcome.statement, key));
  if (vouch.person != ctx.person || vouch.device != ctx.keys.id())
    return Error{Errc::forged, "vouch.subject"};
  Transaction tx(ctx.replica.db());
  SP_OK(tx.begin());
  SP_OK(set_fact(ctx, fact::vouch, outcome.statement));
  SP_OK(tx.commit());
  return vouch;
}

Result<std::optional<OwnVouch>> own_vouch(Context& ctx) {
  SP_TRY(const std::optional<Bytes> statement, get_fact(ctx, fact::vouch));
  if (!statement) return std::optional<OwnVouch>();
  SP_TRY(const SignPublicKey key, server_key(ctx));
  SP_TRY(const UnixMs now, server_time(ctx));
  const auto vouch = open_vouch(*statement, key);
  // A home that was copied to a new device keeps the old one's statement, and it is worth nothing there.
  const bool holds =
      vouch.ok() && vouch->person == ctx.person && vouch->device == ctx.keys.id() && now < vouch->expires_ms;
  if (!holds) return std::optional<OwnVouch>();
  return std::optional<OwnVouch>(OwnVouch{*statement, *vouch});
}

Result<JudgedVouch> judge_vouch(Context& ctx, const JoinLetter& letter) {
  SP_TRY(const SignPublicKey key, server_key(ctx));
  SP_TRY(const UnixMs now, server_time(ctx));
  JudgedVouch out;
  const auto vouch = open_vouch(letter.vouch, key);
  if (!vouch.ok()) {
    out.fault = vouch.code() == Errc::forged ? "foreign" : "unreadable";
    return out;
  }
  IdentityBook book;
  for (const Bytes& record : letter.identity) (void)book.add(record);  // what does not fit is not in the book
  // What is known here may be newer than what the letter says.
  const IdentityState* const known = ctx.book.find(vouch->person);
  const DeviceEntry* const device = known == nullptr ? nullptr : known->device(vouch->device);
  const bool is_closed = device != nullptr && device->revoked_seq != 0;
  if (is_closed || !is_about(*vouch, book, letter.principal)) {
    out.fault = "foreign";
    return out;
  }
  out.vouch = *vouch;
  if (now >= vouch->expires_ms) out.fault = "expired";
  return out;
}

}  // namespace samplan
