#include "cli/page.h"

#include <cstdint>

#include "base/utf8.h"

namespace samplan::cli {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

std::string_view escape_for(Tone tone) {
  switch (tone) {
    case Tone::plain: return "";
    case Tone::strong: return "\x1b[1m";
    case Tone::quiet: return "\x1b[2m";
    case Tone::good: return "\x1b[32m";
    case Tone::waiting: return "\x1b[33m";
    case Tone::question: return "\x1b[36m";
    case Tone::proposal: return "\x1b[35m";
    case Tone::bad: return "\x1b[31m";
  }
  return "";
}

// Length of the well-formed sequence at `at`, or 0.
std::size_t sequence_at(std::string_view text, std::size_t at) {
  for (std::size_t length = 1; length <= 4 && at + length <= text.size(); ++length)
    if (is_utf8(text.substr(at, length))) return length;
  return 0;
}

std::uint32_t code_point(std::string_view sequence) {
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(sequence[i]));
  };
  switch (sequence.size()) {
    case 1: return byte(0);
    case 2: return (byte(0) & 0x1FU) << 6 | (byte(1) & 0x3FU);
    case 3: return (byte(0) & 0x0FU) << 12 | (byte(1) & 0x3FU) << 6 | (byte(2) & 0x3FU);
    default: return 0x10000;  // nothing above the basic plane is of interest here
  }
}

bool is_dangerous(std::uint32_t c) {
  if (c == '\n' || c == '\t') return false;
  const bool is_control = c < 0x20 || (c >= 0x7F && c <= 0x9F);
  const bool turns_direction =
      (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069) || c == 0x200E || c == 0x200F;
  return is_control || turns_direction || c == 0x2028 || c == 0x2029;
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_at(text, at);
    if (length == 0) {
      out += replacement;
      ++at;
      continue;
    }
    const std::string_view sequence = text.substr(at, length);
    out += is_dangerous(code_point(sequence)) ? replacement : sequence;
    at += length;
  }
  return out;
}

std::size_t columns_of(std::string_view text) { return code_points(text); }

void Page::title(std::string_view text) { line({{std::string(text), Tone::strong}}); }

void Page::heading(std::string_view text) {
  if (!is_empty_) blank();
  line({{std::string(text), Tone::strong}});
}

void Page::line(std::string_view text, std::size_t indent, Tone tone) {
  line({{std::string(text), tone}}, indent);
}

// Line breaks inside a text keep the indent.
void Page::line(const std::vector<Piece>& pieces, std::size_t indent) {
  std::vector<Piece> row;
  for (const Piece& piece : pieces) {
    const std::string clean = printable(piece.text);
    std::size_t from = 0;
    for (std::size_t end = clean.find('\n'); end != std::string::npos; end = clean.find('\n', from)) {
      row.push_back({clean.substr(from, end - from), piece.tone});
      write(row, indent);
      row.clear();
      from = end + 1;
    }
    row.push_back({clean.substr(from), piece.tone});
  }
  write(row, indent);
}

void Page::blank() {
  out_ << '\n';
  is_empty_ = false;
}

void Page::fact(std::string_view label, std::string_view text, std::size_t indent) {
  line({{std::string(label) + ": ", Tone::quiet}, {std::string(text), Tone::plain}}, indent);
}

void Page::raw(std::string_view text) {
  out_ << text;
  is_empty_ = false;
}

void Page::write(const std::vector<Piece>& pieces, std::size_t indent) {
  is_empty_ = false;
  const std::string margin(indent, ' ');
  out_ << margin;
  std::size_t column = indent;
  for (const Piece& piece : pieces) {
    if (piece.text.empty()) continue;
    const std::string_view escape = style_.has_colours ? escape_for(piece.tone) : std::string_view();
    out_ << escape;
    std::string_view rest = piece.text;
    while (!rest.empty()) {
      const std::size_t end = std::min(rest.find(' ', 1), rest.size());
      std::string_view word = rest.substr(0, end);
      rest.remove_prefix(end);
      const std::size_t length = columns_of(word);
      if (style_.width > indent + 20 && column + length > style_.width && column > indent) {
        out_ << '\n' << margin;
        column = indent;
        if (word.front() == ' ') word.remove_prefix(1);
      }
      out_ << word;
      column += columns_of(word);
    }
    if (!escape.empty()) out_ << "\x1b[0m";
  }
  out_ << '\n';
}

}  // namespace samplan::cli
