// Texts of a plan: what two people write in one field at the same time is all there, and they are asked about what they
// wrote in the same paragraph.
#include <algorithm>
#include <map>
#include <random>

#include "client-core/plan/history.h"
#include "tests/client-core/plan/section_world.h"

using namespace samplan;
using namespace samplan::plan;

namespace {

const EntityId measure = named<EntityId>("measure");

auto sets(std::string value) {
  return [value](Editor& e) { return e.set_field(measure, "how", value); };
}

struct Two {
  Log log;
  Phone kari{log, "kari-phone", "kari"};
  Phone ola{log, "ola-phone", "ola"};
  Two() {
    kari.edit([](Editor& e) {
      return e.create_record("measure", measure,
                             {{"text", "Gangtrening"}, {"how", "Start med rullator.\nSlutt med stokk."}});
    });
    sync_all({&kari, &ola});
  }
  void both_sync() {
    sync_all({&kari, &ola});
    CHECK(kari.confirmed().encode() == ola.confirmed().encode());
  }
};

}  // namespace

TEST_CASE("two people who write in different paragraphs of a text lose nothing and are asked nothing",
          "[plan][text]") {
  Two t;
  t.kari.edit(sets("Start med rullator, uten hast.\nSlutt med stokk."));
  t.ola.edit(sets("Start med rullator.\nSlutt med stokk ute."));
  t.both_sync();
  for (const Phone* p : {&t.kari, &t.ola}) {
    CHECK(p->value(measure, "how") == "Start med rullator, uten hast.\nSlutt med stokk ute.");
    CHECK(list_conflicts(p->sees()).empty());
  }
}

TEST_CASE("what two people write in one paragraph is merged, and both sides are shown until somebody has looked",
          "[plan][text][R104]") {
  Two t;
  t.kari.edit(sets("Start med rullator inne.\nSlutt med stokk."));
  t.ola.edit(sets("Start rolig med rullator.\nSlutt med stokk."));
  t.both_sync();
  CHECK(t.ola.value(measure, "how") == "Start rolig med rullator inne.\nSlutt med stokk.");
  for (const Phone* p : {&t.kari, &t.ola}) {
    const auto conflicts = list_conflicts(p->sees());
    REQUIRE(conflicts.size() == 1);
    CHECK(conflicts[0].type == ConflictType::text);
    REQUIRE(conflicts[0].paragraphs.size() == 1);
    const TextConflict& c = conflicts[0].paragraphs[0];
    CHECK(c.before == "Start med rullator.");
    CHECK(c.now == "Start rolig med rullator inne.");
    REQUIRE(c.sides.size() == 2);
    std::map<PrincipalId, std::string> said;
    for (const auto& side : c.sides) {
      said[side.last.person] = side.last.value;
      CHECK(side.knows_when);
      CHECK(side.last.wall_ms > 0);
    }
    CHECK(said[named<PrincipalId>("kari")] == "Start med rullator inne.");
    CHECK(said[named<PrincipalId>("ola")] == "Start rolig med rullator.");
  }
  const auto view = section_view(t.ola.sees());
  CHECK(view["records"]["measure"][0]["review"]["how"][0]["sides"].size() == 2);

  SECTION("the merged text may stand") {
    t.kari.edit([&](Editor& e) { return e.resolve(measure, "how", t.kari.value(measure, "how")); });
    t.both_sync();
    CHECK(list_conflicts(t.ola.sees()).empty());
    CHECK(t.ola.value(measure, "how") == "Start rolig med rullator inne.\nSlutt med stokk.");
  }
  SECTION("one side may be chosen, for its paragraph only") {
    const auto sides = list_conflicts(t.kari.sees())[0].paragraphs[0].sides;
    const auto karis = std::find_if(sides.begin(), sides.end(), [](const TextConflict::Side& s) {
      return s.last.person == named<PrincipalId>("kari");
    });
    REQUIRE(karis != sides.end());
    t.kari.edit([&](Editor& e) { return e.resolve_with(measure, "how", karis->last.op); });
    t.both_sync();
    CHECK(list_conflicts(t.ola.sees()).empty());
    CHECK(t.ola.value(measure, "how") == "Start med rullator inne.\nSlutt med stokk.");
  }
  SECTION("two who look at the same time are done, and a later change by one person is no new question") {
    t.kari.edit([&](Editor& e) { return e.resolve(measure, "how", t.kari.value(measure, "how")); });
    t.ola.edit([&](Editor& e) { return e.resolve(measure, "how", t.ola.value(measure, "how")); });
    t.both_sync();
    t.kari.edit(sets(t.kari.value(measure, "how") + "\nHver dag."));
    t.both_sync();
    CHECK(list_conflicts(t.kari.sees()).empty());
  }
}

