// The history of a record, and bringing back what it said before.
#include "cli/choose.h"
#include "cli/command.h"
#include "cli/human.h"
#include "cli/json_read.h"
#include "cli/print_plan.h"
#include "cli/words.h"

namespace samplan::cli {
namespace {

using nlohmann::json;

constexpr Phrase written_before{"skrevet før %1", "written before %1"};
constexpr Phrase for_unit{"%1 for %2", "%1 for %2"};
constexpr Phrase this_device{"denne enheten", "this device"};
constexpr Phrase device_number{"enhet %1 av %2", "device %1 of %2"};
constexpr Phrase from_to{"%1 → %2", "%1 → %2"};
constexpr Phrase quoted{"«%1»", "“%1”"};
constexpr Phrase nothing{"ingenting", "nothing"};
constexpr Phrase made{"Laget", "Made"};
constexpr Phrase removed{"Fjernet", "Removed"};
constexpr Phrase kept{"Beholdt", "Kept"};
constexpr Phrase placed_first{"Flyttet til begynnelsen", "Moved to the beginning"};
constexpr Phrase placed_after{"Flyttet til etter %1", "Moved to after %1"};
constexpr Phrase added{"%1: la til %2", "%1: added %2"};
constexpr Phrase taken_out{"%1: tok ut %2", "%1: took out %2"};
constexpr Phrase said{"%1: %2", "%1: %2"};
constexpr Phrase proposal_waits{"forslag, venter på svar", "proposal, waits for an answer"};
constexpr Phrase proposal_accepted{"forslag, tatt inn i planen av %1", "proposal, accepted by %1"};
constexpr Phrase proposal_declined{"forslag, ikke tatt inn, sier %1: %2", "proposal, declined by %1: %2"};
constexpr Phrase proposal_replaced{"forslag, erstattet av noe nyere",
                                   "proposal, replaced by something newer"};
constexpr Phrase not_sent{"ikke sendt", "not sent"};
constexpr Phrase is_void{"gjelder ikke", "does not count"};
constexpr Phrase not_now{"står ikke lenger", "no longer stands"};
constexpr Phrase older_missing{"Eldre endringer er ikke på denne enheten.",
                               "Older changes are not on this device."};
constexpr Phrase older_coming{"Eldre endringer hentes ved neste synkronisering.",
                              "Older changes are fetched with the next sync."};
constexpr Phrase how_to_restore{"Hent tilbake: samplan restore %1 FELT ENDRING",
                                "Bring back: samplan restore %1 FIELD CHANGE"};
constexpr Phrase restored{"Hentet tilbake. Lagret på enheten, ikke sendt. %1",
                          "Brought back. Saved on this device, not sent. %1"};
constexpr Phrase restore_proposed{"Foreslått. Lagret på enheten, ikke sendt. %1",
                                  "Proposed. Saved on this device, not sent. %1"};
constexpr Phrase already_there{"Det står slik allerede. Ingenting er endret.",
                               "It says so already. Nothing was changed."};

std::string record_id(const std::string& written) {
  return written == "plan" ? std::string(32, '0') : written;
}

// What one change did, in a line.
class ChangeLine {
 public:
  ChangeLine(const Visit& visit, const json& entry, std::string kind)
      : v_(visit), entry_(entry), kind_(std::move(kind)), field_(text_of(entry, "field")) {}

  std::string text() const {
    const std::string what = text_of(entry_, "kind");
    if (what == "create") return v_.say(made);
    if (what == "remove") return v_.say(removed);
    if (what == "keep") return v_.say(kept);
    const std::string words = text_of(entry_, "refers_to");
    if (what == "place") return words.empty() ? v_.say(placed_first) : v_.say(placed_after, {quote(words)});
    const std::string label = field_label(kind_, field_, v_.language());
    const std::string value = words.empty() ? shown(text_of(entry_, "value")) : quote(words);
    if (what == "set_add") return v_.say(added, {label, value});
    if (what == "set_remove") return v_.say(taken_out, {label, before()});
    return v_.say(said, {label, before().empty() ? value : v_.say(from_to, {before(), value})});
  }

  std::string state() const {
    const std::string code = text_of(entry_, "state");
    const json& proposal = object_of(entry_, "proposal");
    const std::string by = text_of(proposal, "answered_name");
    std::string out;
    const auto put = [&](const std::string& part) { out += (out.empty() ? "" : " · ") + part; };
    if (code == "void") put(v_.say(is_void));
    if (code == "proposed") put(v_.say(proposal_waits));
    if (code == "declined") put(v_.say(proposal_declined, {by, quote(text_of(proposal, "reason"))}));
    if (code == "superseded") put(v_.say(proposal_replaced));
    if (text_of(proposal, "state") == "accepted") put(v_.say(proposal_accepted, {by}));
    if (code == "replaced" || code == "no_effect") put(v_.say(not_now));
    if (flag_of(entry_, "not_sent")) put(v_.say(not_sent));
    return out;
  }

 private:
  std::string quote(const std::string& text) const { return v_.say(quoted, {text}); }
  std::string shown(const std::string& value) const {
    return value.empty() ? v_.say(nothing) : quote(shown_value(kind_, field_, value, v_.language()));
  }
  std::string before() const {
    std::string out;
    for (const json& value : list_of(entry_, "before"))
      if (value.is_string()) out += (out.empty() ? "" : " / ") + shown(value.get_ref<const std::string&>());
    return out;
  }

