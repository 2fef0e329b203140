// The sync service behind the HTTP front: requests are parsed, verified and, when idle, answered on the
// workers' threads; everything else goes through the one writer. It opens nothing: what it stores is sealed.
#pragma once

#include <memory>
#include <string>

#include "server/config.h"
#include "server/log.h"
#include "server/oidc/fetch.h"
#include "server/service_port.h"
#include "server/sign_in.h"
#include "sync/relay/config.h"

namespace samplan::server {

struct ServiceConfig {
  std::string store_path;
  // Where the code for the first person is written (mode 0600), for the operator to read; empty: nowhere.
  std::string code_path;
  relay::RelayConfig relay;
  SignIn sign_in;
  oidc::Fetch fetch;  // how the identity provider is asked; empty: over the network
  Log::ClockMs clock = system_clock_ms;
  int store_pages_max = 0;  // tests of a full disk; 0: no bound
};

// errors: unknown_version, corrupt, not_saved, busy, io; `detail` says what to do.
Result<std::unique_ptr<SyncService>> open_service(const ServiceConfig& config, Log& log);

std::string store_path(const Config& config);

// The service as the server's settings want it, in its data directory.
Result<std::unique_ptr<SyncService>> make_service(const Config& config, Log& log);

}  // namespace samplan::server
