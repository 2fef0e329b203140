// Base 64 of RFC 4648 section 4 (with padding), as checkpoints and signed notes have it. Not for secrets.
#pragma once

#include <string>
#include <string_view>

#include "base/bytes.h"
#include "base/result.h"

namespace samplan::crypto {

std::string to_base64(ByteView bytes);
// The one encoding of some bytes, nothing else: no spaces, no missing padding, no bits left over. errors:
// malformed.
Result<Bytes> from_base64(std::string_view text);

}  // namespace samplan::crypto
