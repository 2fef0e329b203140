// The rules of the governance log: which record may follow, and what it changes.
#include "sync/log/governance.h"

#include <algorithm>

#include "base/check.h"
#include "base/limits.h"
#include "sync/log/governance_parts.h"
#include "sync/log/sections.h"

namespace samplan {

using namespace governance;

namespace {

bool is_attested(const GovBody& body) {
  return body.form != ConsentForm::signed_on_device && !body.document_hash.is_zero();
}

bool rotates_all_of(const std::vector<Rotation>& rotations, const std::vector<SectionId>& sections) {
  return std::all_of(sections.begin(), sections.end(), [&](SectionId s) {
    return std::any_of(rotations.begin(), rotations.end(), [&](const Rotation& r) { return r.section == s; });
  });
}

// Who cannot read a section has no key to write it under.
bool is_sound(std::uint8_t mask) {
  return (mask & (right_write | right_propose)) == 0 || (mask & right_read) != 0;
}

}  // namespace

Status GovState::apply(const Record& record, const GovBody& body, const IdentityBook& book, bool check_wraps) {
  const auto kind = static_cast<GovKind>(record.header.kind);
  const bool first = hashes_.empty();
  if (record.header.seq != hashes_.size() + 1 || (!first && record.header.prev != head()) ||
      (!first && record.header.log.view() != plan_.view()))
    return Error{Errc::log_conflict, "governance"};
  if (hashes_.size() >= limits::governance_records_max) return Error{Errc::too_large, "governance"};
  if (first != (kind == GovKind::genesis)) return bad("governance.genesis");
  const IdentityBook::Owner signer = book.find_device(record.header.signer);
  if (signer.device == nullptr) return Error{Errc::unknown_principal, "governance.signer"};
  if (!verify_record(LogKind::governance, record, signer.device->sign_key))
    return Error{Errc::forged, "governance"};
  SP_TRY(Effect effect, judge(record, kind, body, book));
  SP_OK(check_key_maker(signer, effect, book));
  if (check_wraps) SP_OK(check_wrap_list(effect, body, book));
  commit(record, kind, body, std::move(effect), book);
  return Status::good();
}

Result<GovState::Effect> GovState::judge(const Record& record, GovKind kind, const GovBody& body,
                                         const IdentityBook& book) const {
  if (kind == GovKind::genesis) return judge_genesis(record, body, book);
  const auto signers = participants_of_device(record.header.signer, seq(), book);
  if (signers.empty()) return Error{Errc::not_allowed, "governance.signer"};
  SP_OK(check_rotations(body.rotations));
  const bool coordinates = has_role(signers, {Role::coordinator});
  const bool owns = has_role(signers, {Role::owner, Role::guardian});
  const bool consents = owns || (coordinates && is_attested(body));
  const auto denied = [](const char* where) { return Error{Errc::not_allowed, where}; };

  switch (kind) {
    case GovKind::genesis: break;
    case GovKind::participant_add:
      if (!coordinates) return denied("participant_add");
      return judge_participant_add(body, book);
    case GovKind::consent_plan:
      if (!consents) return denied("consent_plan");
      if (consent() == PlanConsent::given) return bad("consent_plan");
      return Effect{};
    case GovKind::consent_grant:
      if (!consents) return denied("consent_grant");
      return judge_grant(record, body);
    case GovKind::consent_withdraw:
      if (!owns && !coordinates && (body.subject == 0 || !includes(signers, body.subject)))
        return denied("consent_withdraw");
      return judge_withdraw(body);
    case GovKind::role_change: {
      const Participant* subject = participant(body.subject);
      const bool relative = subject != nullptr && *subject->role.latest() == Role::relative;
      if (!coordinates && !(owns && relative)) return denied("role_change");
      return judge_role_change(body);
    }
    case GovKind::coordinator_offer:
      if (!coordinates && !owns) return denied("coordinator_offer");
      return judge_offer(body, book);
    case GovKind::coordinator_accept:
      if (offer_ != body.subject || !includes(signers, body.subject)) return denied("coordinator_accept");
      return Effect{};
    case GovKind::identity_update: {
      // Whoever has no access has nothing to protect here, and could only fill the log.
      const bool takes_part = std::any_of(signers.begin(), signers.end(),
                                          [](const Participant* p) { return p->has_any_access(); });
      if (!coordinates && !owns && !takes_part) return denied("identity_update");
      return judge_identity_update(body, book);
    }
    case GovKind::epoch: {
      if (body.rotations.empty()) return bad("epoch");
      for (const Rotation& r : body.rotations) {
        unsigned mask = 0;
        for (const Participant* p : signers) mask |= p->mask(r.section);
        const bool due = section(r.section)->epoch.latest()->epoch == 0;
        const bool writer_may = due && (mask & (right_write | right_propose)) != 0;
        if (!(coordinates || owns || writer_may) || (mask & right_read) == 0) return denied("epoch");
        if (r.epoch == 0) return bad("epoch");
      }
      return Effect{{}, body.rotations, std::nullopt};
    }
    case GovKind::suspend:
      if (!coordinates && !owns) return denied("suspend");
      return judge_suspend(body, book);
    case GovKind::resume:
      if (!coordinates && !owns) return denied("resume");
      return judge_resume(body, book);
    case GovKind::recovery_ask: return judge_recovery_ask(signers, body, book);
    case GovKind::recovery_complete: return judge_recovery_complete(record, signers, body, book);
    case GovKind::recovery_cancel:
      SP_OK(judge_recovery_cancel(record, signers, body, book));
      return Effect{};
  }
  return bad("governance.kind");
}

Result<GovState::Effect> GovState::judge_genesis(const Record& record, const GovBody& body,
                                                 const IdentityBook& book) const {
  SP_OK(check_pin(*body.pin, book));
  const IdentityBook::Owner signer = book.find_device(record.header.signer);
  // The coordinator of a new plan is a person, so that responsibility has one face (R47).
  if (signer.person->id != body.pin->principal) return Error{Errc::not_allowed, "genesis"};
  if (signer.device->revoked_seq != 0 && signer.device->revoked_seq <= body.pin->seq)
    return Error{Errc::not_allowed, "genesis.device"};
  if (body.masks.size() != body.rotations.size() || body.masks.empty()) return bad("genesis.sections");
  Effect effect;
  for (std::size_t i = 0; i < body.masks.size(); ++i) {
    const Rotation& r = body.rotations[i];
    if (r.section != body.masks[i].section || r.epoch != 1 || r.cut_seq != 0 || !r.cut_chain.is_zero() ||
        (body.masks[i].mask & right_read) == 0)
      return bad("genesis.sections");
    effect.changes.push_back({1, r.section, body.masks[i].mask});
  }
  effect.rotations = body.rotations;
  effect.pin = body.pin;
  return effect;
}

Result<GovState::Effect> GovState::judge_participant_add(const GovBody& body, const IdentityBook& book) const {
  if (participants_.size() >= limits::participants_max) return Error{Errc::too_large, "participant_add"};
  if (body.subject != participants_.size() + 1 || !body.rotations.empty()) return bad("participant_add");
  SP_OK(check_pin(*body.pin, book));
  for (const Participant& p : participants_)
    if (p.principal == body.pin->principal) return Error{Errc::already_exists, "participant_add"};
  const Role role = *body.role;
  if (role == Role::coordinator) return bad("participant_add.role");
  // One owner, who is a person; one coordinating unit, which is a unit: their access needs no consent.
  const bool is_unit = book.find(body.pin->principal)->is_unit;
  if ((role == Role::owner && is_unit) || (role == Role::coordinating_unit && !is_unit))
    return bad("participant_add.role");
  if (role == Role::owner || role == Role::coordinating_unit) {
    for (const Participant& p : participants_)
      if (*p.role.latest() == role) return Error{Errc::already_exists, "participant_add.role"};
  }
  // What this pin would remove must be cut off first, by identity_update.
  if (!sections_touched(*body.pin, book, Members::pinned).empty()) return bad("participant_add.pin");
  Effect effect;
  effect.pin = body.pin;
  for (const SectionMask& m : body.masks) {
    // Everyone else's rights come by the owner's consent, never by the coordinator's hand alone (R95).
    const bool without_consent =
        role == Role::owner || (role == Role::coordinating_unit && m.section == section_case);
    if (!without_consent || section(m.section) == nullptr || m.mask == 0 || !is_sound(m.mask))
      return bad("participant_add.masks");
    effect.changes.push_back({body.subject, m.section, m.mask});
  }
  return effect;
}

Result<GovState::Effect> GovState::judge_grant(const Record& record, const GovBody& body) const {
  (void)record;
  const Participant* subject = participant(body.subject);
  if (subject == nullptr || body.masks.empty()) return bad("consent_grant");
  if (consent() != PlanConsent::given) return Error{Errc::no_consent, "consent_grant"};
  const Role role = *subject->role.latest();
  if (role == Role::owner || role == Role::coordinator) return bad("consent_grant.role");
  if (subject->suspension) return bad("consent_grant.suspended");
  // R27: the text that says what, who, how and with which consequences is bound into the record.
  if (body.text_hash.is_zero()) return bad("consent_grant.text");
  Effect effect;
  std::vector<SectionId> newly_read;
  for (const SectionMask& m : body.masks) {
    if (section(m.section) == nullptr || m.mask == 0 || !is_sound(m.mask)) return bad("consent_grant.masks");
    const std::uint8_t before = subject->mask(m.section);
    // A grant only opens; taking away is withdraw or role_change, which cut.
    if ((before & ~m.mask) != 0) return bad("consent_grant.masks");
    if ((before & right_read) == 0 && (m.mask & right_read) != 0) newly_read.push_back(m.section);
    effect.changes.push_back({body.subject, m.section, m.mask});
  }
  const bool from_now = body.history == History::from_now;
  if (!rotates_exactly(body.rotations, from_now ? newly_read : std::vector<SectionId>{}))
    return bad("consent_grant.rotations");
  for (const Rotation& r : body.rotations)
    if (r.epoch == 0) return bad("consent_grant.rotations");
  effect.rotations = body.rotations;
  return effect;
}

Result<GovState::Effect> GovState::judge_withdraw(const GovBody& body) const {
  Effect effect;
  if (body.subject == 0) {
    // Consent 1 withdrawn: nothing new is valid in any section until the owner consents again.
    if (consent() != PlanConsent::given || !body.masks.empty() || body.rotations.size() != sections_.size())
      return bad("consent_withdraw.plan");
    for (const Rotation& r : body.rotations)
      if (r.epoch != 0) return bad("consent_withdraw.plan");
    effect.rotations = body.rotations;
    return effect;
  }
  const Participant* subject = participant(body.subject);
  if (subject == nullptr || body.masks.empty()) return bad("consent_withdraw");
  const Role role = *subject->role.latest();
  // The owner owns the plan, and a plan is never without its coordinator (R47): hand over first.
  if (role == Role::owner || role == Role::coordinator) return bad("consent_withdraw.role");
  for (const SectionMask& m : body.masks) {
    // Access that rests can be withdrawn too: then it does not come back.
    const bool rests = subject->suspension && subject->suspension->masks.count(m.section) != 0;
    if (m.mask != 0 || (subject->mask(m.section) == 0 && !rests)) return bad("consent_withdraw.masks");
    effect.changes.push_back({body.subject, m.section, 0});
  }
  if (!rotates_exactly(body.rotations, sections_losing(effect.changes))) return bad("consent_withdraw.rotations");
  effect.rotations = body.rotations;
  return effect;
}

Result<GovState::Effect> GovState::judge_offer(const GovBody& body, const IdentityBook& book) const {
  // One at a time: whoever was offered reads already, and must be withdrawn before another is asked.
  if (offer_) return Error{Errc::already_exists, "coordinator_offer"};
  const Participant* next = participant(body.subject);
  if (next == nullptr || body.subject == coordinator_ || *next->role.latest() == Role::owner || next->has_left())
    return bad("coordinator_offer");
  // As in the first record: a person, so that responsibility has one face.
  const IdentityState* identity = book.find(next->principal);
  if (identity == nullptr) return Error{Errc::unknown_principal, "coordinator_offer"};
  if (identity->is_unit) return bad("coordinator_offer");
  if (!body.rotations.empty()) return bad("coordinator_offer.rotations");
  // The overlap of R50: the incoming one reads at once, and leads from the acceptance on.
  Effect effect;
  for (const SectionGov& s : sections_) {
    const std::uint8_t mask = participant(coordinator_)->mask(s.id);
    if (mask != 0 && next->mask(s.id) != mask)
      effect.changes.push_back({body.subject, s.id, static_cast<std::uint8_t>(mask | next->mask(s.id))});
  }
  return effect;
}

Result<GovState::Effect> GovState::judge_identity_update(const GovBody& body, const IdentityBook& book) const {
  SP_OK(check_pin(*body.pin, book));
  if (body.pin->seq == pinned_seq(body.pin->principal, seq())) return bad("identity_update.pin");
  // Somebody of this plan: others would not find the log of a stranger.
  const bool of_this_plan = std::any_of(participants_.begin(), participants_.end(), [&](const Participant& p) {
    return concerns(*body.pin, p, book, Members::ever);
  });
  if (!of_this_plan) return Error{Errc::unknown_principal, "identity_update"};
  // At least what the plan's own pins demand, and no section of somebody whom it does not concern. In between lies
  // what some have heard of and others not yet.
  std::vector<SectionId> rotated;
  for (const Rotation& r : body.rotations) rotated.push_back(r.section);
  if (!rotates_all_of(body.rotations, sections_touched(*body.pin, book, Members::pinned)))
    return bad("identity_update.rotations");
  const std::vector<SectionId> most = sections_touched(*body.pin, book, Members::ever);
  for (const SectionId s : rotated)
    if (std::find(most.begin(), most.end(), s) == most.end()) return bad("identity_update.rotations");
  return Effect{{}, body.rotations, body.pin};
}

Result<GovState::Effect> GovState::judge_role_change(const GovBody& body) const {
  const Participant* subject = participant(body.subject);
  if (subject == nullptr) return bad("role_change");
  const auto special = [](Role r) { return r == Role::owner || r == Role::coordinator; };
  if (special(*subject->role.latest()) || special(*body.role)) return bad("role_change.role");
  Effect effect;
  for (const SectionMask& m : body.masks) {
    // What the owner's consent has not opened stays closed: a role can only move within what may be read.
    if ((subject->mask(m.section) & right_read) == 0 || (m.mask & right_read) == 0) return bad("role_change.masks");
    effect.changes.push_back({body.subject, m.section, m.mask});
  }
  if (!rotates_exactly(body.rotations, sections_losing(effect.changes))) return bad("role_change.rotations");
  effect.rotations = body.rotations;
  return effect;
}

Status GovState::check_pin(const IdentityPin& pin, const IdentityBook& book) const {
  const IdentityState* identity = book.find(pin.principal);
  if (identity == nullptr || identity->seq() < pin.seq) return Error{Errc::unknown_principal, "governance.pin"};
  if (identity->hashes[static_cast<std::size_t>(pin.seq - 1)] != pin.hash) return Error{Errc::forged, "governance.pin"};
  if (pin.seq < pinned_seq(pin.principal, seq())) return bad("governance.pin");
  return Status::good();
}

Status GovState::check_key_maker(const IdentityBook::Owner& signer, const Effect& effect,
                                 const IdentityBook& book) const {
  if (participants_.empty()) return Status::good();  // the first record: its signer reads everything
  const IdentityPin* pin = effect.pin ? &*effect.pin : nullptr;
  for (const Rotation& r : effect.rotations) {
    if (r.epoch == 0) continue;
    const bool reads = std::any_of(participants_.begin(), participants_.end(), [&](const Participant& p) {
      return (mask_after(effect.changes, p, r.section) & right_read) != 0 &&
             acts_for(signer, p, seq(), false, book, pin);
    });
    if (!reads) return Error{Errc::not_allowed, "governance.key_maker"};
  }
  return Status::good();
}

Status GovState::check_wrap_list(const Effect& effect, const GovBody& body, const IdentityBook& book) const {
  const WrapTargets targets = wrap_targets(effect.changes, effect.rotations);
  if (targets.size() != body.wraps.size()) return Error{Errc::bad_recipients, "governance.wraps"};
  for (std::size_t i = 0; i < targets.size(); ++i) {
    const KeyWrap& w = body.wraps[i];
    if (w.section != targets[i].first || w.participant != targets[i].second)
      return Error{Errc::bad_recipients, "governance.wraps"};
    // To a key that still counts: an older one may be in the hands of a device or member that was removed.
    const Participant* p = participant(w.participant);
    const PrincipalId principal = p == nullptr ? effect.pin->principal : p->principal;
    std::uint64_t pinned = pinned_seq(principal, seq());
    if (effect.pin && effect.pin->principal == principal) pinned = std::max(pinned, effect.pin->seq);
    const IdentityState* identity = book.find(principal);
    if (identity == nullptr) return Error{Errc::unknown_principal, "governance.wraps"};
    const Generation* used = identity->generation_numbered(w.generation);
    const Generation* least = identity->generation_at(pinned);
    if (used == nullptr || least == nullptr || used->number < least->number)
      return Error{Errc::bad_recipients, "governance.wraps.generation"};
  }
  return Status::good();
}

Status GovState::check_rotations(const std::vector<Rotation>& rotations) const {
  for (const Rotation& r : rotations) {
    const SectionGov* s = section(r.section);
    if (s == nullptr) return bad("rotation.section");
    if (r.epoch != 0 && r.epoch != s->last_epoch + 1) return bad("rotation.epoch");
    if (!s->cuts.empty() && r.cut_seq < s->cuts.back().section_seq) return bad("rotation.cut");
  }
  return Status::good();
}

void GovState::commit(const Record& record, GovKind kind, const GovBody& body, Effect effect,
                      const IdentityBook& book) {
  const std::uint64_t at = record.header.seq;
  commit_recovery(record, kind, body, effect, book);
  if (kind == GovKind::genesis) {
    plan_ = PlanId::from(record.hash.view());
    policy_ = body.policy;
    coordinator_ = 1;
    for (const Rotation& r : effect.rotations) sections_.push_back({r.section, 0, {}, {}});
  }
  if (kind == GovKind::genesis || kind == GovKind::participant_add) {
    Participant p;
    p.number = static_cast<std::uint16_t>(participants_.size() + 1);
    p.principal = body.pin->principal;
    p.added_seq = at;
    p.role.set(at, kind == GovKind::genesis ? Role::coordinator : *body.role);
    participants_.push_back(std::move(p));
  }
  for (const MaskChange& c : effect.changes) {
    Participant* p = participant_mut(c.participant);
    // Resting access that is withdrawn had ended already, at an earlier record.
    if (kind == GovKind::consent_withdraw && p->mask(c.section) == c.mask) continue;
    const bool gains_read = (p->mask(c.section) & right_read) == 0 && (c.mask & right_read) != 0;
    p->masks[c.section].set(at, c.mask);
    const bool goes_on = kind == GovKind::resume || kind == GovKind::recovery_complete;  // where it read from before
    if (gains_read && !goes_on) p->base.erase(c.section);
  }
  for (const Rotation& r : effect.rotations) {
    SectionGov* s = section_mut(r.section);
    s->epoch.set(at, {r.epoch, r.commitment});
    if (r.epoch != 0) s->last_epoch = r.epoch;
    // The first epoch cuts nothing: there is nothing before it.
    if (kind != GovKind::genesis) s->cuts.push_back({at, r.cut_seq, r.cut_chain});
  }
  if (effect.pin) pins_[effect.pin->principal].set(at, *effect.pin);

  if (kind == GovKind::consent_plan) consent_.set(at, PlanConsent::given);
  if (kind == GovKind::consent_withdraw && body.subject == 0) consent_.set(at, PlanConsent::withdrawn);
  if (kind == GovKind::consent_grant) {
    Participant* p = participant_mut(body.subject);
    p->grant = Grant{body.text_hash, body.form, body.history, body.not_after, record.header.wall_ms, at};
    for (const Rotation& r : effect.rotations) p->base[r.section] = {r.cut_seq, r.cut_chain};
  }
  // Whoever loses access, or gets another role, has not been asked to lead any more.
  if ((kind == GovKind::consent_withdraw || kind == GovKind::role_change || kind == GovKind::suspend) &&
      offer_ == body.subject)
    offer_.reset();
  if (kind == GovKind::role_change) participant_mut(body.subject)->role.set(at, *body.role);
  if (kind == GovKind::coordinator_offer) offer_ = body.subject;
  if (kind == GovKind::coordinator_accept) {
    participant_mut(coordinator_)->role.set(at, Role::provider);
    participant_mut(body.subject)->role.set(at, Role::coordinator);
    coordinator_ = body.subject;
    offer_.reset();
  }
  hashes_.push_back(record.hash);
}

}  // namespace samplan
