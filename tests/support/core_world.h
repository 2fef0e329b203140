// Real cores on their own homes, with some way to reach a server: what a test about people needs. Every device has a
// name; `ok` calls a command that must succeed; time goes forward by a minute at each call.
#pragma once

#include <stdlib.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "client-core/core.h"
#include "client-core/invitation.h"
#include "client-core/local_facts.h"
#include "tests/support/seeded_entropy.h"

namespace samplan::world {

using nlohmann::json;

// A folder that goes with the test.
class TempFolder {
 public:
  TempFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "samplan-XXXXXX").string();
    path_ = mkdtemp(pattern.data());
  }
  ~TempFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

class TestFiles : public HomeFiles {
 public:
  explicit TestFiles(std::string folder) : folder_(std::move(folder)) { std::filesystem::create_directories(folder_); }
  std::string database_path() const override;
  Result<std::optional<Bytes>> read_key_file() override;
  Status write_key_file(ByteView bytes) override;
  std::optional<Bytes> key_file;

 private:
  std::string folder_;
};

using SendRequest = std::function<Result<Bytes>(ByteView frame)>;

class CoreWorld {
 public:
  CoreWorld(std::string server_url, SignPublicKey server_key, std::string code, SendRequest send)
      : url_(std::move(server_url)), key_(server_key), code_(std::move(code)), send_(std::move(send)) {}

  UnixMs now = 1'790'000'000'000;
  int rounds = 0;                 // requests of the last sync
  std::size_t request_bytes = 0;  // of its last request
  std::size_t reply_bytes = 0;

  Core& start(const std::string& name, const std::string& code) { return begin(name, code, {}); }
  Core& start(const std::string& name) { return begin(name, code_, {}); }

  // Begins a home by an invitation and asks to join.
  Core& join(const std::string& name, const std::string& link);

  // The home of a new device of a person; `files` stay when it fails, as a folder would.
  Result<Core*> try_enrol(const std::string& name, NewDevice& device);
  // The home of the device that a recovery code has added.
  Result<Core*> try_recover(const std::string& name, Recovery& recovery, const std::string& person);
  Entropy& entropy() { return entropy_; }
  const std::string& url() const { return url_; }
  const SignPublicKey& server_key() const { return key_; }

  Core& core(const std::string& name) { return *devices_[name].core; }
  TestFiles& files(const std::string& name) { return *devices_[name].files; }

  void close(const std::string& name) { devices_[name].core.reset(); }

  // Closes and opens the home again, as a new process would.
  Status reopen(const std::string& name);

  json call(const std::string& name, const json& request);
  json ok(const std::string& name, const json& request);
  std::string refused(const std::string& name, const json& request);

  Result<SyncOutcome> try_sync(const std::string& name);
  SyncOutcome sync(const std::string& name);
  void sync_all(std::initializer_list<const char*> names) {
    for (const char* name : names) sync(name);
  }
  std::string last_notices;

  // Invites, joins, confirms by name, and leaves everyone synced.
  void let_in(const std::string& inviter, const std::string& joiner, const json& invitation,
              const std::string& unit = {});

  json digest(const std::string& name, const std::string& plan) {
    return ok(name, {{"do", "digest"}, {"plan", plan}, {"text", true}});
  }
  json show(const std::string& name, const std::string& plan) {
    return ok(name, {{"do", "plan_show"}, {"plan", plan}});
  }
  // First record of a kind in a section as this device sees it; null if none.
  json record(const std::string& name, const std::string& plan, const std::string& section, const std::string& kind);

 private:
  struct Device {
    std::unique_ptr<TestFiles> files;
    std::unique_ptr<Core> core;
  };

  Core& begin(const std::string& name, const std::string& code, const BoxId& box);

  std::string url_;
  SignPublicKey key_;
  std::string code_;
  SendRequest send_;
  TempFolder folder_;
  SeededEntropy entropy_{42};
  std::map<std::string, Device> devices_;
};

// The cast of the five flows: a coordinating unit, a coordinator in it, a home-care worker of her own, one through the
// service unit, an owner and a relative; one plan with a goal and a measure, consent given, everyone synced.
struct Cast {
  std::string plan;
  std::string measure;
};

Cast set_up(CoreWorld& w);

}  // namespace samplan::world
