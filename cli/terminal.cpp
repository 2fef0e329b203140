#include "cli/terminal.h"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

namespace samplan::cli {
namespace {

constexpr std::size_t widest_column = 100;  // longer lines are hard to read
constexpr std::size_t secret_bytes_max = 1024;

std::size_t columns_of_window() {
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
    return std::min<std::size_t>(size.ws_col, widest_column);
  return 80;
}

// Puts the terminal back however the question ends.
class NoEcho {
 public:
  explicit NoEcho(int fd) : fd_(fd) {
    is_good_ = ::tcgetattr(fd_, &before_) == 0;
    termios quiet = before_;
    quiet.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    is_good_ = is_good_ && ::tcsetattr(fd_, TCSAFLUSH, &quiet) == 0;
  }
  ~NoEcho() {
    if (is_good_) (void)::tcsetattr(fd_, TCSAFLUSH, &before_);
  }
  NoEcho(const NoEcho&) = delete;
  NoEcho& operator=(const NoEcho&) = delete;
  bool is_good() const { return is_good_; }

 private:
  int fd_;
  termios before_{};
  bool is_good_ = false;
};

bool write_all(int fd, const std::string& text) {
  return ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

// Speaks with the person's terminal itself, so that it works while input and output are pipes.
Result<std::string> ask_on_terminal(const std::string& question) {
  const Error nobody{Errc::locked, "passphrase terminal"};
  const int fd = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (fd < 0) return nobody;
  std::string answer;
  bool is_whole = false;
  {
    const NoEcho quiet(fd);
    if (quiet.is_good() && write_all(fd, question)) {
      char c = 0;
      while (answer.size() < secret_bytes_max && ::read(fd, &c, 1) == 1) {
        if (c == '\n') {
          is_whole = true;
          break;
        }
        answer.push_back(c);
      }
      (void)write_all(fd, "\n");
    }
  }
  ::close(fd);
  if (!is_whole) return nobody;
  return answer;
}

PageStyle style(bool is_terminal, const Terminal& terminal) {
  if (!is_terminal) return {};
  const auto set = [&](const char* name) { return terminal.environment(name).value_or("") != ""; };
  const bool is_dumb = terminal.environment("TERM").value_or("") == "dumb";
  return {!set("NO_COLOR") && !is_dumb, terminal.columns};
}

}  // namespace

PageStyle Terminal::out_style() const { return style(is_out_terminal, *this); }
PageStyle Terminal::err_style() const { return style(is_err_terminal, *this); }

Terminal own_terminal() {
  return {std::cin,
          std::cout,
          std::cerr,
          ::isatty(STDIN_FILENO) == 1,
          ::isatty(STDOUT_FILENO) == 1,
          ::isatty(STDERR_FILENO) == 1,
          columns_of_window(),
          [](const char* name) -> std::optional<std::string> {
            const char* value = std::getenv(name);
            return value == nullptr ? std::nullopt : std::optional<std::string>(value);
          },
          ask_on_terminal};
}

}  // namespace samplan::cli
