// The frozen bytes of every kind of operation, and of the state that folding them gives. A change here is a
// change of the format: old plans would no longer open.
#include "tests/support/vectors.h"

#include <map>
#include <set>

#include "section_world.h"

using namespace samplan;
using namespace samplan::plan;

namespace {

constexpr std::string_view frozen =
#include "tests/vectors/operations.txt"
    ;

const DeviceId kari = named<DeviceId>("kari-phone");
const DeviceId mor = named<DeviceId>("mor-phone");
const EntityId first = named<EntityId>("goal-1");
const EntityId second = named<EntityId>("goal-2");

Op op_of(OpKind kind, const EntityId& entity = {}) {
  Op op;
  op.kind = kind;
  op.entity = entity;
  return op;
}

struct Named {
  std::string name;
  Op op;
  DeviceId author = kari;
  bool proposal = false;
};

// One of each kind, two or three where an operation has several forms; each rests on those before it.
std::vector<Named> operations() {
  std::vector<Named> out;
  std::map<DeviceId, std::uint64_t> counters;
  const auto add = [&](const std::string& name, Op op, const DeviceId& author = kari, bool proposal = false) {
    op.id = {author, ++counters[author]};
    out.push_back({name, op, author, proposal});
    return op.id;
  };
  Op create = op_of(OpKind::create, first);
  create.record_kind = kind_id("goal");
  add("create", create);
  create.entity = second;
  add("create.second", create);
  Op set = op_of(OpKind::set, first);
  set.field = 1;
  set.text = "Bo hjemme";
  const OpId value = add("set", set);
  Op set_over = set;
  set_over.text = "Bo hjemme, å";
  set_over.refs = {value};
  add("set.over", set_over);
  Op link = op_of(OpKind::set_add, first);
  link.field = 9;
  link.text = std::string(32, 'a');
  const OpId member = add("set_add", link);
  Op unlink = op_of(OpKind::set_remove, first);
  unlink.field = 9;
  unlink.refs = {member};
  add("set_remove", unlink);
  Op remove = op_of(OpKind::remove, second);
  remove.refs = {{kari, 2}};
  const OpId removal = add("remove", remove);
  Op keep = op_of(OpKind::keep, second);
  keep.refs = {removal};
  add("keep", keep);
  Op place = op_of(OpKind::place, second);
  const OpId move = add("place.first", place);
  place.entity = first;
  place.after = second;
  add("place.after", place);
  Op before = op_of(OpKind::place, first);
  before.before = second;
  before.refs = {move};
  add("place.before", before);
  Op proposed = set;
  proposed.text = "Bo hos mor";
  const OpId proposal = add("set.proposed", proposed, mor, true);
  Op note = op_of(OpKind::note);
  note.text = "Hun sier det ofte";
  add("note", note, mor, true);
  Op decline = op_of(OpKind::decline);
  decline.refs = {proposal};
  decline.text = "Ikke nå";
  add("decline", decline);
  Op accept = op_of(OpKind::accept);
  accept.refs = {proposal};
  add("accept", accept);
  Op text = op_of(OpKind::text, first);
  text.field = 8;
  text.runs = {{0, 0, "Går til butikken\nSover bedre"}};
  add("text.first", text);
  text.seen = 100;
  text.runs = {{3, 0, " selv"}, {22, 5, "Sov"}};
  const OpId one = add("text.seen", text);
  // By somebody who had not seen the one before.
  text.seen = out.size() - 1;
  text.runs = {{3, 4, " trygt til"}};
  const OpId other = add("text.beside", text, mor);
  Op review = op_of(OpKind::review, first);
  review.field = 8;
  review.refs = {one, other};
  add("review", review);
  return out;
}

vector_test::Vectors made() {
  vector_test::Vectors out;
  SectionState state(3);
  std::uint64_t seq = 0;
  for (const Named& item : operations()) {
    Batch batch;
    batch.author = item.author;
    batch.wall_ms = 1'790'000'000'000;
    batch.ops = {item.op};
    out.emplace_back(item.name, encode_batch(batch));
    state.apply(batch, {++seq, named<PrincipalId>(item.author == kari ? "kari" : "mor"), item.proposal});
  }
  out.emplace_back("state", state.encode());
  return out;
}

}  // namespace

TEST_CASE("the bytes of every operation, and of the state they give, are frozen", "[plan][golden]") {
  const vector_test::Vectors now = made();
  if (vector_test::writing()) {
    vector_test::write(
        SAMPLAN_SOURCE_DIR "/tests/vectors/", "operations.txt",
        "Batches of one operation each, by kari-phone or (proposals) mor-phone, and the section's state.",
        now);
    return;
  }
  vector_test::compare(now, vector_test::parse(frozen));
}

TEST_CASE("every kind of operation has a frozen vector, and each reads back as it was", "[plan][golden]") {
  const auto stored = vector_test::parse(frozen);
  std::size_t kinds = 0;
  for (std::uint8_t number = 1; shape_of(static_cast<OpKind>(number)) != nullptr; ++number) ++kinds;
  std::set<OpKind> met;
  for (const Named& item : operations()) {
    INFO(item.name);
    met.insert(item.op.kind);
    const auto found = stored.find(item.name);
    REQUIRE(found != stored.end());
    const auto batch = decode_batch(found->second, item.author);
    REQUIRE(batch.ok());
    REQUIRE(batch->ops.size() == 1);
    CHECK(batch->ops[0] == item.op);
  }
  CHECK(met.size() == kinds);
  const auto state = SectionState::decode(stored.find("state")->second);
  REQUIRE(state.ok());
  CHECK(state->entities().size() == 2);
}

TEST_CASE("a place with anchors that do not fit together is refused", "[plan][batch][hostile]") {
  for (const bool with_before : {true, false}) {
    Batch batch;
    batch.author = kari;
    Op place = op_of(OpKind::place, first);
    place.id = {kari, 1};
    if (with_before)
      place.before = second;
    else
      place.refs = {{kari, 7}};
    batch.ops = {place};
    CHECK(decode_batch(encode_batch(batch), kari).code() == Errc::malformed);
  }
}
