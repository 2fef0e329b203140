// Invitations that this device has made, as it keeps them, and what has become of each.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "client-core/context.h"
#include "client-core/invitation.h"
#include "sync/log/governance.h"

namespace samplan {

struct OwnInvite {
  std::array<std::uint8_t, 16> secret{};
  std::string purpose;  // "plan" or "unit"
  PlanId plan;
  PrincipalId unit;
  Role role = Role::provider;
  bool registrar = false;
  UnixMs expires_ms = 0;  // by the server's clock
  std::string name;
};

struct KeptInvite {
  BoxId box;
  OwnInvite invite;
};

// Keeps it, and leaves word for the server that its box is open.
Status keep_invite(Context& ctx, const OwnInvite& invite);
Result<std::vector<KeptInvite>> kept_invites(Context& ctx);
Result<std::optional<OwnInvite>> kept_invite(Context& ctx, const BoxId& box);
// It is used up.
Status forget_invite(Context& ctx, const BoxId& box);
// The same, and the server is told to close the box.
Status withdraw_invite(Context& ctx, const BoxId& box);
// Whether the server has still to be told of the box.
Result<bool> is_invite_unsent(Context& ctx, const BoxId& box);
// The server's clock now, as far as this device knows it.
Result<UnixMs> server_now(Context& ctx);

// A letter that answers one of our invitations.
struct Request {
  Bytes key;
  BoxId box;
  UnixMs recv_ms = 0;
  OwnInvite invite;
  JoinLetter letter;
  PrincipalId person;
};
// Those of open invitations; other letters are left alone.
Result<std::vector<Request>> open_requests(Context& ctx);

}  // namespace samplan
