// The routes through httplib, from vetted bytes to whole answers; the last tests go over a real socket.
#include "server/http_front.h"

#include <sstream>
#include <stdexcept>

#include "client-core/json/json_gate.h"
#include "server/http_router.h"
#include "tests/server/http_world.h"

using namespace samplan;
using namespace samplan::server;
using namespace samplan::server::testing;

namespace {

struct FakeService : SyncService {
  SyncAnswer sync(ByteView body, const std::string& host_header) override {
    if (body.text() == "throw") throw std::runtime_error("Kari Nordmann bor i Storgata 1");
    if (body.text() == "memory") throw std::bad_alloc();
    if (body.text() == "busy") return {503, {}};
    if (body.text() == "refuse") return {403, ByteView::of("why").copy()};
    if (body.text() == "large") return {200, Bytes(7U << 20, 0xa5)};
    return {200, ByteView::of("<" + std::string(body.text()) + "|" + host_header + ">").copy()};
  }
  SyncAnswer meet(ByteView body, const std::string& peer_address) override {
    if (body.text() == "often") return {429, {}};
    return {200, ByteView::of("<" + std::string(body.text()) + "|" + peer_address + ">").copy()};
  }
  SyncAnswer prove(ByteView body, const std::string& host_header) override {
    if (body.text() == "busy") return {503, {}};
    return {200, ByteView::of("{" + std::string(body.text()) + "|" + host_header + "}").copy()};
  }
  SyncAnswer checkpoint() override {
    if (!is_healthy) return {404, ByteView::of("none yet\n").copy()};
    return {200, ByteView::of("navn\n1\nrot\n").copy()};
  }
  SyncAnswer vouch(ByteView body, const std::string& host_header, const std::string& peer_address) override {
    return {200, ByteView::of(std::string(body.text()) + "|" + host_header + "|" + peer_address).copy()};
  }
  Hello hello() const override {
    Hello out;
    out.server_key.bytes.fill(0xab);
    out.generation = 7;
    return out;
  }
  std::string metrics() const override { return "samplan_plans 3\n"; }
  bool healthy() const override { return is_healthy; }
  std::atomic<bool> is_healthy{true};
};

struct Front {
  FakeService service;
  HttpStats stats;
  HttpLimits limits = patient_limits();
  HttpFront front{limits, service, stats};

  // Through the same vetting as on the wire.
  Reply ask(const std::string& bytes) {
    const HeadScan scan = scan_head(bytes, 0, limits);
    REQUIRE(scan.head_bytes > 0);
    auto vetted = vet_head(bytes.substr(0, scan.head_bytes), false, limits);
    REQUIRE(std::holds_alternative<VettedHead>(vetted));
    VettedRequest request;
    request.head = std::get_if<VettedHead>(&vetted)->text;
    request.keep_alive = std::get_if<VettedHead>(&vetted)->keep_alive;
    request.body = bytes.substr(scan.head_bytes);
    const HttpAnswer answer = front.run(request);
    keep_alive = answer.keep_alive;
    const std::size_t end = answer.bytes.find("\r\n\r\n") + 4;
    return Reply{status_of(answer.bytes), answer.bytes.substr(0, end), answer.bytes.substr(end)};
  }
  bool keep_alive = false;
};

std::string sync_request(const std::string& body, const std::string& more = "") {
  return post(body, "Content-Type: application/octet-stream\r\n" + more);
}

}  // namespace

TEST_CASE("front: a sync request reaches the service with its bytes and its Host, and the answer is bytes",
          "[http]") {
  Front front;
  const std::string body("\0\r\n\r\n\xff%41", 9);
  const Reply reply = front.ask(sync_request(body));
  CHECK(reply.status == 200);
  CHECK(reply.body == "<" + body + "|test>");
  CHECK(reply.has("Content-Type: application/octet-stream\r\n"));
  CHECK(reply.has("Content-Length: " + std::to_string(reply.body.size()) + "\r\n"));
  CHECK(front.keep_alive);
  CHECK(front.ask(sync_request("")).body == "<|test>");
}

TEST_CASE("front: the service's status is the answer's, and 503 says when to come back", "[http]") {
  Front front;
  const Reply refused = front.ask(sync_request("refuse"));
  CHECK(refused.status == 403);
  CHECK(refused.body == "why");
  const Reply busy = front.ask(sync_request("busy"));
  CHECK(busy.status == 503);
  CHECK(busy.has("Retry-After: 2\r\n"));
  CHECK(front.ask(sync_request("large")).body == std::string(7U << 20, '\xa5'));
}

