// A person's phone is gone. Two ways, both loud:
//   suspend, resume        the coordinator or the owner lets access rest; every section that the person reads
//   gets a new
//                          key. It comes back when the person has closed the lost device from another one.
//   recovery_ask, _complete, _cancel
//                          the person has no device left and has joined anew, as a participant without any
//                          right. One officer asks that this one goes on for the old one, another completes
//                          it; in between lies the plan's waiting time, which the server keeps to (no clock
//                          is signed that others could check), so that everybody can object. Consent that
//                          stands goes on: it was given to the person, not to the phone. What nobody else
//                          could read stays closed to the new key; for that there are recovery codes.
#include <algorithm>

#include "sync/log/governance.h"
#include "sync/log/governance_parts.h"

namespace samplan {

using namespace governance;

namespace {

// Who may put a name to a recovery: those who work with the plan, and the owner's side.
bool is_officer(const std::vector<const Participant*>& signers) {
  return std::any_of(signers.begin(), signers.end(), [](const Participant* p) {
    const Role role = *p->role.latest();
    return p->has_any_access() && role != Role::relative && role != Role::adviser;
  });
}

// Whoever answers for the plan; where that is the one who is to be recovered, the owner's side.
bool is_led_by(const std::vector<const Participant*>& signers, bool subject_coordinates) {
  return subject_coordinates ? has_role(signers, {Role::owner, Role::guardian})
                             : has_role(signers, {Role::coordinator});
}

bool is_person(const IdentityState& identity) { return !identity.is_unit; }

}  // namespace

std::uint32_t GovState::first_epoch_of(const Participant& p, SectionId id) const {
  const auto base = p.base.find(id);
  const SectionGov* s = section(id);
  if (base == p.base.end() || s == nullptr) return 1;
  for (const Cut& cut : s->cuts) {
    const EpochInfo* info = s->epoch.at(cut.gov_seq);
    if (cut.section_seq == base->second.first && cut.chain == base->second.second && info->epoch != 0)
      return info->epoch;
  }
  return s->last_epoch;
}

std::vector<GovState::MaskChange> GovState::changes_of_resume(const Participant& subject) const {
  std::vector<MaskChange> out;
  if (!subject.suspension) return out;
  for (const auto& [id, mask] : subject.suspension->masks) out.push_back({subject.number, id, mask});
  return out;
}

std::vector<GovState::MaskChange> GovState::changes_of_recovery(const Participant& subject) const {
  std::vector<MaskChange> out;
  if (!subject.recovery) return out;
  for (const SectionGov& s : sections_) {
    std::uint8_t mask = subject.mask(s.id);
    if (mask != 0) out.push_back({subject.number, s.id, 0});
    if (subject.suspension) {
      const auto rests = subject.suspension->masks.find(s.id);
      mask = rests == subject.suspension->masks.end() ? std::uint8_t{0} : rests->second;
    }
    if (mask != 0) out.push_back({subject.recovery->heir, s.id, mask});
  }
  return out;
}

Result<GovState::Effect> GovState::judge_suspend(const GovBody& body, const IdentityBook& book) const {
  const Participant* subject = participant(body.subject);
  // A plan is never without its coordinator (R47): the owner offers that task to somebody else first.
  if (subject == nullptr || subject->number == coordinator_ || !subject->has_any_access())
    return bad("suspend");
  const IdentityState* identity = book.find(subject->principal);
  if (identity == nullptr) return Error{Errc::unknown_principal, "suspend"};
  if (!is_person(*identity)) return bad("suspend.unit");
  Effect effect;
  for (const SectionGov& s : sections_)
    if (subject->mask(s.id) != 0) effect.changes.push_back({subject->number, s.id, 0});
  if (!rotates_exactly(body.rotations, sections_losing(effect.changes))) return bad("suspend.rotations");
  effect.rotations = body.rotations;
  return effect;
}

Result<GovState::Effect> GovState::judge_resume(const GovBody& body, const IdentityBook& book) const {
  const Participant* subject = participant(body.subject);
  if (subject == nullptr || !subject->suspension || !body.rotations.empty()) return bad("resume");
  if (body.pin->principal != subject->principal) return bad("resume.pin");
  SP_OK(check_pin(*body.pin, book));
  // What this pin would remove elsewhere must be cut off first, by identity_update.
  if (!sections_touched(*body.pin, book, Members::pinned).empty()) return bad("resume.pin");
  // The lost device knows the person's old key: only a newer one shuts it out.
  const Generation* now = book.find(subject->principal)->generation_at(body.pin->seq);
  if (now == nullptr || now->number <= subject->suspension->generation) return bad("resume.generation");
  return Effect{changes_of_resume(*subject), {}, body.pin};
}

Result<GovState::Effect> GovState::judge_recovery_ask(const Signers& signers, const GovBody& body,
                                                      const IdentityBook& book) const {
  const Participant* subject = participant(body.subject);
  const Participant* heir = participant(body.heir);
  if (!is_officer(signers) || includes(signers, body.subject) || includes(signers, body.heir))
    return Error{Errc::not_allowed, "recovery_ask"};
  if (subject == nullptr || heir == nullptr || subject == heir) return bad("recovery_ask");
  if (!subject->has_any_access() && !subject->suspension) return bad("recovery_ask.subject");
  if (subject->recovery) return Error{Errc::already_exists, "recovery_ask"};
  // Whoever has had access goes on as who they are.
  if (!heir->masks.empty() || heir->recovery) return bad("recovery_ask.heir");
  for (const Participant& p : participants_)
    if (p.recovery && p.recovery->heir == heir->number) return bad("recovery_ask.heir");
  for (const Participant* p : {subject, heir}) {
    const IdentityState* identity = book.find(p->principal);
    if (identity == nullptr) return Error{Errc::unknown_principal, "recovery_ask"};
    if (!is_person(*identity)) return bad("recovery_ask.unit");
  }
  return Effect{};
}

Result<GovState::Effect> GovState::judge_recovery_complete(const Record& record, const Signers& signers,
                                                           const GovBody& body,
                                                           const IdentityBook& book) const {
  const Participant* subject = participant(body.subject);
  if (subject == nullptr || !subject->recovery) return bad("recovery_complete");
  const RecoveryAsk& ask = *subject->recovery;
  const PrincipalId signer = book.find_device(record.header.signer).person->id;
  const bool is_other =
      signer != ask.asker && !includes(signers, body.subject) && !includes(signers, ask.heir);
  const bool is_led = ask.is_led || is_led_by(signers, subject->number == coordinator_);
  if (!is_officer(signers) || !is_other || !is_led) return Error{Errc::not_allowed, "recovery_complete"};
  if (!participant(ask.heir)->masks.empty()) return bad("recovery_complete.heir");
  Effect effect;
  effect.changes = changes_of_recovery(*subject);
  if (effect.changes.empty()) return bad("recovery_complete.subject");
  if (!rotates_exactly(body.rotations, sections_losing(effect.changes)))
    return bad("recovery_complete.rotations");
  effect.rotations = body.rotations;
  return effect;
}

Status GovState::judge_recovery_cancel(const Record& record, const Signers& signers, const GovBody& body,
                                       const IdentityBook& book) const {
  const Participant* subject = participant(body.subject);
  if (subject == nullptr || !subject->recovery) return bad("recovery_cancel");
  const bool asked = book.find_device(record.header.signer).person->id == subject->recovery->asker;
  // Not from a device whose access rests: it may be in a thief's hands.
  const bool is_self = includes(signers, body.subject) && !subject->has_left();
  if (!asked && !is_self && !has_role(signers, {Role::coordinator, Role::owner, Role::guardian}))
    return Error{Errc::not_allowed, "recovery_cancel"};
  return Status::good();
}

// Before the masks change.
void GovState::commit_recovery(const Record& record, GovKind kind, const GovBody& body, const Effect& effect,
                               const IdentityBook& book) {
  const std::uint64_t at = record.header.seq;
  Participant* subject = participant_mut(body.subject);
  switch (kind) {
    case GovKind::suspend: {
      Suspension rests;
      for (const MaskChange& c : effect.changes) rests.masks[c.section] = subject->mask(c.section);
      const Generation* pinned =
          book.find(subject->principal)->generation_at(pinned_seq(subject->principal, seq()));
      rests.generation = pinned == nullptr ? 0 : pinned->number;
      subject->suspension = std::move(rests);
      break;
    }
    case GovKind::resume: subject->suspension.reset(); break;
    case GovKind::consent_withdraw:
      if (subject == nullptr) break;
      if (subject->suspension) {
        for (const MaskChange& c : effect.changes) subject->suspension->masks.erase(c.section);
        if (subject->suspension->masks.empty()) subject->suspension.reset();
      }
      break;
    case GovKind::recovery_ask: {
      const auto signers = participants_of_device(record.header.signer, seq(), book);
      subject->recovery = RecoveryAsk{body.heir, at, book.find_device(record.header.signer).person->id,
                                      is_led_by(signers, subject->number == coordinator_)};
      break;
    }
    case GovKind::recovery_cancel: subject->recovery.reset(); break;
    case GovKind::recovery_complete: {
      Participant* heir = participant_mut(subject->recovery->heir);
      heir->role.set(at, *subject->role.latest());
      heir->grant = subject->grant;
      heir->base = subject->base;
      // A section whose keys nobody could hand over begins anew for this person.
      for (const Rotation& r : effect.rotations)
        if (r.epoch == 0) heir->base[r.section] = {r.cut_seq, r.cut_chain};
      if (coordinator_ == subject->number) {
        coordinator_ = heir->number;
        subject->role.set(at, Role::provider);
      }
      if (offer_ == subject->number) offer_.reset();
      subject->continued_as = heir->number;
      subject->suspension.reset();
      subject->recovery.reset();
      break;
    }
    default: break;
  }
}

}  // namespace samplan
