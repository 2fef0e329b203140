#include "crypto/cpace.h"

#include <sodium.h>

#include "crypto/cpace_draft.h"
#include "crypto/sign.h"

namespace samplan::crypto {
namespace {

constexpr std::size_t code_bytes_max = 64;
constexpr std::size_t channel_bytes_max = 1024;
constexpr std::size_t session_bytes_max = 64;
constexpr std::uint8_t saved_start = 1;  // first byte of what save() gives: what it is, and its version
constexpr std::uint8_t saved_finish = 2;

Error wrong_code() {
  return {Errc::wrong_passphrase, "cpace", "Koden stemmer ikke. Be om en ny kode og prøv igjen."};
}

}  // namespace

Result<CpaceStart> CpaceStart::begin(CpaceRole role, const CpaceInput& input, Entropy& entropy) {
  if (input.code.empty() || input.session.empty()) return Error{Errc::invalid_argument, "cpace"};
  if (input.code.size() > code_bytes_max || input.channel.size() > channel_bytes_max ||
      input.session.size() > session_bytes_max || input.own_data.size() > cpace_data_bytes_max)
    return Error{Errc::too_large, "cpace"};
  auto generator = cpace_draft::calculate_generator(ByteView::of(input.code), input.channel, input.session);
  CpaceStart out;
  out.role_ = role;
  out.scalar_ = cpace_draft::sample_scalar(entropy);
  const auto share = cpace_draft::scalar_mult_vfy(out.scalar_, generator);
  sodium_memzero(generator.data(), generator.size());  // with it a code could be tried against the message
  if (!share) return Error{Errc::io, "cpace"};  // the scalar is zero: no generator that works gives that
  out.share_ = *share;
  out.session_ = input.session.copy();
  out.own_data_ = input.own_data.copy();
  return out;
}

Bytes CpaceStart::message() const {
  Bytes out = ByteView(share_).copy();
  append(out, own_data_);
  return out;
}

Result<CpaceFinish> CpaceStart::finish(ByteView their_message) && {
  Reader in(their_message);
  const auto their_share = in.array<32>();
  const ByteView their_data = in.rest();
  if (!in.ok()) return Error{Errc::truncated, "cpace"};
  if (their_data.size() > cpace_data_bytes_max) return Error{Errc::too_large, "cpace"};
  // With clear roles a reflected message gives no common key anyway; said aloud, it can be told from a wrong
  // code.
  if (their_share == share_) return Error{Errc::refused, "cpace"};
  auto k = cpace_draft::scalar_mult_vfy(scalar_, their_share);
  if (!k) return Error{Errc::malformed, "cpace"};
  const bool is_first = role_ == CpaceRole::initiator;
  const Bytes transcript = is_first ? cpace_draft::transcript_ir(share_, own_data_, their_share, their_data)
                                    : cpace_draft::transcript_ir(their_share, their_data, share_, own_data_);
  auto isk = cpace_draft::session_key(session_, *k, transcript);
  CpaceFinish out;
  out.own_tag_ = cpace_draft::confirmation(session_, isk, share_, own_data_);
  out.expected_tag_ = cpace_draft::confirmation(session_, isk, their_share, their_data);
  Hash key = hash("samplan/cpace-key/1", {isk});
  out.key_ = Secret32::from(key.view());
  out.their_data_ = their_data.copy();
  sodium_memzero(k->data(), k->size());
  sodium_memzero(isk.data(), isk.size());
  sodium_memzero(key.bytes.data(), key.bytes.size());
  scalar_ = Secret32{};  // never used again
  return out;
}

Result<CpaceSession> CpaceFinish::confirm(ByteView their_tag) && {
  if (their_tag.size() != cpace_tag_bytes) return Error{Errc::truncated, "cpace"};
  if (!has_key_) return Error{Errc::refused, "cpace"};  // the key is gone; zeros must not pass for one
  has_key_ = false;
  const bool is_same = sodium_memcmp(their_tag.data(), expected_tag_.data(), cpace_tag_bytes) == 0;
  Secret32 key = std::move(key_);
  if (!is_same) return wrong_code();
  return CpaceSession{std::move(key), std::move(their_data_)};
}

Bytes CpaceStart::save() const {
  Bytes out;
  out.reserve(2 + 32 + 32 + 2 + session_.size() +
              own_data_.size());  // growing would leave copies of the secret
  append_u8(out, saved_start);
  append_u8(out, static_cast<std::uint8_t>(role_));
  append(out, scalar_.view());
  append(out, share_);
  append_u16(out, static_cast<std::uint16_t>(session_.size()));
  append(out, session_);
  append(out, own_data_);
  return out;
}

Result<CpaceStart> CpaceStart::restore(ByteView saved) {
  Reader in(saved);
  const bool is_known = in.u8() == saved_start;
  CpaceStart out;
  const std::uint8_t role = in.u8();
  const ByteView scalar = in.take(32);
  out.share_ = in.array<32>();
  out.session_ = in.take(in.u16()).copy();
  out.own_data_ = in.rest().copy();
  if (!in.ok()) return Error{Errc::truncated, "cpace"};
  if (!is_known) return Error{Errc::unknown_version, "cpace"};
  const bool has_role = role == 1 || role == 2;
  if (!has_role || out.session_.empty() || out.session_.size() > session_bytes_max ||
      out.own_data_.size() > cpace_data_bytes_max)
    return Error{Errc::malformed, "cpace"};
  out.role_ = static_cast<CpaceRole>(role);
  out.scalar_ = Secret32::from(scalar);
  return out;
}

Bytes CpaceFinish::save() const {
  Bytes out;
  out.reserve(1 + 2 * cpace_tag_bytes + 32 + their_data_.size());
  append_u8(out, saved_finish);
  append(out, own_tag_);
  append(out, expected_tag_);
  append(out, key_.view());
  append(out, their_data_);
  return out;
}

Result<CpaceFinish> CpaceFinish::restore(ByteView saved) {
  Reader in(saved);
  const bool is_known = in.u8() == saved_finish;
  CpaceFinish out;
  out.own_tag_ = in.array<cpace_tag_bytes>();
  out.expected_tag_ = in.array<cpace_tag_bytes>();
  const ByteView key = in.take(32);
  out.their_data_ = in.rest().copy();
  if (!in.ok()) return Error{Errc::truncated, "cpace"};
  if (!is_known) return Error{Errc::unknown_version, "cpace"};
  if (out.their_data_.size() > cpace_data_bytes_max) return Error{Errc::malformed, "cpace"};
  out.key_ = Secret32::from(key);
  return out;
}

}  // namespace samplan::crypto
