#include "cli/progress.h"

namespace samplan::cli {

void ProgressLine::show(const std::string& text) {
  if (!terminal_.is_err_terminal) return;
  terminal_.err << "\r\x1b[K" << printable(text) << std::flush;
  is_shown_ = true;
}

void ProgressLine::clear() {
  if (!is_shown_) return;
  terminal_.err << "\r\x1b[K" << std::flush;
  is_shown_ = false;
}

}  // namespace samplan::cli
