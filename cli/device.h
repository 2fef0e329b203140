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
  native::Clock real_clock;  // where `clock` was made to stand still: the machine's own
  std::function<void(const std::string& url)> open_url = {};  // in the person's browser, if there is one
};

class Device : public Desk {
 public:
  // Wrong passphrases are counted, and make the next try wait.
  // errors: not_found, busy, wrong_passphrase, locked_out, corrupt, unknown_version, not_saved.
  static Result<std::unique_ptr<Device>> open(const std::string& folder, const std::string& passphrase,
                                              const Machine& machine);
  // The same errors, and invalid_argument for one that is too short.
  static Status change_passphrase(const std::string& folder, const std::string& old_one, const std::string& new_one,
                                  const Machine& machine);
  // Makes the home. errors: already_exists, busy, invalid_argument, not_saved.
  static Result<std::unique_ptr<Device>> begin(const std::string& folder, const NewHome& home,
                                               const Machine& machine);

  // Makes the home of a new device that was added to a person. errors: as begin, and forged.
  static Result<std::unique_ptr<Device>> enrol(const std::string& folder, NewDevice& device,
                                               const std::string& passphrase, const Machine& machine);
  // Makes the home of a device that a recovery code has added. errors: as enrol.
  static Result<std::unique_ptr<Device>> recover(const std::string& folder, Recovery& recovery, const std::string& name,
                                                 const std::string& passphrase, const Machine& machine);

  nlohmann::json call(const nlohmann::json& request) override;
  Result<native::SyncReport> sync(const SyncWish& wish, const native::ProgressSink& progress) override;
  Result<bool> meet() override;
  Result<bool> meet_by_phone() override;
  Result<ProofReport> prove() override;
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
