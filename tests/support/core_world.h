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
  std::string database_path() const override { return folder_ + "/replica.db"; }
  Result<std::optional<Bytes>> read_key_file() override { return key_file; }
  Status write_key_file(ByteView bytes) override {
    key_file = bytes.copy();
    return Status::good();
  }
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
  Core& join(const std::string& name, const std::string& link) {
    const auto invitation = parse_invitation(link);
    REQUIRE(invitation.ok());
    Core& core = begin(name, {}, invitation->box());
    ok(name, {{"do", "join_request"}, {"link", link}});
    return core;
  }

  // The home of a new device of a person; `files` stay when it fails, as a folder would.
  Result<Core*> try_enrol(const std::string& name, NewDevice& device) {
    Device d;
    d.files = std::make_unique<TestFiles>(folder_.path() + "/" + std::to_string(devices_.size()));
    SP_TRY(d.core, Core::enrol(*d.files, device, "passord", entropy_, now, {crypto::kdf_for_tests}));
    return (devices_[name] = std::move(d)).core.get();
  }
  Entropy& entropy() { return entropy_; }
  const std::string& url() const { return url_; }
  const SignPublicKey& server_key() const { return key_; }

  Core& core(const std::string& name) { return *devices_[name].core; }
  TestFiles& files(const std::string& name) { return *devices_[name].files; }

  void close(const std::string& name) { devices_[name].core.reset(); }

  // Closes and opens the home again, as a new process would.
  Status reopen(const std::string& name) {
    Device& d = devices_[name];
    d.core.reset();
    auto opened = Core::open(*d.files, "passord", entropy_, {crypto::kdf_for_tests});
    if (!opened.ok()) return opened.error();
    d.core = std::move(opened).value();
    return Status::good();
  }

  json call(const std::string& name, const json& request) {
    now += 60'000;
    return core(name).call(request, now);
  }
  json ok(const std::string& name, const json& request) {
    json answer = call(name, request);
    INFO(name << " " << request.dump() << " -> " << answer.dump());
    REQUIRE(answer["ok"] == true);
    return answer;
  }
  std::string refused(const std::string& name, const json& request) {
    const json answer = call(name, request);
    INFO(name << " " << request.dump() << " -> " << answer.dump());
    REQUIRE(answer["ok"] == false);
    return answer["error"];
  }

  Result<SyncOutcome> try_sync(const std::string& name) {
    SyncOutcome all;
    rounds = 0;
    bool first = true;
    for (;;) {
      now += 1000;
      SP_TRY(const Bytes frame, core(name).next_request(now, first));
      first = false;
      ++rounds;
      request_bytes = frame.size();
      SP_TRY(const Bytes reply, send_(frame));
      reply_bytes = reply.size();
      SP_TRY(SyncOutcome outcome, core(name).on_reply(reply, now));
      all.received += outcome.received;
      all.confirmed += outcome.confirmed;
      for (Notice& n : outcome.notices) all.notices.push_back(std::move(n));
      if (!outcome.again) return all;
    }
  }
  SyncOutcome sync(const std::string& name) {
    auto outcome = try_sync(name);
    INFO(name << " syncs: " << (outcome.ok() ? "" : errc_name(outcome.code())) << " "
              << (outcome.ok() ? "" : outcome.error().where));
    REQUIRE(outcome.ok());
    std::string said;
    for (const Notice& n : outcome->notices) said += n.what + "(" + n.detail + ") ";
    last_notices = said;
    return std::move(outcome).value();
  }
  void sync_all(std::initializer_list<const char*> names) {
    for (const char* name : names) sync(name);
  }
  std::string last_notices;

  // Invites, joins, confirms by name, and leaves everyone synced.
  void let_in(const std::string& inviter, const std::string& joiner, const json& invitation,
              const std::string& unit = {}) {
    json request = invitation;
    request["do"] = "invite";
    request["name"] = joiner;
    const std::string link = ok(inviter, request)["link"];
    sync(inviter);
    if (devices_.count(joiner) == 0) {
      join(joiner, link);
    } else {
      json asks = {{"do", "join_request"}, {"link", link}};
      if (!unit.empty()) asks["unit"] = unit;
      ok(joiner, asks);
    }
    sync(joiner);
    sync(inviter);
    const json asked = ok(inviter, {{"do", "requests"}})["requests"];
    REQUIRE(asked.size() == 1);
    CHECK(asked[0]["name"] == (unit.empty() ? joiner : unit));
    if (unit.empty()) CHECK(asked[0]["words"] == ok(joiner, {{"do", "whoami"}})["words"]);
    ok(inviter, {{"do", "confirm"}, {"request", asked[0]["request"]}});
    sync(inviter);
    sync(joiner);
  }

  json digest(const std::string& name, const std::string& plan) {
    return ok(name, {{"do", "digest"}, {"plan", plan}, {"text", true}});
  }
  json show(const std::string& name, const std::string& plan) {
    return ok(name, {{"do", "plan_show"}, {"plan", plan}});
  }
  // First record of a kind in a section as this device sees it; null if none.
  json record(const std::string& name, const std::string& plan, const std::string& section, const std::string& kind) {
    const json view = show(name, plan);
    if (!view["sections"].contains(section) || !view["sections"][section]["records"].contains(kind)) return nullptr;
    return view["sections"][section]["records"][kind][0];
  }

 private:
  struct Device {
    std::unique_ptr<TestFiles> files;
    std::unique_ptr<Core> core;
  };

  Core& begin(const std::string& name, const std::string& code, const BoxId& box) {
    Device d;
    d.files = std::make_unique<TestFiles>(folder_.path() + "/" + std::to_string(devices_.size()));
    NewHome home;
    home.name = name;
    home.passphrase = "passord";
    home.server_url = url_;
    home.server_key = key_;
    home.enrolment_code = code;
    home.enrolment_box = box;
    auto made = Core::create(*d.files, home, entropy_, now, {crypto::kdf_for_tests});
    INFO(name);
    REQUIRE(made.ok());
    d.core = std::move(made).value();
    return *(devices_[name] = std::move(d)).core;
  }

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

