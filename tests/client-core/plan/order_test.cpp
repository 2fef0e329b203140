// Order of records: moves, runs, anchors that are gone, hostile moves and their cost.
#include <algorithm>
#include <chrono>
#include <memory>
#include <set>

#include "client-core/plan/outline.h"
#include "section_world.h"
#include "tests/support/seeded_entropy.h"

using namespace samplan;
using namespace samplan::plan;

namespace {

EntityId goal(const std::string& name) { return named<EntityId>("goal-" + name); }

std::string name_of(const EntityId& id) {
  std::string out;
  for (std::size_t i = 5; i < EntityId::size && id.bytes[i] != 0; ++i)
    out.push_back(static_cast<char>(id.bytes[i]));
  return out;
}

// The goals as listed: "a b c".
std::string listed(const SectionState& state) {
  std::string out;
  const Listed all = listed_by_kind(state);
  const auto goals = all.find(kind_id("goal"));
  if (goals == all.end()) return out;
  for (const EntityId& id : goals->second) out += (out.empty() ? "" : " ") + name_of(id);
  return out;
}

struct Two {
  Log log;
  Phone kari{log, "kari-phone", "kari"};
  Phone ola{log, "ola-phone", "ola"};
  explicit Two(const std::vector<std::string>& names) {
    for (const std::string& name : names)
      kari.edit([&](Editor& e) { return e.create_record("goal", goal(name), {{"text", name}}); });
    sync();
  }
  void sync() { sync_all({&kari, &ola}); }
  void check_alike() const {
    CHECK(kari.confirmed().encode() == ola.confirmed().encode());
    CHECK(fold_all(log).encode() == kari.confirmed().encode());
  }
};

void move(Phone& phone, const std::string& name, const std::string& after) {
  phone.edit([&](Editor& e) { return e.place_after(goal(name), goal(after)); });
}
void move_first(Phone& phone, const std::string& name) {
  phone.edit([&](Editor& e) { return e.place_first(goal(name)); });
}

Batch forged(std::vector<Op> ops) {
  Batch batch;
  batch.author = named<DeviceId>("forge");
  for (std::size_t i = 0; i < ops.size(); ++i) ops[i].id = {batch.author, i + 1};
  batch.ops = std::move(ops);
  return batch;
}

Op create_op(const EntityId& id, RecordKind kind) {
  Op op;
  op.kind = OpKind::create;
  op.entity = id;
  op.record_kind = kind;
  return op;
}

Op place_op(const EntityId& id, std::optional<EntityId> after) {
  Op op;
  op.kind = OpKind::place;
  op.entity = id;
  op.after = after;
  return op;
}

}  // namespace

TEST_CASE("records stand in the order they were made until somebody moves them", "[plan][order]") {
  Two t({"a", "b", "c"});
  CHECK(listed(t.ola.sees()) == "a b c");
  move(t.kari, "a", "b");
  CHECK(listed(t.kari.sees()) == "b a c");
  move_first(t.kari, "c");
  CHECK(listed(t.kari.sees()) == "c b a");
  t.sync();
  CHECK(listed(t.ola.sees()) == "c b a");
  t.kari.edit([](Editor& e) { return e.create_record("goal", goal("d"), {}); });
  CHECK(listed(t.kari.sees()) == "c b a d");
  t.sync();
  t.check_alike();
  const auto view = section_view(t.ola.sees());
  CHECK(view["records"]["goal"][0]["id"] == goal("c").hex());
  CHECK(view["outline"][0]["goal"] == goal("c").hex());
}

TEST_CASE("two people who move the same record give it one place: the later in the section",
          "[plan][order]") {
  Two t({"a", "b", "c", "d"});
  move(t.kari, "a", "b");
  move(t.ola, "a", "d");
  t.kari.push();
  t.ola.push();
  t.sync();
  CHECK(listed(t.kari.sees()) == "b c d a");
  CHECK(list_conflicts(t.kari.sees()).empty());  // never asked about for order alone
  t.check_alike();
}

