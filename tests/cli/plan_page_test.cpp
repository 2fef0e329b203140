#include "cli/print_plan.h"
#include "tests/cli/cli_world.h"

using namespace samplan;
using namespace samplan::cli;

namespace {

constexpr UnixMs fetched = 1'795'340'000'000;

json by(const char* name, const char* time = "2026-11-21T15:40:00Z") {
  return {{"person", std::string(64, 'a')}, {"person_name", name}, {"time", time}, {"pending", false}};
}

json with(json record, const json& more) {
  record.update(more);
  return record;
}

// A plan as the core shows it: a goal with a measure in two versions, a note, a proposal, an unsent goal.
json shown() {
  const std::string goal = "aaaa1111" + std::string(24, '0');
  json version_a = with(by("Mona Dahl", "2026-11-22T09:12:00Z"),
                        {{"value", "2 ganger i uka"}, {"op", std::string(32, 'b') + ":7"}});
  json version_b = with(by("Jonas Berg"), {{"value", "3 ganger i uka"}, {"op", std::string(32, 'c') + ":9"}});
  json measure = {{"id", "bbbb2222" + std::string(24, '0')},
                  {"kind", "measure"},
                  {"created", by("Jonas Berg")},
                  {"fields",
                   {{"text", "Gå i trapp og ute"},
                    {"responsible", "Jonas Berg"},
                    {"extent", "2 ganger i uka"},
                    {"status", "pagar"},
                    {"end_date", "2026-12-18"},
                    {"goals", {goal}}}},
                  {"conflict", {{"extent", {version_a, version_b}}}},
                  {"before", {{"extent", with(by("Jonas Berg"), {{"value", "1 gang i uka"}})}}}};
  json proposal = {{"id", std::string(32, 'd') + ":17"},
                   {"by", by("Silje Solberg")},
                   {"state", "open"},
                   {"note", "Hun savner koret"},
                   {"ops",
                    {{{"do", "set"},
                      {"id", measure["id"]},
                      {"kind", "measure"},
                      {"field", "where"},
                      {"value", "På kirkebakken"}}}}};
  json unsent = {{"id", "cccc3333" + std::string(24, '0')},
                 {"kind", "goal"},
                 {"created", with(by("Mona Dahl"), {{"pending", true}})},
                 {"fields", {{"text", "Synge i koret"}}}};
  json goal_record = {{"id", goal},
                      {"kind", "goal"},
                      {"created", by("Jonas Berg")},
                      {"fields", {{"text", "Jeg vil gå til butikken selv igjen"}, {"status", "enig"}}}};
  json note = {{"id", "eeee4444" + std::string(24, '0')},
               {"kind", "note"},
               {"created", by("Mona Dahl")},
               {"fields", {{"text", "Alt gikk som avtalt"}}}};
  json plan_record = {{"id", std::string(32, '0')},
                      {"kind", "plan"},
                      {"created", by("Kari Lunde")},
                      {"fields",
                       {{"owner_name", "Aud Marie Solberg"},
                        {"title", "Individuell plan"},
                        {"status", "aktiv"},
                        {"matters_most", "At jeg får bo hjemme"}}}};
  return {{"ok", true},
          {"plan", plan_hex()},
          {"holding", "shared"},
          {"consent", "given"},
          {"coordinator", "Kari Lunde"},
          {"role", "provider"},
          {"participants",
           {{{"principal", std::string(64, 'a')},
             {"name", "Mona Dahl"},
             {"role", "provider"},
             {"me", true},
             {"rights", {{"helse", "write"}}}},
            {{"principal", std::string(64, 'b')},
             {"name", "Silje Solberg"},
             {"role", "relative"},
             {"me", false},
             {"rights", json::object()}}}},
          {"sections",
           {{"grunnlag", {{"records", {{"plan", {plan_record}}}}, {"proposals", json::array()}}},
            {"helse",
             {{"records", {{"goal", {goal_record, unsent}}, {"measure", {measure}}, {"note", {note}}}},
              {"outline",
               {{{"goal", goal}, {"depth", 0}, {"measures", {measure["id"]}}},
                {{"goal", unsent["id"]}, {"depth", 0}, {"measures", json::array()}}}},
              {"without_goal", json::array()},
              {"proposals", {proposal}}}}}},
          {"waiting", 2},
          {"intents", 0},
          {"last_sync_ms", fetched}};
}

json log() {
  return {{"ok", true},
          {"content",
           {{{"section", "helse"},
             {"seq", 4},
             {"who", "Jonas Berg"},
             {"time_ms", fetched - 86'400'000},
             {"ops", 2},
             {"proposal", false},
             {"verdict", "valid"}},
            {{"section", "helse"},
             {"seq", 5},
             {"who", "Mona Dahl"},
             {"time_ms", fetched},
             {"ops", 9},
             {"proposal", false},
             {"verdict", "valid"}},
            {{"section", "bolig"},
             {"seq", 6},
             {"who", "Per Aas"},
             {"time_ms", fetched},
             {"ops", 9},
             {"proposal", false},
             {"verdict", "void_withdrawn"}}}}};
}

std::string page_of(const json& plan, const json& what_is_new, Language language) {
  std::ostringstream out;
  Page page(out, {});
  print_plan(page, {plan, what_is_new, 1'795'341'240'000, language, false});
  return out.str();
}

std::size_t place(const std::string& text, const std::string& part) {
  INFO(part << " is missing in:\n" << text);
  REQUIRE(has(text, part));
  return text.find(part);
}

}  // namespace

