#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "server/sqlite_store.h"
#include "tests/server/store_fixture.h"
#include "tests/support/checkpoint_contract.h"
#include "tests/support/meet_contract.h"
#include "tests/support/relay_world.h"

using namespace samplan;
using namespace samplan::world;
using samplan::server::SqliteStore;
using samplan::server::TempDir;

namespace {

// People and plans at random, over a relay in memory and one over SQLite that must answer the same.
class RandomLife {
 public:
  RandomLife(RelayWorld& world, int plans) : world_(world) {
    for (int i = 0; i < plans; ++i) companies_.push_back(std::make_unique<Company>(world));
  }

  void step() {
    Company& c = *companies_[world_.entropy.below(companies_.size())];
    TestClient& client = any_client(c);
    switch (world_.entropy.below(10)) {
      case 0:
      case 1:
      case 2: c.write(client, any_section(), "et notat"); return;
      case 3: forget_cursors(client); break;
      case 4: c.push(c.owner_client, {c.plan.epoch(c.owner, {any_section()}, world_.entropy)}); return;
      case 5: toggle_relative(c); return;
      case 6: mail(c); return;
      case 7: world_.now += 3'600'000; break;
      case 8: return snapshot(c, client);
      default: break;
    }
    SyncRequest q;
    q.reply_bytes_max = world_.entropy.below(3) == 0 ? 3000 : 0;
    q.takes_snapshots = world_.entropy.below(2) == 0;
    REQUIRE(client.sync(q).ok());
    client.use_token = true;
  }

 private:
  SectionId any_section() { return static_cast<SectionId>(1 + world_.entropy.below(3)); }
  TestClient& any_client(Company& c) {
    switch (world_.entropy.below(3)) {
      case 0: return c.coordinator_client;
      case 1: return c.owner_client;
      default: return c.relative_client;
    }
  }
  static void forget_cursors(TestClient& client) {
    client.use_token = false;
    client.token.reset();
  }
  void toggle_relative(Company& c) {
    const Participant& p = *c.plan.state.participant(c.plan.number_of(c.relative));
    if (p.mask(1) != 0) {
      c.push(c.owner_client, {c.plan.withdraw(c.owner, c.relative, {1}, world_.entropy)});
    } else {
      const History history = world_.entropy.below(2) == 0 ? History::full : History::from_now;
      c.push(c.owner_client,
             {c.plan.grant(c.owner, c.relative, {{1, right_read | right_write}}, world_.entropy, history)});
    }
  }
  // A large one, so that it is worth offering, or an attestation; then somebody who says how to go on.
  void snapshot(Company& c, TestClient& client) {
    const bool attests = world_.entropy.below(2) == 0;
    c.send(client, c.plan.envelope(client.device(), 1, std::string(attests ? 73 : 20'000, 's'), world_.entropy,
                                   attests ? EnvelopeKind::attestation : EnvelopeKind::snapshot));
    SyncRequest q = pushing(c.plan.id, {});
    q.takes_snapshots = true;
    q.plans[0].begin = {{1, world_.entropy.below(8), world_.entropy.below(16)}};
    q.plans[0].history = {{1, world_.entropy.below(4), world_.entropy.below(12)}};
    TestClient fresh = world_.client(c.owner);
    REQUIRE(fresh.sync(q).ok());
    c.owner_client.token.reset();  // the server keeps one place for a device
  }
  void mail(Company& c) {
    const BoxId box = world_.entropy.id<BoxId>();
    SyncRequest q;
    q.boxes.push_back({box, c.owner.id, world_.now + relay::ms_per_day});
    q.mail.push_back({box, Bytes(100, static_cast<std::uint8_t>(world_.entropy.below(256)))});
    REQUIRE(c.owner_client.sync(q).ok());
  }

  RelayWorld& world_;
  std::vector<std::unique_ptr<Company>> companies_;
};

Errc open_code(const std::string& path) {
  const auto store = SqliteStore::open(path);
  if (store.ok()) return Errc::ok;
  CHECK_FALSE(store.error().detail.empty());
  return store.code();
}

void patch(const std::string& path, std::streamoff at, const std::string& bytes) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(at);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  REQUIRE(file.good());
}

}  // namespace

