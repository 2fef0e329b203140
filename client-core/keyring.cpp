#include "client-core/keyring.h"

#include "base/limits.h"
#include "base/planted.h"

namespace samplan {
namespace {

constexpr std::string_view item_kind = "key";
constexpr std::string_view generation_magic = "spp1";
constexpr std::string_view section_magic = "spw1";
constexpr std::uint32_t keys_per_wrap_max = 4096;

Bytes generation_label(const PrincipalId& principal, std::uint32_t number) {
  Bytes out{'P'};
  append(out, principal.view());
  append_u32(out, number);
  return out;
}

Bytes section_label(char kind, const PlanId& plan, SectionId section, std::uint32_t epoch) {
  Bytes out{static_cast<std::uint8_t>(kind)};
  append(out, plan.view());
  append_u16(out, section);
  append_u32(out, epoch);
  return out;
}

// A principal's first record cannot name the principal, whose id is that record's hash. What binds the secret is the
// public key in the signed log.
bool is_for(const PrincipalId& named, const PrincipalId& principal) { return named == principal || named.is_zero(); }

}  // namespace

Status Keyring::put_generation(const PrincipalId& principal, std::uint32_t number, const crypto::Secret32& secret) {
  return replica_.put_item(item_kind, generation_label(principal, number), {}, secret.view());
}

Result<std::optional<crypto::BoxKeyPair>> Keyring::generation(const PrincipalId& principal, std::uint32_t number) {
  SP_TRY(std::optional<Item> item, replica_.item(item_kind, generation_label(principal, number)));
  if (!item) return std::optional<crypto::BoxKeyPair>{};
  if (item->content.size() != 32) return Error{Errc::corrupt, "keyring.generation"};
  std::optional<crypto::BoxKeyPair> out(crypto::box_key_pair_of_secret(crypto::Secret32::from(item->content)));
  crypto::wipe(item->content);
  return out;
}

Status Keyring::absorb_identity(const PrincipalId& me, const IdentityState& state, const IdentityBody& body) {
  for (const GenerationWrap& w : body.wraps) {
    Bytes plain;
    if (!state.is_unit && w.recipient == device_.id().view().copy()) {
      SP_TRY(plain, crypto::open_sealed(device_.box, w.sealed));
    } else if (state.is_unit && w.recipient == me.view().copy()) {
      SP_TRY(const std::optional<crypto::BoxKeyPair> mine, generation(me, w.recipient_generation));
      if (!mine) continue;
      SP_TRY(plain, crypto::open_sealed(*mine, w.sealed));
    } else {
      continue;
    }
    Reader in(plain);
    if (in.take(4).text() != generation_magic || !is_for(PrincipalId::from(in.take(32)), state.id))
      return Error{Errc::forged, "absorb_identity"};
    const std::uint32_t count = in.u32();
    if (count > keys_per_wrap_max) return Error{Errc::too_large, "absorb_identity"};
    for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
      const std::uint32_t number = in.u32();
      const ByteView secret = in.take(32);
      if (!in.ok()) break;
      const crypto::Secret32 kept = crypto::Secret32::from(secret);
      // Only a secret that fits the public key in the signed log is that generation.
      const BoxPublicKey public_key = crypto::box_key_pair_of_secret(kept).public_key;
      for (const Generation& g : state.generations)
        if (g.number == number && g.key == public_key) SP_OK(put_generation(state.id, number, kept));
    }
    crypto::wipe(plain);
    if (!in.done()) return Error{Errc::malformed, "absorb_identity"};
  }
  return Status::good();
}

Result<Bytes> Keyring::generations_plain(const PrincipalId& principal, std::uint32_t newest,
                                         const crypto::BoxKeyPair* newest_pair) {
  Bytes keys;
  std::uint32_t count = 0;
  for (std::uint32_t number = 1; number <= newest; ++number) {
    if (number == newest && newest_pair != nullptr) {
      append_u32(keys, number);
      append(keys, newest_pair->secret.view());
      ++count;
      continue;
    }
    SP_TRY(const std::optional<crypto::BoxKeyPair> pair, generation(principal, number));
    if (!pair) continue;
    append_u32(keys, number);
    append(keys, pair->secret.view());
    ++count;
  }
  Bytes out = ByteView::of(generation_magic).copy();
  append(out, principal.view());
  append_u32(out, count);
  append(out, keys);
  crypto::wipe(keys);
  return out;
}

crypto::SectionKey section_key_of(const PlanId& plan, SectionId section, std::uint32_t epoch,
                                  crypto::Secret32 secret) {
  return {epoch == 1 ? PlanId{} : plan, section, epoch, std::move(secret)};
}

