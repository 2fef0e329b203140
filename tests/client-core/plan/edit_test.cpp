#include "client-core/plan/limits.h"
#include "section_world.h"

using namespace samplan;
using namespace samplan::plan;

namespace {

const EntityId goal = named<EntityId>("goal-1");

struct One {
  Log log;
  Phone kari{log, "kari-phone", "kari"};
  One() {
    kari.edit([](Editor& e) { return e.create_record("goal", goal, {{"text", "Bo hjemme"}}); });
    kari.sync();
  }
};

}  // namespace

TEST_CASE("the editor refuses what does not fit, says why in plain words, and adds nothing", "[plan][edit]") {
  One t;
  Editor e = t.kari.editor();
  const auto refused = [&](const Status& s, Errc code) {
    REQUIRE_FALSE(s.ok());
    CHECK(s.code() == code);
    CHECK_FALSE(s.error().detail.empty());
    CHECK(e.ops().empty());
  };
  refused(e.set_field(named<EntityId>("nope"), "text", "x"), Errc::not_found);
  refused(e.set_field(goal, "nope", "x"), Errc::invalid_argument);
  refused(e.set_field(goal, "needs", "x"), Errc::invalid_argument);
  refused(e.add_to_set(goal, "text", "x"), Errc::invalid_argument);
  refused(e.add_to_set(goal, "needs", "x"), Errc::invalid_argument);
  refused(e.add_to_set(goal, "needs", ""), Errc::invalid_argument);
  refused(e.remove_from_set(goal, "needs", std::string(32, '1')), Errc::not_found);
  refused(e.set_field(goal, "status", "ferdig"), Errc::invalid_argument);
  refused(e.set_field(goal, "target_date", "22.11.2026"), Errc::invalid_argument);
  refused(e.set_field(goal, "text", "a\x01"), Errc::not_utf8);
  refused(e.set_field(goal, "text", std::string(limits::text_bytes_max + 1, 'x')), Errc::too_large);
  refused(e.set_field(goal, "whose_words", "to\nlinjer"), Errc::invalid_argument);
  refused(e.create_record("goal", goal, {}), Errc::already_exists);
  refused(e.create_record("nope", named<EntityId>("n"), {}), Errc::invalid_argument);
  refused(e.create_record("meeting", named<EntityId>("n"), {}),
          Errc::invalid_argument);  // not in a life area
  refused(e.create_record("goal", plan_entity(), {}), Errc::invalid_argument);
  refused(e.create_record("goal", named<EntityId>("n"), {{"text", "a"}, {"text", "b"}}),
          Errc::invalid_argument);
  refused(e.create_record("goal", named<EntityId>("n"), {{"text", "a"}, {"status", "x"}}),
          Errc::invalid_argument);
  refused(e.keep_record(goal), Errc::not_found);
  refused(e.resolve(goal, "text", "x"), Errc::not_found);
  refused(e.accept({{named<DeviceId>("x"), 1}}), Errc::not_found);
  refused(e.accept({}), Errc::invalid_argument);
  refused(e.note("x"), Errc::invalid_argument);
}

TEST_CASE("the plan record is one, has the fixed id and cannot be removed", "[plan][edit]") {
  Log log;
  log.section = 1;
  Phone kari(log, "kari-phone", "kari");
  CHECK(kari.editor().create_record("plan", named<EntityId>("x"), {}).code() == Errc::invalid_argument);
  kari.edit([](Editor& e) { return e.create_record("plan", plan_entity(), {{"title", "Annas plan"}}); });
  CHECK(kari.editor().create_record("plan", plan_entity(), {}).code() == Errc::already_exists);
  CHECK(kari.editor().remove_record(plan_entity()).code() == Errc::not_allowed);
}

TEST_CASE("writing the value that already stands there adds no operation", "[plan][edit]") {
  One t;
  Editor e = t.kari.editor();
  REQUIRE(e.set_field(goal, "text", "Bo hjemme").ok());
  REQUIRE(e.clear_field(goal, "achievement").ok());
  REQUIRE(e.add_to_set(goal, "needs", std::string(32, '1')).ok());
  CHECK(e.ops().size() == 1);
  t.kari.save(e.take());
  Editor again = t.kari.editor();
  REQUIRE(again.add_to_set(goal, "needs", std::string(32, '1')).ok());
  CHECK(again.ops().empty());
}

TEST_CASE("calls of one editor build on each other: a new record can be edited, a field set twice",
          "[plan][edit]") {
  One t;
  const EntityId other = named<EntityId>("goal-2");
  Editor e = t.kari.editor();
  REQUIRE(e.create_record("goal", other, {{"text", "a"}}).ok());
  REQUIRE(e.set_field(other, "text", "b").ok());
  REQUIRE(e.set_field(goal, "text", "c").ok());
  REQUIRE(e.set_field(goal, "text", "Bo hjemme").ok());
  CHECK(e.create_record("goal", other, {}).code() == Errc::already_exists);
  t.kari.save(e.take());
  t.kari.sync();
  CHECK(t.kari.value(other, "text") == "b");
  CHECK(t.kari.value(goal, "text") == "Bo hjemme");
  CHECK(list_conflicts(t.kari.sees()).empty());
  for (const auto& [id, entity] : t.kari.sees().entities()) CHECK(entity.fields.at(1).live.size() == 1);
}