TEST_CASE("writing in a text beats a removal of its record that had not seen it", "[plan][text]") {
  Two t;
  t.kari.edit([](Editor& e) { return e.remove_record(measure); });
  t.ola.edit(sets("Start med rullator.\nSlutt med stokk.\nPer blir med."));
  t.both_sync();
  CHECK(is_removed_while_edited(*t.kari.sees().find(measure)));
  const auto conflicts = list_conflicts(t.kari.sees());
  REQUIRE_FALSE(conflicts.empty());
  CHECK(conflicts[0].type == ConflictType::removed_while_edited);
  REQUIRE(conflicts[0].edits.size() == 1);
  CHECK(conflicts[0].edits[0].value == t.ola.value(measure, "how"));
  // Removed by somebody who has seen everything, it is gone.
  t.kari.edit([](Editor& e) { return e.remove_record(measure); });
  t.both_sync();
  CHECK(is_removed(*t.ola.sees().find(measure)));
}

TEST_CASE("a proposal to change a text takes effect where its author meant it, whatever was written since",
          "[plan][text][proposal]") {
  Two t;
  Phone mor{t.log, "mor-phone", "mor", true};
  mor.pull();
  mor.edit(sets("Start med rullator.\nSlutt med stokk i hagen."));
  mor.sync();
  // A second proposal of hers does not build on the first, which nobody has accepted.
  mor.edit(sets("Start forsiktig med rullator.\nSlutt med stokk."));
  mor.sync();
  t.both_sync();
  CHECK(t.kari.value(measure, "how") == "Start med rullator.\nSlutt med stokk.");
  const auto view = section_view(t.kari.sees());
  REQUIRE(view["proposals"].size() == 2);
  CHECK(view["proposals"][0]["ops"][0]["value"] == "Start med rullator.\nSlutt med stokk i hagen.");
  t.ola.edit(sets("NB! Start med rullator.\nSlutt med stokk."));
  t.both_sync();
  std::vector<OpId> ids;
  for (const auto& p : t.kari.sees().proposals()) ids.push_back(p.first);
  t.kari.edit([&](Editor& e) { return e.accept({ids[1]}); });
  t.both_sync();
  CHECK(t.ola.value(measure, "how") == "NB! Start forsiktig med rullator.\nSlutt med stokk.");
  t.kari.edit([&](Editor& e) { return e.accept({ids[0]}); });
  t.both_sync();
  CHECK(t.ola.value(measure, "how") == "NB! Start forsiktig med rullator.\nSlutt med stokk i hagen.");
}

TEST_CASE("who began to write before others' text arrived loses neither", "[plan][text]") {
  Two t;
  const std::string base = t.kari.value(measure, "how");
  t.ola.edit(sets("Start med rullator.\nSlutt med stokk.\nHusk sko."));
  t.both_sync();
  t.kari.edit([&](Editor& e) {
    return e.change_text(measure, "how", base, "Start med rullator.\nSlutt med to stokker.");
  });
  t.both_sync();
  CHECK(t.ola.value(measure, "how") == "Start med rullator.\nSlutt med to stokker.\nHusk sko.");
}

TEST_CASE("what looks the same is stored as the same text", "[plan][text]") {
  Two t;
  t.kari.edit(sets("Ga\xcc\x8a ut"));  // a with a ring as a character of its own
  CHECK(t.kari.value(measure, "how") == "G\xc3\xa5 ut");
  t.kari.edit([](Editor& e) { return e.set_field(measure, "text", "Ga\xcc\x8a ut"); });
  CHECK(t.kari.value(measure, "text") == "G\xc3\xa5 ut");
}

