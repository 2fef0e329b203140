// The server's part in POST /v1/vouch: a device shows an ID token that the organisation's provider made for
// it, and gets a statement signed by the server. It stores nothing, gives no access and knows no plan;
// without it everything works as before.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>

#include "server/log.h"
#include "server/oidc/provider.h"
#include "server/sign_in.h"
#include "sync/relay/server_identity.h"
#include "sync/relay/store_rows.h"
#include "sync/wire/vouch.h"

namespace samplan::server {

class Vouching {
 public:
  // What the store knows of a device; asked only for a request whose signature holds.
  using FindDevice = std::function<Result<std::optional<relay::DeviceRow>>(const DeviceId&)>;

  Vouching(SignIn sign_in, oidc::Fetch fetch, FindDevice find_device, Log& log);

  // One request, question or vouch, and the signed reply. Called by several threads at once.
  // errors: malformed, truncated, too_large, unknown_version (not a request); those of the store.
  Result<Bytes> answer(ByteView body, const std::string& host, const crypto::SignKeyPair& server, UnixMs now);

  // How many statements were given, and how many requests for one refused.
  std::uint64_t given() const { return given_; }
  std::uint64_t refused() const { return refused_; }

 private:
  Result<VouchOutcome> judge(const VouchRequest& request, const std::string& host,
                             const crypto::SignKeyPair& server, UnixMs now);

  const SignIn sign_in_;
  const FindDevice find_device_;
  Log& log_;
  std::unique_ptr<oidc::Provider> provider_;  // none: not offered
  std::atomic<std::uint64_t> given_{0};
  std::atomic<std::uint64_t> refused_{0};
};

}  // namespace samplan::server