  const Visit& v_;
  const json& entry_;
  const std::string kind_;
  const std::string field_;
};

std::string when(const Visit& v, const json& entry) {
  const auto before = entry.find("written_before_ms");
  if (before != entry.end() && before->is_number())
    return v.say(written_before, {when_text(number_of(entry, "written_before_ms"), v.now(), v.language())});
  return when_text(number_of(entry, "time_ms"), v.now(), v.language());
}

std::string device(const Visit& v, const json& entry) {
  if (flag_of(entry, "this_device")) return v.say(this_device);
  if (number_of(entry, "device_count") < 2) return {};
  return v.say(device_number, {std::to_string(number_of(entry, "device_number")),
                               std::to_string(number_of(entry, "device_count"))});
}

void print_change(Visit& v, const json& entry, const std::string& kind) {
  const ChangeLine line(v, entry, kind);
  std::string by = text_of(entry, "name");
  const std::string unit = text_of(entry, "on_behalf");
  if (!unit.empty()) by = v.say(for_unit, {by, unit});
  const std::string where = device(v, entry);
  v.page.line({{short_op(text_of(entry, "op")) + "  ", Tone::quiet},
               {when(v, entry) + "  ", Tone::quiet},
               {by, Tone::strong},
               {where.empty() ? std::string() : " · " + where, Tone::quiet}},
              2);
  v.page.line(line.text(), 6);
  if (const std::string state = line.state(); !state.empty()) v.page.line(state, 6, Tone::quiet);
}

int run_history(Visit& v) {
  const auto plan = v.plan_id();
  if (!plan.ok()) return v.refuse(plan.error());
  json request = {{"do", "history"}, {"plan", *plan}, {"entity", record_id(v.args.words[0])}};
  if (v.args.words.size() > 1) request["field"] = field_code_for(v.args.words[1]);
  const json answer = v.call(request);
  if (!is_good(answer)) return v.refuse(answer);
  const std::string kind = text_of(answer, "kind");
  const std::string id = short_id(text_of(answer, "entity"));
  v.page.title(kind_label(kind, v.language()) + " " + id);
  if (flag_of(answer, "fetching"))
    v.page.line(v.say(older_coming), 2, Tone::quiet);
  else if (answer.value("from_start", true) == false)
    v.page.line(v.say(older_missing), 2, Tone::quiet);
  for (const json& entry : list_of(answer, "entries")) print_change(v, entry, kind);
  v.page.line(v.say(how_to_restore, {id}), 2, Tone::quiet);
  return exit_good;
}

int run_restore(Visit& v) {
  const auto plan = v.plan_id();
  if (!plan.ok()) return v.refuse(plan.error());
  const std::string record = record_id(v.args.words[0]);
  const bool has_field = v.args.words.size() > 2;
  const auto entry =
      choose(v, {{{"do", "history"}, {"plan", *plan}, {"entity", record}}, "entries", "op", {}},
             v.args.words.back());
  if (!entry.ok()) return v.refuse(entry.error());
  json request = {{"do", "restore"}, {"plan", *plan}, {"entity", record}, {"op", text_of(*entry, "op")}};
  if (has_field) request["field"] = field_code_for(v.args.words[1]);
  if (v.args.has("propose")) request["propose"] = true;
  const json answer = v.call(request);
  if (!is_good(answer)) return v.refuse(answer);
  if (answer.value("changed", true) == false) {
    v.page.line(v.say(already_there));
    return exit_good;
  }
  v.page.line(v.say(flag_of(answer, "proposal") ? restore_proposed : restored,
                    {short_id(text_of(answer, "entity"))}));
  return exit_good;
}

}  // namespace

std::vector<CommandSpec> history_commands() {
  return {
      {"history",
       {"POST [FELT]", "RECORD [FIELD]"},
       {"Hvem som endret hva, når, fra hva til hva.", "Who changed what, when, from what to what."},
       {"Forslag, ikke sendte endringer og de som ikke gjelder, står der med merke. Er forfatterens klokke "
        "åpenbart "
        "feil, står det når endringen senest ble skrevet. Tallet foran brukes i «samplan restore».",
        "Proposals, changes that are not sent and those that do not count are marked. Where the author's "
        "clock is "
        "plainly wrong, it says when the change was written at the latest. The number in front is for "
        "“samplan "
        "restore”."},
       1,
       2,
       {plan_option()},
       run_history},
      {"restore",
       {"POST [FELT] ENDRING", "RECORD [FIELD] CHANGE"},
       {"Hent tilbake det en tidligere endring sa.", "Bring back what an earlier change said."},
       {"ENDRING er tallet foran i «samplan history». Det skrives som en ny endring; ingenting spoles "
        "tilbake. Uten "
        "FELT tas en fjerning tilbake. Eksempel: samplan restore 3f2a91bc omfang a1b2c3d4:17",
        "CHANGE is the number in front in “samplan history”. It is written as a new change; nothing is "
        "rewound. "
        "Without FIELD a removal is taken back. Example: samplan restore 3f2a91bc extent a1b2c3d4:17"},
       2,
       3,
       {plan_option(),
        {"propose",
         {"", ""},
         {"skriv det som et forslag, selv om du kan endre",
          "write it as a proposal, even where you may change"}}},
       run_restore},
  };
}

}  // namespace samplan::cli
