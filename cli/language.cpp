#include "cli/language.h"

namespace samplan::cli {

std::optional<Language> parse_language(std::string_view text) {
  const std::string_view code = text.substr(0, text.find_first_of("_.@-"));
  if (code == "nb" || code == "no" || code == "nn") return Language::nb;
  if (code == "en") return Language::en;
  return std::nullopt;
}

std::string fill(std::string_view pattern, std::initializer_list<std::string_view> values) {
  std::string out;
  for (std::size_t i = 0; i < pattern.size(); ++i) {
    const bool is_place =
        pattern[i] == '%' && i + 1 < pattern.size() && pattern[i + 1] >= '1' && pattern[i + 1] <= '9';
    if (!is_place) {
      out.push_back(pattern[i]);
      continue;
    }
    const auto place = static_cast<std::size_t>(pattern[++i] - '1');
    if (place < values.size()) out.append(*(values.begin() + place));
  }
  return out;
}

std::string count_text(std::size_t count, const Phrase& one, const Phrase& many, Language language) {
  return fill((count == 1 ? one : many).in(language), {std::to_string(count)});
}

}  // namespace samplan::cli
