#include "cli/print_plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "cli/human.h"
#include "cli/json_read.h"
#include "cli/words.h"

namespace samplan::cli {
namespace {

using nlohmann::json;

constexpr std::size_t news_max = 3;
constexpr std::size_t notes_max = 5;
constexpr std::size_t depth_max = 4;  // sub-goals of sub-goals further in are printed as deep as this

constexpr Phrase plan_for{"Individuell plan for %1", "Individual plan for %1"};
constexpr Phrase news{"Nytt", "New"};
constexpr Phrase news_line{"%1 · %2 · %3", "%1 · %2 · %3"};
constexpr Phrase one_change{"1 endring", "1 change"};
constexpr Phrase many_changes{"%1 endringer", "%1 changes"};
constexpr Phrase proposal_short{"forslag", "proposal"};
constexpr Phrase nothing_new{"Ingenting nytt fra andre.", "Nothing new from others."};
constexpr Phrase one_question{"To versjoner på ett sted. Velg når du har tid.",
                              "Two versions in one place. Choose when you have time."};
constexpr Phrase many_questions{"To versjoner på %1 steder. Velg når du har tid.",
                                "Two versions in %1 places. Choose when you have time."};
constexpr Phrase one_proposal{"1 forslag venter på svar.", "1 proposal waits for an answer."};
constexpr Phrase many_proposals{"%1 forslag venter på svar.", "%1 proposals wait for an answer."};
constexpr Phrase matters_most{"Det som er viktigst for meg", "What matters most to me"};
constexpr Phrase not_written{"Ikke skrevet ennå.", "Not written yet."};
constexpr Phrase who_does{"Hvem gjør hva", "Who does what"};
constexpr Phrase coordinator{"Koordinator", "Coordinator"};
constexpr Phrase no_access_yet{"ser ingenting ennå", "sees nothing yet"};
constexpr Phrase access_ended{"tilgangen er avsluttet", "access has ended"};
constexpr Phrase consent_none{"Planeieren har ikke samtykket til planen ennå.",
                              "The owner has not consented to the plan yet."};
constexpr Phrase consent_withdrawn{"Samtykket til planen er trukket. Planen er på vent.",
                                   "Consent to the plan is withdrawn. The plan is on hold."};
constexpr Phrase without_goal{"Tiltak uten mål", "Measures without a goal"};
constexpr Phrase conflict_mark{"To versjoner: %1", "Two versions: %1"};
constexpr Phrase unsent_mark{"Lagret på enheten, ikke sendt.", "Saved on this device, not sent."};
constexpr Phrase removal_mark{"Fjernet av noen, endret av andre. Beholdt.",
                              "Removed by someone, changed by others. Kept."};
constexpr Phrase more_notes{"… og %1 til: samplan plan show --all", "… and %1 more: samplan plan show --all"};
constexpr Phrase questions{"To versjoner", "Two versions"};
constexpr Phrase proposals{"Forslag", "Proposals"};

class PlanPrinter {
 public:
  PlanPrinter(Page& page, const PlanPage& plan)
      : page_(page), plan_(plan), language_(plan.language), sections_(object_of(plan.shown, "sections")) {
    for (const std::string& code : section_codes()) collect(code);
  }

  void print() {
    print_head();
    print_news();
    print_matters_most();
    print_people();
    for (const std::string& code : section_codes()) print_section(code);
    print_open();
  }

 private:
  std::string say(const Phrase& phrase, std::initializer_list<std::string_view> values = {}) const {
    return fill(phrase.in(language_), values);
  }

  const json& records(const std::string& code, std::string_view kind) const {
    return list_of(object_of(object_of(sections_, code), "records"), kind);
  }

  std::string field(const json& record, std::string_view name) const {
    const json& fields = object_of(record, "fields");
    return shown_value(text_of(record, "kind"), name, text_of(fields, name), language_);
  }

