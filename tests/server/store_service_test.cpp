#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <set>
#include <thread>

#include "server/service.h"
#include "server/sqlite_store.h"
#include "sync/log/checkpoint.h"
#include "tests/server/store_fixture.h"
#include "tests/support/relay_world.h"

using namespace samplan;
using namespace samplan::world;
using namespace samplan::server;

namespace {

// A service over a directory, with a clock that stands still and nothing logged.
struct ServiceWorld {
  explicit ServiceWorld(const std::string& dir, int pages_max = 0)
      : log(LogLevel::error, ::open("/dev/null", O_WRONLY | O_CLOEXEC), [] { return UnixMs{0}; }) {
    SP_CHECK(crypto::init());
    ServiceConfig config;
    config.store_path = dir + "/store.sqlite";
    config.code_path = dir + "/enrolment-code";
    config.clock = [this] { return now.load(); };
    config.store_pages_max = pages_max;
    auto opened = open_service(config, log);
    REQUIRE(opened.ok());
    service = std::move(*opened);
    std::getline(std::ifstream(config.code_path), code);
  }

  Exchange exchange() {
    return [this](ByteView frame) -> Result<Bytes> {
      SyncAnswer answer = service->sync(frame, test_host);
      if (answer.http_status == 200) return std::move(answer.body);
      return Error{answer.http_status == 503 ? Errc::try_later : Errc::refused, "http"};
    };
  }
  TestClient client(const TestPrincipal& person) {
    return TestClient(person, 0, service->hello().server_key, exchange());
  }
  TestClient enrol(const TestPrincipal& person) {
    TestClient c = client(person);
    SyncRequest q;
    q.identity = person.log;
    q.enrolment_code = code;
    const auto reply = c.sync(q);
    SP_CHECK(reply.ok() && reply->status == ItemStatus::ok);
    return c;
  }
  std::uint64_t metric(const std::string& name) const {
    const std::string all = service->metrics();
    const std::size_t at = all.find("samplan_sync_" + name + " ");
    REQUIRE(at != std::string::npos);
    return std::stoull(all.substr(all.find(' ', at) + 1));
  }

  std::atomic<UnixMs> now{1'780'000'000'000};
  Log log;
  std::unique_ptr<SyncService> service;
  std::string code;
};

// A person alone with a plan that takes content at once.
struct Writer1 {
  Writer1(ServiceWorld& world, std::uint64_t seed)
      : entropy(seed),
        coordinator(make_person(entropy)),
        owner(make_person(entropy)),
        client(world.enrol(owner)) {
    TestClient first = world.enrol(coordinator);
    plan.knows(coordinator);
    plan.genesis(coordinator, {1, 2}, entropy);
    plan.participant_add(coordinator, owner, Role::owner, {{1, 7}, {2, 7}});
    SP_CHECK(first.sync(pushing(plan.id, plan.log)).ok());
    SP_CHECK(client.sync(pushing(plan.id, {plan.consent_plan(owner)})).ok());
  }
  Bytes next(std::size_t bytes = 100) {
    return plan.envelope(owner.device(), 1, std::string(bytes, 'x'), entropy);
  }
  // The status, or nothing if the server could not.
  std::optional<ItemStatus> push(const Bytes& envelope) {
    const auto reply = client.sync(pushing(plan.id, {}, {envelope}));
    if (!reply.ok()) return std::nullopt;
    const PlanReply* p = plan_in(*reply, plan.id);
    return p == nullptr || p->results.empty() ? ItemStatus::unknown : p->results[0].status;
  }

  SeededEntropy entropy;
  TestPrincipal coordinator;
  TestPrincipal owner;
  TestPlan plan;
  TestClient client;
};

std::set<Hash> stored_ids(const std::string& dir, const PlanId& plan) {
  auto store = SqliteStore::open(dir + "/store.sqlite");
  REQUIRE(store.ok());
  std::set<Hash> out;
  std::uint64_t expected = 1;
  REQUIRE((*store)
              ->each_envelope(plan, 1, 0,
                              [&](const relay::EnvelopeRow& row) {
                                CHECK(row.seq == expected++);
                                out.insert(row.id);
                                return true;
                              })
              .ok());
  return out;
}

Hash id_of(const Bytes& envelope) { return read_envelope(envelope)->id; }

}  // namespace

