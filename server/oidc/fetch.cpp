#include "server/oidc/fetch.h"

#include <curl/curl.h>

#include <memory>
#include <mutex>

namespace samplan::server::oidc {
namespace {

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};

struct UrlParts {
  std::string scheme;
  std::string host;
  bool has_more = false;  // a user, a password or a fragment
};

std::string part_of(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return {};
  std::string out(text);
  curl_free(text);
  return out;
}

// Curl forgives a missing scheme and a third slash; we do not.
UrlParts parts_of(const std::string& text) {
  const std::unique_ptr<CURLU, FreeUrl> url(curl_url());
  if (!url || text.find(":///") != std::string::npos) return {};
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return {};
  UrlParts out{part_of(url.get(), CURLUPART_SCHEME), part_of(url.get(), CURLUPART_HOST), false};
  for (const CURLUPart part : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_FRAGMENT})
    out.has_more = out.has_more || !part_of(url.get(), part).empty();
  return out;
}

bool is_this_machine(const std::string& host) {
  return host == "localhost" || host == "[::1]" || host.substr(0, 4) == "127.";
}

struct Incoming {
  std::string body;
  std::size_t bytes_max = 0;
  bool is_too_large = false;
};

// Fewer bytes taken than given makes curl stop.
std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& incoming = *static_cast<Incoming*>(user);
  const std::size_t total = size * count;
  if (total > incoming.bytes_max - incoming.body.size()) {
    incoming.is_too_large = true;
    return 0;
  }
  incoming.body.append(bytes, total);
  return total;
}

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  (void)curl_easy_setopt(easy, option, value);
}

Result<std::string> fetch(const std::string& url, const FetchLimits& limits) {
  static std::once_flag once;
  std::call_once(once, [] { (void)curl_global_init(CURL_GLOBAL_DEFAULT); });
  if (!is_provider_url(url)) return Error{Errc::invalid_argument, "oidc.fetch url"};
  const std::unique_ptr<CURL, FreeEasy> easy(curl_easy_init());
  if (!easy) return Error{Errc::try_later, "oidc.fetch start"};
  Incoming incoming;
  incoming.bytes_max = limits.bytes_max;
  CURL* const e = easy.get();
  set(e, CURLOPT_URL, url.c_str());
  set(e, CURLOPT_PROTOCOLS_STR, "http,https");
  set(e, CURLOPT_FOLLOWLOCATION, 0L);
  set(e, CURLOPT_NOSIGNAL, 1L);
  set(e, CURLOPT_SSL_VERIFYPEER, 1L);
  set(e, CURLOPT_SSL_VERIFYHOST, 2L);
  set(e, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  set(e, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect_ms));
  set(e, CURLOPT_TIMEOUT_MS, static_cast<long>(limits.total_ms));
  set(e, CURLOPT_WRITEFUNCTION, &take_body);
  set(e, CURLOPT_WRITEDATA, &incoming);
  if (is_loopback_url(url)) set(e, CURLOPT_PROXY, "");
  const CURLcode code = curl_easy_perform(e);
  if (incoming.is_too_large) return Error{Errc::too_large, "oidc.fetch"};
  if (code != CURLE_OK)
    return Error{Errc::try_later, "oidc.fetch curl " + std::to_string(static_cast<int>(code))};
  long status = 0;
  (void)curl_easy_getinfo(e, CURLINFO_RESPONSE_CODE, &status);
  if (status != 200) return Error{Errc::try_later, "oidc.fetch http " + std::to_string(status)};
  return std::move(incoming.body);
}

}  // namespace

bool is_loopback_url(const std::string& url) { return is_this_machine(parts_of(url).host); }

bool is_provider_url(const std::string& url) {
  const UrlParts parts = parts_of(url);
  if (parts.host.empty() || parts.has_more) return false;
  return parts.scheme == "https" || (parts.scheme == "http" && is_this_machine(parts.host));
}

Fetch http_fetch(const FetchLimits& limits) {
  return [limits](const std::string& url) { return fetch(url, limits); };
}

}  // namespace samplan::server::oidc
