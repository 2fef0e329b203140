// Where the browser comes back to after a sign-in (RFC 8252, section 7.3): a port of this machine that is
// open for one answer. Anything on the machine can knock here, so only an answer with the right `state`
// counts; the rest gets an error page and the wait goes on.
#pragma once

#include <cstdint>
#include <string>

#include "base/result.h"

namespace samplan::native {

// What came with the right state: a code, or the provider's word for why there is none.
struct RedirectAnswer {
  std::string code;
  std::string error;
  std::string issuer;  // RFC 9207; empty if the provider does not say it
};

class RedirectListener {
 public:
  // errors: io.
  static Result<RedirectListener> open();
  ~RedirectListener();
  RedirectListener(RedirectListener&& other) noexcept;
  RedirectListener& operator=(RedirectListener&&) = delete;

  std::string uri() const;
  // errors: try_later: nobody came in time; io.
  Result<RedirectAnswer> wait(const std::string& state, std::int64_t wait_ms);

 private:
  RedirectListener(int fd, std::uint16_t port) : fd_(fd), port_(port) {}
  int fd_ = -1;
  std::uint16_t port_ = 0;
};

// A query ("a=1&b=2%20c") by name. Empty if it is not there, there twice, or not well written.
std::string query_value(const std::string& query, const std::string& name);
// Everything but letters, digits and "-._~" as %XX.
std::string url_encode(const std::string& text);

}  // namespace samplan::native
