#include "client-core/invitation.h"

#include "base/limits.h"
#include "base/tlv.h"
#include "base/utf8.h"
#include "crypto/box.h"
#include "crypto/sign.h"

namespace samplan {
namespace {

constexpr std::string_view path = "/#/bli-med/";
constexpr std::size_t head_bytes = 1 + 1 + 32 + 16;

enum Tag : std::uint8_t { tag_name = 2, tag_principal = 4, tag_identity = 6, tag_vouch = 7 };  // odd: who does not know it lets it be
constexpr std::size_t records_max = 4096;  // a large unit: each member's log and the unit's own

crypto::BoxKeyPair letter_key(const std::array<std::uint8_t, 16>& secret) {
  Hash seed = crypto::hash("samplan/invite-key/1", {secret});
  return crypto::box_key_pair(crypto::Secret32::from(seed.view()));
}

bool is_name(std::string_view name) {
  return !name.empty() && name.size() <= limits::name_bytes_max && is_plain_text(name);
}

}  // namespace

BoxId invitation_box(const std::array<std::uint8_t, 16>& secret) {
  const Hash h = crypto::hash("samplan/invite-box/1", {secret});
  return BoxId::from(h.view().sub(0, BoxId::size));
}

BoxId Invitation::box() const { return invitation_box(secret); }

std::string write_invitation(const Invitation& i) {
  Bytes payload;
  append_u8(payload, 1);
  append_u8(payload, i.purpose == "unit" ? 2 : 1);
  append(payload, i.server_key.view());
  append(payload, i.secret);
  append(payload, ByteView::of(i.inviter_name));
  return i.server_url + std::string(path) + to_hex(payload);
}

Result<Invitation> parse_invitation(std::string_view link) {
  if (link.size() > 8192) return Error{Errc::too_large, "invitation"};
  const std::size_t at = link.find(path);
  const Error malformed{Errc::malformed, "invitation",
                        "Dette er ikke en hel Samplan-invitasjon. Kopier hele lenken og prøv igjen."};
  if (at == std::string_view::npos || at == 0) return malformed;
  const auto payload = from_hex(link.substr(at + path.size()));
  if (!payload.ok() || payload->size() < head_bytes) return malformed;
  Reader in(*payload);
  if (in.u8() != 1)
    return Error{Errc::unknown_version, "invitation", "Invitasjonen er laget av en nyere utgave av Samplan."};
  Invitation out;
  const std::uint8_t purpose = in.u8();
  if (purpose != 1 && purpose != 2) return malformed;
  out.purpose = purpose == 2 ? "unit" : "plan";
  out.server_url = std::string(link.substr(0, at));
  out.server_key = SignPublicKey::from(in.take(32));
  out.secret = in.array<16>();
  out.inviter_name = std::string(in.rest().text());
  if (!is_name(out.inviter_name)) return malformed;
  return out;
}

Bytes seal_join_letter(const Invitation& invitation, const JoinLetter& letter) {
  TlvWriter out;
  out.bytes(tag_name, ByteView::of(letter.name)).bytes(tag_principal, letter.principal.view()).list(tag_identity, letter.identity);
  if (!letter.vouch.empty()) out.bytes(tag_vouch, letter.vouch);
  return crypto::seal_to(letter_key(invitation.secret).public_key, out.take());
}

Result<JoinLetter> open_join_letter(const std::array<std::uint8_t, 16>& secret, ByteView sealed) {
  SP_TRY(const Bytes plain, crypto::open_sealed(letter_key(secret), sealed));
  TlvReader in(plain, "join_letter");
  JoinLetter out;
  out.name = std::string(in.bytes(tag_name).text());
  out.principal = in.id<PrincipalId>(tag_principal);
  for (const ByteView record : in.list(tag_identity, records_max)) out.identity.push_back(record.copy());
  if (in.has(tag_vouch)) out.vouch = in.bytes(tag_vouch).copy();
  SP_OK(in.finish());
  if (!is_name(out.name)) return Error{Errc::not_utf8, "join_letter"};
  if (out.identity.empty()) return Error{Errc::malformed, "join_letter"};
  return out;
}

}  // namespace samplan
