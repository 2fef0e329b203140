// The envelope: one sealed, signed batch of changes to one section of one plan. This room knows only where the bytes
// lie; who may write what is sync/log, what is inside is client-core/plan.
//
//   off  size  field                                              all integers little-endian
//   0    4     "SPE1"
//   4    1     kind        1 change, 2 snapshot, 3 access event, 5 attestation of a snapshot
//   5    1     suite       1 = BLAKE2b-256, XChaCha20-Poly1305-IETF, Ed25519
//   6    2     flags       b1 proposal, others 0
//   8    32    plan
//   40   2     section
//   42   2     zero
//   44   4     key epoch
//   48   16    author device
//   64   8     author_seq  per device, section and epoch: 1, 2, 3 ...
//   72   32    author_prev id of the author's previous envelope of this section and epoch, or zero
//   104  8     gov_seq     last governance record that the author had verified
//   112  32    gov_head    its hash
//   144  24    nonce
//   168  4     ct_len
//   172  n     ciphertext with 16-byte tag
//   172+n 64   Ed25519 signature over "samplan/envelope/1" and the id
//
// id = BLAKE2b-256("samplan/envelope-id/1", bytes[0, 172+n)). The signature is outside the id, so a second signature
// on the same content is the same envelope. Bytes are hashed and verified as received, never re-encoded.
#pragma once

#include "base/bytes.h"
#include "base/ids.h"
#include "base/result.h"
#include "crypto/sign.h"

namespace samplan {

enum class EnvelopeKind : std::uint8_t { change = 1, snapshot = 2, access_event = 3, attestation = 5 };

inline constexpr std::size_t envelope_header_bytes = 172;
inline constexpr std::size_t envelope_unsealed_header_bytes = 144;  // up to and excluding the nonce
inline constexpr std::size_t envelope_overhead_bytes = envelope_header_bytes + 64;
inline constexpr std::uint16_t envelope_flag_proposal = 2;

struct EnvelopeHeader {
  EnvelopeKind kind = EnvelopeKind::change;
  bool proposal = false;
  PlanId plan;
  SectionId section = 0;
  std::uint32_t epoch = 0;
  DeviceId author;
  std::uint64_t author_seq = 0;
  Hash author_prev;
  std::uint64_t gov_seq = 0;
  Hash gov_head;
};

// A parsed envelope; the views point into the bytes that were read.
struct Envelope {
  EnvelopeHeader header;
  Hash id;
  ByteView bytes;       // the whole
  ByteView header172;   // associated data of the ciphertext
  ByteView ciphertext;
  Signature signature;
};

// Checks layout and bounds only. errors: truncated, malformed, too_large, unknown_version (suite, kind or flags).
Result<Envelope> read_envelope(ByteView bytes);

// The first 144 bytes, which the sealing binds.
Bytes write_header144(const EnvelopeHeader& header);

// header144 || nonce || ct_len || ciphertext || signature.
Bytes finish_envelope(ByteView header144, ByteView nonce, ByteView ciphertext, const crypto::SignKeyPair& author);

bool verify_envelope(const Envelope& envelope, const SignPublicKey& author);

// Running hash of a section: chain(0) = H("samplan/chain/1", plan, section); chain(n) = H("samplan/chain/1",
// chain(n-1), id(n)).
Hash chain_start(const PlanId& plan, SectionId section);
Hash chain_next(const Hash& chain, const Hash& envelope_id);

}  // namespace samplan