TEST_CASE("moving a record leaves a concurrent edit of it as it is, and the other way round",
          "[plan][order][R104]") {
  Two t({"a", "b"});
  move(t.kari, "a", "b");
  t.ola.edit([](Editor& e) { return e.set_field(goal("a"), "text", "ny tekst"); });
  t.sync();
  CHECK(listed(t.kari.sees()) == "b a");
  CHECK(t.kari.value(goal("a"), "text") == "ny tekst");
  CHECK(list_conflicts(t.kari.sees()).empty());
}

TEST_CASE(
    "a move does not keep a record that another person removed, and a removed one comes back where it stood",
    "[plan][order]") {
  Two t({"a", "b", "c"});
  move(t.kari, "a", "b");
  t.ola.edit([](Editor& e) { return e.remove_record(goal("a")); });
  t.sync();
  CHECK(is_removed(*t.kari.sees().find(goal("a"))));
  CHECK(list_conflicts(t.kari.sees()).empty());
  CHECK(listed(t.kari.sees()) == "b c");
  t.ola.edit([](Editor& e) { return e.keep_record(goal("a")); });
  t.sync();
  CHECK(listed(t.kari.sees()) == "b a c");
}

TEST_CASE("a removed record keeps its place as an anchor for those who had not seen the removal",
          "[plan][order]") {
  Two t({"a", "b", "c", "d"});
  t.kari.edit([](Editor& e) { return e.remove_record(goal("b")); });
  move(t.ola, "d", "b");
  t.sync();
  CHECK(listed(t.kari.sees()) == "a d c");
  t.check_alike();
}

TEST_CASE(
    "what was put before a record that another person has moved away since stands where it was asked to",
    "[plan][order]") {
  Two t({"a", "b", "c", "d"});
  move(t.kari, "c", "a");
  t.sync();
  REQUIRE(listed(t.ola.sees()) == "a c b d");
  move(t.ola, "c", "d");
  move(t.kari, "d", "a");  // directly before c, which this device put there
  CHECK(listed(t.kari.sees()) == "a d c b");
  t.ola.push();
  t.sync();
  CHECK(listed(t.kari.sees()) == "a d b c");
  t.check_alike();
}

TEST_CASE("runs that two people build offline do not interleave, forwards or from the end",
          "[plan][order][property]") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    INFO("seed " << seed);
    SeededEntropy entropy(seed);
    Two t({"x", "y", "z"});
    const std::string anchor = entropy.below(3) == 0 ? "" : (entropy.below(2) == 0 ? "x" : "y");
    std::vector<std::string> run[2];
    Phone* const phones[] = {&t.kari, &t.ola};
    bool forwards[2];
    for (bool& f : forwards) f = entropy.below(2) == 0;
    for (int step = 0; step < 12; ++step) {
      const auto who = static_cast<std::size_t>(entropy.below(2));
      Phone& phone = *phones[who];
      std::vector<std::string>& mine = run[who];
      const std::string name = (who == 0 ? "k" : "o") + std::to_string(mine.size());
      phone.edit([&](Editor& e) { return e.create_record("goal", goal(name), {}); });
      const std::string after = forwards[who] && !mine.empty() ? mine.back() : anchor;
      if (after.empty())
        move_first(phone, name);
      else
        move(phone, name, after);
      mine.push_back(name);
      if (entropy.below(3) == 0) phone.push();  // part of a run may be on the server already
    }
    t.sync();
    t.check_alike();
    const std::string all = listed(t.kari.sees());
    for (const std::size_t who : {std::size_t{0}, std::size_t{1}}) {
      std::vector<std::string> mine = run[who];
      if (!forwards[who]) std::reverse(mine.begin(), mine.end());
      std::string together;
      for (const std::string& name : mine) together += (together.empty() ? "" : " ") + name;
      INFO(all << " | " << together);
      REQUIRE((" " + all + " ").find(" " + together + " ") != std::string::npos);
    }
  }
}

