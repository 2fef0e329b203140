#include "client-core/phone_invite.h"

#include "base/limits.h"
#include "base/tlv.h"
#include "client-core/local_facts.h"
#include "client-core/own_invites.h"
#include "sync/wire/meet.h"

namespace samplan {
namespace {

constexpr std::string_view item_kind = "calling";

enum class Stage : std::uint8_t {
  opening = 1,   // the box, with a number
  calling = 2,   // our call of this try must get there
  waiting = 3,   // for an answer
  granting = 4,  // the link must get there
  granted = 5,   // for the newcomer's word that it is there
  dying = 6,     // the newcomer must hear that the code is dead
  done = 7,
  failed = 8,
  cancelled = 9,
};

const Error is_over{Errc::not_found, "phone.over",
                    "Koden er utløpt. Ingen har fått invitasjonen. Lag en ny med «samplan invite --phone»."};
const Error is_dead{
    Errc::wrong_passphrase, "phone.dead",
    "Noen tastet feil kode tre ganger, så den gjelder ikke lenger. Ingen har fått invitasjonen. Lag en ny "
    "med «samplan invite --phone», og les sifrene tydelig."};
const Error is_meddled{
    Errc::forged, "phone.message",
    "Noen andre har skrevet der koden din venter. Ingen har fått invitasjonen. Lag en ny med «samplan "
    "invite --phone»."};
const Error is_unthanked{
    Errc::not_found, "phone.unthanked",
    "Koden var riktig, men svaret om at invitasjonen kom fram, mangler. Se «samplan invites»: er den "
    "ikke brukt, trekk den og lag en ny."};
const Error is_no_box{Errc::bad_reply, "phone.number",
                      "Serveren ga ikke noe nummer til koden. Prøv igjen litt senere."};

struct Call {
  Stage stage = Stage::opening;
  BoxId invitation;
  std::string link;
  std::string name;
  MeetBoxId box;
  PhoneRun run;
  UnixMs started_ms = 0;   // when the box was opened, by our clock
  std::uint32_t seen = 0;  // messages up to this number have been looked at
  Bytes start;             // of this try's run: secret, gone when it is used
  Bytes message;           // what we have to say: the call, the grant or that the code is dead
  Bytes key;               // once the digits were right, for the newcomer's thanks
  Error error;

