// The functions of draft-irtf-cfrg-cpace-21 for the suite CPACE-RISTR255-SHA512, each under the draft's name,
// so that its test vectors can be put to them. crypto/cpace.h is what the rest of the program uses; nothing
// here guards against a peer's bad points or a scalar that is used twice.
#pragma once

#include <array>
#include <initializer_list>
#include <optional>

#include "base/bytes.h"
#include "base/entropy.h"
#include "crypto/secret.h"

namespace samplan::crypto::cpace_draft {

using Point = std::array<std::uint8_t, 32>;   // encoded group element, RFC 9496
using Digest = std::array<std::uint8_t, 64>;  // SHA-512

// Each part with its length (LEB128) before it.
Bytes lv_cat(std::initializer_list<ByteView> parts);
// lv_cat(DSI, PRS, zeros, CI, sid), the zeros filling SHA-512's first block of 128 bytes.
Bytes generator_string(ByteView prs, ByteView ci, ByteView sid);
Point calculate_generator(ByteView prs, ByteView ci, ByteView sid);
// Uniform modulo the group's order.
Secret32 sample_scalar(Entropy& entropy);
// y * X; nothing where the draft says G.I: X does not decode, or the result is the neutral element.
std::optional<Point> scalar_mult_vfy(const Secret32& y, const Point& x);
// The transcript with clear roles: lv_cat(Ya, ADa) || lv_cat(Yb, ADb).
Bytes transcript_ir(const Point& ya, ByteView ada, const Point& yb, ByteView adb);
// SHA-512(lv_cat("CPaceRistretto255_ISK", sid, K) || transcript)
Digest session_key(ByteView sid, const Point& k, ByteView transcript);
// Section "Key confirmation": HMAC-SHA-512 with SHA-512("CPaceMac" || sid || ISK) over lv_cat(Y, AD).
Digest confirmation(ByteView sid, const Digest& isk, const Point& y, ByteView ad);

}  // namespace samplan::crypto::cpace_draft