TEST_CASE("SQLite and the twin in memory answer a random life with the same bytes, also after reopening") {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    CAPTURE(seed);
    TempDir dir;
    auto store = SqliteStore::open(dir.file("store.sqlite"));
    REQUIRE(store.ok());
    RelayWorld world(seed, {}, store->get());
    RandomLife life(world, 3);
    for (int i = 0; i < 60; ++i) life.step();
    store = SqliteStore::open(dir.file("store.sqlite"));
    REQUIRE(store.ok());
    world.mirror = store->get();
    world.mirror_relay->forget();
    for (int i = 0; i < 60; ++i) life.step();
    CHECK((*store)->check_integrity().ok());
  }
}

TEST_CASE("the meeting place holds its contract over SQLite, and a reader of its own sees what is committed") {
  TempDir dir;
  auto store = SqliteStore::open(dir.file("store.sqlite"));
  REQUIRE(store.ok());
  check_meet_contract(**store);
  MeetWorld w(**store);
  const auto box = w.entropy.id<MeetBoxId>();
  REQUIRE(w.open(box).status == MeetStatus::ok);
  REQUIRE(w.put(box, {1, 2, 3}).status == MeetStatus::ok);
  auto reader = SqliteStore::open_reader(dir.file("store.sqlite"));
  REQUIRE(reader.ok());
  MeetRequest q;
  q.box = box;
  const auto reply = relay::read_meet(**reader, q, w.now);
  REQUIRE(reply.ok());
  REQUIRE(reply->messages.size() == 1);
  CHECK(reply->messages[0].body == Bytes{1, 2, 3});
}

TEST_CASE("the log of days holds its contract over SQLite, also when it is opened again") {
  TempDir dir;
  {
    auto store = SqliteStore::open(dir.file("store.sqlite"));
    REQUIRE(store.ok());
    check_checkpoint_contract(**store);
  }
  auto again = SqliteStore::open(dir.file("store.sqlite"));
  REQUIRE(again.ok());
  CHECK((*(*again)->checkpoint(1))->n == 11);
  CHECK((*again)->check_integrity().ok());
}

TEST_CASE("only the server's own user can read the store's files") {
  TempDir dir;
  const std::string path = dir.file("store.sqlite");
  auto store = SqliteStore::open(path);
  REQUIRE(store.ok());
  REQUIRE((*store)->begin().ok());
  REQUIRE((*store)->set_meta("x", ByteView::of("y")).ok());
  REQUIRE((*store)->commit().ok());
  for (const char* suffix : {"", "-wal", "-shm"}) {
    struct stat about {};
    REQUIRE(::stat((path + suffix).c_str(), &about) == 0);
    CHECK((about.st_mode & 0777) == 0600);
  }
}

TEST_CASE("a reader sees what is committed, nothing else, and cannot write") {
  TempDir dir;
  auto store = SqliteStore::open(dir.file("store.sqlite"));
  auto reader = SqliteStore::open_reader(dir.file("store.sqlite"));
  REQUIRE(reader.ok());
  REQUIRE((*store)->begin().ok());
  REQUIRE((*store)->set_meta("a", ByteView::of("1")).ok());
  CHECK_FALSE((*reader)->meta("a")->has_value());
  REQUIRE((*store)->commit().ok());
  CHECK((*reader)->meta("a")->has_value());
  CHECK_FALSE((*reader)->set_meta("b", ByteView::of("1")).ok());
}

