// The program `samplan`: gives the command line the real terminal, clock and network.
#include <sys/stat.h>

#include <chrono>
#include <clocale>
#include <csignal>
#include <cstdio>
#include <exception>
#include <thread>

#include "cli/run.h"
#include "client-core/native/http_transport.h"
#include "client-core/native/os_clock.h"

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
    cli::Host host{cli::own_terminal(), machine, {}};
    return cli::run(std::vector<std::string>(argv + 1, argv + argc), host);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "samplan: %s\n", problem.what());
    return cli::exit_refused;
  }
}
