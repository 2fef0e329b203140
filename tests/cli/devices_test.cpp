// One's own devices on the command line.
#include "tests/cli/cli_world.h"

using namespace samplan;
using namespace samplan::cli;

namespace {

json state(const std::string& name) {
  json out = {{"ok", true}, {"state", name}};
  if (name != "waiting") out.update({{"words", "elg fjord hus is"}, {"name", "Telefonen"}, {"plans", 80}});
  return out;
}

json two_devices() {
  return {{"ok", true},
          {"devices",
           {{{"device", "aaaa1111" + std::string(24, '0')}, {"name", "Kontoret"}, {"added_ms", 1'795'000'000'000}, {"this", true}, {"closed", false}, {"closing", false}, {"unsent", false}},
            {{"device", "bbbb2222" + std::string(24, '0')}, {"name", "Telefonen"}, {"added_ms", 1'795'100'000'000}, {"last_wrote_ms", 1'795'341'000'000}, {"this", false}, {"closed", false}, {"closing", true}, {"unsent", false}}}}};
}

const std::string code_link = "http://example.no/#/ny-enhet/01";

}  // namespace

TEST_CASE("device add shows the words and what follows, asks, and goes on until it is done") {
  CliWorld w;
  w.is_terminal = true;
  w.in.str("ja\n");
  w.book.answers["device_add"] = state("waiting");
  w.book.answers["device_adding"] = state("waiting");
  w.book.answers["device_add_confirm"] = state("sync");
  w.book.adding = {state("waiting"), state("compare"), state("sync"), state("granting"), state("done")};
  CHECK(w.run({"device", "add", code_link}) == exit_good);
  CHECK(w.last("device_add")["link"] == code_link);
  CHECK(has(w.out.str(), "elg fjord hus is"));
  CHECK(has(w.err.str(), "80 planer"));
  CHECK(has(w.err.str(), "foran deg"));
  CHECK(has(w.out.str(), "«Telefonen» er lagt til"));
  CHECK(w.book.syncs == 1);
  CHECK(w.book.meetings == 5);
}

TEST_CASE("device add without a yes cancels; with nobody to ask it wants --yes") {
  for (const bool is_terminal : {true, false}) {
    CliWorld w;
    w.is_terminal = is_terminal;
    w.in.str("nei\n");
    w.book.answers["device_add"] = state("waiting");
    w.book.answers["device_adding"] = state("waiting");
    w.book.adding = {state("compare")};
    CHECK(w.run({"device", "add", code_link}) == (is_terminal ? exit_refused : exit_usage));
    CHECK(w.last("device_add_cancel")["do"] == "device_add_cancel");
    CHECK(w.last("device_add_confirm").is_null());
    CHECK(w.book.syncs == 0);
  }
  CliWorld w;
  w.book.answers["device_add"] = state("compare");
  w.book.answers["device_add_confirm"] = state("sync");
  w.book.answers["device_adding"] = state("sync");
  w.book.adding = {state("done")};
  CHECK(w.run({"device", "add", code_link, "--yes"}) == exit_good);
}

TEST_CASE("device add says why it came to nothing, in both languages") {
  json failed = state("failed");
  failed["failure"] = {{"error", "forged"}, {"where", "adding.message"}, {"message", "Noen andre har brukt koden."}};
  for (const char* language : {"nb", "en"}) {
    CliWorld w;
    w.book.answers["device_add"] = state("waiting");
    w.book.answers["device_adding"] = state("waiting");
    w.book.adding = {failed};
    CHECK(w.run({"device", "add", code_link, "--yes", "--lang", language}) == exit_refused);
    CHECK(has(w.err.str(), std::string(language) == "nb" ? "Noen andre har brukt koden." : "adding.message"));
  }
}

TEST_CASE("devices lists them in words, and close takes a name or an id and asks") {
  CliWorld w;
  w.book.answers["devices"] = two_devices();
  CHECK(w.run({"devices"}) == exit_good);
  CHECK(has(w.out.str(), "Kontoret"));
  CHECK(has(w.out.str(), "denne enheten"));
  CHECK(has(w.out.str(), "lukkes når du sender"));
  CHECK(has(w.out.str(), "skrev sist"));
  CHECK(w.run({"--lang", "en", "devices"}) == exit_good);
  CHECK(has(w.out.str(), "closes when you send"));
  w.book.answers["device_close"] = {{"ok", true}, {"name", "Telefonen"}, {"plans", 3}};
  CHECK(w.run({"device", "close", "Telefonen"}) == exit_good);
  CHECK(w.last("device_close")["device"] == "bbbb2222" + std::string(24, '0'));
  CHECK(has(w.out.str(), "3 planer"));
  CHECK(w.run({"device", "close", "bbbb"}) == exit_good);
  CHECK(w.run({"device", "close", "Klokka"}) == exit_refused);
  w.is_terminal = true;
  w.in.str("nei\n");
  w.book.asked.clear();
  CHECK(w.run({"device", "close", "Telefonen"}) == exit_refused);
  CHECK(w.last("device_close").is_null());
  w.is_terminal = false;
  CHECK(w.run({"device", "name", "aaaa", "Jobben"}) == exit_good);
  CHECK(w.last("device_rename")["name"] == "Jobben");
}

TEST_CASE("a device that was closed says so in both languages") {
  CliWorld w;
  w.book.sync_result = Error{Errc::withdrawn, "device.closed", "Denne enheten er lukket fra en annen av enhetene dine."};
  CHECK(w.run({"sync"}) == exit_refused);
  CHECK(has(w.err.str(), "lukket fra en annen av enhetene dine"));
  CHECK(w.run({"--lang", "en", "sync"}) == exit_refused);
  CHECK(has(w.err.str(), "closed from another of your devices"));
}

TEST_CASE("a sync tells of new and closed devices") {
  CliWorld w;
  native::SyncReport report;
  report.notices = {{"device_added", {}, 0, "aa"}, {"device_closed", {}, 0, "bb"}};
  w.book.sync_result = report;
  CHECK(w.run({"sync"}) == exit_good);
  CHECK(has(w.out.str(), "En ny enhet er lagt til hos deg."));
  CHECK(has(w.out.str(), "En av enhetene dine er lukket."));
}

TEST_CASE("device new wants a server, somebody to ask and an empty folder") {
  CliWorld w;
  CHECK(w.run({"device", "new"}) == exit_usage);
  CHECK(w.run({"device", "new", "--server", "http://example.no"}) == exit_usage);
  w.environment["SAMPLAN_PASSPHRASE"] = "passord";
  CHECK(w.run({"device", "new", "--server", "http://example.no", "--yes"}) == exit_offline);
}