TEST_CASE("in any schedule of moves all devices list alike, and every record has one place",
          "[plan][order][property]") {
  const std::vector<std::string> names = {"a", "b", "c", "d", "e", "f"};
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    INFO("seed " << seed);
    SeededEntropy entropy(seed);
    Log log;
    std::vector<std::unique_ptr<Phone>> phones;
    for (const char* name : {"kari", "ola", "per"})
      phones.push_back(std::make_unique<Phone>(log, name, name));
    phones.push_back(std::make_unique<Phone>(log, "mor", "mor", true));
    for (int step = 0; step < 150; ++step) {
      Phone& phone = *phones[static_cast<std::size_t>(entropy.below(phones.size()))];
      const EntityId one = goal(names[static_cast<std::size_t>(entropy.below(names.size()))]);
      const EntityId other = goal(names[static_cast<std::size_t>(entropy.below(names.size()))]);
      Editor e = phone.editor();
      Status s;
      switch (entropy.below(9)) {
        case 0: phone.sync(); continue;
        case 1: phone.pull(static_cast<std::size_t>(entropy.below(4))); continue;
        case 2: phone.restart(); continue;
        case 3: s = e.create_record("goal", one, {}); break;
        case 4: s = e.remove_record(one); break;
        case 5: s = e.keep_record(one); break;
        case 6: s = e.place_first(one); break;
        default: s = e.place_after(one, other);
      }
      if (s.ok()) phone.save(e.take());
    }
    for (auto& p : phones) p->push();
    for (auto& p : phones) p->pull();
    const SectionState fresh = fold_all(log);
    std::set<EntityId> met;
    const RecordOrder& order = fresh.order();
    for (RecordOrder::Slot slot = order.first(); slot != RecordOrder::none; slot = order.next(slot))
      REQUIRE(met.insert(order.id(slot)).second);
    REQUIRE(met.size() == fresh.entities().size());
    for (const auto& p : phones) {
      REQUIRE(p->confirmed().encode() == fresh.encode());
      REQUIRE(listed(p->confirmed()) == listed(fresh));
    }
  }
}

TEST_CASE("goals that nobody moved go by priority; a moved one follows the goal after which it was put",
          "[plan][order]") {
  Two t({"a", "b", "c", "d"});
  t.kari.edit([](Editor& e) { return e.set_field(goal("c"), "priority", "1"); });
  t.kari.edit([](Editor& e) { return e.set_field(goal("b"), "priority", "2"); });
  CHECK(listed(t.kari.sees()) == "c b a d");
  move(t.kari, "d", "c");
  CHECK(listed(t.kari.sees()) == "c d b a");
  t.kari.edit([](Editor& e) { return e.set_field(goal("c"), "priority", "3"); });
  CHECK(listed(t.kari.sees()) == "b c d a");
  move_first(t.kari, "a");
  CHECK(listed(t.kari.sees()) == "a b c d");
  t.kari.edit([](Editor& e) { return e.remove_record(goal("c")); });
  CHECK(listed(t.kari.sees()) == "a b d");  // d stays where c is
}

TEST_CASE("the editor refuses moves that make no sense, and a move to where it stands adds nothing",
          "[plan][order]") {
  Two t({"a", "b"});
  t.kari.edit([](Editor& e) { return e.create_record("measure", named<EntityId>("m"), {{"text", "m"}}); });
  t.kari.edit([](Editor& e) { return e.create_record("note", named<EntityId>("n"), {{"text", "n"}}); });
  Editor e = t.kari.editor();
  CHECK(e.place_after(goal("a"), goal("a")).code() == Errc::invalid_argument);
  CHECK(e.place_after(goal("a"), named<EntityId>("m")).code() == Errc::invalid_argument);
  CHECK(e.place_after(goal("a"), goal("nowhere")).code() == Errc::not_found);
  CHECK(e.place_first(goal("nowhere")).code() == Errc::not_found);
  CHECK(e.place_first(named<EntityId>("n")).code() == Errc::not_allowed);
  CHECK(e.place_first(goal("a")).ok());
  CHECK(e.place_after(goal("b"), goal("a")).ok());
  CHECK(e.ops().empty());
}

