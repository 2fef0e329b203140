// A calm page of text: headings, lines, lists. On a terminal it wraps and uses a few colours; in a file or a
// pipe it is plain text. Words from a plan were written by others: control characters in them never reach the
// terminal.
#pragma once

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

namespace samplan::cli {

enum class Tone { plain, strong, quiet, good, waiting, question, proposal, bad };

struct Piece {
  std::string text;
  Tone tone = Tone::plain;
};

struct PageStyle {
  bool has_colours = false;
  std::size_t width = 0;  // 0: lines are as long as they are
};

class Page {
 public:
  Page(std::ostream& out, PageStyle style) : out_(out), style_(style) {}

  void title(std::string_view text);
  // With an empty line before it, unless it comes first.
  void heading(std::string_view text);
  void line(std::string_view text, std::size_t indent = 0, Tone tone = Tone::plain);
  void line(const std::vector<Piece>& pieces, std::size_t indent = 0);
  void blank();
  // A label and what it says: "  Omfang: 2 ganger i uka".
  void fact(std::string_view label, std::string_view text, std::size_t indent = 0);
  // As it is, without wrapping or colours: JSON, links. Nothing is replaced.
  void raw(std::string_view text);

 private:
  void write(const std::vector<Piece>& pieces, std::size_t indent);

  std::ostream& out_;
  PageStyle style_;
  bool is_empty_ = true;
};

// The text without anything that could move the cursor, colour the terminal or turn the direction of reading:
// such characters become U+FFFD. Newline and tab stay. What is not UTF-8 becomes U+FFFD byte for byte.
std::string printable(std::string_view text);

// How many columns it takes, roughly: one a code point.
std::size_t columns_of(std::string_view text);

}  // namespace samplan::cli