TEST_CASE("a file of version 1 is brought up to date: its snapshots are found, its cursors are asked for again") {
  TempDir dir;
  const std::string path = dir.file("store.sqlite");
  PlanId plan;
  {
    auto store = SqliteStore::open(path);
    REQUIRE(store.ok());
    RelayWorld world(1, {}, store->get());
    Company c(world);
    plan = c.plan.id;
    REQUIRE(c.write(c.owner_client, 1, "x") == ItemStatus::ok);
    REQUIRE(c.send(c.owner_client, c.plan.envelope(c.owner_client.device(), 1, "s", world.entropy, EnvelopeKind::snapshot)) ==
            ItemStatus::ok);
  }
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
  CHECK(sqlite3_exec(db, "DROP TABLE marked; DROP TABLE meet_box; DROP TABLE meet_message; DROP TABLE checkpoint; DROP TABLE noted_head; PRAGMA user_version=1;", nullptr, nullptr, nullptr) == SQLITE_OK);
  sqlite3_close(db);
  for (int i = 0; i < 2; ++i) {
    auto store = SqliteStore::open(path);
    REQUIRE(store.ok());
    const auto meetings = (*store)->meet_boxes(0);
    REQUIRE(meetings.ok());
    CHECK(*meetings == 0);
    const auto checkpoint = (*store)->checkpoint(1);
    REQUIRE(checkpoint.ok());
    CHECK_FALSE(*checkpoint);
    std::vector<std::uint64_t> found;
    REQUIRE((*store)
                ->each_marked(plan, 1, EnvelopeKind::snapshot, 100,
                              [&](const relay::EnvelopeRow& row) {
                                found.push_back(row.seq);
                                CHECK(read_envelope(row.body)->header.kind == EnvelopeKind::snapshot);
                                return true;
                              })
                .ok());
    CHECK(found == std::vector<std::uint64_t>{2});
  }
  REQUIRE(sqlite3_open(path.c_str(), &db) == SQLITE_OK);
  sqlite3_stmt* stmt = nullptr;
  REQUIRE(sqlite3_prepare_v2(db, "SELECT count(*) FROM cursors", -1, &stmt, nullptr) == SQLITE_OK);
  REQUIRE(sqlite3_step(stmt) == SQLITE_ROW);
  CHECK(sqlite3_column_int(stmt, 0) == 0);
  sqlite3_finalize(stmt);
  sqlite3_close(db);
}

TEST_CASE("a file that is newer, foreign or damaged is refused with a reason, and left as it is") {
  TempDir dir;
  const std::string path = dir.file("store.sqlite");
  {
    auto store = SqliteStore::open(path);
    REQUIRE(store.ok());
    RelayWorld world(1, {}, store->get());
    RandomLife life(world, 2);
    for (int i = 0; i < 20; ++i) life.step();
  }
  const std::string copy = dir.file("copy.sqlite");
  const auto fresh_copy = [&] {
    std::filesystem::copy_file(path, copy, std::filesystem::copy_options::overwrite_existing);
  };
  fresh_copy();
  CHECK(open_code(copy) == Errc::ok);
  // Offsets of the SQLite file header: 60 user_version, 68 application_id.
  fresh_copy();
  patch(copy, 60, std::string("\0\0\0\5", 4));
  CHECK(open_code(copy) == Errc::unknown_version);
  fresh_copy();
  patch(copy, 68, "abcd");
  CHECK(open_code(copy) == Errc::corrupt);
  fresh_copy();
  patch(copy, 0, "not a database at all");
  CHECK(open_code(copy) == Errc::corrupt);
  fresh_copy();
  for (std::streamoff page = 3; page < 12; ++page) patch(copy, page * 4096 + 5, std::string(60, '\x55'));
  CHECK(open_code(copy) == Errc::corrupt);
  CHECK(open_code("/nowhere/at/all") == Errc::not_saved);
}

TEST_CASE("a savepoint that is undone takes its writes with it and leaves the others") {
  TempDir dir;
  auto opened = SqliteStore::open(dir.file("store.sqlite"));
  SqliteStore& store = **opened;
  REQUIRE(store.begin().ok());
  REQUIRE(store.set_meta("outer", ByteView::of("1")).ok());
  REQUIRE(store.mark().ok());
  REQUIRE(store.set_meta("inner", ByteView::of("1")).ok());
  REQUIRE(store.mark().ok());
  REQUIRE(store.put_plan({PlanId{}, 1, 1, 1, 1}).ok());
  REQUIRE(store.undo().ok());
  CHECK_FALSE(store.lock_plan(PlanId{})->has_value());
  REQUIRE(store.undo().ok());
  REQUIRE(store.commit().ok());
  CHECK(store.meta("outer")->has_value());
  CHECK_FALSE(store.meta("inner")->has_value());
}
