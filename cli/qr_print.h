// A QR code as text for a terminal or a file: two rows of modules in one line of half blocks, or two plain
// characters a module where the locale is not UTF-8. With the quiet zone that scanners need. Prints nothing
// itself.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "client-core/qr.h"

namespace samplan::cli {

enum class QrGround {
  light,  // paper, a light window: dark modules are drawn
  dark,   // most terminals: light modules are drawn, as light characters on a dark ground
};

struct QrStyle {
  bool is_utf8 = true;
  // Black and white are set by escape sequences, whatever the terminal's own colours: the surest to scan.
  bool has_colours = false;
  QrGround ground = QrGround::dark;  // without colours only
};

// Lines, each ending in a newline. Columns: side + 8 with half blocks, 2 * (side + 8) without.
std::string print_qr(const QrCode& code, const QrStyle& style);
std::size_t qr_columns(const QrCode& code, const QrStyle& style);

// Whether the locale's encoding is UTF-8: the first of LC_ALL, LC_CTYPE and LANG that is set decides.
bool is_utf8_locale(const std::function<std::optional<std::string>(const char* name)>& environment);

}  // namespace samplan::cli
