// The port through which the core's host sends one request and gets one reply. It moves bytes and says how
// far they came; it never interprets them, never retries and never follows a redirect.
#pragma once

#include <string>

#include "base/bytes.h"
#include "base/result.h"

namespace samplan {

class Transport {
 public:
  virtual ~Transport() = default;

  // Any HTTP status is a reply: whether 403 or 503 is bad is for the caller to say.
  struct Reply {
    int http_status = 0;
    Bytes body;
  };

  // Blocks until the whole reply is here or it is certain that none will come.
  //   errors   invalid_argument  the URL is not http:// or https:// with a host
  //            offline           no connection, or it broke before the reply was complete: nothing is known
  //            of its fate try_later         connected, but the server was too slow too_large         the
  //            reply exceeds limits::reply_bytes_max bad_reply         what came is not HTTP as we accept it,
  //            or the server's certificate is not valid
  virtual Result<Reply> post(const std::string& url, ByteView body) = 0;
  virtual Result<Reply> get(const std::string& url) = 0;
};

}  // namespace samplan
