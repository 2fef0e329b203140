#include "sync/log/signed_note.h"

#include "base/utf8.h"
#include "crypto/base64.h"
#include "crypto/sha256.h"

namespace samplan {
namespace {

constexpr std::string_view dash = "\xe2\x80\x94 ";  // U+2014 and a space
constexpr std::size_t id_bytes = 4;

// The White_Space characters of Unicode 15 outside ASCII.
constexpr std::string_view wide_spaces[] = {"\xc2\x85",     "\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80",
                                            "\xe2\x80\x81", "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84",
                                            "\xe2\x80\x85", "\xe2\x80\x86", "\xe2\x80\x87", "\xe2\x80\x88",
                                            "\xe2\x80\x89", "\xe2\x80\x8a", "\xe2\x80\xa8", "\xe2\x80\xa9",
                                            "\xe2\x80\xaf", "\xe2\x81\x9f", "\xe3\x80\x80"};

bool is_note_text(std::string_view text) {
  return is_plain_text(text) && text.find('\t') == std::string_view::npos;
}

Bytes big_endian(std::uint64_t value, std::size_t bytes) {
  Bytes out;
  for (std::size_t i = bytes; i-- > 0;) out.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  return out;
}

std::uint64_t from_big_endian(ByteView bytes) {
  std::uint64_t out = 0;
  for (const std::uint8_t b : bytes) out = (out << 8) | b;
  return out;
}

constexpr std::string_view cosigned_head = "cosignature/v1\n";
constexpr std::uint64_t seconds_max = ~std::uint64_t{0} >> 1;

bool begins_as_cosigned(std::string_view text) {
  return text.substr(0, cosigned_head.size()) == cosigned_head;
}

std::string cosigned_text(std::string_view text, std::uint64_t seconds) {
  return std::string(cosigned_head) + "time " + std::to_string(seconds) + "\n" + std::string(text);
}

bool can_be_signed(const SignedNote& note, std::string_view name) {
  return is_note_name(name) && !note.text.empty() && note.text.back() == '\n' && is_note_text(note.text) &&
         !begins_as_cosigned(note.text);
}

Status add(SignedNote& note, const NoteKey& key, Bytes signature) {
  if (note.signatures.size() >= note_signatures_max) return Error{Errc::too_large, "note"};
  note.signatures.push_back({key.name, key.id(), std::move(signature)});
  if (write_note(note).size() <= note_bytes_max) return Status::good();
  note.signatures.pop_back();
  return Error{Errc::too_large, "note"};
}

Result<NoteSignature> parse_line(std::string_view line) {
  const Error malformed{Errc::malformed, "note signature"};
  if (line.substr(0, dash.size()) != dash) return malformed;
  line.remove_prefix(dash.size());
  const std::size_t space = line.find(' ');
  if (space == std::string_view::npos || !is_note_name(line.substr(0, space))) return malformed;
  const std::string_view encoded = line.substr(space + 1);
  if (encoded.size() > note_signature_bytes_max / 3 * 4) return Error{Errc::too_large, "note signature"};
  SP_TRY(const Bytes bytes, crypto::from_base64(encoded));
  if (bytes.size() <= id_bytes) return malformed;
  const ByteView view(bytes);
  return NoteSignature{std::string(line.substr(0, space)),
                       static_cast<std::uint32_t>(from_big_endian(view.sub(0, id_bytes))),
                       view.from(id_bytes).copy()};
}

}  // namespace

bool is_note_name(std::string_view name) {
  if (name.empty() || name.size() > note_name_bytes_max || !is_note_text(name)) return false;
  if (name.find_first_of(" \n+") != std::string_view::npos) return false;
  for (const std::string_view space : wide_spaces)
    if (name.find(space) != std::string_view::npos) return false;
  return true;
}

std::uint32_t NoteKey::id() const {
  const std::uint8_t middle[] = {'\n', static_cast<std::uint8_t>(type)};
  const Hash h = crypto::sha256({ByteView::of(name), ByteView(middle, 2), key.view()});
  return static_cast<std::uint32_t>(from_big_endian(h.view().sub(0, id_bytes)));
}

std::string write_note_key(const NoteKey& key) {
  Bytes material{static_cast<std::uint8_t>(key.type)};
  append(material, key.key.view());
  return key.name + "+" + to_hex(big_endian(key.id(), id_bytes)) + "+" + crypto::to_base64(material);
}

Result<NoteKey> parse_note_key(std::string_view text) {
  const Error malformed{Errc::malformed, "note key"};
  const std::size_t first = text.find('+');
  const std::size_t second = first == std::string_view::npos ? first : text.find('+', first + 1);
  if (second == std::string_view::npos || !is_note_name(text.substr(0, first))) return malformed;
  SP_TRY(const Bytes material, crypto::from_base64(text.substr(second + 1)));
  if (material.empty()) return malformed;
  if (material[0] != 1 && material[0] != 4) return Error{Errc::unknown_version, "note key"};
  if (material.size() != 1 + SignPublicKey::size) return malformed;
  NoteKey out{std::string(text.substr(0, first)), static_cast<NoteKeyType>(material[0]),
              SignPublicKey::from(ByteView(material).from(1))};
  // The hexadecimal must be in lower case: then there is one text for each key.
  if (write_note_key(out) != text) return malformed;
  return out;
}

std::string write_note(const SignedNote& note) {
  std::string out = note.text + "\n";
  for (const NoteSignature& s : note.signatures) {
    Bytes bytes = big_endian(s.key_id, id_bytes);
    append(bytes, s.signature);
    out += std::string(dash) + s.name + " " + crypto::to_base64(bytes) + "\n";
  }
  return out;
}

Result<SignedNote> parse_note(std::string_view note) {
  if (note.size() > note_bytes_max) return Error{Errc::too_large, "note"};
  if (!is_utf8(note)) return Error{Errc::not_utf8, "note"};
  const std::size_t gap = note.rfind("\n\n");
  if (!is_note_text(note) || gap == std::string_view::npos || note.back() != '\n')
    return Error{Errc::malformed, "note"};
  SignedNote out;
  out.text = std::string(note.substr(0, gap + 1));
  std::string_view lines = note.substr(gap + 2);
  if (lines.empty()) return Error{Errc::malformed, "note"};
  while (!lines.empty()) {
    if (out.signatures.size() == note_signatures_max) return Error{Errc::too_large, "note"};
    const std::size_t end = lines.find('\n');
    SP_TRY(auto signature, parse_line(lines.substr(0, end)));
    out.signatures.push_back(std::move(signature));
    lines.remove_prefix(end + 1);
  }
  return out;
}

Status sign_note(SignedNote& note, std::string_view name, const crypto::SignKeyPair& pair) {
  if (!can_be_signed(note, name)) return Error{Errc::invalid_argument, "sign_note"};
  const Signature s = crypto::sign_raw(pair, ByteView::of(note.text));
  return add(note, {std::string(name), NoteKeyType::ed25519, pair.public_key}, s.view().copy());
}

Status cosign_note(SignedNote& note, std::string_view name, const crypto::SignKeyPair& pair,
                   std::uint64_t seconds) {
  if (!can_be_signed(note, name) || seconds > seconds_max)
    return Error{Errc::invalid_argument, "cosign_note"};
  const Signature s = crypto::sign_raw(pair, ByteView::of(cosigned_text(note.text, seconds)));
  Bytes stamped = big_endian(seconds, 8);
  append(stamped, s.view());
  return add(note, {std::string(name), NoteKeyType::cosignature, pair.public_key}, std::move(stamped));
}

Status verify_note(const SignedNote& note, const NoteKey& key) {
  const std::uint32_t id = key.id();
  bool has_signed = false;
  for (const NoteSignature& s : note.signatures) {
    if (s.name != key.name || s.key_id != id) continue;
    has_signed = key.type == NoteKeyType::ed25519 && s.signature.size() == Signature::size &&
                 !begins_as_cosigned(note.text) &&
                 crypto::verify_raw(key.key, ByteView::of(note.text), Signature::from(s.signature));
    if (!has_signed) return Error{Errc::forged, "note"};
  }
  return has_signed ? Status::good() : Status(Error{Errc::not_found, "note"});
}

Result<std::uint64_t> verify_cosignature(const SignedNote& note, const NoteKey& witness) {
  const std::uint32_t id = witness.id();
  bool has_signed = false;
  std::uint64_t latest = 0;
  for (const NoteSignature& s : note.signatures) {
    if (s.name != witness.name || s.key_id != id) continue;
    const Error forged{Errc::forged, "cosignature"};
    if (witness.type != NoteKeyType::cosignature || s.signature.size() != 8 + Signature::size) return forged;
    const ByteView bytes(s.signature);
    const std::uint64_t seconds = from_big_endian(bytes.sub(0, 8));
    const std::string text = cosigned_text(note.text, seconds);
    const bool is_ours = seconds <= seconds_max &&
                         crypto::verify_raw(witness.key, ByteView::of(text), Signature::from(bytes.from(8)));
    if (!is_ours) return forged;
    has_signed = true;
    latest = seconds > latest ? seconds : latest;
  }
  if (!has_signed) return Error{Errc::not_found, "cosignature"};
  return latest;
}

}  // namespace samplan
