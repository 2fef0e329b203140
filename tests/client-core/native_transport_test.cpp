// The native transport against servers that are good, slow, broken and hostile. All on 127.0.0.1.
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "client-core/native/http_transport.h"

using namespace samplan;
using namespace samplan::native;

namespace {

using Clock = std::chrono::steady_clock;

std::int64_t ms_since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start).count();
}

// One accepted connection as the script of a server sees it.
class Peer {
 public:
  Peer(int fd, const std::atomic<bool>& is_over) : fd_(fd), is_over_(is_over) {}
  // The head and as much body as it declares; empty when the client is gone.
  std::string read_request() {
    while (!is_complete()) {
      char bytes[65536];
      const ssize_t got = ::recv(fd_, bytes, sizeof bytes, 0);
      if (got <= 0) return {};
      buffer_.append(bytes, static_cast<std::size_t>(got));
    }
    return std::move(buffer_);
  }
  // False when the client is gone or the test is over.
  bool send(const std::string& bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
      const ssize_t sent = ::send(fd_, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
      if (sent <= 0) return false;
      at += static_cast<std::size_t>(sent);
    }
    return !is_over_;
  }
  bool wait_ms(int ms) {
    for (int waited = 0; waited < ms && !is_over_; waited += 5)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    return !is_over_;
  }

 private:
  bool is_complete() const {
    const std::size_t end = buffer_.find("\r\n\r\n");
    if (end == std::string::npos) return false;
    const std::size_t at = buffer_.find("Content-Length: ");
    const std::size_t length = at < end ? std::strtoul(buffer_.c_str() + at + 16, nullptr, 10) : 0;
    return buffer_.size() >= end + 4 + length;
  }
  int fd_;
  const std::atomic<bool>& is_over_;
  std::string buffer_;
};

