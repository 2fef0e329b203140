#include "client-core/recovery_code.h"

#include <array>

#include "base/check.h"
#include "crypto/sign.h"

namespace samplan {
namespace {

constexpr std::string_view alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t data_symbols = code_group_chars - 1;  // of a group
constexpr std::size_t check_bytes = 2;
constexpr std::uint8_t version =
    1;  // lowest three bits of the first byte; the kind's letter is the five above
constexpr std::size_t typed_bytes_max = 1024;
constexpr std::uint8_t no_symbol = 32;  // a character that is none

using Symbols = Bytes;  // one symbol each

std::size_t payload_bytes(CodeKind kind) { return kind == CodeKind::recovery ? 32 : crypto::share_bytes; }

std::uint8_t first_byte(CodeKind kind) {
  const std::size_t letter = alphabet.find(static_cast<char>(kind));
  return static_cast<std::uint8_t>((letter << 3) | version);
}

std::uint8_t check_symbol(const std::uint8_t* data, std::size_t position) {
  unsigned sum = 0;
  // Horner's rule: each symbol is doubled once more than the one before.
  for (std::size_t i = data_symbols; i-- > 0;) {
    sum ^= data[i];
    sum <<= 1;
    if ((sum & 0x20U) != 0) sum ^= 0x25U;
  }
  return static_cast<std::uint8_t>(sum ^ (position & 0x1fU));
}

Bytes digest_of(ByteView body) {
  return crypto::hash("samplan/paper-code/1", {body}).view().sub(0, check_bytes).copy();
}

std::string write(CodeKind kind, ByteView payload) {
  Bytes bytes{first_byte(kind)};
  bytes.reserve(1 + payload.size() + check_bytes);
  append(bytes, payload);
  append(bytes, digest_of(bytes));
  SP_CHECK(bytes.size() * 8 == code_groups(kind) * data_symbols * 5);
  std::string out;
  out.reserve(code_groups(kind) * (code_group_chars + 1));  // growing would leave copies behind
  std::array<std::uint8_t, data_symbols> group{};
  unsigned bits = 0;
  unsigned held = 0;
  std::size_t count = 0;
  for (const std::uint8_t b : bytes) {
    bits = ((bits & 0x1fU) << 8) | b;
    for (held += 8; held >= 5;) {
      held -= 5;
      group[count % data_symbols] = (bits >> held) & 0x1fU;
      out += alphabet[group[count % data_symbols]];
      ++count;
      if (count % data_symbols != 0) continue;
      out += alphabet[check_symbol(group.data(), count / data_symbols - 1)];
      if (count / data_symbols < code_groups(kind)) out += ' ';
    }
  }
  crypto::wipe(bytes);
  return out;
}

bool starts_with(std::string_view text, std::string_view what) { return text.substr(0, what.size()) == what; }

// How many bytes at the front are something that people put between groups; 0 if none.
std::size_t separator_size(std::string_view text) {
  if (std::string_view(" \t\r\n-.,:_").find(text.front()) != std::string_view::npos) return 1;
  if (starts_with(text, "\xc2\xa0")) return 2;  // no-break space
  const bool is_dash =                          // U+2010 to U+2015
      starts_with(text, "\xe2\x80") && text.size() >= 3 && text[2] >= '\x90' && text[2] <= '\x95';
  const bool is_minus = starts_with(text, "\xe2\x88\x92");
  return is_dash || is_minus ? 3 : 0;
}

std::uint8_t symbol_of(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (c == 'O') c = '0';
  if (c == 'I' || c == 'L') c = '1';
  const std::size_t at = alphabet.find(c);
  return at == std::string_view::npos ? no_symbol : static_cast<std::uint8_t>(at);
}

// One number a character, separators left out. A character of several bytes counts once.
Symbols symbols_of(std::string_view typed) {
  Symbols out;
  out.reserve(typed.size());
  while (!typed.empty()) {
    std::size_t size = separator_size(typed);
    if (size == 0) {
      const bool is_slashed = starts_with(typed, "\xc3\x98") || starts_with(typed, "\xc3\xb8");  // Ø, ø
      out.push_back(is_slashed ? std::uint8_t{0} : symbol_of(typed.front()));
      size = 1;
      while (size < typed.size() && (static_cast<std::uint8_t>(typed[size]) & 0xc0U) == 0x80U) ++size;
    }
    typed.remove_prefix(size);
  }
  return out;
}

std::vector<std::size_t> wrong_groups(const Symbols& symbols) {
  std::vector<std::size_t> out;
  for (std::size_t g = 0; (g + 1) * code_group_chars <= symbols.size(); ++g) {
    const std::uint8_t* group = symbols.data() + g * code_group_chars;
    bool is_right = check_symbol(group, g) == group[data_symbols];
    for (std::size_t i = 0; i < code_group_chars; ++i) is_right = is_right && group[i] != no_symbol;
    if (!is_right) out.push_back(g + 1);
  }
  return out;
}

std::string where(const std::vector<std::size_t>& groups) {
  if (groups.size() > 4)
    return "Feil i flere grupper, først i gruppe " + std::to_string(groups.front()) + ".";
  std::string out = "Feil i gruppe ";
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (i != 0) out += i + 1 == groups.size() ? " og " : ", ";
    out += std::to_string(groups[i]);
  }
  return out + ".";
}

Error wrong_length(CodeKind kind, const Symbols& symbols, const std::vector<std::size_t>& wrong) {
  const std::size_t wanted = code_groups(kind) * code_group_chars;
  const bool is_short = symbols.size() < wanted;
  std::string text = "Koden har " + std::to_string(wanted) + " tegn i " + std::to_string(code_groups(kind)) +
                     " grupper; her er det " + std::to_string(symbols.size()) + ".";
  // From where a character is missing or too many, hardly any group fits.
  if (!wrong.empty()) text += " Se fra gruppe " + std::to_string(wrong.front()) + ".";
  return {is_short ? Errc::truncated : Errc::too_large, "code", text};
}

Bytes bytes_of(const Symbols& symbols) {
  Bytes out;
  out.reserve(symbols.size());
  unsigned bits = 0;
  unsigned held = 0;
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    if (i % code_group_chars == data_symbols) continue;
    bits = ((bits << 5) | symbols[i]) & 0xfffU;
    held += 5;
    if (held < 8) continue;
    held -= 8;
    out.push_back(static_cast<std::uint8_t>(bits >> held));
  }
  return out;
}

