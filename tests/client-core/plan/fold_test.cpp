#include "client-core/plan/limits.h"
#include "section_world.h"
#include "sync/merge/limits.h"

using namespace samplan;
using namespace samplan::plan;

namespace {

const EntityId goal = named<EntityId>("goal-1");
const EntityId note = named<EntityId>("note-1");

// Hand-made operations, as a hostile or newer program might write them.
struct Forge {
  DeviceId device = named<DeviceId>("forge");
  std::uint64_t counter = 0;
  std::vector<Op> ops;
  Op& add(OpKind kind, const EntityId& entity, FieldId field = 0, std::string text = {}) {
    Op op;
    op.id = {device, ++counter};
    op.kind = kind;
    op.entity = entity;
    op.field = field;
    op.text = std::move(text);
    ops.push_back(op);
    return ops.back();
  }
  Op& create(const EntityId& entity, RecordKind kind) {
    Op& op = add(OpKind::create, entity);
    op.record_kind = kind;
    return op;
  }
  void apply(SectionState& state, std::uint64_t seq) {
    Batch batch;
    batch.author = device;
    batch.ops = std::move(ops);
    ops.clear();
    const auto decoded = decode_batch(encode_batch(batch), device);
    REQUIRE(decoded.ok());
    state.apply(*decoded, {seq, named<PrincipalId>("forger"), false});
  }
};

void check_stores_and_opens(const SectionState& state) {
  const Bytes bytes = state.encode();
  const auto opened = SectionState::decode(bytes);
  REQUIRE(opened.ok());
  CHECK(opened->encode() == bytes);
  CHECK(section_digest_json(*opened) == section_digest_json(state));
}

}  // namespace

TEST_CASE("an operation that was sealed again and arrives twice is applied once", "[plan][fold]") {
  Log log;
  Phone kari(log, "kari-phone", "kari");
  kari.edit([](Editor& e) { return e.create_record("goal", goal, {{"text", "A"}}); });
  kari.edit([](Editor& e) { return e.set_field(goal, "text", "B"); });
  kari.push();
  log.envelopes.push_back(log.envelopes[0]);
  log.envelopes.push_back(log.envelopes[1]);
  const SectionState state = fold_all(log);
  REQUIRE(state.find(goal)->fields.at(1).live.size() == 1);
  CHECK(state.find(goal)->fields.at(1).live[0].text == "B");
  CHECK(state.find(goal)->fields.at(1).live[0].stamp.seq == 2);
}

TEST_CASE("an envelope that was applied already is skipped", "[plan][fold]") {
  Log log;
  Phone kari(log, "kari-phone", "kari");
  kari.edit([](Editor& e) { return e.create_record("goal", goal, {{"text", "A"}}); });
  kari.edit([](Editor& e) { return e.set_field(goal, "text", "B"); });
  kari.push();
  SectionState state = fold_all(log);
  const Bytes before = state.encode();
  apply_numbered(state, log, 0);
  CHECK(state.encode() == before);
  CHECK(state.last_seq() == 2);
}

TEST_CASE("a visit note is filled by the batch that creates it and never changes after",
          "[plan][fold][hostile]") {
  Log log;
  Phone kari(log, "kari-phone", "kari");
  kari.edit([](Editor& e) { return e.create_record("note", note, {{"text", "Alt i orden"}}); });
  kari.push();
  SectionState state = fold_all(log);
  Forge forge;
  forge.add(OpKind::set, note, 1, "omskrevet").refs = {{named<DeviceId>("kari-phone"), 2}};
  forge.add(OpKind::set, note, 3, "2026-01-01");
  forge.add(OpKind::set_add, note, 9, "x");
  forge.add(OpKind::remove, note).refs = {{named<DeviceId>("kari-phone"), 1},
                                          {named<DeviceId>("kari-phone"), 2}};
  forge.create(note, kind_id("note"));
  forge.add(OpKind::set, note, 1, "omskrevet");
  forge.apply(state, 2);
  const Entity& entity = *state.find(note);
  CHECK(entity.fields.size() == 1);
  CHECK(entity.fields.at(1).live.size() == 1);
  CHECK(entity.fields.at(1).live[0].text == "Alt i orden");
  CHECK(entity.sets.empty());
  CHECK(entity.life.removals.empty());
}

TEST_CASE("two unsent batches are two batches: the second cannot change a note that the first wrote",
          "[plan][fold]") {
  Log log;
  Phone kari(log, "kari-phone", "kari");
  kari.edit([](Editor& e) { return e.create_record("note", note, {{"text", "A"}}); });
  CHECK(kari.editor().set_field(note, "text", "B").code() == Errc::not_allowed);
  Op op;
  op.id = {kari.who().device, 50};
  op.entity = note;
  op.field = 1;
  op.text = "B";
  kari.save({op});
  CHECK(kari.value(note, "text") == "A");
  const std::string as_pending = kari.value(note, "text");
  kari.sync();
  CHECK(kari.value(note, "text") == as_pending);
}

