#include "sync/merge/same_text.h"

#include <catch2/catch.hpp>

using namespace samplan::merge;

TEST_CASE("letter case and white space alone do not make two values different", "[merge][R105]") {
  CHECK(same_text("Bo hjemme", "  bo   HJEMME\n"));
  CHECK(same_text("Ærlig øl på Ås", "æRLIG ØL PÅ åS"));
  CHECK(same_text("Čáhcesuolu ŊŠŦŽ", "čÁhcesuolu ŋšŧž"));  // Sami letters
  CHECK(same_text("Ÿ Ĺ Ő", "ÿ ĺ ő"));
  CHECK(same_text("a\xc2\xa0 b", "a b"));  // no-break space
  CHECK(same_text("", " \t\n"));
}

TEST_CASE("different words, and words run together, stay different", "[merge]") {
  CHECK_FALSE(same_text("Bo hjemme", "Bo her"));
  CHECK_FALSE(same_text("bo hjemme", "bohjemme"));
  CHECK_FALSE(same_text("a", "å"));
  CHECK_FALSE(same_text("×", "÷"));  // U+00D7 and U+00F7 are 32 apart but no letters
  CHECK_FALSE(same_text("ı", "i"));
  CHECK_FALSE(same_text("a", ""));
  CHECK_FALSE(same_text("abc", "ab"));
}

TEST_CASE("the folded key is equal exactly for texts that say the same", "[merge]") {
  const char* const texts[] = {"Bo hjemme", " bo  hjemme ", "BO HJEMME", "bohjemme", "",
                               " ",         "Čáhci",        "čáhci",     "😀 x",      "ij"};
  for (const char* a : texts)
    for (const char* b : texts) CHECK((folded_text(a) == folded_text(b)) == same_text(a, b));
  CHECK(folded_text("  Å  Bo\t😀 ") == "å bo 😀");
}