TEST_CASE("a proposed move waits for its answer and then takes its place in the section's order",
          "[plan][order][proposal]") {
  Two t({"a", "b", "c"});
  Phone mor(t.log, "mor-phone", "mor", true);
  mor.pull();
  mor.edit([](Editor& e) { return e.place_first(goal("c")); });
  mor.sync();
  t.sync();
  CHECK(listed(t.kari.sees()) == "a b c");
  CHECK(section_view(t.kari.sees())["proposals"][0]["ops"][0]["do"] == "place");
  move(t.kari, "c", "a");
  t.kari.edit([&](Editor& e) { return e.accept({t.kari.sees().proposals().begin()->first}); });
  CHECK(listed(t.kari.sees()) == "c a b");
  t.sync();
  t.check_alike();
  t.kari.restart();
  CHECK(listed(t.kari.sees()) == "c a b");
}

TEST_CASE("a record placed beside itself, beside nothing or by a foreign move stays where it stands",
          "[plan][order][hostile]") {
  Two t({"a", "b", "c"});
  SectionState state = fold_all(t.log);
  std::vector<Op> ops = {place_op(goal("b"), goal("b")), place_op(goal("b"), goal("nowhere")),
                         place_op(goal("nowhere"), goal("a"))};
  Op before_itself = place_op(goal("b"), goal("b"));
  before_itself.before = goal("b");
  before_itself.refs = {{named<DeviceId>("forge"), 1}};
  ops.push_back(before_itself);
  Op before_unknown = place_op(goal("b"), goal("b"));
  before_unknown.before = goal("nowhere");
  before_unknown.refs = {{named<DeviceId>("forge"), 1}};
  ops.push_back(before_unknown);
  const Batch batch = forged(ops);
  const auto decoded = decode_batch(encode_batch(batch), batch.author);
  REQUIRE(decoded.ok());
  CHECK(*decoded == batch);
  state.apply(*decoded, {state.last_seq() + 1, named<PrincipalId>("forger"), false});
  CHECK(listed(state) == "a b c");
  const auto opened = SectionState::decode(state.encode());
  REQUIRE(opened.ok());
  CHECK(opened->encode() == state.encode());
}

TEST_CASE("a visit note cannot be moved by anybody, whatever is written", "[plan][order][hostile]") {
  SectionState state(3);
  state.apply(forged({create_op(named<EntityId>("n1"), kind_id("note")),
                      create_op(named<EntityId>("n2"), kind_id("note"))}),
              {1, named<PrincipalId>("forger"), false});
  Batch batch;
  batch.author = named<DeviceId>("forge");
  batch.ops = {place_op(named<EntityId>("n2"), std::nullopt)};
  batch.ops[0].id = {batch.author, 9};
  state.apply(batch, {2, named<PrincipalId>("forger"), false});
  CHECK(in_order(state).front() == named<EntityId>("n1"));
}

TEST_CASE("ten times as many moves cost about ten times as much, in a long list", "[plan][order][hostile]") {
  const auto seconds = [](std::size_t records, std::size_t moves) {
    const auto id = [](std::size_t n) { return goal(std::to_string(n)); };
    SectionState state(3);
    std::vector<Op> made;
    for (std::size_t i = 0; i < records; ++i) made.push_back(create_op(id(i), kind_id("goal")));
    state.apply(forged(made), {1, named<PrincipalId>("forger"), false});
    std::vector<Op> ops;
    for (std::size_t i = 0; i < moves; ++i)
      ops.push_back(place_op(id(i * 7919 % records), id(i * 104729 % records)));
    Batch batch = forged(ops);
    for (Op& op : batch.ops) op.id.counter += records;
    const auto begin = std::chrono::steady_clock::now();
    state.apply(batch, {2, named<PrincipalId>("forger"), false});
    const auto end = std::chrono::steady_clock::now();
    CHECK(listed_by_kind(state)[kind_id("goal")].size() == records);
    CHECK(state.encode().size() < records * 100);  // nothing of a move is kept but the last
    return std::chrono::duration<double>(end - begin).count();
  };
  const double few = seconds(10'000, 10'000);
  const double many = seconds(10'000, 100'000);
  WARN("among 10,000 records: 10,000 moves " << few * 1e3 << " ms, 100,000 moves " << many * 1e3 << " ms");
  CHECK(many < 10.0);      // a walk along the list for each move would take minutes
  CHECK(many < few * 60);  // ten times, with room for a busy machine; a square would be a hundred
}