TEST_CASE(
    "A plan is shown as a calm page in bokmål: what is new, what matters most, who does what, goals with "
    "measures") {
  const std::string page = page_of(shown(), log(), Language::nb);
  const std::vector<std::string> in_order = {"Individuell plan for Aud Marie Solberg",
                                             "3f2a91bc · aktiv",
                                             "Lagret på enheten, ikke sendt. 2 endringer venter. Hentet",
                                             "Nytt",
                                             "To versjoner på ett sted. Velg når du har tid.",
                                             "1 forslag venter på svar.",
                                             "Jonas Berg · Forebygging, helse og omsorg · 2 endringer",
                                             "Det som er viktigst for meg",
                                             "«At jeg får bo hjemme»",
                                             "Hvem gjør hva",
                                             "Koordinator: Kari Lunde",
                                             "Mona Dahl · tjenesteyter",
                                             "Silje Solberg · pårørende · ser ingenting ennå",
                                             "aaaa1111  Mål «Jeg vil gå til butikken selv igjen»",
                                             "bbbb2222  Tiltak Gå i trapp og ute",
                                             "Ansvarlig: Jonas Berg",
                                             "Omfang: 2 ganger i uka",
                                             "pågår · Slutter 18. desember 2026",
                                             "To versjoner: Omfang",
                                             "cccc3333  Mål «Synge i koret»",
                                             "Lagret på enheten, ikke sendt.",
                                             "eeee4444  Besøksnotat: Alt gikk som avtalt  Mona Dahl",
                                             "To versjoner: Tiltak bbbb2222 · Omfang",
                                             "Sto før: 1 gang i uka",
                                             "1  2 ganger i uka  Mona Dahl",
                                             "2  3 ganger i uka  Jonas Berg",
                                             "Velg: samplan resolve bbbb2222 extent --version 1",
                                             "dddddddd:17  Forslag fra Silje Solberg",
                                             "Tiltak · Hvor: På kirkebakken",
                                             "Hvorfor: Hun savner koret"};
  std::size_t at = 0;
  for (const std::string& part : in_order) {
    INFO(part << " is missing or too early in:\n" << page);
    const std::size_t found = page.find(part, at);
    REQUIRE(found != std::string::npos);
    at = found + part.size();
  }
  CHECK_FALSE(has(page, "\x1b"));
  CHECK_FALSE(has(page, "Per Aas"));  // what does not count is no news
}

