#include "cli/choose.h"

#include <utility>

#include "cli/json_read.h"
#include "cli/words.h"

namespace samplan::cli {
namespace {

using nlohmann::json;

constexpr Phrase none_such{"Fant ikke «%1».", "Did not find “%1”."};
constexpr Phrase several_such{"Flere begynner med «%1». Skriv flere tegn.",
                              "Several begin with “%1”. Write more characters."};
constexpr Phrase are_you_sure{"%1 Er du sikker? Skriv ja: ", "%1 Are you sure? Write yes: "};
constexpr Phrase nothing_done{"Ingenting er endret.", "Nothing was changed."};

constexpr std::size_t short_op_digits = 8;

// "<32 hex>:<counter>" also fits "<first digits>:<counter>".
bool is_short_op_of(std::string_view op, std::string_view written) {
  const std::size_t colon = op.find(':');
  const std::size_t own = written.find(':');
  if (colon == std::string_view::npos || own == std::string_view::npos || own < 2) return false;
  return op.substr(0, own) == written.substr(0, own) && op.substr(colon) == written.substr(own);
}

bool fits(const json& item, const ListQuery& query, const std::string& written) {
  constexpr std::size_t prefix_digits_min = 2;
  const std::string id = text_of(item, query.id);
  if (id == written || is_short_op_of(id, written)) return true;
  if (written.size() >= prefix_digits_min && id.compare(0, written.size(), written) == 0) return true;
  for (const std::string_view name : query.names) {
    const std::string value = text_of(item, name);
    if (!value.empty() && plain_letters(value) == plain_letters(written)) return true;
  }
  return false;
}

}  // namespace

Result<json> choose(Visit& visit, const ListQuery& query, const std::string& written) {
  const json answer = visit.call(query.request);
  if (!is_good(answer)) return error_from(answer);
  const json* found = nullptr;
  for (const json& item : list_of(answer, query.list)) {
    if (!fits(item, query, written)) continue;
    if (found != nullptr)
      return Error{Errc::invalid_argument, "cli.choose", visit.say(several_such, {written})};
    found = &item;
  }
  if (found == nullptr) return Error{Errc::not_found, "cli.choose", visit.say(none_such, {written})};
  return *found;
}

std::string short_op(std::string_view op) {
  const std::size_t colon = op.find(':');
  if (colon == std::string_view::npos) return std::string(op);
  return std::string(op.substr(0, std::min(colon, short_op_digits))) + std::string(op.substr(colon));
}

int change(Visit& visit, const json& request, const std::string& done) {
  const json answer = visit.call(request);
  if (!is_good(answer)) return visit.refuse(answer);
  visit.page.line(done);
  return exit_good;
}

bool is_sure(Visit& visit, const std::string& consequence) {
  const Terminal& terminal = visit.terminal();
  if (visit.args.has("yes") || !terminal.is_in_terminal) {
    visit.aside.line(consequence);
    return true;
  }
  terminal.err << printable(visit.say(are_you_sure, {consequence})) << std::flush;
  std::string answer;
  std::getline(terminal.in, answer);
  if (answer == "ja" || answer == "Ja" || answer == "yes") return true;
  visit.aside.line(visit.say(nothing_done));
  return false;
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> out;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t end = std::min(text.find(',', from), text.size());
    std::string_view item = text.substr(from, end - from);
    while (!item.empty() && item.front() == ' ') item.remove_prefix(1);
    while (!item.empty() && item.back() == ' ') item.remove_suffix(1);
    if (!item.empty()) out.emplace_back(item);
    from = end + 1;
  }
  return out;
}

}  // namespace samplan::cli
