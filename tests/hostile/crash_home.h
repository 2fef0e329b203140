// A device of its own on a disk that may lose power: a real core whose database lies on a CrashDisk. For
// stories that are told once and then interrupted at every write.
#pragma once

#include <catch2/catch.hpp>

#include "client-core/core.h"
#include "tests/support/crash_vfs.h"
#include "tests/support/relay_world.h"

namespace samplan::hostile {

using nlohmann::json;

class CrashHome : public HomeFiles {
 public:
  explicit CrashHome(CrashDisk& disk) : disk_(disk) {}
  std::string database_path() const override { return "replica.db"; }
  std::string vfs() const override { return disk_.vfs(); }
  Result<std::optional<Bytes>> read_key_file() override { return key_file; }
  // One rename in the real home: there or not there.
  Status write_key_file(ByteView bytes) override {
    if (disk_.stopped()) return Error{Errc::not_saved, "key_file"};
    key_file = bytes.copy();
    return Status::good();
  }
  std::optional<Bytes> key_file;

 private:
  CrashDisk& disk_;
};

class CrashDevice {
 public:
  CrashDevice(std::string name, std::uint64_t seed)
      : entropy(seed), disk(std::move(name), seed), files(disk) {}

  Status create(const NewHome& home, UnixMs now) {
    auto made = Core::create(files, home, entropy, now, {crypto::kdf_for_tests});
    if (!made.ok()) return made.error();
    core = std::move(made).value();
    return Status::good();
  }
  Status open() {
    core.reset();
    auto opened = Core::open(files, "passord", entropy, {crypto::kdf_for_tests});
    if (!opened.ok()) return opened.error();
    core = std::move(opened).value();
    return Status::good();
  }
  // Begins anew from other files.
  Status open_from(CrashDisk::Files content, const std::optional<Bytes>& key_file) {
    core.reset();
    disk.restore(std::move(content));
    files.key_file = key_file;
    return open();
  }

  SeededEntropy entropy;
  CrashDisk disk;
  CrashHome files;
  std::unique_ptr<Core> core;
};

// Syncs until the core is content; errors of the core and of `send` end it.
template <class Send>
Status sync_with(Core& core, UnixMs& now, Send send) {
  bool first = true;
  for (;;) {
    now += 1000;
    SP_TRY(const Bytes frame, core.next_request(now, first));
    first = false;
    SP_TRY(const Bytes reply, send(frame));
    SP_TRY(const SyncOutcome outcome, core.on_reply(reply, now));
    if (!outcome.again) return Status::good();
  }
}

// What people see of everything on a device: the answers of the queries that write nothing, as one text.
inline std::string everything_seen(Core& core, UnixMs when) {
  std::string out;
  const json plans = core.call({{"do", "plans"}}, when);
  out += plans.dump();
  for (const char* query : {"whoami", "people", "invites", "requests", "conflicts", "proposals", "quarantine",
                            "refused", "hand_overs"})
    out += core.call({{"do", query}}, when).dump();
  for (const json& p : plans["plans"]) {
    out += core.call({{"do", "plan_show"}, {"plan", p["plan"]}, {"record_access", false}}, when).dump();
    out += core.call({{"do", "drafts"}, {"plan", p["plan"]}}, when).dump();
    out += core.call({{"do", "log"}, {"plan", p["plan"]}}, when).dump();
  }
  return out;
}

// Every record as people read it: «kind id fields», by which two devices, or two moments, can be compared.
inline std::set<std::string> records_seen(Core& core, const std::string& plan, UnixMs when) {
  std::set<std::string> out;
  const json view = core.call({{"do", "plan_show"}, {"plan", plan}, {"record_access", false}}, when);
  if (!view.contains("sections")) return out;
  for (const auto& section : view["sections"].items())
    for (const auto& kind : section.value()["records"].items())
      for (const json& record : kind.value())
        out.insert(kind.key() + " " + record["id"].get<std::string>() + " " + record["fields"].dump());
  return out;
}

}  // namespace samplan::hostile
