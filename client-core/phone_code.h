// The code of nine digits that one reads out to another by telephone, and what their two devices then say to
// each other in the meeting place (sync/wire/meet.h). Layouts and the CPace run behind them (crypto/cpace.h);
// who does what when is in phone_invite and phone_join.
//
//   code     NNN NNN NNN: the number of the box, and a secret below 1,000,000
//   message  version u8 = 1 | step u8 | try u8 (1, 2, 3) | content
//     1 call    inviter   session 16 | share 32
//     2 answer  newcomer  share 32 | tag 64
//     3 grant   inviter   tag 64 | the link, sealed
//     4 thanks  newcomer  nothing, sealed
//     5 dead    inviter   (nothing): tried in vain as often as it may be
//   run      code: the nine digits; channel: "samplan/phone/1" | server key 32 | number of the box u16;
//            session: session 16 | try u8
//   sealed   nonce 24 | XChaCha20-Poly1305; key: derive(the run's, "samplan/phone-link/1" in a grant, in a
//            thanks "samplan/phone-thanks/1"); associated data: purpose, session, try
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/entropy.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "crypto/cpace.h"

namespace samplan {

inline constexpr std::uint8_t phone_tries_max = 3;  // wrong answers that a code survives, and one more
inline constexpr UnixMs phone_code_ms = 15 * 60'000;
inline constexpr std::size_t phone_link_bytes_max = 3800;  // what fits beside tag and seal in one message

struct PhoneCode {
  std::uint16_t slot = 0;      // number of the box; the server knows it
  std::uint32_t secret = 0;    // six digits that it does not
  std::string digits() const;  // "482915637", as the run takes it
  std::string spoken() const;  // "482 915 637"
};

// Spaces of any kind, dashes, dots, slashes and brackets between the digits do not matter. errors: malformed,
// with a sentence that says how many digits there were.
Result<PhoneCode> read_phone_code(std::string_view typed);
// Whether somebody who typed this meant a code: digits and what may stand between them.
bool looks_like_phone_code(std::string_view typed);
std::uint32_t new_phone_secret(Entropy& entropy);

enum class PhoneStep : std::uint8_t { call = 1, answer = 2, grant = 3, thanks = 4, dead = 5 };

inline constexpr std::size_t phone_session_bytes = 16;
using PhoneSession = std::array<std::uint8_t, phone_session_bytes>;

struct PhoneMessage {
  PhoneStep step = PhoneStep::call;
  std::uint8_t attempt = 1;
  PhoneSession session{};  // call
  Bytes share;             // call, answer
  Bytes tag;               // answer, grant
  Bytes sealed;            // grant, thanks
};

Bytes write_phone_message(const PhoneMessage& message);
// errors: malformed, unknown_version.
Result<PhoneMessage> read_phone_message(ByteView bytes);

// Where a run belongs; the same on both sides, or it gives no key.
struct PhoneRun {
  PhoneCode code;
  SignPublicKey server_key;
  PhoneSession session{};
  std::uint8_t attempt = 1;
};

Result<crypto::CpaceStart> begin_phone_run(crypto::CpaceRole role, const PhoneRun& run, Entropy& entropy);
// `step`: grant or thanks.
Bytes seal_phone(const crypto::Secret32& key, PhoneStep step, const PhoneRun& run, ByteView plain,
                 Entropy& entropy);
Result<Bytes> open_phone(const crypto::Secret32& key, PhoneStep step, const PhoneRun& run, ByteView sealed);

}  // namespace samplan
