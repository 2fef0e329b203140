// What one client can do with bytes, over real sockets. Times and numbers are in http_guard_limits_test.cpp.
#include "server/http_guard.h"

#include <algorithm>
#include <vector>

#include "tests/server/http_world.h"

using namespace samplan;
using namespace samplan::server;
using namespace samplan::server::testing;

TEST_CASE("guard: a request is answered, and the connection serves the next", "[http]") {
  World world;
  RawClient client(world.port(), post("first"));
  CHECK(client.read().body == "first");
  client.send(post("second"));
  CHECK(client.read().body == "second");
  client.send(get("/third"));
  CHECK(client.read().body.substr(0, 10) == "GET /third");
  CHECK(world.stats.connections_accepted == 1);
}

TEST_CASE("guard: pipelined requests are all answered, in order", "[http]") {
  World world;
  std::string all;
  for (int i = 0; i < 50; ++i) all += post("body " + std::to_string(i)) + get("/" + std::to_string(i));
  RawClient client(world.port(), all);
  for (int i = 0; i < 50; ++i) {
    CHECK(client.read().body == "body " + std::to_string(i));
    CHECK(client.read().body.substr(0, 20).find("GET /" + std::to_string(i) + " ") == 0);
  }
}

TEST_CASE("guard: a client that has said all and shut its side still gets every answer", "[http]") {
  World world;
  RawClient client(world.port(), post("one") + post("two"));
  client.end_sending();
  CHECK(client.read().body == "one");
  CHECK(client.read().body == "two");
  CHECK(client.is_closed_within(5'000));
}

TEST_CASE("guard: a body is never run as the next request", "[http]") {
  World world;
  const std::string smuggled = "GET /smuggled HTTP/1.1\r\nHost: a\r\n\r\n";
  RawClient client(world.port(), post(smuggled) + get("/honest"));
  CHECK(client.read().body == smuggled);
  CHECK(client.read().body.substr(0, 11) == "GET /honest");
  CHECK(world.runner.done == 2);

  // Refused requests: whatever follows the head is thrown away with the connection.
  for (const std::string& head : {
           std::string("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"),
           std::string("POST / HTTP/1.1\r\nHost: a\r\n\r\n"),
           std::string("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n"),
           std::string("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\nContent-Encoding: gzip\r\n\r\n"),
           std::string("GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"),
           std::string("PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n"),
       }) {
    INFO(head);
    RawClient other(world.port(), head + smuggled + smuggled);
    CHECK(other.read().status >= 400);
    CHECK(other.is_closed_within(5'000));
  }
  CHECK(world.runner.done == 2);
}

TEST_CASE("guard: chunked, missing, negative and double lengths are refused", "[http]") {
  World world;
  const auto status = [&](const std::string& lines) {
    return world.ask("POST /v1/sync HTTP/1.1\r\nHost: a\r\n" + lines + "\r\nabc").status;
  };
  CHECK(status("Transfer-Encoding: chunked\r\n") == 411);
  CHECK(status("") == 411);
  CHECK(status("Content-Length: -3\r\n") == 400);
  CHECK(status("Content-Length: 3\r\nContent-Length: 3\r\n") == 400);
  CHECK(status("Content-Length: 3\r\nContent-Length: 4\r\n") == 400);
  CHECK(status("Content-Length: 3\r\n") == 200);
  CHECK(world.runner.done == 1);
}

TEST_CASE("guard: a too large body is refused at once, and who goes on sending can still read it", "[http]") {
  HttpLimits limits = patient_limits();
  limits.linger_ms = 5'000;
  World world(limits);
  const std::string head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 104857600\r\n\r\n";
  RawClient waiting(world.port(), head);
  CHECK(waiting.read().status == 413);  // not one byte of the body was sent

  // The server reads on and throws away: a reset in the middle would cost many clients the answer.
  RawClient eager(world.port(), head);
  CHECK(eager.send(std::string(8U << 20, 'x')));
  CHECK(eager.read().status == 413);
  CHECK(world.stats.request_bytes_held == 0);

  // But not for ever.
  RawClient endless(world.port(), head);
  std::size_t taken = 0;
  while (taken < 3 * limits.linger_bytes_max && endless.send(std::string(1U << 20, 'x'))) taken += 1U << 20;
  CHECK(taken < 3 * limits.linger_bytes_max);
  CHECK(world.runner.begun == 0);
}

TEST_CASE("guard: a body of exactly the bound passes, one byte more does not", "[http]") {
  World world;
  const std::string largest(limits::request_bytes_max, 'b');
  CHECK(world.ask(post(largest)).body == largest);
  CHECK(world
            .ask("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: " + std::to_string(largest.size() + 1) +
                 "\r\n\r\n")
            .status == 413);
}

TEST_CASE("guard: packed bodies, multipart and Expect are refused unread", "[http]") {
  World world;
  CHECK(world.ask(post("abc", "Content-Encoding: gzip\r\n")).status == 415);
  CHECK(world.ask(post("abc", "Content-Encoding: br\r\n")).status == 415);
  CHECK(world.ask(post("abc", "Content-Type: multipart/form-data; boundary=b\r\n")).status == 415);
  CHECK(world.ask(post("abc", "Expect: 100-continue\r\n")).status == 417);
  CHECK(world.runner.begun == 0);
}

TEST_CASE("guard: bare line feeds, folded lines and two Hosts are refused", "[http]") {
  World world;
  CHECK(world.ask("GET / HTTP/1.1\nHost: a\n\n").status == 400);
  CHECK(world.ask("GET / HTTP/1.1\r\nHost: a\nX: b\r\n\r\n").status == 400);
  CHECK(world.ask("GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n").status == 400);
  CHECK(world.ask("GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").status == 400);
  CHECK(world.ask("GET / HTTP/1.1\r\n\r\n").status == 400);
  CHECK(world.runner.begun == 0);
}

TEST_CASE("guard: an endless request line, header line or head is cut off while it still comes", "[http]") {
  World world;
  const std::string much(64U << 10, 'a');
  CHECK(world.ask("GET /" + much).status == 414);
  CHECK(world.ask("GET / HTTP/1.1\r\nX: " + much).status == 431);
  std::string lines;
  for (int i = 0; i < 5'000; ++i) lines += "X: y\r\n";
  CHECK(world.ask("GET / HTTP/1.1\r\n" + lines).status == 431);
  CHECK(world.ask(get("/" + std::string(2'048, 'a'))).status == 414);
  CHECK(world.runner.begun == 0);
}

TEST_CASE("guard: noise of every kind gets a 400 or a closed door, and harms nobody", "[http]") {
  World world;
  CHECK(world.ask(std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11)).status == 400);
  CHECK(world.ask("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n").status == 505 - 4);  // 501: no such method here
  CHECK(world.ask(std::string(1'000, '\0')).status == 400);
  std::uint32_t seed = 1;
  for (int i = 0; i < 200; ++i) {
    std::string noise;
    for (int k = 0; k < 200; ++k) noise += static_cast<char>((seed = seed * 1664525U + 1013904223U) >> 24);
    RawClient client(world.port(), noise);
  }
  for (int i = 0; i < 50; ++i) RawClient(world.port(), get()).abort();
  for (int i = 0; i < 50; ++i)
    RawClient(world.port(), post(std::string(10'000, 'x')).substr(0, 5'000)).abort();
  CHECK(world.still_answers());
}

TEST_CASE("guard: Range, compression wishes and REMOTE_ADDR never reach the code behind", "[http]") {
  World world;
  const Reply reply = world.ask(get("/",
                                    "Range: bytes=0-1,0-1,0-1\r\nAccept-Encoding: gzip\r\nREMOTE_ADDR: "
                                    "10.9.8.7\r\nX-Forwarded-For: 1.2.3.4\r\n"));
  CHECK(reply.body == "GET / HTTP/1.1\r\nHost: test\r\n\r\n");
}

TEST_CASE("guard: the last answer says so, and then the connection ends", "[http]") {
  HttpLimits limits = patient_limits();
  limits.requests_per_connection_max = 3;
  World world(limits);
  RawClient client(world.port());
  for (int i = 0; i < 3; ++i) {
    client.send(get());
    CHECK(client.read().body.find("Connection: close") == (i == 2 ? 28 : std::string::npos));
  }
  CHECK(client.is_closed_within(5'000));

  RawClient polite(world.port(), get("/", "Connection: close\r\n"));
  CHECK(polite.read().status == 200);
  CHECK(polite.is_closed_within(5'000));
}

TEST_CASE("guard: an answer is there well under the 40 ms that a delayed acknowledgement costs", "[http]") {
  World world;
  RawClient client(world.port());
  std::vector<std::int64_t> times;
  for (int i = 0; i < 21; ++i) {
    const auto start = Clock::now();
    client.send(post("x"));
    CHECK(client.read().status == 200);
    times.push_back(ms_since(start));
  }
  std::sort(times.begin(), times.end());
  CHECK(times[10] < 40);
}

TEST_CASE("guard: a runner that throws, or answers with something else than HTTP, gives a plain 500",
          "[http]") {
  struct Faulty : RequestRunner {
    HttpAnswer run(VettedRequest request) override {
      if (request.body == "memory") throw std::bad_alloc();
      if (request.body == "text") throw std::runtime_error("Kari Nordmann");
      if (request.body == "odd") throw 7;
      if (request.body == "nonsense") return {"not http", true};
      return {answer_with("well"), true};
    }
  };
  HttpStats stats;
  Faulty runner;
  auto guard = HttpGuard::start(patient_limits(), runner, stats, "127.0.0.1", 0);
  REQUIRE(guard.ok());
  for (const char* body : {"memory", "text", "odd", "nonsense", "memory"}) {
    INFO(body);
    RawClient client((*guard)->port(), post(body));
    const Reply reply = client.read();
    CHECK(reply.status == 500);
    CHECK((reply.head + reply.body).find("Kari") == std::string::npos);
  }
  RawClient client((*guard)->port(), post("ok"));
  CHECK(client.read().body == "well");
}

TEST_CASE("guard: its own answers carry the security headers and nothing of what was sent", "[http]") {
  World world;
  const Reply reply = world.ask("GET /Kari HTTP/1.1\r\nHost: Kari\r\nKari\r\n\r\n");
  CHECK(reply.status == 400);
  CHECK(reply.has("Cache-Control: no-store"));
  CHECK(reply.has("X-Content-Type-Options: nosniff"));
  CHECK(reply.has("Connection: close"));
  CHECK((reply.head + reply.body).find("Kari") == std::string::npos);
}

TEST_CASE(
    "guard: a client that vanishes while its request is at work costs nothing, and the request is carried "
    "out",
    "[http]") {
  World world;
  world.runner.hold();
  RawClient client(world.port(), post("x"));
  REQUIRE(eventually([&] { return world.runner.begun == 1; }));
  client.abort();
  pause_ms(50);
  world.runner.let_go();
  CHECK(eventually([&] { return world.stats.connections_open == 0; }));
  CHECK(world.runner.done == 1);
  CHECK(world.still_answers());
}

TEST_CASE("guard: the trace tells status, sizes and time", "[http]") {
  HttpStats stats;
  EchoRunner runner;
  std::mutex mutex;
  std::vector<HttpTrace> traces;
  auto guard = HttpGuard::start(patient_limits(), runner, stats, "127.0.0.1", 0, [&](const HttpTrace& trace) {
    const std::lock_guard<std::mutex> lock(mutex);
    traces.push_back(trace);
  });
  REQUIRE(guard.ok());
  CHECK(RawClient((*guard)->port(), post("12345")).read().status == 200);
  CHECK(RawClient((*guard)->port(), "GET / HTTP/9\r\n\r\n").read().status == 505);
  (*guard)->stop();
  REQUIRE(traces.size() == 2);
  CHECK(traces[0].status == 200);
  CHECK(traces[0].request_bytes == 5);
  CHECK(traces[0].answer_bytes == answer_with("12345").size());
  CHECK(traces[0].ms >= 0);
  CHECK(traces[1].status == 505);
}
