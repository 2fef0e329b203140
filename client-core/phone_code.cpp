#include "client-core/phone_code.h"

#include "base/limits.h"
#include "crypto/aead.h"

namespace samplan {
namespace {

constexpr std::size_t digits_count = 9;
constexpr std::uint32_t secrets = 1'000'000;
constexpr std::uint8_t message_version = 1;
constexpr std::string_view purpose = "samplan/phone/1";
constexpr std::size_t share_bytes = 32;
constexpr std::size_t seal_bytes = crypto::nonce_bytes + crypto::tag_bytes;

std::string padded(std::uint32_t number, std::size_t width) {
  std::string out = std::to_string(number);
  return out.size() < width ? std::string(width - out.size(), '0') + out : out;
}

// Bytes of what people and their programs put between digits, at the start of `text`; 0: something else.
std::size_t between_digits(std::string_view text) {
  constexpr std::string_view plain = " \t\r\n-_./,()+";
  if (plain.find(text.front()) != std::string_view::npos) return 1;
  for (const std::string_view wide :
       {"\xC2\xA0", "\xE2\x80\x91", "\xE2\x80\x93", "\xE2\x80\xAF", "\xE2\x80\x89", "\xC2\xAB", "\xC2\xBB"})
    if (text.substr(0, wide.size()) == wide) return wide.size();
  return 0;
}

// The digits alone; false if there is anything that does not belong.
bool take_digits(std::string_view typed, std::string& digits) {
  while (!typed.empty()) {
    const char c = typed.front();
    std::size_t taken = 1;
    if (c >= '0' && c <= '9') {
      digits.push_back(c);
    } else {
      taken = between_digits(typed);
      if (taken == 0) return false;
    }
    typed.remove_prefix(taken);
  }
  return true;
}

Bytes context_of(const PhoneRun& run) {
  Bytes out = ByteView(run.session).copy();
  append_u8(out, run.attempt);
  return out;
}

crypto::Secret32 step_key(const crypto::Secret32& key, PhoneStep step) {
  return crypto::derive(key, step == PhoneStep::grant ? "samplan/phone-link/1" : "samplan/phone-thanks/1",
                        {});
}

}  // namespace

std::string PhoneCode::digits() const { return padded(slot, 3) + padded(secret, 6); }

std::string PhoneCode::spoken() const {
  const std::string all = digits();
  return all.substr(0, 3) + " " + all.substr(3, 3) + " " + all.substr(6, 3);
}

Result<PhoneCode> read_phone_code(std::string_view typed) {
  std::string digits;
  if (typed.size() > 256 || !take_digits(typed, digits))
    return Error{Errc::malformed, "phone.code", "En kode har bare sifre, ni i alt, som 123 456 789."};
  if (digits.size() != digits_count)
    return Error{Errc::malformed, "phone.code",
                 "En kode har ni sifre, som 123 456 789. Her er det " + std::to_string(digits.size()) + "."};
  std::uint32_t number = 0;
  for (const char c : digits) number = number * 10 + static_cast<std::uint32_t>(c - '0');
  PhoneCode out;
  out.slot = static_cast<std::uint16_t>(number / secrets);
  out.secret = number % secrets;
  return out;
}

bool looks_like_phone_code(std::string_view typed) {
  std::string digits;
  return take_digits(typed, digits) && !digits.empty();
}

std::uint32_t new_phone_secret(Entropy& entropy) {
  // Of 64 bits, so that every code is as likely as the next but for one in 10^13.
  std::array<std::uint8_t, 8> raw{};
  entropy.fill(raw.data(), raw.size());
  return static_cast<std::uint32_t>(load_u64(ByteView(raw.data(), raw.size()), 0) % secrets);
}

Bytes write_phone_message(const PhoneMessage& m) {
  Bytes out;
  append_u8(out, message_version);
  append_u8(out, static_cast<std::uint8_t>(m.step));
  append_u8(out, m.attempt);
  if (m.step == PhoneStep::call) append(out, m.session);
  if (m.step == PhoneStep::call || m.step == PhoneStep::answer) append(out, m.share);
  if (m.step == PhoneStep::answer || m.step == PhoneStep::grant) append(out, m.tag);
  if (m.step == PhoneStep::grant || m.step == PhoneStep::thanks) append(out, m.sealed);
  return out;
}

Result<PhoneMessage> read_phone_message(ByteView bytes) {
  const Error malformed{Errc::malformed, "phone_message"};
  Reader in(bytes);
  const std::uint8_t version = in.u8();
  const std::uint8_t step = in.u8();
  PhoneMessage m;
  m.attempt = in.u8();
  if (!in.ok()) return malformed;
  if (version != message_version) return Error{Errc::unknown_version, "phone_message"};
  if (step < 1 || step > 5 || m.attempt < 1 || m.attempt > phone_tries_max) return malformed;
  m.step = static_cast<PhoneStep>(step);
  if (m.step == PhoneStep::call) m.session = in.array<phone_session_bytes>();
  if (m.step == PhoneStep::call || m.step == PhoneStep::answer) m.share = in.take(share_bytes).copy();
  if (m.step == PhoneStep::answer || m.step == PhoneStep::grant)
    m.tag = in.take(crypto::cpace_tag_bytes).copy();
  m.sealed = in.rest().copy();
  if (!in.ok()) return malformed;
  const bool fits = m.step == PhoneStep::grant    ? m.sealed.size() > seal_bytes
                    : m.step == PhoneStep::thanks ? m.sealed.size() == seal_bytes
                                                  : m.sealed.empty();
  if (!fits || bytes.size() > limits::meet_message_bytes_max) return malformed;
  return m;
}

Result<crypto::CpaceStart> begin_phone_run(crypto::CpaceRole role, const PhoneRun& run, Entropy& entropy) {
  Bytes channel = ByteView::of(purpose).copy();
  append(channel, run.server_key.view());
  append_u16(channel, run.code.slot);
  const Bytes session = context_of(run);
  const std::string digits = run.code.digits();
  crypto::CpaceInput input;
  input.code = digits;
  input.channel = channel;
  input.session = session;
  return crypto::CpaceStart::begin(role, input, entropy);
}

Bytes seal_phone(const crypto::Secret32& key, PhoneStep step, const PhoneRun& run, ByteView plain,
                 Entropy& entropy) {
  return crypto::seal_local(step_key(key, step), purpose, context_of(run), plain, entropy);
}

Result<Bytes> open_phone(const crypto::Secret32& key, PhoneStep step, const PhoneRun& run, ByteView sealed) {
  return crypto::open_local(step_key(key, step), purpose, context_of(run), sealed);
}

}  // namespace samplan
