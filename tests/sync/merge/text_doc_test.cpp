// A text field on several devices: same edits, same bytes, whatever was stored and opened in between.
#include <catch2/catch.hpp>

#include "tests/sync/merge/text_section.h"

using namespace samplan;
using namespace samplan::merge;
using namespace samplan::merge::text;
using namespace samplan::text_test;
using Kind = TextOutcome::Kind;

namespace {

TextDoc reopened(const TextDoc& doc) {
  auto again = TextDoc::decode(doc.encode());
  REQUIRE(again.ok());
  return std::move(*again);
}

Kind kind(TextDoc& doc, const TextEdit& e) {
  const auto outcome = doc.apply(e);
  REQUIRE(outcome.ok());
  return outcome->kind;
}

TextDoc doc_with(const std::string& text) {
  TextDoc doc;
  REQUIRE(kind(doc, text_edit(9, 1, 0, 1, {{0, 0, text}})) == Kind::applied);
  return doc;
}

}  // namespace

TEST_CASE(
    "devices that stored and opened at different moments have the same bytes as one that never did, and the "
    "text "
    "that a slow reference has",
    "[merge][text]") {
  std::size_t concurrent = 0;
  for (std::uint64_t seed = 1; seed <= 400; ++seed) {
    INFO("seed " << seed);
    const Section section = random_section(seed, 2 + seed % 3, 8 + seed % 25);
    Dice dice(seed);
    TextDoc straight;
    TextDoc stored;
    TextDoc settled;
    for (const TextEdit& e : section.log) {
      const auto outcome = straight.apply(e);
      REQUIRE(outcome.ok());
      REQUIRE(outcome->kind == Kind::applied);
      REQUIRE_FALSE(outcome->clamped);
      concurrent += outcome->concurrent ? 1U : 0U;
      REQUIRE(stored.apply(e).ok());
      stored = reopened(stored);
      REQUIRE(settled.apply(e).ok());
      if (dice.below(3) == 0) settled.settle();
      REQUIRE(stored.encode() == straight.encode());
      REQUIRE(settled.encode() == straight.encode());
    }
    const ReferenceEvents reference = reference_events(section.log);
    REQUIRE(straight.text() == FugueTree(reference.events).text());
    REQUIRE(straight.verify().ok());
    for (const SectionDevice& d : section.devices) {
      TextDoc theirs = d.confirmed;
      for (std::size_t i = d.pulled; i < section.log.size(); ++i) REQUIRE(theirs.apply(section.log[i]).ok());
      REQUIRE(theirs.encode() == straight.encode());
    }
  }
  CHECK(concurrent > 1000);
}

TEST_CASE("any earlier text can be had again: after a number, and as an author had it", "[merge][text]") {
  for (std::uint64_t seed = 901; seed <= 1000; ++seed) {
    INFO("seed " << seed);
    const Section section = random_section(seed, 3, 25);
    TextDoc doc;
    for (const TextEdit& e : section.log) REQUIRE(doc.apply(e).ok());
    const ReferenceEvents reference = reference_events(section.log);
    const FugueTree tree(reference.events);
    std::vector<std::size_t> heads;
    for (std::size_t i = 0; i < section.log.size(); ++i) {
      heads.insert(heads.end(), reference.after[i].begin(), reference.after[i].end());
      if (i + 1 == section.log.size() || section.log[i + 1].seq > section.log[i].seq) {
        REQUIRE(doc.text_at(section.log[i].seq).text == tree.text_at(heads));
      }
      const auto own = doc.text_after(section.log[i].op);
      REQUIRE(own.ok());
      REQUIRE_FALSE(own->missing);
      REQUIRE(own->text == tree.text_at(reference.after[i]));
    }
    CHECK(doc.text_at(0).text.empty());
  }
}

