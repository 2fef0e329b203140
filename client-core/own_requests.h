// What has become of this person's own wishes to join: sent or not, confirmed, declined, too late. The one
// who invited answers with a small letter to a box that both derive from the invitation's secret; it is
// sealed under a key from there, so that no server can say yes or no in their place.
//
//   answer box  first 16 bytes of H("samplan/invite-answer-box/1", secret || who asks)
//   letter      nonce 24 | XChaCha20-Poly1305 under H("samplan/invite-answer/1", secret); associated data:
//               purpose, box
//   plain       version u8 = 1 | outcome u8
#pragma once

#include <string>
#include <vector>

#include "client-core/context.h"
#include "client-core/invitation.h"

namespace samplan {

enum class JoinOutcome : std::uint8_t { confirmed = 1, declined = 2, withdrawn = 3, used = 4 };

// How long somebody can answer: a box does not live longer.
inline constexpr UnixMs join_answer_ms = 7 * UnixMs{86'400'000};

BoxId answer_box(const std::array<std::uint8_t, 16>& secret, const PrincipalId& asker);

// The inviter's answer, sent with the next sync.
Status answer_request(Context& ctx, const std::array<std::uint8_t, 16>& secret, const PrincipalId& asker,
                      JoinOutcome outcome);

// Keeps that we have asked; `mail`: what the letter is called until it is sent. Leaves word for the server of
// the box that the answer comes to.
Status note_request(Context& ctx, const Invitation& invitation, const PrincipalId& asker, ByteView mail);
// The server did not take the letter with this name: the invitation has run out.
Status note_refused_letter(Context& ctx, ByteView mail);
// The server does not take this new person: the invitation that vouched for it has run out.
Status note_not_admitted(Context& ctx);

struct OwnRequest {
  // unsent, waiting; confirmed, declined, withdrawn, used: what the inviter answered; expired: the invitation
  // ran out before we asked; unanswered: nobody has answered in time
  std::string state;
  std::string inviter;
  std::string purpose;  // "plan" or "unit"
  PrincipalId asker;    // this person, or a unit
  UnixMs asked_ms = 0;
};
// The newest first.
Result<std::vector<OwnRequest>> own_requests(Context& ctx);
// Whether letters to this box are answers.
Result<bool> answers_own_request(Context& ctx, const BoxId& box);

}  // namespace samplan