TEST_CASE("the server's key, generation and code are made once and stay; the code is for its user's eyes") {
  TempDir dir;
  SignPublicKey key;
  std::string code;
  {
    ServiceWorld world(dir.path());
    key = world.service->hello().server_key;
    code = world.code;
    CHECK(code.size() == 20);
    CHECK(world.service->hello().generation == 1);
  }
  ServiceWorld world(dir.path());
  CHECK(world.service->hello().server_key == key);
  CHECK(world.code == code);
  struct stat about {};
  REQUIRE(::stat(dir.file("enrolment-code").c_str(), &about) == 0);
  CHECK((about.st_mode & 0777) == 0600);
}

TEST_CASE("an idle request is answered without a commit, and what is no request gets 400 or 413") {
  TempDir dir;
  ServiceWorld world(dir.path());
  Writer1 w(world, 1);
  CHECK(w.push(w.next()) == ItemStatus::ok);
  const std::uint64_t groups = world.metric("groups_total");
  const std::uint64_t idle = world.metric("idle_total");
  REQUIRE(w.client.sync({}).ok());
  REQUIRE(w.client.sync({})->status == ItemStatus::ok);
  CHECK(world.metric("groups_total") == groups);
  CHECK(world.metric("idle_total") == idle + 2);
  CHECK(world.service->sync(ByteView::of("nonsense"), test_host).http_status == 400);
  CHECK(world.service->sync({}, test_host).http_status == 400);
  CHECK(world.service->sync(Bytes(limits::request_bytes_max + 1), test_host).http_status == 413);
  CHECK(world.metric("malformed_total") == 3);
  CHECK(world.service->healthy());
}

namespace {

MeetRequest meeting(MeetAct act, const MeetBoxId& box, Bytes message = {}) {
  MeetRequest q;
  q.act = act;
  q.box = box;
  q.message = std::move(message);
  return q;
}

}  // namespace

TEST_CASE("the meeting place needs no identity; it refuses what is no request, and an address that asks too often") {
  TempDir dir;
  ServiceWorld world(dir.path());
  SeededEntropy entropy(4);
  const auto box = entropy.id<MeetBoxId>();
  const auto ask = [&](const MeetRequest& q, const std::string& from) {
    return world.service->meet(write_meet_request(q), from);
  };
  CHECK(ask(meeting(MeetAct::open, box), "10.0.0.1").http_status == 200);
  CHECK(ask(meeting(MeetAct::put, box, {4, 5}), "10.0.0.2").http_status == 200);
  const std::uint64_t groups = world.metric("groups_total");
  const SyncAnswer read = ask(meeting(MeetAct::read, box), "10.0.0.1");
  REQUIRE(read.http_status == 200);
  const auto reply = read_meet_reply(read.body);
  REQUIRE(reply.ok());
  REQUIRE(reply->messages.size() == 1);
  CHECK(reply->messages[0].body == Bytes{4, 5});
  // Waiting costs the writer nothing.
  CHECK(world.metric("groups_total") == groups);

  CHECK(world.service->meet(ByteView::of("nonsense"), "10.0.0.1").http_status == 400);
  CHECK(ask(meeting(MeetAct::put, box, Bytes(4097)), "10.0.0.1").http_status == 413);
  CHECK(world.metric("malformed_total") == 2);

  // Sixty-four boxes from one address, or from one IPv6 subscriber; no bound where a proxy speaks for all.
  const auto opens = [&](const std::function<std::string(int)>& from) {
    int taken = 0;
    for (int i = 0; i < 100; ++i)
      taken += ask(meeting(MeetAct::open, entropy.id<MeetBoxId>()), from(i)).http_status == 200 ? 1 : 0;
    return taken;
  };
  CHECK(opens([](int) { return "10.0.0.3"; }) == 64);
  CHECK(opens([](int i) { return "2001:db8::" + std::to_string(i); }) == 64);
  CHECK(opens([](int) { return "::ffff:10.0.0.4"; }) == 64);
  CHECK(ask(meeting(MeetAct::open, entropy.id<MeetBoxId>()), "10.0.0.4").http_status == 429);
  CHECK(opens([](int) { return "127.0.0.1"; }) == 100);
  CHECK(opens([](int) { return "::1"; }) == 100);
  CHECK(world.metric("meet_turned_away_total") == 36 * 3 + 1);
}

TEST_CASE("many devices pushing at once share commits, and each of their envelopes is there once") {
  TempDir dir;
  constexpr int threads = 8;
  constexpr int rounds = 25;
  std::vector<std::unique_ptr<Writer1>> writers;
  {
    ServiceWorld world(dir.path());
    for (int i = 0; i < threads; ++i) writers.push_back(std::make_unique<Writer1>(world, 100 + i));
    const std::uint64_t groups = world.metric("groups_total");
    std::atomic<int> taken{0};
    std::vector<std::thread> running;
    for (auto& writer : writers) {
      running.emplace_back([&taken, w = writer.get()] {
        for (int i = 0; i < rounds; ++i) taken += w->push(w->next()) == ItemStatus::ok ? 1 : 0;
      });
    }
    for (std::thread& t : running) t.join();
    CHECK(taken == threads * rounds);
    CHECK(world.metric("groups_total") - groups < threads * rounds);
  }
  for (auto& w : writers) CHECK(stored_ids(dir.path(), w->plan.id).size() == rounds);
}

