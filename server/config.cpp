#include "server/config.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <optional>
#include <string_view>

#include "client-core/json/json_gate.h"

namespace samplan::server {
namespace {

using nlohmann::json;

constexpr std::size_t config_bytes_max = 64U << 10;  // a page of settings is 1 KB
constexpr std::size_t mib = 1U << 20;

// A bound that the operator may move, and how far: both ends are values with which the server still works.
struct NumberSetting {
  const char* name;
  std::size_t HttpLimits::*member;
  std::size_t unit;
  std::size_t least;
  std::size_t most;
  const char* meaning;
};
constexpr std::array<NumberSetting, 6> number_settings = {{
    {"connections", &HttpLimits::connections_max, 1, 8, 65'536, "connections at once"},
    {"connections-per-address", &HttpLimits::connections_per_address_max, 1, 1, 65'536,
     "connections from one address; on a loopback address, where a proxy speaks for all, as many as in all"},
    {"workers", &HttpLimits::workers, 1, 1, 256, "requests answered at once"},
    {"queue", &HttpLimits::queue_max, 1, 1, 65'536, "complete requests that may wait; more get 503"},
    {"requests-mib", &HttpLimits::request_bytes_in_flight_max, mib, 8, 65'536,
     "MiB of requests held at once"},
    {"answers-mib", &HttpLimits::answer_bytes_in_flight_max, mib, 8, 65'536, "MiB of answers held at once"},
}};
constexpr std::array<const char*, 5> word_settings = {"data", "listen", "port", "enrolment", "log"};

Error wrong(std::string detail) { return Error{Errc::invalid_argument, "config", std::move(detail)}; }

std::string all_names() {
  std::string out;
  for (const char* name : word_settings) out += std::string(out.empty() ? "" : ", ") + name;
  for (const char* name : sign_in_settings) out += std::string(", ") + name;
  for (const NumberSetting& setting : number_settings) out += std::string(", ") + setting.name;
  return out;
}

std::optional<std::size_t> parse_number(std::string_view text) {
  if (text.empty() || text.size() > 9) return std::nullopt;
  std::size_t out = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    out = out * 10 + static_cast<std::size_t>(c - '0');
  }
  return out;
}

// Collects settings; what was set first wins, so the command line is taken before the file.
class Settings {
 public:
  Status take(const std::string& name, const std::string& value) {
    const auto* const number =
        std::find_if(number_settings.begin(), number_settings.end(),
                     [&](const NumberSetting& setting) { return name == setting.name; });
    const bool is_sign_in =
        std::find(sign_in_settings.begin(), sign_in_settings.end(), name) != sign_in_settings.end();
    const bool is_word =
        is_sign_in || std::find(word_settings.begin(), word_settings.end(), name) != word_settings.end();
    if (!is_word && number == number_settings.end()) {
      return wrong("There is no setting \"" + name + "\". There are: " + all_names() + ".");
    }
    const bool is_set = std::find(taken_.begin(), taken_.end(), name) != taken_.end();
    // Checked all the same: a mistake in the file must not wait for the day the command line changes.
    Config ignored;
    Config& target = is_set ? ignored : config_;
    SP_OK(is_word ? take_word(target, name, value) : take_number(target, *number, value));
    if (!is_set) taken_.push_back(name);
    return Status::good();
  }
  bool has(const char* name) const { return std::find(taken_.begin(), taken_.end(), name) != taken_.end(); }
  Config take_config() { return std::move(config_); }

 private:
  static Status take_number(Config& config, const NumberSetting& setting, const std::string& value) {
    const auto number = parse_number(value);
    if (!number || *number < setting.least || *number > setting.most) {
      return wrong(std::string(setting.name) + " must be a whole number from " +
                   std::to_string(setting.least) + " to " + std::to_string(setting.most) + ", not \"" +
                   value + "\".");
    }
    config.http.*setting.member = *number * setting.unit;
    return Status::good();
  }

  static Status take_word(Config& config, const std::string& name, const std::string& value) {
    if (value.empty()) return wrong(name + " must not be empty.");
    if (name == "data") {
      config.data_dir = value;
    } else if (name == "listen") {
      config.listen_address = value;
    } else if (name == "port") {
      const auto number = parse_number(value);
      if (!number || *number > 65'535) {
        return wrong("port must be a whole number from 0 (the system chooses) to 65535, not \"" + value +
                     "\".");
      }
      config.port = static_cast<std::uint16_t>(*number);
    } else if (name == "enrolment") {
      if (value != "invited" && value != "open") {
        return wrong("enrolment must be \"invited\" or \"open\", not \"" + value + "\".");
      }
      config.enrolment = value == "open" ? Enrolment::open : Enrolment::invited;
    } else if (name == "log") {
      constexpr std::array<LogLevel, 4> levels = {LogLevel::error, LogLevel::warn, LogLevel::info,
                                                  LogLevel::debug};
      const auto* const level = std::find_if(levels.begin(), levels.end(), [&](LogLevel candidate) {
        return value == log_level_name(candidate);
      });
      if (level == levels.end())
        return wrong("log must be error, warn, info or debug, not \"" + value + "\".");
      config.log_level = *level;
    } else {
      return take_sign_in(config.sign_in, name, value);
    }
    return Status::good();
  }

  Config config_;
  std::vector<std::string> taken_;
};

Result<std::string> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    const Errc code = errno == ENOENT ? Errc::not_found : Errc::io;
    return Error{code, "config file", "Cannot read " + path + ": " + std::strerror(errno) + "."};
  }
  std::string text(config_bytes_max + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return Error{Errc::io, "config file", "Cannot read " + path + ". Is it a directory?"};
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > config_bytes_max) {
    return Error{Errc::too_large, "config file", path + " is larger than 64 KiB. Is it the right file?"};
  }
  return text;
}

Status take_file(Settings& settings, const std::string& path) {
  SP_TRY(const std::string text, read_file(path));
  auto parsed = parse_json(text, JsonBounds{config_bytes_max, 1, 256});
  if (!parsed.ok()) {
    Error error = parsed.error();
    error.detail = path + " cannot be used. " + error.detail;
    return error;
  }
  if (!parsed->is_object()) return wrong(path + " must hold one JSON object, like {\"port\": 8480}.");
  for (auto it = parsed->begin(); it != parsed->end(); ++it) {
    const bool is_string = it->is_string();
    if (!is_string && !it->is_number_unsigned()) {
      return wrong("In " + path + ": \"" + it.key() + "\" must be a text or a whole number.");
    }
    const Status taken = settings.take(it.key(), is_string ? *it->get_ptr<const std::string*>() : it->dump());
    if (!taken.ok()) return wrong("In " + path + ": " + taken.error().detail);
  }
  return Status::good();
}

bool is_loopback(const std::string& address) {
  return address.substr(0, 4) == "127." || address == "::1" || address == "localhost";
}

}  // namespace

Result<Config> read_config(const std::vector<std::string>& arguments) {
  Settings settings;
  std::string config_path;
  bool after_restore = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--help" || argument == "-h") {
      Config help;
      help.wants_help = true;
      return help;
    }
    if (argument == "--after-restore") {
      after_restore = true;
      continue;
    }
    if (argument.substr(0, 2) != "--") {
      return wrong("\"" + argument +
                   "\" is not a setting; settings start with --. See samplan-server --help.");
    }
    // Both --port 8480 and --port=8480.
    const std::size_t equals = argument.find('=');
    const std::string name = argument.substr(2, equals == std::string::npos ? equals : equals - 2);
    if (equals == std::string::npos && i + 1 == arguments.size())
      return wrong("--" + name + " needs a value after it.");
    const std::string value = equals == std::string::npos ? arguments[++i] : argument.substr(equals + 1);
    if (name == "config") {
      config_path = value;
      continue;
    }
    if (settings.has(name.c_str())) return wrong("--" + name + " is given twice.");
    SP_OK(settings.take(name, value));
  }
  if (!config_path.empty()) SP_OK(take_file(settings, config_path));
  if (!settings.has("data")) {
    return wrong("Say where the server keeps its files, for example: samplan-server --data /var/lib/samplan");
  }
  const bool is_address_bound_set = settings.has("connections-per-address");
  Config config = settings.take_config();
  config.after_restore = after_restore;
  SP_OK(check_sign_in(config.sign_in));
  if (!is_address_bound_set && is_loopback(config.listen_address)) {
    config.http.connections_per_address_max = config.http.connections_max;
  }
  return config;
}