// Runs the script for one connection after another until the test ends.
class ScriptedServer {
 public:
  explicit ScriptedServer(std::function<void(Peer&)> script) : script_(std::move(script)) {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in own{};
    own.sin_family = AF_INET;
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof own;
    REQUIRE(::bind(listener_, reinterpret_cast<sockaddr*>(&own), size) == 0);
    REQUIRE(::listen(listener_, 8) == 0);
    REQUIRE(::getsockname(listener_, reinterpret_cast<sockaddr*>(&own), &size) == 0);
    port_ = ntohs(own.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~ScriptedServer() {
    is_over_ = true;
    (void)::shutdown(listener_, SHUT_RDWR);
    const int fd = current_;
    if (fd >= 0) (void)::shutdown(fd, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  std::string url(const std::string& path = "/v1/sync") const {
    return "http://127.0.0.1:" + std::to_string(port_) + path;
  }
  int connections() const { return connections_; }

 private:
  void serve() {
    for (;;) {
      const int fd = ::accept(listener_, nullptr, nullptr);
      if (fd < 0) return;
      current_ = fd;
      ++connections_;
      Peer peer(fd, is_over_);
      if (!is_over_) script_(peer);
      current_ = -1;
      ::close(fd);
    }
  }
  std::function<void(Peer&)> script_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> is_over_{false};
  std::atomic<int> current_{-1};
  std::atomic<int> connections_{0};
  std::thread thread_;
};

TransportLimits short_limits() {
  TransportLimits limits;
  limits.connect_ms = 500;
  limits.total_ms = 600;
  limits.reply_bytes_max = 100'000;
  return limits;
}

// What a client gets from a server that reads one request and sends this.
Result<Transport::Reply> reply_to(const std::string& answer, const TransportLimits& limits = short_limits()) {
  ScriptedServer server([&](Peer& peer) {
    (void)peer.read_request();
    peer.send(answer);
  });
  HttpTransport transport(limits);
  return transport.post(server.url(), ByteView::of("question"));
}
Errc code_for(const std::string& answer) { return reply_to(answer).code(); }

// What a client gets from a server that sends `start` and then `more` for ever; it must end in a moment.
Errc code_for_endless(const std::string& start, const std::string& more) {
  ScriptedServer server([&](Peer& peer) {
    (void)peer.read_request();
    if (!peer.send(start)) return;
    while (peer.send(more)) {
    }
  });
  TransportLimits limits = short_limits();
  limits.total_ms = 10'000;
  HttpTransport transport(limits);
  const auto started = Clock::now();
  const Errc code = transport.post(server.url(), ByteView::of("question")).code();
  CHECK(ms_since(started) < 5'000);
  return code;
}

std::string ok_with(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

}  // namespace

TEST_CASE("transport: a post sends exactly its bytes and gets exactly the reply's", "[transport]") {
  std::string seen;
  const std::string question("\0\xff\r\n\r\n?", 7);
  const std::string answer("\0\x01\r\n\xfe", 5);
  ScriptedServer server([&](Peer& peer) {
    seen = peer.read_request();
    peer.send(ok_with(answer));
  });
  HttpTransport transport;
  const auto reply = transport.post(server.url(), ByteView::of(question));
  REQUIRE(reply.ok());
  CHECK(reply->http_status == 200);
  CHECK(ByteView(reply->body).text() == answer);
  CHECK(seen.find("POST /v1/sync HTTP/1.1\r\n") == 0);
  CHECK(seen.find("Content-Type: application/octet-stream\r\n") != std::string::npos);
  CHECK(seen.find("Content-Length: 7\r\n") != std::string::npos);
  CHECK(seen.find("Expect") == std::string::npos);
  CHECK(seen.find("Accept-Encoding") == std::string::npos);
  CHECK(seen.substr(seen.find("\r\n\r\n") + 4) == question);
}

TEST_CASE("transport: an empty post and a large one pass", "[transport]") {
  ScriptedServer server([](Peer& peer) {
    for (std::string request = peer.read_request(); !request.empty(); request = peer.read_request()) {
      peer.send(ok_with(std::to_string(request.size() - request.find("\r\n\r\n") - 4)));
    }
  });
  HttpTransport transport;
  CHECK(ByteView(transport.post(server.url(), {})->body).text() == "0");
  const Bytes large(limits::request_bytes_max, 0x5a);
  CHECK(ByteView(transport.post(server.url(), large)->body).text() == std::to_string(large.size()));
}

TEST_CASE("transport: the connection is kept for the next exchange, and a dropped one is opened anew",
          "[transport]") {
  int left = 3;
  ScriptedServer server([&](Peer& peer) {
    while (left-- > 0) {
      if (peer.read_request().empty()) return;
      peer.send(ok_with("x"));
    }
    left = 3;
  });
  HttpTransport transport;
  for (int i = 0; i < 3; ++i) CHECK(transport.get(server.url()).ok());
  CHECK(server.connections() == 1);
  CHECK(transport.post(server.url(), ByteView::of("again")).ok());
  CHECK(server.connections() == 2);
}

TEST_CASE("transport: a status is a reply, and a redirect is not followed", "[transport]") {
  for (const int status : {204, 301, 302, 307, 400, 403, 404, 413, 500, 503}) {
    INFO(status);
    const auto reply = reply_to("HTTP/1.1 " + std::to_string(status) +
                                " Text\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n");
    REQUIRE(reply.ok());
    CHECK(reply->http_status == status);
  }
}

TEST_CASE("transport: only whole http and https addresses are used", "[transport]") {
  HttpTransport transport(short_limits());
  for (const char* url :
       {"", "plan.example.no", "file:///etc/passwd", "ftp://127.0.0.1/", "gopher://127.0.0.1/", "http://",
        "http:///x", "http://user:word@127.0.0.1/", "http://user@127.0.0.1/", "http://127.0.0.1:99999/",
        "http://a b/", "javascript:alert(1)", "dict://127.0.0.1/"}) {
    INFO(url);
    const auto reply = transport.get(url);
    CHECK(reply.code() == Errc::invalid_argument);
    CHECK_FALSE(reply.error().detail.empty());
  }
}

TEST_CASE("transport: a server that is not there is offline", "[transport]") {
  std::string url;
  {
    ScriptedServer server([](Peer&) {});
    url = server.url();
  }
  HttpTransport transport(short_limits());
  CHECK(transport.post(url, ByteView::of("x")).code() == Errc::offline);
  CHECK(transport.get("http://no-such-host.invalid/").code() == Errc::offline);
  CHECK_FALSE(transport.get(url).error().detail.empty());
}

TEST_CASE(
    "transport: a connection that breaks before the reply is complete is offline, and nothing is believed",
    "[transport]") {
  CHECK(code_for("") == Errc::offline);
  CHECK(code_for("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf") == Errc::offline);
  CHECK(code_for("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n") == Errc::offline);
  // To curl a broken chunk is a broken connection.
  CHECK(code_for("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n") ==
        Errc::offline);
  for (const char* head :
       {"HTTP/1.1 200 OK\r\nContent-Le", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nX: y\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX: y\r\n"}) {
    INFO(head);
    CHECK(code_for(head) == Errc::offline);
  }
  ScriptedServer hangs_up([](Peer&) {});
  HttpTransport transport(short_limits());
  CHECK(transport.post(hangs_up.url(), ByteView::of("x")).code() == Errc::offline);
}

TEST_CASE("transport: a server that is silent or drips is given up in time", "[transport]") {
  for (const char* start :
       {"", "HTTP/1.1 200 OK\r\nX: ", "HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"}) {
    INFO(start);
    ScriptedServer server([&](Peer& peer) {
      (void)peer.read_request();
      peer.send(start);
      while (peer.wait_ms(20) && (start[0] == '\0' || peer.send("x"))) {
      }
    });
    HttpTransport transport(short_limits());
    const auto started = Clock::now();
    CHECK(transport.post(server.url(), ByteView::of("x")).code() == Errc::try_later);
    CHECK(ms_since(started) >= 500);
    CHECK(ms_since(started) < 3'000);
  }
}

TEST_CASE("transport: fewer bytes than the lowest rate end the exchange before its whole time",
          "[transport]") {
  ScriptedServer server([](Peer& peer) {
    (void)peer.read_request();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n");
    while (peer.wait_ms(100) && peer.send("x")) {
    }
  });
  TransportLimits limits;
  limits.slow_s = 1;
  HttpTransport transport(limits);
  const auto started = Clock::now();
  CHECK(transport.get(server.url()).code() == Errc::try_later);
  CHECK(ms_since(started) < 10'000);
}

TEST_CASE("transport: a reply of exactly the bound passes, one byte more is too large, declared or not",
          "[transport]") {
  const std::string largest(short_limits().reply_bytes_max, 'x');
  CHECK(reply_to(ok_with(largest))->body.size() == largest.size());
  CHECK(code_for(ok_with(largest + "x")) == Errc::too_large);
  CHECK(code_for("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n") == Errc::too_large);
  CHECK(code_for("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + largest + "x") == Errc::too_large);
  CHECK(code_for_endless("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", std::string(10'000, 'x')) ==
        Errc::too_large);
  CHECK(code_for_endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                         "2710\r\n" + std::string(10'000, 'x') + "\r\n") == Errc::too_large);
}

TEST_CASE("transport: endless status lines, headers, interim answers and trailers are cut off",
          "[transport]") {
  const std::string much(10'000, 'a');
  CHECK(code_for_endless("HTTP/1.1 200 ", much) == Errc::bad_reply);
  CHECK(code_for_endless("HTTP/1.1 200 OK\r\nX: ", much) == Errc::bad_reply);
  CHECK(code_for_endless("HTTP/1.1 200 OK\r\n", "X: " + much + "\r\n") == Errc::bad_reply);
  CHECK(code_for_endless("HTTP/1.1 200 OK\r\n", "X: y\r\n") == Errc::bad_reply);
  CHECK(code_for_endless("", "HTTP/1.1 100 Continue\r\n\r\n") == Errc::bad_reply);
  CHECK(code_for_endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n", "X: y\r\n") ==
        Errc::bad_reply);
}

TEST_CASE("transport: what is not HTTP as we accept it is a bad reply", "[transport]") {
  CHECK(code_for("SSH-2.0-OpenSSH_9.2\r\n") == Errc::bad_reply);
  CHECK(code_for("<html>just text</html>") == Errc::bad_reply);
  CHECK(code_for("HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello") == Errc::bad_reply);
  CHECK(code_for("HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\nhello") == Errc::bad_reply);
  CHECK(code_for("HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n") == Errc::bad_reply);
}

TEST_CASE("transport: a packed reply is not unpacked", "[transport]") {
  const auto reply = reply_to("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nbomb");
  REQUIRE(reply.ok());
  CHECK(ByteView(reply->body).text() == "bomb");
}

TEST_CASE("transport: after a failure the next exchange is as good as new", "[transport]") {
  int turn = 0;
  ScriptedServer server([&](Peer& peer) {
    (void)peer.read_request();
    peer.send(++turn == 1 ? "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf" : ok_with("whole"));
  });
  HttpTransport transport(short_limits());
  CHECK(transport.post(server.url(), ByteView::of("x")).code() == Errc::offline);
  const auto reply = transport.post(server.url(), ByteView::of("x"));
  REQUIRE(reply.ok());
  CHECK(ByteView(reply->body).text() == "whole");
}

TEST_CASE("transport: an address with https that speaks plain HTTP is a bad reply, not a fallback",
          "[transport]") {
  ScriptedServer server([](Peer& peer) { peer.send(ok_with("plain")); });
  HttpTransport transport(short_limits());
  std::string url = server.url();
  url.replace(0, 4, "https");
  CHECK(transport.get(url).code() == Errc::bad_reply);
}