TEST_CASE("two devices of one plan pushing at once get one order, without a gap") {
  TempDir dir;
  PlanId plan;
  {
    ServiceWorld world(dir.path());
    Writer1 w(world, 7);
    plan = w.plan.id;
    TestClient other = world.client(w.coordinator);
    TestPlan others_plan = w.plan;
    SeededEntropy other_entropy(8);
    std::atomic<int> taken{0};
    std::thread second([&] {
      for (int i = 0; i < 40; ++i) {
        const Bytes envelope = others_plan.envelope(w.coordinator.device(), 1, "to", other_entropy);
        const auto reply = other.sync(pushing(others_plan.id, {}, {envelope}));
        if (reply.ok() && plan_in(*reply, others_plan.id)->results[0].status == ItemStatus::ok) ++taken;
      }
    });
    for (int i = 0; i < 40; ++i) taken += w.push(w.next()) == ItemStatus::ok ? 1 : 0;
    second.join();
    CHECK(taken == 80);
    // Both have the same section, in the same order.
    w.client.use_token = false;
    other.use_token = false;
    const auto a = w.client.sync({});
    const auto b = other.sync({});
    CHECK(plan_in(*a, plan)->receipt->sections[0].second == plan_in(*b, plan)->receipt->sections[0].second);
    CHECK(plan_in(*a, plan)->sections[0].envelopes.size() == 80);
  }
  CHECK(stored_ids(dir.path(), plan).size() == 80);
}

TEST_CASE("a full disk gives 503, loses nothing that was confirmed, and goes on when there is room again") {
  TempDir dir;
  std::set<Hash> confirmed;
  PlanId plan;
  std::unique_ptr<Writer1> w;
  {
    ServiceWorld world(dir.path(), 120);
    w = std::make_unique<Writer1>(world, 1);
    plan = w->plan.id;
    Bytes refused;
    for (int i = 0; i < 1000 && refused.empty(); ++i) {
      const Bytes envelope = w->next(3000);
      if (w->push(envelope)) {
        confirmed.insert(id_of(envelope));
      } else {
        refused = envelope;
      }
    }
    REQUIRE_FALSE(refused.empty());
    CHECK(confirmed.size() > 10);
    CHECK_FALSE(w->push(refused));
    CHECK(world.metric("failed_commits_total") >= 2);
    CHECK(world.metric("store_ok") == 0);
    // So does the meeting place.
    SeededEntropy entropy(9);
    const MeetRequest opening = meeting(MeetAct::open, entropy.id<MeetBoxId>());
    int met = 200;
    for (int i = 0; i < 200 && met == 200; ++i) {
      MeetRequest put = meeting(i == 0 ? MeetAct::open : MeetAct::put, opening.box);
      if (i != 0) put.message = Bytes(4000, static_cast<std::uint8_t>(i));
      if (i % 16 == 15) put = meeting(MeetAct::open, entropy.id<MeetBoxId>());
      met = world.service->meet(write_meet_request(put), "127.0.0.1").http_status;
    }
    CHECK(met == 503);
    // Reading goes on: an idle request needs no disk.
    CHECK(w->client.sync({}).ok());
    SyncRequest again = pushing(plan, {}, {refused});
    again.person = w->owner.id;
    CHECK(world.service->sync(w->client.frame(again), test_host).http_status == 503);
  }
  CHECK(stored_ids(dir.path(), plan) == confirmed);

  ServiceWorld roomy(dir.path());
  TestClient again(w->owner, 0, roomy.service->hello().server_key, roomy.exchange());
  const auto reply = again.sync(pushing(plan, {}, {}));
  REQUIRE(reply.ok());
  CHECK(plan_in(*reply, plan)->sections[0].envelopes.size() == confirmed.size());
  CHECK(roomy.service->healthy());
}

