// The server's front line: everything a client can do with bytes and time is met here, so that the code
// behind sees only complete, vetted, bounded requests, and a slow or hostile client costs nobody else
// anything. Speaks plain HTTP/1.1; TLS is the reverse proxy's. Knows no route and no content.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "base/result.h"
#include "server/http_limits.h"
#include "server/http_loop.h"
#include "server/http_request.h"
#include "server/http_stats.h"
#include "server/http_workers.h"

namespace samplan::server {

class HttpGuard {
 public:
  // Listens and serves at once, on threads of its own; `runner`, `stats` and what `trace` uses outlive the
  // guard. Port 0 lets the system choose one. Errors as Listener::open.
  static Result<std::unique_ptr<HttpGuard>> start(const HttpLimits& limits, RequestRunner& runner,
                                                  HttpStats& stats, const std::string& address,
                                                  std::uint16_t port, HttpTraceSink trace = {});
  ~HttpGuard();
  HttpGuard(const HttpGuard&) = delete;
  HttpGuard& operator=(const HttpGuard&) = delete;

  // Closes the door, finishes every request that had begun (for at most limits.stop_ms), ends the threads.
  void stop();
  std::uint16_t port() const { return port_; }

 private:
  HttpGuard(const HttpLimits& limits, HttpStats& stats, Listener listener, HttpTraceSink trace);

  std::uint16_t port_;
  HttpLoop loop_;
  std::unique_ptr<Workers> workers_;
  std::thread thread_;
};

}  // namespace samplan::server
