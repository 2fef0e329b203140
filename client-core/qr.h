// A text as a QR code (ISO/IEC 18004): a square of dark and light modules, as data for any screen. The work
// is done by libqrencode. Never draws: see cli/qr_print.h for a terminal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace samplan {

// Version 20 at level M, 97 modules: what the camera of an ordinary phone still reads from a screen at arm's
// length. An invitation takes about 200 bytes, the keys of a new device about 250.
inline constexpr std::size_t qr_text_bytes_max = 666;
// Light modules that must surround the square wherever it is drawn.
inline constexpr std::size_t qr_quiet_modules = 4;

struct QrCode {
  std::size_t side = 0;               // modules, 21 to 97, always 4 n + 1
  std::vector<std::uint8_t> modules;  // side * side, row by row from the top left; 1 is dark
  bool is_dark(std::size_t x, std::size_t y) const { return modules[y * side + x] != 0; }
};

// Error correction level M (15 %), a square as small as the text allows. A scanner gets the text byte for
// byte. errors: invalid_argument (empty, or with control characters), not_utf8, too_large, io (out of
// memory).
Result<QrCode> make_qr(std::string_view text);

}  // namespace samplan
