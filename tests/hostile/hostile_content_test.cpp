// Validly signed nonsense from a participant who holds the keys and may write: the others neither fall over
// nor stall, they agree with each other afterwards, their own work goes on, and what it costs them grows with
// its bytes and no faster.
#include <ctime>

#include "client-core/pack.h"
#include "tests/hostile/evil_world.h"

using namespace samplan;
using namespace samplan::hostile;
using namespace samplan::world;

namespace {

// Mona has turned: her device sends what her program would never write.
class Turned {
 public:
  Turned() { w.people.sync_all({"Mona", "Ola", "Jonas"}); }

  EvilWorld w;
  DeviceId author() { return context().keys.id(); }
  std::uint64_t counter = 1'000;
  plan::Op op(plan::OpKind kind, const EntityId& entity, plan::FieldId field = 0, std::string text = {},
              std::vector<OpId> refs = {}) {
    plan::Op out;
    out.id = {author(), ++counter};
    out.kind = kind;
    out.entity = entity;
    out.field = field;
    out.text = std::move(text);
    out.refs = std::move(refs);
    return out;
  }
  plan::Op create(const EntityId& entity, plan::RecordKind kind) {
    plan::Op out = op(plan::OpKind::create, entity);
    out.record_kind = kind;
    return out;
  }
  EntityId fresh() { return w.noise.id<EntityId>(); }
  EntityId goal() { return *EntityId::parse(w.goal); }

  Bytes encoded(std::vector<plan::Op> ops, UnixMs wall_ms = 1'790'000'000'000) {
    plan::Batch b;
    b.author = author();
    b.wall_ms = wall_ms;
    b.ops = std::move(ops);
    return plan::encode_batch(b);
  }
  void send_ops(std::vector<plan::Op> ops, bool proposal = false) {
    send(join_batches({encoded(std::move(ops))}), EnvelopeKind::change, proposal);
  }

  // Seals, signs and hands it to her own program to deliver.
  void send(ByteView plain, EnvelopeKind kind = EnvelopeKind::change, bool proposal = false) {
    Context ctx = context();
    const auto file = core().plans().get(ctx, w.plan_id);
    REQUIRE(file.ok());
    const GovState& gov = (*file)->gov();
    EnvelopeHeader h;
    h.kind = kind;
    h.proposal = proposal;
    h.plan = w.plan_id;
    h.section = w.section;
    h.epoch = gov.section(w.section)->epoch.latest()->epoch;
    h.author = author();
    const AuthorChains::Tip tip = (*file)->section(w.section).authors.tip(h.author, h.epoch);
    h.author_seq = tip.seq + 1;
    h.author_prev = tip.id;
    h.gov_seq = gov.seq();
    h.gov_head = gov.head();
    const auto key = ctx.keyring.section_key(w.plan_id, w.section, h.epoch);
    REQUIRE(key.ok());
    const Bytes header = write_header144(h);
    const auto sealed = seal_content(**key, header, plain, w.noise);
    REQUIRE(sealed.ok());
    OutboxRow row;
    row.section = w.section;
    row.epoch = h.epoch;
    row.author_seq = h.author_seq;
    row.body = finish_envelope(header, sealed->nonce, sealed->ciphertext, ctx.keys.sign);
    row.id = read_envelope(row.body)->id;
    REQUIRE(ctx.replica.add_outbox(w.plan_id, row).ok());
    w.people.sync("Mona");
    // The server took it: to it, it is an envelope like any other.
    CHECK(context().replica.outbox(w.plan_id)->empty());
  }

  // The others take it, go on with their own work, and agree.
  void others_go_on() {
    const std::string text = "Arbeidet går videre " + std::to_string(++rounds_);
    w.people.ok(
        "Ola",
        {{"do", "edit"}, {"plan", w.plan}, {"entity", w.goal}, {"field", "achievement"}, {"value", text}});
    for (int round = 0; round < 2; ++round) w.people.sync_all({"Ola", "Jonas"});
    REQUIRE(w.people.reopen("Jonas").ok());
    CHECK(w.sees("Jonas", text));
    CHECK(w.waiting("Ola") == 0);
    CHECK(w.holding("Ola") == "shared");
    CHECK(w.holding("Jonas") == "shared");
    const json ola = w.people.digest("Ola", w.plan);
    const json jonas = w.people.digest("Jonas", w.plan);
    CHECK(ola["sections"] == jonas["sections"]);
    for (const char* query : {"conflicts", "proposals", "log", "history"}) {
      json request = {{"do", query}, {"plan", w.plan}};
      if (std::string(query) == "history") request["entity"] = w.goal;
      w.people.ok("Ola", request);
    }
  }