TEST_CASE("three people who write for days, close their programs and send when they can, end with one text",
          "[plan][text][property]") {
  for (std::uint32_t seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    Log log;
    Phone a{log, "a-phone", "a"};
    Phone b{log, "b-phone", "b"};
    Phone c{log, "c-phone", "c"};
    const std::vector<Phone*> phones{&a, &b, &c};
    a.edit([](Editor& e) {
      return e.create_record("measure", measure, {{"text", "x"}, {"how", "abc\ndef"}});
    });
    sync_all(phones);
    std::size_t letters = 7;
    for (std::uint32_t step = 0; step < 40; ++step) {
      Phone& p = *phones[random() % 3];
      switch (random() % 6) {
        case 0: p.sync(); break;
        case 1: p.pull(); break;
        case 2: p.restart(); break;
        default: {
          std::string text = p.value(measure, "how");
          const std::string mine = "<" + std::to_string(step) + ">";
          text.insert(random() % (text.size() + 1), mine);
          p.edit(sets(text));
          letters += mine.size();
        }
      }
    }
    for (int i = 0; i < 3; ++i) sync_all(phones);
    CHECK(a.confirmed().encode() == b.confirmed().encode());
    CHECK(a.confirmed().encode() == c.confirmed().encode());
    CHECK(a.value(measure, "how").size() == letters);  // every character that anybody wrote, once
    CHECK(fold_all(log).encode() == a.confirmed().encode());
  }
}

TEST_CASE("what was replaced or deleted before somebody begins is in nothing that is handed over, and is told by the history",
          "[plan][text][privacy][R97]") {
  Two t;
  Phone mor{t.log, "mor-phone", "mor", true};
  const std::string canary = "kanarifugl";
  t.kari.edit(sets("Start med rullator.\nSlutt med " + canary + "."));
  t.kari.edit([&](Editor& e) { return e.set_field(measure, "text", canary + " 2"); });
  t.kari.edit([&](Editor& e) { return e.create_record("need", named<EntityId>("need"), {{"text", canary}}); });
  t.both_sync();
  mor.pull();
  mor.edit([&](Editor& e) { return e.set_field(measure, "text", canary + " foreslått"); });
  mor.edit([&](Editor& e) { return e.note(canary + " bedt om"); });
  mor.edit(sets("Start med rullator.\nSlutt med to " + canary + "er."));
  mor.sync();
  t.both_sync();
  std::vector<OpId> proposals;
  for (const auto& p : t.kari.sees().proposals()) proposals.push_back(p.first);
  REQUIRE(proposals.size() == 2);
  t.kari.edit([&](Editor& e) { return e.accept(proposals); });
  t.both_sync();
  t.ola.edit(sets("Start med rullator.\nSlutt med stokk."));
  t.ola.edit([](Editor& e) { return e.set_field(measure, "text", "Gå ute"); });
  t.ola.edit([](Editor& e) { return e.set_field(named<EntityId>("need"), "text", "Tryggere gange"); });
  t.both_sync();

  const Bytes handed = t.kari.confirmed().encode();
  CHECK(ByteView(handed).text().find(canary) == std::string_view::npos);
  const Bytes own = t.kari.confirmed().encode_own();
  CHECK(ByteView(own).text().find(canary) != std::string_view::npos);
  auto newcomer = SectionState::decode(handed);
  REQUIRE(newcomer.ok());
  for (const auto& view : {section_view(*newcomer), conflicts_view(*newcomer)})
    CHECK(view.dump().find(canary) == std::string::npos);

  // The newcomer merges what comes later like everybody else: also what was written by somebody who had not seen the
  // deletions, and an acceptance again.
  t.kari.edit(sets("Start rolig med rullator.\nSlutt med stokk."));
  t.ola.edit(sets("Start med rullator.\nSlutt med stokk ute."));
  t.kari.edit([&](Editor& e) { return e.set_field(measure, "text", "Gå ute hver dag"); });
  t.both_sync();
  for (std::size_t i = static_cast<std::size_t>(newcomer->last_seq()); i < t.log.envelopes.size(); ++i)
    apply_numbered(*newcomer, t.log, i);
  CHECK(newcomer->encode() == t.ola.confirmed().encode());
  CHECK(section_digest_json(*newcomer) == section_digest_json(t.ola.confirmed()));

  // Whoever has the envelopes can tell all of it.
  RecordHistory history(measure, 0, SectionState(t.log.section));
  RecordHistory late(measure, 0, *SectionState::decode(handed));
  for (std::size_t i = 0; i < t.log.envelopes.size(); ++i) {
    const Numbered& e = t.log.envelopes[i];
    const auto batch = decode_batch(e.plaintext, e.author);
    REQUIRE(batch.ok());
    history.add(*batch, {i + 1, e.proposal, true, e.person});
    late.add(*batch, {i + 1, e.proposal, true, e.person});
  }
  std::size_t told = 0;
  for (const Change& change : history.finish(t.kari.sees())) {
    CHECK_FALSE(change.words_missing);
    told += change.op.text.find(canary) != std::string::npos ? 1U : 0U;
  }
  CHECK(told == 4);
  // Without the first part of it, texts are told whole from there on, and before that not at all.
  std::size_t unknown = 0;
  for (const Change& change : late.finish(t.kari.sees())) {
    if (change.op.kind != OpKind::text) continue;
    unknown += change.words_missing ? 1U : 0U;
    if (change.source.seq > SectionState::decode(handed)->last_seq()) CHECK_FALSE(change.words_missing);
  }
  CHECK(unknown > 0);
}

