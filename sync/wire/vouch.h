// Staff sign-in as bytes: POST /v1/vouch, and the statement that comes of it, in which the server says that
// an organisation knows a device's person as its employee. Layouts only. A statement opens nothing and lets
// nobody in; it stands beside the four words for whoever decides.
//
//   question   "SPQ1" | nonce 32
//   request    "SPV1" | device 16 | length u32 | body | signature 64      by the device, for one server
//     body     TLV  2 version u16 | 4 person 32 | 6 identity log of the person | 8 random 32 | 10 ID token
//   reply      a reply frame (message.h) over one of
//     settings TLV  2 version u16 | 4 offered u8 | 6 organisation | 8 issuer | 10 client id | 12 scope
//     outcome  TLV  2 version u16 | 4 status u8 | 6 statement (only with status ok)
//   statement  "SPW1" | length u32 | body | signature 64                  by the server
//     body     TLV  2 person 32 | 4 device 16 | 6 organisation | 8 name | 10 issuer | 12 issued u64 | 14
//     expires u64
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/sign.h"

namespace samplan {

using VouchRandom = std::array<std::uint8_t, 32>;

// What the ID token must carry as its nonce: a token that was made for one device vouches for no other.
std::string vouch_nonce(const PrincipalId& person, const DeviceId& device, const VouchRandom& random);

Bytes write_vouch_question(const VouchRandom& nonce);
// errors: malformed, truncated.
Status read_vouch_question(ByteView bytes);
// Tells the two apart by their first bytes.
bool is_vouch_question(ByteView bytes);

struct VouchSettings {
  bool offered = false;  // otherwise the rest is empty
  std::string organisation;
  std::string issuer;
  std::string client_id;
  std::string scope;
};
Bytes write_vouch_settings(const VouchSettings& settings);
Result<VouchSettings> read_vouch_settings(ByteView bytes);

struct VouchRequest {
  DeviceId device;
  PrincipalId person;
  std::vector<Bytes> identity;
  VouchRandom random{};
  std::string id_token;
  // After reading:
  Hash body_hash;
  Signature signature;
};
// `host`: as the server is addressed (with port), part of what is signed.
Bytes write_vouch_request(const VouchRequest& request, std::string_view host,
                          const crypto::SignKeyPair& device);
// errors: malformed, truncated, too_large, unknown_version. The signature is not judged.
Result<VouchRequest> read_vouch_request(ByteView bytes);
bool verify_vouch_request(const VouchRequest& request, std::string_view host, const SignPublicKey& device);

// Numbers are for ever.
enum class VouchStatus : std::uint8_t {
  ok = 0,
  not_offered = 1,   // this server knows no organisation that vouches
  bad_device = 2,    // the log or the signature does not hold, or the device is closed
  bad_token = 3,     // not a token of this provider for this server
  stale_token = 4,   // signed in too long ago
  other_device = 5,  // the token was made for another device
  not_employee = 6,  // the provider does not say what the organisation asks for
  no_name = 7,       // the provider gives no name
  try_later = 8,     // the provider cannot be reached
};
const char* vouch_status_name(VouchStatus status);

struct VouchOutcome {
  VouchStatus status = VouchStatus::ok;
  Bytes statement;
};
Bytes write_vouch_outcome(const VouchOutcome& outcome);
Result<VouchOutcome> read_vouch_outcome(ByteView bytes);

struct Vouch {
  PrincipalId person;
  DeviceId device;
  std::string organisation;
  std::string name;  // as the organisation knows the person
  std::string issuer;
  UnixMs issued_ms = 0;
  UnixMs expires_ms = 0;
};
Bytes write_vouch(const Vouch& vouch, const crypto::SignKeyPair& server);
// errors: malformed, truncated, too_large, not_utf8; forged: not by this server.
Result<Vouch> open_vouch(ByteView statement, const SignPublicKey& server);

}  // namespace samplan
