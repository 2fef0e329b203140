#include "client-core/pack.h"
#include "sync/log/sections.h"
#include "tests/support/flows_world.h"
#include "tests/support/vectors.h"

using namespace samplan;
using namespace samplan::world;

namespace {

constexpr SectionId helse = 3;

// Text that no packing makes much smaller.
std::string noise(std::size_t bytes, std::uint64_t seed) {
  static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789  ";
  SeededEntropy entropy(seed);
  std::string out(bytes, ' ');
  std::vector<std::uint8_t> raw(bytes);
  entropy.fill(raw.data(), raw.size());
  for (std::size_t i = 0; i < bytes; ++i) out[i] = letters[raw[i] % 64];
  return out;
}

struct Told {
  InProcess world;
  CoreWorld& w = world.people;
  Cast cast = set_up(w);
  std::uint64_t texts = 0;
  // Up to here there is what the setting-up made, with the snapshot that Silje was given.
  const std::uint64_t before = file("Jonas").section(section()).seq;

  PlanId plan() const { return PlanId::from(*from_hex(cast.plan)); }
  static SectionId section() { return helse; }
  PlanFile& file(const std::string& name) {
    Context ctx = w.core(name).context(w.now);
    auto found = w.core(name).plans().get(ctx, plan());
    REQUIRE(found.ok());
    return **found;
  }
  const SectionStart& start(const std::string& name) { return file(name).section(section()).start; }

