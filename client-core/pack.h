// Makes the plaintext of an envelope small before it is sealed. What is sealed together comes from one author, so the
// length of the whole tells nobody about a part of it that another person chose.
#pragma once

#include "base/bytes.h"
#include "base/entropy.h"
#include "base/result.h"
#include "crypto/aead.h"
#include "sync/wire/envelope.h"

namespace samplan {

// What one envelope may expand to. A batch is bounded as if it were not packed, so packing gives a hostile author no
// more work to cause for each byte that travels; a snapshot holds a whole section.
inline constexpr std::size_t batch_plain_bytes_max = 1U << 20;
inline constexpr std::size_t snapshot_plain_bytes_max = 16U << 20;

// Layout: 0 || plain, or 1 || length u32 || zlib stream (RFC 1950), whichever is shorter.
Bytes pack(ByteView plain);

// Never expands to more than `bytes_max`, whatever the stream claims. errors: truncated, malformed, unknown_version,
// too_large.
Result<Bytes> unpack(ByteView packed, std::size_t bytes_max);

// Seals packed content under the header; opens and unpacks it, within the bound of the envelope's kind.
// errors of opening: cannot_open, and those of unpack.
Result<crypto::Sealed> seal_content(const crypto::SectionKey& key, ByteView header144, ByteView plain,
                                    Entropy& entropy);
Result<Bytes> open_content(const crypto::SectionKey& key, const Envelope& envelope);

}  // namespace samplan
