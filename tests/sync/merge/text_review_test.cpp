// Paragraphs that people changed without seeing each other are shown with both sides until somebody has
// looked.
#include <catch2/catch.hpp>

#include "tests/sync/merge/text_section.h"

using namespace samplan;
using namespace samplan::merge;
using namespace samplan::merge::text;
using namespace samplan::text_test;

namespace {

void put(TextDoc& doc, const TextEdit& e) {
  const auto outcome = doc.apply(e);
  REQUIRE(outcome.ok());
  REQUIRE(outcome->kind == TextOutcome::Kind::applied);
}

TextDoc three_paragraphs() {
  TextDoc doc;
  put(doc, text_edit(9, 1, 0, 1, {{0, 0, "Mål for våren.\nKari går til skolen.\nOla følger.\n"}}));
  return doc;
}

}  // namespace

TEST_CASE("a paragraph that two people changed at once is shown as each had it and as it was before",
          "[merge][text]") {
  TextDoc doc = three_paragraphs();
  put(doc, text_edit(1, 1, 1, 2, {{20, 2, "sykl"}, {24, 1, "er"}}));  // Kari sykler ...
  CHECK_FALSE(doc.may_need_review());
  put(doc, text_edit(2, 1, 1, 3, {{28, 6, "jobben"}, {0, 3, "Plan"}}));
  REQUIRE(doc.may_need_review());
  for (const bool reopened : {false, true}) {
    if (reopened) doc = stored(doc);
    const auto conflicts = doc.concurrent_paragraphs();
    REQUIRE(conflicts.size() == 1);
    CHECK(conflicts[0].paragraph == 1);
    CHECK(conflicts[0].base.text == "Kari går til skolen.");
    CHECK(conflicts[0].now == "Kari sykler til jobben.");
    REQUIRE(conflicts[0].sides.size() == 2);
    CHECK(conflicts[0].sides[0].author == 1);
    CHECK(conflicts[0].sides[0].text.text == "Kari sykler til skolen.");
    CHECK(conflicts[0].sides[0].ops == std::vector<OpId>{{device_id(1), 1}});
    CHECK(conflicts[0].sides[1].author == 2);
    CHECK(conflicts[0].sides[1].text.text == "Kari går til jobben.");
    CHECK_FALSE((conflicts[0].base.missing || conflicts[0].sides[0].text.missing || conflicts[0].sides[1].text.missing));
  }
  // Whoever had the field handed over has every word that anybody put in, and is told where others stood.
  const auto conflicts = handed_over(doc).concurrent_paragraphs();
  REQUIRE(conflicts.size() == 1);
  CHECK(conflicts[0].now == "Kari sykler til jobben.");
  CHECK(conflicts[0].base.text == "Kari […] til […].");
  REQUIRE(conflicts[0].sides.size() == 2);
  CHECK(conflicts[0].sides[0].text.text == "Kari sykler til […].");
  CHECK(conflicts[0].sides[1].text.text == "Kari […] til jobben.");
  CHECK((conflicts[0].base.missing && conflicts[0].sides[0].text.missing && conflicts[0].sides[1].text.missing));
}

TEST_CASE(
    "what two people changed in different paragraphs, one after the other, or on two own devices needs no "
    "review",
    "[merge][text]") {
  TextDoc apart = three_paragraphs();
  put(apart, text_edit(1, 1, 1, 2, {{0, 3, "Plan"}}));
  put(apart, text_edit(2, 1, 1, 3, {{36, 3, "Per"}}));
  CHECK(apart.may_need_review());
  CHECK(apart.concurrent_paragraphs().empty());
  TextDoc in_order = three_paragraphs();
  put(in_order, text_edit(1, 1, 1, 2, {{0, 3, "Plan"}}));
  put(in_order, text_edit(2, 1, 2, 3, {{0, 4, "Ønske"}}));
  CHECK_FALSE(in_order.may_need_review());
  TextDoc own = three_paragraphs();
  put(own, text_edit(1, 1, 1, 2, {{0, 3, "Plan"}}));
  TextEdit second = text_edit(2, 1, 1, 3, {{0, 3, "Ønske"}});
  second.author = 1;
  put(own, second);
  CHECK_FALSE(own.may_need_review());
  CHECK(own.concurrent_paragraphs().empty());
}

