#include "server/http_connection.h"

#include <algorithm>

namespace samplan::server {
namespace {

using std::chrono::milliseconds;

// A string's own memory; the short text inside the object itself is not counted.
std::size_t memory_of(const std::string& text) {
  static const std::size_t inside = std::string().capacity();
  return text.capacity() > inside ? text.capacity() : 0;
}

milliseconds time_for(std::size_t bytes, const HttpLimits& limits) {
  return milliseconds(static_cast<std::int64_t>(1000 * bytes / limits.body_bytes_per_s_min));
}

}  // namespace

void release(std::string& text) { std::string().swap(text); }

TimePoint HttpConnection::body_deadline(const HttpLimits& limits) const {
  return since + milliseconds(limits.body_ms) + time_for(request.body.size(), limits);
}

TimePoint HttpConnection::write_deadline(TimePoint last_progress, const HttpLimits& limits) const {
  const milliseconds still(limits.write_ms);
  return std::min(last_progress + still, since + still + time_for(answer.size(), limits));
}

std::size_t HttpConnection::request_bytes_held() const {
  return memory_of(received) + memory_of(request.head) + memory_of(request.body);
}

std::size_t HttpConnection::answer_bytes_held() const { return memory_of(answer); }

void HttpConnection::forget_request() {
  release(received);
  release(request.head);
  release(request.body);
  body_bytes = 0;
}

}  // namespace samplan::server
