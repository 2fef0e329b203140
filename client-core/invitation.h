// Invitations: a link that one person gives another, by hand or message, and the letter that comes back. The link holds
// a 128-bit secret after the «#», so no server sees it. Whoever has the link can ask to join, nothing more: the inviter
// confirms by name and four words before any key is handed over.
//
//   link    SERVER_URL "/#/bli-med/" hex(payload)
//   payload = version u8 (1) | purpose u8 | server key 32 | secret 16 | inviter's name (UTF-8)
//   box     first 16 bytes of H("samplan/invite-box/1", secret)
//   letter  sealed to the X25519 pair derived from the secret: name, principal, identity records, and an organisation's
//           statement if there is one (client-core/vouch.h)
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/entropy.h"
#include "base/ids.h"
#include "base/result.h"

namespace samplan {

struct Invitation {
  std::string server_url;
  SignPublicKey server_key;
  std::array<std::uint8_t, 16> secret{};
  std::string purpose;  // "plan" or "unit"
  std::string inviter_name;
  BoxId box() const;
};

std::string write_invitation(const Invitation& invitation);
// errors: malformed, unknown_version, not_utf8, too_large.
Result<Invitation> parse_invitation(std::string_view link);

struct JoinLetter {
  std::string name;
  PrincipalId principal;        // who asks: the person, or a service unit that the person acts for
  std::vector<Bytes> identity;  // its whole identity log; for a unit, its members' logs first
  Bytes vouch;                  // empty: nobody vouches. Not judged here
};

Bytes seal_join_letter(const Invitation& invitation, const JoinLetter& letter);
// errors: cannot_open (not from someone who has the link), malformed, too_large, not_utf8.
Result<JoinLetter> open_join_letter(const std::array<std::uint8_t, 16>& secret, ByteView sealed);

BoxId invitation_box(const std::array<std::uint8_t, 16>& secret);

}  // namespace samplan
