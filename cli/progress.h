// One line on a terminal that changes while something takes time, and leaves nothing behind. Off a terminal
// it is silent.
#pragma once

#include <string>

#include "cli/terminal.h"

namespace samplan::cli {

class ProgressLine {
 public:
  explicit ProgressLine(const Terminal& terminal) : terminal_(terminal) {}
  ~ProgressLine() { clear(); }
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void show(const std::string& text);
  void clear();

 private:
  const Terminal& terminal_;
  bool is_shown_ = false;
};

}  // namespace samplan::cli
