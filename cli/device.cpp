#include "cli/device.h"

#include <utility>

#include "client-core/native/opening_count.h"
#include "client-core/passphrase.h"

namespace samplan::cli {
namespace {

constexpr int patient_tries = 8;  // with the pauses below about four minutes at most
constexpr std::int64_t first_pause_ms = 2'000;

// Counted before it is tried. What went wrong for another reason than the passphrase was no guess.
template <class Try>
auto counted(const std::string& folder, const Machine& machine, Try attempt) -> decltype(attempt()) {
  native::OpeningCount count(folder);
  SP_OK(count.begin(machine.real_clock ? machine.real_clock() : machine.clock()));
  auto result = attempt();
  if (result.ok()) {
    count.forget_all();
  } else if (result.code() != Errc::wrong_passphrase) {
    count.forget_this();
  }
  return result;
}

}  // namespace

Result<std::unique_ptr<Device>> Device::open(const std::string& folder, const std::string& passphrase,
                                             const Machine& machine) {
  SP_TRY(native::NativeHome home, native::NativeHome::open(folder));
  std::unique_ptr<Device> device(new Device(std::move(home), machine));
  SP_TRY(device->core_, counted(folder, machine, [&] {
           return Core::open(device->home_, passphrase, device->entropy_, machine.core);
         }));
  return device;
}

Status Device::change_passphrase(const std::string& folder, const std::string& old_one, const std::string& new_one,
                                 const Machine& machine) {
  SP_TRY(native::NativeHome home, native::NativeHome::open(folder));
  native::OsEntropy entropy;
  return counted(folder, machine,
                 [&] { return samplan::change_passphrase(home, old_one, new_one, entropy, machine.core); });
}

Result<std::unique_ptr<Device>> Device::begin(const std::string& folder, const NewHome& home,
                                              const Machine& machine) {
  SP_TRY(native::NativeHome files, native::NativeHome::make(folder));
  std::unique_ptr<Device> device(new Device(std::move(files), machine));
  SP_TRY(device->core_, Core::create(device->home_, home, device->entropy_, machine.clock(), machine.core));
  return device;
}

Result<std::unique_ptr<Device>> Device::enrol(const std::string& folder, NewDevice& device_keys,
                                              const std::string& passphrase, const Machine& machine) {
  SP_TRY(native::NativeHome files, native::NativeHome::make(folder));
  std::unique_ptr<Device> device(new Device(std::move(files), machine));
  SP_TRY(device->core_,
         Core::enrol(device->home_, device_keys, passphrase, device->entropy_, machine.clock(), machine.core));
  return device;
}

Result<std::unique_ptr<Device>> Device::recover(const std::string& folder, Recovery& recovery, const std::string& name,
                                                const std::string& passphrase, const Machine& machine) {
  SP_TRY(native::NativeHome files, native::NativeHome::make(folder));
  std::unique_ptr<Device> device(new Device(std::move(files), machine));
  SP_TRY(device->core_, Core::recover(device->home_, recovery, name, passphrase, device->entropy_, machine.clock(),
                                      machine.core));
  return device;
}

Result<bool> Device::meet() {
  SP_TRY(const std::optional<Bytes> request, core_->next_meet(machine_.clock()));
  if (!request) return false;
  SP_TRY(const Bytes reply, native::post_meet(*machine_.transport, core_->server_url(), *request));
  SP_OK(core_->on_meet_reply(reply, machine_.clock()));
  return true;
}

Result<bool> Device::meet_by_phone() {
  SP_TRY(const std::optional<Bytes> request, core_->next_call(machine_.clock()));
  if (!request) return false;
  SP_TRY(const Bytes reply, native::post_meet(*machine_.transport, core_->server_url(), *request));
  SP_OK(core_->on_call_reply(reply, machine_.clock()));
  return true;
}

Result<ProofReport> Device::prove() { return native::run_proof(*core_, *machine_.transport, machine_.clock); }

Result<Vouch> Device::sign_in(const native::SignInScreen& screen) {
  return native::run_sign_in(*core_, *machine_.transport, entropy_, machine_.clock, screen);
}

nlohmann::json Device::call(const nlohmann::json& request) { return core_->call(request, machine_.clock()); }

Result<native::SyncReport> Device::sync(const SyncWish& wish, const native::ProgressSink& progress) {
  core_->sync_only(wish.plans);
  native::Patience patience;
  if (wish.is_patient && machine_.sleep) {
    patience.tries = patient_tries;
    patience.first_ms = first_pause_ms;
    patience.sleep = machine_.sleep;
    patience.entropy = &entropy_;
  }
  return native::run_sync(*core_, *machine_.transport, machine_.clock, progress, patience);
}

}  // namespace samplan::cli
