#include "cli/arguments.h"

#include <algorithm>
#include <utility>

namespace samplan::cli {
namespace {

constexpr Phrase unknown_option{"Ukjent valg: --%1.", "Unknown option: --%1."};
constexpr Phrase perhaps{" Mente du --%1?", " Did you mean --%1?"};
constexpr Phrase value_missing{"Valget --%1 trenger en verdi: %2.", "The option --%1 needs a value: %2."};
constexpr Phrase value_unwanted{"Valget --%1 tar ingen verdi.", "The option --%1 takes no value."};

Error wrong(std::string sentence) { return {Errc::invalid_argument, "arguments", std::move(sentence)}; }

// Edit distance where neighbours that changed places count one, since fingers do that.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> d(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (std::size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t change = a[i - 1] == b[j - 1] ? 0 : 1;
      d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + change});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::string Arguments::text(std::string_view option) const {
  const auto found = options_.find(option);
  return found == options_.end() ? std::string() : found->second;
}

Status read_arguments(const std::vector<std::string>& given, std::size_t& at,
                      const std::vector<OptionSpec>& options, bool stop_at_word, Language language,
                      Arguments& into) {
  bool has_options_ended = false;
  for (; at < given.size(); ++at) {
    const std::string& item = given[at];
    if (has_options_ended || item.size() < 2 || (item.substr(0, 2) != "--" && item != "-h")) {
      if (stop_at_word) return {};
      into.words.push_back(item);
      continue;
    }
    if (item == "--") {
      has_options_ended = true;
      continue;
    }
    const std::string body = item == "-h" ? "help" : item.substr(2);
    const std::size_t equals = body.find('=');
    const std::string name = body.substr(0, equals);
    const auto spec =
        std::find_if(options.begin(), options.end(), [&](const OptionSpec& o) { return o.name == name; });
    if (spec == options.end()) {
      std::vector<std::string> names;
      for (const OptionSpec& o : options) names.emplace_back(o.name);
      std::string sentence = fill(unknown_option.in(language), {name});
      const auto near = near_matches(name, names);
      if (!near.empty()) sentence += fill(perhaps.in(language), {near.front()});
      return wrong(std::move(sentence));
    }
    const std::string_view value_name = spec->value.in(language);
    if (value_name.empty()) {
      if (equals != std::string::npos) return wrong(fill(value_unwanted.in(language), {name}));
      into.set(name, "");
    } else if (equals != std::string::npos) {
      into.set(name, body.substr(equals + 1));
    } else if (at + 1 < given.size()) {
      into.set(name, given[++at]);
    } else {
      return wrong(fill(value_missing.in(language), {name, value_name}));
    }
  }
  return {};
}

std::vector<std::string> near_matches(std::string_view written, const std::vector<std::string>& choices) {
  constexpr std::size_t longest_worth_comparing = 64;
  if (written.size() > longest_worth_comparing) return {};
  std::vector<std::pair<std::size_t, std::string>> near;
  for (const std::string& choice : choices) {
    const bool begins_so = written.size() >= 2 && choice.compare(0, written.size(), written) == 0;
    const std::size_t far = begins_so ? 1 : distance(written, choice);
    if (far <= std::max<std::size_t>(1, choice.size() / 3)) near.emplace_back(far, choice);
  }
  std::stable_sort(near.begin(), near.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> out;
  for (auto& entry : near) {
    if (out.size() == 3) break;
    out.push_back(std::move(entry.second));
  }
  return out;
}

}  // namespace samplan::cli