 private:
  Core& core() { return w.people.core("Mona"); }
  Context context() { return core().context(w.people.now); }
  int rounds_ = 0;
};

double seconds_of_cpu() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

}  // namespace

TEST_CASE("absurd counters, clocks, ids, kinds and fields from a member stop nobody", "[hostile][content]") {
  Turned t;
  t.send(join_batches({t.encoded({t.op(plan::OpKind::set, t.goal(), 1, "klokka går galt")}, INT64_MAX)}));
  t.others_go_on();
  t.send(join_batches({t.encoded({t.op(plan::OpKind::set, t.goal(), 1, "før tiden")}, INT64_MIN)}));
  t.others_go_on();
  t.send_ops({t.create(t.fresh(), 60'000), t.op(plan::OpKind::set, t.goal(), 65'535, "felt som ikke finnes"),
              t.op(plan::OpKind::set_add, t.goal(), 1, "ikke et sett")});
  t.others_go_on();
  t.send_ops({t.op(plan::OpKind::set, t.goal(), 6, "99999-99-99"),
              t.op(plan::OpKind::set, t.goal(), 5, "1e308"),
              t.op(plan::OpKind::set, t.goal(), 7, "ingen slik kode"),
              t.op(plan::OpKind::set, EntityId{}, 1, "null")});
  t.others_go_on();
  t.counter = ~std::uint64_t{0} - 2;
  t.send_ops({t.op(plan::OpKind::set, t.goal(), 1, "siste tall")});
  t.others_go_on();
}

TEST_CASE("the same record twice, counters that come again and answers to nothing have no effect",
          "[hostile][content]") {
  Turned t;
  const EntityId twice = t.fresh();
  t.send_ops({t.create(twice, 13), t.create(twice, 14), t.op(plan::OpKind::set, twice, 1, "en gang")});
  t.counter = 1'000;
  t.send_ops({t.op(plan::OpKind::set, twice, 1, "om igjen under samme nummer")});
  t.others_go_on();
  CHECK_FALSE(t.w.sees("Ola", "om igjen under samme nummer"));
  t.counter = 5'000;
  t.send_ops({t.op(plan::OpKind::set, t.goal(), 1, "et forslag")}, true);
  const OpId proposal{t.author(), t.counter};
  plan::Op accept = t.op(plan::OpKind::accept, {}, 0, {}, {proposal});
  plan::Op decline = t.op(plan::OpKind::decline, {}, 0, "nei", {proposal});
  plan::Op again = t.op(plan::OpKind::accept, {}, 0, {}, {proposal, {t.author(), 99'999'999}});
  for (plan::Op* answer : {&accept, &decline, &again}) answer->entity = {};
  std::sort(again.refs.begin(), again.refs.end());
  t.send_ops({accept, decline, again});
  t.others_go_on();
}

TEST_CASE("goals that are parts of themselves and of each other are shown", "[hostile][content]") {
  Turned t;
  const EntityId a = t.fresh();
  const EntityId b = t.fresh();
  t.send_ops({t.create(a, 13), t.create(b, 13), t.op(plan::OpKind::set, a, 4, b.hex()),
              t.op(plan::OpKind::set, b, 4, a.hex()), t.op(plan::OpKind::set, t.goal(), 4, t.goal().hex()),
              t.op(plan::OpKind::set_add, a, 9, a.hex())});
  t.others_go_on();
}

TEST_CASE("content that is no content stops nobody: empty, cut, noise, packed too large",
          "[hostile][content]") {
  Turned t;
  const Bytes good = join_batches({t.encoded({t.op(plan::OpKind::set, t.goal(), 1, "god")})});
  std::vector<Bytes> plains = {
      {}, Bytes(1, 0xff), Bytes(200, 0), Bytes(good.begin(), good.end() - 3), Bytes((3U << 20), 0)};
  Bytes noise(5000);
  t.w.noise.fill(noise.data(), noise.size());
  plains.push_back(noise);
  Bytes many = good;
  many[many.size() / 2] ^= 0x10;
  plains.push_back(many);
  for (const Bytes& plain : plains) {
    t.send(plain);
    t.others_go_on();
  }
  for (const Bytes& plain : {Bytes{}, noise, good}) {
    t.send(plain, EnvelopeKind::snapshot);
    t.others_go_on();
  }
}

