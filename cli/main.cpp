// The program `samplan`: gives the command line the real terminal, clock and network.
#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <exception>
#include <thread>

#include "cli/run.h"
#include "client-core/native/http_transport.h"
#include "client-core/native/os_clock.h"

namespace {

// A desktop has xdg-open; where there is none the person copies the address. Its words are no business of ours.
void open_in_browser(const std::string& url) {
  posix_spawn_file_actions_t actions;
  if (::posix_spawn_file_actions_init(&actions) != 0) return;
  for (const int fd : {1, 2}) (void)::posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_WRONLY, 0);
  std::string program = "xdg-open";
  std::string address = url;
  char* const words[] = {program.data(), address.data(), nullptr};
  pid_t child = 0;
  (void)::posix_spawnp(&child, program.c_str(), &actions, nullptr, words, environ);
  (void)::posix_spawn_file_actions_destroy(&actions);
}

}  // namespace

int main(int argc, char** argv) {
  using namespace samplan;
  // What we write is for this user alone, whatever the shell was told.
  (void)::umask(077);
  // A reader that goes away ("| head") is no reason to die in the middle of a save.
  (void)std::signal(SIGPIPE, SIG_IGN);
  try {
    native::HttpTransport transport;
    cli::Machine machine;
    machine.clock = native::os_now;
    machine.transport = &transport;
    machine.sleep = [](std::int64_t ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); };
    machine.open_url = open_in_browser;
    cli::Host host{cli::own_terminal(), machine, {}};
    return cli::run(std::vector<std::string>(argv + 1, argv + argc), host);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "samplan: %s\n", problem.what());
    return cli::exit_refused;
  }
}
