// The two languages of the command line. Every sentence stands here in both, side by side, so that one cannot
// be written without the other. It holds no sentences itself: those stand where they are used and in
// text_*.h.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace samplan::cli {

enum class Language { nb, en };

struct Phrase {
  std::string_view nb;
  std::string_view en;
  constexpr std::string_view in(Language language) const { return language == Language::nb ? nb : en; }
};

// "nb", "no", "nb_NO.UTF-8", "en_GB" ...; no value for anything else.
std::optional<Language> parse_language(std::string_view text);

// The pattern with "%1" to "%9" replaced by the values in order.
std::string fill(std::string_view pattern, std::initializer_list<std::string_view> values);

// "1 endring", "2 endringer": the first or the second pattern, with the number as %1.
std::string count_text(std::size_t count, const Phrase& one, const Phrase& many, Language language);

}  // namespace samplan::cli