Status Keyring::put_section_key(const PlanId& plan, const crypto::SectionKey& key) {
  const Bytes label = section_label('S', plan, key.section, key.epoch);
  if (!SP_PLANTED(key_not_stored))  SP_OK(replica_.put_item(item_kind, label, plan, key.secret.view()));
  sections_[label] = {key.plan, key.section, key.epoch, key.secret.clone()};
  return Status::good();
}

Result<const crypto::SectionKey*> Keyring::section_key(const PlanId& plan, SectionId section, std::uint32_t epoch) {
  const Bytes label = section_label('S', plan, section, epoch);
  const auto it = sections_.find(label);
  if (it != sections_.end()) return &it->second;
  SP_TRY(std::optional<Item> item, replica_.item(item_kind, label));
  if (!item) return static_cast<const crypto::SectionKey*>(nullptr);
  if (item->content.size() != 32) return Error{Errc::corrupt, "keyring.section"};
  crypto::SectionKey& kept = sections_[label];
  kept = section_key_of(plan, section, epoch, crypto::Secret32::from(item->content));
  crypto::wipe(item->content);
  return static_cast<const crypto::SectionKey*>(&kept);
}

Status Keyring::absorb_wrap(const KeyWrap& wrap, const PlanId& plan, const PrincipalId& principal,
                            const std::map<std::uint32_t, Hash>& commitment_by_epoch) {
  SP_TRY(const std::optional<crypto::BoxKeyPair> pair, generation(principal, wrap.generation));
  if (!pair) return Error{Errc::no_key, "absorb_wrap"};
  SP_TRY(Bytes plain, crypto::open_sealed(*pair, wrap.sealed));
  Reader in(plain);
  if (in.take(4).text() != section_magic) return Error{Errc::forged, "absorb_wrap"};
  const PlanId named = PlanId::from(in.take(32));
  if ((named != plan && !named.is_zero()) || in.u16() != wrap.section ||
      PrincipalId::from(in.take(32)) != principal)
    return Error{Errc::forged, "absorb_wrap"};
  const std::uint32_t count = in.u32();
  if (count > keys_per_wrap_max) return Error{Errc::too_large, "absorb_wrap"};
  for (std::uint32_t i = 0; i < count && in.ok(); ++i) {
    const std::uint32_t epoch = in.u32();
    const ByteView secret = in.take(32);
    if (!in.ok()) break;
    const crypto::SectionKey key = section_key_of(plan, wrap.section, epoch, crypto::Secret32::from(secret));
    const auto known = commitment_by_epoch.find(epoch);
    // The log names the only acceptable key; a wrap that carries another is refused whole.
    if (known == commitment_by_epoch.end() || crypto::commitment(key) != known->second)
      return Error{Errc::forged, "absorb_wrap.commitment"};
    SP_OK(put_section_key(plan, key));
  }
  crypto::wipe(plain);
  return in.done() ? Status::good() : Status(Error{Errc::malformed, "absorb_wrap"});
}

Result<crypto::Secret32> Keyring::local_key(const PlanId& plan, SectionId section) {
  const Bytes label = section_label('L', plan, section, 0);
  SP_TRY(std::optional<Item> item, replica_.item(item_kind, label));
  if (item && item->content.size() == 32) return crypto::Secret32::from(item->content);
  crypto::Secret32 fresh = crypto::Secret32::random(replica_.entropy());
  SP_OK(replica_.put_item(item_kind, label, plan, fresh.view()));
  return fresh;
}

Status Keyring::shred_section(const PlanId& plan, SectionId section, std::uint32_t last_epoch) {
  if (SP_PLANTED(keys_not_shredded)) return Status::good();
  for (std::uint32_t epoch = 1; epoch <= last_epoch; ++epoch) {
    const Bytes label = section_label('S', plan, section, epoch);
    sections_.erase(label);
    SP_OK(replica_.delete_item(item_kind, label));
  }
  return replica_.delete_item(item_kind, section_label('L', plan, section, 0));
}

Bytes section_wrap_plain(const PlanId& plan, SectionId section, const PrincipalId& principal,
                         const std::vector<const crypto::SectionKey*>& keys) {
  Bytes out = ByteView::of(section_magic).copy();
  append(out, plan.view());
  append_u16(out, section);
  append(out, principal.view());
  append_u32(out, static_cast<std::uint32_t>(keys.size()));
  for (const crypto::SectionKey* key : keys) {
    append_u32(out, key->epoch);
    append(out, key->secret.view());
  }
  return out;
}

}  // namespace samplan
