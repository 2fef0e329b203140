// One person's machine in the simulated world: a real core over a simulated disk, a clock that may be wrong,
// and what the checkers know about it that it does not know itself. It decides nothing.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "client-core/core.h"
#include "tests/sim/sim_clock.h"
#include "tests/sim/sim_disk.h"

namespace samplan::sim {

using nlohmann::json;

inline constexpr const char* host = "samplan.example";
inline constexpr const char* url = "https://samplan.example";
inline constexpr const char* passphrase = "kanaripassord";
// Every text that a person writes holds this word; no disk and no server may ever hold it in the clear.
inline constexpr const char* canary = "kanari";

class DeviceFiles : public HomeFiles {
 public:
  explicit DeviceFiles(SimDisk& disk) : disk_(disk) {}
  std::string database_path() const override { return disk_.database_path(); }
  std::string vfs() const override { return SimDisk::vfs_name(); }
  Result<std::optional<Bytes>> read_key_file() override { return disk_.key_file; }
  Status write_key_file(ByteView bytes) override {
    if (!disk_.write_key_file(bytes)) return Error{Errc::not_saved, "sim.key_file"};
    return Status::good();
  }

 private:
  SimDisk& disk_;
};

struct Device {
  Device(std::string device_name, std::size_t number, std::uint64_t seed)
      : name(std::move(device_name)), index(number), files(disk), entropy(seed * 1000 + number) {}

  std::string name;
  std::size_t index;
  DeviceId id;
  SimDisk disk;
  DeviceFiles files;
  SimClock clock;
  SeededEntropy entropy;
  std::unique_ptr<Core> core;  // none while it is switched off

  // The sync that is under way, if any.
  bool syncing = false;
  std::uint64_t session = 0;
  std::uint64_t session_luck = 0;
  int requests = 0;

  Weather weather;
  UnixMs offline_until = 0;

  // For the checkers.
  bool honest = true;         // false: a copy of another device, whose promises are void
  bool has_forged = false;    // somebody with a program of their own has signed what is false
  bool turned_away = false;   // its invitation had expired before it reached the server, and it was told so
  bool is_closed = false;     // somebody has decided so, from another device of the person
  bool was_restored = false;  // an old copy came back: what was not sent by then is excused
  std::map<PlanId, std::uint64_t> keys_seen_at;  // governance number at which its keys were last noted
};

}  // namespace samplan::sim
