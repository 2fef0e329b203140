#include "client-core/fhir/timing.h"

#include <array>
#include <vector>

namespace samplan::fhir {
namespace {

struct UnitWords {
  std::string_view code;
  const char* one;
  const char* many;
};

constexpr std::array<UnitWords, 7> units = {{{"s", "sekund", "sekunder"},
                                             {"min", "minutt", "minutter"},
                                             {"h", "time", "timer"},
                                             {"d", "dag", "dager"},
                                             {"wk", "uke", "uker"},
                                             {"mo", "måned", "måneder"},
                                             {"a", "år", "år"}}};

constexpr std::array<std::pair<std::string_view, const char*>, 7> weekdays = {{{"mon", "mandag"},
                                                                               {"tue", "tirsdag"},
                                                                               {"wed", "onsdag"},
                                                                               {"thu", "torsdag"},
                                                                               {"fri", "fredag"},
                                                                               {"sat", "lørdag"},
                                                                               {"sun", "søndag"}}};

const UnitWords* unit_of(std::string_view code) {
  for (const UnitWords& unit : units) {
    if (unit.code == code) return &unit;
  }
  return nullptr;
}

// The number as the file has it, with a decimal comma; empty when it is none.
std::string number_words(const Json& object, const char* name) {
  const Json* value = member(object, name);
  if (value == nullptr || !value->is_number()) return {};
  std::string text = value->dump();
  if (text.size() > 2 && text.substr(text.size() - 2) == ".0") text.erase(text.size() - 2);
  const auto point = text.find('.');
  if (point != std::string::npos) text[point] = ',';
  return text;
}

std::optional<std::string> frequency_words(const Json& repeat) {
  const std::string period = number_words(repeat, "period");
  const UnitWords* unit = unit_of(string_in(repeat, "periodUnit"));
  if (period.empty() || unit == nullptr) return std::nullopt;
  std::string times = number_words(repeat, "frequency");
  if (times.empty()) times = "1";
  const std::string most = number_words(repeat, "frequencyMax");
  const bool once = times == "1" && most.empty();
  if (!most.empty()) times += "–" + most;
  times += once ? " gang" : " ganger";
  return times + (period == "1" ? std::string(" per ") + unit->one : " per " + period + " " + unit->many);
}

std::optional<std::string> weekday_words(const Json& repeat) {
  const auto days = strings_in(repeat, "dayOfWeek");
  std::string out;
  for (std::size_t i = 0; i < days.size(); ++i) {
    const char* name = nullptr;
    for (const auto& [code, words] : weekdays) {
      if (code == days[i]) name = words;
    }
    if (name == nullptr) return std::nullopt;
    out += i == 0 ? "" : (i + 1 == days.size() ? " og " : ", ");
    out += name;
  }
  return out;
}

bool is_known(const std::string& key) {
  for (const char* known : {"boundsPeriod", "frequency", "frequencyMax", "period", "periodUnit", "dayOfWeek",
                            "timeOfDay", "duration", "durationUnit"}) {
    if (key == known) return true;
  }
  return false;
}

void join(std::string& out, const std::string& more) {
  if (!more.empty()) out += (out.empty() ? "" : ", ") + more;
}

}  // namespace

std::string quantity_words(const Json& quantity) {
  const std::string number = number_words(quantity, "value");
  if (number.empty()) return {};
  std::string_view unit = string_in(quantity, "unit");
  if (unit.empty()) unit = string_in(quantity, "code");
  return std::string(string_in(quantity, "comparator")) + number +
         (unit.empty() ? "" : " " + std::string(unit));
}

std::optional<std::string> timing_words(const Json& timing) {
  std::string out(concept_text_in(timing, "code"));
  const Json* repeat = member(timing, "repeat");
  if (repeat == nullptr) return out.empty() ? std::nullopt : std::optional(out);
  if (!repeat->is_object()) return std::nullopt;
  for (auto it = repeat->begin(); it != repeat->end(); ++it) {
    if (!is_known(it.key())) return std::nullopt;
  }
  if (member(*repeat, "frequency") != nullptr || member(*repeat, "period") != nullptr) {
    const auto frequency = frequency_words(*repeat);
    if (!frequency) return std::nullopt;
    join(out, *frequency);
  }
  const auto days = weekday_words(*repeat);
  if (!days) return std::nullopt;
  join(out, *days);
  for (const std::string_view time : strings_in(*repeat, "timeOfDay"))
    join(out, "kl. " + std::string(time.substr(0, 5)));
  const std::string duration = number_words(*repeat, "duration");
  if (!duration.empty()) {
    const UnitWords* unit = unit_of(string_in(*repeat, "durationUnit"));
    if (unit == nullptr) return std::nullopt;
    join(out, duration + " " + (duration == "1" ? unit->one : unit->many));
  }
  return out;
}

}  // namespace samplan::fhir
