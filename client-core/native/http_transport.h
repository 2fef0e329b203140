// The transport of a native host: libcurl, held to few liberties. It talks http and https only, follows no
// redirect, unpacks nothing, keeps no cookie and believes no length; a hostile server can waste its time up
// to the bounds below and nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "base/limits.h"
#include "client-core/transport.h"

namespace samplan::native {

struct TransportLimits {
  std::int64_t connect_ms = 5'000;
  std::int64_t total_ms =
      60'000;  // a whole exchange; a sync is cut into parts that a poor line manages in it
  std::int64_t slow_bytes_per_s = 64;  // fewer than this ...
  std::int64_t slow_s = 20;            // ... for so long, and the exchange is given up
  std::size_t reply_bytes_max = limits::reply_bytes_max;
  std::size_t head_bytes_max = 64U << 10;  // status lines and headers together; our server sends 500 bytes
};

// Whether the address is on this machine. errors: invalid_argument: not an http or https address as we accept it.
Result<bool> vet_url(const std::string& url);

// Keeps its connection for the next exchange with the same server. Not for use by two threads at once.
class HttpTransport : public Transport {
 public:
  explicit HttpTransport(const TransportLimits& limits = {});
  ~HttpTransport() override;
  HttpTransport(const HttpTransport&) = delete;
  HttpTransport& operator=(const HttpTransport&) = delete;

  // Sends application/octet-stream. Errors as in client-core/transport.h; `detail` is a sentence in
  // Norwegian.
  Result<Reply> post(const std::string& url, ByteView body) override;
  Result<Reply> get(const std::string& url) override;
  // The same with a form (application/x-www-form-urlencoded), as an identity provider wants it.
  Result<Reply> post_form(const std::string& url, const std::string& form);

 private:
  struct Handle;
  std::unique_ptr<Handle> handle_;
};

}  // namespace samplan::native
