#include "server/http_guard.h"

#include <utility>

namespace samplan::server {

HttpGuard::HttpGuard(const HttpLimits& limits, HttpStats& stats, Listener listener, HttpTraceSink trace)
    : port_(listener.port()), loop_(limits, stats, std::move(listener), std::move(trace)) {}

HttpGuard::~HttpGuard() { stop(); }

Result<std::unique_ptr<HttpGuard>> HttpGuard::start(const HttpLimits& limits, RequestRunner& runner,
                                                    HttpStats& stats, const std::string& address,
                                                    std::uint16_t port, HttpTraceSink trace) {
  SP_TRY(Listener listener, Listener::open(address, port));
  std::unique_ptr<HttpGuard> guard(new HttpGuard(limits, stats, std::move(listener), std::move(trace)));
  SP_OK(guard->loop_.open());
  HttpLoop& loop = guard->loop_;
  guard->workers_ =
      std::make_unique<Workers>(runner, limits.workers, limits.queue_max, [&loop] { loop.wake(); });
  Workers& workers = *guard->workers_;
  guard->thread_ = std::thread([&loop, &workers] { loop.run(workers); });
  return guard;
}

void HttpGuard::stop() {
  if (!thread_.joinable()) return;
  loop_.request_stop();
  thread_.join();
  workers_.reset();
}

}  // namespace samplan::server
