// What passes between the guard and the code that answers: whole vetted requests in, whole answers out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace samplan::server {

struct VettedRequest {
  std::string head;  // from vet_head
  std::string body;  // exactly as long as the head says
  std::string peer_address;
  std::uint16_t peer_port = 0;
  bool keep_alive = true;
};

struct HttpAnswer {
  std::string bytes;  // status line, headers and body
  bool keep_alive = true;
};

// Answers one request. Called by several workers at once, so an implementation is thread-safe. What it throws
// becomes a plain 500.
class RequestRunner {
 public:
  virtual ~RequestRunner() = default;
  virtual HttpAnswer run(VettedRequest request) = 0;
};

}  // namespace samplan::server
