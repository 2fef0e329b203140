#include "client-core/qr.h"

#include <qrencode.h>

#include <memory>
#include <string>
#include <utility>

#include "base/utf8.h"

namespace samplan {
Result<QrCode> make_qr(std::string_view text) {
  if (text.size() > qr_text_bytes_max) return Error{Errc::too_large, "qr"};
  if (!is_utf8(text)) return Error{Errc::not_utf8, "qr"};
  if (text.empty() || !is_plain_text(text)) return Error{Errc::invalid_argument, "qr"};
  const std::string terminated(text);
  // Version 0: the smallest that fits. Digits and capital letters in a row are packed closer than other
  // bytes, but changing to and fro can take more room than it saves: the smaller of the two ways.
  using Code = std::unique_ptr<QRcode, void (*)(QRcode*)>;
  Code code(QRcode_encodeString(terminated.c_str(), 0, QR_ECLEVEL_M, QR_MODE_8, 1), QRcode_free);
  Code plain(QRcode_encodeString8bit(terminated.c_str(), 0, QR_ECLEVEL_M), QRcode_free);
  if (code == nullptr || (plain != nullptr && plain->width < code->width)) code = std::move(plain);
  if (code == nullptr) return Error{Errc::io, "qr"};
  QrCode out;
  out.side = static_cast<std::size_t>(code->width);
  out.modules.reserve(out.side * out.side);
  for (std::size_t i = 0; i < out.side * out.side; ++i)
    out.modules.push_back(code->data[i] & 1U);  // bit 0: dark
  return out;
}

}  // namespace samplan
