// From an old and a new content of an input field to edits.
#include "sync/merge/text/text_diff.h"

#include <catch2/catch.hpp>
#include <set>

#include "sync/merge/text/buffer.h"
#include "sync/merge/text/unicode.h"
#include "tests/sync/merge/text_reference.h"

using namespace samplan;
using namespace samplan::merge::text;
using namespace samplan::text_test;

namespace {

std::string applied(const std::string& before, const std::vector<TextRun>& runs) {
  TextBuffer text(before);
  for (const TextRun& run : runs) {
    REQUIRE(run.pos <= text.chars());
    REQUIRE(run.deleted <= text.chars() - run.pos);
    text.erase(run.pos, run.deleted);
    text.insert(run.pos, run.inserted);
  }
  return text.str();
}

std::vector<TextRun> diff(const std::string& before, const std::string& after) {
  const auto runs = text_diff(before, after);
  REQUIRE(applied(before, runs) == after);
  return runs;
}

// Code point offsets at which clusters begin.
std::set<std::size_t> borders(const std::string& text) {
  std::set<std::size_t> out;
  for (const std::size_t at : cluster_starts(text))
    out.insert(count_chars(std::string_view(text).substr(0, at)));
  return out;
}

}  // namespace

TEST_CASE("a word changed, a sentence typed and a page pasted are one small run each", "[merge][text]") {
  const std::string text = "Kari skal sykle til skolen hver dag.\nOla følger henne hjem.\n";
  CHECK(diff(text, text).empty());
  auto runs = diff(text, "Kari skal sykle til jobben hver dag.\nOla følger henne hjem.\n");
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].pos == 20);
  CHECK(runs[0].deleted <= 6);
  runs = diff(text,
              "Kari skal sykle til skolen hver dag.\nNår det regner tar hun buss.\nOla følger henne hjem.\n");
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].deleted == 0);
  CHECK(runs[0].inserted.size() == std::string("Når det regner tar hun buss.\n").size());
  std::string page;
  for (int i = 0; i < 900; ++i) page += "Linje " + std::to_string(i) + " med noe tekst i.\n";
  runs = diff(text, text.substr(0, 37) + page + text.substr(37));
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].deleted == 0);
  CHECK(runs[0].inserted == page);
  runs = diff("", "alt nytt");
  REQUIRE(runs.size() == 1);
  runs = diff("alt borte", "");
  REQUIRE(runs.size() == 1);
  CHECK(runs[0].deleted == 9);
}

TEST_CASE("two changes far apart are two runs, and leave what is between them alone", "[merge][text]") {
  std::string text;
  for (int i = 0; i < 400; ++i) text += "Avsnitt " + std::to_string(i) + " er likt før og etter.\n";
  std::string changed = text;
  changed.replace(changed.find("Avsnitt 20 er"), 13, "Avsnitt 20 var");
  changed.replace(changed.find("Avsnitt 350 er"), 14, "Kapittel 350 er");
  const auto runs = diff(text, changed);
  REQUIRE(runs.size() == 2);
  std::size_t touched = 0;
  for (const TextRun& run : runs) touched += run.deleted + run.inserted.size();
  CHECK(touched < 40);
}

TEST_CASE("no run cuts what people see as one character", "[merge][text]") {
  const std::vector<std::string> texts = {"e\xcc\x81n",
                                          "en",  // e with a combining acute accent
                                          "👨‍👩‍👧 hjemme",
                                          "👨‍👩‍👦 hjemme",
                                          "👨‍👩 hjemme",  // families joined with ZWJ
                                          "🇳🇴🇸🇪",
                                          "🇳🇴🇫🇮",
                                          "🇳🇫",  // flags are pairs
                                          "👍🏽",
                                          "👍🏿",
                                          "👍",  // skin tones
                                          "مَرحبا",
                                          "مِرحبا",
                                          "مرحبا",  // Arabic with vowel signs
                                          "क्षि",
                                          "क्षा",
                                          "कि",
                                          "a\r\nb",
                                          "a\nb",
                                          "a\rb",
                                          "čáhci lea buorre",
                                          "čahci lea buorre",
                                          "c\xcc\x8c\x61\xcc\x81hci lea buorre"};
  for (const std::string& before : texts) {
    for (const std::string& after : texts) {
      const auto runs = diff(before, after);
      // Each run's borders are borders of clusters in the text it applies to, and of what it makes.
      std::string now = before;
      for (const TextRun& run : runs) {
        INFO(before << " -> " << after);
        CHECK(borders(now).count(run.pos) == 1);
        CHECK(borders(now).count(run.pos + run.deleted) == 1);
        now = applied(now, {run});
      }
      const auto end = borders(after);
      for (const TextRun& run : runs) {
        CHECK(end.count(run.pos) == 1);
        CHECK(end.count(run.pos + count_chars(run.inserted)) == 1);
      }
    }
  }
}

TEST_CASE("random changes come out as they went in, in about as many letters", "[merge][text]") {
  for (std::uint64_t seed = 1; seed <= 600; ++seed) {
    Dice dice(seed);
    std::string before;
    for (std::size_t i = dice.below(400); i > 0; --i)
      before += dice.below(6) == 0 ? " " : letter(dice.below(40));
    TextBuffer text(before);
    std::size_t changed = 0;
    for (std::size_t i = dice.below(6); i > 0; --i) {
      const std::size_t pos = dice.below(text.chars() + 1);
      const std::size_t gone = dice.below(std::min<std::size_t>(text.chars() - pos, 6) + 1);
      text.erase(pos, gone);
      text.insert(pos, letter(dice.below(40)) + "ny");
      changed += gone + 3;
    }
    const auto runs = diff(before, text.str());
    std::size_t touched = 0;
    for (const TextRun& run : runs) touched += run.deleted + count_chars(run.inserted);
    CHECK(touched <= 3 * changed + 8 * runs.size());
  }
}

TEST_CASE("hostile pairs of texts take no longer than honest ones", "[merge][text]") {
  const std::string as(60'000, 'a');
  const std::string bs(60'000, 'b');
  std::string ab;
  std::string ba;
  for (int i = 0; i < 30'000; ++i) {
    ab += "ab";
    ba += i % 2 == 0 ? "ba" : "ab";
  }
  for (const auto& before : {as, bs, ab, ba}) {
    for (const auto& after : {as, bs, ab, ba}) CHECK(diff(before, after).size() < 200);
  }
}

TEST_CASE("equal text is equal bytes once it is normalised", "[merge][text]") {
  CHECK(nfc("a\xcc\x8a") == "å");
  CHECK(nfc("o\xcc\x88") == "ö");
  CHECK(nfc("c\xcc\x8c\x61\xcc\x81hci") == "čáhci");
  CHECK(nfc("blåbær") == "blåbær");
  CHECK(nfc("") == "");
  CHECK(nfc("\xe2\x84\xab") == "Å");  // the sign for ångström
}
