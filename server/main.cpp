// The server program: reads the settings, puts the parts together, and waits for the signal to stop.
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include "crypto/sign.h"
#include "server/config.h"
#include "server/data_dir.h"
#include "server/http_front.h"
#include "server/http_guard.h"
#include "server/log.h"
#include "server/restore.h"
#include "server/service.h"

namespace samplan::server {
namespace {

enum ExitCode { exit_good = 0, exit_failed = 1, exit_usage = 2 };

int say_error(const Error& error, ExitCode code) {
  const std::string text =
      error.detail.empty() ? std::string(errc_name(error.code)) + " " + error.where : error.detail;
  std::fprintf(stderr, "samplan-server: %s\n", text.c_str());
  return code;
}

// Signals wait for us in `wait_for_stop`; threads started later inherit the mask.
sigset_t block_stop_signals() {
  sigset_t stop{};
  sigemptyset(&stop);
  sigaddset(&stop, SIGTERM);
  sigaddset(&stop, SIGINT);
  (void)::pthread_sigmask(SIG_BLOCK, &stop, nullptr);
  (void)::signal(SIGPIPE, SIG_IGN);
  return stop;
}

void wait_for_stop(const sigset_t& stop) {
  int signal_number = 0;
  while (::sigwait(&stop, &signal_number) != 0) {
  }
}

// Each connection is a descriptor; the store and the rest need few.
void raise_descriptor_limit(std::size_t connections) {
  rlimit limit{};
  const rlim_t wanted = connections + 128;
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) return;
  limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
  (void)::setrlimit(RLIMIT_NOFILE, &limit);
}

HttpTraceSink trace_to(Log& log) {
  return [&log](const HttpTrace& trace) {
    const LogLevel level = trace.status >= 500   ? LogLevel::warn
                           : trace.status >= 400 ? LogLevel::info
                                                 : LogLevel::debug;
    log.write(level, "http",
              {{"status", trace.status},
               {"request_bytes", std::uint64_t{trace.request_bytes}},
               {"answer_bytes", std::uint64_t{trace.answer_bytes}},
               {"ms", trace.ms}});
  };
}

std::string url_of(const Config& config, std::uint16_t port) {
  const bool is_v6 = config.listen_address.find(':') != std::string::npos;
  const std::string host = is_v6 ? "[" + config.listen_address + "]" : config.listen_address;
  return "http://" + host + ":" + std::to_string(port);
}

int tell_restored(const Config& config) {
  auto data_dir = DataDir::open(config.data_dir);
  if (!data_dir.ok()) return say_error(data_dir.error(), exit_failed);
  const auto generation = raise_generation(store_path(config));
  if (!generation.ok()) return say_error(generation.error(), exit_failed);
  std::printf("This is generation %llu now. Start the server; each device will be told that a backup was restored.\n",
              static_cast<unsigned long long>(*generation));
  return exit_good;
}

int serve(const Config& config, const sigset_t& stop) {
  auto data_dir = DataDir::open(config.data_dir);
  if (!data_dir.ok()) return say_error(data_dir.error(), exit_failed);
  Log log(config.log_level, STDERR_FILENO, system_clock_ms);
  auto service = make_service(config, log);
  if (!service.ok()) return say_error(service.error(), exit_failed);
  raise_descriptor_limit(config.http.connections_max);

  HttpStats stats;
  HttpFront front(config.http, **service, stats);
  auto guard = HttpGuard::start(config.http, front, stats, config.listen_address, config.port, trace_to(log));
  if (!guard.ok()) return say_error(guard.error(), exit_failed);

  std::printf("listening on %s\n", url_of(config, (*guard)->port()).c_str());
  (void)std::fflush(stdout);
  log.info("started", {{"port", std::uint64_t{(*guard)->port()}}});
  wait_for_stop(stop);
  log.info("stopping", {{"requests_at_work", stats.requests_at_work.load()}});
  (*guard)->stop();
  log.info("stopped");
  return exit_good;
}

}  // namespace
}  // namespace samplan::server

int main(int argc, char** argv) {
  using namespace samplan::server;
  // Fewer, shared heaps: what one request freed serves the next, and a burst is given back to the system.
  (void)::mallopt(M_ARENA_MAX, 2);
  const auto config = read_config(std::vector<std::string>(argv + 1, argv + argc));
  if (!config.ok()) return say_error(config.error(), exit_usage);
  if (config->wants_help) {
    (void)std::fputs(help_text().c_str(), stdout);
    return exit_good;
  }
  const sigset_t stop = block_stop_signals();
  if (!samplan::crypto::init()) {
    return say_error({samplan::Errc::io, "crypto", "The system gives no random numbers."}, exit_failed);
  }
  try {
    return config->after_restore ? tell_restored(*config) : serve(*config, stop);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "samplan-server: cannot start or go on: %s\n", problem.what());
    return exit_failed;
  }
}
