// What a text no longer says is in no bytes that devices compare or hand over, and whoever has only those says so
// instead of guessing.
#include <catch2/catch.hpp>

#include "sync/merge/text/text_diff.h"
#include "tests/sync/merge/text_section.h"

using namespace samplan;
using namespace samplan::merge::text;
using namespace samplan::text_test;

namespace {

void put(TextDoc& doc, const TextEdit& e) {
  const auto outcome = doc.apply(e);
  REQUIRE(outcome.ok());
  REQUIRE(outcome->kind == TextOutcome::Kind::applied);
}

bool tells(const TextDoc& doc, std::string_view words) {
  const Bytes bytes = doc.encode();
  return ByteView(bytes).text().find(words) != std::string_view::npos;
}

}  // namespace

TEST_CASE("a word that was deleted is not in the bytes of the field, in whatever way it went",
          "[merge][text][privacy]") {
  constexpr std::string_view canary = "kanarifugl";
  TextDoc doc;
  put(doc, text_edit(1, 1, 0, 1, {{0, 0, "En kanarifugl i bur.\nOg en til.\n"}}));
  REQUIRE(tells(doc, canary));
  SECTION("by somebody who had seen everything") { put(doc, text_edit(2, 1, 1, 2, {{3, 11, ""}})); }
  SECTION("letter by letter") {
    for (std::uint64_t i = 0; i < 10; ++i) put(doc, text_edit(1, 2 + i, 1 + i, 2 + i, {{3, 1, ""}}));
  }
  SECTION("with everything else") { put(doc, text_edit(1, 2, 1, 2, {{0, 32, "Nytt."}})); }
  SECTION("by two at once, one of whom changed the paragraph") {
    put(doc, text_edit(2, 1, 1, 2, {{14, 0, "gul "}, {3, 11, ""}}));
    put(doc, text_edit(3, 1, 1, 3, {{0, 20, "Ingen."}}));
    CHECK(doc.may_need_review());
  }
  SECTION("by somebody who had not seen what others wrote") {
    put(doc, text_edit(2, 1, 1, 2, {{0, 0, "Se: "}}));
    put(doc, text_edit(3, 1, 1, 3, {{3, 10, "fugl"}}));
  }
  SECTION("before it was ever seen by anybody else") {
    put(doc, text_edit(1, 2, 1, 2, {{3, 10, ""}, {0, 0, "kanarifugl"}, {0, 10, ""}}));
  }
  CHECK_FALSE(tells(doc, canary));
  CHECK(doc.verify().ok());
  // This device remembers, for its own history.
  CHECK(doc.text_at(1).text == "En kanarifugl i bur.\nOg en til.\n");
  CHECK(stored(doc).text_at(1).text == "En kanarifugl i bur.\nOg en til.\n");
  const EarlierText told = handed_over(doc).text_at(1);
  CHECK(told.missing);
  CHECK(told.text.find(canary) == std::string::npos);
}

TEST_CASE("what did not fit is not in the bytes of the field either", "[merge][text][privacy]") {
  TextDoc doc;
  for (std::uint8_t d = 1; d <= 4; ++d) put(doc, text_edit(d, 1, d - 1U, d, {{0, 0, std::string(limits::text_bytes_max, 'a')}}));
  const auto outcome = doc.apply(text_edit(5, 1, 4, 5, {{0, 0, "kanarifugl"}}));
  REQUIRE(outcome.ok());
  REQUIRE(outcome->kind == TextOutcome::Kind::set_aside);
  CHECK_FALSE(tells(doc, "kanarifugl"));
  CHECK(stored(doc).history().back().changes.at(0).inserted == "kanarifugl");
  const auto history = handed_over(doc).history();
  CHECK(history.back().missing);
  CHECK(history.back().changes.at(0).inserted == missing_mark);
}

