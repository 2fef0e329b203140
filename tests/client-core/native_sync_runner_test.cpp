#include <catch2/catch.hpp>
#include <deque>

#include "client-core/native/sync_runner.h"
#include "tests/support/flows_world.h"

using namespace samplan;
using namespace samplan::native;
using samplan::world::InProcess;

namespace {

// Plays its script one step an exchange, and goes on to the relay when the script is over.
class ScriptedTransport : public Transport {
 public:
  using Step = std::function<Result<Reply>()>;
  explicit ScriptedTransport(InProcess& world) : world_(world) {}

  std::deque<Step> script;
  std::vector<std::string> urls;
  std::vector<Bytes> bodies;
  bool is_offline_afterwards = false;

  Result<Reply> post(const std::string& url, ByteView body) override {
    urls.push_back(url);
    bodies.push_back(body.copy());
    if (!script.empty()) {
      const Step step = script.front();
      script.pop_front();
      return step();
    }
    if (is_offline_afterwards) return Error{Errc::offline, "script"};
    auto answer = world_.server.relay->handle(world_.server.store, body, world::test_host, world_.people.now,
                                              world_.server.entropy);
    if (!answer.ok()) return Reply{503, {}};
    return Reply{200, std::move(answer).value()};
  }
  Result<Reply> get(const std::string& url) override {
    urls.push_back(url);
    if (script.empty()) return Error{Errc::offline, "script"};
    const Step step = script.front();
    script.pop_front();
    return step();
  }

 private:
  InProcess& world_;
};

ScriptedTransport::Step fails(Errc code) {
  return [code]() -> Result<Transport::Reply> { return Error{code, "script"}; };
}
ScriptedTransport::Step says(int status, std::string body = {}) {
  return [status, body]() -> Result<Transport::Reply> {
    return Transport::Reply{status, ByteView::of(body).copy()};
  };
}

struct RunnerWorld : InProcess {
  RunnerWorld() : transport(*this) { people.start("Mona"); }
  Result<SyncReport> run(const Patience& patience = {}) {
    return run_sync(
        people.core("Mona"), transport, [this] { return people.now; },
        [this](const SyncProgress& p) { progress.push_back(p); }, patience);
  }
  Patience patient(int tries) {
    Patience p;
    p.tries = tries;
    p.first_ms = 1000;
    p.longest_ms = 4000;
    p.sleep = [this](std::int64_t ms) { pauses.push_back(ms); };
    p.entropy = &dice;
    return p;
  }
  ScriptedTransport transport;
  std::vector<SyncProgress> progress;
  std::vector<std::int64_t> pauses;
  SeededEntropy dice{7};
};

}  // namespace

TEST_CASE("A sync goes on until the core is content, at the server's address") {
  RunnerWorld w;
  auto report = w.run();
  REQUIRE(report.ok());
  CHECK(report->exchanges >= 1);
  CHECK(w.progress.size() == static_cast<std::size_t>(report->exchanges));
  for (const std::string& url : w.transport.urls) CHECK(url == "https://samplan.example/v1/sync");
  CHECK(w.people.ok("Mona", {{"do", "status"}})["last_sync_ms"].is_number());
  report = w.run();
  REQUIRE(report.ok());
  CHECK(report->exchanges == 1);
}

TEST_CASE("Offline is said at once unless patience is asked for, and nothing is lost") {
  RunnerWorld w;
  w.transport.script = {fails(Errc::offline)};
  const auto report = w.run();
  REQUIRE(report.code() == Errc::offline);
  CHECK_FALSE(report.error().detail.empty());
  CHECK(w.transport.urls.size() == 1);
  CHECK(w.run().ok());
}