TEST_CASE("what a newer program wrote is kept, stored and not shown", "[plan][fold]") {
  SectionState state(3);
  Forge forge;
  const EntityId unknown = named<EntityId>("unknown");
  forge.create(unknown, 900);
  forge.add(OpKind::set, unknown, 1, "fremtid");
  forge.create(goal, kind_id("goal"));
  forge.add(OpKind::set, goal, 400, "ukjent felt");
  forge.add(OpKind::set_add, goal, 401, "ukjent sett");
  forge.add(OpKind::set, goal, 1, "Mål");
  forge.apply(state, 1);
  CHECK(state.find(unknown)->fields.at(1).live[0].text == "fremtid");
  CHECK(state.find(goal)->fields.at(400).live[0].text == "ukjent felt");
  const auto view = section_view(state);
  CHECK(view["unknown"] == 1);
  CHECK(view["records"].size() == 1);
  CHECK(view["records"]["goal"][0]["fields"] == nlohmann::json({{"text", "Mål"}}));
  check_stores_and_opens(state);
  // This program does not edit what it does not understand.
  Editor editor(state, {named<DeviceId>("me"), named<PrincipalId>("me"), false});
  CHECK(editor.set_field(unknown, "text", "x").code() == Errc::unknown_version);
}

TEST_CASE("a value that does not fit its field is kept and shown with a mark", "[plan][fold][hostile]") {
  SectionState state(3);
  Forge forge;
  forge.create(goal, kind_id("goal"));
  forge.add(OpKind::set, goal, 5, "ganske viktig");   // priority
  forge.add(OpKind::set, goal, 6, "2026-02-31");      // target_date
  forge.add(OpKind::set_add, goal, 9, "ikke en id");  // needs
  forge.apply(state, 1);
  const auto record = section_view(state)["records"]["goal"][0];
  CHECK(record["fields"]["priority"] == "ganske viktig");
  CHECK(record["malformed"] == nlohmann::json({"priority", "target_date", "needs"}));
}

TEST_CASE("operations on records that do not exist have no effect", "[plan][fold][hostile]") {
  SectionState state(3);
  Forge forge;
  const EntityId nowhere = named<EntityId>("nowhere");
  for (const OpKind kind : {OpKind::set, OpKind::remove, OpKind::keep, OpKind::set_add, OpKind::set_remove})
    forge.add(kind, nowhere, 1, "x");
  forge.add(OpKind::decline, {}).refs = {{named<DeviceId>("x"), 1}};
  forge.add(OpKind::note, {}, 0, "x");
  forge.apply(state, 1);
  CHECK(state.entities().empty());
  CHECK(state.proposals().empty());
  check_stores_and_opens(state);
}

TEST_CASE("a second creation changes neither the kind nor the creator of a record", "[plan][fold][hostile]") {
  SectionState state(3);
  Forge forge;
  forge.create(goal, kind_id("goal"));
  forge.apply(state, 1);
  Forge other;
  other.device = named<DeviceId>("other");
  other.create(goal, kind_id("measure"));
  other.apply(state, 2);
  CHECK(state.find(goal)->kind == kind_id("goal"));
  CHECK(state.author_of(state.find(goal)->life.created).device == forge.device);
}

TEST_CASE("an absurd counter silences only the device that wrote it", "[plan][fold][hostile]") {
  SectionState state(3);
  Forge forge;
  forge.counter = ~std::uint64_t{0} - 1;
  forge.create(goal, kind_id("goal"));
  forge.apply(state, 1);
  forge.counter = 0;
  forge.add(OpKind::set, goal, 1, "for sent");
  forge.apply(state, 2);
  CHECK(state.find(goal)->fields.empty());
  Forge honest;
  honest.device = named<DeviceId>("honest");
  honest.add(OpKind::set, goal, 1, "Mål");
  honest.apply(state, 3);
  CHECK(state.find(goal)->fields.at(1).live[0].text == "Mål");
  check_stores_and_opens(state);
}

TEST_CASE("fields, values, links and removals beyond their bounds have a defined end",
          "[plan][fold][hostile]") {
  SectionState state(3);
  Forge forge;
  forge.create(goal, kind_id("goal"));
  for (FieldId f = 1; f <= bounds::fields_per_entity_max + 5; ++f) forge.add(OpKind::set, goal, f, "x");
  for (int i = 0; i < 300; ++i) {
    std::string text = std::to_string(i);
    forge.add(OpKind::set, goal, 2, std::move(text));
  }
  forge.add(OpKind::set_add, goal, 700, "no room");
  for (int i = 0; i < 20; ++i) forge.add(OpKind::remove, goal);
  forge.apply(state, 1);
  const Entity& entity = *state.find(goal);
  CHECK(entity.fields.size() == bounds::fields_per_entity_max);
  CHECK(entity.fields.at(2).live.size() == merge::bounds::live_values_max);
  CHECK(entity.fields.at(2).folded == 301 - merge::bounds::live_values_max);
  CHECK(entity.sets.empty());
  CHECK(entity.life.removals.size() == merge::bounds::removals_max);
  CHECK(is_removed_while_edited(entity));
  check_stores_and_opens(state);
  // One step settles the field, however many values there were.
  Editor editor(state, {named<DeviceId>("me"), named<PrincipalId>("me"), false});
  REQUIRE(editor.set_field(goal, "whose_words", "mine").ok());
  Batch batch;
  batch.author = named<DeviceId>("me");
  batch.ops = editor.take();
  state.apply(batch, {2, named<PrincipalId>("me"), false});
  CHECK(state.find(goal)->fields.at(2).live.size() == 1);
  CHECK(state.find(goal)->fields.at(2).folded == 0);
}

