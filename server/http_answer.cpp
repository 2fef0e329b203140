#include "server/http_answer.h"

namespace samplan::server {

std::string refusal_answer(const Refusal& refusal, std::int64_t retry_after_s) {
  const std::string reason = refusal.reason;
  const std::string body = "{\"error\":\"" + reason + "\"}\n";
  std::string out = "HTTP/1.1 " + std::to_string(refusal.status) + " " + reason + "\r\n";
  for (const HeaderLine& line : security_headers)
    out.append(line.name).append(": ").append(line.value).append("\r\n");
  if (refusal.status == 503) out += "Retry-After: " + std::to_string(retry_after_s) + "\r\n";
  out += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  out += "Connection: close\r\n\r\n" + body;
  return out;
}

int status_of(std::string_view answer) {
  constexpr std::string_view start = "HTTP/1.1 ";
  if (answer.size() < start.size() + 3 || answer.substr(0, start.size()) != start) return 0;
  int status = 0;
  for (const char c : answer.substr(start.size(), 3)) {
    if (c < '0' || c > '9') return 0;
    status = status * 10 + (c - '0');
  }
  return status;
}

}  // namespace samplan::server