TEST_CASE("The same page in English") {
  const std::string page = page_of(shown(), log(), Language::en);
  for (const char* part :
       {"Individual plan for Aud Marie Solberg", "Saved on this device, not sent. 2 changes wait.",
        "What matters most to me", "Who does what", "Goal “Jeg vil gå til butikken selv igjen”",
        "Responsible: Jonas Berg", "Two versions: Measure bbbb2222 · Extent", "Proposal from Silje Solberg",
        "Why: Hun savner koret"})
    CHECK(has(page, part));
}

TEST_CASE("Sub-goals stand below their goal, and measures without a goal under a heading of their own") {
  json plan = shown();
  json& section = plan["sections"]["helse"];
  const json measure = section["outline"][0]["measures"][0];
  section["outline"][0]["measures"] = json::array();
  section["outline"][1]["depth"] = 1;
  section["without_goal"] = {measure};
  const std::string page = page_of(plan, json::object(), Language::nb);
  CHECK(has(page, "\n    cccc3333  Mål"));
  CHECK(place(page, "Tiltak uten mål") < place(page, "\n  bbbb2222  Tiltak Gå i trapp"));
  CHECK(has(page_of(plan, json::object(), Language::en), "Measures without a goal"));
}

TEST_CASE("Two parents of a measure are named, not shown as numbers") {
  json plan = shown();
  json& measure = plan["sections"]["helse"]["records"]["measure"][0];
  const auto version = [](const char* op, const char* words) {
    return with(by("Mona Dahl"), {{"value", std::string(32, '1')}, {"op", op}, {"refers_to", words}});
  };
  measure["conflict"] = {{"main_goal", {version("b:7", "Gå på tur"), version("c:9", "Synge i koret")}}};
  const std::string page = page_of(plan, json::object(), Language::nb);
  CHECK(has(page, "To versjoner: Tiltak bbbb2222 · Hovedmål"));
  CHECK(has(page, "1  Gå på tur"));
  CHECK(has(page, "2  Synge i koret"));
}

TEST_CASE("The state line has the words of the contract") {
  const UnixMs now = fetched;
  const auto state = [&](json answer) { return state_line(answer, now, Language::nb).text; };
  CHECK(state({{"waiting", 0}, {"intents", 0}, {"last_sync_ms", fetched}, {"holding", "shared"}})
            .substr(0, 10) == "Sendt kl. ");
  CHECK(state({{"waiting", 1}, {"last_sync_ms", nullptr}}) ==
        "Lagret på enheten, ikke sendt. 1 endring venter.");
  CHECK(state({{"waiting", 0}, {"intents", 1}, {"last_sync_ms", nullptr}}) ==
        "Lagret på enheten, ikke sendt. 1 endring venter.");
  CHECK(state({{"waiting", 0}, {"last_sync_ms", nullptr}}) == "Ikke hentet ennå.");
  CHECK(state({{"holding", "ended"}}) == "Du er ikke lenger deltaker i planen.");
  CHECK(state({{"holding", "frozen"}}) ==
        "Planen stemmer ikke med det andre ser. Du kan lese, men ikke sende.");
  CHECK(has(state({{"holding", "draft"}, {"waiting", 3}}), "Utkast."));
}

TEST_CASE("Escapes that someone wrote into a plan do not reach the page") {
  json plan = shown();
  plan["sections"]["grunnlag"]["records"]["plan"][0]["fields"]["matters_most"] = "hei\x1b]0;tittel\x07";
  plan["participants"][0]["name"] = "Mona\x1b[2J";
  const std::string page = page_of(plan, log(), Language::nb);
  CHECK_FALSE(has(page, "\x1b"));
  CHECK_FALSE(has(page, "\x07"));
}

TEST_CASE("An answer of another shape is shown as far as it goes") {
  for (const json& strange :
       {json::object(), json{{"sections", 5}},
        json{{"sections", {{"helse", {{"records", {{"goal", 7}, {"note", {nullptr, 3}}}}}}}}},
        json{{"participants", "x"}, {"waiting", "mange"}}})
    CHECK_FALSE(page_of(strange, json::array(), Language::nb).empty());
}