TEST_CASE("one removal can name everything that lives in a record, however full it is",
          "[plan][fold][hostile]") {
  SectionState state(3);
  Forge forge;
  forge.create(goal, kind_id("goal"));
  for (int round = 0; round < 70; ++round) {
    for (FieldId f = 1; f <= bounds::fields_per_entity_max - 4; ++f) forge.add(OpKind::set, goal, f, "x");
    forge.apply(state, state.last_seq() + 1);
  }
  for (FieldId f = 100; f < 104; ++f)
    for (int i = 0; i < 300; ++i) forge.add(OpKind::set_add, goal, f, "m");
  for (int i = 0; i < 20; ++i) forge.add(OpKind::keep, goal);
  for (int i = 0; i < 20; ++i) forge.add(OpKind::remove, goal);
  forge.apply(state, state.last_seq() + 1);
  std::size_t living = 0;
  for_each_living(*state.find(goal), [&](const merge::Stamp&, FieldId) { ++living; });
  CHECK(living > 3500);
  CHECK(state.find(goal)->sets.size() == 3);  // the fourth found no room
  Editor editor(state, {named<DeviceId>("me"), named<PrincipalId>("me"), false});
  REQUIRE(editor.remove_record(goal).ok());
  Batch batch;
  batch.author = named<DeviceId>("me");
  batch.ops = editor.take();
  const auto sent = decode_batch(encode_batch(batch), batch.author);
  REQUIRE(sent.ok());
  state.apply(*sent, {state.last_seq() + 1, named<PrincipalId>("me"), false});
  CHECK(is_removed(*state.find(goal)));
  check_stores_and_opens(state);
}

TEST_CASE("a section takes no more records than its bound", "[plan][fold][hostile]") {
  SectionState state(3);
  Forge forge;
  for (std::size_t i = 0; i <= bounds::entities_max; ++i) {
    EntityId id;
    for (std::size_t k = 0; k < 4; ++k) id.bytes[k] = static_cast<std::uint8_t>((i + 1) >> (8 * k));
    forge.create(id, kind_id("goal"));
    if (forge.ops.size() == limits::ops_per_batch_max) forge.apply(state, state.last_seq() + 1);
  }
  forge.apply(state, state.last_seq() + 1);
  CHECK(state.entities().size() == bounds::entities_max);
  Editor editor(state, {named<DeviceId>("me"), named<PrincipalId>("me"), false});
  CHECK(editor.create_record("goal", goal, {}).code() == Errc::too_large);
  const Bytes bytes = state.encode();
  const auto opened = SectionState::decode(bytes);
  REQUIRE(opened.ok());
  CHECK(opened->encode() == bytes);
}

TEST_CASE("goals that are each other's parents are shown, not followed", "[plan][fold][hostile]") {
  Log log;
  Phone kari(log, "kari-phone", "kari");
  const EntityId other = named<EntityId>("goal-2");
  kari.edit([&](Editor& e) {
    return e.create_record("goal", goal, {{"parent", other.hex()}, {"priority", "2"}});
  });
  kari.edit([&](Editor& e) {
    return e.create_record("goal", other, {{"parent", goal.hex()}, {"priority", "1.5"}});
  });
  kari.sync();
  const auto goals = section_view(kari.sees())["records"]["goal"];
  REQUIRE(goals.size() == 2);
  CHECK(goals[0]["id"] == other.hex());  // priority first
}

TEST_CASE("a clock that is absurd is shown as no time and changes nothing", "[plan][fold][hostile]") {
  for (const UnixMs wall : {INT64_MIN, INT64_MAX, UnixMs{-1}, UnixMs{253'402'300'800'000}}) {
    SectionState state(3);
    Batch batch;
    batch.author = named<DeviceId>("d");
    batch.wall_ms = wall;
    Op op;
    op.id = {batch.author, 1};
    op.kind = OpKind::create;
    op.entity = goal;
    op.record_kind = kind_id("goal");
    batch.ops = {op};
    state.apply(batch, {1, {}, false});
    CHECK(section_view(state)["records"]["goal"][0]["created"]["time"].is_null());
    check_stores_and_opens(state);
  }
}