TEST_CASE("counters go on after everything this device has written, or higher if told", "[plan][edit]") {
  One t;
  Editor e = t.kari.editor();
  REQUIRE(e.set_field(goal, "text", "x").ok());
  CHECK(e.ops()[0].id == OpId{t.kari.who().device, 3});
  Editor later(t.kari.sees(), t.kari.who(), 50);
  REQUIRE(later.set_field(goal, "text", "x").ok());
  CHECK(later.ops()[0].id.counter == 50);
}

TEST_CASE("an unsent value is marked as pending until it is confirmed", "[plan][view][R106]") {
  One t;
  t.kari.edit([](Editor& e) {
    return e.create_record("need", named<EntityId>("n"), {{"text", "Trygghet"}});
  });
  CHECK(section_view(t.kari.sees())["records"]["need"][0]["pending"] == nlohmann::json({"text"}));
  auto created = section_view(t.kari.sees())["records"]["need"][0]["created"];
  CHECK(created["pending"] == true);
  CHECK(created["seq"].is_null());
  t.kari.sync();
  CHECK_FALSE(section_view(t.kari.sees())["records"]["need"][0].contains("pending"));
  created = section_view(t.kari.sees())["records"]["need"][0]["created"];
  CHECK(created["pending"] == false);
  CHECK(created["seq"] == 2);
  CHECK(created["time"] == "2026-09-21T14:15:20Z");
}

TEST_CASE("conflicts as JSON carry the labels people see", "[plan][view][R105]") {
  One t;
  Phone ola(t.log, "ola-phone", "ola");
  ola.pull();
  t.kari.edit([](Editor& e) { return e.set_field(goal, "target_date", "2026-12-01"); });
  ola.edit([](Editor& e) { return e.set_field(goal, "target_date", "2027-01-01"); });
  t.kari.edit([](Editor& e) { return e.set_field(goal, "text", "Kari"); });
  sync_all({&t.kari, &ola});
  const auto list = conflicts_view(ola.sees());
  REQUIRE(list.size() == 1);
  CHECK(list[0]["type"] == "values");
  CHECK(list[0]["kind_label"] == "Mål");
  CHECK(list[0]["label"] == "Måldato");
  CHECK(list[0]["versions"].size() == 2);
  CHECK(list[0]["before"].is_null());
}

TEST_CASE("operation ids are written and read as text, in one form only", "[plan][view]") {
  const OpId id{named<DeviceId>("kari-phone"), ~std::uint64_t{0}};
  CHECK(parse_op_id(op_id_text(id)) == id);
  const std::string hex(32, 'a');
  for (const std::string& bad :
       {hex, hex + ":", hex + ":01", hex + ":1x", hex + ":18446744073709551616", "x" + hex + ":1"})
    CHECK_FALSE(parse_op_id(bad).has_value());
}

TEST_CASE("every kind and field of the table has a number, a name and words of its own", "[plan][schema]") {
  RecordKind next = 1;
  for (const KindSpec& kind : all_kinds()) {
    INFO(kind.name);
    CHECK(kind.id == next++);
    CHECK(find_kind(kind.name) == &kind);
    CHECK(find_kind(kind.id) == &kind);
    CHECK_FALSE(kind.label.empty());
    FieldId field_id = 1;
    for (const FieldSpec& field : kind.fields) {
      INFO(field.name);
      CHECK(field.id == field_id++);
      CHECK(find_field(kind, field.name) == &field);
      CHECK_FALSE(field.label.empty());
      CHECK((field.type == ValueType::choice) == !field.choices.empty());
      const bool is_link = field.type == ValueType::ref || field.type == ValueType::refs;
      CHECK(is_link == (find_kind(field.ref_kind) != nullptr));
      for (const Choice& c : field.choices) CHECK(check_value(field, c.code).ok());
    }
  }
  CHECK(find_kind(RecordKind{0}) == nullptr);
  CHECK(find_kind(next) == nullptr);
}

TEST_CASE("numbers are ordered as numbers, and what is none comes last", "[plan][schema]") {
  CHECK(number_before("9", "10"));
  CHECK(number_before("-2", "-1.5"));
  CHECK(number_before("1.05", "1.5"));
  CHECK(number_before("3", "x"));
  CHECK_FALSE(number_before("x", "3"));
  CHECK_FALSE(number_before("", "x"));
  CHECK_FALSE(number_before("1", "1.0"));
  FieldSpec number{1, "n", "n", ValueType::number};
  for (const char* good : {"0", "-1", "2.5", "999999999999.999999", ""})
    CHECK(check_value(number, good).ok());
  for (const char* bad : {"1,5", "1.", ".5", "+1", "1e9", "1234567890123", "1.1234567", " 1", "-"})
    CHECK_FALSE(check_value(number, bad).ok());
}
