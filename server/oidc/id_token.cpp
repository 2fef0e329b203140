#include "server/oidc/id_token.h"

#include <optional>

#include "base/limits.h"
#include "base/utf8.h"
#include "client-core/json/json_gate.h"

namespace samplan::server::oidc {
namespace {

using nlohmann::json;

const json* claim(const json& claims, const std::string& name) {
  const auto found = claims.find(name);
  return found == claims.end() ? nullptr : &*found;
}

std::string text_of(const json& claims, const char* name) {
  const json* const value = claim(claims, name);
  return value != nullptr && value->is_string() ? value->get<std::string>() : std::string();
}

// Seconds since 1970; some providers write them with a fraction. Nothing outside of what a date can be.
std::optional<std::int64_t> time_of(const json& claims, const char* name) {
  constexpr double latest = 253402300799.0;  // the last second of the year 9999
  const json* const value = claim(claims, name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  const double seconds = value->get<double>();
  if (!(seconds >= 0.0 && seconds <= latest)) return std::nullopt;
  return static_cast<std::int64_t>(seconds);
}

// For us, and for nobody else: a token for several could have been handed on by one of them.
bool is_for(const json& claims, const std::string& client_id) {
  const json* const aud = claim(claims, "aud");
  if (aud == nullptr) return false;
  const json* const one = aud->is_array() && aud->size() == 1 ? &aud->front() : aud;
  if (!one->is_string() || one->get_ref<const std::string&>() != client_id) return false;
  const json* const azp = claim(claims, "azp");
  return azp == nullptr || (azp->is_string() && azp->get_ref<const std::string&>() == client_id);
}

bool is_in_time(const json& claims, std::int64_t now_s) {
  const auto expires = time_of(claims, "exp");
  const auto issued = time_of(claims, "iat");
  if (!expires || !issued) return false;
  if (claim(claims, "nbf") != nullptr) {
    const auto begins = time_of(claims, "nbf");
    if (!begins || *begins > now_s + clock_skew_s) return false;
  }
  return *expires > now_s - clock_skew_s && *issued <= now_s + clock_skew_s &&
         *issued >= now_s - clock_skew_s - token_age_max_s;
}

bool says(const json& value, const std::string& wanted) {
  if (value.is_string()) return value.get_ref<const std::string&>() == wanted;
  return (value.is_boolean() || value.is_number_integer()) && value.dump() == wanted;
}

// The value itself, or one of a list.
bool has_claim(const json& claims, const TokenRules& rules) {
  if (rules.claim_name.empty()) return true;
  const json* const value = claim(claims, rules.claim_name);
  if (value == nullptr) return false;
  if (!value->is_array()) return says(*value, rules.claim_value);
  for (const json& one : *value)
    if (says(one, rules.claim_value)) return true;
  return false;
}

bool is_name(const std::string& name) {
  return !name.empty() && name.size() <= limits::name_bytes_max && is_plain_text(name) &&
         name.find_first_of("\n\t") == std::string::npos;
}

std::string name_of(const json& claims) {
  const std::string given = text_of(claims, "given_name");
  const std::string family = text_of(claims, "family_name");
  const std::string both = given.empty() || family.empty() ? std::string() : given + " " + family;
  for (const std::string& name : {text_of(claims, "name"), both, text_of(claims, "preferred_username")})
    if (is_name(name)) return name;
  return {};
}

}  // namespace

const char* fault_name(Fault fault) {
  switch (fault) {
    case Fault::none: return "none";
    case Fault::malformed: return "malformed";
    case Fault::algorithm: return "algorithm";
    case Fault::key: return "key";
    case Fault::signature: return "signature";
    case Fault::issuer: return "issuer";
    case Fault::audience: return "audience";
    case Fault::time: return "time";
    case Fault::nonce: return "nonce";
    case Fault::claim: return "claim";
    case Fault::name: return "name";
    case Fault::provider: return "provider";
  }
  return "malformed";
}

Verdict judge_claims(std::string_view content, const TokenRules& rules, std::string_view nonce,
                     std::int64_t now_s) {
  const auto claims = parse_json(content, JsonBounds{limits::id_token_bytes_max, 8, 4096});
  if (!claims.ok() || !claims->is_object() || text_of(*claims, "sub").empty()) return {Fault::malformed, {}};
  if (text_of(*claims, "iss") != rules.issuer) return {Fault::issuer, {}};
  if (!is_for(*claims, rules.client_id)) return {Fault::audience, {}};
  if (!is_in_time(*claims, now_s)) return {Fault::time, {}};
  if (nonce.empty() || text_of(*claims, "nonce") != nonce) return {Fault::nonce, {}};
  if (!has_claim(*claims, rules)) return {Fault::claim, {}};
  std::string name = name_of(*claims);
  if (name.empty()) return {Fault::name, {}};
  return {Fault::none, std::move(name)};
}

}  // namespace samplan::server::oidc
