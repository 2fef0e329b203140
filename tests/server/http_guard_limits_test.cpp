// What clients can do with time and number: slow, idle, many, greedy; and what the server does at its bounds.
#include <fcntl.h>
#include <sys/resource.h>

#include <fstream>
#include <vector>

#include "tests/server/http_world.h"

using namespace samplan;
using namespace samplan::server;
using namespace samplan::server::testing;

// A sanitizer keeps freed memory on purpose.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SP_SANITIZED true
#elif defined(__has_feature)
#define SP_SANITIZED (__has_feature(address_sanitizer) || __has_feature(thread_sanitizer))
#else
#define SP_SANITIZED false
#endif

namespace {

constexpr bool is_sanitized = SP_SANITIZED;

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t total = 0;
  std::size_t resident = 0;
  file >> total >> resident;
  return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
}

}  // namespace

TEST_CASE("guard: slow and silent connections take no worker from others", "[http]") {
  World world(patient_limits());  // four workers
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < 60; ++i) slow.push_back(std::make_unique<RawClient>(world.port()));
  for (int i = 0; i < 60; ++i)
    slow.push_back(std::make_unique<RawClient>(world.port(), std::string("GET / HT")));
  for (int i = 0; i < 60; ++i)
    slow.push_back(std::make_unique<RawClient>(world.port(), post(std::string(99, 'x')).substr(0, 90)));
  const auto start = Clock::now();
  for (int i = 0; i < 10; ++i) CHECK(world.still_answers());
  CHECK(ms_since(start) < 5'000);
}

