// What an ID token must say before it counts (OpenID Connect Core 1.0, section 3.1.3.7), and what we take
// from it: a name. Pure; the signature has been checked already.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace samplan::server::oidc {

struct TokenRules {
  std::string issuer;
  std::string client_id;
  std::string claim_name;  // empty: the organisation asks for nothing more
  std::string claim_value;
};

inline constexpr std::int64_t clock_skew_s = 60;
inline constexpr std::int64_t token_age_max_s =
    600;  // from the sign-in to the server; a person reads a page between

enum class Fault : std::uint8_t {
  none,
  malformed,  // not a token, or its content is not JSON
  algorithm,
  key,  // signed with a key that the provider does not name
  signature,
  issuer,
  audience,  // made for another program, or for others as well
  time,      // expired, too old, or not valid yet
  nonce,     // made for another device
  claim,     // does not say what the organisation asks for
  name,      // names nobody
  provider,  // cannot be reached, or what it says of itself does not hold
};
const char* fault_name(Fault fault);

struct Verdict {
  Fault fault = Fault::none;
  std::string name;  // with fault none
};

// `content`: the verified content of a token. Faults are looked for in the order of the list above.
Verdict judge_claims(std::string_view content, const TokenRules& rules, std::string_view nonce,
                     std::int64_t now_s);

}  // namespace samplan::server::oidc
