// Signing in with the organisation's identity provider on a machine with a browser (authorization code with
// PKCE, RFC 7636 and 8252), and bringing the token to our server. The token passes through; what is kept is
// the server's statement.
#pragma once

#include <functional>
#include <string>

#include "client-core/native/sync_runner.h"
#include "client-core/vouch.h"

namespace samplan::native {

struct SignInScreen {
  // Brings the person to this address, in whatever way.
  std::function<void(const std::string& url, const VouchSettings& settings)> show;
  std::int64_t wait_ms = 300'000;
};

//   errors   not_found           nobody vouches on this server
//            offline, try_later  our server or the provider cannot be reached, or nobody signed in within the
//            time refused             the provider or our server said no bad_reply, forged   what came cannot
//            be used
// `detail` is a sentence in bokmål. Whatever goes wrong, nothing has changed.
Result<Vouch> run_sign_in(Core& core, Transport& transport, Entropy& entropy, const Clock& clock,
                          const SignInScreen& screen);

}  // namespace samplan::native
