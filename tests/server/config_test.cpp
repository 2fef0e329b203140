#include "server/config.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <fstream>

using namespace samplan;
using namespace samplan::server;

namespace {

class ConfigFile {
 public:
  explicit ConfigFile(const std::string& text) {
    const int fd = ::mkstemp(path_);
    REQUIRE(fd >= 0);
    ::close(fd);
    std::ofstream(path_, std::ios::binary) << text;
  }
  ~ConfigFile() { std::remove(path_); }
  std::string path() const { return path_; }

 private:
  char path_[32] = "/tmp/samplan-config-XXXXXX";
};

std::string refusal(std::vector<std::string> arguments) {
  const auto config = read_config(arguments);
  return config.ok() ? "" : config.error().detail;
}
std::string refusal_of_file(const std::string& text) {
  const ConfigFile file(text);
  return refusal({"--data", "d", "--config", file.path()});
}
bool says(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("config: a directory is enough, and the rest is safe", "[config]") {
  const auto config = read_config({"--data", "/srv/plans"});
  REQUIRE(config.ok());
  CHECK(config->data_dir == "/srv/plans");
  CHECK(config->listen_address == "127.0.0.1");
  CHECK(config->port == 8480);
  CHECK(config->enrolment == Enrolment::invited);
  CHECK(config->log_level == LogLevel::info);
  CHECK_FALSE(config->wants_help);
}

TEST_CASE("config: every setting can be given on the command line, with a space or an equals sign",
          "[config]") {
  const auto config =
      read_config({"--data=d=e", "--listen", "::", "--port=0", "--enrolment", "open", "--log", "debug",
                   "--connections", "1000", "--connections-per-address", "10", "--workers=3", "--queue", "9",
                   "--requests-mib", "8", "--answers-mib", "9"});
  REQUIRE(config.ok());
  CHECK(config->data_dir == "d=e");
  CHECK(config->listen_address == "::");
  CHECK(config->port == 0);
  CHECK(config->enrolment == Enrolment::open);
  CHECK(config->log_level == LogLevel::debug);
  CHECK(config->http.connections_max == 1000);
  CHECK(config->http.connections_per_address_max == 10);
  CHECK(config->http.workers == 3);
  CHECK(config->http.queue_max == 9);
  CHECK(config->http.request_bytes_in_flight_max == 8U << 20);
  CHECK(config->http.answer_bytes_in_flight_max == 9U << 20);
}

TEST_CASE("config: the file gives what the command line leaves open", "[config]") {
  const ConfigFile file(R"({"data":"/from/file","port":9000,"enrolment":"open","workers":5})");
  const auto config = read_config({"--config", file.path(), "--port", "9001"});
  REQUIRE(config.ok());
  CHECK(config->data_dir == "/from/file");
  CHECK(config->port == 9001);
  CHECK(config->enrolment == Enrolment::open);
  CHECK(config->http.workers == 5);
}

TEST_CASE("config: on a loopback address a proxy speaks for all, so one address may use every connection",
          "[config]") {
  CHECK(read_config({"--data", "d", "--connections", "900"})->http.connections_per_address_max == 900);
  CHECK(read_config({"--data", "d", "--listen", "0.0.0.0"})->http.connections_per_address_max == 256);
  CHECK(read_config({"--data", "d", "--connections-per-address", "7"})->http.connections_per_address_max ==
        7);
}

TEST_CASE("config: what is wrong on the command line is named together with what would be right",
          "[config]") {
  CHECK(says(refusal({}), "--data"));
  CHECK(says(refusal({"--data"}), "needs a value"));
  CHECK(says(refusal({"--data", ""}), "must not be empty"));
  CHECK(says(refusal({"d"}), "--help"));
  CHECK(says(refusal({"--data", "d", "--prot", "1"}), "There are: data, listen, port"));
  CHECK(says(refusal({"--data", "d", "--data", "e"}), "twice"));
  for (const char* port : {"65536", "-1", "http", "", "80 ", "0x50", "99999999999999999999"}) {
    INFO(port);
    CHECK(says(refusal({"--data", "d", "--port", port}), "port must"));
  }
  CHECK(says(refusal({"--data", "d", "--enrolment", "all"}), "\"invited\" or \"open\""));
  CHECK(says(refusal({"--data", "d", "--log", "loud"}), "error, warn, info or debug"));
  CHECK(says(refusal({"--data", "d", "--workers", "0"}), "from 1 to 256"));
  CHECK(says(refusal({"--data", "d", "--workers", "257"}), "from 1 to 256"));
  CHECK(says(refusal({"--data", "d", "--requests-mib", "7"}), "from 8 to"));
}

TEST_CASE("config: a file that is missing, broken, too large or unknown in part is refused", "[config]") {
  CHECK(read_config({"--data", "d", "--config", "/nowhere/at/all"}).code() == Errc::not_found);
  CHECK(says(refusal({"--data", "d", "--config", "/nowhere/at/all"}), "/nowhere/at/all"));
  CHECK_FALSE(read_config({"--data", "d", "--config", "/tmp"}).ok());
  CHECK(says(refusal_of_file("{\"port\": 1"), "not valid JSON"));
  CHECK(says(refusal_of_file("[1]"), "one JSON object"));
  CHECK(says(refusal_of_file(R"({"port":1,"port":2})"), "twice"));
  CHECK(says(refusal_of_file(R"({"limits":{}})"), "nested"));
  CHECK(says(refusal_of_file(R"({"port":true})"), "\"port\" must be a text or a whole number"));
  CHECK(says(refusal_of_file(R"({"port":-1})"), "\"port\" must be a text or a whole number"));
  CHECK(says(refusal_of_file(R"({"port":80.5})"), "\"port\" must be a text or a whole number"));
  CHECK(says(refusal_of_file(R"({"colour":"red"})"), "no setting \"colour\""));
  CHECK(says(refusal_of_file("{\"listen\":\"" + std::string(70'000, 'x') + "\"}"), "larger than 64 KiB"));
}

TEST_CASE("config: a mistake in the file is told even where the command line overrides it", "[config]") {
  const ConfigFile file(R"({"port":"many"})");
  CHECK(says(refusal({"--data", "d", "--port", "1", "--config", file.path()}), "port must"));
}

TEST_CASE("config: staff sign-in is off unless it is whole", "[config][oidc]") {
  CHECK_FALSE(read_config({"--data", "d"})->sign_in.is_on());
  const std::vector<std::string> least = {"--data",           "d",          "--sign-in-issuer",       "https://login.lier.example",
                                          "--sign-in-client", "samplan-lier", "--sign-in-organisation", "Lier kommune"};
  const auto config = read_config(least);
  REQUIRE(config.ok());
  CHECK(config->sign_in.is_on());
  CHECK(config->sign_in.issuer == "https://login.lier.example");
  CHECK(config->sign_in.organisation == "Lier kommune");
  CHECK(config->sign_in.scope == "openid profile");
  CHECK(config->sign_in.claim_name.empty());
  CHECK(config->sign_in.days == 7);
  const ConfigFile file(
      R"({"sign-in-issuer":"http://127.0.0.1:3000","sign-in-client":"c","sign-in-organisation":"L",)"
      R"("sign-in-claim":"helseid://claims/employer=a=b","sign-in-days":90})");
  const auto from_file = read_config({"--data", "d", "--config", file.path()});
  REQUIRE(from_file.ok());
  CHECK(from_file->sign_in.claim_name == "helseid://claims/employer");
  CHECK(from_file->sign_in.claim_value == "a=b");
  CHECK(from_file->sign_in.days == 90);

  CHECK(says(refusal({"--data", "d", "--sign-in-client", "c"}), "all three"));
  CHECK(says(refusal({"--data", "d", "--sign-in-claim", "a=b"}), "all three"));
  CHECK(says(refusal({"--data", "d", "--sign-in-issuer", "https://a.example"}), "all three"));
  const auto with = [&](const char* name, const char* value) {
    std::vector<std::string> words = least;
    words.insert(words.end(), {name, value});
    return refusal(words);
  };
  CHECK(with("--sign-in-days", "1").empty());
  for (const char* days : {"0", "91", "-1", "seven", "007"}) CHECK(says(with("--sign-in-days", days), "from 1 to 90"));
  for (const char* claim : {"employer", "=1", "employer="}) CHECK(says(with("--sign-in-claim", claim), "name and a value"));
  CHECK(says(with("--sign-in-scope", "profile"), "openid"));
  CHECK(with("--sign-in-scope", "openid helseid://scopes/identity/name").empty());
  CHECK(says(refusal({"--data", "d", "--sign-in-issuer", "http://login.lier.example"}), "https address"));
  CHECK(says(refusal({"--data", "d", "--sign-in-issuer", "https://a.example?x=1"}), "https address"));
  CHECK(says(refusal({"--data", "d", "--sign-in-organisation", "Lier\nkommune"}), "one line"));
  CHECK(says(refusal({"--data", "d", "--sign-in-organisation", std::string(201, 'x')}), "one line"));
}

TEST_CASE("config: help names every setting and asks for nothing", "[config]") {
  CHECK(read_config({"--help"})->wants_help);
  CHECK(read_config({"--port", "1", "-h"})->wants_help);
  for (const char* name :
       {"--data", "--listen", "--port", "--enrolment", "--log", "--config", "--connections ",
        "--connections-per-address", "--workers", "--queue", "--requests-mib", "--answers-mib",
        "--sign-in-issuer", "--sign-in-client", "--sign-in-organisation", "--sign-in-claim", "--sign-in-scope",
        "--sign-in-days"}) {
    INFO(name);
    CHECK(says(help_text(), name));
  }
}
