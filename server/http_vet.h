// Decides from the bytes of a request's head whether the request goes on, and rewrites it to the few lines
// that the router behind needs. Pure functions: no sockets, no clock. Stricter than RFC 9112 wherever
// leniency has been abused.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "server/http_limits.h"

namespace samplan::server {

// An answer that ends the connection. The reason is a fixed text, never made of what the client sent.
struct Refusal {
  int status = 400;
  const char* reason = "bad request";
};

struct HeadScan {
  std::size_t head_bytes = 0;      // not 0: the head is complete and so long, blank line included
  std::optional<Refusal> refusal;  // neither: wait for more bytes
};

// Looks for the end of the head at the start of what was received; `seen_before` bytes of it were looked at
// before. Refuses early what cannot become an acceptable head, so that garbage does not wait for a timeout.
HeadScan scan_head(std::string_view received, std::size_t seen_before, const HttpLimits& limits);

struct VettedHead {
  std::string text;            // request line, known header lines, blank line; safe for the router
  std::size_t body_bytes = 0;  // follows the head exactly
  bool keep_alive = true;
};

// Checks a complete head (as long as `scan_head` said) and rewrites it:
//   kept      Host, Content-Type, Accept-Language, If-None-Match, Origin; each at most once, `%` made
//   harmless added     Content-Length, and Connection: close when the connection ends after the answer
//   dropped   everything else, so also Range, Accept-Encoding, Upgrade, REMOTE_ADDR, Forwarded
//   refused   400 bad syntax or Host   411 no length   413 too large   414 long target   415 encoded or
//   multipart body
//             417 Expect   431 too many or long lines   501 method   505 version
// `is_last` ends the connection after this answer, whatever the client wishes.
std::variant<VettedHead, Refusal> vet_head(std::string_view head, bool is_last, const HttpLimits& limits);

}  // namespace samplan::server