TEST_CASE("guard: a head must be complete in its time, and dripping bytes does not prolong it", "[http]") {
  World world(short_limits());
  const auto start = Clock::now();
  RawClient silent(world.port());
  RawClient dripping(world.port(), std::string("\r"));
  const std::string head = "\nGET /" + std::string(1'000, 'a');
  std::size_t at = 0;
  while (!dripping.has_bytes_within(10) && at < head.size()) dripping.send(head.substr(at++, 1));
  CHECK(dripping.read().status == 408);
  CHECK(silent.is_closed_within(5'000));
  CHECK(ms_since(start) >= 190);
  CHECK(ms_since(start) < 4'500);
  CHECK(world.stats.connections_timed_out == 2);
}

TEST_CASE("guard: on a kept connection a dripped next head has no more time than the first", "[http]") {
  World world(short_limits());
  RawClient client(world.port(), get());
  CHECK(client.read().status == 200);
  const auto start = Clock::now();
  const std::string head = "GET /" + std::string(1'000, 'a');
  std::size_t at = 0;
  while (!client.has_bytes_within(10) && at < head.size()) client.send(head.substr(at++, 1));
  CHECK(client.read().status == 408);
  CHECK(ms_since(start) < 4'500);
}

TEST_CASE("guard: a body that comes too slowly is given up long before its declared length would allow",
          "[http]") {
  World world(short_limits());
  const auto start = Clock::now();
  // At the lowest rate 4 MiB may take more than eight minutes; a client that sends nothing gets the base time
  // only.
  RawClient stalled(world.port(), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4194304\r\n\r\nxxx");
  CHECK(stalled.read().status == 408);
  CHECK(ms_since(start) < 4'500);

  // Dripping prolongs it only by what the bytes are worth at the lowest rate.
  RawClient dripping(world.port(), "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4194304\r\n\r\n");
  int drops = 0;
  while (drops < 300 && !dripping.has_bytes_within(10)) {
    dripping.send("x");
    ++drops;
  }
  CHECK(drops < 300);
  CHECK(dripping.read().status == 408);
  CHECK(world.runner.begun == 0);
}

TEST_CASE("guard: a body that keeps up the lowest rate is not cut off", "[http]") {
  HttpLimits limits = short_limits();
  limits.body_ms = 1'000;
  limits.body_bytes_per_s_min = 1'000;
  World world(limits);
  const std::string body(3'000, 'x');
  const std::string request = post(body);
  const std::size_t head_bytes = request.size() - body.size();
  RawClient client(world.port(), request.substr(0, head_bytes));
  for (std::size_t at = 0; at < body.size();
       at += 200) {  // 2000 bytes a second, for longer than the base time
    client.send(body.substr(at, 200));
    pause_ms(100);
  }
  CHECK(client.read().body == body);
}

TEST_CASE("guard: an idle connection is closed after its time without a word", "[http]") {
  World world(short_limits());
  RawClient client(world.port(), get());
  CHECK(client.read().status == 200);
  const auto start = Clock::now();
  CHECK(client.is_closed_within(5'000));
  CHECK(ms_since(start) >= 250);
}

TEST_CASE("guard: a reader that takes nothing of its answer is cut off, and its answer's memory is free",
          "[http]") {
  World world(short_limits());
  world.runner.answer_bytes = 8U << 20;
  RawClient client(world.port());
  const int small = 4096;
  (void)::setsockopt(client.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  client.send(get());
  REQUIRE(eventually([&] { return world.stats.answer_bytes_held > 0; }));
  CHECK(eventually([&] { return world.stats.connections_timed_out == 1; }));
  CHECK(eventually([&] { return world.stats.answer_bytes_held == 0 && world.stats.connections_open == 0; }));
}

TEST_CASE(
    "guard: answers that slow readers do not take are bounded together; the slowest pays, others are served",
    "[http]") {
  HttpLimits limits = patient_limits();
  limits.answer_bytes_in_flight_max = 24U << 20;
  World world(limits);
  world.runner.answer_bytes = 8U << 20;
  std::vector<std::unique_ptr<RawClient>> slow;
  for (int i = 0; i < 8; ++i) {
    slow.push_back(std::make_unique<RawClient>(world.port()));
    const int small = 4096;
    (void)::setsockopt(slow.back()->fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    slow.back()->send(get());
  }
  REQUIRE(eventually([&] { return world.stats.answers(200) == 8; }));
  CHECK(eventually([&] { return world.stats.connections_shed >= 5; }));
  CHECK(world.stats.answer_bytes_held <= limits.answer_bytes_in_flight_max);
  CHECK(world.ask(get()).body.size() == (8U << 20));
}

TEST_CASE("guard: unfinished bodies are bounded together; the slowest pays, others are served", "[http]") {
  HttpLimits limits = patient_limits();
  limits.request_bytes_in_flight_max = 4U << 20;
  World world(limits);
  const std::string unfinished = post(std::string(1U << 20, 'x')).substr(0, 1U << 20);
  std::vector<std::unique_ptr<RawClient>> slow;
  slow.push_back(std::make_unique<RawClient>(world.port(), unfinished));
  REQUIRE(eventually([&] { return world.stats.request_bytes_held > 0; }));
  for (int i = 0; i < 11; ++i) slow.push_back(std::make_unique<RawClient>(world.port(), unfinished));
  CHECK(eventually([&] { return world.stats.connections_shed >= 4; }));
  CHECK(eventually([&] { return world.stats.request_bytes_held <= limits.request_bytes_in_flight_max; }));
  CHECK(slow.front()->read().status == 503);
  CHECK(world.ask(post("quick")).body == "quick");
  slow.clear();
  CHECK(eventually([&] { return world.stats.request_bytes_held == 0; }));
}

TEST_CASE("guard: nothing of a request is kept after its connection is closed", "[http]") {
  World world(patient_limits());
  CHECK(world.ask(post(std::string(4U << 20, 'x'))).status == 200);
  const std::size_t before = resident_bytes();
  const std::string fat =
      "GET / HTTP/1.1\r\nX: " + std::string(8'000, 'a') + "\r\nY: " + std::string(8'000, 'b');
  for (int round = 0; round < 5; ++round) {
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 200; ++i) clients.push_back(std::make_unique<RawClient>(world.port(), fat));
    REQUIRE(eventually([&] { return world.stats.request_bytes_held > 200 * fat.size() / 2; }));
    clients.clear();
    REQUIRE(eventually([&] { return world.stats.connections_open == 0; }));
    CHECK(world.stats.request_bytes_held == 0);
  }
  for (int i = 0; i < 50; ++i) CHECK(world.ask(fat + std::string(1U << 20, 'c')).status == 431);
  CHECK(world.stats.answer_bytes_held == 0);
  if (!is_sanitized) CHECK(resident_bytes() < before + (30U << 20));
}

TEST_CASE("guard: when the queue is full the answer is 503 with a time to come back", "[http]") {
  HttpLimits limits = patient_limits();
  limits.workers = 1;
  limits.queue_max = 2;
  World world(limits);
  world.runner.hold();
  RawClient at_work(world.port(), post("1"));
  REQUIRE(eventually([&] { return world.runner.begun == 1; }));
  RawClient second(world.port(), post("2"));
  RawClient third(world.port(), post("3"));
  REQUIRE(eventually([&] { return world.stats.requests_at_work == 3; }));
  const Reply refused = world.ask(post("4"));
  CHECK(refused.status == 503);
  CHECK(refused.has("Retry-After: 2\r\n"));
  world.runner.let_go();
  CHECK(at_work.read().body == "1");
  CHECK(second.read().body == "2");
  CHECK(third.read().body == "3");
  CHECK(world.runner.begun == 3);
}

TEST_CASE("guard: beyond the connections of one address the longest waiting of that address goes, no other's",
          "[http]") {
  HttpLimits limits = patient_limits();
  limits.connections_per_address_max = 3;
  World world(limits);
  RawClient neighbour(world.port(), RawClient::Source{"127.0.0.2"});
  REQUIRE(eventually([&] { return world.stats.connections_open == 1; }));
  RawClient a(world.port());
  REQUIRE(eventually([&] { return world.stats.connections_open == 2; }));
  RawClient b(world.port());
  RawClient c(world.port());
  REQUIRE(eventually([&] { return world.stats.connections_open == 4; }));
  RawClient d(world.port(), get());
  CHECK(d.read().status == 200);
  CHECK(a.is_closed_within(5'000));
  CHECK(world.stats.connections_shed == 1);
  neighbour.send(get());
  CHECK(neighbour.read().status == 200);
  b.send(get());
  CHECK(b.read().status == 200);
}

TEST_CASE("guard: an address whose connections are all at work is refused, others are not", "[http]") {
  HttpLimits limits = patient_limits();
  limits.connections_per_address_max = 2;
  World world(limits);
  world.runner.hold();
  RawClient a(world.port(), get());
  RawClient b(world.port(), get());
  REQUIRE(eventually([&] { return world.runner.begun == 2; }));
  CHECK(world.ask(get()).status == 503);
  CHECK(world.stats.connections_refused == 1);
  RawClient other(world.port(), RawClient::Source{"127.0.0.3"});
  other.send(get());
  REQUIRE(eventually([&] { return world.runner.begun == 3; }));
  world.runner.let_go();
  CHECK(a.read().status == 200);
  CHECK(b.read().status == 200);
  CHECK(other.read().status == 200);
}

TEST_CASE("guard: when all places are taken the one that has waited longest for its head goes", "[http]") {
  HttpLimits limits = patient_limits();
  limits.connections_max = 20;
  World world(limits);
  std::vector<std::unique_ptr<RawClient>> waiting;
  for (std::size_t i = 0; i < 20; ++i) {
    waiting.push_back(std::make_unique<RawClient>(world.port()));
    REQUIRE(eventually([&] { return world.stats.connections_open == i + 1; }));
  }
  for (int i = 0; i < 3; ++i) CHECK(world.still_answers());
  CHECK(waiting.front()->is_closed_within(5'000));
  CHECK(world.stats.connections_open <= 20);
  waiting.back()->send(get());
  CHECK(waiting.back()->read().status == 200);
}

TEST_CASE("guard: running out of descriptors pauses the door, it does not close it", "[http]") {
  World world(short_limits());
  CHECK(world.still_answers());
  REQUIRE(eventually([&] { return world.stats.connections_open == 0; }));
  rlimit before{};
  REQUIRE(::getrlimit(RLIMIT_NOFILE, &before) == 0);
  // The client's descriptor is the last one there is; the server gets none for its side.
  const int last = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  ::close(last);
  rlimit tight = before;
  tight.rlim_cur = static_cast<rlim_t>(last) + 1;
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &tight) == 0);
  RawClient client(world.port(), get());
  const bool saw_error = eventually([&] { return world.stats.accept_errors > 0; });
  REQUIRE(::setrlimit(RLIMIT_NOFILE, &before) == 0);
  CHECK(saw_error);
  CHECK(client.read().status == 200);
  CHECK(world.still_answers());
}

TEST_CASE("guard: an accepted connection sends small answers at once and does not block", "[http]") {
  auto listener = Listener::open("127.0.0.1", 0);
  REQUIRE(listener.ok());
  const RawClient client(listener->port());
  AcceptNext next = AcceptNext::wait;
  std::optional<Accepted> accepted;
  REQUIRE(eventually([&] { return (accepted = listener->accept(next)).has_value(); }));
  int on = 0;
  socklen_t size = sizeof on;
  REQUIRE(::getsockopt(accepted->fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, &size) == 0);
  CHECK(on == 1);
  CHECK((::fcntl(accepted->fd.get(), F_GETFL) & O_NONBLOCK) != 0);
  CHECK((::fcntl(accepted->fd.get(), F_GETFD) & FD_CLOEXEC) != 0);
  CHECK(accepted->peer.address == "127.0.0.1");
  CHECK_FALSE(listener->accept(next).has_value());
  CHECK(next == AcceptNext::wait);
}

TEST_CASE("guard: no error of accept closes the listening socket", "[http]") {
  for (int error_number = 1; error_number < 200; ++error_number) {
    const AcceptNext next = after_accept_error(error_number);
    CHECK((next == AcceptNext::again || next == AcceptNext::wait || next == AcceptNext::pause));
  }
  CHECK(after_accept_error(ECONNABORTED) == AcceptNext::again);
  CHECK(after_accept_error(EPROTO) == AcceptNext::again);
  CHECK(after_accept_error(EINTR) == AcceptNext::again);
  CHECK(after_accept_error(EMFILE) == AcceptNext::pause);
  CHECK(after_accept_error(ENFILE) == AcceptNext::pause);
  CHECK(after_accept_error(ENOMEM) == AcceptNext::pause);
  CHECK(after_accept_error(EAGAIN) == AcceptNext::wait);
}

TEST_CASE("guard: connections that are reset before they are accepted do not stop the server", "[http]") {
  World world;
  for (int i = 0; i < 300; ++i) RawClient(world.port()).abort();
  CHECK(world.still_answers());
}

TEST_CASE("guard: a subscriber's IPv6 network counts as one address, a mapped IPv4 address as itself",
          "[http]") {
  const auto v6 = [](const char* text) {
    sockaddr_storage out{};
    auto* address = reinterpret_cast<sockaddr_in6*>(&out);
    address->sin6_family = AF_INET6;
    REQUIRE(::inet_pton(AF_INET6, text, &address->sin6_addr) == 1);
    return peer_from(out);
  };
  CHECK(v6("2001:db8:1:2::1").limit_key == v6("2001:db8:1:2:ffff::9").limit_key);
  CHECK(v6("2001:db8:1:2::1").limit_key != v6("2001:db8:1:3::1").limit_key);
  CHECK(v6("::ffff:10.0.0.1").limit_key != v6("::ffff:10.0.0.2").limit_key);
  CHECK(v6("2001:db8::1").address == "2001:db8::1");
}

TEST_CASE("guard: stopping finishes every request that had begun, and tells its client that it was the last",
          "[http]") {
  World world;
  world.runner.hold();
  RawClient at_work(world.port(), post("one"));
  const std::string request = post("two, sent in halves");
  RawClient half(world.port(), request.substr(0, request.size() - 5));
  RawClient idle(world.port());
  REQUIRE(eventually([&] { return world.runner.begun == 1 && world.stats.connections_open == 3; }));
  std::thread stopping([&] { world.guard->stop(); });
  CHECK(idle.is_closed_within(5'000));
  half.send(request.substr(request.size() - 5));
  REQUIRE(eventually([&] { return world.runner.begun == 2; }));
  CHECK_FALSE(RawClient(world.port()).is_connected());
  world.runner.let_go();
  CHECK(at_work.read().body == "one");
  CHECK(half.read().body == "two, sent in halves");
  CHECK(at_work.is_closed_within(5'000));
  stopping.join();
  CHECK(world.runner.done == 2);
}

TEST_CASE("guard: a request that is still in the system's hands when the stop comes is answered", "[http]") {
  for (int i = 0; i < 5; ++i) {
    World world;
    RawClient client(world.port(), post("just in time"));
    world.guard->stop();
    CHECK(client.read().body == "just in time");
  }
}

TEST_CASE("guard: everyone who stood at the door when the stop came is still served", "[http]") {
  HttpStats stats;
  EchoRunner runner;
  std::mutex mutex;
  std::condition_variable changed;
  bool is_held = false;
  bool may_go = false;
  // The trace is told on the guard's own thread: while it waits, nobody is accepted.
  auto guard = HttpGuard::start(patient_limits(), runner, stats, "127.0.0.1", 0, [&](const HttpTrace&) {
    std::unique_lock<std::mutex> lock(mutex);
    is_held = true;
    changed.notify_all();
    changed.wait(lock, [&] { return may_go; });
  });
  REQUIRE(guard.ok());
  RawClient first((*guard)->port(), post("first"));
  {
    std::unique_lock<std::mutex> lock(mutex);
    changed.wait(lock, [&] { return is_held; });
  }
  std::vector<std::unique_ptr<RawClient>> at_the_door;
  for (int i = 0; i < 150; ++i)
    at_the_door.push_back(std::make_unique<RawClient>((*guard)->port(), post("late")));
  std::thread stopping([&] { (*guard)->stop(); });
  pause_ms(20);
  {
    const std::lock_guard<std::mutex> lock(mutex);
    may_go = true;
    changed.notify_all();
  }
  CHECK(first.read().body == "first");
  int served = 0;
  for (const auto& client : at_the_door) served += client->read().body == "late" ? 1 : 0;
  CHECK(served == 150);
  at_the_door.clear();
  first.close();
  stopping.join();
}

TEST_CASE("guard: a stop does not wait for ever for a client that never ends its request", "[http]") {
  HttpLimits limits = patient_limits();
  limits.stop_ms = 200;
  World world(limits);
  RawClient client(world.port(), post("never finished").substr(0, 60));
  REQUIRE(eventually([&] { return world.stats.connections_open == 1; }));
  const auto start = Clock::now();
  world.guard->stop();
  CHECK(ms_since(start) < 4'500);
}

TEST_CASE("guard: an address in use, or not of this machine, is said plainly", "[http]") {
  World world;
  HttpStats stats;
  const auto taken = HttpGuard::start(patient_limits(), world.runner, stats, "127.0.0.1", world.port());
  REQUIRE_FALSE(taken.ok());
  CHECK(taken.code() == Errc::already_exists);
  CHECK(taken.error().detail.find("--port") != std::string::npos);
  const auto foreign = HttpGuard::start(patient_limits(), world.runner, stats, "192.0.2.1", 0);
  CHECK(foreign.code() == Errc::invalid_argument);
  CHECK(HttpGuard::start(patient_limits(), world.runner, stats, "no address", 0).code() ==
        Errc::invalid_argument);
}

TEST_CASE("guard: many clients at once are all answered rightly", "[http]") {
  World world;
  std::atomic<int> right{0};
  std::vector<std::thread> threads;
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&world, &right, t] {
      for (int i = 0; i < 40; ++i) {
        RawClient client(world.port());
        for (int k = 0; k < 3; ++k) {
          const std::string body = std::to_string(t) + "/" + std::to_string(i) + "/" + std::to_string(k) +
                                   std::string(static_cast<std::size_t>(i) * 500, 'x');
          client.send(post(body));
          if (client.read().body == body) ++right;
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(right == 8 * 40 * 3);
}
