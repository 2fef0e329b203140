// What the command line has around it: streams, whether a person sits at them, the environment, and a
// question whose answer is not shown. Given from outside, so that tests need no terminal.
#pragma once

#include <functional>
#include <istream>
#include <optional>
#include <ostream>
#include <string>

#include "base/result.h"
#include "cli/page.h"

namespace samplan::cli {

struct Terminal {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool is_in_terminal = false;
  bool is_out_terminal = false;
  bool is_err_terminal = false;
  std::size_t columns = 0;
  std::function<std::optional<std::string>(const char* name)> environment;
  // Asks the person and reads one line without showing it. errors: locked (nobody to ask).
  std::function<Result<std::string>(const std::string& question)> ask_secretly;

  PageStyle out_style() const;
  PageStyle err_style() const;
};

// The program's own terminal.
Terminal own_terminal();

}  // namespace samplan::cli
