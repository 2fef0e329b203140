// What the one who runs the server says about staff sign-in: which identity provider knows the organisation's
// employees. Nothing said: the server vouches for nobody.
#pragma once

#include <array>
#include <string>

#include "base/result.h"

namespace samplan::server {

struct SignIn {
  std::string issuer;  // as the provider writes it in its tokens
  std::string client_id;
  std::string organisation;  // as people will read it
  std::string scope = "openid profile";
  std::string claim_name;  // empty: nothing more is asked
  std::string claim_value;
  int days = 7;  // how long a statement holds: as long as an invitation

  bool is_on() const { return !issuer.empty(); }
};

inline constexpr std::array<const char*, 6> sign_in_settings = {"sign-in-issuer",       "sign-in-client",
                                                                "sign-in-organisation", "sign-in-claim",
                                                                "sign-in-scope",        "sign-in-days"};

// One of the settings above. errors: invalid_argument; `detail` says what is possible.
Status take_sign_in(SignIn& target, const std::string& name, const std::string& value);
// That what belongs together is there. errors: invalid_argument.
Status check_sign_in(const SignIn& sign_in);

std::string sign_in_help();

}  // namespace samplan::server
