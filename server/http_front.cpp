#include "server/http_front.h"

#include <string>
#include <utility>

#include "server/http_router.h"

namespace samplan::server {
namespace {

constexpr const char* octets = "application/octet-stream";

// Parameters after a semicolon say nothing about bytes.
bool is_octets(const std::string& content_type) {
  std::string type = content_type.substr(0, content_type.find(';'));
  while (!type.empty() && type.back() == ' ') type.pop_back();
  return type == octets;
}

std::string hello_json(const Hello& hello) {
  return "{\"server_key\":\"" + hello.server_key.hex() + "\",\"protocol\":" + std::to_string(hello.protocol) +
         ",\"generation\":" + std::to_string(hello.generation) + "}\n";
}

}  // namespace

HttpFront::HttpFront(const HttpLimits& limits, SyncService& service, const HttpStats& stats)
    : router_(std::make_unique<HttpRouter>(limits)) {
  const std::string retry_after = std::to_string(limits.retry_after_s);
  const auto post = [this, retry_after](const char* path, auto ask) {
    router_->Post(path, [ask, retry_after](const httplib::Request& request, httplib::Response& answer) {
      if (!is_octets(request.get_header_value("Content-Type"))) {
        answer.status = 415;
        return;
      }
      const SyncAnswer made = ask(request);
      answer.status = made.http_status;
      if (made.http_status == 429 || made.http_status == 503) answer.set_header("Retry-After", retry_after);
      answer.set_content(reinterpret_cast<const char*>(made.body.data()), made.body.size(), octets);
    });
  };
  post("/v1/sync", [&service](const httplib::Request& request) {
    return service.sync(ByteView::of(request.body), request.get_header_value("Host"));
  });
  post("/v1/meet", [&service](const httplib::Request& request) {
    return service.meet(ByteView::of(request.body), request.remote_addr);
  });
  post("/v1/proof", [&service](const httplib::Request& request) {
    return service.prove(ByteView::of(request.body), request.get_header_value("Host"));
  });
  router_->Get("/v1/checkpoint", [&service, retry_after](const httplib::Request&, httplib::Response& answer) {
    const SyncAnswer made = service.checkpoint();
    answer.status = made.http_status;
    if (made.http_status == 503) answer.set_header("Retry-After", retry_after);
    answer.set_content(reinterpret_cast<const char*>(made.body.data()), made.body.size(), "text/plain; charset=utf-8");
  });
  post("/v1/vouch", [&service](const httplib::Request& request) {
    return service.vouch(ByteView::of(request.body), request.get_header_value("Host"), request.remote_addr);
  });
  router_->Get("/v1/hello", [&service](const httplib::Request&, httplib::Response& answer) {
    answer.set_content(hello_json(service.hello()), "application/json");
  });
  router_->Get("/healthz", [&service](const httplib::Request&, httplib::Response& answer) {
    const bool is_well = service.healthy();
    answer.status = is_well ? 200 : 503;
    answer.set_content(is_well ? "ok\n" : "the store cannot confirm a write\n", "text/plain; charset=utf-8");
  });
  router_->Get("/metrics", [&service, &stats](const httplib::Request&, httplib::Response& answer) {
    answer.set_content(stats.prometheus() + service.metrics(), "text/plain; version=0.0.4; charset=utf-8");
  });
}

HttpFront::~HttpFront() = default;

HttpAnswer HttpFront::run(VettedRequest request) { return router_->run(std::move(request)); }

}  // namespace samplan::server
