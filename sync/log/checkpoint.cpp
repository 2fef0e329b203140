#include "sync/log/checkpoint.h"

#include "base/utf8.h"
#include "crypto/base64.h"
#include "sync/log/merkle.h"

namespace samplan {
namespace {

bool is_line(std::string_view line) {
  return !line.empty() && line.find_first_of("\n\t") == std::string_view::npos && is_plain_text(line);
}

bool fits(const Checkpoint& c) {
  if (c.origin.size() > checkpoint_line_bytes_max || c.extensions.size() > checkpoint_extensions_max)
    return false;
  for (const std::string& line : c.extensions)
    if (line.size() > checkpoint_line_bytes_max) return false;
  return c.size <= merkle::leaves_max;
}

// The lines of a text that ends in a newline, at most one more than there may be.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty() && out.size() <= 3 + checkpoint_extensions_max) {
    const std::size_t end = text.find('\n');
    out.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  return out;
}

Result<std::uint64_t> parse_size(std::string_view digits) {
  const Error malformed{Errc::malformed, "checkpoint size"};
  if (digits.empty() || digits.size() > 19 || (digits.front() == '0' && digits.size() > 1)) return malformed;
  std::uint64_t out = 0;  // 19 digits fit
  for (const char c : digits) {
    if (c < '0' || c > '9') return malformed;
    out = out * 10 + static_cast<std::uint64_t>(c - '0');
  }
  if (out > merkle::leaves_max) return Error{Errc::too_large, "checkpoint size"};
  return out;
}

}  // namespace

Result<std::string> write_checkpoint(const Checkpoint& c) {
  if (!fits(c)) return Error{Errc::too_large, "checkpoint"};
  if (!is_line(c.origin)) return Error{Errc::invalid_argument, "checkpoint"};
  std::string out = c.origin + "\n" + std::to_string(c.size) + "\n" + crypto::to_base64(c.root.view()) + "\n";
  for (const std::string& line : c.extensions) {
    if (!is_line(line)) return Error{Errc::invalid_argument, "checkpoint"};
    out += line + "\n";
  }
  return out;
}

Result<Checkpoint> parse_checkpoint(std::string_view text) {
  if (text.size() > note_bytes_max) return Error{Errc::too_large, "checkpoint"};
  if (!is_utf8(text)) return Error{Errc::not_utf8, "checkpoint"};
  if (text.empty() || text.back() != '\n') return Error{Errc::malformed, "checkpoint"};
  const auto lines = lines_of(text);
  if (lines.size() > 3 + checkpoint_extensions_max) return Error{Errc::too_large, "checkpoint"};
  if (lines.size() < 3) return Error{Errc::malformed, "checkpoint"};
  for (const std::string_view line : lines)
    if (!is_line(line)) return Error{Errc::malformed, "checkpoint"};
  Checkpoint out;
  out.origin = std::string(lines[0]);
  SP_TRY(out.size, parse_size(lines[1]));
  SP_TRY(const Bytes root, crypto::from_base64(lines[2]));
  if (root.size() != Hash::size) return Error{Errc::malformed, "checkpoint"};
  out.root = Hash::from(root);
  for (std::size_t i = 3; i < lines.size(); ++i) out.extensions.emplace_back(lines[i]);
  if (!fits(out)) return Error{Errc::too_large, "checkpoint"};
  return out;
}

Result<std::string> sign_checkpoint(const Checkpoint& checkpoint, const crypto::SignKeyPair& pair) {
  SignedNote note;
  SP_TRY(note.text, write_checkpoint(checkpoint));
  SP_OK(sign_note(note, checkpoint.origin, pair));
  return write_note(note);
}

Result<OpenCheckpoint> open_checkpoint(std::string_view text, const NoteKey& log) {
  OpenCheckpoint out;
  SP_TRY(out.note, parse_note(text));
  SP_OK(verify_note(out.note, log));
  SP_TRY(out.checkpoint, parse_checkpoint(out.note.text));
  if (out.checkpoint.origin != log.name) return Error{Errc::invalid_argument, "checkpoint"};
  return out;
}

}  // namespace samplan
