#include "cli/page.h"

#include <stdlib.h>
#include <time.h>

#include "cli/human.h"
#include "tests/cli/cli_world.h"

using namespace samplan;
using namespace samplan::cli;

TEST_CASE("Words from others cannot move the cursor, colour the terminal or turn the reading direction") {
  CHECK(printable("a\x1b[31mb") == "a\xEF\xBF\xBD[31mb");
  CHECK(printable(std::string("a\0b\x7f", 4)) ==
        "a\xEF\xBF\xBD"
        "b\xEF\xBF\xBD");
  CHECK(printable("\xC2\x9B"
                  "2J") ==
        "\xEF\xBF\xBD"
        "2J");                                         // CSI as one C1 character
  CHECK(printable("\xE2\x80\xAE") == "\xEF\xBF\xBD");  // right-to-left override
  CHECK(printable("\xFF\xFE") == "\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(printable("Blåbær, čáhci og 🙂\n\t") == "Blåbær, čáhci og 🙂\n\t");
}

TEST_CASE("A page without a terminal has no escapes and no breaks of its own") {
  std::ostringstream out;
  Page page(out, {});
  page.title("Tittel");
  page.heading("Del");
  page.line(std::string(300, 'x') + " y", 2, Tone::bad);
  page.fact("Omfang", "to\nlinjer", 4);
  CHECK(out.str() == "Tittel\n\nDel\n  " + std::string(300, 'x') + " y\n    Omfang: to\n    linjer\n");
}

TEST_CASE("A page on a terminal wraps at its width and keeps the indent") {
  std::ostringstream out;
  Page page(out, {true, 30});
  page.line("en to tre fire fem seks sju åtte ni ti", 4);
  CHECK(out.str() == "    en to tre fire fem seks\n    sju åtte ni ti\n");
  out.str("");
  page.line("ord", 0, Tone::good);
  CHECK(out.str() == "\x1b[32mord\x1b[0m\n");
}

TEST_CASE("Times are written as people write them in Norway and in English") {
  setenv("TZ", "Europe/Oslo", 1);
  tzset();
  const UnixMs now = *parse_iso("2026-11-22T12:00Z");
  CHECK(when_text(*parse_iso("2026-11-22T09:14Z"), now, Language::nb) == "kl. 10.14");
  CHECK(when_text(*parse_iso("2026-11-22T09:14Z"), now, Language::en) == "10:14");
  CHECK(when_text(*parse_iso("2026-11-21T14:40Z"), now, Language::nb) == "i går kl. 15.40");
  CHECK(when_text(*parse_iso("2026-03-02T08:00Z"), now, Language::nb) == "2. mars kl. 09.00");
  CHECK(when_text(*parse_iso("2025-03-02T08:00Z"), now, Language::nb) == "2. mars 2025 kl. 09.00");
  CHECK(when_text(std::string_view("tull"), now, Language::nb).empty());
  CHECK(date_text(std::string_view("2026-11-22"), Language::nb) == "22. november 2026");
  CHECK(date_text(std::string_view("2026-11-22"), Language::en) == "22 November 2026");
  CHECK(date_text(std::string_view("snart"), Language::nb) == "snart");
  unsetenv("TZ");
  tzset();
}