TEST_CASE("history says who deleted and inserted what, concurrent or not", "[merge][text][R97]") {
  TextDoc doc = doc_with("Kari sykler.\nOla svømmer.\n");
  REQUIRE(kind(doc, text_edit(1, 1, 1, 2, {{5, 6, "løper"}})) == Kind::applied);
  REQUIRE(kind(doc, text_edit(2, 1, 1, 3, {{5, 21, ""}, {5, 0, "går"}})) == Kind::applied);
  REQUIRE(kind(doc, text_edit(3, 1, 3, 4, {{0, 4, "Per"}})) == Kind::applied);
  const auto history = doc.history();
  REQUIRE(history.size() == 4);
  CHECK(history[1].op == OpId{device_id(1), 1});
  CHECK(history[1].seq == 2);
  CHECK(history[1].author == 1);
  CHECK_FALSE(history[1].concurrent);
  REQUIRE(history[1].changes.size() == 1);
  CHECK(history[1].changes[0].deleted == "sykler");
  CHECK(history[1].changes[0].inserted == "løper");
  CHECK(history[2].concurrent);
  REQUIRE(history[2].changes.size() == 2);
  // What its author saw go, also where the other had deleted it before.
  CHECK(history[2].changes[0].deleted == "sykler.\nOla svømmer.\n");
  CHECK(history[2].changes[1].inserted == "går");
  CHECK(history[3].changes[0].deleted == "Kari");
  CHECK(doc.text() == "Per løpergår");
}

TEST_CASE("own edits that are not confirmed lie on top of a copy and leave the confirmed text alone",
          "[merge][text]") {
  TextDoc doc = doc_with("Mål: ");
  const Bytes before = doc.encode();
  TextDoc shown = doc;
  REQUIRE(kind(shown, text_edit(1, 1, 1, pending_seq, {{5, 0, "gå tur"}})) == Kind::applied);
  REQUIRE(kind(shown, text_edit(1, 2, 1, pending_seq, {{5, 2, "ri en"}})) == Kind::applied);
  CHECK(shown.text() == "Mål: ri en tur");
  CHECK(doc.encode() == before);
  // Somebody else's edit comes first; ours are then placed beside it.
  REQUIRE(kind(doc, text_edit(2, 1, 1, 2, {{5, 0, "lese. "}})) == Kind::applied);
  TextDoc later = doc;
  REQUIRE(kind(later, text_edit(1, 1, 1, pending_seq, {{5, 0, "gå tur"}})) == Kind::applied);
  REQUIRE(kind(later, text_edit(1, 2, 1, pending_seq, {{5, 2, "ri en"}})) == Kind::applied);
  CHECK(later.text() == "Mål: ri en turlese. ");
  REQUIRE(kind(doc, text_edit(1, 1, 1, 3, {{5, 0, "gå tur"}})) == Kind::applied);
  REQUIRE(kind(doc, text_edit(1, 2, 1, 3, {{5, 2, "ri en"}})) == Kind::applied);
  CHECK(doc.text() == later.text());
}

TEST_CASE(
    "a proposal accepted later is placed where its author meant it, after own edits that it had not seen",
    "[merge][text]") {
  TextDoc doc = doc_with("abcdef");
  // Proposed as op 1 at number 1, accepted at 5; meanwhile the same device wrote op 2.
  REQUIRE(kind(doc, text_edit(1, 2, 1, 2, {{0, 3, "XYZW"}})) == Kind::applied);
  REQUIRE(kind(doc, text_edit(1, 1, 1, 5, {{6, 0, "!"}})) == Kind::applied);
  CHECK(doc.text() == "XYZWdef!");
  // Made after another own proposal that the text did not show.
  TextEdit blind = text_edit(1, 4, 5, 7, {{8, 0, "?"}});
  blind.own_seen = 2;
  REQUIRE(kind(doc, text_edit(1, 3, 5, 6, {{0, 8, "new"}})) == Kind::applied);
  REQUIRE(kind(doc, blind) == Kind::applied);
  CHECK(doc.text() == "new?");
  CHECK(doc.verify().ok());
}

