#include "server/http_router.h"

#include <algorithm>
#include <cstring>
#include <exception>
#include <string>
#include <utility>

#include "server/http_answer.h"

namespace samplan::server {
namespace {

// Reads the head, then the body, then nothing; what is written is kept.
class MemoryStream : public httplib::Stream {
 public:
  explicit MemoryStream(const VettedRequest& request) : request_(request) {}
  std::string take_written() { return std::move(written_); }

  bool is_readable() const override { return at_ < request_.head.size() + request_.body.size(); }
  bool is_writable() const override { return true; }
  ssize_t read(char* out, size_t size) override {
    const bool is_in_head = at_ < request_.head.size();
    const std::string& from = is_in_head ? request_.head : request_.body;
    const std::size_t offset = is_in_head ? at_ : at_ - request_.head.size();
    const std::size_t count = std::min(size, from.size() - offset);
    if (count > 0) std::memcpy(out, from.data() + offset, count);
    at_ += count;
    return static_cast<ssize_t>(count);
  }
  ssize_t write(const char* bytes, size_t size) override {
    written_.append(bytes, size);
    return static_cast<ssize_t>(size);
  }
  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    ip = request_.peer_address;
    port = request_.peer_port;
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override {
    ip.clear();
    port = 0;
  }
  socket_t socket() const override { return INVALID_SOCKET; }

 private:
  const VettedRequest& request_;
  std::size_t at_ = 0;
  std::string written_;
};

}  // namespace

HttpRouter::HttpRouter(const HttpLimits& limits) {
  set_payload_max_length(limits.body_bytes_max);
  // httplib only writes these into its Keep-Alive header; the guard does as they say.
  set_keep_alive_timeout(static_cast<time_t>(limits.idle_ms / 1000));
  set_keep_alive_max_count(limits.requests_per_connection_max);
  httplib::Headers headers;
  for (const HeaderLine& line : security_headers) headers.emplace(line.name, line.value);
  set_default_headers(std::move(headers));
  // Its own handler puts the exception's text into a header of the answer.
  set_exception_handler(
      [](const httplib::Request&, httplib::Response& answer, std::exception_ptr) { answer.status = 500; });
  set_error_handler([](const httplib::Request&, httplib::Response& answer) {
    if (answer.body.empty())
      answer.set_content("{\"error\":" + std::to_string(answer.status) + "}\n", "application/json");
  });
}

HttpAnswer HttpRouter::run(VettedRequest request) {
  MemoryStream stream(request);
  bool is_closed = false;
  const bool is_good = process_request(stream, !request.keep_alive, is_closed, nullptr);
  return HttpAnswer{stream.take_written(), is_good && !is_closed && request.keep_alive};
}

}  // namespace samplan::server