  void edit(const std::string& name, const std::string& text) {
    w.ok(name,
         {{"do", "edit"}, {"plan", cast.plan}, {"entity", cast.measure}, {"field", "how"}, {"value", text}});
  }
  // Eight of these go beyond what makes a snapshot due.
  void write_much(const std::string& name, int times) {
    for (int i = 0; i < times; ++i) {
      edit(name, noise(5'000, ++texts));
      w.sync(name);
    }
  }
  void small_change(const std::string& name) {
    edit(name, "liten endring " + std::to_string(++texts));
    w.sync(name);
  }
  std::vector<std::uint64_t> on_server(EnvelopeKind kind) {
    std::vector<std::uint64_t> out;
    REQUIRE(world.server.store
                .each_marked(plan(), section(), kind, 1'000'000,
                             [&](const relay::EnvelopeRow& row) {
                               if (row.seq > before) out.push_back(row.seq);
                               return true;
                             })
                .ok());
    return out;
  }
  std::uint64_t stored(const std::string& name) {
    Context ctx = w.core(name).context(w.now);
    std::uint64_t out = 0;
    REQUIRE(ctx.replica
                .each_envelope(plan(), section(), 1,
                               [&](const EnvelopeRow&) {
                                 ++out;
                                 return Status::good();
                               })
                .ok());
    return out;
  }
  // A new provider who may read everything written so far, or what comes from now on.
  void new_reader(const std::string& name, const std::string& history = "full") {
    w.let_in("Jonas", name, {{"for", "plan"}, {"plan", cast.plan}, {"role", "provider"}});
    w.sync("Ola");
    w.ok("Ola", {{"do", "consent_give"},
                 {"plan", cast.plan},
                 {"participant", name},
                 {"rights", "write"},
                 {"sections", {"helse"}},
                 {"history", history},
                 {"what", "a"},
                 {"who", "b"},
                 {"use", "c"},
                 {"consequence", "d"}});
    w.sync("Ola");
    if (history == "full") w.sync(name);
  }
  void ask_for_history(const std::string& name) {
    Context ctx = w.core(name).context(w.now);
    REQUIRE(file(name).want_history(ctx, section()).ok());
    REQUIRE(file(name).save(ctx).ok());
  }
  void reads_alike(const std::string& a, const std::string& b) {
    CHECK(w.digest(a, cast.plan)["sections"]["helse"] == w.digest(b, cast.plan)["sections"]["helse"]);
    Context ctx_a = w.core(a).context(w.now);
    Context ctx_b = w.core(b).context(w.now);
    const auto state_a = file(a).confirmed(ctx_a, section());
    const auto state_b = file(b).confirmed(ctx_b, section());
    REQUIRE((state_a.ok() && state_b.ok()));
    CHECK((*state_a)->encode() == (*state_b)->encode());
  }

  // What a dishonest program of `name` could send: any plaintext under a good signature, as a snapshot.
  void send_snapshot(const std::string& name, const Bytes& content, bool packed = false) {
    w.sync(name);
    Context ctx = w.core(name).context(w.now);
    PlanFile& f = file(name);
    EnvelopeHeader h;
    h.kind = EnvelopeKind::snapshot;
    h.plan = plan();
    h.section = section();
    h.epoch = f.gov().section(h.section)->epoch.latest()->epoch;
    h.author = ctx.keys.id();
    const AuthorChains::Tip tip = f.section(h.section).authors.tip(h.author, h.epoch);
    h.author_seq = tip.seq + 1;
    h.author_prev = tip.id;
    h.gov_seq = f.gov().seq();
    h.gov_head = f.gov().head();
    const auto key = ctx.keyring.section_key(h.plan, h.section, h.epoch);
    REQUIRE((key.ok() && *key != nullptr));
    const Bytes header = write_header144(h);
    const auto sealed = packed ? crypto::seal(**key, header, content, ctx.entropy)
                               : seal_content(**key, header, content, ctx.entropy);
    REQUIRE(sealed.ok());
    const Bytes body = finish_envelope(header, sealed->nonce, sealed->ciphertext, ctx.keys.sign);
    REQUIRE(ctx.replica
                .add_outbox(h.plan, {h.section, h.epoch, h.author_seq, read_envelope(body)->id, 0, 0, body})
                .ok());
    w.sync(name);
  }
  // The true record of the section as `name` has it, to be changed by a test.
  SnapshotRecord record(const std::string& name) {
    w.sync(name);
    Context ctx = w.core(name).context(w.now);
    const auto bytes =
        file(name).snapshot_now(ctx, section(), file(name).gov().section(section())->epoch.latest()->epoch);
    REQUIRE(bytes.ok());
    return *read_snapshot(*bytes);
  }
};

}  // namespace

TEST_CASE("a push beyond the limit carries a snapshot; others attest it with pushes of their own changes",
          "[snapshot]") {
  Told t;
  CoreWorld& w = t.w;
  t.write_much("Mona", 8);
  CHECK(t.on_server(EnvelopeKind::snapshot).empty());
  t.edit("Mona", "ni");
  w.sync("Mona");
  REQUIRE(t.on_server(EnvelopeKind::snapshot).size() == 1);
  CHECK(w.rounds <= 2);
  const json status = w.ok("Mona", {{"do", "status"}});
  CHECK(status["waiting"] == 0);
  CHECK(status["all_sent"] == true);

  w.sync_all({"Jonas", "Ola", "Per"});
  CHECK(t.on_server(EnvelopeKind::attestation).empty());
  t.small_change("Jonas");
  CHECK(t.on_server(EnvelopeKind::attestation).size() == 1);
  for (int i = 0; i < 3; ++i) t.small_change("Jonas");
  CHECK(t.on_server(EnvelopeKind::attestation).size() == 1);
  // The author's own word adds nothing.
  t.small_change("Mona");
  CHECK(t.on_server(EnvelopeKind::attestation).size() == 1);
  t.small_change("Per");
  CHECK(t.on_server(EnvelopeKind::attestation).size() == 2);
  CHECK(t.on_server(EnvelopeKind::snapshot).size() == 1);
  w.sync_all({"Jonas", "Mona", "Silje"});
  t.reads_alike("Jonas", "Mona");
  t.reads_alike("Jonas", "Silje");
}

TEST_CASE("many small changes make a snapshot due when they take 32 KiB together, not before", "[snapshot]") {
  Told t;
  const auto bytes = [&] { return t.start("Mona").bytes; };
  while (bytes() < snapshot_due_bytes) {
    CHECK(t.on_server(EnvelopeKind::snapshot).empty());
    t.small_change("Mona");
  }
  CHECK(t.on_server(EnvelopeKind::snapshot).empty());
  t.small_change("Mona");
  CHECK(t.on_server(EnvelopeKind::snapshot).size() == 1);
}

TEST_CASE("a new device begins with an attested snapshot and reads the same, byte for byte", "[snapshot]") {
  Told t;
  CoreWorld& w = t.w;
  t.write_much("Mona", 10);
  w.sync("Jonas");
  t.small_change("Jonas");
  t.small_change("Mona");
  t.new_reader("Nils");
  CHECK(t.start("Nils").how == StartKind::trusted);
  CHECK(t.stored("Nils") < 8);
  CHECK(w.reply_bytes < 100'000);
  t.reads_alike("Nils", "Mona");
  // It goes on from there: own changes, others' changes, a process that begins again.
  t.small_change("Nils");
  REQUIRE(w.reopen("Nils").ok());
  w.sync_all({"Mona", "Nils"});
  t.reads_alike("Nils", "Mona");
  CHECK(w.ok("Nils", {{"do", "status"}})["all_sent"] == true);
  w.sync("Nils");
  CHECK(w.rounds == 1);
}

TEST_CASE("nobody's word but the author's own: the device fetches the whole chain", "[snapshot]") {
  Told t;
  t.write_much("Mona", 10);
  REQUIRE(t.on_server(EnvelopeKind::snapshot).size() == 1);
  t.new_reader("Nils");
  CHECK(t.start("Nils").how == StartKind::whole);
  CHECK(t.stored("Nils") == t.stored("Mona"));
  t.reads_alike("Nils", "Mona");
}

TEST_CASE("a snapshot by the coordinator needs no other witness", "[snapshot]") {
  Told t;
  t.write_much("Jonas", 10);
  t.new_reader("Nils");
  CHECK(t.start("Nils").how == StartKind::trusted);
  t.reads_alike("Nils", "Jonas");
}

TEST_CASE("an older snapshot that is vouched for serves when the newest is not", "[snapshot]") {
  Told t;
  t.write_much("Jonas", 10);
  t.w.sync("Mona");
  t.write_much("Mona", 10);
  REQUIRE(t.on_server(EnvelopeKind::snapshot).size() == 2);
  t.new_reader("Nils");
  CHECK(t.start("Nils").how == StartKind::trusted);
  CHECK(t.start("Nils").snapshot_seq == t.on_server(EnvelopeKind::snapshot)[1]);
  t.reads_alike("Nils", "Mona");
}

TEST_CASE("history comes on demand, agrees with the snapshot, and stays", "[snapshot]") {
  Told t;
  CoreWorld& w = t.w;
  t.write_much("Jonas", 10);
  t.new_reader("Nils");
  REQUIRE(t.start("Nils").how == StartKind::trusted);
  t.ask_for_history("Nils");
  REQUIRE(w.reopen("Nils").ok());
  const SyncOutcome outcome = w.sync("Nils");
  CHECK(outcome.notices.empty());
  CHECK(t.start("Nils").how == StartKind::whole);
  CHECK(t.stored("Nils") == t.stored("Jonas"));
  t.reads_alike("Nils", "Jonas");
  w.sync("Nils");
  CHECK(w.rounds == 1);
  // Only now could its own word on a snapshot count.
  Context ctx = w.core("Nils").context(w.now);
  REQUIRE(t.file("Nils").refold(ctx, t.section()).ok());
  t.reads_alike("Nils", "Jonas");
}

TEST_CASE("a false snapshot is noticed by all who folded the chain, kept as proof and never used",
          "[snapshot]") {
  Told t;
  CoreWorld& w = t.w;
  t.write_much("Mona", 2);
  for (int i = 0; i < 32; ++i) t.small_change("Mona");
  SnapshotRecord lie = t.record("Mona");
  lie.state = plan::SectionState(t.section()).encode();
  t.send_snapshot("Mona", write_snapshot(lie));
  for (const char* name : {"Jonas", "Per", "Silje"}) {
    w.sync(name);
    CHECK(w.last_notices.find("snapshot_differs(") != std::string::npos);
    Context ctx = w.core(name).context(w.now);
    CHECK(*ctx.replica.item_count("snapshot_differs") == 1);
  }
  t.small_change("Jonas");
  CHECK(t.on_server(EnvelopeKind::attestation).empty());
  t.new_reader("Nils");
  CHECK(t.start("Nils").how == StartKind::whole);
  t.reads_alike("Nils", "Jonas");
  // One alarm is enough: what the same author says later is not looked into.
  w.sync("Mona");
  t.write_much("Jonas", 3);
  t.send_snapshot("Mona", write_snapshot(lie));
  w.sync("Jonas");
  CHECK(w.last_notices.find("snapshot_differs(") == std::string::npos);
  t.reads_alike("Mona", "Jonas");
}

TEST_CASE("snapshots that nobody can read harm nobody", "[snapshot]") {
  Told t;
  CoreWorld& w = t.w;
  t.write_much("Jonas", 3);
  const SnapshotRecord good = t.record("Mona");
  Bytes content;
  bool packed = false;
  SECTION("rubbish") {
    content = ByteView::of("dette er ikke noe").copy();
    content[0] = 1;
  }
  SECTION("empty") {}
  SECTION("of another section") {
    SnapshotRecord r = good;
    r.section = 1;
    content = write_snapshot(r);
  }
  SECTION("of a number that has not come") {
    SnapshotRecord r = good;
    r.upto = good.upto + 1000;
    content = write_snapshot(r);
  }
  SECTION("of another chain") {
    SnapshotRecord r = good;
    r.chain = Hash{};
    content = write_snapshot(r);
  }
  SECTION("a stream that claims a gigabyte") {
    content = {1, 0, 0, 0, 0x40};
    const Bytes stream = pack(Bytes(300'000, 0));
    append(content, ByteView(stream).from(5));
    packed = true;
  }
  SECTION("a stream that breaks off") {
    const Bytes whole = pack(write_snapshot(good));
    content = ByteView(whole).sub(0, whole.size() / 2).copy();
    packed = true;
  }
  t.send_snapshot("Mona", content, packed);
  for (const char* name : {"Jonas", "Silje"}) {
    w.sync(name);
    CHECK(w.last_notices.find("snapshot_differs(") != std::string::npos);
  }
  t.new_reader("Nils");
  t.small_change("Nils");
  w.sync_all({"Jonas", "Mona", "Silje"});
  for (const char* name : {"Mona", "Silje", "Nils"}) t.reads_alike(name, "Jonas");
}

TEST_CASE(
    "a coordinator who lies to a new device is found out by the history, with the signed snapshot as proof",
    "[snapshot]") {
  Told t;
  CoreWorld& w = t.w;
  t.write_much("Mona", 4);
  for (int i = 0; i < 32; ++i) t.small_change("Mona");  // a chain long enough for an offer
  SnapshotRecord lie = t.record("Jonas");
  lie.state = plan::SectionState(t.section()).encode();
  t.send_snapshot("Jonas", write_snapshot(lie));
  t.new_reader("Nils");
  REQUIRE(t.start("Nils").how == StartKind::trusted);
  const Hash proof = t.start("Nils").snapshot_id;
  t.ask_for_history("Nils");
  w.sync("Nils");
  CHECK(w.last_notices.find("snapshot_differs(") != std::string::npos);
  Context ctx = w.core("Nils").context(w.now);
  const auto kept = ctx.replica.item("snapshot_differs", proof.view());
  REQUIRE((kept.ok() && *kept));
  CHECK(
      verify_envelope(*read_envelope((*kept)->content),
                      ctx.book.find_device(read_envelope((*kept)->content)->header.author).device->sign_key));
  CHECK(t.start("Nils").how == StartKind::whole);
  t.reads_alike("Nils", "Mona");
}

TEST_CASE("where the server has no room for a snapshot, changes go without it", "[snapshot]") {
  Told t;
  CoreWorld& w = t.w;
  t.write_much("Mona", 8);
  relay::RelayConfig config;
  config.plan_bytes_max = (*t.world.server.store.lock_plan(t.plan()))->bytes + 3'000;
  t.world.server.relay = start_relay(t.world.server.store, config, t.world.server.server_entropy);
  t.small_change("Mona");
  CHECK(w.ok("Mona", {{"do", "status"}})["all_sent"] == true);
  CHECK(t.on_server(EnvelopeKind::snapshot).empty());
  CHECK(w.last_notices.find("refused") == std::string::npos);
  w.sync("Jonas");
  t.reads_alike("Mona", "Jonas");
}

TEST_CASE("who was let in from now fetches the history from there, and nothing before it", "[snapshot]") {
  Told t;
  CoreWorld& w = t.w;
  t.edit("Mona", "Skrevet og erstattet før Nils kom");
  w.sync("Mona");
  t.edit("Mona", "Det som sto der da");
  w.sync("Mona");
  t.new_reader("Nils", "from_now");
  const std::uint64_t cut = t.file("Ola").section(t.section()).seq;
  w.sync("Jonas");
  t.write_much("Jonas", 10);
  w.sync("Nils");
  REQUIRE(t.start("Nils").how == StartKind::trusted);
  REQUIRE(t.start("Nils").seq > cut);
  t.ask_for_history("Nils");
  CHECK(w.sync("Nils").notices.empty());
  CHECK(t.start("Nils").how == StartKind::handed_over);
  CHECK(t.start("Nils").seq <= cut);
  CHECK(t.stored("Nils") == t.file("Jonas").section(t.section()).seq - t.start("Nils").seq);
  t.reads_alike("Nils", "Jonas");
  const json history = w.ok("Nils", {{"do", "history"}, {"plan", t.cast.plan}, {"entity", t.cast.measure}});
  CHECK(history["from_start"] == false);
  CHECK(history.dump().find("Skrevet og erstattet") == std::string::npos);
}

TEST_CASE("a section too large for a snapshot goes without, and everybody reads the same", "[snapshot]") {
  Told t;
  CoreWorld& w = t.w;
  // Statements, each a record of its own: packed more than the megabyte that a snapshot may be.
  for (int i = 0; i < 40; ++i) {
    w.ok("Mona", {{"do", "add"},
                  {"plan", t.cast.plan},
                  {"kind", "goal"},
                  {"section", "helse"},
                  {"fields", {{"text", noise(40'000, 1000U + static_cast<std::uint64_t>(i))}, {"status", "foreslatt"}}}});
    w.sync("Mona");
  }
  const std::size_t before = t.on_server(EnvelopeKind::snapshot).size();
  CHECK(before > 0);
  for (int i = 0; i < 3; ++i) t.write_much("Mona", 8);
  CHECK(t.on_server(EnvelopeKind::snapshot).size() == before);
  CHECK(w.ok("Mona", {{"do", "status"}})["all_sent"] == true);
  t.new_reader("Nils");
  t.reads_alike("Nils", "Mona");
}

TEST_CASE("a device away for 200 days comes back: all it wrote is sent, nothing is lost",
          "[snapshot][slow]") {
  Told t;
  CoreWorld& w = t.w;
  // What it wrote before and while it was away; one envelope was sealed but never arrived.
  t.edit("Per", "Skrevet rett før turen");
  const UnixMs left = w.now;
  REQUIRE(w.core("Per").next_request(w.now, true).ok());
  std::vector<std::string> own;
  for (int i = 0; i < 5; ++i)
    own.push_back(w.ok(
        "Per", {{"do", "add"},
                {"plan", t.cast.plan},
                {"kind", "goal"},
                {"section", "helse"},
                {"fields", {{"text", "Pers mål " + std::to_string(i)}, {"status", "foreslatt"}}}})["entity"]);
  // 2,000 changes by others in 500 pushes, snapshots, and two new keys.
  for (int i = 0; i < 500; ++i) {
    const char* who = i % 2 == 0 ? "Mona" : "Jonas";
    for (int k = 0; k < 4; ++k) t.edit(who, "endring " + std::to_string(i) + "." + std::to_string(k));
    w.sync(who);
    if (i == 150 || i == 350) {
      w.sync("Ola");
      if (i == 150) {
        w.ok("Ola", {{"do", "consent_withdraw"},
                     {"plan", t.cast.plan},
                     {"participant", "Silje"},
                     {"sections", {"helse"}}});
      } else {
        w.ok("Ola", {{"do", "consent_give"},
                     {"plan", t.cast.plan},
                     {"participant", "Silje"},
                     {"rights", "propose"},
                     {"sections", {"helse"}},
                     {"history", "from_now"},
                     {"what", "a"},
                     {"who", "b"},
                     {"use", "c"},
                     {"consequence", "d"}});
      }
      w.sync("Ola");
      w.sync_all({"Jonas", "Mona"});
    }
  }
  CHECK(t.on_server(EnvelopeKind::snapshot).size() >= 2);
  w.now = left + 200LL * 86'400'000;
  const SyncOutcome back = w.sync("Per");
  for (const Notice& n : back.notices) CHECK(n.what == "resealed");
  w.sync_all({"Per", "Mona", "Jonas", "Ola"});
  const json status = w.ok("Per", {{"do", "status"}});
  CHECK(status["waiting"] == 0);
  CHECK(status["all_sent"] == true);
  CHECK(w.ok("Per", {{"do", "quarantine"}})["items"].empty());
  for (const char* name : {"Mona", "Jonas", "Ola"}) t.reads_alike(name, "Per");
  const json goals = w.show("Mona", t.cast.plan)["sections"]["helse"]["records"]["goal"];
  for (const std::string& id : own)
    CHECK(std::count_if(goals.begin(), goals.end(), [&](const json& g) { return g["id"] == id; }) == 1);
  // The text it wrote before it left stands beside the others' last word, neither lost.
  const std::string measure = w.record("Mona", t.cast.plan, "helse", "measure").dump();
  CHECK(measure.find("Skrevet rett før turen") != std::string::npos);
  CHECK(measure.find("endring 499.3") != std::string::npos);
}

TEST_CASE("who is let in sees the plan also when another record got in between", "[snapshot]") {
  Told t;
  CoreWorld& w = t.w;
  const auto decide = [&](const char* what) {
    json request = {{"do", what}, {"plan", t.cast.plan}, {"participant", "Hjemmetjenesten"}};
    if (std::string(what) == "consent_give")
      request.update({{"rights", "write"}, {"sections", {"grunnlag", "helse"}}, {"history", "from_now"}, {"what", "Helse"},
                      {"who", "De som hjelper"}, {"use", "For hjelpen"}, {"consequence", "Ingen"}});
    w.ok("Ola", request);
  };
  decide("consent_withdraw");
  w.sync("Ola");
  // The unit's log goes on, and closes its sections until somebody has recorded it in the plan.
  w.ok("Berit", {{"do", "unit_remove_member"}, {"unit", "Hjemmetjenesten"}, {"member", "Per"}});
  w.sync("Berit");
  decide("consent_give");
  w.sync_all({"Jonas", "Ola", "Jonas", "Mona", "Berit"});
  t.reads_alike("Jonas", "Berit");
}

TEST_CASE("the bytes of a snapshot and of an attestation are frozen", "[snapshot][vectors]") {
  SnapshotRecord r;
  r.section = helse;
  r.upto = 258;
  r.chain = Hash::from(Bytes(32, 0xc1));
  EnvelopeHeader h;
  h.author = DeviceId::from(Bytes(16, 0xa1));
  h.epoch = 2;
  h.author_seq = 17;
  r.authors.accept(h, Hash::from(Bytes(32, 0x1d)));
  r.state = ByteView::of("state").copy();
  const Bytes record = write_snapshot(r);
  const Bytes attestation = write_attestation({259, Hash::from(Bytes(32, 0x2e)), snapshot_hash(record)});
  const vector_test::Vectors made = {
      {"record", record}, {"record.hash", snapshot_hash(record).view().copy()}, {"attestation", attestation}};
#ifdef SAMPLAN_SOURCE_DIR
  if (vector_test::writing())
    vector_test::write(SAMPLAN_SOURCE_DIR "/tests/vectors/", "snapshot.txt",
                       "What a snapshot and its attestation say, before packing and sealing.", made);
#endif
  static constexpr std::string_view stored =
#include "tests/vectors/snapshot.txt"
      ;
  vector_test::compare(made, vector_test::parse(stored));
  const auto read = read_snapshot(record);
  REQUIRE(read.ok());
  CHECK(write_snapshot(*read) == record);
  CHECK(read->upto == 258);
  // The state takes whatever is left; everything before it must be whole.
  for (std::size_t n = 0; n < record.size() - r.state.size(); ++n)
    CHECK_FALSE(read_snapshot(ByteView(record).sub(0, n)).ok());
  for (std::size_t n = 0; n < attestation.size(); ++n)
    CHECK_FALSE(read_attestation(ByteView(attestation).sub(0, n)).ok());
  Bytes longer = attestation;
  longer.push_back(0);
  CHECK_FALSE(read_attestation(longer).ok());
}
