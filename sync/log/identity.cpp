#include "sync/log/identity.h"

#include <algorithm>

#include "base/limits.h"

namespace samplan {
namespace {

Status verified(const Record& record, const SignPublicKey& key) {
  if (!verify_record(LogKind::identity, record, key)) return Error{Errc::forged, "identity"};
  return Status::good();
}

bool has_wrap_for(const IdentityBody& body, ByteView recipient) {
  return std::any_of(body.wraps.begin(), body.wraps.end(),
                     [&](const GenerationWrap& w) { return ByteView(w.recipient) == recipient; });
}

Status wraps_cover_devices(const IdentityState& state, const IdentityBody& body, const DeviceId& except) {
  std::size_t expected = 0;
  for (const DeviceEntry& d : state.devices) {
    if (d.revoked_seq != 0 || d.id == except) continue;
    ++expected;
    if (!has_wrap_for(body, d.id.view())) return Error{Errc::bad_recipients, "identity"};
  }
  // As many as devices: nobody is left out and nobody is slipped in.
  return body.wraps.size() == expected ? Status::good() : Status(Error{Errc::bad_recipients, "identity"});
}

Status wraps_cover_members(const IdentityState& state, const IdentityBody& body, const PrincipalId& except) {
  std::size_t expected = 0;
  for (const MemberSpan& m : state.members) {
    if (m.removed_seq != 0 || m.person == except) continue;
    ++expected;
    if (!has_wrap_for(body, m.person.view())) return Error{Errc::bad_recipients, "identity"};
  }
  return body.wraps.size() == expected ? Status::good() : Status(Error{Errc::bad_recipients, "identity"});
}

Status next_generation(const IdentityState& state, const IdentityBody& body) {
  if (body.generation != state.generation().number + 1) return Error{Errc::bad_record, "identity.generation"};
  return Status::good();
}

}  // namespace

Hash device_joins_digest(const PrincipalId& person) {
  return crypto::hash("samplan/device-joins-hash/1", {person.view()});
}

const DeviceEntry* IdentityState::device(const DeviceId& device_id) const {
  for (const DeviceEntry& d : devices)
    if (d.id == device_id) return &d;
  return nullptr;
}

bool IdentityState::has_member(const PrincipalId& person, std::uint64_t seen_seq) const {
  return std::any_of(members.begin(), members.end(), [&](const MemberSpan& m) {
    return m.person == person && (m.removed_seq == 0 || m.removed_seq > seen_seq);
  });
}

bool IdentityState::has_member_at(const PrincipalId& person, std::uint64_t at_seq) const {
  return std::any_of(members.begin(), members.end(), [&](const MemberSpan& m) {
    return m.person == person && m.added_seq <= at_seq && (m.removed_seq == 0 || m.removed_seq > at_seq);
  });
}

bool IdentityState::had_member(const PrincipalId& person) const {
  return std::any_of(members.begin(), members.end(), [&](const MemberSpan& m) { return m.person == person; });
}

const Generation* IdentityState::generation_at(std::uint64_t at_seq) const {
  const Generation* out = nullptr;
  for (const Generation& g : generations)
    if (g.seq <= at_seq) out = &g;
  return out;
}

const Generation* IdentityState::generation_numbered(std::uint32_t number) const {
  for (const Generation& g : generations)
    if (g.number == number) return &g;
  return nullptr;
}

bool IdentityState::is_registrar(const PrincipalId& person) const {
  return std::any_of(members.begin(), members.end(), [&](const MemberSpan& m) {
    return m.person == person && m.registrar && m.removed_seq == 0;
  });
}

const IdentityState* IdentityBook::find(const PrincipalId& id) const {
  const auto it = states_.find(id);
  return it == states_.end() ? nullptr : &it->second;
}

IdentityBook::Owner IdentityBook::find_device(const DeviceId& id) const {
  const auto it = person_by_device_.find(id);
  if (it == person_by_device_.end()) return {};
  const IdentityState* person = find(it->second);
  return {person, person->device(id)};
}

std::vector<PrincipalId> IdentityBook::units_of(const PrincipalId& person) const {
  std::vector<PrincipalId> out;
  for (const auto& entry : states_) {
    if (entry.second.is_unit && entry.second.has_member(person, entry.second.seq())) out.push_back(entry.first);
  }
  std::sort(out.begin(), out.end());
  return out;
}

// The signer of a person's record. Revocations of that same log come before it, so they all count.
Result<PrincipalId> IdentityBook::person_signer(const Record& record) const {
  const Owner owner = find_device(record.header.signer);
  if (owner.device == nullptr) return Error{Errc::unknown_principal, "identity.signer"};
  if (owner.device->revoked_seq != 0) return Error{Errc::not_allowed, "identity.signer"};
  SP_OK(verified(record, owner.device->sign_key));
  return owner.person->id;
}

// The signer of a unit's record. Its own log is another log: only what the record says was seen of it counts.
Result<PrincipalId> IdentityBook::unit_signer(const IdentityState& unit, const Record& record,
                                              const IdentityBody& body) const {
  const Owner owner = find_device(record.header.signer);
  if (owner.device == nullptr || owner.person->seq() < body.signer_seq)
    return Error{Errc::unknown_principal, "identity.signer"};
  const std::uint64_t revoked = owner.device->revoked_seq;
  if (revoked != 0 && revoked <= body.signer_seq) return Error{Errc::not_allowed, "identity.signer"};
  const auto seen = unit.signers_seen.find(owner.person->id);
  if (seen != unit.signers_seen.end() && body.signer_seq < seen->second)
    return Error{Errc::not_allowed, "identity.signer_seq"};
  SP_OK(verified(record, owner.device->sign_key));
  return owner.person->id;
}

Status IdentityBook::check_signer_now(ByteView record_bytes) const {
  SP_TRY(const Record record, read_record(LogKind::identity, record_bytes));
  const Owner owner = find_device(record.header.signer);
  if (owner.device != nullptr && owner.device->revoked_seq != 0)
    return Error{Errc::not_allowed, "identity.signer_now"};
  return Status::good();
}

Result<PrincipalId> IdentityBook::add(ByteView bytes) {
  SP_TRY(const Record record, read_record(LogKind::identity, bytes));
  const auto kind = static_cast<IdentityKind>(record.header.kind);
  SP_TRY(const IdentityBody body, read_identity_body(kind, record.body));
  const PrincipalId id = PrincipalId::from(record.log().view());
  const auto it = states_.find(id);
  if (it != states_.end() && record.header.seq <= it->second.seq()) {
    const bool same = it->second.hashes[static_cast<std::size_t>(record.header.seq - 1)] == record.hash;
    if (same) return id;
    return Error{Errc::log_conflict, "identity"};
  }
  if (record.header.seq == 1) {
    SP_OK(apply_first(record, kind, body));
    return id;
  }
  if (it == states_.end()) return Error{Errc::unknown_principal, "identity"};
  IdentityState& state = it->second;
  if (record.header.seq != state.seq() + 1 || record.header.prev != state.head())
    return Error{Errc::log_conflict, "identity"};
  SP_OK(apply_next(state, record, kind, body));
  state.hashes.push_back(record.hash);
  return id;
}

Status IdentityBook::apply_first(const Record& record, IdentityKind kind, const IdentityBody& body) {
  IdentityState state;
  state.id = PrincipalId::from(record.hash.view());
  if (body.generation != 1) return Error{Errc::bad_record, "identity.create"};
  state.generations.push_back({1, body.generation_key, 1});
  if (kind == IdentityKind::create_person) {
    const DeviceId device = crypto::device_id(body.device_sign, body.device_box);
    if (record.header.signer != device) return Error{Errc::bad_record, "identity.create_person"};
    if (person_by_device_.count(device) != 0) return Error{Errc::already_exists, "identity.create_person"};
    SP_OK(verified(record, body.device_sign));
    state.devices.push_back({device, body.device_sign, body.device_box, 1, 0, device, false});
    SP_OK(wraps_cover_devices(state, body, {}));
    person_by_device_[device] = state.id;
  } else if (kind == IdentityKind::create_unit) {
    SP_TRY(const PrincipalId person, unit_signer(state, record, body));
    if (person != body.member) return Error{Errc::not_allowed, "identity.create_unit"};
    state.is_unit = true;
    state.members.push_back({person, true, 1, 0});
    state.signers_seen[person] = body.signer_seq;
    SP_OK(wraps_cover_members(state, body, {}));
  } else {
    return Error{Errc::bad_record, "identity.first"};
  }
  state.hashes.push_back(record.hash);
  states_.emplace(state.id, std::move(state));
  return Status::good();
}

Status IdentityBook::apply_next(IdentityState& state, const Record& record, IdentityKind kind,
                                const IdentityBody& body) {
  SP_TRY(const PrincipalId signer, state.is_unit ? unit_signer(state, record, body) : person_signer(record));
  // A person's log is written by that person's devices, a unit's by its registrars.
  const bool allowed = state.is_unit ? state.is_registrar(signer) : signer == state.id;
  if (!allowed) return Error{Errc::not_allowed, "identity"};
  SP_OK(apply_kind(state, record, kind, body, signer));
  if (state.is_unit) state.signers_seen[signer] = body.signer_seq;
  return Status::good();
}

Status IdentityBook::apply_kind(IdentityState& state, const Record& record, IdentityKind kind,
                                const IdentityBody& body, const PrincipalId& signer) {
  const std::uint64_t seq = record.header.seq;

  switch (kind) {
    case IdentityKind::add_device: {
      if (state.is_unit || state.devices.size() >= limits::devices_max) break;
      const DeviceId device = crypto::device_id(body.device_sign, body.device_box);
      if (person_by_device_.count(device) != 0) return Error{Errc::already_exists, "identity.add_device"};
      if (!crypto::verify(body.device_sign, "samplan/device-joins/1", device_joins_digest(state.id), body.device_proof))
        return Error{Errc::forged, "identity.add_device"};
      if (body.wraps.size() != 1 || !has_wrap_for(body, device.view()))
        return Error{Errc::bad_recipients, "identity.add_device"};
      state.devices.push_back(
          {device, body.device_sign, body.device_box, seq, 0, record.header.signer, body.on_paper});
      person_by_device_[device] = state.id;
      return Status::good();
    }
    case IdentityKind::revoke_device: {
      const auto it = std::find_if(state.devices.begin(), state.devices.end(),
                                   [&](const DeviceEntry& d) { return d.id == body.device && d.revoked_seq == 0; });
      if (state.is_unit || it == state.devices.end()) break;
      // Whoever makes the new key knows it, so it is made by a device that stays; and there is always one left.
      if (record.header.signer == body.device) return Error{Errc::not_allowed, "identity.revoke_device"};
      SP_OK(next_generation(state, body));
      SP_OK(wraps_cover_devices(state, body, body.device));
      it->revoked_seq = seq;
      state.generations.push_back({body.generation, body.generation_key, seq});
      return Status::good();
    }
    case IdentityKind::new_generation: {
      if (!state.is_unit && body.signer_seq != 0) break;
      SP_OK(next_generation(state, body));
      SP_OK(state.is_unit ? wraps_cover_members(state, body, {}) : wraps_cover_devices(state, body, {}));
      state.generations.push_back({body.generation, body.generation_key, seq});
      return Status::good();
    }
    case IdentityKind::add_member: {
      if (!state.is_unit || state.members.size() >= limits::members_max) break;
      if (state.has_member(body.member, state.seq())) return Error{Errc::already_exists, "identity.add_member"};
      const IdentityState* person = find(body.member);
      if (person == nullptr) return Error{Errc::unknown_principal, "identity.add_member"};
      if (person->is_unit) break;
      if (body.wraps.size() != 1 || !has_wrap_for(body, body.member.view()))
        return Error{Errc::bad_recipients, "identity.add_member"};
      state.members.push_back({body.member, body.registrar, seq, 0});
      return Status::good();
    }
    case IdentityKind::remove_member: {
      const auto it = std::find_if(state.members.begin(), state.members.end(), [&](const MemberSpan& m) {
        return m.person == body.member && m.removed_seq == 0;
      });
      if (!state.is_unit || it == state.members.end()) break;
      // As with devices: the key that shuts somebody out is not made by that somebody.
      if (signer == body.member) return Error{Errc::not_allowed, "identity.remove_member"};
      SP_OK(next_generation(state, body));
      SP_OK(wraps_cover_members(state, body, body.member));
      it->removed_seq = seq;
      state.generations.push_back({body.generation, body.generation_key, seq});
      return Status::good();
    }
    case IdentityKind::create_person:
    case IdentityKind::create_unit: break;
  }
  return Error{Errc::bad_record, "identity"};
}

}  // namespace samplan
