// One identity provider: its description and keys, fetched when first needed and kept for a while, and its
// word on a token. Thread-safe. One fetch at a time: who comes meanwhile is told to come again, so that a
// slow provider never holds more than one of the server's workers.
#pragma once

#include <mutex>
#include <optional>
#include <string>

#include "base/time.h"
#include "server/oidc/fetch.h"
#include "server/oidc/id_token.h"
#include "server/oidc/key_set.h"

namespace samplan::server::oidc {

class Provider {
 public:
  static constexpr UnixMs keys_ms = 3'600'000;  // then fetched anew, so that a withdrawn key goes
  static constexpr UnixMs refetch_ms = 60'000;  // at most so often for a key that we have not
  static constexpr UnixMs after_failure_ms = 10'000;

  Provider(TokenRules rules, Fetch fetch) : rules_(std::move(rules)), fetch_(std::move(fetch)) {}

  // A token whose key is not known makes the keys be fetched again, once in refetch_ms: providers change
  // keys.
  Verdict judge(const std::string& token, std::string_view nonce, UnixMs now);

 private:
  Result<KeySet> fetch_keys() const;
  bool refresh(UnixMs now, std::unique_lock<std::mutex>& lock);

  const TokenRules rules_;
  const Fetch fetch_;
  std::mutex mutex_;
  bool is_fetching_ = false;
  std::optional<KeySet> keys_;
  UnixMs keys_at_ = 0;
  std::optional<UnixMs> failed_at_;
  std::optional<UnixMs> refetched_at_;
};

}  // namespace samplan::server::oidc
