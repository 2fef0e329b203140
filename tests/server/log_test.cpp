#include "server/log.h"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <thread>
#include <vector>

#include "client-core/json/json_gate.h"

using namespace samplan;
using namespace samplan::server;

namespace {

struct Pipe {
  Pipe() {
    REQUIRE(::pipe(ends) == 0);
    (void)::fcntl(ends[0], F_SETFL, O_NONBLOCK);
  }
  ~Pipe() {
    ::close(ends[0]);
    ::close(ends[1]);
  }
  std::vector<std::string> lines() {
    std::string text;
    char bytes[4096];
    for (ssize_t got = 0; (got = ::read(ends[0], bytes, sizeof bytes)) > 0;) {
      text.append(bytes, static_cast<std::size_t>(got));
    }
    std::vector<std::string> out;
    while (!text.empty()) {
      out.push_back(text.substr(0, text.find('\n')));
      text.erase(0, text.find('\n') + 1);
    }
    return out;
  }
  int ends[2] = {-1, -1};
};

constexpr UnixMs noon = 1'795'348'800'000;

}  // namespace

TEST_CASE("log: an event is one line of JSON with time, level and fields", "[log]") {
  Pipe pipe;
  Log log(LogLevel::info, pipe.ends[1], [] { return noon; });
  PlanId plan;
  plan.bytes.fill(0x1f);
  log.warn("sync", {{"plan", plan},
                    {"bytes", std::uint64_t{4096}},
                    {"delta", std::int64_t{-3}},
                    {"ok", false},
                    {"status", "forbidden"},
                    LogField::of(Error{Errc::forged, "read_envelope"})});
  const auto lines = pipe.lines();
  REQUIRE(lines.size() == 1);
  const auto json = parse_json(lines[0]);
  REQUIRE(json.ok());
  CHECK((*json)["time"] == to_iso(noon));
  CHECK((*json)["level"] == "warn");
  CHECK((*json)["event"] == "sync");
  CHECK((*json)["plan"] == plan.hex());
  CHECK((*json)["bytes"] == 4096);
  CHECK((*json)["delta"] == -3);
  CHECK((*json)["ok"] == false);
  CHECK((*json)["status"] == "forbidden");
  CHECK((*json)["error"] == "forged read_envelope");
}

TEST_CASE("log: the sentence for the person is never logged, and free text has no way in", "[log]") {
  Pipe pipe;
  Log log(LogLevel::debug, pipe.ends[1], [] { return noon; });
  log.error("x", {LogField::of(Error{Errc::malformed, "where\n\"}", "Kari Nordmann"})});
  const auto lines = pipe.lines();
  REQUIRE(lines.size() == 1);
  CHECK(parse_json(lines[0]).ok());
  CHECK(lines[0].find("Kari") == std::string::npos);
  CHECK_FALSE(std::is_constructible_v<LogField, const char*, std::string>);
}

TEST_CASE("log: levels beyond the chosen one are silent", "[log]") {
  Pipe pipe;
  Log log(LogLevel::warn, pipe.ends[1], [] { return noon; });
  log.debug("a");
  log.info("b");
  CHECK(pipe.lines().empty());
  log.warn("c");
  log.error("d");
  CHECK(pipe.lines().size() == 2);
}

TEST_CASE("log: a flood is cut at so many lines a second, and the next line says how many were dropped",
          "[log]") {
  Pipe pipe;
  UnixMs now = noon;
  Log log(
      LogLevel::info, pipe.ends[1], [&now] { return now; }, 5);
  for (int i = 0; i < 12; ++i) log.info("flood");
  CHECK(pipe.lines().size() == 5);
  now += 1000;
  log.info("after");
  const auto lines = pipe.lines();
  REQUIRE(lines.size() == 1);
  CHECK((*parse_json(lines[0]))["lines_dropped"] == 7);
  log.info("again");
  CHECK_FALSE(parse_json(pipe.lines()[0])->contains("lines_dropped"));
}

TEST_CASE("log: a reader that does not read makes nobody wait", "[log]") {
  Pipe pipe;
  Log log(
      LogLevel::info, pipe.ends[1], [] { return noon; }, 1'000'000);
  for (int i = 0; i < 20'000; ++i) log.info("unread");  // far more than a pipe holds
  const auto lines = pipe.lines();
  CHECK(lines.size() < 20'000);
  CHECK(parse_json(lines.back()).ok());
  log.info("read again");
  CHECK((*parse_json(pipe.lines()[0]))["lines_dropped"] == 20'000 - lines.size());
}

TEST_CASE("log: lines of many threads do not mix", "[log]") {
  Pipe pipe;
  Log log(
      LogLevel::info, pipe.ends[1], [] { return noon; }, 1'000'000);
  std::vector<std::thread> threads;
  for (std::uint64_t t = 0; t < 4; ++t) {
    threads.emplace_back([&log, t] {
      for (int i = 0; i < 100; ++i) log.info("line", {{"thread", t}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  const auto lines = pipe.lines();
  CHECK(lines.size() == 400);
  for (const std::string& line : lines) CHECK(parse_json(line).ok());
}