  // Questions and open proposals of a section, for the top and the end of the page.
  void collect(const std::string& code) {
    for (const json& proposal : list_of(object_of(sections_, code), "proposals"))
      if (text_of(proposal, "state") == "open") proposals_.push_back(&proposal);
    for (const auto& [kind, list] : object_of(object_of(sections_, code), "records").items()) {
      (void)kind;
      if (!list.is_array()) continue;
      for (const json& record : list) {
        for (const auto& [name, versions] : object_of(record, "conflict").items()) {
          questions_.push_back({{"type", "values"},
                                {"id", text_of(record, "id")},
                                {"kind", text_of(record, "kind")},
                                {"field", name},
                                {"versions", versions},
                                {"before", object_of(object_of(record, "before"), name)}});
        }
        for (const auto& [name, paragraphs] : object_of(record, "review").items()) {
          questions_.push_back({{"type", "text"},
                                {"id", text_of(record, "id")},
                                {"kind", text_of(record, "kind")},
                                {"field", name},
                                {"paragraphs", paragraphs}});
        }
        const json& removed = object_of(record, "removed_while_edited");
        if (removed.empty()) continue;
        questions_.push_back({{"type", "removed_while_edited"},
                              {"id", text_of(record, "id")},
                              {"kind", text_of(record, "kind")},
                              {"removed", list_of(removed, "removed")},
                              {"edited", list_of(removed, "edited")}});
      }
    }
  }

  const json& basis() const {
    static const json nothing = json::object();
    const json& found = records("grunnlag", "plan");
    return found.empty() ? nothing : found.front();
  }

  void print_head() {
    const std::string owner = field(basis(), "owner_name");
    page_.title(owner.empty() ? field(basis(), "title") : say(plan_for, {owner}));
    std::string line = short_id(text_of(plan_.shown, "plan"));
    const std::string status = field(basis(), "status");
    if (!status.empty()) line += " · " + status;
    const std::string from = field(basis(), "period_start");
    const std::string to = field(basis(), "period_end");
    if (!from.empty() || !to.empty()) line += " · " + from + " – " + to;
    page_.line(line, 0, Tone::quiet);
    page_.line({state_line(plan_.shown, plan_.now, language_)});
    const std::string consent = text_of(plan_.shown, "consent");
    if (consent == "none") page_.line(say(consent_none), 0, Tone::waiting);
    if (consent == "withdrawn") page_.line(say(consent_withdrawn), 0, Tone::bad);
  }

  std::string own_name() const {
    for (const json& person : list_of(plan_.shown, "participants"))
      if (flag_of(person, "me") && !flag_of(person, "unit")) return text_of(person, "name");
    return {};
  }

  // The newest changes by others first; the same person in the same section counts as one line.
  void print_news() {
    if (plan_.log.empty()) return;
    page_.heading(say(news));
    struct Item {
      std::string who;
      std::string section;
      std::int64_t time = 0;
      std::int64_t changes = 0;
      bool is_proposal = false;
    };
    std::vector<Item> items;
    const std::string me = own_name();
    for (const json& entry : list_of(plan_.log, "content")) {
      const std::int64_t changes = number_of(entry, "ops");
      const std::string by = text_of(entry, "who");
      if (changes == 0 || by == me || text_of(entry, "verdict") != "valid") continue;
      const std::string section = text_of(entry, "section");
      const bool is_proposal = flag_of(entry, "proposal");
      const auto same = std::find_if(items.begin(), items.end(), [&](const Item& i) {
        return i.who == by && i.section == section && i.is_proposal == is_proposal;
      });
      if (same == items.end()) {
        items.push_back({by, section, number_of(entry, "time_ms"), changes, is_proposal});
      } else {
        same->time = std::max(same->time, number_of(entry, "time_ms"));
        same->changes += changes;
      }
    }
    std::stable_sort(items.begin(), items.end(),
                     [](const Item& a, const Item& b) { return a.time > b.time; });
    if (!questions_.empty())
      page_.line(count_text(questions_.size(), one_question, many_questions, language_), 2, Tone::question);
    if (!proposals_.empty())
      page_.line(count_text(proposals_.size(), one_proposal, many_proposals, language_), 2, Tone::proposal);
    if (items.size() > news_max) items.resize(news_max);
    for (const Item& item : items) {
      const std::string what = item.is_proposal ? say(proposal_short)
                                                : count_text(static_cast<std::size_t>(item.changes),
                                                             one_change, many_changes, language_);
      page_.line(say(news_line, {item.who, section_label(item.section, language_), what}) + " · " +
                     when_text(item.time, plan_.now, language_),
                 2);
    }
    if (items.empty() && questions_.empty() && proposals_.empty())
      page_.line(say(nothing_new), 2, Tone::quiet);
  }

