#include "client-core/native/http_transport.h"

#include <curl/curl.h>

#include <mutex>
#include <utility>

namespace samplan::native {
namespace {

constexpr const char* octets = "Content-Type: application/octet-stream";

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct FreeText {
  void operator()(char* text) const { curl_free(text); }
};
struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using Url = std::unique_ptr<CURLU, FreeUrl>;

bool start_curl() {
  static std::once_flag once;
  static bool is_good = false;
  std::call_once(once, [] { is_good = curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK; });
  return is_good;
}

std::string part_of(const Url& url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url.get(), part, &text, 0) != CURLUE_OK) return {};
  const std::unique_ptr<char, FreeText> owned(text);
  return owned.get();
}

// What the callbacks gather, and why they stopped.
struct Incoming {
  Bytes body;
  std::size_t body_bytes_max = 0;
  std::size_t head_bytes = 0;
  std::size_t head_bytes_max = 0;
  bool is_body_too_large = false;
  bool is_head_too_large = false;
  bool is_head_complete = false;  // of the last answer that began
};

// Fewer bytes taken than given makes curl stop with CURLE_WRITE_ERROR.
std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& incoming = *static_cast<Incoming*>(user);
  const std::size_t total = size * count;
  if (total > incoming.body_bytes_max - incoming.body.size()) {
    incoming.is_body_too_large = true;
    return 0;
  }
  append(incoming.body, ByteView::of(std::string_view(bytes, total)));
  return total;
}

// Counts interim answers and trailers too, so that a server cannot send them for ever.
std::size_t take_head(char* bytes, std::size_t size, std::size_t count, void* user) {
  auto& incoming = *static_cast<Incoming*>(user);
  const std::size_t total = size * count;
  if (total > incoming.head_bytes_max - incoming.head_bytes) {
    incoming.is_head_too_large = true;
    return 0;
  }
  incoming.head_bytes += total;
  const std::string_view line(bytes, total);
  if (line.substr(0, 5) == "HTTP/") incoming.is_head_complete = false;
  if (line == "\r\n" || line == "\n") incoming.is_head_complete = true;
  return total;
}

Error bad_reply(const std::string& where) {
  return Error{Errc::bad_reply, where, "Serveren svarte med noe Samplan ikke kan bruke. Er adressen riktig?"};
}

Error broken(const std::string& where) {
  return Error{Errc::offline, where, "Forbindelsen til serveren ble brutt. Arbeidet ditt er lagret her."};
}

Error error_from(CURLcode code, CURL* easy, const Incoming& incoming) {
  const std::string where = "http_transport curl " + std::to_string(static_cast<int>(code));
  if (incoming.is_body_too_large || code == CURLE_FILESIZE_EXCEEDED) {
    return Error{Errc::too_large, where, "Svaret fra serveren er for stort."};
  }
  if (incoming.is_head_too_large) return bad_reply(where + " head");
  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
      return Error{Errc::offline, where, "Får ikke kontakt med serveren. Arbeidet ditt er lagret her."};
    case CURLE_OPERATION_TIMEDOUT: {
      curl_off_t ready_us = 0;
      (void)curl_easy_getinfo(easy, CURLINFO_PRETRANSFER_TIME_T, &ready_us);
      if (ready_us == 0) {
        return Error{Errc::offline, where + " connect",
                     "Får ikke kontakt med serveren. Arbeidet ditt er lagret her."};
      }
      return Error{Errc::try_later, where, "Serveren svarer for tregt. Samplan prøver igjen senere."};
    }
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE: return broken(where);
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_ISSUER_ERROR:
      return Error{Errc::bad_reply, where,
                   "Serveren kan ikke vise at den er den riktige (ugyldig sertifikat)."};
    case CURLE_OUT_OF_MEMORY:  // also curl's answer to an endless line
    default: return bad_reply(where);
  }
}

template <class Value>
void set(CURL* easy, CURLoption option, Value value) {
  // Fails only for options this curl was built without; the tests run against the one we build with.
  (void)curl_easy_setopt(easy, option, value);
}

}  // namespace

