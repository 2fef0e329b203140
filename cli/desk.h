// What the commands work on: one device that answers commands and queries and can sync. The real one is
// Device; tests put one with prepared answers in its place.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/ids.h"
#include "client-core/native/sign_in.h"
#include "client-core/native/sync_runner.h"

namespace samplan::cli {

struct SyncWish {
  std::vector<PlanId> plans;  // empty: everything
  bool is_patient = false;    // try again for some minutes when there is no contact
};

class Desk {
 public:
  virtual ~Desk() = default;
  virtual nlohmann::json call(const nlohmann::json& request) = 0;
  virtual Result<native::SyncReport> sync(const SyncWish& wish, const native::ProgressSink& progress) = 0;
  // One exchange with the server's meeting place while a new device is being added. False: nothing to send now.
  virtual Result<bool> meet() = 0;
  // The same while a code told by telephone waits for its newcomer.
  virtual Result<bool> meet_by_phone() = 0;
  // Examines the server's newest checkpoint.
  virtual Result<ProofReport> prove() = 0;
  // Lets the organisation vouch for this device's person, by a sign-in there.
  virtual Result<Vouch> sign_in(const native::SignInScreen& screen) = 0;
  virtual std::string server_url() const = 0;
};

}  // namespace samplan::cli