std::optional<CodeKind> kind_of(const Symbols& symbols) {
  for (const CodeKind kind : {CodeKind::recovery, CodeKind::share})
    if (!symbols.empty() && symbols[0] == first_byte(kind) >> 3) return kind;
  return std::nullopt;
}

// The payload of a code of this kind, out of all its symbols.
Result<Bytes> payload_of(CodeKind kind, const Symbols& symbols) {
  const auto wrong = wrong_groups(symbols);
  const auto found = kind_of(symbols);
  const bool is_first_right = symbols.size() >= code_group_chars && (wrong.empty() || wrong.front() != 1);
  if (is_first_right && found && found != kind)
    return Error{Errc::invalid_argument, "code",
                 found == CodeKind::share
                     ? "Dette er en del av en delt kode (den begynner med D), ikke en hel kode."
                     : "Dette er en hel gjenopprettingskode (den begynner med R), ikke en del."};
  if (symbols.size() != code_groups(kind) * code_group_chars) return wrong_length(kind, symbols, wrong);
  if (!wrong.empty()) return Error{Errc::malformed, "code", where(wrong)};
  if (!found) return Error{Errc::malformed, "code", "Dette er ikke en kode fra Samplan."};
  Bytes bytes = bytes_of(symbols);
  const ByteView all(bytes);
  const std::size_t body = 1 + payload_bytes(kind);
  const bool is_known = bytes[0] == first_byte(kind);
  const bool is_whole = ByteView(digest_of(all.sub(0, body))) == all.from(body);
  Result<Bytes> out = all.sub(1, payload_bytes(kind)).copy();
  crypto::wipe(bytes);
  if (is_known && is_whole) return out;
  crypto::wipe(*out);
  if (!is_known) return Error{Errc::unknown_version, "code", "Koden er laget av en nyere utgave av Samplan."};
  return Error{Errc::malformed, "code", "Noe er skrevet feil. Se over hele koden én gang til."};
}

Result<Bytes> read(CodeKind kind, std::string_view typed) {
  if (typed.size() > typed_bytes_max)
    return Error{Errc::too_large, "code", "Dette er for langt til å være en kode."};
  Symbols symbols = symbols_of(typed);
  auto out = payload_of(kind, symbols);
  crypto::wipe(symbols);
  return out;
}

}  // namespace

std::size_t code_groups(CodeKind kind) {
  return (1 + payload_bytes(kind) + check_bytes) * 8 / (data_symbols * 5);
}

std::string write_recovery_code(const crypto::Secret32& secret) {
  return write(CodeKind::recovery, secret.view());
}

std::string write_share_code(const crypto::Share& share) {
  Bytes payload = crypto::write_share(share);
  std::string out = write(CodeKind::share, payload);
  crypto::wipe(payload);
  return out;
}

Result<crypto::Secret32> read_recovery_code(std::string_view typed) {
  SP_TRY(Bytes payload, read(CodeKind::recovery, typed));
  auto out = crypto::Secret32::from(payload);
  crypto::wipe(payload);
  return out;
}

Result<crypto::Share> read_share_code(std::string_view typed) {
  SP_TRY(Bytes payload, read(CodeKind::share, typed));
  auto out = crypto::parse_share(payload);
  crypto::wipe(payload);
  return out;
}

std::optional<CodeKind> code_kind(std::string_view typed) { return kind_of(symbols_of(typed.substr(0, 64))); }

std::vector<std::size_t> wrong_code_groups(std::string_view typed) {
  return wrong_groups(symbols_of(typed.substr(0, typed_bytes_max)));
}

}  // namespace samplan