  void print_matters_most() {
    page_.heading(say(matters_most));
    const std::string words = field(basis(), "matters_most");
    if (words.empty())
      page_.line(say(not_written), 2, Tone::quiet);
    else
      page_.line(language_ == Language::nb ? "«" + words + "»" : "“" + words + "”", 2, Tone::strong);
    print_marks(basis(), 2);
    for (const json& strength : records("grunnlag", "strength")) {
      page_.fact(kind_label("strength", language_), field(strength, "text"), 2);
      print_marks(strength, 2);
    }
    for (const json& item : records("grunnlag", "contribution")) {
      page_.fact(kind_label("contribution", language_), field(item, "who") + ": " + field(item, "text"), 2);
      print_marks(item, 2);
    }
    for (const json& sub : records("grunnlag", "sub_plan")) {
      std::string line = field(sub, "title");
      const std::string organisation = field(sub, "organisation");
      if (!organisation.empty()) line += " · " + organisation;
      page_.line({{short_id(text_of(sub, "id")) + "  ", Tone::quiet},
                  {kind_label("sub_plan", language_) + ": " + line}},
                 2);
      print_marks(sub, 4);
    }
  }

  void print_people() {
    page_.heading(say(who_does));
    page_.fact(say(coordinator), text_of(plan_.shown, "coordinator"), 2);
    for (const json& person : list_of(plan_.shown, "participants")) {
      std::string line = role_label(text_of(person, "role"), language_);
      if (flag_of(person, "ended"))
        line += " · " + say(access_ended);
      else if (object_of(person, "rights").empty())
        line += " · " + say(no_access_yet);
      page_.line({{short_id(text_of(person, "principal")) + "  ", Tone::quiet},
                  {text_of(person, "name"), Tone::strong},
                  {" · " + line}},
                 2);
    }
    // People who are named in the plan without a key of their own, as after an import.
    std::set<std::string> keyed;
    for (const json& person : list_of(plan_.shown, "participants"))
      keyed.insert(text_of(person, "principal"));
    for (const json& person : records("grunnlag", "participant")) {
      if (keyed.count(text_of(object_of(person, "fields"), "principal")) != 0) continue;
      std::string line = field(person, "name");
      for (const char* name : {"role", "on_behalf_of", "contact"})
        if (!field(person, name).empty()) line += " · " + field(person, name);
      page_.line({{short_id(text_of(person, "id")) + "  ", Tone::quiet}, {line, Tone::quiet}}, 2);
    }
  }

  void print_marks(const json& record, std::size_t indent) {
    std::string fields;
    for (const auto& [name, versions] : object_of(record, "conflict").items()) {
      (void)versions;
      fields += (fields.empty() ? "" : ", ") + field_label(text_of(record, "kind"), name, language_);
    }
    if (!fields.empty()) page_.line(say(conflict_mark, {fields}), indent, Tone::question);
    if (!object_of(record, "removed_while_edited").empty())
      page_.line(say(removal_mark), indent, Tone::question);
    if (flag_of(object_of(record, "created"), "pending") && text_of(plan_.shown, "holding") != "draft")
      page_.line(say(unsent_mark), indent, Tone::waiting);
  }

  void print_goal(const json& goal, std::size_t indent) {
    const std::string words = field(goal, "text");
    page_.line({{short_id(text_of(goal, "id")) + "  ", Tone::quiet},
                {kind_label("goal", language_) + " ", Tone::plain},
                {language_ == Language::nb ? "«" + words + "»" : "“" + words + "”", Tone::strong}},
               indent);
    std::string line;
    for (const char* name : {"term", "status", "target_date", "achievement"}) {
      const std::string value = field(goal, name);
      if (value.empty()) continue;
      line += (line.empty() ? "" : " · ") +
              (name == std::string_view("target_date") ? field_label("goal", name, language_) + " " : "") +
              value;
    }
    if (!line.empty()) page_.line(line, indent + 10, Tone::quiet);
    print_marks(goal, indent + 10);
  }

