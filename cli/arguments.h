// Reads a command's words and options. Options are "--name VALUE", "--name=VALUE" or a bare "--name",
// anywhere among the words; "--" ends them. It knows no command and guesses nothing: what is not declared is
// an error.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "cli/language.h"

namespace samplan::cli {

struct OptionSpec {
  std::string_view name;  // without the dashes
  Phrase value;           // what the value is called; empty: the option takes none
  Phrase about;           // one line of help
};

class Arguments {
 public:
  std::vector<std::string> words;

  bool has(std::string_view option) const { return options_.find(option) != options_.end(); }
  // The value, the last one if given twice; empty if not given.
  std::string text(std::string_view option) const;
  void set(std::string_view option, std::string value) { options_[std::string(option)] = std::move(value); }

 private:
  std::map<std::string, std::string, std::less<>> options_;
};

// Reads from `at` on. `stop_at_word`: leaves the first word and all after it, and moves `at` there.
// errors: invalid_argument with a sentence in `detail`.
Status read_arguments(const std::vector<std::string>& given, std::size_t& at,
                      const std::vector<OptionSpec>& options, bool stop_at_word, Language language,
                      Arguments& into);

// The choices that look like what was written, nearest first, at most three; none when nothing is near.
std::vector<std::string> near_matches(std::string_view written, const std::vector<std::string>& choices);

}  // namespace samplan::cli