TEST_CASE("front: the meeting place takes bytes and says when to come back", "[http]") {
  Front front;
  const auto ask = [&](const std::string& body, const std::string& type) {
    std::string request = post(body, type);
    request.replace(request.find("/v1/sync"), 8, "/v1/meet");
    return front.ask(request);
  };
  const std::string octets_line = "Content-Type: application/octet-stream\r\n";
  CHECK(ask("ab", octets_line).body == "<ab|>");
  const Reply often = ask("often", octets_line);
  CHECK(often.status == 429);
  CHECK(often.has("Retry-After: 2\r\n"));
  CHECK(ask("ab", "Content-Type: text/plain\r\n").status == 415);
}

TEST_CASE("front: proofs are asked for with bytes, and the checkpoint is text for anybody", "[http]") {
  Front front;
  const std::string octets_line = "Content-Type: application/octet-stream\r\n";
  const auto ask = [&](const std::string& body, const std::string& type) {
    std::string request = post(body, type);
    request.replace(request.find("/v1/sync"), 8, "/v1/proof");
    return front.ask(request);
  };
  CHECK(ask("ab", octets_line).body.substr(0, 4) == "{ab|");
  CHECK(ask("busy", octets_line).has("Retry-After: 2\r\n"));
  CHECK(ask("ab", "Content-Type: text/plain\r\n").status == 415);
  const Reply note = front.ask(get("/v1/checkpoint"));
  CHECK(note.status == 200);
  CHECK(note.body == "navn\n1\nrot\n");
  CHECK(note.has("Content-Type: text/plain; charset=utf-8\r\n"));
  front.service.is_healthy = false;
  CHECK(front.ask(get("/v1/checkpoint")).status == 404);
}

TEST_CASE("front: a sync request of another content type is refused", "[http]") {
  Front front;
  CHECK(front.ask(post("x", "Content-Type: application/json\r\n")).status == 415);
  CHECK(front.ask(post("x", "Content-Type: application/x-www-form-urlencoded\r\n")).status == 415);
  CHECK(front.ask(post("x")).status == 415);
  CHECK(front.ask(post("x", "Content-Type: application/octet-stream; v=1\r\n")).status == 200);
}

TEST_CASE("front: an exception becomes a 500 that tells nothing of its text", "[http]") {
  Front front;
  for (const char* body : {"throw", "memory"}) {
    const Reply reply = front.ask(sync_request(body));
    CHECK(reply.status == 500);
    CHECK((reply.head + reply.body).find("Kari") == std::string::npos);
    CHECK((reply.head + reply.body).find("EXCEPTION") == std::string::npos);
    CHECK((reply.head + reply.body).find("bad_alloc") == std::string::npos);
  }
}

TEST_CASE("front: hello is JSON with the key, the protocol and the generation", "[http]") {
  Front front;
  const Reply reply = front.ask(get("/v1/hello"));
  CHECK(reply.status == 200);
  CHECK(reply.has("Content-Type: application/json\r\n"));
  const auto json = parse_json(reply.body);
  REQUIRE(json.ok());
  std::string key;
  for (int i = 0; i < 32; ++i) key += "ab";
  CHECK((*json)["server_key"] == key);
  CHECK((*json)["protocol"] == 1);
  CHECK((*json)["generation"] == 7);
}

TEST_CASE("front: health follows the service", "[http]") {
  Front front;
  CHECK(front.ask(get("/healthz")).status == 200);
  CHECK(front.ask(get("/healthz")).body == "ok\n");
  front.service.is_healthy = false;
  CHECK(front.ask(get("/healthz")).status == 503);
  CHECK(front.ask("HEAD /healthz HTTP/1.1\r\nHost: a\r\n\r\n").body.empty());
}

