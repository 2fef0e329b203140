#include "cli/show_link.h"

#include "cli/qr_print.h"

namespace samplan::cli {

OptionSpec qr_option() {
  return {"qr", {"", ""}, {"vis lenken som QR-kode også i en fil", "show the link as a QR code in a file too"}};
}

void show_link(Visit& v, const std::string& link) {
  v.page.raw("  " + link + "\n");
  const Terminal& terminal = v.terminal();
  const bool asked = v.args.has("qr");
  if (!asked && !terminal.is_out_terminal) return;
  const auto code = make_qr(link);
  if (!code.ok()) return;  // too long for a code that a phone can read: the text is there
  QrStyle style;
  style.is_utf8 = is_utf8_locale(terminal.environment);
  style.has_colours = terminal.out_style().has_colours;
  style.ground = terminal.is_out_terminal ? QrGround::dark : QrGround::light;
  // A code that is broken over two lines cannot be read.
  if (!asked && terminal.columns != 0 && qr_columns(*code, style) > terminal.columns) return;
  v.page.blank();
  v.page.raw(print_qr(*code, style));
}

}  // namespace samplan::cli
