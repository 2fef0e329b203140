// The server's store whose power is cut at any write. One story runs on SQLite over a disk that keeps its
// log, beside a store in memory that says what each moment held; after each cut the reopened store must
// answer, byte for byte, as the last acknowledged moment or the one under way would have, and take what comes
// next.
#include "server/sqlite_store.h"
#include "tests/server/store_fixture.h"
#include "tests/support/crash_vfs.h"
#include "tests/support/relay_world.h"

using namespace samplan;
using namespace samplan::world;
using samplan::server::SqliteStore;
using samplan::server::TempDir;

namespace {

struct Moment {
  std::uint64_t operations = 0;
  std::shared_ptr<relay::MemoryStore> held;
  std::optional<Bytes> request;  // the one whose answer made this moment
};

class Story {
 public:
  Story()
      : path(dir.file("store.sqlite")),
        disk("crash-server", 31, true),
        coordinator(make_person(entropy)),
        owner(make_person(entropy)),
        relative(make_person(entropy)) {
    disk.restore({{path, {}}});
    auto opened = SqliteStore::open(path);
    REQUIRE(opened.ok());
    store = std::move(opened).value();
    SeededEntropy memory_seed(7);
    relay = start_relay(memory, {}, memory_seed);
    SeededEntropy disk_seed(7);
    twin_relay = start_relay(*store, {}, disk_seed);
    note({});
    tell();
    twin_relay.reset();
    store.reset();
  }

  // Everything that everybody may ask for, as one text. Asking starts from nothing, so it writes only
  // cursors, and the store is thrown away after it.
  Bytes answers(relay::Store& from) const {
    Bytes out;
    SeededEntropy same(99);
    const auto started = start_relay(from, {}, same);  // as a server that has just been started
    for (const Bytes& frame : probes) {
      const auto answer = started->handle(from, frame, test_host, now, same);
      append_u32(out, static_cast<std::uint32_t>(answer.code()));
      if (answer.ok()) append(out, *answer);
    }
    return out;
  }

  TempDir dir;
  std::string path;
  CrashDisk disk;
  SeededEntropy entropy{5};
  relay::MemoryStore memory;
  std::unique_ptr<SqliteStore> store;
  std::unique_ptr<relay::Relay> relay;
  std::unique_ptr<relay::Relay> twin_relay;
  UnixMs now = 1'780'000'000'000;
  TestPrincipal coordinator, owner, relative;
  TestPlan plan;
  std::vector<Moment> moments;
  std::vector<Bytes> probes;

 private:
  void note(std::optional<Bytes> request) {
    auto copy = std::make_shared<relay::MemoryStore>(memory);
    REQUIRE(copy->begin().ok());
    moments.push_back({disk.operations(), std::move(copy), std::move(request)});
  }
  Exchange exchange() {
    return [this](ByteView frame) -> Result<Bytes> {
      SeededEntropy one(moments.size());
      SeededEntropy two(moments.size());
      auto answer = relay->handle(memory, frame, test_host, now, one);
      const auto twin = twin_relay->handle(*store, frame, test_host, now, two);
      REQUIRE(twin.code() == answer.code());
      if (twin.ok()) REQUIRE((*twin == *answer));
      note(frame.copy());
      return answer;
    };
  }
  TestClient enrol(const TestPrincipal& person) {
    TestClient c(person, 0, relay->server().key.public_key, exchange());
    SyncRequest q;
    q.identity = person.log;
    q.enrolment_code = relay->server().enrolment_code;
    const auto reply = c.sync(q);
    REQUIRE(reply.ok());
    REQUIRE(reply->status == ItemStatus::ok);
    return c;
  }
  void push(TestClient& client, std::vector<GovPush> records, std::vector<Bytes> content = {}) {
    REQUIRE(plan.last_status.ok());
    const auto reply = client.sync(pushing(plan.id, std::move(records), std::move(content)));
    REQUIRE(reply.ok());
    const PlanReply* p = plan_in(*reply, plan.id);
    REQUIRE(p != nullptr);
    for (const ItemResult& r : p->gov_results) REQUIRE(r.status == ItemStatus::ok);
    for (const ItemResult& r : p->results) REQUIRE(r.status == ItemStatus::ok);
    if (p->receipt) plan.learn(*p->receipt);
  }

