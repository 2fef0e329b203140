// What the one who runs the server decides: on the command line, or in a JSON file that the command line
// overrides. Wrong input is told with what to do about it; nothing is guessed and no unknown setting is
// skipped.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "server/http_limits.h"
#include "server/log.h"
#include "server/sign_in.h"

namespace samplan::server {

// Who may register a device that this server has not seen before.
enum class Enrolment {
  invited,  // only those for whom somebody already known has left an invitation
  open,     // anyone who reaches the server
};

struct Config {
  bool wants_help = false;  // then nothing else counts
  bool after_restore = false;  // raise the generation and stop, instead of serving
  std::string data_dir;
  std::string listen_address = "127.0.0.1";
  std::uint16_t port = 8480;
  Enrolment enrolment = Enrolment::invited;
  LogLevel log_level = LogLevel::info;
  HttpLimits http;
  SignIn sign_in;
};

// The arguments without the program's name. Reads the file that --config names, nothing else.
//   errors  invalid_argument  `detail` says which setting, what is wrong with it and what is possible
//           not_found, io     the file cannot be read
//           malformed, too_large, not_utf8   it is not acceptable JSON
Result<Config> read_config(const std::vector<std::string>& arguments);

// For --help: every setting with its meaning, bounds and default.
std::string help_text();

}  // namespace samplan::server
