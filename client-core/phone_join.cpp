#include "client-core/phone_join.h"

#include <vector>

namespace samplan {
namespace {

const Error is_over{
    Errc::not_found, "phone.unknown",
    "Koden er utløpt, brukt eller avbrutt, eller de tre første sifrene er feil. Ingenting er endret. Hør "
    "etter én gang til, eller be om en ny kode."};
const Error is_used{
    Errc::already_exists, "phone.used",
    "Koden er alt brukt av noen andre. Ingenting er endret. Si fra til den som leste den opp, og be om en "
    "ny."};
const Error is_dead{
    Errc::wrong_passphrase, "phone.dead_code",
    "Koden er tastet feil tre ganger og gjelder ikke lenger. Ingenting er endret. Be om en ny kode."};
const Error is_meddled{
    Errc::forged, "phone.answer",
    "Noen andre enn den som leste opp koden, har svart. Ingenting er endret. Be om en ny kode."};
const Error is_elsewhere{
    Errc::forged, "phone.server",
    "Invitasjonen gjelder en annen server. Ingenting er endret. Spør den som leste opp koden, om "
    "adressen."};

Error wrong_digits(int tries_left) {
  const std::string left = tries_left == 1 ? "1 forsøk" : std::to_string(tries_left) + " forsøk";
  return {Errc::wrong_passphrase, "phone.wrong",
          "Koden stemmer ikke. Ingenting er endret. Hør etter én gang til og prøv igjen; det er " + left +
              " igjen."};
}

}  // namespace

Result<PhoneJoin> PhoneJoin::start(const SignPublicKey& server_key, std::string_view typed, UnixMs now) {
  PhoneJoin out;
  SP_TRY(out.run_.code, read_phone_code(typed));
  out.run_.server_key = server_key;
  out.started_ms_ = now;
  return out;
}

void PhoneJoin::fail(Error error) {
  state_ = State::failed;
  error_ = std::move(error);
  finish_.reset();
}

Bytes PhoneJoin::next_request(Entropy& entropy) {
  MeetRequest q;
  q.slot = run_.code.slot;
  if (state_ == State::thanking) {
    if (thanks_.empty()) {
      PhoneMessage m;
      m.step = PhoneStep::thanks;
      m.attempt = run_.attempt;
      m.sealed = seal_phone(key_, PhoneStep::thanks, run_, {}, entropy);
      thanks_ = write_phone_message(m);
    }
    q.act = MeetAct::put;
    q.message = thanks_;
    return write_meet_request(q);
  }
  if (state_ == State::waiting && !call_.empty() && answer_.empty()) {
    auto start = begin_phone_run(crypto::CpaceRole::responder, run_, entropy);
    if (start.ok()) {
      PhoneMessage m;
      m.step = PhoneStep::answer;
      m.attempt = run_.attempt;
      m.share = start->message();
      auto finish = std::move(*start).finish(share_);
      if (finish.ok()) {
        m.tag = ByteView(finish->tag()).copy();
        finish_ = std::move(*finish);
        answer_ = write_phone_message(m);
      }
    }
    if (answer_.empty()) fail(is_meddled);  // no honest call: the point is none
  }
  if (state_ == State::waiting && !answer_.empty() && !is_answered_) {
    q.act = MeetAct::put;
    q.message = answer_;
  }
  return write_meet_request(q);
}

Status PhoneJoin::on_reply(ByteView bytes, UnixMs now) {
  if (state_ == State::failed || state_ == State::over) return Status::good();
  SP_TRY(const MeetReply reply, read_meet_reply(bytes));
  if (reply.status == MeetStatus::busy) return Error{Errc::try_later, "phone.busy"};
  if (state_ == State::thanking) {
    // It may be too late to tell the inviter; the invitation is here all the same.
    state_ = State::over;
    return Status::good();
  }
  if (state_ == State::ready) return Status::good();
  if (reply.status != MeetStatus::ok || now - started_ms_ > phone_code_ms) {
    fail(is_over);
    return Status::good();
  }
  if (!answer_.empty()) is_answered_ = true;
  if (!call_.empty() && is_answered_) listen(reply);
  if (state_ == State::waiting && call_.empty()) look(reply);
  return Status::good();
}

// For a call that nobody has answered yet: the last.
void PhoneJoin::look(const MeetReply& reply) {
  bool is_answered = false;
  Bytes call;
  for (const MeetMessage& message : reply.messages) {
    const auto m = read_phone_message(message.body);
    if (!m.ok()) return fail(is_meddled);
    if (m->step == PhoneStep::dead) return fail(is_dead);
    if (m->step == PhoneStep::grant || m->step == PhoneStep::thanks) return fail(is_used);
    if (m->step == PhoneStep::call) {
      const bool is_next = call.empty() ? m->attempt == 1 : m->attempt == run_.attempt + 1;
      if (!is_next) return fail(is_meddled);
      call = message.body;
      share_ = m->share;
      run_.session = m->session;
      run_.attempt = m->attempt;
      is_answered = false;
    } else {
      is_answered = true;
    }
  }
  // Somebody's answer is being looked at: there will be another call, or the code is used.
  if (call.empty() || is_answered) return;
  tries_left_ = phone_tries_max + 1 - run_.attempt;
  call_ = std::move(call);
}

// For what the inviter's device makes of our answer.
void PhoneJoin::listen(const MeetReply& reply) {
  bool is_ours = false;       // whether ours was the first answer to the call
  bool is_call_past = false;  // what stands before it was for others
  bool has_answer = false;
  for (const MeetMessage& message : reply.messages) {
    if (ByteView(message.body) == ByteView(call_)) {
      is_call_past = true;
      continue;
    }
    if (!is_call_past) continue;
    const auto m = read_phone_message(message.body);
    if (!m.ok()) return fail(is_meddled);
    switch (m->step) {
      case PhoneStep::answer:
        if (!has_answer) is_ours = ByteView(message.body) == ByteView(answer_);
        has_answer = true;
        break;
      case PhoneStep::call:
        if (m->attempt != run_.attempt + 1) return fail(is_meddled);
        if (is_ours) {
          tries_left_ = phone_tries_max + 1 - m->attempt;
          return fail(wrong_digits(tries_left_));
        }
        // Somebody else had that try; ours was not looked at. Once more, with a run of its own.
        call_.clear();
        answer_.clear();
        is_answered_ = false;
        finish_.reset();
        return;
      case PhoneStep::dead: return fail(is_dead);
      case PhoneStep::grant: return is_ours ? take_grant(*m) : fail(is_used);
      case PhoneStep::thanks: return fail(is_meddled);
    }
  }
}

void PhoneJoin::take_grant(const PhoneMessage& grant) {
  if (!finish_ || grant.attempt != run_.attempt) return fail(is_meddled);
  auto session = std::move(*finish_).confirm(grant.tag);
  finish_.reset();
  if (!session.ok()) return fail(is_meddled);
  const auto link = open_phone(session->key, PhoneStep::grant, run_, grant.sealed);
  if (!link.ok()) return fail(is_meddled);
  auto invitation = parse_invitation(ByteView(*link).text());
  if (!invitation.ok()) return fail(invitation.error());
  if (invitation->server_key != run_.server_key) return fail(is_elsewhere);
  key_ = std::move(session->key);
  link_ = std::string(ByteView(*link).text());
  invitation_ = std::move(*invitation);
  state_ = State::ready;
}

}  // namespace samplan
