// The routes: which path asks what of the service, and how its answer looks in HTTP. No rule of the protocol
// lives here.
#pragma once

#include <memory>

#include "server/http_limits.h"
#include "server/http_request.h"
#include "server/http_stats.h"
#include "server/service_port.h"

namespace samplan::server {

class HttpRouter;

//   POST /v1/sync   application/octet-stream in and out; the service's own status
//   POST /v1/meet   the same, for devices without an identity
//   POST /v1/proof  the same, for proofs about the newest checkpoint
//   GET  /v1/checkpoint  that checkpoint as text, or 404
//   POST /v1/vouch  the same, for devices that an organisation is to vouch for
//   GET  /v1/hello  {"server_key":"<64 hex digits>","protocol":1,"generation":0}
//   GET  /healthz   200 "ok" or 503
//   GET  /metrics   Prometheus text
class HttpFront : public RequestRunner {
 public:
  // Both outlive the front.
  HttpFront(const HttpLimits& limits, SyncService& service, const HttpStats& stats);
  ~HttpFront() override;
  HttpAnswer run(VettedRequest request) override;

 private:
  std::unique_ptr<HttpRouter> router_;
};

}  // namespace samplan::server
