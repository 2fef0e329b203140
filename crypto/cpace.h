// A strong shared key out of a short code that two people have told each other by telephone: CPace over
// ristretto255 with SHA-512 (draft-irtf-cfrg-cpace-21, suite CPACE-RISTR255-SHA512, with clear roles and
// explicit key confirmation). Whoever relays the messages, the server too, can try one code for each run that
// they take part in and learns nothing else; no code can be tried afterwards. Never gives out a key before
// the other side has proved that it has the same.
//
//   creator of the code (initiator)              who types it (responder)
//   CpaceStart::begin                            CpaceStart::begin
//   message()                    -------->       finish(theirs) -> CpaceFinish
//   finish(theirs)               <--------       message(), tag()
//   confirm(their tag) -> key
//   tag()                        -------->       confirm(their tag) -> key
//
// Each run has a fresh start: a code may be tried again (a limited number of times), a CpaceStart may not.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/entropy.h"
#include "base/result.h"
#include "crypto/secret.h"

namespace samplan::crypto {

enum class CpaceRole : std::uint8_t { initiator = 1, responder = 2 };

// What is longer is sent beside the run and its hash put here.
inline constexpr std::size_t cpace_data_bytes_max = 4096;
inline constexpr std::size_t cpace_tag_bytes = 64;  // HMAC-SHA-512
using CpaceTag = std::array<std::uint8_t, cpace_tag_bytes>;

struct CpaceInput {
  // As both spell it: digits without spaces.
  std::string_view code;
  // What both know of where they are (server key, purpose); never sent.
  ByteView channel;
  // Public and unique for this run (for example the relay's box and the number of the try).
  ByteView session;
  // Sent in clear, and vouched for when the run succeeds (own principal, own identity head).
  ByteView own_data;
};

struct CpaceSession {
  Secret32 key;      // the same on both sides, for nobody else: H("samplan/cpace-key/1", ISK)
  Bytes their_data;  // what the other side put in as `own_data`
};

// Both messages have been seen; whether the codes were the same is not known yet.
class CpaceFinish {
 public:
  // To be sent. It tells the code to nobody, but lets its reader check the one code that they had used.
  const CpaceTag& tag() const { return own_tag_; }
  // The key, if the other side had the same code, channel and session and both saw the same messages. One
  // attempt: a second call is refused whatever its tag. errors: truncated (no attempt); wrong_passphrase
  // (another code, or somebody changed something on the way); refused.
  Result<CpaceSession> confirm(ByteView their_tag) &&;

  // For a program that ends between two steps. Secret: to be sealed by the caller, and deleted before it is
  // used.
  Bytes save() const;
  static Result<CpaceFinish> restore(ByteView saved);

 private:
  friend class CpaceStart;
  CpaceFinish() = default;
  CpaceTag own_tag_{};
  CpaceTag expected_tag_{};
  Secret32 key_;
  bool has_key_ = true;
  Bytes their_data_;
};

class CpaceStart {
 public:
  // errors: invalid_argument (empty code or session), too_large (a bound above), io (no randomness).
  static Result<CpaceStart> begin(CpaceRole role, const CpaceInput& input, Entropy& entropy);

  // To be sent:  share 32 | own data
  Bytes message() const;
  // Once: the secret scalar is wiped, and a second call gives malformed. errors: truncated, too_large,
  // malformed (no group element, or the neutral one), refused (our own message sent back).
  Result<CpaceFinish> finish(ByteView their_message) &&;

  // As for CpaceFinish.
  Bytes save() const;
  static Result<CpaceStart> restore(ByteView saved);

 private:
  CpaceStart() = default;
  CpaceRole role_ = CpaceRole::initiator;
  Secret32 scalar_;
  std::array<std::uint8_t, 32> share_{};
  Bytes session_;
  Bytes own_data_;
};

}  // namespace samplan::crypto