std::string help_text() {
  const Config standard;
  std::string out =
      "samplan-server: keeps and passes on encrypted plans; it cannot read them.\n\n"
      "  samplan-server --data DIR [settings]\n"
      "  samplan-server --data DIR --after-restore\n\n"
      "After a backup has been put back, --after-restore tells all clients so (once, before the server starts; see\n"
      "docs/operations.md). Without it they take the server for one that hides what it had.\n\n"
      "Settings:\n"
      "  --data DIR             where the server keeps its files; made if missing, for this user alone\n"
      "  --listen ADDRESS       address to listen on (" +
      standard.listen_address +
      "); put a TLS proxy in front for others\n"
      "  --port N               port; 0 lets the system choose one (" +
      std::to_string(standard.port) +
      ")\n"
      "  --enrolment MODE       who may register a new device: invited, or open for anyone (invited)\n"
      "  --log LEVEL            error, warn, info or debug; one line of JSON each on standard error (info)\n"
      "  --config FILE          the same settings as a JSON object, e.g. {\"port\": 8480}; the command line "
      "wins\n"
      "  --help                 this text\n\n" +
      sign_in_help() + "\nBounds:\n";
  for (const NumberSetting& setting : number_settings) {
    const std::size_t value = standard.http.*setting.member / setting.unit;
    out += "  --" + std::string(setting.name) + " N\n        " + setting.meaning + "; " +
           std::to_string(setting.least) + " to " + std::to_string(setting.most) + " (" +
           std::to_string(value) + ")\n";
  }
  return out + "\nStops on SIGTERM or SIGINT, after finishing the requests that have begun.\n";
}

}  // namespace samplan::server