TEST_CASE("the same operation twice, an old number, another person's device or bad UTF-8 change nothing",
          "[merge][text]") {
  TextDoc doc = doc_with("tekst");
  REQUIRE(kind(doc, text_edit(1, 5, 1, 4, {{0, 0, "En "}})) == Kind::applied);
  const Bytes before = doc.encode();
  CHECK(kind(doc, text_edit(1, 5, 4, 6, {{0, 0, "To "}})) == Kind::duplicate);
  CHECK(kind(doc, text_edit(9, 1, 4, 6, {{0, 0, "To "}})) == Kind::duplicate);
  CHECK(kind(doc, text_edit(1, 6, 2, 3, {{0, 0, "To "}})) == Kind::refused);
  CHECK(kind(doc, text_edit(1, 6, 4, 5, {{0, 0, "\xc3"}})) == Kind::refused);
  CHECK(kind(doc, text_edit(1, 0, 4, 5, {{0, 0, "To "}})) == Kind::refused);
  CHECK(kind(doc, text_edit(1, 6, 4, 0, {{0, 0, "To "}})) == Kind::refused);
  CHECK(kind(doc, text_edit(1, 6, 4, 5, std::vector<TextRun>(edit_runs_max + 1, {0, 0, "a"}))) ==
        Kind::refused);
  CHECK(kind(doc, text_edit(1, 6, 4, 5, {{0, 0, std::string(limits::text_bytes_max + 1, 'a')}})) ==
        Kind::refused);
  TextEdit foreign = text_edit(1, 6, 4, 5, {{0, 0, "To "}});
  foreign.author = 2;
  CHECK(kind(doc, foreign) == Kind::refused);
  CHECK(doc.encode() == before);
}