  void tell() {
    TestClient c = enrol(coordinator);
    TestClient o = enrol(owner);
    TestClient r = enrol(relative);
    plan.knows(coordinator);
    plan.genesis(coordinator, {1, 2, 12}, entropy);
    plan.participant_add(coordinator, owner, Role::owner, {{1, 7}, {2, 7}, {12, 1}});
    plan.participant_add(coordinator, relative, Role::relative);
    push(c, plan.log);
    push(o,
         {plan.consent_plan(owner), plan.grant(owner, relative, {{1, right_read | right_write}}, entropy)});
    SyncRequest mail;
    const auto box = entropy.id<BoxId>();
    mail.boxes = {{box, owner.id, now + 86'400'000}};
    REQUIRE(o.sync(mail).ok());
    SyncRequest letter;
    letter.mail = {{box, Bytes(3000, 7)}};
    REQUIRE(r.sync(letter).ok());
    for (int i = 0; i < 14; ++i) {
      push(o, {},
           {plan.envelope(owner.device(), 1, std::string(static_cast<std::size_t>(200 + 900 * i), 'o'),
                          entropy)});
      push(r, {}, {plan.envelope(relative.device(), 1, "fra pårørende", entropy)});
    }
    push(o, {plan.withdraw(owner, relative, {1}, entropy)});
    const GovPush rotation = plan.epoch(owner, {2}, entropy);
    push(o, {rotation}, {plan.envelope(owner.device(), 2, std::string(60'000, 'x'), entropy)});
    SyncRequest drop;
    drop.drops = {{plan.id, owner.id, Bytes(5000, 9)}};
    REQUIRE(r.sync(drop).ok());
    for (TestClient* client : {&c, &o, &r}) {
      SyncRequest all;
      all.person = client == &c ? coordinator.id : client == &o ? owner.id : relative.id;
      probes.push_back(client->frame(all));
    }
  }
};

int cuts() {
  const char* wanted = std::getenv("SAMPLAN_CRASH_POINTS");
  return wanted == nullptr ? 200 : std::atoi(wanted);
}

}  // namespace

TEST_CASE(
    "cut off at any write, the server's store has all that it answered for, nothing half done, and goes on",
    "[hostile][crash]") {
  Story story;
  const std::uint64_t all = story.disk.operations();
  const auto points = std::min(static_cast<std::uint64_t>(cuts()), all);
  INFO(all << " operations, " << story.moments.size() << " requests");
  REQUIRE(all > 200);
  // What each moment would have answered.
  std::vector<Bytes> would_answer;
  for (const Moment& m : story.moments) would_answer.push_back(story.answers(*m.held));
  REQUIRE((would_answer.front() != would_answer.back()));
  int before_first = 0;
  int undone = 0;
  for (const CrashMode mode : all_crash_modes) {
    for (std::uint64_t i = 0; i < points; ++i) {
      const std::uint64_t cut =
          points >= all ? i : all - (i * all + static_cast<std::uint64_t>(mode) * all / 3) / points % all;
      INFO("mode " << static_cast<int>(mode) << ", cut before operation " << cut << " of " << all);
      CrashDisk::Files files = story.disk.after_cut(cut, mode, cut * 3 + static_cast<std::uint64_t>(mode));
      CrashDisk disk("crash-server-after", cut, true);
      disk.restore(files);
      {
        auto opened = SqliteStore::open(story.path);
        INFO((opened.ok() ? "" : opened.error().where));
        REQUIRE(opened.ok());
        REQUIRE((*opened)->check_integrity().ok());
        if (cut < story.moments.front().operations) {
          ++before_first;
          continue;
        }
        std::size_t next = 0;
        while (next + 1 < story.moments.size() && story.moments[next].operations < cut) ++next;
        const std::size_t acknowledged = story.moments[next].operations <= cut ? next : next - 1;
        const Bytes said = story.answers(**opened);
        // A request that wrote nothing leaves a moment like the one before.
        const bool as_acknowledged = said == would_answer[acknowledged];
        REQUIRE((as_acknowledged || said == would_answer[next]));
        undone += as_acknowledged && said != would_answer[next] ? 1 : 0;
      }
      // The request that was cut off comes again, and is answered as if nothing had been.
      disk.restore(files);
      auto again = SqliteStore::open(story.path);
      REQUIRE(again.ok());
      std::size_t next = 0;
      while (next + 1 < story.moments.size() && story.moments[next].operations < cut) ++next;
      if (!story.moments[next].request) continue;
      SeededEntropy one(1);
      const auto started = start_relay(**again, {}, one);
      const auto answer = started->handle(**again, *story.moments[next].request, test_host, story.now, one);
      REQUIRE(answer.ok());
      CHECK((story.answers(**again) == would_answer[next]));
    }
  }
  CHECK(undone > 0);
  WARN("cut at " << points << " of " << all << " operations in 3 modes: " << undone
                 << " without the request under way, " << before_first << " before the first");
}
