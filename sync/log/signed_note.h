// Signed notes (c2sp.org/signed-note): a text and one or more lines with signatures under it, in a form that
// other people's tools check too. Ed25519 signatures (type 1) and a witness's timestamped cosignatures (type
// 4, c2sp.org/tlog-cosignature). Signatures of keys that nobody asks about are kept and mean nothing.
//
//   text, ending in a newline
//   (empty line)
//   «— » name « » base64(key id u32, big-endian | signature)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "crypto/sign.h"

namespace samplan {

inline constexpr std::size_t note_bytes_max = 256U << 10;
inline constexpr std::size_t note_signatures_max = 32;         // the format asks for 16 at least
inline constexpr std::size_t note_signature_bytes_max = 8192;  // post-quantum ones take nearly 5000
inline constexpr std::size_t note_name_bytes_max = 255;

struct NoteSignature {
  std::string name;
  std::uint32_t key_id = 0;
  Bytes signature;  // without the key id
};

struct SignedNote {
  std::string text;  // with its last newline
  std::vector<NoteSignature> signatures;
};

enum class NoteKeyType : std::uint8_t { ed25519 = 1, cosignature = 4 };

struct NoteKey {
  std::string name;  // by custom a URL without «https://»
  NoteKeyType type = NoteKeyType::ed25519;
  SignPublicKey key;
  // First 4 bytes of SHA-256(name | newline | type u8 | key).
  std::uint32_t id() const;
};

// Not empty, at most 255 bytes of UTF-8, without control characters, white space (of all Unicode) or «+».
bool is_note_name(std::string_view name);

// The form in which keys are published: name "+" hex(id) "+" base64(type u8 | key).
std::string write_note_key(const NoteKey& key);
// errors: malformed (also when the id is not that of the key), unknown_version (a type we do not know).
Result<NoteKey> parse_note_key(std::string_view text);

std::string write_note(const SignedNote& note);
// Every signature line has the right form; none is verified yet. errors: malformed, not_utf8, too_large.
Result<SignedNote> parse_note(std::string_view note);

// Adds a line under a text that ends in a newline and holds no control character; cosigning is for
// checkpoints
// (`seconds` since 1970, a statement of the witness). Only what parse_note reads again is signed, and no text
// that begins as a cosigned one does, so that a key used for both never says the one by saying the other.
// errors: invalid_argument (name, text, seconds above 2^63 - 1), too_large.
Status sign_note(SignedNote& note, std::string_view name, const crypto::SignKeyPair& pair);
Status cosign_note(SignedNote& note, std::string_view name, const crypto::SignKeyPair& pair,
                   std::uint64_t seconds);

// Good if the key (type ed25519) has signed, and every line under its name and id verifies. A text that
// begins as a cosigned one is forged: with such a key it would be a witness's statement in disguise. errors:
// not_found (it has not signed), forged.
Status verify_note(const SignedNote& note, const NoteKey& key);
// The time of a witness's (type cosignature) latest statement. errors: as above.
Result<std::uint64_t> verify_cosignature(const SignedNote& note, const NoteKey& witness);

}  // namespace samplan
