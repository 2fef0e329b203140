// Questions about a folded governance log. The rules that change it are in governance.cpp.
#include <algorithm>
#include <limits>

#include "sync/log/governance.h"

namespace samplan {

std::uint8_t Participant::mask_at(SectionId section, std::uint64_t gov_seq) const {
  const auto it = masks.find(section);
  if (it == masks.end()) return 0;
  const std::uint8_t* mask = it->second.at(gov_seq);
  return mask == nullptr ? std::uint8_t{0} : *mask;
}

std::uint8_t Participant::mask(SectionId section) const {
  return mask_at(section, std::numeric_limits<std::uint64_t>::max());
}

bool Participant::has_any_access() const {
  return std::any_of(masks.begin(), masks.end(), [](const auto& m) { return *m.second.latest() != 0; });
}

bool Participant::has_left() const { return !masks.empty() && !has_any_access(); }

const Hash* GovState::hash_at(std::uint64_t seq) const {
  return seq == 0 || seq > hashes_.size() ? nullptr : &hashes_[static_cast<std::size_t>(seq - 1)];
}

PlanConsent GovState::consent_at(std::uint64_t gov_seq) const {
  const PlanConsent* c = consent_.at(gov_seq);
  return c == nullptr ? PlanConsent::none : *c;
}

const Participant* GovState::participant(std::uint16_t number) const {
  return number == 0 || number > participants_.size() ? nullptr : &participants_[number - 1U];
}

Participant* GovState::participant_mut(std::uint16_t number) {
  return number == 0 || number > participants_.size() ? nullptr : &participants_[number - 1U];
}

const SectionGov* GovState::section(SectionId id) const {
  const auto it = std::find_if(sections_.begin(), sections_.end(), [&](const SectionGov& s) { return s.id == id; });
  return it == sections_.end() ? nullptr : &*it;
}

SectionGov* GovState::section_mut(SectionId id) {
  const auto it = std::find_if(sections_.begin(), sections_.end(), [&](const SectionGov& s) { return s.id == id; });
  return it == sections_.end() ? nullptr : &*it;
}

const Cut* GovState::first_cut_after(SectionId id, std::uint64_t gov_seq) const {
  const SectionGov* s = section(id);
  if (s == nullptr) return nullptr;
  for (const Cut& cut : s->cuts)
    if (cut.gov_seq > gov_seq) return &cut;
  return nullptr;
}

std::uint64_t GovState::pinned_seq(const PrincipalId& principal, std::uint64_t gov_seq) const {
  const auto it = pins_.find(principal);
  if (it == pins_.end()) return 0;
  const IdentityPin* pin = it->second.at(gov_seq);
  return pin == nullptr ? 0 : pin->seq;
}

bool GovState::acts_for(const IdentityBook::Owner& owner, const Participant& p, std::uint64_t gov_seq, bool now,
                        const IdentityBook& book, const IdentityPin* pin) const {
  const auto seen_of = [&](const IdentityState& identity) {
    if (now) return identity.seq();
    const std::uint64_t pinned = pinned_seq(identity.id, gov_seq);
    return pin != nullptr && pin->principal == identity.id ? std::max(pinned, pin->seq) : pinned;
  };
  const PrincipalId& person = owner.person->id;
  const std::uint64_t revoked = owner.device->revoked_seq;
  if (revoked != 0 && revoked <= seen_of(*owner.person)) return false;
  if (p.principal == person) return true;
  const IdentityState* unit = book.find(p.principal);
  if (unit == nullptr || !unit->is_unit) return false;
  return unit->has_member(person, seen_of(*unit));
}

std::vector<const Participant*> GovState::participants_of_device(const DeviceId& device, std::uint64_t gov_seq,
                                                                 const IdentityBook& book) const {
  std::vector<const Participant*> out;
  const IdentityBook::Owner owner = book.find_device(device);
  if (owner.device == nullptr) return out;
  for (const Participant& p : participants_)
    if (p.added_seq <= gov_seq && acts_for(owner, p, gov_seq, false, book, nullptr)) out.push_back(&p);
  return out;
}

std::vector<const Participant*> GovState::participants_of_device_now(const DeviceId& device,
                                                                     const IdentityBook& book) const {
  std::vector<const Participant*> out;
  const IdentityBook::Owner owner = book.find_device(device);
  if (owner.device == nullptr) return out;
  for (const Participant& p : participants_)
    if (acts_for(owner, p, seq(), true, book, nullptr)) out.push_back(&p);
  return out;
}

std::uint8_t GovState::rights_at(const DeviceId& device, SectionId section_id, std::uint64_t gov_seq,
                                 const IdentityBook& book) const {
  unsigned mask = 0;
  for (const Participant* p : participants_of_device(device, gov_seq, book)) mask |= p->mask_at(section_id, gov_seq);
  return static_cast<std::uint8_t>(mask);
}

std::uint8_t GovState::rights_now(const DeviceId& device, SectionId section_id, const IdentityBook& book) const {
  unsigned mask = 0;
  for (const Participant* p : participants_of_device_now(device, book)) mask |= p->mask(section_id);
  return static_cast<std::uint8_t>(mask);
}

std::uint8_t GovState::mask_after(const std::vector<MaskChange>& changes, const Participant& p, SectionId id) {
  for (const MaskChange& c : changes)
    if (c.participant == p.number && c.section == id) return c.mask;
  return p.mask(id);
}

GovState::WrapTargets GovState::wrap_targets(const std::vector<MaskChange>& changes,
                                             const std::vector<Rotation>& rotations) const {
  WrapTargets out;
  for (const Rotation& r : rotations) {
    if (r.epoch == 0) continue;
    for (const Participant& p : participants_)
      if ((mask_after(changes, p, r.section) & right_read) != 0) out.emplace_back(r.section, p.number);
  }
  for (const MaskChange& c : changes) {
    const bool rotated =
        std::any_of(rotations.begin(), rotations.end(), [&](const Rotation& r) { return r.section == c.section; });
    const Participant* p = participant(c.participant);
    const bool read_before = p != nullptr && (p->mask(c.section) & right_read) != 0;
    const bool gains = (c.mask & right_read) != 0 && !read_before;
    // A participant being added by this very record is not in the list yet.
    if (gains && (!rotated || p == nullptr)) out.emplace_back(c.section, c.participant);
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<SectionId> GovState::sections_losing(const std::vector<MaskChange>& changes) const {
  std::vector<SectionId> out;
  for (const MaskChange& c : changes) {
    const Participant* p = participant(c.participant);
    if (p != nullptr && (p->mask(c.section) & ~c.mask) != 0) out.push_back(c.section);
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

bool GovState::concerns(const IdentityPin& pin, const Participant& p, const IdentityBook& book,
                        Members members) const {
  if (p.principal == pin.principal) return true;
  const IdentityState* unit = book.find(p.principal);
  if (unit == nullptr || !unit->is_unit) return false;
  const std::uint64_t pinned = pinned_seq(p.principal, seq());
  switch (members) {
    case Members::pinned: return unit->has_member_at(pin.principal, pinned);
    case Members::known: return unit->has_member(pin.principal, pinned);
    case Members::ever: return unit->had_member(pin.principal);
  }
  return false;
}

std::vector<SectionId> GovState::sections_touched(const IdentityPin& pin, const IdentityBook& book,
                                                  Members members) const {
  const IdentityState* identity = book.find(pin.principal);
  if (identity == nullptr) return {};
  const std::uint64_t before = pinned_seq(pin.principal, seq());
  const auto removed_between = [&](std::uint64_t removed) { return removed > before && removed <= pin.seq; };
  const bool removes =
      std::any_of(identity->devices.begin(), identity->devices.end(),
                  [&](const DeviceEntry& d) { return removed_between(d.revoked_seq); }) ||
      std::any_of(identity->members.begin(), identity->members.end(),
                  [&](const MemberSpan& m) { return removed_between(m.removed_seq); });
  std::vector<SectionId> out;
  if (!removes) return out;
  for (const SectionGov& s : sections_) {
    const bool touched = std::any_of(participants_.begin(), participants_.end(), [&](const Participant& p) {
      return p.mask(s.id) != 0 && concerns(pin, p, book, members);
    });
    if (touched) out.push_back(s.id);
  }
  return out;
}

std::vector<SectionId> GovState::sections_touched_by(const IdentityPin& pin, const IdentityBook& book) const {
  return sections_touched(pin, book, Members::known);
}

}  // namespace samplan