TEST_CASE("who begins with handed-over bytes merges like everybody else, and tells an earlier text rightly or not at all",
          "[merge][text][privacy][property]") {
  std::size_t missing = 0;
  std::size_t told = 0;
  for (std::uint64_t seed = 5001; seed <= 5150; ++seed) {
    INFO("seed " << seed);
    const Section section = random_section(seed, 3, 30);
    Dice dice(seed);
    const std::size_t cut = dice.below(section.log.size());
    TextDoc straight;
    TextDoc newcomer;
    for (std::size_t i = 0; i < section.log.size(); ++i) {
      REQUIRE(straight.apply(section.log[i]).ok());
      if (i == cut) {
        newcomer = handed_over(straight);
      } else if (i > cut) {
        REQUIRE(newcomer.apply(section.log[i]).ok());
        REQUIRE(newcomer.encode() == straight.encode());
        REQUIRE(newcomer.verify().ok());
      }
    }
    const auto sure = straight.history();
    const auto known = newcomer.history();
    REQUIRE(known.size() == sure.size());
    for (std::size_t i = 0; i < known.size(); ++i) {
      const EarlierText full = straight.text_at(sure[i].seq);
      const EarlierText had = newcomer.text_at(known[i].seq);
      REQUIRE_FALSE(full.missing);
      if (i >= cut && !had.missing) ++told;
      missing += had.missing ? 1U : 0U;
      if (!had.missing) REQUIRE(had.text == full.text);
      if (had.missing) REQUIRE(had.text.find(missing_mark) != std::string::npos);
      const auto after = newcomer.text_after(known[i].op);
      REQUIRE(after.ok());
      if (!after->missing) REQUIRE(after->text == straight.text_after(sure[i].op)->text);
      // Everything from the cut on: the text as all had it is known whole.
      if (known[i].seq >= section.log[cut].seq && i >= cut) REQUIRE_FALSE(had.missing);
      for (std::size_t c = 0; !known[i].missing && c < known[i].changes.size(); ++c) {
        REQUIRE(known[i].changes[c].deleted == sure[i].changes[c].deleted);
        REQUIRE(known[i].changes[c].inserted == sure[i].changes[c].inserted);
      }
    }
  }
  CHECK(missing > 200);
  CHECK(told > 1000);
}

TEST_CASE("a thousand rewrites of a text cost a few bytes each, not the text", "[merge][text][growth]") {
  TextDoc doc;
  Dice dice(1);
  std::string text;
  for (std::uint64_t i = 1; i <= 1000; ++i) {
    std::string next;
    while (next.size() < 300) next += static_cast<char>('a' + dice.below(26));
    put(doc, text_edit(static_cast<std::uint8_t>(1 + i % 3), i, i - 1, i, text_diff(text, next)));
    text = next;
  }
  CHECK(doc.text() == text);
  CHECK(doc.encode().size() < 300 + 16 * 1000);
  CHECK(stored(doc).encode() == doc.encode());
  Bytes own;
  doc.removed_words().encode(own);
  CHECK(own.size() <= RemovedWords::kept_max);
  // The last hundred versions can still be told by this device.
  CHECK_FALSE(doc.text_at(900).missing);
  CHECK(doc.text_at(700).missing);
}

TEST_CASE("removed words in a store are read strictly, and a lie about them changes nothing but what is told",
          "[merge][text]") {
  TextDoc doc;
  put(doc, text_edit(1, 1, 0, 1, {{0, 0, "En to tre fire."}}));
  put(doc, text_edit(1, 2, 1, 2, {{3, 3, ""}}));
  put(doc, text_edit(1, 3, 2, 3, {{3, 4, "3 "}}));
  Bytes own;
  doc.removed_words().encode(own);
  for (std::size_t n = 0; n < own.size(); ++n) {
    Reader in(ByteView(own).sub(0, n));
    CHECK_FALSE(RemovedWords::read(in, doc.edits()).ok());
  }
  Reader too_few(own);
  CHECK_FALSE(RemovedWords::read(too_few, 2).ok());
  std::size_t caught = 0;
  for (std::size_t i = 0; i < own.size(); ++i) {
    for (const unsigned flip : {0x01U, 0x10U, 0x80U}) {
      Bytes changed = own;
      changed[i] = static_cast<std::uint8_t>(changed[i] ^ flip);
      Reader in(changed);
      auto words = RemovedWords::read(in, doc.edits());
      if (!words.ok() || !in.done()) {
        ++caught;
        continue;
      }
      TextDoc lied = handed_over(doc);
      lied.set_removed_words(std::move(*words));
      (void)lied.verify();
      (void)lied.history();
      (void)lied.text_at(1);
      REQUIRE(lied.encode() == doc.encode());
    }
  }
  CHECK(caught > own.size());
}
