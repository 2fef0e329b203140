// Small pieces that several pages share: the state line, who did what when, proposals and questions.
#include <algorithm>

#include "cli/choose.h"
#include "cli/human.h"
#include "cli/json_read.h"
#include "cli/print_plan.h"
#include "cli/words.h"

namespace samplan::cli {
namespace {

using nlohmann::json;

// The words of the state line are a contract with the people who use Samplan on other devices too.
constexpr Phrase not_sent{"Lagret på enheten, ikke sendt.", "Saved on this device, not sent."};
constexpr Phrase sent{"Sendt %1.", "Sent %1."};
constexpr Phrase never_fetched{"Ikke hentet ennå.", "Not fetched yet."};
constexpr Phrase fetched{" Hentet %1.", " Fetched %1."};
constexpr Phrase one_waits{" 1 endring venter.", " 1 change waits."};
constexpr Phrase many_wait{" %1 endringer venter.", " %1 changes wait."};
constexpr Phrase draft{"Utkast. Bare på denne enheten til samtykket er registrert.",
                       "A draft. Only on this device until consent is recorded."};
constexpr Phrase ended{"Du er ikke lenger deltaker i planen.",
                       "You are no longer a participant in the plan."};
constexpr Phrase frozen{"Planen stemmer ikke med det andre ser. Du kan lese, men ikke sende.",
                        "The plan does not match what others see. You can read, but not send."};
constexpr Phrase lease_ended{"Lukket på denne enheten: for lenge uten kontakt. «samplan sync» åpner den.",
                            "Closed on this device: too long without contact. “samplan sync” opens it."};
constexpr Phrase lease_ends{"Lukkes på denne enheten %1 hvis du ikke synkroniserer før.",
                            "Closes on this device on %1 unless you sync before."};

constexpr Phrase for_unit{"%1 for %2", "%1 for %2"};
constexpr Phrase proposal_from{"Forslag fra %1", "Proposal from %1"};
constexpr Phrase proposal_accepted{"tatt inn i planen av %1", "accepted by %1"};
constexpr Phrase proposal_declined{"ikke tatt inn, sier %1: «%2»", "declined by %1: “%2”"};
constexpr Phrase proposal_waits{"venter på svar", "waits for an answer"};
constexpr Phrase why{"Hvorfor", "Why"};
constexpr Phrase remove_it{"Fjerne %1", "Remove %1"};
constexpr Phrase keep_it{"Beholde %1", "Keep %1"};
constexpr Phrase move_it{"Flytte %1", "Move %1"};

constexpr Phrase two_versions{"To versjoner: %1 · %2", "Two versions: %1 · %2"};
constexpr Phrase several_versions{"%3 versjoner: %1 · %2", "%3 versions: %1 · %2"};
constexpr Phrase said_before{"Sto før: %1", "Said before: %1"};
constexpr Phrase nothing_before{"ingenting", "nothing"};
constexpr Phrase kept_because{"%1 fjernet dette mens %2 endret det. Det er beholdt.",
                              "%1 removed this while %2 changed it. It was kept."};
constexpr Phrase in_quotes{"«%1»", "“%1”"};
constexpr Phrase written_together{"Skrevet samtidig, se over: %1 · %2", "Written at the same time, please review: %1 · %2"};
constexpr Phrase says_now{"Står nå: %1", "Says now: %1"};
constexpr Phrase answer_merged{"La det stå: samplan resolve %1 %2 --merged. Velg en av dem: --version 1",
                               "Let it stand: samplan resolve %1 %2 --merged. Choose one of them: --version 1"};
constexpr Phrase answer_with{"Velg: samplan resolve %1 %2 --version 1",
                             "Choose: samplan resolve %1 %2 --version 1"};
constexpr Phrase answer_removal{"Fjerne likevel: samplan plan remove %1 · Beholde: samplan plan keep %1",
                                "Remove after all: samplan plan remove %1 · Keep: samplan plan keep %1"};

// What one version of a field says; another record by what it is called.
std::string said_by(const json& version, std::string_view kind, std::string_view field, Language language) {
  const std::string words = text_of(version, "refers_to");
  return words.empty() ? shown_value(kind, field, text_of(version, "value"), language) : words;
}

void print_proposed(Page& page, const json& op, Language language, std::size_t indent) {
  const std::string kind = text_of(op, "kind");
  const std::string what = text_of(op, "do");
  const std::string named = kind_label(kind, language) + " " + short_id(text_of(op, "id"));
  if (what == "remove") return page.line(fill(remove_it.in(language), {named}), indent);
  if (what == "keep") return page.line(fill(keep_it.in(language), {named}), indent);
  if (what == "place") return page.line(fill(move_it.in(language), {named}), indent);
  if (what != "set" && what != "set_add") return;
  const std::string field = text_of(op, "field");
  page.fact(kind_label(kind, language) + " · " + field_label(kind, field, language),
            shown_value(kind, field, text_of(op, "value"), language), indent);
}

}  // namespace

Piece state_line(const json& answer, UnixMs now, Language language) {
  const std::string holding = text_of(answer, "holding");
  if (holding == "draft") return {std::string(draft.in(language)), Tone::quiet};
  if (holding == "ended") return {std::string(ended.in(language)), Tone::bad};
  if (holding == "frozen") return {std::string(frozen.in(language)), Tone::bad};
  const std::int64_t waiting = std::max<std::int64_t>(number_of(answer, "waiting"), 0) +
                               std::max<std::int64_t>(number_of(answer, "intents"), 0);
  const std::int64_t last = number_of(answer, "last_sync_ms");
  const std::string when = last > 0 ? when_text(last, now, language) : std::string();
  if (waiting > 0) {
    std::string text(not_sent.in(language));
    text += count_text(static_cast<std::size_t>(waiting), one_waits, many_wait, language);
    if (!when.empty()) text += fill(fetched.in(language), {when});
    return {text, Tone::waiting};
  }
  if (when.empty()) return {std::string(never_fetched.in(language)), Tone::quiet};
  return {fill(sent.in(language), {when}), Tone::good};
}

std::optional<Piece> lease_line(const json& plan, Language language) {
  const std::string lease = text_of(plan, "lease");
  if (lease == "ended") return Piece{std::string(lease_ended.in(language)), Tone::bad};
  if (lease != "ends_soon") return std::nullopt;
  const std::string day = date_text(date_of(number_of(plan, "lease_ends_ms")), language);
  return Piece{fill(lease_ends.in(language), {day}), Tone::waiting};
}

// Members of a unit may be unknown to others by name; then the unit speaks.
std::string who(const json& by, Language language) {
  std::string name = text_of(by, "person_name");
  const std::string unit = text_of(by, "on_behalf_name");
  const bool is_unknown = name.empty() || name.compare(0, 7, "ukjent ") == 0;
  if (is_unknown && !unit.empty()) return unit;
  if (name.empty()) name = short_id(text_of(by, "person"));
  return unit.empty() ? name : fill(for_unit.in(language), {name, unit});
}

std::string who_and_when(const json& by, UnixMs now, Language language) {
  const std::string when = when_text(text_of(by, "time"), now, language);
  return when.empty() ? who(by, language) : who(by, language) + ", " + when;
}

std::string shown_value(std::string_view kind, std::string_view field, std::string_view value,
                        Language language) {
  const std::string label = value_label(kind, field, value, language);
  return date_text(label, language);
}

void print_proposal(Page& page, const json& proposal, UnixMs now, Language language, std::size_t indent) {
  const json& by = object_of(proposal, "by");
  const std::string state = text_of(proposal, "state");
  const json& answered = object_of(proposal, "answered");
  std::string end(proposal_waits.in(language));
  if (state == "accepted")
    end = fill(proposal_accepted.in(language), {who_and_when(answered, now, language)});
  if (state == "declined")
    end = fill(proposal_declined.in(language),
               {who_and_when(answered, now, language), text_of(proposal, "reason")});
  page.line({{short_op(text_of(proposal, "id")) + "  ", Tone::quiet},
             {fill(proposal_from.in(language), {who_and_when(by, now, language)}), Tone::proposal},
             {" · " + end, Tone::plain}},
            indent);
  for (const json& op : list_of(proposal, "ops")) print_proposed(page, op, language, indent + 4);
  if (!text_of(proposal, "note").empty()) page.fact(why.in(language), text_of(proposal, "note"), indent + 4);
}

// A paragraph that people wrote in at the same time: as it was, as each had it, as it was merged.
void print_review(Page& page, const json& conflict, UnixMs now, Language language, std::size_t indent) {
  const std::string kind = text_of(conflict, "kind");
  const std::string field = text_of(conflict, "field");
  const std::string id = short_id(text_of(conflict, "id"));
  page.line(fill(written_together.in(language), {kind_label(kind, language) + " " + id, field_label(kind, field, language)}),
            indent, Tone::question);
  std::size_t number = 0;
  const auto quote = [&](const std::string& text) { return fill(in_quotes.in(language), {text}); };
  for (const json& paragraph : list_of(conflict, "paragraphs")) {
    page.line(fill(said_before.in(language), {quote(text_of(paragraph, "before"))}), indent + 4, Tone::quiet);
    for (const json& side : list_of(paragraph, "sides"))
      page.line({{std::to_string(++number) + "  ", Tone::quiet},
                 {quote(text_of(side, "value")), Tone::strong},
                 {"  " + who_and_when(side, now, language), Tone::quiet}},
                indent + 4);
    page.line(fill(says_now.in(language), {quote(text_of(paragraph, "now"))}), indent + 4);
  }
  page.line(fill(answer_merged.in(language), {id, field}), indent + 4, Tone::quiet);
}

void print_question(Page& page, const json& conflict, UnixMs now, Language language, std::size_t indent) {
  const std::string kind = text_of(conflict, "kind");
  const std::string id = short_id(text_of(conflict, "id"));
  const std::string named = kind_label(kind, language) + " " + id;
  if (text_of(conflict, "type") == "removed_while_edited") {
    const auto first = [&](const char* list) {
      const json& items = list_of(conflict, list);
      return items.empty() ? std::string("?") : who(items.front(), language);
    };
    page.line({{named + ": ", Tone::question},
               {fill(kept_because.in(language), {first("removed"), first("edited")})}},
              indent);
    page.line(fill(answer_removal.in(language), {id}), indent + 4, Tone::quiet);
    return;
  }
  if (text_of(conflict, "type") == "text") return print_review(page, conflict, now, language, indent);
  const std::string field = text_of(conflict, "field");
  const json& versions = list_of(conflict, "versions");
  const Phrase& heading = versions.size() == 2 ? two_versions : several_versions;
  page.line(fill(heading.in(language),
                 {named, field_label(kind, field, language), std::to_string(versions.size())}),
            indent, Tone::question);
  const json& before = object_of(conflict, "before");
  std::string was = said_by(before, kind, field, language);
  if (was.empty()) was = nothing_before.in(language);
  page.line(fill(said_before.in(language), {was}), indent + 4, Tone::quiet);
  std::size_t number = 0;
  for (const json& version : versions) {
    page.line({{std::to_string(++number) + "  ", Tone::quiet},
               {said_by(version, kind, field, language), Tone::strong},
               {"  " + who_and_when(version, now, language), Tone::quiet}},
              indent + 4);
  }
  page.line(fill(answer_with.in(language), {id, field}), indent + 4, Tone::quiet);
}

}  // namespace samplan::cli
