// Commands that answer: proposals, and fields with two versions.
#include <charconv>

#include "cli/choose.h"
#include "cli/command.h"
#include "cli/json_read.h"
#include "cli/print_plan.h"
#include "cli/words.h"

namespace samplan::cli {
namespace {

using nlohmann::json;

constexpr Phrase no_open{"Ingen forslag venter på svar.", "No proposals wait for an answer."};
constexpr Phrase no_proposals{"Ingen forslag.", "No proposals."};
constexpr Phrase no_questions{"Ingenting har to versjoner.", "Nothing has two versions."};
constexpr Phrase taken_in{"Tatt inn i planen. Lagret på enheten, ikke sendt.",
                          "Accepted into the plan. Saved on this device, not sent."};
constexpr Phrase declined{"Ikke tatt inn. Svaret er lagret på enheten, ikke sendt.",
                          "Declined. The answer is saved on this device, not sent."};
constexpr Phrase reason_missing{"Skriv hvorfor med --reason. Den som foreslo, får se det.",
                                "Say why with --reason. The one who proposed will see it."};
constexpr Phrase resolved{"Valgt. Lagret på enheten, ikke sendt. De andre får se hva du valgte.",
                          "Chosen. Saved on this device, not sent. The others will see what you chose."};
constexpr Phrase one_way{"Skriv enten teksten som skal gjelde, --version NUMMER eller --merged.",
                         "Write either the text that is to hold, --version NUMBER or --merged."};
constexpr Phrase no_such_version{"Det er ingen versjon %1. Se «samplan conflicts».",
                                 "There is no version %1. See “samplan conflicts”."};
constexpr Phrase not_a_question{"Dette feltet har ikke to versjoner.",
                                "This field does not have two versions."};
constexpr Phrase plan_title{"Plan %1", "Plan %1"};

// Puts the plan into the request when one was named; without it, all plans are asked about.
Result<json> about_plans(Visit& v, const char* what) {
  json request = {{"do", what}};
  const std::string written = v.args.words.empty() ? v.args.text("plan") : v.args.words[0];
  if (written.empty()) return request;
  SP_TRY(request["plan"], v.plan_id(written));
  return request;
}

template <class Print>
std::size_t print_by_plan(Visit& v, const json& items, Print print) {
  std::string plan;
  std::size_t count = 0;
  for (const json& item : items) {
    if (text_of(item, "plan") != plan) {
      plan = text_of(item, "plan");
      v.page.heading(v.say(plan_title, {short_id(plan)}));
    }
    print(item);
    ++count;
  }
  return count;
}

int run_proposals(Visit& v) {
  const auto request = about_plans(v, "proposals");
  if (!request.ok()) return v.refuse(request.error());
  const json answer = v.call(*request);
  if (!is_good(answer)) return v.refuse(answer);
  json wanted = json::array();
  for (const json& item : list_of(answer, "proposals"))
    if (v.args.has("all") || text_of(item, "state") == "open") wanted.push_back(item);
  const std::size_t count = print_by_plan(
      v, wanted, [&](const json& item) { print_proposal(v.page, item, v.now(), v.language(), 2); });
  if (count == 0) v.page.line(v.say(v.args.has("all") ? no_proposals : no_open));
  return exit_good;
}

// Each named proposal with its plan; all must be of one plan, which the core wants to know.
int answer_proposals(Visit& v, json request, const Phrase& done) {
  json ids = json::array();
  for (const std::string& written : v.args.words) {
    const auto chosen = choose(v, {{{"do", "proposals"}}, "proposals", "id", {}}, written);
    if (!chosen.ok()) return v.refuse(chosen.error());
    ids.push_back(text_of(*chosen, "id"));
    request["plan"] = text_of(*chosen, "plan");
  }
  request["proposals"] = std::move(ids);
  return change(v, request, v.say(done));
}

int run_accept(Visit& v) { return answer_proposals(v, {{"do", "accept"}}, taken_in); }

int run_decline(Visit& v) {
  if (v.args.text("reason").empty()) return v.misused(v.say(reason_missing));
  return answer_proposals(v, {{"do", "decline"}, {"reason", v.args.text("reason")}}, declined);
}

int run_conflicts(Visit& v) {
  const auto request = about_plans(v, "conflicts");
  if (!request.ok()) return v.refuse(request.error());
  const json answer = v.call(*request);
  if (!is_good(answer)) return v.refuse(answer);
  const std::size_t count = print_by_plan(v, list_of(answer, "conflicts"), [&](const json& item) {
    print_question(v.page, item, v.now(), v.language(), 2);
  });
  if (count == 0) v.page.line(v.say(no_questions));
  return exit_good;
}

// The version with this number in the list that «conflicts» prints, or with this operation id.
Result<std::string> version_op(Visit& v, const std::string& plan, const std::string& entity,
                               const std::string& field) {
  const std::string written = v.args.text("version");
  const json answer = v.call({{"do", "conflicts"}, {"plan", plan}});
  if (!is_good(answer)) return error_from(answer);
  std::size_t number = 0;
  const auto read = std::from_chars(written.data(), written.data() + written.size(), number);
  const bool is_number = read.ec == std::errc() && read.ptr == written.data() + written.size();
  for (const json& item : list_of(answer, "conflicts")) {
    if (text_of(item, "field") != field || text_of(item, "id").compare(0, entity.size(), entity) != 0)
      continue;
    json versions = list_of(item, "versions");
    for (const json& paragraph : list_of(item, "paragraphs"))
      for (const json& side : list_of(paragraph, "sides")) versions.push_back(side);
    for (std::size_t i = 0; i < versions.size(); ++i) {
      const std::string op = text_of(versions[i], "op");
      if (is_number ? i + 1 == number : op == written || short_op(op) == written) return op;
    }
    return Error{Errc::invalid_argument, "cli.version", v.say(no_such_version, {written})};
  }
  return Error{Errc::not_found, "cli.conflict", v.say(not_a_question)};
}

int run_resolve(Visit& v) {
  const bool has_value = v.args.words.size() > 2;
  if (int{has_value} + int{v.args.has("version")} + int{v.args.has("merged")} != 1) return v.misused(v.say(one_way));
  const auto plan = v.plan_id();
  if (!plan.ok()) return v.refuse(plan.error());
  const std::string entity = v.args.words[0] == "plan" ? std::string(32, '0') : v.args.words[0];
  const std::string field = field_code_for(v.args.words[1]);
  json request = {{"do", "resolve"}, {"plan", *plan}, {"entity", entity}, {"field", field}};
  if (v.args.has("merged")) {
    request["merged"] = true;
  } else if (has_value) {
    request["value"] = choice_code_for(field, v.args.words[2]);
  } else {
    const auto op = version_op(v, *plan, entity, field);
    if (!op.ok()) return v.refuse(op.error());
    request["version"] = *op;
  }
  return change(v, request, v.say(resolved));
}

}  // namespace

std::vector<CommandSpec> answer_commands() {
  return {
      {"proposals",
       {"[PLAN]", "[PLAN]"},
       {"Forslag som venter på svar.", "Proposals that wait for an answer."},
       {"Uten PLAN vises alle planer.", "Without PLAN, of all plans."},
       0,
       1,
       {plan_option(), {"all", {"", ""}, {"også dem som er besvart", "answered ones too"}}},
       run_proposals},
      {"accept",
       {"FORSLAG ...", "PROPOSAL ..."},
       {"Ta forslag inn i planen.", "Accept proposals into the plan."},
       {"FORSLAG er id-en foran i «samplan proposals».",
        "PROPOSAL is the id in front in “samplan proposals”."},
       1,
       64,
       {},
       run_accept},
      {"decline",
       {"FORSLAG ... --reason TEKST", "PROPOSAL ... --reason TEXT"},
       {"Svar nei på forslag, med grunn.", "Say no to proposals, with a reason."},
       {"Den som foreslo, får se svaret og grunnen.", "The one who proposed sees the answer and the reason."},
       1,
       64,
       {{"reason", {"TEKST", "TEXT"}, {"hvorfor", "why"}}},
       run_decline},
      {"conflicts",
       {"[PLAN]", "[PLAN]"},
       {"Det som har to versjoner.", "What has two versions."},
       {"Noen endret det samme uten å se hverandres endring. Ingenting er borte; velg hva som skal gjelde.",
        "Some changed the same without seeing each other's change. Nothing is lost; choose what is to hold."},
       0,
       1,
       {plan_option()},
       run_conflicts},
      {"resolve",
       {"POST FELT [TEKST]", "RECORD FIELD [TEXT]"},
       {"Velg hva som skal gjelde.", "Choose what is to hold."},
       {"Skriv teksten, velg en versjon, eller la en sammenflettet tekst stå: samplan resolve 3f2a91bc omfang --version 1",
        "Write the text, choose a version, or let a merged text stand: samplan resolve 3f2a91bc extent --version 1"},
       2,
       3,
       {plan_option(),
        {"version",
         {"NUMMER", "NUMBER"},
         {"nummeret fra «samplan conflicts»", "the number from “samplan conflicts”"}},
        {"merged", {"", ""}, {"la teksten stå slik den er flettet sammen", "let the text stand as it was merged"}}},
       run_resolve},
  };
}

}  // namespace samplan::cli
