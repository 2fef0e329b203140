#include "server/sign_in.h"

#include "base/utf8.h"
#include "server/oidc/fetch.h"

namespace samplan::server {
namespace {

constexpr std::size_t text_bytes_max = 200;

Error wrong(std::string detail) { return Error{Errc::invalid_argument, "config", std::move(detail)}; }

bool has_word(const std::string& text, const std::string& word) {
  return (" " + text + " ").find(" " + word + " ") != std::string::npos;
}

}  // namespace

Status take_sign_in(SignIn& target, const std::string& name, const std::string& value) {
  if (value.size() > text_bytes_max || !is_plain_text(value) ||
      value.find_first_of("\n\t") != std::string::npos)
    return wrong(name + " must be one line of at most 200 bytes.");
  if (name == "sign-in-issuer") {
    if (!oidc::is_provider_url(value) || value.find('?') != std::string::npos)
      return wrong(
          "sign-in-issuer must be the provider's https address, exactly as its tokens name it, not \"" +
          value + "\".");
    target.issuer = value;
  } else if (name == "sign-in-client") {
    target.client_id = value;
  } else if (name == "sign-in-organisation") {
    target.organisation = value;
  } else if (name == "sign-in-scope") {
    if (!has_word(value, "openid")) return wrong("sign-in-scope must have the word openid in it.");
    target.scope = value;
  } else if (name == "sign-in-claim") {
    const std::size_t equals = value.find('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == value.size())
      return wrong("sign-in-claim must be a name and a value, like employer=987654321, not \"" + value +
                   "\".");
    target.claim_name = value.substr(0, equals);
    target.claim_value = value.substr(equals + 1);
  } else {
    const bool is_number = value.size() <= 2 && value.find_first_not_of("0123456789") == std::string::npos;
    const int days = is_number && !value.empty() ? std::stoi(value) : 0;
    if (days < 1 || days > 90)
      return wrong("sign-in-days must be a whole number from 1 to 90, not \"" + value + "\".");
    target.days = days;
  }
  return Status::good();
}

Status check_sign_in(const SignIn& s) {
  const bool is_any = s.is_on() || !s.client_id.empty() || !s.organisation.empty() || !s.claim_name.empty();
  if (is_any && (!s.is_on() || s.client_id.empty() || s.organisation.empty()))
    return wrong("Staff sign-in needs sign-in-issuer, sign-in-client and sign-in-organisation, all three.");
  return Status::good();
}

std::string sign_in_help() {
  return "Staff sign-in (off unless the first three are given; see docs/operations.md):\n"
         "  --sign-in-issuer URL         the organisation's OpenID Connect provider\n"
         "  --sign-in-client ID          what this server's devices are called there: a public client with "
         "PKCE\n"
         "  --sign-in-organisation NAME  who vouches, as people will read it\n"
         "  --sign-in-claim NAME=VALUE   what a token must say besides, e.g. employer=987654321\n"
         "  --sign-in-scope WORDS        what to ask the provider for (openid profile)\n"
         "  --sign-in-days N             how long a statement holds; 1 to 90 (7)\n";
}

}  // namespace samplan::server