inline Cast set_up(CoreWorld& w) {
  Cast cast;
  w.start("Kari KE");
  const std::string ke = w.ok("Kari KE", {{"do", "unit_create"}, {"name", "Koordinerende enhet"}})["unit"];
  w.sync("Kari KE");
  w.let_in("Kari KE", "Jonas", {{"for", "unit"}, {"unit", ke}});

  cast.plan = w.ok("Jonas", {{"do", "plan_new"}, {"owner_name", "Ola Nordmann"}})["plan"];
  const std::string plan = cast.plan;
  w.ok("Jonas", {{"do", "edit"}, {"plan", plan}, {"entity", std::string(32, '0')}, {"field", "matters_most"}, {"value", "Å bo hjemme"}});
  w.let_in("Jonas", "Ola", {{"for", "plan"}, {"plan", plan}, {"role", "owner"}});
  w.ok("Ola", {{"do", "consent_plan"}, {"plan", plan}});
  w.sync("Ola");
  w.sync("Jonas");

  const std::string goal = w.ok("Jonas", {{"do", "add"}, {"plan", plan}, {"kind", "goal"}, {"section", "helse"},
                                          {"fields", {{"text", "Gå trygt i trappa"}, {"status", "foreslatt"}}}})["entity"];
  cast.measure = w.ok("Jonas", {{"do", "add"}, {"plan", plan}, {"kind", "measure"}, {"section", "helse"},
                                {"fields", {{"text", "Øve i trapp"}, {"status", "pagar"}, {"how", "Med rekkverk"}, {"by_whom", "Med rekkverk"}, {"goals", {goal}}}}})["entity"];
  w.sync("Jonas");

  w.let_in("Jonas", "Mona", {{"for", "plan"}, {"plan", plan}, {"role", "provider"}});
  // The service unit: Berit runs it, Per is a member and acts under its right.
  w.let_in("Kari KE", "Berit", {{"for", "unit"}, {"unit", ke}});
  const std::string unit = w.ok("Berit", {{"do", "unit_create"}, {"name", "Hjemmetjenesten"}})["unit"];
  w.sync("Berit");
  w.let_in("Berit", "Per", {{"for", "unit"}, {"unit", unit}});
  w.let_in("Jonas", "Berit", {{"for", "plan"}, {"plan", plan}, {"role", "provider"}}, "Hjemmetjenesten");
  w.let_in("Jonas", "Silje", {{"for", "plan"}, {"plan", plan}, {"role", "relative"}});

  const json text = {{"what", "Helse og hverdag"}, {"who", "De som hjelper meg"}, {"use", "For å gi hjelpen"}, {"consequence", "Uten dette vet de ikke hva vi er enige om"}};
  const auto give = [&](const std::string& who, const std::string& rights, std::vector<std::string> sections, const std::string& history) {
    json request = text;
    request["do"] = "consent_give";
    request["plan"] = plan;
    request["participant"] = who;
    request["rights"] = rights;
    request["sections"] = std::move(sections);
    request["history"] = history;
    w.ok("Ola", request);
  };
  w.sync("Ola");
  give("Mona", "write", {"grunnlag", "samordning", "helse"}, "full");
  give("Hjemmetjenesten", "write", {"grunnlag", "samordning", "helse"}, "full");
  give("Silje", "propose", {"grunnlag", "helse"}, "from_now");
  w.sync("Ola");
  w.sync_all({"Jonas", "Mona", "Berit", "Silje", "Per"});
  return cast;
}

}  // namespace samplan::world