TEST_CASE("a store that fails says so when asked for its health, and is well again when it takes a write") {
  TempDir dir;
  ServiceWorld world(dir.path());
  Writer1 w(world, 1);
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open((dir.path() + "/store.sqlite").c_str(), &db) == SQLITE_OK);
  const auto run = [db](const char* sql) { REQUIRE(sqlite3_exec(db, sql, nullptr, nullptr, nullptr) == SQLITE_OK); };

  // Another process holds the store: nothing can be committed.
  run("BEGIN IMMEDIATE");
  CHECK_FALSE(w.push(w.next()));
  CHECK(world.metric("store_ok") == 0);
  CHECK_FALSE(world.service->healthy());
  run("CREATE TRIGGER broken BEFORE UPDATE ON meta BEGIN SELECT RAISE(ABORT, 'broken'); END;"
      "CREATE TRIGGER broken2 BEFORE INSERT ON meta BEGIN SELECT RAISE(ABORT, 'broken'); END; COMMIT");
  // Rows that do not fit together: what the probe writes fails by itself, not the commit.
  CHECK_FALSE(world.service->healthy());
  run("DROP TRIGGER broken; DROP TRIGGER broken2");
  CHECK(world.service->healthy());
  sqlite3_close(db);
}

TEST_CASE("killed at any moment under load, the server has kept all that it confirmed") {
  for (int round = 0; round < 4; ++round) {
    TempDir dir;
    int fds[2];
    REQUIRE(::pipe(fds) == 0);
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
      ::close(fds[0]);
      ServiceWorld world(dir.path());
      std::vector<std::unique_ptr<Writer1>> writers;
      for (int i = 0; i < 3; ++i) writers.push_back(std::make_unique<Writer1>(world, 40 + i));
      std::vector<std::thread> running;
      for (auto& writer : writers) {
        running.emplace_back([w = writer.get(), out = fds[1]] {
          for (;;) {
            const Bytes envelope = w->next(500);
            if (w->push(envelope) != ItemStatus::ok) ::_exit(1);
            Bytes line = w->plan.id.view().copy();
            append(line, id_of(envelope).view());
            if (::write(out, line.data(), line.size()) != 64) ::_exit(0);
          }
        });
      }
      for (std::thread& t : running) t.join();
      ::_exit(0);
    }
    ::close(fds[1]);
    std::map<PlanId, std::set<Hash>> confirmed;
    std::array<std::uint8_t, 64> line{};
    std::size_t lines = 0;
    const auto read_line = [&] {
      if (::read(fds[0], line.data(), line.size()) != 64) return false;
      const ByteView view = line;
      confirmed[PlanId::from(view.sub(0, 32))].insert(Hash::from(view.from(32)));
      ++lines;
      return true;
    };
    while (lines < 20U + 15U * static_cast<unsigned>(round) && read_line()) {
    }
    REQUIRE(::kill(child, SIGKILL) == 0);
    while (read_line()) {
    }
    ::close(fds[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(WIFSIGNALED(status));
    CHECK(lines >= 20);
    for (const auto& plan : confirmed) {
      const std::set<Hash> stored = stored_ids(dir.path(), plan.first);
      for (const Hash& id : plan.second) CHECK(stored.count(id) == 1);
    }
  }
}

TEST_CASE("the first request of a day brings a checkpoint, a day later the next") {
  TempDir dir;
  const auto size_of = [](ServiceWorld& world) -> std::uint64_t {
    const SyncAnswer note = world.service->checkpoint();
    REQUIRE(note.http_status == 200);
    const SignPublicKey key = world.service->hello().server_key;
    const auto open = open_checkpoint(ByteView(note.body).text(), {log_origin(key, 1), NoteKeyType::ed25519, key});
    REQUIRE(open.ok());
    return open->checkpoint.size;
  };
  {
    ServiceWorld world(dir.path());
    Writer1 person(world, 1);
    const std::uint64_t groups = world.metric("groups_total");
    CHECK(size_of(world) == 1);
    CHECK(person.push(person.next()) == ItemStatus::ok);
    // Nothing is written for a day that has its checkpoint.
    CHECK(world.metric("groups_total") == groups + 1);
    world.now += 86'400'000;
    CHECK(person.push(person.next()) == ItemStatus::ok);
    CHECK(world.metric("groups_total") == groups + 3);
    CHECK(size_of(world) == 2);
    // Many at once make one.
    world.now += 86'400'000;
    std::vector<std::thread> threads;
    for (int i = 0; i < 8; ++i) threads.emplace_back([&] { (void)world.service->checkpoint(); });
    for (std::thread& t : threads) t.join();
    CHECK(size_of(world) == 3);
    CHECK(world.service->prove(ByteView::of("no request"), test_host).http_status == 400);
    CHECK(world.metric("proof_requests_total") == 1);
  }
  ServiceWorld again(dir.path());
  again.now += 2 * 86'400'000;
  CHECK(size_of(again) == 3);
  again.now += 86'400'000;
  CHECK(size_of(again) == 4);
}
