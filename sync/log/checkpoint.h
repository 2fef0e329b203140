// The signed head of a Merkle tree as text (c2sp.org/tlog-checkpoint), in a form that witnesses can cosign
// and other people's tools can compare. Holds numbers and hashes only, no name of a plan or a person. Says
// nothing of what the leaves are, and never decides when one is made.
//
//   origin        who keeps the log, for example "samplan.example/plans"
//   size          number of leaves, decimal
//   root          base64 of 32 bytes
//   extensions    any number of further lines, meaning nothing here
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "crypto/sign.h"
#include "sync/log/signed_note.h"

namespace samplan {

inline constexpr std::size_t checkpoint_line_bytes_max = 1024;
inline constexpr std::size_t checkpoint_extensions_max = 16;

struct Checkpoint {
  std::string origin;
  std::uint64_t size = 0;
  Hash root;
  std::vector<std::string> extensions;
};

// The text of the note. errors: invalid_argument (an empty line, a newline or control character in one),
// too_large.
Result<std::string> write_checkpoint(const Checkpoint& checkpoint);
// errors: malformed, not_utf8, too_large.
Result<Checkpoint> parse_checkpoint(std::string_view text);

// The whole note, signed under the origin as key name. Whoever signs must know that it continues every one
// signed before: two that do not are proof of a lie for ever. errors: as write_checkpoint; invalid_argument
// also when the origin is no note name.
Result<std::string> sign_checkpoint(const Checkpoint& checkpoint, const crypto::SignKeyPair& pair);

struct OpenCheckpoint {
  Checkpoint checkpoint;
  SignedNote note;  // with all its signatures, for verify_cosignature
};
// A note whose origin is the log's name and which the log has signed. Whether it continues an earlier one is
// for merkle::verify_consistency. errors: as parse_note and parse_checkpoint; invalid_argument (another
// log's), not_found (not signed by it), forged.
Result<OpenCheckpoint> open_checkpoint(std::string_view note, const NoteKey& log);

}  // namespace samplan
