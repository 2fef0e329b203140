// Base 64 of RFC 4648, as checkpoints, signed notes and web tokens have it. Not for secrets.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace samplan::crypto {

// Section 4, with padding.
std::string to_base64(ByteView bytes);
// The one encoding of some bytes, nothing else: no spaces, no missing padding, no bits left over. errors:
// malformed.
Result<Bytes> from_base64(std::string_view text);

// The same of section 5, «base64url» without padding, as web tokens and PKCE have it.
std::string to_base64url(ByteView bytes);
Result<Bytes> from_base64url(std::string_view text);

}  // namespace samplan::crypto