TEST_CASE(
    "A patient sync waits longer and longer, each pause drawn from nothing up to its bound, and gives up") {
  RunnerWorld w;
  w.transport.is_offline_afterwards = true;
  const auto report = w.run(w.patient(6));
  CHECK(report.code() == Errc::offline);
  CHECK(w.transport.urls.size() == 6);
  const std::vector<std::int64_t> bounds = {1000, 2000, 4000, 4000, 4000};
  REQUIRE(w.pauses.size() == bounds.size());
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    CHECK(w.pauses[i] >= 0);
    CHECK(w.pauses[i] <= bounds[i]);
  }
  // Drawn, not fixed: another device waits otherwise.
  RunnerWorld other;
  other.dice = SeededEntropy{8};
  other.transport.is_offline_afterwards = true;
  CHECK(other.run(other.patient(6)).code() == Errc::offline);
  CHECK(other.pauses != w.pauses);
}

TEST_CASE("A patient sync succeeds when contact comes back") {
  RunnerWorld w;
  w.transport.script = {fails(Errc::offline), says(503), fails(Errc::try_later)};
  const auto report = w.run(w.patient(6));
  REQUIRE(report.ok());
  CHECK(w.pauses.size() == 3);
  CHECK(w.progress.front().waiting_ms > 0);
}

TEST_CASE("What is not our server is refused, and never tried again") {
  for (const auto& [step, code] :
       std::vector<std::pair<ScriptedTransport::Step, Errc>>{{says(404), Errc::bad_reply},
                                                             {says(302), Errc::bad_reply},
                                                             {says(413), Errc::refused},
                                                             {fails(Errc::bad_reply), Errc::bad_reply},
                                                             {fails(Errc::too_large), Errc::too_large}}) {
    RunnerWorld w;
    w.transport.script = {step};
    const auto report = w.run(w.patient(5));
    CHECK(report.code() == code);
    CHECK_FALSE(report.error().detail.empty());
    CHECK(w.pauses.empty());
    CHECK(w.transport.urls.size() == 1);
  }
}

TEST_CASE("A server that lies changes nothing: garbage, an empty reply, another request's reply") {
  RunnerWorld w;
  Bytes old_reply;
  w.transport.script = {says(200, "ikke et svar"), says(200)};
  CHECK_FALSE(w.run().ok());
  CHECK_FALSE(w.run().ok());
  REQUIRE(w.run().ok());
  const auto first = w.server.relay->handle(w.server.store, w.transport.bodies.back(), world::test_host,
                                            w.people.now, w.server.entropy);
  REQUIRE(first.ok());
  w.transport.script = {says(200, std::string(ByteView(*first).text()))};
  const auto report = w.run();
  CHECK_FALSE(report.ok());
  CHECK_FALSE(report.error().detail.empty());
  CHECK(w.run().ok());
}

TEST_CASE("hello gives the server's key, and refuses everything that is not one") {
  RunnerWorld w;
  const std::string key(64, 'a');
  w.transport.script = {says(200, "{\"server_key\":\"" + key + "\",\"protocol\":1,\"generation\":3}")};
  const auto hello = fetch_hello(w.transport, "https://samplan.example/");
  REQUIRE(hello.ok());
  CHECK(hello->key.hex() == key);
  CHECK(hello->generation == 3);
  CHECK(w.transport.urls.back() == "https://samplan.example/v1/hello");
  for (const std::string& body : {std::string(), std::string("<html>"), std::string("[]"),
                                  "{\"server_key\":\"" + key + "\"}", std::string("{\"server_key\":\"aa\",\"protocol\":1}"),
                                  "{\"server_key\":\"" + std::string(64, '0') + "\",\"protocol\":1}",
                                  std::string("{\"server_key\":7,\"protocol\":1}"), std::string(10'000, ' ')}) {
    w.transport.script = {says(200, body)};
    CHECK(fetch_hello(w.transport, "https://samplan.example").code() == Errc::bad_reply);
  }
  w.transport.script = {says(200, "{\"server_key\":\"" + key + "\",\"protocol\":2}")};
  CHECK(fetch_hello(w.transport, "https://samplan.example").code() == Errc::unknown_version);
  w.transport.script = {says(503)};
  CHECK(fetch_hello(w.transport, "https://samplan.example").code() == Errc::try_later);
  CHECK(fetch_hello(w.transport, "https://samplan.example").code() == Errc::offline);
}