TEST_CASE("as many operations, overwrites and bytes as fit are taken in time", "[hostile][content]") {
  Turned t;
  std::vector<OpId> many_refs;
  for (std::uint64_t i = 1; i <= limits::overwrites_max; ++i) many_refs.push_back({t.author(), i});
  std::vector<plan::Op> ops;
  for (std::size_t i = 0; i < 2000; ++i) ops.push_back(t.op(plan::OpKind::set, t.goal(), 1, "x", many_refs));
  const double from = seconds_of_cpu();
  t.send_ops(std::move(ops));
  std::vector<Bytes> batches;
  for (int b = 0; b < 10; ++b) {
    std::vector<plan::Op> tiny;
    for (std::size_t i = 0; i < limits::ops_per_batch_max; ++i)
      tiny.push_back(t.op(plan::OpKind::set, t.goal(), static_cast<plan::FieldId>(i % 40 + 1), ""));
    batches.push_back(t.encoded(std::move(tiny)));
  }
  t.send(join_batches(batches));
  std::vector<plan::Op> records;
  for (std::size_t i = 0; i < 4000; ++i) records.push_back(t.create(t.fresh(), 13));
  t.send_ops(std::move(records));
  t.send_ops({t.op(plan::OpKind::set, t.goal(), 1, std::string(limits::text_bytes_max, 'a'))});
  t.others_go_on();
  const double taken = seconds_of_cpu() - from;
  INFO(taken << " s");
  CHECK(taken < 60);
}

TEST_CASE("four times the nonsense costs about four times as much, not sixteen", "[hostile][content]") {
  DeviceId author;
  author.bytes[0] = 7;
  EntityId goal;
  goal.bytes[0] = 9;
  const auto cost = [&](const std::function<plan::Op(std::size_t)>& make, std::size_t n) {
    plan::SectionState section(5);
    std::uint64_t counter = 0;
    const auto apply = [&](std::vector<plan::Op> ops, std::uint64_t seq) {
      plan::Batch b;
      b.author = author;
      for (plan::Op& o : ops) o.id = {author, ++counter};
      b.ops = std::move(ops);
      plan::ApplyContext context;
      context.seq = seq;
      section.apply(b, context);
    };
    plan::Op first;
    first.kind = plan::OpKind::create;
    first.entity = goal;
    first.record_kind = 13;
    apply({first}, 1);
    const double from = seconds_of_cpu();
    for (std::size_t i = 0; i < n; i += 1000) {
      std::vector<plan::Op> ops;
      for (std::size_t k = 0; k < 1000; ++k) ops.push_back(make(i + k));
      apply(std::move(ops), 2 + i);
    }
    return seconds_of_cpu() - from;
  };
  SeededEntropy noise(3);
  const auto op = [&](plan::OpKind kind, plan::FieldId field, const char* text) {
    plan::Op o;
    o.kind = kind;
    o.entity = goal;
    o.field = field;
    o.text = text;
    return o;
  };
  const std::pair<const char*, std::function<plan::Op(std::size_t)>> kinds[] = {
      {"values of one field", [&](std::size_t) { return op(plan::OpKind::set, 1, "x"); }},
      {"additions to one set",
       [&](std::size_t i) {
         plan::Op o = op(plan::OpKind::set_add, 9, "");
         o.text = std::to_string(i);
         return o;
       }},
      {"removals", [&](std::size_t) { return op(plan::OpKind::remove, 0, ""); }},
      {"records",
       [&](std::size_t) {
         plan::Op o = op(plan::OpKind::create, 0, "");
         o.entity = noise.id<EntityId>();
         o.record_kind = 13;
         return o;
       }},
      {"answers to nothing",
       [&](std::size_t i) {
         plan::Op o = op(plan::OpKind::accept, 0, "");
         o.entity = {};
         o.refs = {{author, i + 1'000'000}};
         return o;
       }},
  };
  for (const auto& [name, make] : kinds) {
    const double once = cost(make, 8'000);
    const double four = cost(make, 32'000);
    INFO(name << ": " << once << " s and " << four << " s");
    CHECK(four < 10 * once + 0.05);
  }
}
