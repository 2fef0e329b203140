#include "client-core/native/redirect_listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <optional>
#include <utility>

namespace samplan::native {
namespace {

constexpr std::size_t head_bytes_max = std::size_t{16} << 10;
constexpr std::int64_t one_visit_ms = 2'000;  // browsers open connections on which they say nothing
constexpr const char* path = "/samplan";

using Clock = std::chrono::steady_clock;

std::int64_t ms_until(Clock::time_point end) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now()).count();
  return left < 0 ? 0 : static_cast<std::int64_t>(left);
}

bool is_ready(int fd, std::int64_t ms) {
  pollfd wait{fd, POLLIN, 0};
  return ::poll(&wait, 1, static_cast<int>(ms)) > 0;
}

class Visitor {
 public:
  explicit Visitor(int fd) : fd_(fd) {}
  ~Visitor() { (void)::close(fd_); }
  Visitor(const Visitor&) = delete;
  Visitor& operator=(const Visitor&) = delete;

  // The head of the request, up to its empty line; empty if none came.
  std::string read_head(Clock::time_point end) const {
    std::string head;
    while (head.size() < head_bytes_max && is_ready(fd_, ms_until(end))) {
      char bytes[4096];
      const ssize_t got = ::recv(fd_, bytes, sizeof bytes, 0);
      if (got <= 0) return {};
      head.append(bytes, static_cast<std::size_t>(got));
      if (head.find("\r\n\r\n") != std::string::npos) return head;
    }
    return {};
  }

  void answer(const char* status, const std::string& sentence) const {
    const std::string body =
        "<!doctype html><html lang=\"nb\"><meta charset=\"utf-8\"><title>Samplan</title><p>" + sentence +
        "</p></html>\n";
    const std::string bytes =
        std::string("HTTP/1.1 ") + status +
        "\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\nCache-Control: no-store\r\nReferrer-Policy: no-referrer"
        "\r\nContent-Security-Policy: default-src 'none'\r\nConnection: close\r\n\r\n" +
        body;
    (void)::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    (void)::shutdown(fd_, SHUT_WR);
  }

 private:
  const int fd_;
};

// "GET /samplan?QUERY HTTP/1.1": the query.
std::optional<std::string> query_of(const std::string& head) {
  const std::string line = head.substr(0, head.find("\r\n"));
  const std::string start = std::string("GET ") + path + "?";
  const std::size_t end = line.rfind(" HTTP/1.");
  if (line.compare(0, start.size(), start) != 0 || end == std::string::npos || end < start.size())
    return std::nullopt;
  return line.substr(start.size(), end - start.size());
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::optional<std::string> url_decode(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i] == '+' ? ' ' : text[i];
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return out;
}

}  // namespace

std::string query_value(const std::string& query, const std::string& name) {
  std::optional<std::string> found;
  for (std::size_t at = 0; at <= query.size();) {
    const std::size_t end = std::min(query.find('&', at), query.size());
    const std::string pair = query.substr(at, end - at);
    at = end + 1;
    const std::size_t equals = pair.find('=');
    if (equals == std::string::npos || pair.substr(0, equals) != name) continue;
    if (found) return {};
    found = url_decode(pair.substr(equals + 1));
    if (!found) return {};
  }
  return found.value_or(std::string());
}

std::string url_encode(const std::string& text) {
  constexpr const char* digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const bool is_plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
                          c == '-' || c == '.' || c == '_' || c == '~';
    const auto byte = static_cast<unsigned char>(c);
    if (is_plain) {
      out += c;
    } else {
      out += {'%', digits[byte >> 4U], digits[byte & 15U]};
    }
  }
  return out;
}

Result<RedirectListener> RedirectListener::open() {
  const Error failed{Errc::io, "redirect_listener", "Nettverksdelen av Samplan kan ikke starte."};
  RedirectListener out(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* const plain = reinterpret_cast<sockaddr*>(&address);
  if (out.fd_ < 0 || ::bind(out.fd_, plain, size) != 0 || ::listen(out.fd_, 8) != 0 ||
      ::getsockname(out.fd_, plain, &size) != 0)
    return failed;
  out.port_ = ntohs(address.sin_port);
  return out;
}

RedirectListener::~RedirectListener() {
  if (fd_ >= 0) (void)::close(fd_);
}
RedirectListener::RedirectListener(RedirectListener&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), port_(other.port_) {}

std::string RedirectListener::uri() const { return "http://127.0.0.1:" + std::to_string(port_) + path; }

Result<RedirectAnswer> RedirectListener::wait(const std::string& state, std::int64_t wait_ms) {
  const auto end = Clock::now() + std::chrono::milliseconds(wait_ms);
  while (is_ready(fd_, ms_until(end))) {
    const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) {
      if (errno == EINTR || errno == ECONNABORTED || errno == EAGAIN) continue;
      return Error{Errc::io, "redirect_listener accept"};
    }
    const Visitor visitor(fd);
    const auto query =
        query_of(visitor.read_head(std::min(end, Clock::now() + std::chrono::milliseconds(one_visit_ms))));
    if (!query || state.empty() || query_value(*query, "state") != state) {
      visitor.answer("404 Not Found", "Her er det ingenting.");
      continue;
    }
    RedirectAnswer out{query_value(*query, "code"), query_value(*query, "error"), query_value(*query, "iss")};
    if (out.code.empty()) {
      visitor.answer("200 OK", "Innloggingen ble ikke fullført. Gå tilbake til Samplan.");
    } else {
      visitor.answer("200 OK", "Du er logget inn. Lukk dette vinduet og gå tilbake til Samplan.");
    }
    return out;
  }
  return Error{Errc::try_later, "redirect_listener wait",
               "Ingen logget inn i tide. Ingenting er endret; prøv igjen når du vil."};
}

}  // namespace samplan::native