TEST_CASE("a paragraph is out of the way once all sides are marked, and back when somebody else turns up",
          "[merge][text]") {
  TextDoc doc = three_paragraphs();
  put(doc, text_edit(1, 1, 1, 2, {{0, 3, "Plan"}}));
  put(doc, text_edit(2, 1, 1, 3, {{4, 3, "i"}}));
  REQUIRE(doc.concurrent_paragraphs().size() == 1);
  doc.mark_reviewed({{device_id(1), 1}});
  CHECK(doc.concurrent_paragraphs().size() == 1);
  doc.mark_reviewed({{device_id(2), 1}, {device_id(7), 99}});
  CHECK(doc.concurrent_paragraphs().empty());
  CHECK_FALSE(doc.may_need_review());
  CHECK(doc.history()[1].reviewed);
  // Marks come in any order and any number of times.
  TextDoc other = three_paragraphs();
  put(other, text_edit(1, 1, 1, 2, {{0, 3, "Plan"}}));
  put(other, text_edit(2, 1, 1, 3, {{4, 3, "i"}}));
  other.mark_reviewed({{device_id(2), 1}});
  other.mark_reviewed({{device_id(2), 1}, {device_id(1), 1}});
  CHECK(other.encode() == doc.encode());
  CHECK(doc.verify().ok());
  // Work that goes on after the review is nothing new; a third person who had seen neither is.
  put(doc, text_edit(1, 2, 3, 4, {{0, 0, "Vår "}}));
  CHECK(doc.concurrent_paragraphs().empty());
  put(doc, text_edit(3, 1, 1, 5, {{13, 0, "!"}}));
  const auto conflicts = doc.concurrent_paragraphs();
  REQUIRE(conflicts.size() == 1);
  CHECK(conflicts[0].sides.size() == 3);
  CHECK(conflicts[0].base.text == "Mål for våren.");
}

TEST_CASE("a deleted paragraph beside a changed one shows what would be lost", "[merge][text]") {
  TextDoc doc = three_paragraphs();
  put(doc, text_edit(1, 1, 1, 2, {{15, 21, ""}}));
  put(doc, text_edit(2, 1, 1, 3, {{20, 3, "løper"}}));
  const auto conflicts = doc.concurrent_paragraphs();
  REQUIRE(conflicts.size() == 1);
  CHECK(conflicts[0].base.text == "Kari går til skolen.\nOla følger.");
  REQUIRE(conflicts[0].sides.size() == 2);
  CHECK(conflicts[0].sides[0].text.text == "Ola følger.");
  CHECK(conflicts[0].sides[1].text.text == "Kari løper til skolen.\nOla følger.");
  CHECK(conflicts[0].now == "løperOla følger.");
}

TEST_CASE("in random sections every conflict has two people, their texts, and the text as it is",
          "[merge][text]") {
  std::size_t found = 0;
  for (std::uint64_t seed = 2001; seed <= 2150; ++seed) {
    INFO("seed " << seed);
    const Section section = random_section(seed, 3, 22);
    TextDoc doc;
    for (const TextEdit& e : section.log) REQUIRE(doc.apply(e).ok());
    std::vector<std::string> now;
    std::string line;
    for (const char c : doc.text() + "\n") {
      if (c == '\n') {
        now.push_back(line);
        line.clear();
      } else {
        line += c;
      }
    }
    std::vector<OpId> all;
    for (const ParagraphConflict& c : doc.concurrent_paragraphs()) {
      ++found;
      REQUIRE(c.paragraph < now.size());
      CHECK(c.now == now[c.paragraph]);
      CHECK(c.sides.size() >= 2);
      for (const auto& side : c.sides) {
        CHECK_FALSE(side.ops.empty());
        all.insert(all.end(), side.ops.begin(), side.ops.end());
      }
    }
    doc.mark_reviewed(all);
    CHECK(doc.concurrent_paragraphs().empty());
    CHECK(doc.verify().ok());
  }
  CHECK(found > 100);
}