TEST_CASE("positions outside the text go to its end, on every device alike", "[merge][text]") {
  for (const bool concurrent : {false, true}) {
    TextDoc doc = doc_with("abc");
    if (concurrent) REQUIRE(kind(doc, text_edit(1, 1, 1, 2, {{0, 1, ""}})) == Kind::applied);
    TextDoc other = reopened(doc);
    const TextEdit wild = text_edit(2, 1, concurrent ? 1 : 2, 3,
                                    {{4'000'000'000U, 4'000'000'000U, "X"}, {1, 4'294'967'295U, "Y"}});
    const auto outcome = doc.apply(wild);
    REQUIRE(outcome.ok());
    CHECK(outcome->clamped);
    CHECK(outcome->concurrent == concurrent);
    CHECK(doc.text() == (concurrent ? "Y" : "aY"));
    REQUIRE(other.apply(wild).ok());
    CHECK(other.encode() == doc.encode());
    // A claim to have seen what does not exist yet is no claim.
    REQUIRE(kind(doc, text_edit(3, 1, all_own, 4, {{0, 0, "Z"}})) == Kind::applied);
    CHECK(doc.history().back().seen_seq == 3);
    CHECK(reopened(doc).verify().ok());
  }
}

TEST_CASE("whatever an author claims to have seen, every device makes the same of it", "[merge][text]") {
  std::size_t applied = 0;
  std::size_t concurrent = 0;
  for (std::uint64_t seed = 3001; seed <= 3120; ++seed) {
    INFO("seed " << seed);
    Dice dice(seed);
    TextDoc straight;
    TextDoc stored;
    TextDoc settled;
    std::uint64_t seq = 1;
    for (int i = 0; i < 40; ++i) {
      seq += dice.below(3);
      // Counters go back and forth, claims exceed the present and contradict each other, positions lie
      // anywhere.
      TextEdit e = text_edit(static_cast<std::uint8_t>(1 + dice.below(3)), 1 + dice.below(60),
                             dice.below(seq + 3), seq, {});
      if (dice.below(3) == 0) e.own_seen = dice.below(70);
      for (std::size_t r = dice.below(3); r < 3; ++r) {
        TextRun run;
        run.pos = static_cast<std::uint32_t>(dice.below(straight.chars() + 6));
        run.deleted = static_cast<std::uint32_t>(dice.below(4));
        if (dice.below(3) > 0) run.inserted = letter(dice.below(40)) + letter(dice.below(40));
        e.runs.push_back(run);
      }
      const auto outcome = straight.apply(e);
      REQUIRE(outcome.ok());
      applied += outcome->kind == Kind::applied ? 1U : 0U;
      concurrent += outcome->concurrent ? 1U : 0U;
      REQUIRE(kind(stored, e) == outcome->kind);
      REQUIRE(kind(settled, e) == outcome->kind);
      stored = reopened(stored);
      if (dice.below(3) == 0) settled.settle();
      REQUIRE(stored.encode() == straight.encode());
      REQUIRE(settled.encode() == straight.encode());
    }
    REQUIRE(straight.verify().ok());
    REQUIRE(straight.text_at(seq).text == straight.text());
    REQUIRE(straight.history().size() == straight.edits());
    (void)straight.concurrent_paragraphs();
  }
  CHECK(applied > 1500);
  CHECK(concurrent > 900);
}

TEST_CASE("a text grows past its limit only so far; what does not fit is kept aside and not lost",
          "[merge][text]") {
  const std::string page(limits::text_bytes_max, 'a');
  TextDoc doc;
  std::uint64_t seq = 0;
  for (std::uint8_t d = 1; d <= 4; ++d) {
    const auto outcome = doc.apply(text_edit(d, 1, 0, ++seq, {{0, 0, page}}));
    REQUIRE(outcome.ok());
    CHECK(outcome->kind == Kind::applied);
    CHECK(outcome->over_long == (d > 1));
  }
  CHECK(doc.over_long());
  CHECK(kind(doc, text_edit(5, 1, 0, ++seq, {{0, 0, "mer"}})) == Kind::set_aside);
  CHECK(doc.text_bytes() == text_hard_bytes_max);
  CHECK(doc.history().back().set_aside);
  CHECK(doc.history().back().changes.at(0).inserted == "mer");
  TextDoc again = reopened(doc);
  for (TextDoc* d : {&doc, &again}) {
    REQUIRE(kind(*d, text_edit(5, 2, seq, seq + 1, {{0, 1000, ""}})) == Kind::applied);
    REQUIRE(kind(*d, text_edit(6, 1, 2, seq + 2, {{7, 0, "passer"}})) == Kind::applied);
  }
  CHECK(doc.encode() == again.encode());
  CHECK(doc.verify().ok());
}

TEST_CASE("edits made to cost others dear are set aside by every device, and honest ones are not",
          "[merge][text]") {
  // Two devices that never see each other, taking turns: each turn hides and shows everything.
  TextDoc doc;
  TextDoc stored;
  std::uint64_t seq = 0;
  const std::string big(20'000, 'x');
  std::size_t aside = 0;
  for (std::uint64_t i = 1; i <= 300; ++i) {
    for (std::uint8_t d = 1; d <= 2; ++d) {
      const TextEdit e = text_edit(d, i, 0, ++seq, {{0, 0, i == 1 ? big : "y"}});
      aside += kind(doc, e) == Kind::set_aside ? 1U : 0U;
      REQUIRE(stored.apply(e).ok());
      if (i % 50 == 0) stored = reopened(stored);
    }
  }
  CHECK(aside > 100);
  CHECK(doc.encode() == stored.encode());
  CHECK(doc.verify().ok());

  // A device that was away for months and wrote every day.
  TextDoc honest = doc_with(std::string(2000, 'a'));
  std::uint64_t at = 1;
  for (std::uint64_t i = 1; i <= 3000; ++i) {
    REQUIRE(kind(honest, text_edit(1, i, at, at + 1, {{static_cast<std::uint32_t>(i), 0, "Et ord til. "}})) ==
            Kind::applied);
    if (i % 4 == 0)
      REQUIRE(kind(honest, text_edit(1, 100'000 + i, at + 1, at + 2, {{0, 30, ""}})) == Kind::applied);
    at += 2;
  }
  for (std::uint64_t i = 1; i <= 2000; ++i) {
    REQUIRE(kind(honest, text_edit(2, i, 1, at + 1,
                                   {{static_cast<std::uint32_t>(i % 1900), 1, "Skrevet på hytta. "}})) ==
            (honest.text_bytes() + 30 > text_hard_bytes_max ? Kind::set_aside : Kind::applied));
  }
  CHECK(reopened(honest).encode() == honest.encode());
}

TEST_CASE("bytes of a field are read strictly: no shorter form, no longer one, and no other text",
          "[merge][text]") {
  TextDoc doc = doc_with("Mål æøå 🙂\n");
  REQUIRE(kind(doc, text_edit(1, 1, 1, 2, {{0, 3, "Plan"}})) == Kind::applied);
  REQUIRE(kind(doc, text_edit(2, 1, 1, 3, {{0, 0, "Nytt "}})) == Kind::applied);
  REQUIRE(kind(doc, text_edit(2, 3, 1, pending_seq, {{0, 0, "Eget "}})) == Kind::applied);
  doc.mark_reviewed({{device_id(1), 1}});
  const Bytes bytes = doc.encode();
  CHECK(reopened(doc).encode() == bytes);
  for (std::size_t n = 0; n < bytes.size(); ++n) CHECK_FALSE(TextDoc::decode(ByteView(bytes).sub(0, n)).ok());
  Bytes longer = bytes;
  longer.push_back(0);
  CHECK_FALSE(TextDoc::decode(longer).ok());
  std::size_t caught = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (const unsigned flip : {0x01U, 0x10U, 0x80U, 0xffU}) {
      Bytes changed = bytes;
      changed[i] = static_cast<std::uint8_t>(changed[i] ^ flip);
      // Our own bytes are opened without a look at the edits: even then nothing breaks.
      auto opened = TextDoc::open(changed);
      if (opened.ok()) {
        (void)opened->history();
        (void)opened->text_at(2);
        (void)opened->concurrent_paragraphs();
        opened->mark_reviewed({{device_id(2), 1}});
        (void)opened->apply(text_edit(4, 1, 0, pending_seq, {{1, 1, "y"}}));
        (void)opened->apply(text_edit(2, 2, 0, pending_seq, {{1, 1, "y"}}));
      }
      auto read = TextDoc::decode(changed);
      if (!read.ok() || !read->verify().ok()) {
        ++caught;
        if (!read.ok()) continue;
      }
      // What is accepted is canonical, and nothing that follows can break it.
      CHECK(read->encode() == changed);
      (void)read->history();
      (void)read->concurrent_paragraphs();
      const auto outcome = read->apply(text_edit(3, 1, 1, pending_seq, {{2, 4, "x"}}));
      if (!outcome.ok()) CHECK(outcome.code() == Errc::corrupt);
    }
  }
  // The rest names another device or another number: a different log, and a sound one.
  CHECK(caught > bytes.size() * 2);
}

TEST_CASE("years of writing and deleting leave the text that was written last", "[merge][text]") {
  TextDoc doc;
  for (std::uint64_t i = 1; i <= 5000; ++i) {
    REQUIRE(kind(doc, text_edit(static_cast<std::uint8_t>(1 + i % 3), i, i - 1, i,
                                {{0, i > 1 ? 7U : 0U, "dag " + std::to_string(100 + i % 900)}})) ==
            Kind::applied);
  }
  CHECK(doc.text() == "dag " + std::to_string(100 + 5000 % 900));
  CHECK(doc.edits() == 5000);
  CHECK(reopened(doc).encode() == doc.encode());
  CHECK(doc.verify().ok());
  // The words of the last edits are here, those of years ago are not, and nothing else stands in for them.
  CHECK(doc.text_at(4900).text == "dag " + std::to_string(100 + 4900 % 900));
  CHECK(doc.text_at(100).missing);
  CHECK(doc.text_at(100).text == missing_mark);
}