TEST_CASE("devices that begin with a state handed over at any moment agree with those that folded everything",
          "[plan][text][privacy][property]") {
  for (std::uint32_t seed = 1; seed <= 40; ++seed) {
    INFO("seed " << seed);
    std::mt19937 random(seed);
    Log log;
    Phone a{log, "a-phone", "a"};
    Phone b{log, "b-phone", "b"};
    Phone mor{log, "mor-phone", "mor", true};
    const std::vector<Phone*> phones{&a, &b, &mor};
    a.edit([](Editor& e) { return e.create_record("measure", measure, {{"text", "x"}, {"how", "abc\ndef"}}); });
    sync_all(phones);
    for (std::uint32_t step = 0; step < 40; ++step) {
      Phone& p = *phones[random() % 3];
      std::string text = p.value(measure, "how");
      switch (random() % 8) {
        case 0: p.sync(); break;
        case 1: p.pull(); break;
        case 2:
          if (!text.empty()) text.erase(random() % text.size(), 1 + random() % 4);
          p.edit(sets(text));
          break;
        case 3: p.edit([&](Editor& e) { return e.set_field(measure, "text", "v" + std::to_string(step)); }); break;
        case 4: {
          std::vector<OpId> open;
          for (const auto& [id, proposal] : a.sees().proposals())
            if (proposal.state == ProposalState::open) open.push_back(id);
          if (!open.empty())
            a.edit([&](Editor& e) { return random() % 2 == 0 ? e.accept({open[0]}) : e.decline({open[0]}, "nei"); });
          break;
        }
        case 5:
          if (!b.sees().entities().empty() && !list_conflicts(b.sees()).empty() &&
              list_conflicts(b.sees())[0].type == ConflictType::text)
            b.edit([&](Editor& e) { return e.resolve_merged(measure, "how"); });
          break;
        default:
          text.insert(random() % (text.size() + 1), "<" + std::to_string(step) + ">");
          p.edit(sets(text));
      }
    }
    for (int i = 0; i < 3; ++i) sync_all(phones);
    const SectionState whole = fold_all(log);
    const std::size_t cut = random() % log.envelopes.size();
    SectionState state(log.section);
    for (std::size_t i = 0; i < log.envelopes.size(); ++i) {
      if (i == cut) state = *SectionState::decode(state.encode());
      if (random() % 4 == 0) state = *SectionState::decode_own(state.encode_own());
      apply_numbered(state, log, i);
    }
    CHECK(state.encode() == whole.encode());
    CHECK(state.encode() == a.confirmed().encode());
    CHECK(section_digest_json(state) == section_digest_json(whole));
    CHECK(section_view(a.sees())["proposals"].size() == section_view(state)["proposals"].size());
  }
}