  bool is_over() const { return stage == Stage::done || stage == Stage::failed; }
  bool is_handed_over() const {
    return stage == Stage::granting || stage == Stage::granted || stage == Stage::done;
  }
};

enum Tag : std::uint8_t {
  tag_stage = 2,
  tag_invitation = 4,
  tag_link = 6,
  tag_name = 8,
  tag_box = 10,
  tag_slot = 12,
  tag_secret = 14,
  tag_server = 16,
  tag_session = 18,
  tag_attempt = 20,
  tag_started = 22,
  tag_seen = 24,
  tag_start = 26,
  tag_message = 28,
  tag_key = 30,
  tag_code = 32,
  tag_where = 34,
  tag_detail = 36,
};

Status save(Context& ctx, const Call& c) {
  TlvWriter out;
  out.u8(tag_stage, static_cast<std::uint8_t>(c.stage)).bytes(tag_invitation, c.invitation.view());
  out.bytes(tag_link, ByteView::of(c.link))
      .bytes(tag_name, ByteView::of(c.name))
      .bytes(tag_box, c.box.view());
  out.u16(tag_slot, c.run.code.slot)
      .u32(tag_secret, c.run.code.secret)
      .bytes(tag_server, c.run.server_key.view());
  out.bytes(tag_session, c.run.session).u8(tag_attempt, c.run.attempt);
  out.u64(tag_started, static_cast<std::uint64_t>(c.started_ms)).u32(tag_seen, c.seen);
  out.bytes(tag_start, c.start).bytes(tag_message, c.message).bytes(tag_key, c.key);
  out.u16(tag_code, static_cast<std::uint16_t>(c.error.code)).bytes(tag_where, ByteView::of(c.error.where));
  out.bytes(tag_detail, ByteView::of(c.error.detail));
  Bytes plain = out.take();
  const Status saved = ctx.replica.put_item(item_kind, ByteView::of("1"), {}, plain);
  crypto::wipe(plain);
  return saved;
}

Result<std::optional<Call>> load(Context& ctx) {
  SP_TRY(const std::optional<Item> item, ctx.replica.item(item_kind, ByteView::of("1")));
  if (!item) return std::optional<Call>{};
  TlvReader in(item->content, "calling");
  Call c;
  c.stage = static_cast<Stage>(in.u8(tag_stage));
  c.invitation = in.id<BoxId>(tag_invitation);
  c.link = std::string(in.bytes(tag_link).text());
  c.name = std::string(in.bytes(tag_name).text());
  c.box = in.id<MeetBoxId>(tag_box);
  c.run.code.slot = in.u16(tag_slot);
  c.run.code.secret = in.u32(tag_secret);
  c.run.server_key = in.id<SignPublicKey>(tag_server);
  Reader session(in.bytes(tag_session));
  c.run.session = session.array<phone_session_bytes>();
  c.run.attempt = in.u8(tag_attempt);
  c.started_ms = static_cast<UnixMs>(in.u64(tag_started));
  c.seen = in.u32(tag_seen);
  c.start = in.bytes(tag_start).copy();
  c.message = in.bytes(tag_message).copy();
  c.key = in.bytes(tag_key).copy();
  c.error.code = static_cast<Errc>(in.u16(tag_code));
  c.error.where = std::string(in.bytes(tag_where).text());
  c.error.detail = std::string(in.bytes(tag_detail).text());
  SP_OK(in.finish());
  return std::optional<Call>(std::move(c));
}

Status end(Context& ctx, Call& c, const Error& error) {
  // A link that nobody has been given is of no use to anybody.
  if (!c.is_handed_over()) SP_OK(withdraw_invite(ctx, c.invitation));
  crypto::wipe(c.start);
  c.start.clear();
  c.stage = Stage::failed;
  c.error = error;
  return Status::good();
}

// A fresh run for the next try.
Status call_again(Context& ctx, Call& c) {
  SP_TRY(const crypto::CpaceStart start, begin_phone_run(crypto::CpaceRole::initiator, c.run, ctx.entropy));
  PhoneMessage m;
  m.step = PhoneStep::call;
  m.attempt = c.run.attempt;
  m.session = c.run.session;
  m.share = start.message();
  c.start = start.save();
  c.message = write_phone_message(m);
  c.stage = Stage::calling;
  return Status::good();
}

// One guess of somebody's. Whatever comes of it, this run is over.
Status take_answer(Context& ctx, Call& c, const PhoneMessage& answer) {
  SP_TRY(crypto::CpaceStart start, crypto::CpaceStart::restore(c.start));
  crypto::wipe(c.start);
  c.start.clear();
  auto finish = std::move(start).finish(answer.share);
  if (finish.ok()) {
    const crypto::CpaceTag tag = finish->tag();
    const auto session = std::move(*finish).confirm(answer.tag);
    if (session.ok()) {
      PhoneMessage grant;
      grant.step = PhoneStep::grant;
      grant.attempt = c.run.attempt;
      grant.tag = ByteView(tag).copy();
      grant.sealed = seal_phone(session->key, PhoneStep::grant, c.run, ByteView::of(c.link), ctx.entropy);
      c.message = write_phone_message(grant);
      c.key = session->key.view().copy();
      c.stage = Stage::granting;
      return Status::good();
    }
  }
  if (c.run.attempt == phone_tries_max) {
    PhoneMessage dead;
    dead.step = PhoneStep::dead;
    dead.attempt = c.run.attempt;
    c.message = write_phone_message(dead);
    c.stage = Stage::dying;
    return Status::good();
  }
  ++c.run.attempt;
  return call_again(ctx, c);
}

// One message in the box. errors: whatever an honest newcomer would not say.
Status take(Context& ctx, Call& c, ByteView message) {
  if (message == ByteView(c.message)) return Status::good();
  const auto read = read_phone_message(message);
  if (!read.ok()) return is_meddled;
  switch (read->step) {
    case PhoneStep::answer:
      if (read->attempt > c.run.attempt) return is_meddled;
      // Of two who answer one call the first has had the try.
      if (read->attempt < c.run.attempt || c.stage != Stage::waiting) return Status::good();
      return take_answer(ctx, c, *read);
    case PhoneStep::thanks: {
      if (c.stage != Stage::granted || read->attempt != c.run.attempt) return is_meddled;
      const auto key = crypto::Secret32::from(c.key);
      // What others put there cannot take back what has been handed over.
      if (!open_phone(key, PhoneStep::thanks, c.run, read->sealed).ok()) return Status::good();
      c.stage = Stage::done;
      return Status::good();
    }
    case PhoneStep::call:
    case PhoneStep::grant:
    case PhoneStep::dead: break;
  }
  return is_meddled;  // somebody speaks as us
}

// What we said lies there: on to the next step.
Status go_on(Context& ctx, Call& c, const MeetReply& reply) {
  switch (c.stage) {
    case Stage::opening:
      if (!reply.slot) return end(ctx, c, is_no_box);
      c.run.code.slot = *reply.slot;
      c.started_ms = ctx.now;
      return call_again(ctx, c);
    case Stage::calling: c.stage = Stage::waiting; break;
    case Stage::granting: c.stage = Stage::granted; break;
    case Stage::dying: return end(ctx, c, is_dead);
    default: break;
  }
  return Status::good();
}

}  // namespace

Status begin_call(Context& ctx, const BoxId& invitation, const std::string& link, const std::string& name) {
  if (link.size() > phone_link_bytes_max) return Error{Errc::too_large, "phone.link"};
  Call c;
  c.invitation = invitation;
  c.link = link;
  c.name = name;
  c.box = ctx.entropy.id<MeetBoxId>();
  c.run.code.secret = new_phone_secret(ctx.entropy);
  ctx.entropy.fill(c.run.session.data(), c.run.session.size());
  SP_TRY(const std::optional<Bytes> key, get_fact(ctx, fact::server_key));
  c.run.server_key = SignPublicKey::from(key.value_or(Bytes{}));
  return save(ctx, c);
}

Result<CallView> calling(Context& ctx) {
  SP_TRY(const std::optional<Call> c, load(ctx));
  CallView out;
  out.state = "none";
  if (!c) return out;
  switch (c->stage) {
    case Stage::opening: {
      SP_TRY(const bool unsent, is_invite_unsent(ctx, c->invitation));
      out.state = unsent ? "sync" : "opening";
      break;
    }
    // A first call that has not arrived is answered by nobody, but the code is what it is.
    case Stage::calling:
    case Stage::waiting: out.state = "waiting"; break;
    case Stage::granting:
    case Stage::granted: out.state = "granting"; break;
    case Stage::done: out.state = "done"; break;
    case Stage::dying: out.state = "closing"; break;
    case Stage::failed: out.state = "failed"; break;
    case Stage::cancelled: out.state = "cancelled"; break;
  }
  out.name = c->name;
  out.invitation = c->invitation;
  out.error = c->error;
  if (out.state == "waiting" && ctx.now - c->started_ms > phone_code_ms) {
    out.state = "failed";
    out.error = is_over;
  }
  if (out.state != "waiting") return out;
  out.code = c->run.code.spoken();
  out.expires_ms = c->started_ms + phone_code_ms;
  out.tries_left = phone_tries_max + 1 - c->run.attempt;
  return out;
}

Result<std::optional<Bytes>> next_call_request(Context& ctx) {
  SP_TRY(const std::optional<Call> c, load(ctx));
  const std::optional<Bytes> nothing;
  if (!c || c->is_over()) return nothing;
  MeetRequest q;
  q.box = c->box;
  q.after = c->seen;
  switch (c->stage) {
    case Stage::opening: {
      SP_TRY(const bool unsent, is_invite_unsent(ctx, c->invitation));
      if (unsent) return nothing;  // the sync goes first
      q.act = MeetAct::open;
      q.wants_slot = true;
      break;
    }
    case Stage::calling:
    case Stage::granting:
    case Stage::dying:
      q.act = MeetAct::put;
      q.message = c->message;
      break;
    case Stage::cancelled: q.act = MeetAct::close; break;
    default: break;
  }
  return std::optional<Bytes>(write_meet_request(q));
}

Status on_call_reply(Context& ctx, ByteView bytes) {
  SP_TRY(std::optional<Call> loaded, load(ctx));
  if (!loaded || loaded->is_over()) return Status::good();
  Call& c = *loaded;
  SP_TRY(const MeetReply reply, read_meet_reply(bytes));
  if (c.stage == Stage::cancelled) return ctx.replica.delete_item(item_kind, ByteView::of("1"));
  if (reply.status == MeetStatus::busy) return Error{Errc::try_later, "phone.busy"};
  const bool is_late = c.stage != Stage::opening && ctx.now - c.started_ms > phone_code_ms;
  if (reply.status != MeetStatus::ok || is_late) {
    SP_OK(end(ctx, c, c.stage == Stage::dying ? is_dead : c.is_handed_over() ? is_unthanked : is_over));
    return save(ctx, c);
  }
  SP_OK(go_on(ctx, c, reply));
  for (const MeetMessage& message : reply.messages) {
    if (c.is_over() || message.n <= c.seen) continue;
    c.seen = message.n;
    const Status taken = take(ctx, c, message.body);
    if (taken.ok()) continue;
    if (taken.error().where != is_meddled.where) return taken;  // the disk, not the message
    // After the link has been handed over, what others put there only shows that they know the number.
    if (!c.is_handed_over()) SP_OK(end(ctx, c, taken.error()));
  }
  return save(ctx, c);
}

Status cancel_call(Context& ctx) {
  SP_TRY(std::optional<Call> c, load(ctx));
  if (!c) return Status::good();
  if (!c->is_over()) SP_OK(withdraw_invite(ctx, c->invitation));
  if (c->is_over() || c->stage == Stage::opening)
    return ctx.replica.delete_item(item_kind, ByteView::of("1"));
  crypto::wipe(c->start);
  c->start.clear();
  c->stage = Stage::cancelled;
  return save(ctx, *c);
}

}  // namespace samplan
