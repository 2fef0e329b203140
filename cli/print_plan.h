// The readable page of one plan, and lines shared with other pages. It prints what the core answers and asks
// nothing.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "base/time.h"
#include "cli/language.h"
#include "cli/page.h"

namespace samplan::cli {

struct PlanPage {
  const nlohmann::json& shown;  // the answer of plan_show
  const nlohmann::json& log;    // the answer of log, for what is new; an empty object: leave that part out
  UnixMs now = 0;
  Language language = Language::nb;
  bool has_all_notes = false;
};

void print_plan(Page& page, const PlanPage& plan);

// "Lagret på enheten, ikke sendt. 2 endringer venter. Hentet kl. 07.42." or "Sendt kl. 10.14." and the other
// states that a plan or the whole device can be in. `answer` has "waiting", "intents", "last_sync_ms" and,
// for a plan, "holding".
Piece state_line(const nlohmann::json& answer, UnixMs now, Language language);

// When a plan closes on this device for want of contact, from three days before; nothing earlier. `plan`: of `plans` or
// `status`.
std::optional<Piece> lease_line(const nlohmann::json& plan, Language language);

// "Mona Dahl for Hjemmetjenesten, i går kl. 15.40"
std::string who_and_when(const nlohmann::json& by, UnixMs now, Language language);
std::string who(const nlohmann::json& by, Language language);

// A value as people read it: choices by label, dates in words.
std::string shown_value(std::string_view kind, std::string_view field, std::string_view value,
                        Language language);

// A proposal in one to three lines, and a field with two versions as a question. Both name the command that
// answers.
void print_proposal(Page& page, const nlohmann::json& proposal, UnixMs now, Language language,
                    std::size_t indent);
void print_question(Page& page, const nlohmann::json& conflict, UnixMs now, Language language,
                    std::size_t indent);

}  // namespace samplan::cli
