// A guard on a free port of 127.0.0.1 with short times, a runner that echoes, and a client that sends raw
// bytes.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "server/http_answer.h"
#include "server/http_guard.h"

namespace samplan::server::testing {

inline std::int64_t ms_since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start).count();
}

inline void pause_ms(int ms) { std::this_thread::sleep_for(std::chrono::milliseconds(ms)); }

// Waits for something that another thread brings about; false after five seconds.
inline bool eventually(const std::function<bool()>& holds) {
  const auto start = Clock::now();
  while (!holds()) {
    if (ms_since(start) > 5'000) return false;
    pause_ms(2);
  }
  return true;
}

struct Reply {
  int status = 0;
  std::string head;
  std::string body;
  bool has(const std::string& text) const { return head.find(text) != std::string::npos; }
};

// A client that does exactly what the test says.
class RawClient {
 public:
  struct Source {
    const char* address;
  };
  explicit RawClient(std::uint16_t port, Source source = {"127.0.0.1"}) {
    fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in from{};
    from.sin_family = AF_INET;
    ::inet_pton(AF_INET, source.address, &from.sin_addr);
    (void)::bind(fd_, reinterpret_cast<sockaddr*>(&from), sizeof from);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    is_connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&to), sizeof to) == 0;
  }
  RawClient(std::uint16_t port, const std::string& bytes) : RawClient(port) { send(bytes); }
  ~RawClient() { close(); }
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool is_connected() const { return is_connected_; }
  int fd() const { return fd_; }

  // False if the server has closed.
  bool send(const std::string& bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
      const ssize_t sent = ::send(fd_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
      if (sent <= 0) return false;
      at += static_cast<std::size_t>(sent);
    }
    return true;
  }
  void end_sending() { (void)::shutdown(fd_, SHUT_WR); }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  // Closes with a reset instead of an orderly end.
  void abort() {
    const linger now{1, 0};
    (void)::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
  }

  // The next whole answer (it has a Content-Length); status 0 if the connection ends or five seconds pass
  // first.
  Reply read(bool is_head_request = false) {
    Reply out;
    while (buffer_.find("\r\n\r\n") == std::string::npos) {
      if (!receive()) return out;
    }
    const std::size_t end = buffer_.find("\r\n\r\n") + 4;
    out.head = buffer_.substr(0, end);
    buffer_.erase(0, end);
    out.status = status_of(out.head);
    const std::size_t at = out.head.find("Content-Length: ");
    const std::size_t length = at == std::string::npos || is_head_request
                                   ? 0
                                   : std::strtoul(out.head.c_str() + at + 16, nullptr, 10);
    while (buffer_.size() < length) {
      if (!receive()) return Reply{};
    }
    out.body = buffer_.substr(0, length);
    buffer_.erase(0, length);
    return out;
  }
  // True if the server ends the connection, with nothing more to read, within the time.
  bool is_closed_within(int ms) {
    const auto start = Clock::now();
    while (ms_since(start) < ms) {
      pollfd wait{fd_, POLLIN, 0};
      if (::poll(&wait, 1, ms - static_cast<int>(ms_since(start))) <= 0) return false;
      char byte = 0;
      const ssize_t got = ::recv(fd_, &byte, 1, 0);
      if (got == 0 || (got < 0 && errno == ECONNRESET)) return true;
      if (got > 0) return false;
    }
    return false;
  }
  bool has_bytes_within(int ms) {
    pollfd wait{fd_, POLLIN, 0};
    return !buffer_.empty() || ::poll(&wait, 1, ms) > 0;
  }

 private:
  bool receive() {
    pollfd wait{fd_, POLLIN, 0};
    if (::poll(&wait, 1, 5'000) <= 0) return false;
    char bytes[65536];
    const ssize_t got = ::recv(fd_, bytes, sizeof bytes, 0);
    if (got <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(got));
    return true;
  }
  int fd_ = -1;
  bool is_connected_ = false;
  std::string buffer_;
};

inline std::string answer_with(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

// Answers with the body it got, or with the head if there was none. Can be held up, and remembers what came.
class EchoRunner : public RequestRunner {
 public:
  HttpAnswer run(VettedRequest request) override {
    ++begun;
    {
      std::unique_lock<std::mutex> lock(mutex_);
      may_go_.wait(lock, [this] { return !is_held_; });
    }
    ++done;
    if (answer_bytes > 0) return {answer_with(std::string(answer_bytes, 'x')), request.keep_alive};
    return {answer_with(request.body.empty() ? request.head : request.body), request.keep_alive};
  }
  void hold() {
    const std::lock_guard<std::mutex> lock(mutex_);
    is_held_ = true;
  }
  void let_go() {
    const std::lock_guard<std::mutex> lock(mutex_);
    is_held_ = false;
    may_go_.notify_all();
  }
  std::atomic<int> begun{0};
  std::atomic<int> done{0};
  std::atomic<std::size_t> answer_bytes{0};

 private:
  std::mutex mutex_;
  std::condition_variable may_go_;
  bool is_held_ = false;
};

// Times a hundred times shorter than the real ones; sizes as they are.
inline HttpLimits short_limits() {
  HttpLimits limits;
  limits.head_ms = 200;
  limits.body_ms = 200;
  limits.idle_ms = 300;
  limits.write_ms = 300;
  limits.linger_ms = 200;
  limits.accept_pause_ms = 20;
  limits.stop_ms = 3'000;
  limits.workers = 4;
  return limits;
}

// For tests that are not about time and must not fail on a slow day.
inline HttpLimits patient_limits() {
  HttpLimits limits;
  limits.workers = 4;
  limits.linger_ms = 200;
  return limits;
}

struct World {
  explicit World(const HttpLimits& limits = patient_limits()) {
    auto started = HttpGuard::start(limits, runner, stats, "127.0.0.1", 0);
    REQUIRE(started.ok());
    guard = std::move(started).value();
  }
  ~World() { runner.let_go(); }
  std::uint16_t port() const { return guard->port(); }

  // One request on a connection of its own; the answer, and whether the server then closed.
  Reply ask(const std::string& bytes) {
    RawClient client(port(), bytes);
    return client.read();
  }
  bool still_answers() { return ask("GET /alive HTTP/1.1\r\nHost: a\r\n\r\n").status == 200; }

  HttpStats stats;
  EchoRunner runner;
  std::unique_ptr<HttpGuard> guard;
};

inline std::string get(const std::string& target = "/", const std::string& more_lines = "") {
  return "GET " + target + " HTTP/1.1\r\nHost: test\r\n" + more_lines + "\r\n";
}
inline std::string post(const std::string& body, const std::string& more_lines = "") {
  return "POST /v1/sync HTTP/1.1\r\nHost: test\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
         more_lines + "\r\n" + body;
}

}  // namespace samplan::server::testing
