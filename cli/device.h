// One device: its home folder, the core on it, the clock and the way to its server. Holds the home's lock
// while it lives.
#pragma once

#include <memory>
#include <string>

#include "cli/desk.h"
#include "client-core/native/native_home.h"
#include "client-core/native/os_entropy.h"

namespace samplan::cli {

// What a device gets from the machine.
struct Machine {
  native::Clock clock;
  Transport* transport = nullptr;
  std::function<void(std::int64_t ms)> sleep;
  CoreOptions core;  // only tests lower what a passphrase costs
  std::function<void(const std::string& url)> open_url = {};  // in the person's browser, if there is one
};

class Device : public Desk {
 public:
  // errors: not_found, busy, wrong_passphrase, corrupt, unknown_version, not_saved.
  static Result<std::unique_ptr<Device>> open(const std::string& folder, const std::string& passphrase,
                                              const Machine& machine);
  // Makes the home. errors: already_exists, busy, invalid_argument, not_saved.
  static Result<std::unique_ptr<Device>> begin(const std::string& folder, const NewHome& home,
                                               const Machine& machine);

  // Makes the home of a new device that was added to a person. errors: as begin, and forged.
  static Result<std::unique_ptr<Device>> enrol(const std::string& folder, NewDevice& device,
                                               const std::string& passphrase, const Machine& machine);

  nlohmann::json call(const nlohmann::json& request) override;
  Result<native::SyncReport> sync(const SyncWish& wish, const native::ProgressSink& progress) override;
  Result<bool> meet() override;
  Result<Vouch> sign_in(const native::SignInScreen& screen) override;
  std::string server_url() const override { return core_->server_url(); }

 private:
  Device(native::NativeHome home, Machine machine) : home_(std::move(home)), machine_(std::move(machine)) {}

  native::NativeHome home_;
  Machine machine_;
  native::OsEntropy entropy_;
  std::unique_ptr<Core> core_;
};

}  // namespace samplan::cli
