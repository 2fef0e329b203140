// SHA-256 (FIPS 180-4), for formats that others defined with it: the Merkle tree of RFC 6962 and the key ids
// of signed notes. Nothing of our own uses it: that is BLAKE2b with a label, in crypto/sign.h.
#pragma once

#include <initializer_list>

#include "base/bytes.h"
#include "base/ids.h"

namespace samplan::crypto {

// Of the parts, concatenated.
Hash sha256(std::initializer_list<ByteView> parts);

}  // namespace samplan::crypto
