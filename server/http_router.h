// httplib's routing without its sockets: a request comes from memory and its answer goes to memory. The only
// header besides http_front.cpp that sees httplib; its own listen() and client are never used.
#pragma once

#include <httplib.h>

#include <string_view>

#include "server/http_limits.h"
#include "server/http_request.h"

namespace samplan::server {

// The library is compiled apart from us: were our flags others than its own, fields would be read from the
// wrong place without a word. For another version the number must be taken anew, from a program that is known
// to work.
static_assert(std::string_view(CPPHTTPLIB_VERSION) != "0.11.4" || sizeof(httplib::Request) == 608);

class HttpRouter : public httplib::Server, public RequestRunner {
 public:
  explicit HttpRouter(const HttpLimits& limits);
  HttpAnswer run(VettedRequest request) override;
};

}  // namespace samplan::server