// Curl would guess a scheme, forgive slashes, take a password and read files; we do not.
Result<bool> vet_url(const std::string& text) {
  const Error wrong{Errc::invalid_argument, "http_transport url",
                    "Adressen til serveren er ikke gyldig. Den må begynne med https:// eller http://."};
  const Url url(curl_url());
  if (!url || curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return wrong;
  const std::string scheme = part_of(url, CURLUPART_SCHEME);
  const std::string host = part_of(url, CURLUPART_HOST);
  if ((scheme != "http" && scheme != "https") || host.empty()) return wrong;
  if (text.find(":///") != std::string::npos) return wrong;
  if (!part_of(url, CURLUPART_USER).empty() || !part_of(url, CURLUPART_PASSWORD).empty()) return wrong;
  return host == "localhost" || host == "[::1]" || host.substr(0, 4) == "127.";
}

struct HttpTransport::Handle {
  explicit Handle(const TransportLimits& wanted)
      : limits(wanted), easy(start_curl() ? curl_easy_init() : nullptr) {}

  void prepare(const std::string& url, bool is_this_machine, Incoming& incoming) {
    CURL* const e = easy.get();
    curl_easy_reset(e);  // forgets options, keeps connections
    set(e, CURLOPT_URL, url.c_str());
    set(e, CURLOPT_PROTOCOLS_STR, "http,https");
    set(e, CURLOPT_FOLLOWLOCATION, 0L);
    set(e, CURLOPT_HTTP09_ALLOWED, 0L);
    set(e, CURLOPT_NOSIGNAL, 1L);
    set(e, CURLOPT_SSL_VERIFYPEER, 1L);
    set(e, CURLOPT_SSL_VERIFYHOST, 2L);
    set(e, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
    set(e, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(limits.connect_ms));
    set(e, CURLOPT_TIMEOUT_MS, static_cast<long>(limits.total_ms));
    set(e, CURLOPT_LOW_SPEED_LIMIT, static_cast<long>(limits.slow_bytes_per_s));
    set(e, CURLOPT_LOW_SPEED_TIME, static_cast<long>(limits.slow_s));
    set(e, CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(limits.reply_bytes_max));
    set(e, CURLOPT_WRITEFUNCTION, &take_body);
    set(e, CURLOPT_WRITEDATA, &incoming);
    set(e, CURLOPT_HEADERFUNCTION, &take_head);
    set(e, CURLOPT_HEADERDATA, &incoming);
    // A proxy set for the machine is not asked about the machine itself.
    if (is_this_machine) set(e, CURLOPT_PROXY, "");
  }

  Result<Reply> exchange(const std::string& url, const ByteView* post_body, const char* type = octets) {
    if (!easy) return Error{Errc::io, "http_transport start", "Nettverksdelen av Samplan kan ikke starte."};
    SP_TRY(const bool is_this_machine, vet_url(url));
    Incoming incoming;
    incoming.body_bytes_max = limits.reply_bytes_max;
    incoming.head_bytes_max = limits.head_bytes_max;
    prepare(url, is_this_machine, incoming);
    std::unique_ptr<curl_slist, FreeList> headers;
    if (post_body != nullptr) {
      // Without "Expect:" curl would ask before large bodies, which costs a round trip and our server
      // refuses.
      headers.reset(curl_slist_append(nullptr, type));
      if (!headers || curl_slist_append(headers.get(), "Expect:") == nullptr) {
        return Error{Errc::io, "http_transport memory"};
      }
      set(easy.get(), CURLOPT_HTTPHEADER, headers.get());
      set(easy.get(), CURLOPT_POST, 1L);
      set(easy.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(post_body->size()));
      set(easy.get(), CURLOPT_POSTFIELDS, post_body->empty() ? "" : post_body->text().data());
    }
    const CURLcode code = curl_easy_perform(easy.get());
    long status = 0;
    (void)curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK) return error_from(code, easy.get(), incoming);
    // Curl takes a head that the connection's end cut off for a whole one.
    if (!incoming.is_head_complete) return broken("http_transport head");
    if (status < 200 || status > 599) return bad_reply("http_transport status " + std::to_string(status));
    return Reply{static_cast<int>(status), std::move(incoming.body)};
  }

  const TransportLimits limits;
  std::unique_ptr<CURL, FreeEasy> easy;
};

HttpTransport::HttpTransport(const TransportLimits& limits) : handle_(std::make_unique<Handle>(limits)) {}
HttpTransport::~HttpTransport() = default;

Result<Transport::Reply> HttpTransport::post(const std::string& url, ByteView body) {
  return handle_->exchange(url, &body);
}
Result<Transport::Reply> HttpTransport::post_form(const std::string& url, const std::string& form) {
  const ByteView body = ByteView::of(form);
  return handle_->exchange(url, &body, "Content-Type: application/x-www-form-urlencoded");
}
Result<Transport::Reply> HttpTransport::get(const std::string& url) {
  return handle_->exchange(url, nullptr);
}

}  // namespace samplan::native
