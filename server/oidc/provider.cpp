#include "server/oidc/provider.h"

#include <utility>

#include "client-core/json/json_gate.h"

namespace samplan::server::oidc {
namespace {

constexpr std::size_t description_bytes_max = std::size_t{64} << 10;

// Within so many ms after `at`; a clock that was put back counts as long ago.
bool is_within(const std::optional<UnixMs>& at, UnixMs ms, UnixMs now) {
  return at && now >= *at && now < *at + ms;
}

std::string description_url(std::string issuer) {
  while (!issuer.empty() && issuer.back() == '/') issuer.pop_back();
  return issuer + "/.well-known/openid-configuration";
}

Fault fault_of(const Error& error) {
  switch (error.code) {
    case Errc::not_allowed: return Fault::algorithm;
    case Errc::unknown_principal: return Fault::key;
    case Errc::forged: return Fault::signature;
    default: return Fault::malformed;
  }
}

// While one thread fetches, the others go on without the lock; also when something throws.
class Unlocked {
 public:
  Unlocked(bool& flag, std::unique_lock<std::mutex>& lock) : flag_(flag), lock_(lock) {
    flag_ = true;
    lock_.unlock();
  }
  ~Unlocked() {
    lock_.lock();
    flag_ = false;
  }
  Unlocked(const Unlocked&) = delete;
  Unlocked& operator=(const Unlocked&) = delete;

 private:
  bool& flag_;
  std::unique_lock<std::mutex>& lock_;
};

}  // namespace

Result<KeySet> Provider::fetch_keys() const {
  SP_TRY(const std::string text, fetch_(description_url(rules_.issuer)));
  SP_TRY(const nlohmann::json description, parse_json(text, JsonBounds{description_bytes_max, 8, 8192}));
  const Error wrong{Errc::bad_reply, "oidc.description"};
  if (!description.is_object()) return wrong;
  const auto issuer = description.find("issuer");
  const auto keys = description.find("jwks_uri");
  if (issuer == description.end() || !issuer->is_string()) return wrong;
  if (issuer->get_ref<const std::string&>() != rules_.issuer) return wrong;
  if (keys == description.end() || !keys->is_string()) return wrong;
  const auto& url = keys->get_ref<const std::string&>();
  // A provider elsewhere must not make the server ask its own machine.
  if (!is_provider_url(url) || (is_loopback_url(url) && !is_loopback_url(rules_.issuer))) return wrong;
  SP_TRY(const std::string set, fetch_(url));
  return KeySet::parse(set);
}

// False: there are no new keys.
bool Provider::refresh(UnixMs now, std::unique_lock<std::mutex>& lock) {
  if (is_fetching_ || is_within(failed_at_, after_failure_ms, now)) return false;
  auto keys = [&] {
    const Unlocked fetching(is_fetching_, lock);
    return fetch_keys();
  }();
  if (!keys.ok()) {
    failed_at_ = now;
    return false;
  }
  failed_at_.reset();
  keys_ = std::move(keys).value();
  keys_at_ = now;
  return true;
}

Verdict Provider::judge(const std::string& token, std::string_view nonce, UnixMs now) {
  const auto head = read_token_head(token);
  if (!head.ok()) return {fault_of(head.error()), {}};
  std::unique_lock<std::mutex> lock(mutex_);
  const bool has_keys = keys_ && is_within(keys_at_, keys_ms, now);
  if (!has_keys && !refresh(now, lock)) return {Fault::provider, {}};
  auto content = keys_->open(token, *head);
  const bool may_have_changed =
      content.code() == Errc::unknown_principal || (content.code() == Errc::forged && head->key_id.empty());
  if (may_have_changed && has_keys && !is_within(refetched_at_, refetch_ms, now)) {
    refetched_at_ = now;
    if (!refresh(now, lock)) return {Fault::provider, {}};
    content = keys_->open(token, *head);
  }
  lock.unlock();
  if (!content.ok()) return {fault_of(content.error()), {}};
  return judge_claims(*content, rules_, nonce, now / 1000);
}

}  // namespace samplan::server::oidc