TEST_CASE("front: metrics are lines of a name and a number", "[http]") {
  Front front;
  front.stats.connections_accepted = 12;
  front.stats.answers_by_status[200] = 11;
  const Reply reply = front.ask(get("/metrics"));
  CHECK(reply.status == 200);
  CHECK(reply.body.find("samplan_http_connections_accepted_total 12\n") != std::string::npos);
  CHECK(reply.body.find("samplan_http_answers_total{status=\"200\"} 11\n") != std::string::npos);
  CHECK(reply.body.find("samplan_plans 3\n") != std::string::npos);
  std::istringstream lines(reply.body);
  for (std::string line; std::getline(lines, line);) {
    INFO(line);
    if (line[0] == '#') continue;
    const std::size_t space = line.rfind(' ');
    CHECK(line.substr(0, 8) == "samplan_");
    CHECK(line.find_first_not_of("0123456789", space + 1) == std::string::npos);
  }
}

TEST_CASE("front: unknown paths and wrong methods are 404, also when they are long or odd", "[http]") {
  Front front;
  CHECK(front.ask(get("/")).status == 404);
  CHECK(front.ask(get("/v1/sync")).status == 404);
  CHECK(front.ask(post("x", "")).status == 415);
  CHECK(front.ask(get("/v1/hello/")).status == 404);
  CHECK(front.ask(get("/v1/hello%20x")).status == 404);
  CHECK(front.ask(get("/" + std::string(2'000, 'a'))).status == 404);
  CHECK(front.ask(get("/../../etc/passwd")).status == 404);
}

TEST_CASE("front: every answer carries the security headers", "[http]") {
  Front front;
  for (const std::string& request : {get("/healthz"), get("/metrics"), get("/v1/hello"), get("/nowhere"),
                                     sync_request("x"), sync_request("throw"), post("x")}) {
    INFO(request);
    const Reply reply = front.ask(request);
    for (const HeaderLine& line : security_headers) {
      CHECK(reply.has(std::string(line.name) + ": " + line.value + "\r\n"));
    }
  }
}

TEST_CASE("front: a percent-encoded line end in a header arrives as it was sent, as no line of its own",
          "[http]") {
  Front front;
  // The Host may hold no percent sign; the content type shows what httplib makes of one.
  CHECK(front.ask(post("x", "Content-Type: application/octet-stream%3b\r\n")).status == 415);
  CHECK(front.ask(post("x", "Content-Type: application%2foctet-stream\r\n")).status == 415);
  HttpRouter router(front.limits);
  std::string seen;
  int origins = 0;
  router.Get("/", [&](const httplib::Request& request, httplib::Response&) {
    seen = request.get_header_value("Origin");
    origins = static_cast<int>(request.get_header_value_count("X-Planted"));
  });
  const auto vetted = vet_head(get("/", "Origin: a%0d%0aX-Planted: b%25%u0041+\r\n"), false, front.limits);
  REQUIRE(std::holds_alternative<VettedHead>(vetted));
  VettedRequest request;
  request.head = std::get_if<VettedHead>(&vetted)->text;
  (void)router.run(request);
  CHECK(seen == "a%0d%0aX-Planted: b%25%u0041+");
  CHECK(origins == 0);
}

TEST_CASE("front: the address that routes see is the connection's", "[http]") {
  const HttpLimits limits = patient_limits();
  HttpRouter router(limits);
  std::string address;
  std::size_t count = 0;
  router.Get("/", [&](const httplib::Request& request, httplib::Response&) {
    address = request.get_header_value("REMOTE_ADDR");
    count = request.get_header_value_count("REMOTE_ADDR");
  });
  HttpStats stats;
  auto guard = HttpGuard::start(limits, router, stats, "127.0.0.1", 0);
  REQUIRE(guard.ok());
  RawClient client((*guard)->port(), RawClient::Source{"127.0.0.9"});
  client.send(get("/", "REMOTE_ADDR: 10.0.0.1\r\nRange: bytes=0-0\r\n"));
  CHECK(client.read().status == 200);
  (*guard)->stop();
  CHECK(address == "127.0.0.9");
  CHECK(count == 1);
}

TEST_CASE("front: guard, router and service together answer many clients at once", "[http]") {
  Front front;
  auto guard = HttpGuard::start(front.limits, front.front, front.stats, "127.0.0.1", 0);
  REQUIRE(guard.ok());
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      RawClient client((*guard)->port());
      for (int i = 0; i < 50; ++i) {
        const std::string body = std::to_string(t * 1000 + i);
        client.send(sync_request(body) + get("/metrics") + get("/v1/hello"));
        const bool sync_is_right = client.read().body == "<" + body + "|test>";
        if (sync_is_right && client.read().status == 200 && client.read().status == 200) ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(right == 200);
}
