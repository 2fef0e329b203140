// Outgoing requests to the identity provider: its description and its keys. https only, except where the
// provider itself is on this machine; no redirect, no cookie, no more bytes and no more time than the bounds
// below.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

#include "base/result.h"

namespace samplan::server::oidc {

struct FetchLimits {
  std::int64_t connect_ms = 3'000;
  std::int64_t total_ms = 8'000;                   // a worker of the server waits so long at most
  std::size_t bytes_max = std::size_t{256} << 10;  // the largest known key set has 20 KB
};

// A GET whose answer is 200, as text. errors: try_later (no answer, or another status), too_large,
// invalid_argument.
using Fetch = std::function<Result<std::string>(const std::string& url)>;

Fetch http_fetch(const FetchLimits& limits = {});

// https with a host, or http to a loopback address; no user, no password, no fragment.
bool is_provider_url(const std::string& url);
bool is_loopback_url(const std::string& url);

}  // namespace samplan::server::oidc