  void print_measure(const json& measure, std::size_t indent) {
    page_.line({{short_id(text_of(measure, "id")) + "  ", Tone::quiet},
                {kind_label("measure", language_) + " ", Tone::plain},
                {field(measure, "text")}},
               indent);
    for (const char* name : {"responsible", "extent", "how", "where", "by_whom", "decision"}) {
      const std::string value = field(measure, name);
      if (!value.empty()) page_.fact(field_label("measure", name, language_), value, indent + 10);
    }
    std::string line;
    for (const char* name : {"status", "start_date", "end_date"}) {
      const std::string value = field(measure, name);
      if (value.empty()) continue;
      line += (line.empty() ? "" : " · ") +
              (name == std::string_view("status") ? "" : field_label("measure", name, language_) + " ") +
              value;
    }
    if (!line.empty()) page_.line(line, indent + 10, Tone::quiet);
    print_marks(measure, indent + 10);
  }

  // Kinds without a layout of their own: their first words, then the rest as facts.
  void print_plain(const std::string& code, const char* kind, std::size_t most) {
    const json& list = records(code, kind);
    const std::size_t skipped = list.size() > most ? list.size() - most : 0;
    for (std::size_t i = skipped; i < list.size(); ++i) {
      const json& record = list[i];
      const json& by = object_of(record, "created");
      std::string first = field(record, "text");
      page_.line({{short_id(text_of(record, "id")) + "  ", Tone::quiet},
                  {kind_label(kind, language_) + (first.empty() ? "" : ": "), Tone::plain},
                  {first},
                  {"  " + who_and_when(by, plan_.now, language_), Tone::quiet}},
                 2);
      for (const auto& [name, value] : object_of(record, "fields").items())
        if (name != "text" && name != "measure" && value.is_string())
          page_.fact(field_label(kind, name, language_),
                     shown_value(kind, name, value.get<std::string>(), language_), 12);
      print_marks(record, 12);
    }
    if (skipped > 0) page_.line(say(more_notes, {std::to_string(skipped)}), 2, Tone::quiet);
  }

  bool has_records(const std::string& code) const {
    const json& all = object_of(object_of(sections_, code), "records");
    return std::any_of(all.begin(), all.end(),
                       [](const json& list) { return list.is_array() && !list.empty(); });
  }

  // Goals and measures as the core lists them, each once.
  void print_outline(const std::string& code) {
    std::map<std::string, const json*> by_id;
    for (const char* kind : {"goal", "measure"})
      for (const json& record : records(code, kind)) by_id[text_of(record, "id")] = &record;
    const auto print_measures = [&](const json& ids, std::size_t indent) {
      for (const json& id : ids) {
        const auto found = id.is_string() ? by_id.find(id.get<std::string>()) : by_id.end();
        if (found != by_id.end()) print_measure(*found->second, indent);
      }
    };
    const json& section = object_of(sections_, code);
    for (const json& line : list_of(section, "outline")) {
      const auto found = by_id.find(text_of(line, "goal"));
      if (found == by_id.end()) continue;
      const auto depth = static_cast<std::size_t>(std::max<std::int64_t>(number_of(line, "depth"), 0));
      const std::size_t indent = 2 + 2 * std::min(depth, depth_max);
      print_goal(*found->second, indent);
      print_measures(list_of(line, "measures"), indent + 2);
    }
    const json& others = list_of(section, "without_goal");
    if (!others.empty() && !list_of(section, "outline").empty())
      page_.line(say(without_goal), 2, Tone::quiet);
    print_measures(others, 2);
  }

  void print_section(const std::string& code) {
    if (code == "grunnlag" || !has_records(code)) return;
    page_.heading(section_label(code, language_));
    const std::size_t no_end = static_cast<std::size_t>(-1);
    for (const char* kind : {"meeting", "message", "review", "cooperation", "assessment", "need"})
      print_plain(code, kind, no_end);
    print_outline(code);
    print_plain(code, "failure_report", no_end);
    print_plain(code, "note", plan_.has_all_notes ? no_end : notes_max);
  }

  void print_open() {
    if (!questions_.empty()) page_.heading(say(questions));
    for (const json& question : questions_) print_question(page_, question, plan_.now, language_, 2);
    if (!proposals_.empty()) page_.heading(say(proposals));
    for (const json* proposal : proposals_) print_proposal(page_, *proposal, plan_.now, language_, 2);
  }

  Page& page_;
  const PlanPage& plan_;
  const Language language_;
  const json& sections_;
  std::vector<json> questions_;
  std::vector<const json*> proposals_;
};

}  // namespace

void print_plan(Page& page, const PlanPage& plan) { PlanPrinter(page, plan).print(); }

}  // namespace samplan::cli
